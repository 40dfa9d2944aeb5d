// SPDX-License-Identifier: LGPL-2.1-or-later

// The published packages beside this suite.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export function packageFile(path) {
  const file = fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
  if (!existsSync(file))
    throw new Error(`${path} is missing: run "npm ci" in tests/interop`);
  return file;
}
