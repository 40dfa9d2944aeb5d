// SPDX-License-Identifier: LGPL-2.1-or-later

// A hub with pages that speak the frames of the client that it was made for,
// and with a member that is libpeerglib's own.

import assert from 'node:assert/strict';

import { Browser } from './lib/browser.js';
import { HubPage } from './lib/hub.js';
import { NativeRoom } from './lib/native.js';
import { startPeerServer } from './lib/servers.js';
import { run } from './lib/suite.js';

await run(220_000, async suite => {
  const server = await startPeerServer(['--host', '127.0.0.1', '--hub', '--allow-discovery']);
  suite.defer(() => server.end());
  const browser = await Browser.start();
  suite.defer(() => browser.end());

  let number = 0;

  // A room of its own, with pages that came one after the other.
  async function pages(...ids) {
    const room = `room-${++number}`;
    const joined = [];
    for (const id of ids)
      joined.push(await HubPage.join(browser, server, room, id));
    return [room, ...joined];
  }

  const ask = async path => (await fetch(`${server.uri}${path}`)).json();

  await suite.test('offers without candidates of the page', async () => {
    const alone = await HubPage.join(browser, server, 'candidates', 'alice', { candidates: false });
    const answer = await alone.get('answer');
    assert.match(answer, /^a=candidate:/m);
    await alone.end();
  });

  await suite.test('messages, events and broadcasts reach all others', async () => {
    const [room, alice, bob, carol] = await pages('alice', 'bob', 'carol');
    await alice.has(['joined', 'bob'], ['joined', 'carol']);
    await alice.call('sendMessage', 'Hello everyone!');
    await bob.call('emit', 'player-move', { x: 5, y: 3 });
    await carol.call('broadcast', 'game-start', { level: 1 });
    await bob.has(['message', 'alice', 'Hello everyone!'], ['event', 'carol', 'game-start', { level: 1 }]);
    await carol.has(['message', 'alice', 'Hello everyone!'], ['event', 'bob', 'player-move', { x: 5, y: 3 }]);
    await alice.has(['event', 'bob', 'player-move', { x: 5, y: 3 }], ['event', 'carol', 'game-start', { level: 1 }]);
    assert.equal((await alice.log()).filter(([what]) => what === 'message').length, 0);

    assert.deepEqual((await ask('rooms'))[room], { peer_count: 3, peers: ['alice', 'bob', 'carol'], host_id: 'alice' });
    assert.deepEqual(await ask(`room-status/${room}`), { peers: ['alice', 'bob', 'carol'], count: 3, host_id: 'alice' });
    for (const page of [alice, bob, carol])
      await page.end();
  });

  await suite.test('all agree on the host', async () => {
    const [, alice, bob, carol] = await pages('alice', 'bob', 'carol');
    await bob.has(['state', 'server', 'bob', 'alice', ['alice', 'bob']], ['host', 'server', 'alice']);
    for (const page of [alice, bob, carol])
      assert.equal(await page.get('hostId'), 'alice');

    await alice.call('closeConnection');
    await bob.has(['left', 'alice'], ['host', 'server', 'bob']);
    await carol.has(['left', 'alice'], ['host', 'server', 'bob']);
    for (const page of [bob, carol]) {
      assert.equal(await page.get('hostId'), 'bob');
      assert.ok((await page.log()).every(([what, sender]) => what !== 'host' || sender === 'server'));
    }
    for (const page of [alice, bob, carol])
      await page.end();
  });

  await suite.test('nobody speaks as somebody else', async () => {
    const [, alice, bob] = await pages('alice', 'bob');
    await bob.call('raw', { peer_id: 'alice', message: 'one' });
    await bob.call('raw', { peer_id: 'server', message: 'two' });
    await bob.call('raw', { event: 'three', data: 3 });
    await bob.call('raw', 'four');
    await alice.has(['message', 'bob', 'one'], ['message', 'bob', 'two'], ['event', 'bob', 'three', 3], ['message', 'bob', 'four']);
    await assert.rejects(HubPage.join(browser, server, 'room-spoofed', 'server'), /400/);
    for (const page of [alice, bob])
      await page.end();
  });

  await suite.test('a page that is closed has left', async () => {
    const [room, alice, bob] = await pages('alice', 'bob');
    await alice.end();
    await bob.has(['left', 'alice'], ['host', 'server', 'bob']);
    assert.deepEqual((await ask('rooms'))[room], { peer_count: 1, peers: ['bob'], host_id: 'bob' });
    await bob.end();
  });

  await suite.test('an id is taken as long as its page is there', async () => {
    const [room, alice] = await pages('alice');
    await assert.rejects(HubPage.join(browser, server, room, 'alice'), /409/);
    await alice.end();

    const first = await HubPage.join(browser, server, room, 'bob', { token: 'secret' });
    const again = await HubPage.join(browser, server, room, 'bob', { token: 'secret' });
    await first.has(['close']);
    for (const page of [first, again])
      await page.end();
  });

  await suite.test('a page and a member of libpeerglib', async () => {
    const [room, page] = await pages('page');
    const native = await NativeRoom.start(server, room, 'native');
    suite.defer(() => native.end());
    await native.take({ event: 'joined', member: 'page' });
    await native.take({ event: 'host', member: 'page' });
    await page.has(['joined', 'native']);

    await native.tell('send', { value: { text: 'hello from C' } });
    await native.tell('emit', { name: 'cursor', value: { text: 'somewhere' } });
    await page.has(['message', 'native', 'hello from C'], ['event', 'native', 'cursor', 'somewhere']);
    await page.call('sendMessage', { text: 'ä', list: [1, true, null] });
    await page.call('emit', 'draw', { x1: 0.5, color: '#fff' });
    const message = await native.take({ event: 'message', sender: 'page' });
    assert.equal(native.fromWire(message.value), "{'text': <'ä'>, 'list': <[<int64 1>, <true>, <@mv nothing>]>}");
    const drawn = await native.take({ event: 'event', sender: 'page', name: 'draw' });
    assert.equal(native.fromWire(drawn.value), "{'x1': <0.5>, 'color': <'#fff'>}");

    await page.call('closeConnection');
    await native.take({ event: 'left', member: 'page' });
    await native.take({ event: 'host', member: 'native' });
    await native.end();
    assert.equal((await ask('rooms'))[room], undefined);
    await page.end();
  });
});
