// SPDX-License-Identifier: LGPL-2.1-or-later

// The page of demos/web with peer-file: files both ways, cancelled from both
// sides, and gone on with.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Browser } from './lib/browser.js';
import { start, tool } from './lib/processes.js';
import { startPeerServer } from './lib/servers.js';
import { run } from './lib/suite.js';

const SIZE = 10_000_000;
const LARGE = 40_000_000;

const CODE = /^peer-file (?:receive|send --to) (\S+)/;

// Milliseconds until the other side is looked at again.
const POLL = 20;

async function hash(path) {
  const sha256 = createHash('sha256');
  for await (const block of createReadStream(path))
    sha256.update(block);
  return sha256.digest('hex');
}

const sizeOf = path => stat(path).then(({ size }) => size, () => 0);

async function waitForSize(path, size) {
  while ((await sizeOf(path)) < size)
    await new Promise(resolve => setTimeout(resolve, POLL));
}

await run(220_000, async suite => {
  const server = await startPeerServer();
  suite.defer(() => server.end());
  const browser = await Browser.start();
  suite.defer(() => browser.end());
  const directory = await mkdtemp(join(tmpdir(), 'peer-file-'));
  suite.defer(() => rm(directory, { recursive: true }));

  let number = 0;

  // A file, and a place of its own to receive it in.
  async function makeFile(size) {
    const place = join(directory, String(++number));
    const received = join(place, 'received');
    await mkdir(received, { recursive: true });
    const path = join(place, 'file.bin');
    await writeFile(path, randomBytes(size));
    return { path, received, result: join(received, 'file.bin'), part: join(received, 'file.bin.peer-part') };
  }

  async function startTool(...parameters) {
    const { child, match } = await start(tool('PEER_FILE'), ['--server', server.uri, ...parameters], CODE);
    return { child, code: match[1] };
  }

  // A page that is connected to the tool.
  async function connectPage(code) {
    const page = await browser.filePage(server);
    await page.fill('#other-id', code);
    await page.click('#connect-button');
    await page.locator('#disconnect:visible').waitFor();
    return page;
  }

  async function status(child) {
    const { code } = await child.ended;
    return code;
  }

  const complete = page => page.locator('.transfer.complete').first().waitFor();
  const failed = page => page.locator('.transfer.failed').first().waitFor();

  async function save(page) {
    const download = page.waitForEvent('download');
    await page.click('.save');
    return (await download).path();
  }

  await suite.test('from the page to peer-file', async () => {
    const { path, received, result } = await makeFile(SIZE);
    const { child, code } = await startTool('receive', '--directory', received);
    const page = await connectPage(code);
    await page.setInputFiles('#files', path);
    await complete(page);
    assert.equal(await hash(result), await hash(path));
    await page.click('#disconnect');
    assert.equal(await status(child), 0);
    await page.close();
  });

  await suite.test('from peer-file to the page', async () => {
    const { path } = await makeFile(SIZE);
    const { child, code } = await startTool('send', path);
    const page = await connectPage(code);
    await page.click('.accept');
    await complete(page);
    assert.equal(await hash(await save(page)), await hash(path));
    assert.equal(await status(child), 0);
    await page.close();
  });

  await suite.test('the page refuses a file', async () => {
    const { path } = await makeFile(1000);
    const { child, code } = await startTool('send', path);
    const page = await connectPage(code);
    await page.click('.refuse');
    assert.equal(await status(child), 1);
    await page.close();
  });

  await suite.test('the page cancels what it sends, and peer-file goes on with it', async () => {
    const { path, received, result, part } = await makeFile(LARGE);
    const { child, code } = await startTool('receive', '--directory', received);
    const page = await connectPage(code);
    await page.setInputFiles('#files', path);
    await waitForSize(part, SIZE / 4);
    child.signal('SIGSTOP'); /* or all of it may be there before the click */
    await page.click('.cancel');
    await failed(page);
    child.signal('SIGCONT');
    const kept = await sizeOf(part);
    assert.ok(kept >= SIZE / 4 && kept < LARGE, `${kept} bytes are kept`);

    await page.setInputFiles('#files', path);
    await complete(page);
    assert.equal(await hash(result), await hash(path));
    assert.equal(await sizeOf(part), 0);
    await page.click('#disconnect');
    assert.equal(await status(child), 1);
    await page.close();
  });

  await suite.test('peer-file ends in the middle, and the page goes on with another', async () => {
    const { path } = await makeFile(LARGE);
    const first = await startTool('send', path);
    const page = await connectPage(first.code);
    await page.click('.accept');
    await page.waitForFunction(() => document.querySelector('progress').value > 0.05);
    first.child.signal('SIGINT');
    assert.equal(await status(first.child), 1);
    await failed(page);

    const second = await startTool('send', path);
    await page.fill('#other-id', second.code);
    await page.click('#connect-button:visible');
    await page.click('.accept');
    await page.waitForFunction(() => document.querySelector('progress').value > 0.05);
    await complete(page);
    assert.equal(await hash(await save(page)), await hash(path));
    assert.equal(await status(second.child), 0);
    await page.close();
  });

  await suite.test('the page cancels what it receives', async () => {
    const { path } = await makeFile(LARGE);
    const { child, code } = await startTool('send', path);
    const page = await connectPage(code);
    await page.locator('.accept').waitFor();
    child.signal('SIGSTOP');
    await page.click('.accept');
    await page.click('.cancel');
    await failed(page);
    child.signal('SIGCONT');
    assert.equal(await status(child), 1);
    await page.close();
  });
});
