// SPDX-License-Identifier: LGPL-2.1-or-later

// SHA-256 of bytes that come bit by bit, which WebCrypto cannot do.

const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n++) {
  if (PRIMES.every(prime => n % prime !== 0))
    PRIMES.push(n);
}

const fraction = number => ((number - Math.floor(number)) * 2 ** 32) | 0;
const INITIAL = PRIMES.slice(0, 8).map(prime => fraction(Math.sqrt(prime)));
const CONSTANTS = Int32Array.from(PRIMES, prime => fraction(Math.cbrt(prime)));

const BLOCK = 64;

export class Sha256 {
  #state = Int32Array.from(INITIAL);
  #block = new Uint8Array(BLOCK);
  #used = 0;
  #size = 0;

  update(bytes) {
    this.#size += bytes.length;
    let start = 0;
    if (this.#used > 0) {
      start = Math.min(BLOCK - this.#used, bytes.length);
      this.#block.set(bytes.subarray(0, start), this.#used);
      this.#used += start;
      if (this.#used < BLOCK)
        return this;
      this.#mix(this.#block, 0);
    }
    for (; start + BLOCK <= bytes.length; start += BLOCK)
      this.#mix(bytes, start);
    this.#block.set(bytes.subarray(start));
    this.#used = bytes.length - start;
    return this;
  }

  // The digest of what came so far; more may follow.
  digest() {
    const copy = new Sha256();
    copy.#state.set(this.#state);
    copy.#block.set(this.#block);
    copy.#used = this.#used;
    copy.#finish(this.#size);
    return Array.from(copy.#state, word => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #finish(size) {
    const padding = new Uint8Array((this.#used < 56 ? 56 : 120) - this.#used + 8);
    const view = new DataView(padding.buffer);
    padding[0] = 0x80;
    view.setUint32(padding.length - 8, Math.floor(size / 2 ** 29));
    view.setUint32(padding.length - 4, (size * 8) >>> 0);
    this.update(padding);
  }

  #mix(bytes, start) {
    const words = WORDS;
    for (let i = 0; i < 16; i++) {
      const at = start + 4 * i;
      words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const x = words[i - 15];
      const y = words[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
    }
    const state = this.#state;
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + CONSTANTS[i] + words[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

const WORDS = new Int32Array(64);
