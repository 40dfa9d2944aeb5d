// SPDX-License-Identifier: LGPL-2.1-or-later

// One PeerJS peer that does as it is told: window.command() takes a command,
// window.record(), which the driver provides, gets the events. The commands
// and events are those of native-peer.c; values are in the form of values.js.

/* global Peer, record */

import { measures, openings } from './measure.js';
import { MsgPack } from './serializer.msgpack.mjs';
import { decode, encode } from './values.js';

const connections = new Map();
let peer;

const report = (event, details = {}) => record(JSON.stringify({ event, ...details }));

function watch(connection) {
  const id = connection.connectionId;
  connections.set(id, connection);
  connection.on('open', () => report('connection-open', { connection: id }));
  connection.on('data', value => report('data', { connection: id, value: encode(value) }));
  connection.on('close', () => report('connection-close', { connection: id }));
  connection.on('error', ({ type, message }) => report('connection-error', { connection: id, type, message }));
}

function describe(connection) {
  return {
    connection: connection.connectionId,
    peer: connection.peer,
    label: connection.label,
    metadata: encode(connection.metadata),
    serialization: connection.serialization,
    reliable: connection.reliable,
  };
}

const commands = {
  open({ id, host = location.hostname, port, iceServers = [] }) {
    peer = new Peer(id, {
      host,
      port,
      secure: false,
      config: { iceServers },
      serializers: { MsgPack },
    });
    peer.on('open', name => report('open', { id: name }));
    peer.on('close', () => report('close'));
    peer.on('disconnected', () => report('disconnected'));
    peer.on('error', ({ type, message }) => report('error', { type, message }));
    peer.on('connection', connection => {
      watch(connection);
      report('connection', describe(connection));
    });
  },

  connect({ peer: remote, metadata, ...options }) {
    const connection = peer.connect(remote, { ...options, metadata: metadata && decode(metadata) });
    watch(connection);
    return describe(connection);
  },

  // A value, or the expression of one.
  async send({ connection, value, expression }) {
    await connections.get(connection).send(expression === undefined ? decode(value) : evaluate(expression));
  },

  // Sends several values without waiting in between.
  async burst({ connection, values }) {
    await Promise.all(values.map(value => connections.get(connection).send(decode(value))));
  },

  close({ connection }) {
    connections.get(connection).close();
  },

  flush({ connection }) {
    connections.get(connection).close({ flush: true });
  },

  // From now on the values of the connection are for the measurement.
  measure({ connection: id, what, ...parameters }) {
    const connection = connections.get(id);
    connection.removeAllListeners('data');
    measures[what](connection, parameters, milliseconds => report('measured', { milliseconds }));
  },

  openings({ peer: remote, count }) {
    openings(peer, remote, count, milliseconds => report('measured', { milliseconds }));
  },

  destroy() {
    peer.destroy();
  },
};

// The vectors come from Node, whose Buffer is a Uint8Array.
function evaluate(expression) {
  const Buffer = { from: text => new TextEncoder().encode(text) };
  return new Function('Buffer', `return (${expression})`)(Buffer);
}

window.command = async text => {
  const { command, ...parameters } = JSON.parse(text);
  try {
    return JSON.stringify((await commands[command](parameters)) ?? {});
  } catch ({ type = 'exception', message }) {
    return JSON.stringify({ error: { type, message } });
  }
};
