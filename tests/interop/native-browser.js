// SPDX-License-Identifier: LGPL-2.1-or-later

// libpeerglib with PeerJS in Chromium, over our server.

import assert from 'node:assert/strict';

import { Browser } from './lib/browser.js';
import { close, connect, testPair } from './lib/cases.js';
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

  // PeerJS does not know how to resume a connection: it is an ordinary one.
  await suite.test('libpeerglib to PeerJS, with reconnect', async () => {
    for (const fromPage of [false, true]) {
      const [here, there] = await connect(native, page, { reconnect: true });
      assert.equal(there.description.reliable, true);
      for (let index = 0; index < 50; index++) {
        await here.send(index);
        await there.send(`back ${index}`);
      }
      for (let index = 0; index < 50; index++) {
        assert.equal(await there.received(), await page.toText(index));
        assert.equal(await here.received(), await native.toText(`back ${index}`));
      }
      await close(...(fromPage ? [there, here] : [here, there]));
    }
  });

  await suite.test('libpeerglib to libpeerglib, with reconnect', async () => {
    const other = await NativePeer.start(server, 'other');
    suite.defer(() => other.end());
    const [here, there] = await connect(native, other, { reconnect: true });
    assert.equal(there.description.reconnect, true);
    await here.send('there');
    assert.equal(await there.received(), await other.toText('there'));
    await close(here, there);
  });
});
