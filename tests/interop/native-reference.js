// SPDX-License-Identifier: LGPL-2.1-or-later

// libpeerglib over the published server.

import { Browser } from './lib/browser.js';
import { close, connect, testPair } from './lib/cases.js';
import { NativePeer } from './lib/native.js';
import { Proxy } from './lib/proxy.js';
import { startReferenceServer } from './lib/servers.js';
import { run } from './lib/suite.js';

await run(220_000, async suite => {
  const server = await startReferenceServer();
  suite.defer(() => server.end());
  const ann = await NativePeer.start(server, 'ann');
  suite.defer(() => ann.end());
  const bob = await NativePeer.start(server, 'bob');
  suite.defer(() => bob.end());

  await testPair(suite, 'libpeerglib to libpeerglib over peer', ann, bob);

  const browser = await Browser.start();
  suite.defer(() => browser.end());
  const page = await browser.peer(server, 'page');
  await testPair(suite, 'libpeerglib to PeerJS over peer', ann, page, { only: ['binary'] });

  await suite.test('an id that is taken is refused', async () => {
    const other = new NativePeer(server, 'ann');
    await other.take({ event: 'error', type: 'unavailable-id' });
    await other.end();
  });

  await suite.test('a peer comes back with its id', async () => {
    await ann.tell('disconnect');
    await ann.take({ event: 'disconnected', id: 'ann' });
    await ann.tell('reconnect');
    await ann.take({ event: 'open', id: 'ann' });
    await close(...(await connect(bob, ann)));
  });

  // The server then hands the id over to the new socket without an OPEN.
  await suite.test('a peer that lost its network comes back before the server noticed', async () => {
    const proxy = await Proxy.start(server);
    suite.defer(() => proxy.end());
    const eve = await NativePeer.start(proxy, 'eve');
    suite.defer(() => eve.end());
    const [here, there] = await connect(bob, eve);

    proxy.sever();
    await eve.take({ event: 'open', id: 'eve' });
    await here.send('still there');
    await there.received();
    await close(here, there);
    await close(...(await connect(bob, eve)));
    await close(...(await connect(eve, bob)));
  });

  await suite.test('a peer whose cable was pulled comes back to the id that its ghost holds', async () => {
    const proxy = await Proxy.start(server);
    suite.defer(() => proxy.end());
    const eve = await NativePeer.start(proxy, 'eve2', ['--ping-interval', '1000']);
    suite.defer(() => eve.end());

    await proxy.pong;
    proxy.freeze();
    await eve.take({ event: 'disconnected', id: 'eve2' });
    await eve.take({ event: 'open', id: 'eve2' });
    await close(...(await connect(bob, eve)));
  });

  await suite.test('peers come back when the server is killed and restarted', async () => {
    const first = await startReferenceServer();
    const { port } = first;
    const carol = await NativePeer.start(first, 'carol');
    suite.defer(() => carol.end());
    const dave = await NativePeer.start(first, 'dave');
    suite.defer(() => dave.end());
    const [here, there] = await connect(carol, dave);

    await first.end('SIGKILL');
    await carol.take({ event: 'disconnected', id: 'carol' });
    await dave.take({ event: 'disconnected', id: 'dave' });
    await here.send('still there');
    await there.received();
    const second = await startReferenceServer(undefined, port);
    suite.defer(() => second.end());
    await carol.take({ event: 'open', id: 'carol' });
    await dave.take({ event: 'open', id: 'dave' });
    await close(here, there);
    await close(...(await connect(dave, carol)));
  });
});
