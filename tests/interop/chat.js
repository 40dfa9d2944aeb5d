// SPDX-License-Identifier: LGPL-2.1-or-later

// peer-cat in rooms of every kind.

import assert from 'node:assert/strict';

import { Chat } from './lib/chat.js';
import { startRoomServer } from './lib/servers.js';
import { run } from './lib/suite.js';

const kinds = ({ uri, port }) => ({
  'a server': ['--server', uri],
  'a manager': ['--manager', `ws://127.0.0.1:${port}/webrtc`],
  'a signaling service': ['--signaling', `ws://127.0.0.1:${port}/signaling`],
  'a hub': ['--hub', uri],
});

await run(280_000, async suite => {
  const server = await startRoomServer();
  suite.defer(() => server.end());

  for (const [name, args] of Object.entries(kinds(server))) {
    const join = async id => {
      const chat = await Chat.join('lobby', id, ...args);
      suite.defer(() => chat.end('SIGKILL'));
      return chat;
    };

    await suite.test(`a room at ${name}`, async () => {
      const ann = await join('ann');
      await ann.sees('ann*');
      const bob = await join('bob');
      await ann.line(/^\* bob has joined$/);
      const eve = await join('eve');
      for (const chat of [ann, bob, eve])
        await chat.sees('ann* bob eve');

      bob.say('hello');
      bob.say('//slash');
      bob.say('\u001b[2J\u202etrap');
      for (const chat of [ann, eve]) {
        await chat.line(/^bob: hello$/);
        await chat.line(/^bob: \/slash$/);
        await chat.line(/^bob: \ufffd\[2J\ufffdtrap$/);
      }
      eve.say('/to ann psst');
      eve.say('/to nobody psst');
      await ann.line(/^eve: psst$/);
      await eve.line(/^\* nobody is not in the room$/);

      assert.equal((await ann.quit()).code, 0);
      await bob.line(/^\* ann has left$/);
      await bob.line(/^\* You are the host now$/);
      await eve.line(/^\* bob is the host now$/);
      bob.say('last words');
      assert.equal((await bob.quit()).code, 0);
      await eve.line(/^bob: last words$/);
      await eve.sees('eve*');
      eve.child.signal('SIGTERM');
      assert.equal((await eve.child.ended).code, 0);
    });
  }

  await suite.test('a place where there is no service', async () => {
    await server.end();
    for (const args of Object.values(kinds(server))) {
      const chat = new Chat('lobby', 'ann', args);
      await chat.line(/^peer-cat: /);
      assert.equal((await chat.child.ended).code, 1);
    }
  });

  await suite.test('what does not go together is refused', async () => {
    for (const args of [['--listen'], ['bob'], ['--hub', 'http://a/', '--manager', 'ws://a/'], ['--key', 'k', '--hub', 'http://a/']]) {
      const chat = new Chat('lobby', 'ann', args);
      assert.equal((await chat.child.ended).code, 2);
    }
  });
});
