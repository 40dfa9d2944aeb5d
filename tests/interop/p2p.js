// SPDX-License-Identifier: LGPL-2.1-or-later

// Our senders and receivers with those of the package p2p in Chromium, and
// with the messages of its first versions, over our server's signaling.

import assert from 'node:assert/strict';

import { Browser } from './lib/browser.js';
import { NativeEndpoints } from './lib/native.js';
import { run } from './lib/suite.js';

let rooms = 0;

await run(220_000, async suite => {
  const native = await NativeEndpoints.start();
  suite.defer(() => native.end());
  const browser = await Browser.start();
  suite.defer(() => browser.end());
  const page = await browser.p2p('p2p');

  // An end of either side under a name of its own.
  class End {
    static async start(where, role, options = {}) {
      const self = new End();
      self.where = where;
      self.name = `${role}-${rooms}`;
      const room = options.room ?? `room-${rooms}`;
      const answer = await where.tell('start', { endpoint: self.name, role, uri: native.uri, ...options, room });
      self.id = answer.id;
      return self;
    }

    take(event, pattern = {}) {
      return this.where.take({ event, endpoint: this.name, ...pattern });
    }

    async received(text, pattern = {}) {
      const { value } = await this.take('message', pattern);
      assert.equal(typeof value === 'string' ? value : this.where.fromWire(value), text);
    }

    // Text, or an array of the numbers of bytes.
    send(data, options = {}) {
      const value = typeof data === 'string' ? { text: data } : { bytes: Buffer.from(data).toString('base64') };
      return this.where.tell('send', { endpoint: this.name, data, value, ...options });
    }

    sync(state) {
      return this.where.tell('sync', { endpoint: this.name, state });
    }

    stop() {
      return this.where.tell('stop', { endpoint: this.name });
    }

    async nothingLeft() {
      for (const event of ['message', 'dispose', 'connect', 'error'])
        assert.deepEqual(this.where.left({ event, endpoint: this.name }), []);
    }
  }

  const starts = [
    ['the receiver later', async (makeSender, makeReceiver) => [await makeSender(), await makeReceiver()]],
    ['the sender later', async (makeSender, makeReceiver) => {
      const receiver = await makeReceiver();
      return [await makeSender(), receiver];
    }],
    ['both at once', (makeSender, makeReceiver) => Promise.all([makeSender(), makeReceiver()])],
  ];

  for (const [when, start] of starts) {
    await suite.test(`our sender, p2p's receiver, ${when}`, async () => {
      rooms++;
      const [sender, receiver] = await start(
        () => End.start(native, 'sender', { state: "{'name': <'camera'>}" }),
        () => End.start(page, 'receiver'),
      );
      await sender.take('connect', { id: receiver.id });
      await sender.take('channel', { label: receiver.id });
      const { id, state } = await receiver.take('connect');
      assert.deepEqual(state, { name: 'camera' });
      await receiver.take('channel', { id, label: receiver.id });

      await sender.send('hello');
      await sender.send([0, 1, 254, 255]);
      await receiver.received('text hello', { id });
      await receiver.received('bytes AAH+/w==');
      await receiver.send('back');
      await receiver.send([7]);
      await sender.received('text back', { id: receiver.id });
      await sender.received('bytes Bw==');

      await sender.stop();
      await sender.take('dispose');
      await receiver.take('dispose', { id });
      await receiver.nothingLeft();
      await receiver.stop();
    });

    await suite.test(`p2p's sender, our receiver, ${when}`, async () => {
      rooms++;
      const [sender, receiver] = await start(
        () => End.start(page, 'sender', { metadata: { name: 'camera' }, channels: { chat: true } }),
        () => End.start(native, 'receiver'),
      );
      const { id } = await sender.take('connect');
      await sender.take('channel', { label: 'chat' });
      const { state } = await receiver.take('connect', { id: sender.id });
      assert.equal(native.fromWire(state), "{'name': <'camera'>}");
      await receiver.take('channel', { label: 'chat' });

      await sender.send('hello');
      await sender.send([9, 8]);
      await receiver.received('text hello', { id: sender.id });
      await receiver.received('bytes CQg=');
      await receiver.send('back');
      await sender.received('text back', { id });

      await receiver.stop();
      await receiver.take('dispose');
      await sender.take('dispose', { id });
      await sender.nothingLeft();
      await sender.stop();
    });
  }

  await suite.test("our sender, p2p's receiver, named channels", async () => {
    rooms++;
    const receiver = await End.start(page, 'receiver');
    const sender = await End.start(native, 'sender', { channels: ['chat', 'control', 'files'] });
    for (const label of ['chat', 'control', 'files']) {
      await sender.take('channel', { label });
      await receiver.take('channel', { label });
      await sender.send(`on ${label}`, { to: receiver.id, channel: label });
      await receiver.received(`text on ${label}`, { label });
      await receiver.send(`back on ${label}`, { channel: label });
      await sender.received(`text back on ${label}`);
    }
    await sender.stop();
    await receiver.take('dispose');
  });

  await suite.test("p2p's sender, our receiver, named channels", async () => {
    rooms++;
    const sender = await End.start(page, 'sender', { channels: { chat: true, control: { ordered: false, maxRetransmits: 0 } } });
    const receiver = await End.start(native, 'receiver');
    await sender.take('connect');
    for (const label of ['chat', 'control']) {
      await sender.take('channel', { label });
      await receiver.take('channel', { label });
      await sender.send(`on ${label}`, { channel: label });
      await receiver.received(`text on ${label}`);
      await receiver.send(`back on ${label}`, { to: sender.id, channel: label });
      await sender.received(`text back on ${label}`, { label });
    }
    await sender.stop();
    await receiver.take('dispose');
  });

  await suite.test('credentials', async () => {
    rooms++;
    const ours = await End.start(native, 'sender', { wants: "{'password': <'right'>}" });
    const wrong = await End.start(page, 'receiver', { credentials: { password: 'wrong' } });
    rooms++;
    const right = await End.start(page, 'receiver', { room: `room-${rooms - 1}`, credentials: { password: 'right' } });
    await ours.take('connect', { id: right.id });
    await right.take('connect');
    await wrong.nothingLeft();

    rooms++;
    const theirs = await End.start(page, 'sender', { wants: 'right', channels: { chat: true } });
    const receiver = await End.start(native, 'receiver', { credentials: "{'password': <'right'>}" });
    await receiver.take('connect', { id: theirs.id });
    for (const end of [ours, wrong, right, theirs, receiver])
      await end.stop();
  });

  await suite.test('our sender, a first receiver: the state and its changes', async () => {
    rooms++;
    const receiver = await End.start(page, 'first-receiver');
    const sender = await End.start(native, 'sender', { state: "{'audio': <true>}" });
    await sender.take('connect');
    assert.deepEqual((await receiver.take('channel', { label: receiver.id })).state, { audio: true });
    await sender.sync("{'video': <false>}");
    assert.deepEqual((await receiver.take('sync')).state, { audio: true, video: false });
    await sender.send('hello');
    assert.deepEqual((await receiver.take('message', { value: 'text hello' })).state, { audio: true, video: false });
    await sender.stop();
    await receiver.take('dispose');
  });

  await suite.test('a first sender, our receiver: the state and its changes', async () => {
    rooms++;
    const sender = await End.start(page, 'first-sender', { state: { audio: true } });
    const receiver = await End.start(native, 'receiver');
    assert.equal(native.fromWire((await receiver.take('connect', { id: sender.id })).state), "{'audio': <true>}");
    await receiver.take('channel');
    await sender.sync({ audio: false });
    assert.equal(native.fromWire((await receiver.take('sync', { id: sender.id })).state), "{'audio': <false>}");
    await sender.send('hello');
    await receiver.received('text hello');
    await sender.stop();
    await receiver.take('dispose', { id: sender.id });
  });

  await suite.test("p2p's sender with a stream: the data of the connection", async () => {
    rooms++;
    const receiver = await End.start(native, 'receiver');
    const sender = await End.start(page, 'sender', { media: true, channels: { chat: true } });
    await receiver.take('connect', { id: sender.id });
    await sender.take('channel', { label: 'chat' });
    await sender.send('hello');
    await receiver.received('text hello');
    await sender.stop();
    await receiver.take('dispose');
  });
});
