// SPDX-License-Identifier: LGPL-2.1-or-later

// PeerJS in Chromium, in the network that this runs in: connects to a peer,
// which sends back what it gets, and prints which way that went.

import { Browser } from '../interop/lib/browser.js';
import { guard } from '../interop/lib/suite.js';

const [host, port, iceServers, other] = process.argv.slice(2);
const TEXT = 'x'.repeat(40_000);

await guard(120_000, async defer => {
  const browser = await Browser.start();
  defer(() => browser.end());

  const page = await browser.peer({ host, port, iceServers: JSON.parse(iceServers) }, 'browser');
  const connection = await page.connect(other, { reliable: true });
  await connection.opened();
  await connection.send(TEXT);
  const isSame = (await connection.received()) === (await page.toText(TEXT));
  console.log(JSON.stringify({ isSame }));
  await connection.close();
});
