// SPDX-License-Identifier: LGPL-2.1-or-later

// What two peers do with each other, whatever they are made of: near connects
// to far.

import assert from 'node:assert/strict';

import { arrival } from './model.js';
import { bytes, serializations, text, valuesFor } from './table.js';
import { correctVariants, decoded, packed } from './vectors.js';

export async function testPair(suite, name, near, far, { only = serializations, withLarge = true } = {}) {
  for (const serialization of only) {
    const test = (what, body) => suite.test(`${name}, ${serialization}: ${what}`, body);
    await testConnection(test, { near, far, serialization, withLarge });
  }
  if (only.includes('binary'))
    await testVectors((what, body) => suite.test(`${name}, ${what}`, body), { near, far });
  await testSeveral((what, body) => suite.test(`${name}: ${what}`, body), { near, far });
}

async function testConnection(test, { near, far, serialization, withLarge }) {
  const ordered = () => connect(near, far, { serialization, reliable: true });

  await test('label and metadata are seen by the other side', async () => {
    const metadata = { room: 'one', seats: [1, 2.5, null], 'naïve': { yes: true } };
    const [here, there] = await connect(near, far, { serialization, label: 'a läbel', metadata });
    const seen = there.description;
    assert.equal(seen.label, 'a läbel');
    assert.equal(seen.peer, near.id);
    assert.equal(seen.serialization, serialization === 'binary-utf8' ? 'binary' : serialization);
    assert.equal(seen.reliable, serialization === 'MsgPack');
    assert.equal(far.fromWire(seen.metadata), await far.toText(arrival(metadata, 'json')));
    await close(here, there);
  });

  await test('without a label the connection has the name of its id', async () => {
    const [here, there] = await connect(near, far, { serialization });
    assert.equal(here.description.label, here.id);
    assert.equal(there.description.label, here.id);
    await close(here, there);
  });

  await test('values', async () => {
    const [here, there] = await ordered();
    const rows = valuesFor(serialization, withLarge);
    await exchange(here, there, serialization, rows);
    await exchange(there, here, serialization, rows);
    await close(here, there);
  });

  await test('a burst keeps its order when reliable', async () => {
    const [here, there] = await ordered();
    for (const [from, to] of [[here, there], [there, here]]) {
      const values = burstFor(serialization);
      await from.burst(values);
      assert.deepEqual(await receive(to, values.length), await expected(values, serialization, from, to));
    }
    await close(here, there);
  });

  await test('a burst arrives completely when not reliable', async () => {
    const [here, there] = await connect(near, far, { serialization, reliable: false });
    for (const [from, to] of [[here, there], [there, here]]) {
      const values = burstFor(serialization);
      await from.burst(values);
      const received = await receive(to, values.length);
      assert.deepEqual(received.sort(), (await expected(values, serialization, from, to)).sort());
    }
    await close(here, there);
  });

  await test('a close is seen by the other side', async () => {
    const [here, there] = await ordered();
    await close(here, there);
    const [again, thereAgain] = await ordered();
    await close(thereAgain, again);
  });

  await test('a close with flush comes after what was sent', async () => {
    for (const direction of ['there', 'back']) {
      const [here, there] = await ordered();
      const [from, to] = direction === 'there' ? [here, there] : [there, here];
      // PeerJS has no such message in raw, and sends the text of an object.
      if (serialization === 'raw' && from.endpoint.kind === 'browser') {
        await close(from, to);
        continue;
      }
      const values = burstFor(serialization);
      await from.burst(values);
      await from.flush();
      assert.deepEqual(await receive(to, values.length), await expected(values, serialization, from, to));
      await Promise.all([from.closed(), to.closed()]);
    }
  });
}

async function testVectors(test, { near, far }) {
  for (const [direction, pick] of Object.entries({ there: pair => pair, back: ([here, there]) => [there, here] })) {
    await test(`BinaryPack vectors ${direction}`, async () => {
      const pair = await connect(near, far, { serialization: 'binary', reliable: true });
      const [from, to] = pick(pair);
      // PeerJS does not survive a null; GVariant text has no subnormal numbers.
      const rows = packed.filter(row => decoded(row) !== null && !(from.endpoint.kind === 'native' && row.js === 'NaN'));
      await compare(rows, to, async row => {
        const value = decoded(row);
        if (from.endpoint.kind === 'native') {
          await from.send(value);
          return to.endpoint.toText(arrival(value, 'binary', 'native'));
        }
        await from.sendExpression(row.js);
        return to.endpoint.kind === 'native' && row.js in correctVariants
          ? to.endpoint.canonical(correctVariants[row.js])
          : to.endpoint.toText(value);
      });
      await close(...pair);
    });
  }
}

async function testSeveral(test, { near, far }) {
  await test('ten connections in a row', async () => {
    for (let index = 0; index < 10; index++) {
      const [here, there] = await connect(near, far);
      await here.send(index);
      assert.equal(await there.received(), await far.toText(index));
      await close(...(index % 2 ? [here, there] : [there, here]));
    }
  });

  await test('five connections at once', async () => {
    const pairs = await Promise.all(
      Array.from({ length: 5 }, (_, index) => connect(near, far, { label: `number ${index}`, reliable: true })),
    );
    for (const [index, [here, there]] of pairs.entries()) {
      await here.send(`to ${index}`);
      await there.send(`from ${index}`);
    }
    for (const [index, [here, there]] of pairs.entries()) {
      assert.equal(there.description.label, `number ${index}`);
      assert.equal(await there.received(), await far.toText(`to ${index}`));
      assert.equal(await here.received(), await near.toText(`from ${index}`));
    }
    await Promise.all(pairs.map(([here, there]) => close(here, there)));
  });

  await test('a connection to nobody is peer-unavailable', async () => {
    await near.connect('nobody-at-all');
    await near.take({ type: 'peer-unavailable' });
    const [here, there] = await connect(near, far);
    await close(here, there);
  });

  await test('nothing went wrong unnoticed', async () => {
    for (const endpoint of [near, far]) {
      for (const event of ['exception', 'connection-error', 'data'])
        assert.deepEqual(endpoint.left({ event }), []);
    }
  });
}

// Both ends of a new connection, open.
export async function connect(near, far, options) {
  const here = await near.connect(far.id, options);
  const there = await far.accept({ connection: here.id });
  await Promise.all([here.opened(), there.opened()]);
  return [here, there];
}

export async function close(from, to) {
  await from.close();
  await Promise.all([from.closed(), to.closed()]);
}

async function exchange(from, to, serialization, rows) {
  await compare(rows, to, async ({ value }) => {
    await from.send(value);
    return to.endpoint.toText(arrival(value, serialization, from.endpoint.kind));
  });
}

// Sends a row at a time and tells about all that arrived as something else.
async function compare(rows, to, send) {
  const wrong = [];
  for (const row of rows) {
    const wanted = await send(row);
    const received = await to.received();
    if (received !== wanted)
      wrong.push(`${row.name ?? row.js}: ${received} instead of ${wanted}`);
  }
  assert.equal(wrong.length, 0, `${wrong.length} of ${rows.length} values:\n${wrong.join('\n')}`);
}

// Small and large values in turns.
function burstFor(serialization) {
  const large = serialization === 'json' ? text(8_000) : bytes(60_000);
  return Array.from({ length: 60 }, (_, index) => (index % 10 === 5 ? large : `message ${index}`));
}

async function receive(connection, count) {
  const values = [];
  while (values.length < count)
    values.push(await connection.received());
  return values;
}

const expected = (values, serialization, from, to) =>
  Promise.all(values.map(value => to.endpoint.toText(arrival(value, serialization, from.endpoint.kind))));
