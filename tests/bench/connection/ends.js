// SPDX-License-Identifier: LGPL-2.1-or-later

// Both ends of connections of one kind, told what to do on standard input, as
// ends.c has it. A link has send(end), bufferedAmount and close(), and calls
// what it was made with: opened(), arrived(end) and low().

import { createInterface } from 'node:readline';

const WINDOW = 8 * 1024 * 1024;
const MAX_MESSAGE_SIZE = 65536;
const PING_SIZE = 16;

export const LOW = WINDOW / 2;

class Runner {
  #makeLink;
  #links = [];
  #arrived = () => {};
  #fill = () => {};

  constructor(makeLink) {
    this.#makeLink = makeLink;
  }

  open(count) {
    return new Promise(resolve => {
      let missing = 2 * count;
      for (let index = 0; index < count; index++) {
        const link = this.#makeLink({
          opened: () => --missing === 0 && resolve(),
          arrived: end => this.#arrived(end),
          low: () => this.#fill(),
        });
        this.#links.push(link);
      }
    });
  }

  ping(count) {
    const [link] = this.#links;
    const message = new Uint8Array(PING_SIZE);
    return new Promise(resolve => {
      let missing = count;
      this.#arrived = end => {
        if (end === 1)
          link.send(1, message);
        else if (--missing > 0)
          link.send(0, message);
        else
          resolve();
      };
      link.send(0, message);
    });
  }

  bulk(size, count) {
    const [link] = this.#links;
    const pieces = Math.max(1, size / MAX_MESSAGE_SIZE);
    const message = new Uint8Array(size / pieces);
    return new Promise(resolve => {
      let unsent = count * pieces;
      let missing = unsent;
      this.#arrived = () => --missing === 0 && resolve();
      this.#fill = () => {
        for (; unsent > 0 && link.bufferedAmount < WINDOW; unsent--)
          link.send(0, message);
      };
      this.#fill();
    });
  }

  close() {
    for (const link of this.#links.splice(0))
      link.close();
  }
}

export function serve(makeLink) {
  const runner = new Runner(makeLink);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', async line => {
    const [command, ...parameters] = line.split(' ');
    const start = performance.now();
    await runner[command](...parameters.map(Number));
    console.log((performance.now() - start).toFixed(3));
  });
  lines.on('close', () => process.exit(0));
  console.log('ready');
}
