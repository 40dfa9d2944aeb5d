// SPDX-License-Identifier: LGPL-2.1-or-later

// Test cases as TAP: one after another, each with a deadline, and everything
// they started is ended whatever happens.

const CASE_DEADLINE = 60_000;
const CLEANUP_DEADLINE = 10_000;

// Runs a program that starts things: body() gets a function that takes what
// ends them, the last one first. The deadline is for the whole.
export async function guard(deadline, body) {
  const cleanups = [];
  const finish = async code => {
    while (cleanups.length > 0) {
      const ending = Promise.resolve().then(cleanups.pop());
      await within(CLEANUP_DEADLINE, ending, 'cleaning up').catch(error => {
        diagnose(error);
        code = 1;
      });
    }
    process.exit(code);
  };
  const bailOut = error => {
    console.log(`Bail out! ${String(error?.message ?? error).split('\n')[0]}`);
    diagnose(error);
    return finish(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => bailOut(new Error(`ended by ${signal}`)));
  process.once('uncaughtException', bailOut);

  try {
    await finish(await within(deadline, body(cleanup => cleanups.push(cleanup)), 'the whole program'));
  } catch (error) {
    await bailOut(error);
  }
}

class Suite {
  #count = 0;
  #failures = 0;

  constructor(defer) {
    this.defer = defer;
  }

  async test(name, body) {
    const number = ++this.#count;
    try {
      await within(CASE_DEADLINE, body(), name);
      console.log(`ok ${number} - ${name}`);
    } catch (error) {
      this.#failures++;
      console.log(`not ok ${number} - ${name}`);
      diagnose(error);
    }
  }

  finish() {
    console.log(`1..${this.#count}`);
    return this.#failures > 0 || this.#count === 0 ? 1 : 0;
  }
}

// Runs a test file.
export function run(deadline, body) {
  return guard(deadline, async defer => {
    const suite = new Suite(defer);
    await body(suite);
    return suite.finish();
  });
}

export async function within(deadline, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done after ${deadline / 1000} s`)), deadline);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function diagnose(error) {
  for (const line of String(error?.stack ?? error).split('\n').slice(0, 60))
    console.log(`# ${line.slice(0, 1000)}`);
}
