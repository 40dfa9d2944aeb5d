// SPDX-License-Identifier: LGPL-2.1-or-later

// libwebrtc, as the package @roamhq/wrtc has it for Node.

import wrtc from '@roamhq/wrtc';

import { serve } from './ends.js';

// This package never tells that a buffer is low.
const LOOK_MILLISECONDS = 5;

function makeLink({ opened, arrived, low }) {
  const peers = [0, 1].map(() => new wrtc.RTCPeerConnection());
  const channels = [];

  const use = (channel, end) => {
    channels[end] = channel;
    channel.binaryType = 'arraybuffer';
    channel.onopen = opened;
    channel.onmessage = () => arrived(end);
  };
  const negotiate = async ([near, far]) => {
    await near.setLocalDescription(await near.createOffer());
    await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription(await far.createAnswer());
    await near.setRemoteDescription(far.localDescription);
  };

  // The candidates of the offerer are early: they wait for the description.
  const described = [1, 0].map(end => new Promise(resolve => {
    peers[end].onsignalingstatechange = () => peers[end].remoteDescription && resolve();
  }));
  for (const end of [0, 1]) {
    peers[end].onicecandidate = async ({ candidate }) => {
      await described[end];
      if (candidate && peers[1 - end].signalingState !== 'closed')
        await peers[1 - end].addIceCandidate(candidate);
    };
  }
  peers[1].ondatachannel = ({ channel }) => use(channel, 1);
  use(peers[0].createDataChannel('bench'), 0);
  negotiate(peers);
  const looking = setInterval(low, LOOK_MILLISECONDS);

  return {
    send: (end, message) => channels[end].send(message),
    get bufferedAmount() {
      return channels[0].bufferedAmount;
    },
    close: () => {
      clearInterval(looking);
      peers.forEach(peer => peer.close());
    },
  };
}

serve(makeLink);
