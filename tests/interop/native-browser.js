// SPDX-License-Identifier: LGPL-2.1-or-later

// libpeerglib with PeerJS in Chromium, over our server.

import { Browser } from './lib/browser.js';
import { testPair } from './lib/cases.js';
import { NativePeer } from './lib/native.js';
import { startPeerServer } from './lib/servers.js';
import { run } from './lib/suite.js';

await run(220_000, async suite => {
  const server = await startPeerServer();
  suite.defer(() => server.end());
  const browser = await Browser.start();
  suite.defer(() => browser.end());

  const native = await NativePeer.start(server, 'native');
  suite.defer(() => native.end());
  const page = await browser.peer(server, 'page');

  await testPair(suite, 'libpeerglib to PeerJS', native, page);
  await testPair(suite, 'PeerJS to libpeerglib', page, native);
});
