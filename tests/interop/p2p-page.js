// SPDX-License-Identifier: LGPL-2.1-or-later

// Senders and receivers of p2p that do as they are told, as page.js has it.
// The commands and events are those of native-endpoint.c.

/* global record */

import { Driver } from './driver.js';
import { FirstReceiver, FirstSender } from './first.js';
import { Receiver, Sender } from './p2p.esm.js';

const classes = { sender: Sender, receiver: Receiver, 'first-sender': FirstSender, 'first-receiver': FirstReceiver };
const ends = new Map();

const encode = data => (typeof data === 'string' ? `text ${data}` : `bytes ${btoa(String.fromCharCode(...new Uint8Array(data)))}`);

function watch(endpoint, end) {
  const report = (event, { id, state, metadata }, details = {}) =>
    record(JSON.stringify({ event, endpoint, id, state: state ?? metadata, ...details }));
  const on = (type, event, describe) =>
    end.addEventListener(type, ({ detail }) => report(event, detail, describe?.(detail)));

  on('connect', 'connect');
  on('dispose', 'dispose');
  on('sync', 'sync');
  on('error', 'error', ({ error }) => ({ message: error.message }));
  for (const type of ['channel', 'channel:open'])
    on(type, 'channel', ({ channel }) => ({ label: channel.label }));
  on('message', 'message', ({ message }) => ({ value: encode(message) }));
  on('channel:message', 'message', ({ channel, data }) => ({ label: channel.label, value: encode(data) }));
  on('channel:close', 'channel-close', ({ channel }) => ({ label: channel.label }));
}

const commands = {
  async start({ endpoint, uri, role, wants, media, ...options }) {
    const driver = await Driver.open(uri);
    const verify = wants && (({ credentials }) => credentials?.password === wants);
    const end = new classes[role]({ driver, iceServers: [], verify });
    ends.set(endpoint, end);
    watch(endpoint, end);
    if (media)
      options.stream = new MediaStream(document.createElement('canvas').captureStream().getTracks());
    end.start(options);
    return { id: end.id };
  },

  send({ endpoint, data, channel }) {
    const end = ends.get(endpoint);
    const value = typeof data === 'string' ? data : new Uint8Array(data);
    if (end.send)
      end.send(value);
    else
      for (const { channels } of end.connections.values())
        (channel ? channels.get(channel) : [...channels.values()][0]).send(value);
  },

  sync({ endpoint, state }) {
    ends.get(endpoint).sync(state, true);
  },

  stop({ endpoint }) {
    ends.get(endpoint).stop();
  },
};

window.command = async text => {
  const { command, ...parameters } = JSON.parse(text);
  try {
    return JSON.stringify((await commands[command](parameters)) ?? {});
  } catch ({ name, message }) {
    return JSON.stringify({ error: { type: name, message } });
  }
};
