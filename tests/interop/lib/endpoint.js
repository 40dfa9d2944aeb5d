// SPDX-License-Identifier: LGPL-2.1-or-later

// A peer under test, wherever it runs, and its connections: what it is told
// to do and the events it reports.

import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { within } from './suite.js';

const EVENT_DEADLINE = 20_000;

// What a peer answered instead of doing what it was told; type is PeerJS's.
export class CommandError extends Error {
  constructor({ type, message }) {
    super(`${type}: ${message}`);
    this.type = type;
  }
}

export class Endpoint {
  #events = [];
  #waiting = [];

  // Subclasses have perform(command), which resolves to the answer, and three
  // forms of a value: toWire(value) to send a JavaScript value, and, equal for
  // equal values, fromWire(received) and describe(value).
  constructor(kind) {
    this.kind = kind;
  }

  record(event) {
    const index = this.#waiting.findIndex(({ pattern }) => matches(event, pattern));
    if (index < 0)
      this.#events.push(event);
    else
      this.#waiting.splice(index, 1)[0].resolve(event);
  }

  // The next event that has these members. Each event is taken once.
  async take(pattern) {
    const index = this.#events.findIndex(event => matches(event, pattern));
    if (index >= 0)
      return this.#events.splice(index, 1)[0];

    const waiter = { pattern };
    const event = new Promise(resolve => (waiter.resolve = resolve));
    this.#waiting.push(waiter);
    try {
      return await within(EVENT_DEADLINE, event, `${this.kind} ${this.id}: ${JSON.stringify(pattern)}`);
    } catch (error) {
      this.#waiting = this.#waiting.filter(other => other !== waiter);
      error.message += `\nnot taken: ${abbreviate(JSON.stringify(this.#events))}`;
      throw error;
    }
  }

  // What received() gives when this value arrives.
  async toText(value) {
    return abbreviate(await this.describe(value));
  }

  // The events nobody took that have these members.
  left(pattern) {
    return this.#events.filter(event => matches(event, pattern));
  }

  async tell(command, parameters = {}) {
    const answer = await within(EVENT_DEADLINE, this.perform({ command, ...parameters }), `${this.kind}: ${command}`);
    if (answer.error)
      throw new CommandError(answer.error);
    return answer;
  }

  async open() {
    const { host, port, iceServers } = this.server;
    await this.tell('open', { id: this.id, host, port, iceServers });
    await this.take({ event: 'open', id: this.id });
  }

  async connect(remote, { metadata, ...options } = {}) {
    const description = await this.tell('connect', {
      peer: remote,
      ...options,
      ...(metadata === undefined ? {} : { metadata: this.toWire(metadata) }),
    });
    return new Connection(this, description);
  }

  async accept(pattern = {}) {
    return new Connection(this, await this.take({ event: 'connection', ...pattern }));
  }
}

export class Connection {
  constructor(endpoint, description) {
    this.endpoint = endpoint;
    this.description = description;
    this.id = description.connection;
  }

  opened() {
    return this.#take('connection-open');
  }

  closed() {
    return this.#take('connection-close');
  }

  // The next value, as toText() has it.
  async received() {
    return abbreviate(this.endpoint.fromWire((await this.#take('data')).value));
  }

  send(value) {
    return this.#tell('send', { value: this.endpoint.toWire(value) });
  }

  sendExpression(expression) {
    return this.#tell('send', { expression });
  }

  // Sends values without waiting in between.
  burst(values) {
    return this.#tell('burst', { values: values.map(value => this.endpoint.toWire(value)) });
  }

  close() {
    return this.#tell('close');
  }

  flush() {
    return this.#tell('flush');
  }

  // Gives the other side up when nothing is heard from it for so long.
  watch(seconds) {
    return this.#tell('watch', { seconds });
  }

  async stats() {
    await this.#tell('stats');
    return (await this.#take('stats')).stats;
  }

  failed() {
    return this.#take('connection-error');
  }

  #tell(command, parameters) {
    return this.endpoint.tell(command, { connection: this.id, ...parameters });
  }

  #take(event) {
    return this.endpoint.take({ event, connection: this.id });
  }
}

// A long text as one that is still equal only for equal texts.
export function abbreviate(text) {
  if (text.length <= 600)
    return text;
  const digest = createHash('sha256').update(text).digest('hex');
  return `${text.slice(0, 200)} … (${text.length} characters, SHA-256 ${digest})`;
}

function matches(event, pattern) {
  return Object.entries(pattern).every(([key, value]) => isDeepStrictEqual(event[key], value));
}
