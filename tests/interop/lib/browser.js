// SPDX-License-Identifier: LGPL-2.1-or-later

// PeerJS in Debian's Chromium.

import { readFile, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { Endpoint } from './endpoint.js';
import { packageFile } from './packages.js';
import { encode } from './values.js';

const EXECUTABLE = process.env.CHROMIUM || '/usr/bin/chromium';

// Milliseconds for a page to come to what is waited for.
const PAGE_DEADLINE = 50_000;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const demoFile = path => fileURLToPath(new URL(`../../../demos/web/${path}`, import.meta.url));
const suiteFile = path => fileURLToPath(new URL(`../${path}`, import.meta.url));

const FILES = {
  '/': [suiteFile('page.html'), 'text/html'],
  '/hub-page.html': [suiteFile('hub-page.html'), 'text/html'],
  '/hub-page.js': [suiteFile('hub-page.js'), 'text/javascript'],
  '/page.js': [suiteFile('page.js'), 'text/javascript'],
  '/measure.js': [suiteFile('measure.js'), 'text/javascript'],
  '/values.js': [suiteFile('lib/values.js'), 'text/javascript'],
  '/room/': [suiteFile('room.html'), 'text/html'],
  '/room/page.js': [suiteFile('room-page.js'), 'text/javascript'],
  '/room/peerjs.min.js': [packageFile('peerjs/dist/peerjs.min.js'), 'text/javascript'],
  '/channels/': [suiteFile('channels.html'), 'text/html'],
  '/channels/page.js': [suiteFile('channels-page.js'), 'text/javascript'],
  '/files/': [demoFile('index.html'), 'text/html'],
  '/files/page.css': [demoFile('page.css'), 'text/css'],
  '/files/page.js': [demoFile('page.js'), 'text/javascript'],
  '/files/file-transfer.js': [demoFile('file-transfer.js'), 'text/javascript'],
  '/files/sha256.js': [demoFile('sha256.js'), 'text/javascript'],
  '/files/peerjs.min.js': [packageFile('peerjs/dist/peerjs.min.js'), 'text/javascript'],
  '/p2p/': [suiteFile('p2p.html'), 'text/html'],
  '/p2p/page.js': [suiteFile('p2p-page.js'), 'text/javascript'],
  '/p2p/driver.js': [suiteFile('p2p-driver.js'), 'text/javascript'],
  '/p2p/first.js': [suiteFile('p2p-first.js'), 'text/javascript'],
  '/p2p/p2p.esm.js': [packageFile('p2p/dist/p2p.esm.js'), 'text/javascript'],
  '/peerjs.min.js': [packageFile('peerjs/dist/peerjs.min.js'), 'text/javascript'],
  '/serializer.msgpack.mjs': [packageFile('peerjs/dist/serializer.msgpack.mjs'), 'text/javascript'],
};

// A browser with a web server for its pages.
export class Browser {
  #browser;
  #web;

  static async start() {
    if (!existsSync(EXECUTABLE))
      throw new Error(`${EXECUTABLE} is missing: install chromium or set CHROMIUM`);
    const self = new Browser();
    self.#web = await serve(FILES);
    self.#browser = await chromium.launch({
      executablePath: EXECUTABLE,
      headless: true,
      args: FLAGS,
      env: { ...process.env, TZ: 'UTC' },
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    return self;
  }

  // A page of its own that does as it is told.
  async #commandable(path, id) {
    const page = await this.#browser.newPage();
    const endpoint = new BrowserPeer(page, id);
    await page.exposeFunction('record', text => endpoint.record(JSON.parse(text)));
    page.on('pageerror', ({ message }) => endpoint.record({ event: 'exception', message }));
    await page.goto(`http://127.0.0.1:${this.#web.address().port}${path}`);
    await page.waitForFunction(() => window.command);
    return endpoint;
  }

  // One with a peer that is registered at the server.
  async peer(server, id) {
    const endpoint = await this.#commandable('/', id);
    endpoint.server = server;
    await endpoint.open();
    return endpoint;
  }

  // One with a link and its data channels.
  channels(id) {
    return this.#commandable('/channels/', id);
  }

  // One with senders and receivers of p2p.
  p2p(id) {
    return this.#commandable('/p2p/', id);
  }

  // The demo that sends and receives files, at a server.
  async filePage(server) {
    const page = await this.#browser.newPage({ acceptDownloads: true });
    page.setDefaultTimeout(PAGE_DEADLINE);
    const query = new URLSearchParams({ server: server.uri });
    await page.goto(`http://127.0.0.1:${this.#web.address().port}/files/?${query}`);
    await page.locator('#connect-button:enabled').waitFor();
    return page;
  }

  // One of our pages, as it is.
  async open(path) {
    const page = await this.#browser.newPage();
    await page.goto(`http://127.0.0.1:${this.#web.address().port}/${path}`);
    return page;
  }

  // A page that is in a room over a server, with nothing but PeerJS.
  async roomPage(server, room, id) {
    const page = await this.#browser.newPage();
    page.setDefaultTimeout(PAGE_DEADLINE);
    const query = new URLSearchParams({ port: server.port, room, id });
    await page.goto(`http://127.0.0.1:${this.#web.address().port}/room/?${query}`);
    return page;
  }

  // A page from elsewhere; what it takes from afar is read from files.
  async visit(uri, files) {
    const page = await this.#browser.newPage();
    for (const [address, path] of Object.entries(files))
      await page.route(address, route => route.fulfill({ path }));
    await page.goto(uri);
    return page;
  }

  // Sends a signal to the processes of the pages.
  async signalPages(name) {
    for (const pid of await descendants(process.pid)) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (command.includes('--type=renderer'))
        process.kill(pid, name);
    }
  }

  async end() {
    this.#web.close();
    this.#web.closeAllConnections?.();
    await this.#browser.close();
  }
}

class BrowserPeer extends Endpoint {
  #page;

  constructor(page, id) {
    super('browser');
    this.#page = page;
    this.id = id;
  }

  async perform(command) {
    return JSON.parse(await this.#page.evaluate(text => window.command(text), JSON.stringify(command)));
  }

  toWire(value) {
    return encode(value);
  }

  fromWire(value) {
    return value;
  }

  describe(value) {
    return encode(value);
  }

  end() {
    return this.#page.close();
  }
}

async function descendants(pid) {
  const parents = new Map();
  for (const entry of await readdir('/proc')) {
    const status = /^\d+$/.test(entry) && (await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => ''));
    // The name, in parentheses, may hold anything.
    if (status)
      parents.set(Number(entry), Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isBelow = child => child === pid || (parents.has(child) && isBelow(parents.get(child)));
  return [...parents.keys()].filter(child => child !== pid && isBelow(child));
}

async function serve(files) {
  const server = createServer(async (request, response) => {
    const [path, type] = files[request.url.split('?')[0]] ?? [];
    if (path)
      response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(await readFile(path));
    else
      response.writeHead(404).end();
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return server;
}
