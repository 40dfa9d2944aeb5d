// SPDX-License-Identifier: LGPL-2.1-or-later

// PeerJS with PeerJS: over the published server, which proves this suite, and
// over ours.

import { Browser } from './lib/browser.js';
import { testPair } from './lib/cases.js';
import { startPeerServer, startReferenceServer } from './lib/servers.js';
import { run } from './lib/suite.js';

await run(180_000, async suite => {
  const browser = await Browser.start();
  suite.defer(() => browser.end());

  for (const startServer of [startReferenceServer, startPeerServer]) {
    const server = await startServer();
    suite.defer(() => server.end());
    const near = await browser.peer(server, 'alice');
    const far = await browser.peer(server, 'bob');
    // The values themselves do not pass the server: once is enough for large ones.
    const withLarge = startServer === startReferenceServer;
    await testPair(suite, `PeerJS to PeerJS over ${server.name}`, near, far, { withLarge });
    await Promise.all([near.end(), far.end()]);
  }
});
