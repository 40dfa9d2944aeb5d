// SPDX-License-Identifier: LGPL-2.1-or-later

// A signaling over a message bus of D-Bus: the programs of a session find each
// other. A message is a signal with its topic and its value; the bus tells
// signals apart by their first argument.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Peer from 'gi://Peer?version=1.0';

const PATH = '/org/peerglib/Signaling';
const INTERFACE = 'org.peerglib.Signaling';
const SIGNAL = 'Message';

export const DBusSignaling = GObject.registerClass({
  Implements: [Peer.Signaling],
}, class DBusSignaling extends GObject.Object {
  constructor (bus = Gio.DBus.session) {
    super();
    this._bus = bus;
    this._subscriptions = new Map();
  }

  vfunc_subscribe_topic (topic) {
    const name = Peer.Signaling.join_topic(topic);
    const id = this._bus.signal_subscribe(null, INTERFACE, SIGNAL, PATH, name, Gio.DBusSignalFlags.NONE,
      (bus, sender, path, iface, signal, parameters) => this._arrived(topic, parameters));

    this._subscriptions.set(name, id);
  }

  vfunc_unsubscribe_topic (topic) {
    const name = Peer.Signaling.join_topic(topic);

    this._bus.signal_unsubscribe(this._subscriptions.get(name));
    this._subscriptions.delete(name);
  }

  vfunc_publish (topic, message) {
    const name = Peer.Signaling.join_topic(topic);

    return this._bus.emit_signal(null, PATH, INTERFACE, SIGNAL, new GLib.Variant('(sv)', [name, message]));
  }

  _arrived (topic, parameters) {
    if (parameters.get_type_string() === '(sv)')
      this.deliver(topic, parameters.get_child_value(1).get_variant());
  }
});
