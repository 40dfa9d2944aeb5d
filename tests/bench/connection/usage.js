// SPDX-License-Identifier: LGPL-2.1-or-later

// What processes use, as Linux counts it.

import { readFileSync, readdirSync } from 'node:fs';

const TICK_MILLISECONDS = 10;

// A process may end at any time.
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

// The fields of /proc/PID/stat from the third on; the second may have spaces.
const stat = pid => read(`/proc/${pid}/stat`).split(') ').at(-1).split(' ');

const parentOf = pid => Number(stat(pid)[1]);

const field = (pid, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(read(`/proc/${pid}/status`))?.[1] ?? 0);

// The processes below one whose command line has this in it.
export function descendants(ancestor, text) {
  const all = readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number);
  const parents = new Map(all.map(pid => [pid, parentOf(pid)]));
  const isBelow = pid => parents.has(pid) && (parents.get(pid) === ancestor || isBelow(parents.get(pid)));
  return all.filter(pid => isBelow(pid) && read(`/proc/${pid}/cmdline`).includes(text));
}

export function usage(pids) {
  const sum = get => pids.reduce((total, pid) => total + get(pid), 0);
  return {
    cpu: sum(pid => (Number(stat(pid)[11] ?? 0) + Number(stat(pid)[12] ?? 0)) * TICK_MILLISECONDS),
    threads: sum(pid => field(pid, 'Threads')),
    rss: sum(pid => field(pid, 'VmRSS')),
  };
}
