// SPDX-License-Identifier: LGPL-2.1-or-later

// What a PeerJS server answers over HTTP and WebSockets, written down so that
// two servers can be compared.

import { once } from 'node:events';
import http from 'node:http';

import WebSocket from 'ws';

import { within } from './suite.js';

const DEADLINE = 10_000;

const HEADERS = [
  'content-type',
  'content-length',
  'content-security-policy',
  'x-content-type-options',
  'vary',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

class Line {
  messages = [];
  #waiting = [];

  constructor(socket) {
    this.socket = socket;
    this.end = new Promise(resolve => socket.once('close', code => resolve(code)));
    socket.on('error', () => {});
    socket.on('message', data => {
      this.messages.push(data.toString());
      this.#waiting.shift()?.();
    });
  }

  async read() {
    if (this.messages.length === 0)
      await Promise.race([new Promise(resolve => this.#waiting.push(resolve)), this.end]);
    return this.messages.shift() ?? 'the end';
  }
}

export class Dialogue {
  log = [];
  #lines = new Map();

  constructor(server) {
    this.server = server;
  }

  #note(...entry) {
    this.log.push(entry);
  }

  async request(method, path, headers = {}) {
    const request = http.request({ host: '127.0.0.1', port: this.server.port, method, path, headers, agent: false });
    request.end();
    const [response] = await within(DEADLINE, once(request, 'response'), `${method} ${path}`);
    let body = '';
    for await (const chunk of response)
      body += chunk;
    const kept = Object.fromEntries(HEADERS.filter(name => name in response.headers)
      .map(name => [name, response.headers[name].replace(/,\s*/g, ', ')]));
    // A 204 has no length (RFC 9110, 8.6), though Express sends one.
    if (response.statusCode === 204)
      delete kept['content-length'];
    this.#note(method, path, response.statusCode, kept, UUID.test(body) ? 'a UUID' : body);
  }

  // An upgrade that may fail.
  async connect(name, target, options) {
    const socket = new WebSocket(`ws://127.0.0.1:${this.server.port}${target}`, options);
    const line = new Line(socket);
    const status = await within(DEADLINE, new Promise(resolve => {
      socket.once('open', () => resolve(101));
      socket.once('unexpected-response', (request, response) => {
        request.destroy();
        resolve(response.statusCode);
      });
    }), target);
    this.#lines.set(name, line);
    this.#note(name, 'upgrade', status, socket.protocol, socket.extensions);
  }

  // One that gets its OPEN.
  async open(name, id = name, token = 'token') {
    await this.connect(name, `/peerjs?key=peerjs&id=${id}&token=${token}&version=1.5.5`);
    await this.read(name);
  }

  send(name, message) {
    const data = typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message);
    this.#lines.get(name).socket.send(data);
  }

  async read(name) {
    this.#note(name, 'reads', await within(DEADLINE, this.#lines.get(name).read(), `${name} reads`));
  }

  // Says so when more has arrived than was read: what a client sends to
  // itself comes behind all else.
  async quiet(name, id = name) {
    this.send(name, { type: 'OFFER', dst: id, payload: 'mark' });
    await this.read(name);
  }

  async ended(name) {
    this.#note(name, 'ends', await within(DEADLINE, this.#lines.get(name).end, `${name} ends`));
  }

  close(name, code) {
    this.#lines.get(name).socket.close(code);
  }

  terminate(name) {
    this.#lines.get(name).socket.terminate();
  }

  hangUp() {
    for (const line of this.#lines.values())
      line.socket.terminate();
  }
}
