// SPDX-License-Identifier: LGPL-2.1-or-later

// Several data channels on one link, with Chromium's own.

import assert from 'node:assert/strict';

import { Browser } from './lib/browser.js';
import { NativeChannels } from './lib/native.js';
import { run } from './lib/suite.js';

const NAMES = ['a', 'b', 'späť'];

// Brings descriptions and candidates from one side to the other until the test ends.
async function signal(from, to) {
  const { type, sdp } = await from.take({ event: 'description' });
  await to.tell('describe', { type, sdp });
  for (;;) {
    const { candidate, mid } = await from.take({ event: 'candidate' });
    await to.tell('candidate', { candidate, mid });
  }
}

async function exchanges(one, other, label) {
  await one.tell('send', { label, text: `${label} there` });
  await other.take({ event: 'message', label, text: `${label} there` });
  await other.tell('send', { label, text: `${label} back` });
  await one.take({ event: 'message', label, text: `${label} back` });
}

await run(100_000, async suite => {
  const browser = await Browser.start();
  suite.defer(() => browser.end());

  async function open(nativeOffers) {
    const native = await NativeChannels.start();
    suite.defer(() => native.end());
    const page = await browser.channels('page');
    const [offerer, answerer] = nativeOffers ? [native, page] : [page, native];
    await native.tell('make', { offers: nativeOffers });
    if (!nativeOffers)
      await page.tell('add', { label: 'first' });
    for (const label of NAMES)
      await offerer.tell('add', { label });
    await answerer.tell('add', { label: 'game', ordered: false, maxRetransmits: 0 });
    if (!nativeOffers)
      await native.tell('start');
    // They go on until no candidate comes any more.
    signal(offerer, answerer).catch(() => {});
    signal(answerer, offerer).catch(() => {});
    await offerer.tell('start');
    return { native, page, offerer, answerer };
  }

  for (const nativeOffers of [false, true]) {
    const name = nativeOffers ? 'the native side offers' : 'the browser offers';

    await suite.test(`${name}: channels of both sides, before and after`, async () => {
      const { native, page, offerer, answerer } = await open(nativeOffers);
      for (const label of ['first', ...NAMES]) {
        await native.take({ event: 'open', label, ordered: true });
        await page.take({ event: 'open', label, ordered: true });
        await exchanges(native, page, label);
      }
      await native.take({ event: 'open', label: 'game', ordered: false });
      await page.take({ event: 'open', label: 'game', ordered: false });
      await exchanges(page, native, 'game');
      for (const [adder, label] of [[native, 'from the native side'], [page, 'from the browser']]) {
        await adder.tell('add', { label });
        await native.take({ event: 'open', label });
        await page.take({ event: 'open', label });
        await exchanges(native, page, label);
      }
      // Every one of the other side's was announced, but a native side's first.
      assert.equal(offerer.left({ event: 'channel' }).length, 2);
      assert.equal(answerer.left({ event: 'channel' }).length, nativeOffers ? 5 : 4);

      await native.tell('send', { label: 'a', text: 'last' });
      await native.tell('close', { label: 'a' });
      await page.take({ event: 'message', label: 'a', text: 'last' });
      await page.take({ event: 'closed', label: 'a' });
      await page.tell('close', { label: 'b' });
      await native.take({ event: 'closed', label: 'b' });
      await native.tell('close', { label: 'first' });
      await page.take({ event: 'closed', label: 'first' });
      await exchanges(native, page, 'game');
      assert.deepEqual(native.left({ event: 'failed' }), []);
    });
  }

  await suite.test('the browser may open no more than its share', async () => {
    const { native, page } = await open(false);
    await native.take({ event: 'open', label: 'first' });
    for (let i = 0; i < 20; i++)
      await page.tell('add', { label: `more ${i}` });
    for (let i = 0; i < 8; i++)
      await page.take({ event: 'closed' });
    await exchanges(native, page, 'first');
    assert.equal(native.left({ event: 'channel' }).length, 15);
  });
});
