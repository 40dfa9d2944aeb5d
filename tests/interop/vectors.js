// SPDX-License-Identifier: LGPL-2.1-or-later

// The vectors of the unit tests are what the published packer and unpacker do.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { pack, unpack } from 'peerjs-js-binarypack';

import { run } from './lib/suite.js';
import { evaluate, fromHex, packed, refused, unpacked } from './lib/vectors.js';

process.env.TZ = 'UTC';

await run(30_000, async suite => {
  for (const { js, hex } of packed) {
    await suite.test(`packs ${js}`, async () => {
      assert.equal(Buffer.from(await pack(evaluate(js))).toString('hex'), hex);
    });
  }

  for (const { hex, js, throws } of unpacked) {
    await suite.test(`unpacks ${hex || 'nothing'}`, async () => {
      const attempt = () => unpack(fromHex(hex));
      if (throws)
        assert.throws(attempt, error => String(error.message ?? error).includes(throws));
      else
        assert.equal(inspect(attempt()), js);
    });
  }

  for (const { js, error } of refused) {
    await suite.test(`does not pack ${js}`, async () => {
      assert.throws(() => pack(evaluate(js)), { message: error });
    });
  }
});
