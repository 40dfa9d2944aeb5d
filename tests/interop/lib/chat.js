// SPDX-License-Identifier: LGPL-2.1-or-later

// peer-cat in a room, and what it says in its terminal.

import { Child, tool } from './processes.js';
import { within } from './suite.js';

const LINE_DEADLINE = 50_000;
const SEE_DEADLINE = 40_000;

export class Chat {
  #lines = [];
  #waiting = [];

  // The arguments are those of the command beside the room and the own id.
  constructor(room, id, args) {
    const command = ['-c', 'exec "$0" "$@" 2>&1', tool('PEER_CAT'), '--room', room, '--id', id, ...args];
    this.id = id;
    this.child = new Child('sh', command, { onLine: line => this.#record(line) });
  }

  // In the room.
  static async join(room, id, ...args) {
    const chat = new Chat(room, id, args);
    await chat.line(/^\* In room /);
    return chat;
  }

  #record(line) {
    this.#lines.push(line);
    for (const { resolve } of this.#waiting.splice(0))
      resolve();
  }

  // The next line like this, which may have come before; those before it stay.
  async line(pattern) {
    const find = async () => {
      for (;;) {
        const index = this.#lines.findIndex(line => pattern.test(line));
        if (index >= 0)
          return this.#lines.splice(index, 1)[0];
        await new Promise(resolve => this.#waiting.push({ resolve }));
      }
    };
    try {
      return await within(LINE_DEADLINE, find(), `${this.id}: ${pattern}`);
    } catch (error) {
      error.message += `\nsaid: ${this.#lines.join('\n')}`;
      throw error;
    }
  }

  say(text) {
    this.child.write(text);
  }

  // Who is there, in order; the host has a star, the others nothing.
  async roster() {
    this.say('/who');
    const [, list] = /^\* In room [^:]*: (.*)$/.exec(await this.line(/^\* In room /));
    const members = list.matchAll(/([^ ,]+)(?: \(([^)]*)\))?/g);
    return [...members].map(([, id, words]) => (words?.includes('host') ? `${id}*` : id)).join(' ');
  }

  // Asks until the roster is right.
  async #asksFor(isRight, what) {
    let last;
    const ask = async () => {
      while (!isRight((last = await this.roster())))
        await new Promise(resolve => setTimeout(resolve, 50));
    };
    try {
      await within(SEE_DEADLINE, ask(), `${this.id} sees ${what}`);
      return last;
    } catch (error) {
      error.message += `, but ${last}`;
      throw error;
    }
  }

  sees(roster) {
    return this.#asksFor(last => last === roster, roster);
  }

  // In any order; the ids are sorted.
  seesAll(ids) {
    return this.#asksFor(last => last.replace('*', '').split(' ').sort().join(' ') === ids.join(' '), ids);
  }

  quit() {
    this.say('/quit');
    return this.child.ended;
  }

  end(signal) {
    return this.child.end(signal);
  }
}
