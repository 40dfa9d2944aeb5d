// SPDX-License-Identifier: LGPL-2.1-or-later

// libdatachannel, as the package node-datachannel has it for Node.

import datachannel from 'node-datachannel';

import { LOW, serve } from './ends.js';

function makeLink({ opened, arrived, low }) {
  const peers = [0, 1].map(end => new datachannel.PeerConnection(`end ${end}`, { iceServers: [] }));
  const channels = [];

  const use = (channel, end) => {
    channels[end] = channel;
    channel.setBufferedAmountLowThreshold(LOW);
    channel.onOpen(opened);
    channel.onMessage(() => arrived(end));
    channel.onBufferedAmountLow(low);
  };

  for (const end of [0, 1]) {
    peers[end].onLocalDescription((sdp, type) => peers[1 - end].setRemoteDescription(sdp, type));
    peers[end].onLocalCandidate((candidate, mid) => peers[1 - end].addRemoteCandidate(candidate, mid));
  }
  peers[1].onDataChannel(channel => use(channel, 1));
  use(peers[0].createDataChannel('bench'), 0);

  return {
    send: (end, message) => channels[end].sendMessageBinary(message),
    get bufferedAmount() {
      return channels[0].bufferedAmount();
    },
    close: () => peers.forEach(peer => peer.close()),
  };
}

serve(makeLink);
