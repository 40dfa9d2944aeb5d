// SPDX-License-Identifier: LGPL-2.1-or-later

// The hints that the tour prints at its end, followed: its page in a browser,
// and peer-cat in a second terminal.

import { spawn } from 'node:child_process';

import { Browser } from './lib/browser.js';
import { packageFile } from './lib/packages.js';
import { start, tool } from './lib/processes.js';
import { run } from './lib/suite.js';

const GREETING = 'hello from a test';

// The page takes PeerJS from afar, which is not to be had here.
const PEERJS = { 'https://unpkg.com/peerjs@1.5.5/dist/peerjs.min.js': packageFile('peerjs/dist/peerjs.min.js') };

async function startTour() {
  const hints = {};
  const { child } = await start(tool('PEER_TOUR'), [], /^Ctrl\+C/, {
    onLine: line => {
      const hint = /^ +from (a browser|a second terminal): +(.*)$/.exec(line);
      if (hint)
        hints[hint[1]] = hint[2];
    },
  });
  return { child, hints };
}

await run(120_000, async suite => {
  const { child, hints } = await startTour();
  suite.defer(() => child.end('SIGTERM'));

  await suite.test('the page that the tour names talks to its peer', async () => {
    const browser = await Browser.start();
    suite.defer(() => browser.end());
    const page = await browser.visit(hints['a browser'], PEERJS);
    await page.waitForSelector('button:enabled');
    await page.fill('#text', GREETING);
    await page.click('button');
    await page.waitForSelector('li.received');
    const answer = await page.textContent('li.received');
    if (answer !== GREETING)
      throw new Error(`it answered ${answer}`);
  });

  await suite.test('the command that the tour names talks to its peer', async () => {
    const [command, ...args] = hints['a second terminal'].split(' ');
    const cat = spawn(command, ['--text', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    suite.defer(() => cat.kill('SIGKILL'));
    cat.stdin.write(`${GREETING}\n`);
    const [line] = await new Promise(resolve => cat.stdout.on('data', data => resolve(String(data).split('\n'))));
    if (line !== GREETING)
      throw new Error(`it answered ${line}`);
  });

  await suite.test('the tour ends with success when told to', async () => {
    const { code } = await child.end('SIGTERM');
    if (code !== 0)
      throw new Error(`it ended with ${code}`);
  });
});
