// SPDX-License-Identifier: LGPL-2.1-or-later

// What becomes of a value on its way: in JavaScript, and as the GVariant that
// libpeerglib's data model gives it.

import { pack } from 'peerjs-js-binarypack';

import { bytesOf } from './values.js';

// BinaryPack sends the text of a date in local time; the browser runs in UTC.
process.env.TZ = 'UTC';

// Larger packed values travel in chunks, and PeerJS hands out the bytes in
// them as Uint8Array, else as ArrayBuffer.
const CHUNKED_MTU = 16_300;

const SMALLEST_NORMAL = 2 ** -1022;

// The JavaScript value that PeerJS, or its equivalent, hands out for a value
// that a peer of this kind sent.
export function arrival(value, serialization, sender) {
  if (serialization === 'json')
    return JSON.parse(JSON.stringify(value));
  return (arrivals[serialization] ?? binaryArrival)(value, sender);
}

const arrivals = {
  raw: value => (typeof value === 'string' ? value : toArrayBuffer(value)),
  MsgPack: (value, sender) =>
    mapLeaves(value, {
      // PeerJS sends an ArrayBuffer that is not wrapped as an empty object.
      bytes: bytes => (sender === 'browser' && bytes instanceof ArrayBuffer ? {} : toUint8Array(bytes)),
      date: date => date,
      number: number => number + 0,
    }),
};

function binaryArrival(value, sender) {
  const isNative = sender === 'native';
  return mapLeaves(value, {
    bytes: bytes => (pack(value).byteLength > CHUNKED_MTU ? toUint8Array : toArrayBuffer)(bytes),
    date: isNative ? date => date.toISOString() : String,
    // PeerJS misreads subnormal numbers, so they are not sent.
    number: number => (isNative && Math.abs(number) < SMALLEST_NORMAL ? 0 : number + 0),
  });
}

// Arrays, objects, text and booleans arrive as they are; what JSON calls
// undefined or a hole is null everywhere, and -0 is 0.
function mapLeaves(value, leaves) {
  if (value === undefined || value === null)
    return null;
  if (typeof value === 'number')
    return leaves.number(value);
  if (typeof value !== 'object')
    return value;
  if (bytesOf(value))
    return leaves.bytes(value);
  if (value instanceof Date)
    return leaves.date(value);
  if (Array.isArray(value))
    return Array.from(value, element => mapLeaves(element, leaves));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapLeaves(member, leaves)]));
}

const toUint8Array = value => Uint8Array.from(bytesOf(value));
const toArrayBuffer = value => toUint8Array(value).buffer;

// A value as GVariant text that says its types.
export function toVariantText(value) {
  if (value === undefined || value === null)
    return '@mv nothing';
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'number':
      return numberText(value);
    case 'string':
      return stringText(value);
    default:
      return objectText(value);
  }
}

function numberText(value) {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64)
    return `${value < 2 ** 63 ? 'int64' : 'uint64'} ${BigInt(value)}`;
  return `double ${value.toExponential().replace('Infinity', 'inf').replace('NaN', 'nan')}`;
}

function stringText(value) {
  const escaped = value.replace(/[\\']/g, '\\$&').replace(/\p{Cc}/gu, character =>
    `\\u${character.codePointAt(0).toString(16).padStart(4, '0')}`);
  return `'${escaped}'`;
}

function objectText(value) {
  const bytes = bytesOf(value);
  if (bytes)
    return `@ay [${Array.from(bytes, byte => `0x${byte.toString(16)}`).join()}]`;
  if (value instanceof Date)
    return `('date', int64 ${value.getTime() * 1000})`;
  if (Array.isArray(value))
    return `@av [${Array.from(value, element => `<${toVariantText(element)}>`).join()}]`;
  const members = Object.entries(value).map(([key, member]) => `${stringText(key)}: <${toVariantText(member)}>`);
  return `@a{sv} {${members.join()}}`;
}
