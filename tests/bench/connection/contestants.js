// SPDX-License-Identifier: LGPL-2.1-or-later

// What is measured: programs that have both ends of a connection, and pairs of
// peers that meet at a server. Times are in milliseconds.

import { fileURLToPath } from 'node:url';

import { connect } from '../../interop/lib/cases.js';
import { Browser } from '../../interop/lib/browser.js';
import { NativePeer } from '../../interop/lib/native.js';
import { start, tool } from '../../interop/lib/processes.js';
import { startPeerServer } from '../../interop/lib/servers.js';
import { within } from '../../interop/lib/suite.js';
import { descendants } from './usage.js';

const DEADLINE = 30_000;

// The package @roamhq/wrtc stops for good when it opens many more at once.
const MAX_AT_ONCE = { libwebrtc: 10 };

const program = name => [process.execPath, fileURLToPath(new URL(name, import.meta.url))];
const ends = kind => [tool('BENCH_ENDS'), kind];

const PROGRAMS = {
  webrtcbin: ends('webrtcbin'),
  libwebrtc: program('libwebrtc.js'),
  libdatachannel: program('libdatachannel.js'),
  libpeerglib: ends('libpeerglib'),
  transport: ends('transport'),
};

class Program {
  #child;
  #answers = [];

  constructor(name) {
    this.name = name;
    this.isOurs = name === 'libpeerglib';
    this.maxAtOnce = MAX_AT_ONCE[name] ?? Infinity;
  }

  async start() {
    const [command, ...parameters] = PROGRAMS[this.name];
    const onLine = line => line !== 'ready' && this.#answers.shift()?.(Number(line));
    ({ child: this.#child } = await start(command, parameters, /^ready$/, { onLine }));
    this.pids = [this.#child.pid];
  }

  #tell(line) {
    const answer = new Promise((resolve, reject) => {
      this.#answers.push(resolve);
      this.#child.ended.then(() => reject(new Error(`${this.name} ended: ${line}\n${this.#child.errors}`)));
    });
    this.#child.write(line);
    return within(DEADLINE, answer, `${this.name}: ${line}`);
  }

  open = (count, serialization) => this.#tell(`open ${count} ${serialization}`);
  ping = count => this.#tell(`ping ${count}`);
  bulk = (size, count) => this.#tell(`bulk ${size} ${count}`);
  close = () => this.#tell('close');
  end = () => this.#child.end('SIGTERM');

  async restart() {
    await this.end();
    this.#answers = [];
    await this.start();
  }
}

// Two peers and the processes that they run in.
class Pair {
  #near;
  #far;
  #connections = [];

  constructor(name, near, far, pids) {
    this.name = name;
    this.maxAtOnce = Infinity;
    this.#near = near;
    this.#far = far;
    this.pids = pids;
  }

  // One after another, each of them.
  async openings(count) {
    await this.#near.tell('openings', { peer: this.#far.id, count });
    return measured(this.#near);
  }

  async open(count, serialization) {
    for (let index = 0; index < count; index++)
      this.#connections.push(await connect(this.#near, this.#far, { serialization, reliable: true }));
  }

  ping = async count =>
    count * (await this.#measure({ what: 'ping', count }, { what: 'echo' }));

  bulk = (size, count) =>
    this.#measure({ what: 'bulk', size, count }, { what: 'sink', bytes: size * count });

  async #measure(active, passive) {
    const [[here, there]] = this.#connections;
    await this.#far.tell('measure', { connection: there.id, ...passive });
    await this.#near.tell('measure', { connection: here.id, ...active });
    const [milliseconds] = await measured(this.#near);
    return milliseconds;
  }

  async close() {
    for (const [here, there] of this.#connections.splice(0)) {
      await here.close();
      await there.closed();
    }
  }
}

const measured = async endpoint => (await endpoint.take({ event: 'measured' })).milliseconds;

export async function startPrograms(defer) {
  const programs = Object.keys(PROGRAMS).map(name => new Program(name));
  for (const contestant of programs) {
    await contestant.start();
    defer(() => contestant.end());
  }
  return programs;
}

export async function startPairs(defer) {
  const server = await startPeerServer();
  defer(() => server.end());
  const browser = await Browser.start();
  defer(() => browser.end());
  const pages = [await browser.peer(server, 'page'), await browser.peer(server, 'other-page')];
  const natives = [await NativePeer.start(server, 'native'), await NativePeer.start(server, 'other-native')];
  for (const native of natives)
    defer(() => native.end());

  const browserPids = descendants(process.pid, '/chromium');
  const nativePids = natives.map(({ pid }) => pid);
  return [
    new Pair('PeerJS to PeerJS', ...pages, browserPids),
    new Pair('libpeerglib to PeerJS', natives[0], pages[0], [nativePids[0], ...browserPids]),
    new Pair('PeerJS to libpeerglib', pages[0], natives[0], [nativePids[0], ...browserPids]),
    new Pair('libpeerglib to libpeerglib', ...natives, nativePids),
  ];
}
