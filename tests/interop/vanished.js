// SPDX-License-Identifier: LGPL-2.1-or-later

// Peers that are gone without a word: libpeerglib misses a browser and itself,
// and takes nobody for gone who is only idle.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { Browser } from './lib/browser.js';
import { NativePeer } from './lib/native.js';
import { startPeerServer } from './lib/servers.js';
import { run } from './lib/suite.js';

const SECONDS = 6;

let serial = 0;

// Two ends of an open connection, of which the first is libpeerglib's.
async function join(native, remote, seconds = SECONDS) {
  const label = `vanished-${++serial}`;
  const near = await native.connect(remote.id, { label });
  const far = await remote.accept({ label });
  await Promise.all([near.opened(), far.opened()]);
  await near.watch(seconds);
  return { near, far };
}

async function expectTimeout(connection) {
  const { type, message } = await connection.failed();
  assert.equal(type, 'timed-out', message);
  await connection.closed();
}

await run(230_000, async suite => {
  const server = await startPeerServer();
  suite.defer(() => server.end());
  const browser = await Browser.start();
  suite.defer(() => browser.end());
  const native = await NativePeer.start(server, 'native');
  suite.defer(() => native.end());
  const start = async id => {
    const peer = await NativePeer.start(server, id);
    suite.defer(() => peer.end().catch(() => {}));
    return peer;
  };

  await suite.test('a page answers, which gives the round trip time', async () => {
    const { near } = await join(native, await browser.peer(server, 'page-1'));
    const stats = await near.stats();
    assert.ok(stats['round-trip-time'] >= 0 && stats['round-trip-time'] < 20, JSON.stringify(stats));
    assert.equal(stats['is-relayed'], false);
    await near.close();
  });

  await suite.test('an idle page is not given up', async () => {
    const { near, far } = await join(native, await browser.peer(server, 'page-2'));
    await sleep(2 * SECONDS * 1000);
    assert.ok((await near.stats()).silence < SECONDS);
    await near.send('still there');
    assert.equal(await far.received(), await far.endpoint.toText('still there'));
    await near.close();
  });

  await suite.test('a page that is stopped is given up', async () => {
    const { near } = await join(native, await browser.peer(server, 'page-3'));
    await browser.signalPages('SIGSTOP');
    try {
      await expectTimeout(near);
    } finally {
      await browser.signalPages('SIGCONT');
    }
  });

  await suite.test('a peer that is stopped is given up', async () => {
    const remote = await start('stopped');
    const { near } = await join(native, remote);
    remote.signal('SIGSTOP');
    try {
      await expectTimeout(near);
    } finally {
      remote.signal('SIGCONT');
    }
  });

  await suite.test('a peer that is killed is missed', async () => {
    const remote = await start('killed');
    const { near } = await join(native, remote);
    remote.signal('SIGKILL');
    await near.closed();
  });

  await suite.test('a process that ends says so', async () => {
    const remote = await start('ending');
    const { near } = await join(native, remote, 600);
    await remote.end();
    await near.closed();
  });

  await suite.test('a page that is killed is missed', async () => {
    const { near } = await join(native, await browser.peer(server, 'page-4'));
    await browser.signalPages('SIGKILL');
    await near.closed();
  });
});
