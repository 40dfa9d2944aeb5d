// SPDX-License-Identifier: LGPL-2.1-or-later

// Pages in a hub's rooms.

import { isDeepStrictEqual } from 'node:util';

// Milliseconds until what happened is looked at again.
const POLL = 20;

const pause = () => new Promise(resolve => setTimeout(resolve, POLL));

// A page of its own in Chromium with hub-page.js.
export class HubPage {
  #page;

  static async join(browser, server, room, peerId, options = {}) {
    const self = new HubPage();
    self.#page = await browser.open('hub-page.html');
    try {
      await self.#page.evaluate(([name, settings]) => {
        window.connection = new window.WebRTCConnection(name, settings);
        return window.connection.connect();
      }, [room, { server: server.uri, peerId, ...options }]);
    } catch (error) {
      await self.end();
      throw error;
    }
    await self.has(['open']);
    await self.#until(async () => (await self.log()).some(([what]) => what === 'host'));
    return self;
  }

  async #until(condition) {
    while (!(await condition()))
      await pause();
  }

  log() {
    return this.#page.evaluate(() => window.connection.log);
  }

  get(name) {
    return this.#page.evaluate(key => window.connection[key], name);
  }

  call(method, ...parameters) {
    return this.#page.evaluate(([name, values]) => window.connection[name](...values), [method, parameters]);
  }

  // Waits until all of this has happened.
  async has(...entries) {
    await this.#until(async () => {
      const log = await this.log();
      return entries.every(entry => log.some(found => isDeepStrictEqual(found, entry)));
    });
  }

  end() {
    return this.#page.close();
  }
}
