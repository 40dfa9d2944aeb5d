// SPDX-License-Identifier: LGPL-2.1-or-later

// Connections of libpeerglib against those of a program that uses webrtcbin as
// it comes, of libwebrtc, of libdatachannel and of PeerJS in Chromium: lines of
// JSON, medians and ratios. With --quick only that it works.

import { cpus, loadavg, release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { guard } from '../../interop/lib/suite.js';
import { startPairs, startPrograms } from './contestants.js';
import { comparisons, counterpart, judge } from './goals.js';
import { usage } from './usage.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const SIZES = [KIB, 16 * KIB, 64 * KIB, MIB, 4 * MIB];
const MAX_RAW_SIZE = 64 * KIB;

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } },
});
const rounds = options.quick ? 1 : Number(options.rounds);
const few = (count, quick = 1) => (options.quick ? quick : count);

const samples = new Map();

// What is told apart; a size is of values.
function note(link, measure, value, { serialization, size } = {}) {
  const key = JSON.stringify({ link, measure, serialization, size });
  const values = samples.get(key) ?? [];
  values.push(value);
  samples.set(key, values);
}

const settle = () => sleep(few(60));

async function over(contestant, serialization, measure, count = 1) {
  await contestant.open(count, serialization);
  await measure();
  await contestant.close();
  await settle();
}

const noteOpening = async (contestant, measure, count = 1) => {
  const milliseconds = await contestant.open(count, 'binary');
  await contestant.close();
  await settle();
  note(contestant.name, measure, milliseconds);
};

async function noteOpenings(contestant) {
  if (contestant.openings) {
    note(contestant.name, 'open', median(await contestant.openings(few(10))));
    return;
  }
  const values = [];
  for (let index = 0; index < few(10); index++) {
    values.push(await contestant.open(1, 'binary'));
    await contestant.close();
    await settle();
  }
  note(contestant.name, 'open', median(values));
}

// What one end of each of so many connections takes.
async function noteSizes(contestant, wanted) {
  const count = Math.min(wanted, contestant.maxAtOnce);
  const before = usage(contestant.pids);
  const milliseconds = await contestant.open(count, 'binary');
  await settle();
  const after = usage(contestant.pids);
  await contestant.close();
  await settle();
  if (milliseconds !== undefined && count === wanted)
    note(contestant.name, `open-${count}`, milliseconds);
  note(contestant.name, 'threads', (after.threads - before.threads) / count / 2);
  note(contestant.name, 'memory', (after.rss - before.rss) / count / 2);
}

const notePing = (contestant, serialization) =>
  over(contestant, serialization, async () => {
    const count = few(1000, 10);
    const milliseconds = await contestant.ping(count);
    note(contestant.name, 'ping', (milliseconds * 1000) / count, { serialization });
  });

const noteBulk = (contestant, serialization, size, bytes) =>
  over(contestant, serialization, async () => {
    const count = Math.max(1, Math.floor((options.quick ? size : bytes) / size));
    const before = usage(contestant.pids);
    const milliseconds = await contestant.bulk(size, count);
    const megabytes = (size * count) / 1e6;
    note(contestant.name, 'bulk', (megabytes * 8000) / milliseconds, { serialization, size });
    note(contestant.name, 'cpu', (usage(contestant.pids).cpu - before.cpu) / megabytes, { serialization, size });
  });

// The others may get stuck: that is their result.
async function attempt(program, measure) {
  try {
    await measure(program);
  } catch (error) {
    if (program.isOurs)
      throw error;
    console.error(error.message);
    await program.restart();
  }
}

// Around all of them for each measure, so that they meet the same moods of the
// machine.
async function measurePrograms(programs) {
  const each = async measure => {
    for (const program of programs)
      await attempt(program, measure);
  };
  const ours = programs.find(({ isOurs }) => isOurs);

  await each(program => noteOpening(program, 'open-first'));
  await each(noteOpenings);
  await each(program => noteOpening(program, 'open-10', few(10)));
  await each(program => noteSizes(program, few(50)));
  await each(program => notePing(program, 'raw'));
  await notePing(ours, 'binary');
  for (const size of SIZES) {
    const bytes = size === KIB ? 8 * MIB : 48 * MIB;
    await each(program => (program === ours && size > MAX_RAW_SIZE ? undefined : noteBulk(program, 'raw', size, bytes)));
    await noteBulk(ours, 'binary', size, bytes);
  }
  await noteBulk(ours, 'json', 16_000, 48 * MIB);
  await noteBulk(ours, 'MsgPack', 64 * KIB, 48 * MIB);
}

async function measurePairs(pairs) {
  const each = async measure => {
    for (const pair of pairs)
      await measure(pair);
  };

  await each(noteOpenings);
  await each(pair => noteSizes(pair, few(10)));
  for (const serialization of ['raw', 'binary'])
    await each(pair => notePing(pair, serialization));
  for (const size of SIZES) {
    if (size <= MAX_RAW_SIZE)
      await each(pair => noteBulk(pair, 'raw', size, 8 * MIB));
    await each(pair => noteBulk(pair, 'binary', size, 8 * MIB));
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const rounded = value => Number(value.toPrecision(4));
const spread = values => ({
  value: rounded(median(values)),
  low: rounded(Math.min(...values)),
  high: rounded(Math.max(...values)),
});

const print = item => console.log(JSON.stringify({ benchmark: 'connection', ...item }));

function describeMachine(loadAverage, complete) {
  print({
    processor: cpus()[0].model,
    cores: cpus().length,
    kernel: release(),
    load_average: loadAverage,
    rounds,
    complete,
  });
}

function printResults() {
  const parsed = [...samples].map(([key, values]) => [JSON.parse(key), values]);
  for (const [what, values] of parsed)
    print({ ...what, ...spread(values) });

  for (const [link, reference] of comparisons(new Set(parsed.map(([what]) => what.link)))) {
    for (const [what, values] of parsed.filter(([{ link: name }]) => name === link)) {
      const others = samples.get(JSON.stringify({ link: reference, ...counterpart(link, what) }));
      const ratios = values.map((value, round) => value / others?.[round]).filter(Number.isFinite);
      if (ratios.length === 0)
        continue;
      const ratio = spread(ratios);
      print({ ...what, ratio: reference, ...ratio, ...judge(link, reference, what.measure, ratio.value) });
    }
  }
}

// With browsers many things may fail; what has been measured is not lost then.
async function runPairs(pairs) {
  for (let round = 0; round < rounds; round++) {
    console.error(`pairs, round ${round + 1} of ${rounds}, load average ${loadavg()[0].toFixed(1)}`);
    await measurePairs(pairs);
  }
}

await guard(options.quick ? 120_000 : 900_000, async defer => {
  const [loadAverage] = loadavg().map(rounded);
  let failure;
  for (let round = 0; round < rounds; round++) {
    console.error(`round ${round + 1} of ${rounds}, load average ${loadavg()[0].toFixed(1)}`);
    await withCleanup(startPrograms, measurePrograms, defer);
  }
  await withCleanup(startPairs, runPairs, defer).catch(error => (failure = error));
  describeMachine(loadAverage, !options.quick && !failure);
  printResults();
  if (failure)
    throw failure;
});

// Ends what was started when it has been measured.
async function withCleanup(startAll, measure, defer) {
  const cleanups = [];
  const contestants = await startAll(cleanup => {
    let ending;
    const once = () => (ending ??= cleanup());
    cleanups.push(once);
    defer(once);
  });
  await measure(contestants);
  for (const cleanup of cleanups.reverse())
    await cleanup();
}
