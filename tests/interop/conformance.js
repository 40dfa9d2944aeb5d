// SPDX-License-Identifier: LGPL-2.1-or-later

// The same dialogues with peer-server and the published server: everything
// they answer has to be equal, but for the differences that are meant.

import assert from 'node:assert/strict';

import { Dialogue } from './lib/dialogue.js';
import { startPeerServer, startReferenceServer } from './lib/servers.js';
import { run } from './lib/suite.js';

const ORIGIN = { origin: 'https://a.example' };
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

const httpDialogue = paths => async dialogue => {
  for (const [method, path, headers] of paths)
    await dialogue.request(method, path, headers);
};

const dialogues = {
  'routes': httpDialogue([
    ['GET', '/'], ['GET', ''], ['HEAD', '/'], ['GET', '/?x=1'],
    ['GET', '/peerjs/id'], ['GET', '/peerjs/id?ts=1&version=1.5.5'], ['GET', '/other/id'], ['GET', '/peerjs/ID'],
    ['GET', '/peerjs/id/'], ['HEAD', '/peerjs/id'], ['GET', '/peerjs/peers'], ['GET', '/other/peers/'],
  ]),
  'what is not there': httpDialogue([
    ['GET', '/peerjs'], ['GET', '/peerjs/'], ['GET', '/a/b'], ['GET', '/a/b/c'], ['GET', '//id'],
    ['GET', '/peerjs/id/more'], ['GET', '/%3Cb%3E/x'], ['HEAD', '/nothing'],
    ['POST', '/peerjs/id'], ['PUT', '/'], ['DELETE', '/peerjs/peers'], ['POST', '/peerjs/a/token/offer'],
  ]),
  'origins': httpDialogue([
    ['GET', '/peerjs/id', ORIGIN], ['GET', '/peerjs/peers', ORIGIN], ['GET', '/nothing', ORIGIN],
    ['OPTIONS', '/peerjs/id'], ['OPTIONS', '/peerjs/id', ORIGIN],
    ['OPTIONS', '/peerjs/id', { ...ORIGIN, 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-a, x-b' }],
    ['OPTIONS', '/nothing/at/all', ORIGIN],
  ]),

  'upgrades': async dialogue => {
    for (const target of ['/', '/peerjs/', '/PEERJS', '/other', '/peerjs/peerjs', '/peerjs/id'])
      await dialogue.connect('a', `${target}?key=peerjs&id=a&token=t`);
    await dialogue.connect('b', '/peerjs?key=peerjs&id=b&token=t', { origin: 'https://anywhere.example' });
    await dialogue.read('b');
  },
  'refusals': async dialogue => {
    await dialogue.open('held');
    for (const query of [
      '', '?', '?key=peerjs', '?key=peerjs&id=a', '?key=peerjs&token=t', '?id=a&token=t', '?key=&id=a&token=t',
      '?key=peerjs&id=&token=t', '?key=peerjs&id=a&token=', '?key=wrong&id=a&token=t', '?key=PEERJS&id=a&token=t',
      '?key=peerjs&id=held&token=other', '?key=wrong&id=held&token=token',
    ]) {
      await dialogue.connect('x', `/peerjs${query}`);
      await dialogue.read('x');
      await dialogue.ended('x');
    }
    await dialogue.quiet('held');
  },
  'ids': async dialogue => {
    const ids = ['a b', 'a%20b', 'a+b', 'a%2Bb', 'ä', '%E4%BD%A0', 'x--y', '_', '.', 'a%26b', 'a%25b', '%22', '%5C'];
    for (const [index, id] of ids.entries())
      await dialogue.open(`${index}`, id, `t${index}`);
    await dialogue.connect('last', '/peerjs?key=no&id=first&token=t&key=peerjs&id=last&token=u');
    await dialogue.read('last');
    await dialogue.request('GET', '/peerjs/peers');
  },
  'relay': async dialogue => {
    await dialogue.open('alice');
    await dialogue.open('bob');
    for (const type of ['OFFER', 'ANSWER', 'CANDIDATE', 'LEAVE', 'EXPIRE'])
      for (const more of [{}, { payload: null }, { payload: { a: [1, 'ü', true] } }, { payload: 'text' }, { src: 'eve', x: 1 }]) {
        dialogue.send('alice', { type, dst: 'bob', ...more });
        await dialogue.read('bob');
      }
    dialogue.send('alice', Buffer.from('{"type":"OFFER","dst":"bob","payload":"in a binary frame"}'));
    await dialogue.read('bob');
    await dialogue.quiet('alice');
    await dialogue.quiet('bob');
  },
  'nonsense': async dialogue => {
    await dialogue.open('alice');
    await dialogue.open('bob');
    for (const message of [
      {}, [], { type: 'NEW', dst: 'bob' }, { type: 'offer', dst: 'bob' }, { type: 5, dst: 'bob' }, { type: null },
      { type: 'OFFER' }, { type: 'OFFER', dst: '' }, { type: 'OFFER', dst: null }, { type: 'OPEN', dst: 'bob' },
      { type: 'ERROR', dst: 'bob', payload: { msg: 'x' } }, { type: 'ID-TAKEN', dst: 'bob' },
      { type: 'HEARTBEAT', dst: 'bob' }, { type: 'LEAVE', dst: 'nobody' }, { type: 'EXPIRE', dst: 'nobody' }, { type: 'EXPIRE' },
    ]) {
      dialogue.send('alice', message);
      await dialogue.quiet('alice');
    }
    await dialogue.quiet('bob');
  },
  'waiting messages': async dialogue => {
    await dialogue.open('alice');
    dialogue.send('alice', { type: 'OFFER', dst: 'bob', payload: 1 });
    dialogue.send('alice', { type: 'CANDIDATE', dst: 'bob', payload: 2 });
    await dialogue.quiet('alice');
    await dialogue.open('bob');
    await dialogue.read('bob');
    await dialogue.read('bob');
    await dialogue.quiet('bob');
  },
  'expiry': async dialogue => {
    await dialogue.open('alice');
    await dialogue.open('bob');
    for (const name of ['alice', 'alice', 'bob'])
      dialogue.send(name, { type: 'OFFER', dst: 'nobody', payload: 1 });
    await dialogue.read('alice');
    await dialogue.read('bob');
    dialogue.send('alice', { type: 'CANDIDATE', dst: 'nobody', payload: 2 });
    await dialogue.read('alice');
    await dialogue.quiet('alice');
    await dialogue.quiet('bob');
  },
  'closing': async dialogue => {
    for (const [index, code] of [1000, 1001, 3000, 4999].entries()) {
      await dialogue.open(`${index}`, 'same', `${index}`);
      if (code === 1001) {
        dialogue.terminate(`${index}`);
        await pause(100);
      } else {
        dialogue.close(`${index}`, code);
        await dialogue.ended(`${index}`);
      }
    }
  },
  'leaving': async dialogue => {
    await dialogue.open('alice');
    dialogue.send('alice', { type: 'LEAVE' });
    await pause(100);
    await dialogue.request('GET', '/peerjs/peers');
    await dialogue.open('again', 'alice', 'another');
    await dialogue.request('GET', '/peerjs/peers');
  },
};

// What each answers where they are meant to differ.
const differences = {
  'a takeover is told, and the old socket closed': {
    run: async dialogue => {
      await dialogue.open('old', 'alice');
      await dialogue.connect('new', '/peerjs?key=peerjs&id=alice&token=token');
      dialogue.send('new', { type: 'OFFER', dst: 'alice', payload: 1 });
      await dialogue.read('new');
    },
    ours: log => assert.equal(log.at(-1)[2], '{"type":"OPEN"}'),
    reference: log => assert.match(log.at(-1)[2], /"OFFER"/),
  },
  'a message that is no JSON object does not make a socket deaf': {
    run: async dialogue => {
      await dialogue.open('alice');
      dialogue.send('alice', 'null');
      await pause(100);
      dialogue.send('alice', { type: 'OFFER', dst: 'alice' });
      await pause(300);
      dialogue.terminate('alice');
      await dialogue.read('alice');
    },
    ours: log => assert.match(log.at(-1)[2], /"OFFER"/),
    reference: log => assert.equal(log.at(-1)[2], 'the end'),
  },
  // libsoup answers a close frame without a code with 1000.
  'a close without a code': {
    run: async dialogue => {
      await dialogue.open('a');
      dialogue.close('a');
      await dialogue.ended('a');
    },
    ours: log => assert.equal(log.at(-1)[2], 1000),
    reference: log => assert.equal(log.at(-1)[2], 1005),
  },
  'control characters are no id': {
    run: async dialogue => {
      await dialogue.connect('a', '/peerjs?key=peerjs&id=a%0Ab&token=t');
      await dialogue.read('a');
    },
    ours: log => assert.match(log.at(-1)[2], /Invalid id/),
    reference: log => assert.equal(log.at(-1)[2], '{"type":"OPEN"}'),
  },
  'a payload keeps its bytes': {
    run: async dialogue => {
      await dialogue.open('a');
      dialogue.send('a', '{"type":"OFFER","dst":"a","payload":[1.50, 12345678901234567890]}');
      await dialogue.read('a');
    },
    ours: log => assert.match(log.at(-1)[2], /\[1\.50, 12345678901234567890\]/),
    reference: log => assert.match(log.at(-1)[2], /\[1\.5,12345678901234567000\]/),
  },
  'a message over 1 MiB closes with 1009': {
    run: async dialogue => {
      await dialogue.open('a');
      dialogue.send('a', { type: 'OFFER', dst: 'a', payload: 'x'.repeat(1024 * 1024) });
      await dialogue.read('a');
      dialogue.close('a');
      await dialogue.ended('a');
    },
    ours: log => assert.equal(log.at(-1)[2], 1009),
    reference: log => assert.equal(log.at(-1)[2], 1005),
  },
};

const COMMON = ['--host', '127.0.0.1', '--expire_timeout', '1000', '--cleanup_out_msgs', '200'];

async function converse(server, body) {
  const dialogue = new Dialogue(server);
  try {
    await body(dialogue);
  } finally {
    dialogue.hangUp();
  }
  return dialogue.log;
}

async function compare(suite, title, options, bodies) {
  const servers = [await startPeerServer([...COMMON, ...options]), await startReferenceServer([...COMMON, ...options])];
  for (const server of servers)
    suite.defer(() => server.end());

  for (const [name, body] of Object.entries(bodies))
    await suite.test(`${title}${name}`, async () => {
      const [ours, reference] = await Promise.all(servers.map(server => converse(server, body)));
      assert.deepEqual(ours, reference);
      // The clients of this dialogue are none of the next one's.
      await pause(100);
    });
}

await run(170_000, async suite => {
  await compare(suite, '', ['--allow_discovery'], dialogues);
  await compare(suite, 'by default: ', [], { routes: dialogues.routes });
  await compare(suite, 'listed origins: ', ['--cors', 'https://a.example', '--cors', 'https://b.example'], {
    allowed: dialogues.origins,
    others: httpDialogue([['GET', '/peerjs/id', { origin: 'https://c.example' }], ['OPTIONS', '/', { origin: 'https://c.example' }]]),
  });
  await compare(suite, 'below a path: ', ['--path', '/some/app', '--key', 'mine'], {
    routes: httpDialogue([
      ['GET', '/some/app'], ['GET', '/some/app/'], ['GET', '/SOME/app/'], ['GET', '/some/app/mine/id'], ['GET', '/'],
      ['GET', '/some'], ['GET', '/some/apple'], ['GET', '/mine/id'], ['OPTIONS', '/', ORIGIN], ['OPTIONS', '/some/app/x', ORIGIN],
    ]),
    upgrades: async dialogue => {
      for (const path of ['/peerjs', '/some/app', '/some/app/', '/some/app/peerjs', '/some/app/mine', '/Some/app/peerjs'])
        await dialogue.connect(path, `${path}?key=mine&id=a&token=t`);
      await dialogue.read('/some/app/peerjs');
    },
  });
  await compare(suite, 'a limit: ', ['--concurrent_limit', '1'], {
    clients: async dialogue => {
      await dialogue.open('a');
      await dialogue.connect('b', '/peerjs?key=peerjs&id=b&token=t');
      await dialogue.read('b');
      await dialogue.ended('b');
      dialogue.close('a', 1000);
      await dialogue.ended('a');
      await dialogue.open('c');
    },
  });
  await compare(suite, 'silence: ', ['--alive_timeout', '500'], {
    forgotten: async dialogue => {
      await dialogue.open('a');
      await dialogue.ended('a');
      await dialogue.open('b', 'a', 'other');
    },
  });

  const ours = await startPeerServer(COMMON);
  suite.defer(() => ours.end());
  const reference = await startReferenceServer(COMMON);
  suite.defer(() => reference.end());
  for (const [name, difference] of Object.entries(differences))
    await suite.test(`meant: ${name}`, async () => {
      difference.ours(await converse(ours, difference.run));
      difference.reference(await converse(reference, difference.run));
    });
});
