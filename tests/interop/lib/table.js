// SPDX-License-Identifier: LGPL-2.1-or-later

// The values that every pairing exchanges, by serialization.

const SERIALIZATIONS = ['binary', 'binary-utf8', 'json', 'raw', 'MsgPack'];
const STRUCTURED = SERIALIZATIONS.filter(name => name !== 'raw');
const CHUNKED = STRUCTURED.filter(name => name !== 'json');

const MEGABYTE = 1024 * 1024;

// Bytes without a short period, so that a chunk out of place shows.
const bytes = length => Uint8Array.from({ length }, (_, index) => (index * 2654435761) >>> 24);

const text = length => 'Grüße, 世界 🌍👩‍👩‍👧 '.repeat(length / 32).padEnd(length, '.');

const nested = depth => (depth === 0 ? 'bottom' : depth % 2 ? [nested(depth - 1)] : { down: nested(depth - 1) });

const numbers = [
  ...[0, 1, 127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1],
  ...[-1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31)],
  ...[0.5, -1.5, 0.1, 0.1 + 0.2, 1e-7, Math.PI, 123456789.125],
];

const structures = {
  'an empty array': [],
  'an empty object': {},
  'an array of everything': [null, true, 1, -0.5, 'text', [], {}],
  'a hole and undefined': [1, undefined, , 2],
  'an object in an object': { a: { b: { c: [{ d: null }, 'é'] } }, '': 'no name', 'with space': 1 },
  'keys that look like numbers': { 2: 'two', 1: 'one' },
  '1000 numbers': Array.from({ length: 1000 }, (_, index) => index),
  '20 levels': nested(20),
};

const binaries = {
  'no bytes': new ArrayBuffer(0),
  'one byte': new Uint8Array([255]).buffer,
  '15 bytes': bytes(15),
  '16 bytes': bytes(16),
  '16000 bytes': bytes(16_000),
  '16297 bytes, the last that need no chunk': bytes(16_297),
  '16298 bytes': bytes(16_298),
  '64 KiB': bytes(65_536),
  'a part of a buffer': bytes(64).subarray(3, 41),
  Int8Array: new Int8Array([-128, 127]),
  Uint8ClampedArray: new Uint8ClampedArray([0, 255]),
  Int16Array: new Int16Array([-2, 300]),
  Uint16Array: new Uint16Array([1, 65535]),
  Int32Array: new Int32Array([-1, 2]),
  Uint32Array: new Uint32Array([1, 2 ** 32 - 1]),
  Float32Array: new Float32Array([1.5, -0.25]),
  Float64Array: new Float64Array([Math.E]),
  BigInt64Array: new BigInt64Array([-1n, 2n ** 62n]),
  BigUint64Array: new BigUint64Array([2n ** 64n - 1n]),
};

const rows = (serializations, values) =>
  Object.entries(values).map(([name, value]) => ({ name, value, serializations }));

const table = [
  ...rows(STRUCTURED, { true: true, false: false }),
  ...numbers.map(value => ({ name: String(value), value, serializations: STRUCTURED })),
  ...rows(SERIALIZATIONS, {
    'empty text': '',
    'one letter': 'a',
    'fifteen chars!!': 'fifteen chars!!',
    'sixteen chars!!!': 'sixteen chars!!!',
    accents: 'é',
    Chinese: '中文',
    emoji: 'a 😀 and 👩‍👩‍👧',
    'quotes and control characters': '"\'\\/\b\f\n\r\t\u0001\u007f',
    '10 kB of text': text(10_000),
  }),
  ...rows(STRUCTURED, structures),
  ...rows([...CHUNKED, 'raw'], binaries),
  ...rows(STRUCTURED, {
    'the first date': new Date(0),
    'a date': new Date('2026-01-02T03:04:05.678Z'),
    'a date before the first': new Date('1969-12-31T23:59:58.999Z'),
    'a date in an object': { at: new Date('2038-01-19T03:14:08Z') },
  }),
  ...rows(CHUNKED, {
    'bytes among other things, in chunks': { name: 'file', parts: [bytes(20_000), bytes(3)], size: 20_003 },
  }),
];

const large = rows(CHUNKED, {
  '2 MB of text': text(2 * MEGABYTE),
  '4 MB': bytes(4 * MEGABYTE),
});

export const serializations = SERIALIZATIONS;

export const valuesFor = (serialization, withLarge) =>
  [...table, ...(withLarge ? large : [])].filter(row => row.serializations.includes(serialization));

export { bytes, text };
