// SPDX-License-Identifier: LGPL-2.1-or-later

// A way to a server that can be lost.

import { connect, createServer } from 'node:net';

export class Proxy {
  #listener;
  #clients = new Set();
  #servers = new Set();

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
    client.on('data', data => server.write(data));
    server.on('data', data => client.write(data));
    server.on('close', () => client.destroy());
    client.on('end', () => server.end());
    client.on('close', () => this.#clients.delete(client));
  }
}
