// SPDX-License-Identifier: LGPL-2.1-or-later

// The BinaryPack vectors that the unit tests read, too.

import { readFileSync } from 'node:fs';

import { unpack } from 'peerjs-js-binarypack';

const load = name => JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));

export const packed = load('binarypack-vectors');
export const unpacked = load('binarypack-decode-vectors');
export const refused = load('binarypack-pack-errors');

export const evaluate = expression => new Function(`return (${expression})`)();

export const fromHex = hex => new Uint8Array(Buffer.from(hex, 'hex')).buffer;

export const decoded = ({ hex }) => unpack(fromHex(hex));

// What the bytes of these rows say when they are read without the mistakes of
// PeerJS's reader.
export const correctVariants = {
  '-9007199254740991': 'int64 -9007199254740991',
  '2**63': 'int64 -9223372036854775808',
  '2**64': 'int64 0',
  '2**63+2048': 'uint64 9223372036854777856',
  NaN: 'int64 0',
};
