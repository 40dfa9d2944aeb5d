// SPDX-License-Identifier: LGPL-2.1-or-later
// The signaling over D-Bus of demos/signaling, on a bus of the test's own.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Peer from 'gi://Peer?version=1.0';
import System from 'system';

import { run, waitUntil } from './tap.js';

const LOBBY = ['room', 'lobby'];

const { DBusSignaling } = await import(`file://${ARGV[0]}/dbus-signaling.js`);

function assertEqual (value, expected) {
  const [found, wanted] = [value, expected].map(it => JSON.stringify(it));

  if (found !== wanted)
    throw new Error(`${found} is not ${wanted}`);
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

System.exit(run(tests) ? 0 : 1);
