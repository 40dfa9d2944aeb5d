// SPDX-License-Identifier: LGPL-2.1-or-later

// PeerJS in Chromium to PeerJS in Chromium, and libpeerglib in place of one or
// both of them, in one run: lines of JSON. A ratio is against PeerJS to
// PeerJS; below 1 means less time.

import { Browser } from '../interop/lib/browser.js';
import { connect } from '../interop/lib/cases.js';
import { NativePeer } from '../interop/lib/native.js';
import { startPeerServer } from '../interop/lib/servers.js';
import { guard } from '../interop/lib/suite.js';

const OPENINGS = 15;
const PINGS = 300;
const BULK_SIZE = 1024 * 1024;
const BULK_COUNT = 16;
const ROUNDS = 3;

const measurements = {
  'connect-to-open': async (near, far) => {
    await near.tell('openings', { peer: far.id, count: OPENINGS });
    return median(await result(near));
  },

  'ping-pong': (near, far) => over(near, far, { what: 'ping', count: PINGS }, { what: 'echo' }),

  'bulk-1-mib': (near, far) =>
    over(near, far, { what: 'bulk', size: BULK_SIZE, count: BULK_COUNT }, { what: 'sink', bytes: BULK_SIZE * BULK_COUNT }),
};

async function over(near, far, active, passive) {
  const [here, there] = await connect(near, far, { reliable: true });
  await far.tell('measure', { connection: there.id, ...passive });
  await near.tell('measure', { connection: here.id, ...active });
  const milliseconds = median(await result(near));
  await here.close();
  await there.closed();
  return milliseconds;
}

const result = async endpoint => (await endpoint.take({ event: 'measured' })).milliseconds;

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const round = value => Number(value.toPrecision(4));

async function startPeers(defer) {
  const server = await startPeerServer();
  defer(() => server.end());
  const browser = await Browser.start();
  defer(() => browser.end());
  const pages = [await browser.peer(server, 'page'), await browser.peer(server, 'other-page')];
  const natives = [await NativePeer.start(server, 'native'), await NativePeer.start(server, 'other-native')];
  for (const native of natives)
    defer(() => native.end());
  return {
    'PeerJS to PeerJS': pages,
    'libpeerglib to PeerJS': [natives[0], pages[0]],
    'PeerJS to libpeerglib': [pages[0], natives[0]],
    'libpeerglib to libpeerglib': natives,
  };
}

await guard(120_000, async defer => {
  const pairs = await startPeers(defer);
  for (const [benchmark, measure] of Object.entries(measurements)) {
    const samples = Object.fromEntries(Object.keys(pairs).map(pair => [pair, []]));
    // In turns, so that all of them meet the same moods of the machine.
    for (let index = 0; index < ROUNDS; index++) {
      for (const [pair, [near, far]] of Object.entries(pairs))
        samples[pair].push(await measure(near, far));
    }
    const [reference] = Object.values(samples).map(median);
    for (const [pair, values] of Object.entries(samples)) {
      const milliseconds = median(values);
      console.log(JSON.stringify({
        benchmark,
        pair,
        milliseconds: round(milliseconds),
        ...(benchmark === 'bulk-1-mib'
          ? { megabits_per_second: round((BULK_SIZE * BULK_COUNT * 8) / 1000 / milliseconds) }
          : {}),
        ratio: round(milliseconds / reference),
      }));
    }
  }
});
