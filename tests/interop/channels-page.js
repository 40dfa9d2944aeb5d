// SPDX-License-Identifier: LGPL-2.1-or-later

// One RTCPeerConnection with several data channels that does as it is told,
// with the commands and events of native-channels.

const channels = new Map();
const connection = new RTCPeerConnection();

const tell = (event, members) => window.record(JSON.stringify({ event, ...members }));

function follow(channel) {
  const { label } = channel;
  const opened = () => tell('open', { label, ordered: channel.ordered });
  channels.set(label, channel);
  channel.onmessage = ({ data }) => tell('message', { label, text: data });
  channel.onclose = () => tell('closed', { label });
  if (channel.readyState === 'open')
    opened();
  else
    channel.onopen = opened;
}

connection.onicecandidate = ({ candidate }) => {
  if (candidate?.candidate)
    tell('candidate', { candidate: candidate.candidate, mid: candidate.sdpMid });
};
connection.ondatachannel = ({ channel }) => {
  tell('channel', { label: channel.label });
  follow(channel);
};

async function describe() {
  await connection.setLocalDescription();
  const { type, sdp } = connection.localDescription;
  tell('description', { type, sdp });
}

const commands = {
  add: ({ label, ordered, maxRetransmits }) => follow(connection.createDataChannel(label, { ordered, maxRetransmits })),
  start: describe,
  async describe({ type, sdp }) {
    await connection.setRemoteDescription({ type, sdp });
    if (type === 'offer')
      await describe();
  },
  candidate: ({ candidate, mid }) => connection.addIceCandidate({ candidate, sdpMid: mid }),
  send: ({ label, text }) => channels.get(label).send(text),
  close: ({ label }) => channels.get(label).close(),
};

window.command = async text => {
  const { command, ...parameters } = JSON.parse(text);
  try {
    await commands[command](parameters);
    return '{}';
  } catch ({ name, message }) {
    return JSON.stringify({ error: { type: name, message } });
  }
};
