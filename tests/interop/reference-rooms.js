// SPDX-License-Identifier: LGPL-2.1-or-later

// Rooms over the published server, with peer-cat and with a page that has
// nothing but PeerJS.

import assert from 'node:assert/strict';

import { Browser } from './lib/browser.js';
import { Chat } from './lib/chat.js';
import { startReferenceServer } from './lib/servers.js';
import { run } from './lib/suite.js';

const logged = (page, text) => page.locator('#log li', { hasText: text }).waitFor();
const shows = (page, roster) => page.waitForFunction(text => document.querySelector('#roster').textContent === text, roster);

await run(280_000, async suite => {
  const server = await startReferenceServer();
  suite.defer(() => server.end());
  const join = async (room, id, at = server) => {
    const chat = await Chat.join(room, id, '--server', at.uri);
    suite.defer(() => chat.end('SIGKILL'));
    return chat;
  };

  await suite.test('members see and hear each other', async () => {
    const ann = await join('room1', 'ann');
    const bob = await join('room1', 'bob');
    await ann.line(/^\* bob has joined$/);
    const eve = await join('room1', 'eve');
    for (const chat of [ann, bob, eve])
      await chat.sees('ann* bob eve');

    bob.say('hello');
    await ann.line(/^bob: hello$/);
    await eve.line(/^bob: hello$/);
    eve.say('/to ann psst');
    await ann.line(/^eve: psst$/);

    assert.equal((await ann.quit()).code, 0);
    await bob.line(/^\* ann has left$/);
    await bob.line(/^\* You are the host now$/);
    await eve.line(/^\* bob is the host now$/);
    const dan = await join('room1', 'dan');
    for (const chat of [bob, eve, dan])
      await chat.sees('bob* eve dan');
  });

  await suite.test('five who come at once become one room', async () => {
    const ids = ['m1', 'm2', 'm3', 'm4', 'm5'];
    const chats = await Promise.all(ids.map(id => join('room2', id)));
    const roster = await chats[0].seesAll(ids);
    for (const chat of chats)
      await chat.sees(roster);
  });

  await suite.test('a holder of the name that is killed is followed by another', async () => {
    const ann = await join('room3', 'ann3');
    const bob = await join('room3', 'bob3');
    const eve = await join('room3', 'eve3');
    await ann.end('SIGKILL');
    await bob.line(/^\* ann3 has left$/);
    await eve.line(/^\* ann3 has left$/);
    const dan = await join('room3', 'dan3');
    for (const chat of [bob, eve, dan])
      await chat.sees('bob3* eve3 dan3');
  });

  // Whoever comes first then has the name for itself, until the others are back.
  await suite.test('a room outlives its server, and newcomers find it again', async () => {
    const first = await startReferenceServer();
    const ann = await join('room6', 'ann6', first);
    const bob = await join('room6', 'bob6', first);
    await first.end('SIGKILL');
    ann.say('still here');
    await bob.line(/^ann6: still here$/);

    const second = await startReferenceServer(undefined, first.port);
    suite.defer(() => second.end());
    const eve = await join('room6', 'eve6', second);
    for (const chat of [ann, bob, eve])
      await chat.sees('ann6* bob6 eve6');
  });

  const browser = await Browser.start();
  suite.defer(() => browser.end());

  await suite.test('a page with PeerJS takes part', async () => {
    const ann = await join('room4', 'ann4');
    const bob = await join('room4', 'bob4');
    const page = await browser.roomPage(server, 'room4', 'page4');
    await ann.line(/^\* page4 has joined$/);
    await bob.line(/^\* page4 has joined$/);
    await shows(page, 'ann4 bob4 page4');

    await page.evaluate(() => window.say('from the page'));
    await ann.line(/^page4: from the page$/);
    await bob.line(/^page4: from the page$/);
    await page.evaluate(() => window.emitEvent('draw', { x: 1 }));
    await ann.line(/^page4: \[draw\] \{ ?"x" ?: ?1 ?\}$/);
    ann.say('to the page');
    await logged(page, 'ann4: to the page');

    const eve = await join('room4', 'eve4');
    await eve.sees('ann4* bob4 page4 eve4');
    await shows(page, 'ann4 bob4 page4 eve4');
    assert.equal((await bob.quit()).code, 0);
    await shows(page, 'ann4 page4 eve4');
    await page.evaluate(() => window.leave());
    await ann.line(/^\* page4 has left$/);
    await eve.sees('ann4* eve4');
  });

  await suite.test('two pages and a native member, and one page is closed', async () => {
    const ann = await join('room5', 'ann5');
    const page = await browser.roomPage(server, 'room5', 'page5a');
    await ann.line(/^\* page5a has joined$/);
    const other = await browser.roomPage(server, 'room5', 'page5b');
    await shows(page, 'ann5 page5a page5b');
    await shows(other, 'ann5 page5a page5b');
    await other.evaluate(() => window.say('hello'));
    await logged(page, 'page5b: hello');
    await ann.line(/^page5b: hello$/);
    await page.close();
    await ann.line(/^\* page5a has left$/);
    await ann.sees('ann5* page5b');
  });
});
