// SPDX-License-Identifier: LGPL-2.1-or-later

// A peer of libpeerglib: the program native-peer, told what to do in JSON
// lines.

import { Endpoint } from './endpoint.js';
import { toVariantText } from './model.js';
import { Child, tool } from './processes.js';
import { bytesOf } from './values.js';

export class NativePeer extends Endpoint {
  #child;
  #answers = new Map();
  #serial = 0;

  // A peer that is registered at the server.
  static async start(server, id, parameters = []) {
    const self = new NativePeer(server, id, parameters);
    try {
      await self.take({ event: 'open', id });
      return self;
    } catch (error) {
      await self.#child.end();
      error.message += `\n${self.#child.errors}`;
      throw error;
    }
  }

  constructor(server, id, parameters = []) {
    super('native');
    this.server = server;
    this.id = id;
    this.#child = new Child(tool('NATIVE_PEER'), ['--server', server.uri, '--id', id, ...parameters], {
      onLine: line => this.#hear(JSON.parse(line)),
    });
    this.#child.ended.then(({ error, code, signal }) => {
      const message = `native-peer: ${error ?? signal ?? code}\n${this.#child.errors}`;
      for (const answer of this.#answers.values())
        answer({ error: { type: 'ended', message } });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  #hear({ answer, ...message }) {
    if (answer === undefined) {
      this.record(message);
      return;
    }
    this.#answers.get(answer)(message);
    this.#answers.delete(answer);
  }

  perform(command) {
    const serial = ++this.#serial;
    return new Promise(resolve => {
      this.#answers.set(serial, resolve);
      this.#child.write(JSON.stringify({ serial, ...command }));
    });
  }

  // Text and bytes, which may be long, go as they are, anything else as
  // GVariant text.
  toWire(value) {
    if (typeof value === 'string')
      return { text: value };
    const bytes = bytesOf(value);
    return bytes ? { bytes: Buffer.from(bytes).toString('base64') } : { variant: toVariantText(value) };
  }

  fromWire({ text, bytes, variant }) {
    if (text !== undefined)
      return `text ${text}`;
    return bytes === undefined ? variant : `bytes ${bytes}`;
  }

  async describe(value) {
    const wire = this.toWire(value);
    return wire.variant === undefined ? this.fromWire(wire) : this.canonical(wire.variant);
  }

  // GVariant text as GLib writes it.
  async canonical(variant) {
    return (await this.tell('print', { value: { variant } })).variant;
  }

  signal(name) {
    this.#child.signal(name);
  }

  async end() {
    const { code, signal } = await this.#child.end();
    if (code !== 0)
      throw new Error(`native-peer ended badly: ${signal ?? code}\n${this.#child.errors}`);
  }
}
