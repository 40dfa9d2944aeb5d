// SPDX-License-Identifier: LGPL-2.1-or-later

// Child processes. Each leads its own process group, and the system ends it
// with this process, so that nothing a test starts outlives it.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { within } from './suite.js';

const START_DEADLINE = 20_000;
const END_DEADLINE = 5_000;
const ERROR_LINES = 40;

const running = new Set();

process.on('exit', () => {
  for (const child of running)
    child.signal('SIGKILL');
});

export class Child {
  #process;
  #errors = [];

  constructor(command, args, { env = {}, onLine = () => {} } = {}) {
    this.name = [command, ...args].join(' ');
    this.#process = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    running.add(this);
    this.#process.stdin.on('error', () => {});
    createInterface({ input: this.#process.stdout }).on('line', onLine);
    createInterface({ input: this.#process.stderr }).on('line', line => {
      this.#errors = [...this.#errors, line].slice(-ERROR_LINES);
    });
    this.ended = new Promise(resolve => {
      this.#process.once('error', error => resolve({ error }));
      this.#process.once('close', (code, signal) => resolve({ code, signal }));
    }).then(status => {
      running.delete(this);
      return status;
    });
  }

  get pid() {
    return this.#process.pid;
  }

  // What it said on its standard error, for messages.
  get errors() {
    return this.#errors.join('\n');
  }

  write(line) {
    this.#process.stdin.write(`${line}\n`);
  }

  signal(name) {
    try {
      process.kill(-this.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH')
        throw error;
    }
  }

  // Asks it to end, by the end of its input or a signal, and makes it.
  async end(signal) {
    this.#process.stdin.end();
    if (signal)
      this.signal(signal);
    try {
      return await within(END_DEADLINE, this.ended, `${this.name} ending`);
    } catch {
      this.signal('SIGKILL');
      return this.ended;
    }
  }
}

// Starts a program and waits for the line of its output that says it is
// ready. Returns the child and the match.
export async function start(command, args, ready, options = {}) {
  let child;
  const match = new Promise((resolve, reject) => {
    child = new Child(command, args, {
      ...options,
      onLine: line => {
        options.onLine?.(line);
        const found = ready.exec(line);
        if (found)
          resolve(found);
      },
    });
    child.ended.then(({ error, code, signal }) =>
      reject(new Error(`${child.name} ended before it was ready: ${error ?? code ?? signal}\n${child.errors}`)));
  });
  try {
    return { child, match: await within(START_DEADLINE, match, child.name) };
  } catch (error) {
    await child.end('SIGTERM');
    throw error;
  }
}

// The path of a built tool, which the build hands over in the environment.
export function tool(variable) {
  const path = process.env[variable];
  if (!path)
    throw new Error(`${variable} must name the program; run this with meson test --suite interop`);
  return path;
}
