// SPDX-License-Identifier: LGPL-2.1-or-later

// Servers for peers, each on a free port of the loopback interface.

import { packageFile } from './packages.js';
import { start, tool } from './processes.js';

// Time for a peer to come back, short enough to wait for a peer-unavailable.
const OPTIONS = ['--host', '127.0.0.1', '--expire_timeout', '1500', '--allow_discovery'];

const STARTED = /^Started PeerServer on .*, port: (\d+), path: (.*)$/;

class Server {
  #child;

  constructor(name, { child, match }) {
    this.name = name;
    this.#child = child;
    this.port = Number(match[1]);
  }

  get uri() {
    return `http://127.0.0.1:${this.port}/`;
  }

  end(signal = 'SIGTERM') {
    return this.#child.end(signal);
  }
}

// The published peer package, as its own command starts it. That command
// takes 0 for a missing --port, but accepts it as PORT.
export async function startReferenceServer(options = OPTIONS, port = 0) {
  const command = packageFile('peer/dist/bin/peerjs.js');
  return new Server('peer', await start(process.execPath, [command, ...options], STARTED, { env: { PORT: `${port}` } }));
}

// With everything that rooms can be at.
export function startRoomServer() {
  return startPeerServer([...OPTIONS, '--rooms', '--hub', '--signaling']);
}

export async function startPeerServer(options = OPTIONS) {
  return new Server('peer-server', await start(tool('PEER_SERVER'), [...options, '--port', '0'], STARTED));
}
