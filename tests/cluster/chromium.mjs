// SPDX-License-Identifier: LGPL-2.1-or-later

// PeerJS in Chromium at two nodes and libpeerglib at a third one, over one
// redis-server. Only introductions cross the nodes, so one serialization says
// as much as all.

import { createServer } from 'node:net';

import { Browser } from '../interop/lib/browser.js';
import { testPair } from '../interop/lib/cases.js';
import { NativePeer } from '../interop/lib/native.js';
import { start } from '../interop/lib/processes.js';
import { startPeerServer } from '../interop/lib/servers.js';
import { run } from '../interop/lib/suite.js';

const N_NODES = 3;

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

await run(220_000, async suite => {
  const port = await freePort();
  const redis = await start(
    'redis-server',
    ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'],
    /Ready to accept connections/,
  );
  suite.defer(() => redis.child.end('SIGTERM'));

  const nodes = [];
  for (let number = 0; number < N_NODES; number++) {
    const options = ['--host', '127.0.0.1', '--redis', `redis://127.0.0.1:${port}`, '--node', `node-${number}`];
    const node = await startPeerServer([...options, '--expire_timeout', '1500', '--allow_discovery']);
    suite.defer(() => node.end());
    nodes.push(node);
  }
  const browser = await Browser.start();
  suite.defer(() => browser.end());

  const page = await browser.peer(nodes[0], 'page');
  const otherPage = await browser.peer(nodes[1], 'other-page');
  const native = await NativePeer.start(nodes[2], 'native');
  suite.defer(() => native.end());

  const options = { only: ['json'], withLarge: false };
  await testPair(suite, 'PeerJS to PeerJS over two nodes', page, otherPage, options);
  await testPair(suite, 'PeerJS to libpeerglib over two nodes', page, native, options);
  await testPair(suite, 'libpeerglib to PeerJS over two nodes', native, otherPage, options);
});
