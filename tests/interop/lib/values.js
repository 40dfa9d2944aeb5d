// SPDX-License-Identifier: LGPL-2.1-or-later

// JavaScript values as JSON that keeps their types. Runs in Node and in the
// page: a value crosses from one to the other, or is compared, in this form.

const TAG = '$';

const typedArrays = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

export function encode(value) {
  return JSON.stringify(toTagged(value));
}

export function decode(text) {
  return fromTagged(JSON.parse(text));
}

function toTagged(value) {
  switch (typeof value) {
    case 'undefined':
      return { [TAG]: 'undefined' };
    case 'bigint':
      return { [TAG]: 'bigint', of: String(value) };
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { [TAG]: 'number', of: Object.is(value, -0) ? '-0' : String(value) };
    case 'object':
      return value === null ? null : objectToTagged(value);
    default:
      return value;
  }
}

function objectToTagged(value) {
  if (Array.isArray(value))
    return Array.from(value, toTagged);
  if (value instanceof Date)
    return { [TAG]: 'Date', of: value.getTime() };
  const bytes = bytesOf(value);
  if (bytes)
    return { [TAG]: value.constructor.name, of: toBase64(bytes) };
  return { [TAG]: 'Object', of: Object.entries(value).map(([key, member]) => [key, toTagged(member)]) };
}

function fromTagged(tagged) {
  if (Array.isArray(tagged))
    return tagged.map(fromTagged);
  if (tagged === null || typeof tagged !== 'object')
    return tagged;

  const { [TAG]: type, of } = tagged;
  switch (type) {
    case 'undefined':
      return undefined;
    case 'bigint':
      return BigInt(of);
    case 'number':
      return Number(of);
    case 'Date':
      return new Date(of);
    case 'ArrayBuffer':
      return fromBase64(of).buffer;
    case 'Object':
      return Object.fromEntries(of.map(([key, member]) => [key, fromTagged(member)]));
    default:
      return new (typedArrays.find(({ name }) => name === type))(fromBase64(of).buffer);
  }
}

// The bytes of an ArrayBuffer or a view of one; undefined for anything else.
export function bytesOf(value) {
  if (value instanceof ArrayBuffer)
    return new Uint8Array(value);
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return undefined;
}

function toBase64(bytes) {
  const pieces = [];
  for (let start = 0; start < bytes.length; start += 0x8000)
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + 0x8000)));
  return btoa(pieces.join(''));
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0));
}
