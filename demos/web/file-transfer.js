// SPDX-License-Identifier: LGPL-2.1-or-later

// File transfers over a PeerJS data connection, as libpeerglib speaks them.

import { Sha256 } from './sha256.js';

const PIECE = 16_000;
const BLOCK = 16 * PIECE;
const WINDOW = 4 * 1024 * 1024;
const PROGRESS_STEP = 256 * 1024;
const MAX_BUFFERED = 1024 * 1024;

// What was received of files that were interrupted, while the page is open.
const interrupted = new Map();

const bytesOf = data => (data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength));

class Transfer extends EventTarget {
  state = 'offered';
  transferred = 0;
  error = null;

  constructor(transfers, { id, name, size = null, contentType = '' }) {
    super();
    Object.assign(this, { transfers, id, name, size, contentType });
    this.ended = new Promise(resolve => this.addEventListener('end', () => resolve(this), { once: true }));
  }

  say(type, members = {}) {
    if (this.transfers.connection.open)
      this.transfers.connection.send({ __peerFile: { type, id: this.id, ...members } });
  }

  get hasEnded() {
    return this.state === 'complete' || this.state === 'failed';
  }

  change(state) {
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }

  progress(transferred) {
    this.transferred = transferred;
    this.dispatchEvent(new Event('change'));
  }

  end(error = null) {
    if (this.hasEnded)
      return;
    this.error = error;
    this.change(error ? 'failed' : 'complete');
    this.transfers.forget(this);
    this.dispatchEvent(new Event('end'));
  }

  // Tells the other side that this one cannot go on.
  fail(reason) {
    if (this.hasEnded)
      return;
    this.say('error', { reason });
    this.end(reason);
  }

  cancel() {
    if (this.hasEnded)
      return;
    this.say('cancel');
    this.end('cancelled');
  }

  handle({ type, reason, ...members }) {
    if (type === 'cancel' || type === 'error' || type === 'refuse')
      this.end(`${type === 'refuse' ? 'refused' : 'ended'} by the other side: ${reason ?? 'no reason given'}`);
    else
      this[`on_${type}`]?.(members);
  }
}

export class OutgoingTransfer extends Transfer {
  isIncoming = false;
  #file;
  #sent = 0;
  #sha256 = new Sha256();
  #wake = () => {};

  constructor(transfers, file) {
    super(transfers, { id: crypto.randomUUID(), name: file.name, size: file.size, contentType: file.type });
    this.#file = file;
    this.say('offer', { name: file.name, size: file.size, contentType: file.type, modified: file.lastModified });
  }

  async on_accept({ offset, sha256 }) {
    try {
      if (offset > 0 && !(await this.#check(offset, sha256))) {
        this.#sha256 = new Sha256();
        this.say('restart');
        return;
      }
      this.#sent = offset;
      this.progress(offset);
      this.change('active');
      await this.#sendAll();
    } catch (error) {
      this.fail('it could not be read');
      this.error = error.message;
    }
  }

  on_progress({ offset }) {
    this.progress(Math.max(this.transferred, offset));
    this.#wake();
  }

  on_verified() {
    this.progress(this.size);
    this.end();
  }

  // Whether the other side's beginning is that of the file.
  async #check(offset, sha256) {
    for (let position = 0; position < offset; position += BLOCK)
      this.#sha256.update(await this.#read(position, Math.min(position + BLOCK, offset)));
    return this.#sha256.digest() === sha256;
  }

  async #read(start, end) {
    return new Uint8Array(await this.#file.slice(start, end).arrayBuffer());
  }

  async #sendAll() {
    while (this.#sent < this.size && !this.hasEnded) {
      const block = await this.#read(this.#sent, Math.min(this.#sent + BLOCK, this.size));
      this.#sha256.update(block);
      for (let start = 0; start < block.length && !this.hasEnded; start += PIECE) {
        const data = block.slice(start, start + PIECE);
        await this.#room(data.length);
        if (this.hasEnded)
          return;
        this.say('piece', { offset: this.#sent, data });
        this.#sent += data.length;
      }
    }
    if (!this.hasEnded)
      this.say('done', { size: this.#sent, sha256: this.#sha256.digest() });
  }

  // Waits until the other side has stored enough, and the network taken it.
  async #room(size) {
    const channel = this.transfers.connection.dataChannel;
    while (!this.hasEnded && (this.#sent + size > this.transferred + WINDOW || channel.bufferedAmount > MAX_BUFFERED)) {
      await new Promise(resolve => {
        this.#wake = resolve;
        setTimeout(resolve, 20);
      });
    }
  }
}

export class IncomingTransfer extends Transfer {
  isIncoming = true;
  #sha256 = new Sha256();
  #parts = [];
  #early = new Map(); // pieces that overtook others, by offset
  #announced = 0;
  #end = null;

  get #key() {
    return JSON.stringify([this.name, this.size]);
  }

  accept() {
    const before = interrupted.get(this.#key);
    interrupted.delete(this.#key);
    if (before) {
      this.#parts = before.parts;
      this.#sha256 = before.sha256;
      this.transferred = before.size;
    }
    this.#announced = this.transferred;
    this.change('active');
    this.say('accept', this.transferred > 0 ? { offset: this.transferred, sha256: this.#sha256.digest() } : { offset: 0 });
  }

  refuse(reason) {
    this.say('refuse', { reason });
    this.end('refused');
  }

  // The file, once it is complete.
  get blob() {
    return new Blob(this.#parts, { type: this.contentType });
  }

  on_restart() {
    this.#parts = [];
    this.#sha256 = new Sha256();
    this.#announced = 0;
    this.progress(0);
    this.say('accept', { offset: 0 });
  }

  on_piece({ offset, data }) {
    const bytes = bytesOf(data);
    if (this.state !== 'active' || offset < this.transferred || this.#early.has(offset) ||
        offset + bytes.length > Math.min(this.#announced + WINDOW, this.size ?? Infinity)) {
      this.fail('a piece is not where it should be');
      return;
    }
    this.#early.set(offset, bytes);
    let next;
    let position = this.transferred;
    while ((next = this.#early.get(position))) {
      this.#early.delete(position);
      this.#sha256.update(next);
      this.#parts.push(new Blob([next]));
      position += next.length;
    }
    this.progress(position);
    if (position - this.#announced >= PROGRESS_STEP) {
      this.#announced = position;
      this.#parts = [new Blob(this.#parts)];
      this.say('progress', { offset: position });
    }
    this.#finish();
  }

  on_done(end) {
    this.#end = end;
    this.#finish();
  }

  #finish() {
    if (!this.#end || this.transferred !== this.#end.size)
      return;
    if (this.#sha256.digest() !== this.#end.sha256) {
      this.#parts = [];
      this.transferred = 0;
      this.fail('its SHA-256 is wrong');
      return;
    }
    this.say('verified');
    this.size = this.#end.size;
    this.end();
  }

  end(error = null) {
    if (!this.hasEnded && error && this.transferred > 0)
      interrupted.set(this.#key, { parts: this.#parts, sha256: this.#sha256, size: this.transferred });
    super.end(error);
  }
}

// The transfers of one connection. Emits "offer", with the transfer in its
// detail, for each file that the other side offers.
export class FileTransfers extends EventTarget {
  #transfers = new Map();

  constructor(connection) {
    super();
    this.connection = connection;
    connection.on('data', value => this.#handle(value?.__peerFile));
    connection.on('close', () => this.#close());
  }

  send(file) {
    const transfer = new OutgoingTransfer(this, file);
    this.#transfers.set(transfer.id, transfer);
    return transfer;
  }

  forget(transfer) {
    this.#transfers.delete(transfer.id);
  }

  #handle(message) {
    if (!message)
      return;
    const known = this.#transfers.get(message.id);
    if (known) {
      known.handle(message);
    } else if (message.type === 'offer') {
      const transfer = new IncomingTransfer(this, message);
      this.#transfers.set(transfer.id, transfer);
      this.dispatchEvent(new CustomEvent('offer', { detail: transfer }));
    }
  }

  #close() {
    for (const transfer of [...this.#transfers.values()])
      transfer.end('the connection closed');
  }
}
