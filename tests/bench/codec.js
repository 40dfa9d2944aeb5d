// SPDX-License-Identifier: LGPL-2.1-or-later

// BinaryPack in libpeerglib against PeerJS's own package, and against libmsgpack
// on equal values, in turn in one run: lines of JSON. A ratio is how many times
// faster than that libpeerglib is.
//
//   node codec.js PATH-OF-BENCH-CODEC
//
// The package is looked for beside the interop tests, then in NODE_PATH.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../interop/', import.meta.url));
const { pack, unpack } = require('peerjs-js-binarypack');

const DOCUMENTS = ['small-object', 'objects-1000', 'text-1mb', 'bytes-1mb', 'numbers-2000'];
const ROUNDS = 5;
const MIN_MICROSECONDS = 60e3;

const program = process.argv[2];
const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };

function load(name) {
  if (name === 'bytes-1mb')
    return new Uint8Array(1024 * 1024).map((_, i) => i * 31);
  return JSON.parse(execFileSync(program, ['--print', name], options));
}

// Nanoseconds of CPU, so that other processes do not count.
function measure(operation) {
  for (let runs = 1; ; runs *= 4) {
    const start = process.cpuUsage();
    for (let i = 0; i < runs; i++)
      operation();
    const { user, system } = process.cpuUsage(start);
    if (user + system >= MIN_MICROSECONDS)
      return (user + system) * 1e3 / runs;
  }
}

const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = value => Number(value.toPrecision(3));

for (const name of DOCUMENTS) {
  const value = load(name);
  const packed = pack(value);
  const times = {};
  let bytes;

  const note = (operation, implementation, nanoseconds) =>
    ((times[operation] ??= {})[implementation] ??= []).push(nanoseconds);

  for (let i = 0; i < ROUNDS; i++) {
    for (const line of execFileSync(program, [name], options).trim().split('\n')) {
      const result = JSON.parse(line);
      bytes = result.bytes;
      note(result.operation, result.implementation, result.nanoseconds);
    }
    note('pack', 'peerjs', measure(() => pack(value)));
    note('unpack', 'peerjs', measure(() => unpack(packed)));
  }

  for (const [operation, implementations] of Object.entries(times)) {
    const speed = Object.fromEntries(
      Object.entries(implementations).map(([who, nanoseconds]) => [who, bytes / median(nanoseconds) * 1e3]));
    console.log(JSON.stringify({
      benchmark: 'codec',
      document: name,
      operation,
      bytes,
      mbPerSecond: Object.fromEntries(Object.entries(speed).map(([who, value]) => [who, round(value)])),
      ratioToPeerjs: round(speed.libpeerglib / speed.peerjs),
      ratioToLibmsgpack: round(speed.libpeerglib / speed.libmsgpack),
      // What libmsgpack unpacks points into the message, unchecked: this also
      // makes a GVariant of it, as libpeerglib does.
      ratioToLibmsgpackToGVariant: speed.libmsgpackToGVariant && round(speed.libpeerglib / speed.libmsgpackToGVariant),
    }));
  }
}
