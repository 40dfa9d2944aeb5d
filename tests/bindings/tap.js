// SPDX-License-Identifier: LGPL-2.1-or-later
// Test cases as TAP, and waiting for what the main context does.

import GLib from 'gi://GLib';

// Seconds.
const DEADLINE = 120;

export function assert(condition, message) {
  if (!condition)
    throw new Error(message ?? 'assertion failed');
}

export function waitUntil(condition) {
  let timedOut = false;
  const source = GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, DEADLINE, () => {
    timedOut = true;
    return GLib.SOURCE_CONTINUE;
  });
  while (!condition()) {
    assert(!timedOut, 'it took too long');
    GLib.MainContext.default().iteration(true);
  }
  GLib.source_remove(source);
}

// Calls the functions of an object; whether all went well.
export function run(tests, scene = undefined, after = () => {}) {
  let failed = 0;
  print(`1..${Object.keys(tests).length}`);
  Object.entries(tests).forEach(([name, test], i) => {
    try {
      test(scene);
      print(`ok ${i + 1} - ${name}`);
    } catch (error) {
      failed++;
      print(`not ok ${i + 1} - ${name}: ${error.message}`);
    }
    after();
  });
  return failed === 0;
}
