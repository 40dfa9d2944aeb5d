// SPDX-License-Identifier: LGPL-2.1-or-later

// Programs of libpeerglib that are told what to do in JSON lines: native-peer,
// which is a peer, native-endpoint, a server with senders and receivers,
// native-channels, a link, and native-room, a member of a hub's room.

import { Endpoint } from './endpoint.js';
import { toVariantText } from './model.js';
import { Child, tool } from './processes.js';
import { bytesOf } from './values.js';

class NativeProgram extends Endpoint {
  #child;
  #answers = new Map();
  #serial = 0;

  constructor(name, parameters = []) {
    super('native');
    this.name = name;
    this.#child = new Child(tool(name.toUpperCase().replace('-', '_')), parameters, {
      onLine: line => this.#hear(JSON.parse(line)),
    });
    this.#child.ended.then(({ error, code, signal }) => {
      const message = `${name}: ${error ?? signal ?? code}\n${this.#child.errors}`;
      for (const answer of this.#answers.values())
        answer({ error: { type: 'ended', message } });
    });
  }

  // Waits for the event that says it is ready.
  async ready(pattern) {
    try {
      return await this.take(pattern);
    } catch (error) {
      await this.#child.end();
      error.message += `\n${this.#child.errors}`;
      throw error;
    }
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

  signal(name) {
    this.#child.signal(name);
  }

  async end() {
    const { code, signal } = await this.#child.end();
    if (code !== 0)
      throw new Error(`${this.name} ended badly: ${signal ?? code}\n${this.#child.errors}`);
  }
}

export class NativePeer extends NativeProgram {
  // A peer that is registered at the server.
  static async start(server, id, parameters = []) {
    const self = new NativePeer(server, id, parameters);
    await self.ready({ event: 'open', id });
    return self;
  }

  constructor(server, id, parameters = []) {
    super('native-peer', ['--server', server.uri, '--id', id, ...parameters]);
    this.server = server;
    this.id = id;
  }

  async describe(value) {
    const wire = this.toWire(value);
    return wire.variant === undefined ? this.fromWire(wire) : this.canonical(wire.variant);
  }

  // GVariant text as GLib writes it.
  async canonical(variant) {
    return (await this.tell('print', { value: { variant } })).variant;
  }
}

export class NativeEndpoints extends NativeProgram {
  // Its server is listening.
  static async start() {
    const self = new NativeEndpoints('native-endpoint');
    const { uri } = await self.ready({ event: 'listening' });
    self.uri = uri;
    return self;
  }
}

export class NativeChannels extends NativeProgram {
  static async start() {
    const self = new NativeChannels('native-channels');
    await self.ready({ event: 'ready' });
    return self;
  }
}

export class NativeRoom extends NativeProgram {
  // It has joined.
  static async start(server, room, id) {
    const self = new NativeRoom('native-room', [server.uri, room, id]);
    await self.ready({ event: 'open' });
    return self;
  }
}
