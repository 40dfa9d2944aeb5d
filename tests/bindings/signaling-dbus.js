// SPDX-License-Identifier: LGPL-2.1-or-later
// The signaling over D-Bus of demos/signaling, on a bus of the test's own.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Peer from 'gi://Peer?version=1.0';
import System from 'system';

const DEADLINE = 120;
const LOBBY = ['room', 'lobby'];

const { DBusSignaling } = await import(`file://${ARGV[0]}/dbus-signaling.js`);

function assertEqual (value, expected) {
  const [found, wanted] = [value, expected].map(it => JSON.stringify(it));

  if (found !== wanted)
    throw new Error(`${found} is not ${wanted}`);
}

function waitUntil (condition) {
  let timedOut = false;
  const source = GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, DEADLINE, () => {
    timedOut = true;
    return GLib.SOURCE_CONTINUE;
  });

  while (!condition()) {
    if (timedOut)
      throw new Error('it took too long');
    GLib.MainContext.default().iteration(true);
  }
  GLib.source_remove(source);
}

// A connection of its own, as another program has it.
function connect () {
  const address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SESSION, null);
  const flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION;

  return Gio.DBusConnection.new_for_address_sync(address, flags, null, null);
}

// The bus has taken all that was subscribed to when it answers what comes after it.
function settle (bus) {
  bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'GetId', null, null,
    Gio.DBusCallFlags.NONE, -1, null);
}

const bobsBus = connect();
const alice = new DBusSignaling(connect());
const bob = new DBusSignaling(bobsBus);

const tests = {
  talk () {
    const heard = [];
    const hear = (signaling, topic, message) => heard.push([...topic, message.recursiveUnpack()]);
    const ids = [['room', 'a:b'], LOBBY].map(topic => bob.subscribe(topic, hear));

    settle(bobsBus);
    alice.publish(['room', 'a', 'b'], GLib.Variant.new_string('elsewhere'));
    alice.publish(['room', 'a:b'], GLib.Variant.new_string('one'));
    alice.publish(LOBBY, new GLib.Variant('a{sv}', { n: GLib.Variant.new_int32(2) }));
    waitUntil(() => heard.length === 2);
    ids.forEach(id => bob.unsubscribe(id));
    assertEqual(heard, [['room', 'a:b', 'one'], ['room', 'lobby', { n: 2 }]]);
  },

  encrypted () {
    const [alices, bobs] = [alice, bob].map(signaling => Peer.EncryptedSignaling.new(signaling, 'a long password'));
    const heard = [];

    const id = bobs.subscribe(LOBBY, (signaling, topic, message) => heard.push(message.unpack()));

    settle(bobsBus);
    alices.publish(LOBBY, GLib.Variant.new_string('secret'));
    waitUntil(() => heard.length === 1);
    bobs.unsubscribe(id);
    assertEqual(heard, ['secret']);
  },
};

let nFailed = 0;
print(`1..${Object.keys(tests).length}`);
Object.entries(tests).forEach(([name, test], index) => {
  try {
    test();
    print(`ok ${index + 1} - ${name}`);
  } catch (error) {
    nFailed++;
    print(`not ok ${index + 1} - ${name}: ${error.message}`);
  }
});
System.exit(nFailed > 0 ? 1 : 0);
