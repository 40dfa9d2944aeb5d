// SPDX-License-Identifier: LGPL-2.1-or-later

// A way to a server that can be lost.

import { connect, createServer } from 'node:net';

const WEBSOCKET_PONG = 0x8a;

export class Proxy {
  #listener;
  #clients = new Set();
  #servers = new Set();
  #frozen = new Set();
  #heardPong;

  // Resolves when a server has answered a ping.
  pong = new Promise(resolve => {
    this.#heardPong = resolve;
  });

  static async start(target) {
    const self = new Proxy();
    self.#listener = createServer(client => self.#relay(client, target.port));
    await new Promise((resolve, reject) =>
      self.#listener.once('error', reject).listen(0, '127.0.0.1', resolve));
    return self;
  }

  get uri() {
    return `http://127.0.0.1:${this.#listener.address().port}/`;
  }

  // Cuts every connection for the client. The server learns nothing of it.
  sever() {
    for (const client of this.#clients)
      client.destroy();
  }

  // Pulls the cable: nothing gets through on the lines that are there, and
  // nobody is told. New lines work.
  freeze() {
    for (const client of this.#clients)
      this.#frozen.add(client);
  }

  end() {
    this.sever();
    for (const server of this.#servers)
      server.destroy();
    this.#listener.close();
  }

  #relay(client, port) {
    const server = connect(port, '127.0.0.1');
    this.#clients.add(client);
    this.#servers.add(server);
    client.on('error', () => {});
    server.on('error', () => {});
    client.on('data', data => this.#frozen.has(client) || server.write(data));
    server.on('data', data => {
      if (!this.#frozen.has(client))
        client.write(data);
      if (data[0] === WEBSOCKET_PONG)
        this.#heardPong();
    });
    server.on('close', () => client.destroy());
    client.on('end', () => this.#frozen.has(client) || server.end());
    client.on('close', () => this.#clients.delete(client));
  }
}
