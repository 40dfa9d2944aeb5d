// SPDX-License-Identifier: LGPL-2.1-or-later
// Two peers and a server through the bare typelib: open, connect, every kind of value, errors, close.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Peer from 'gi://Peer?version=1.0';
import System from 'system';

import { assert, run, waitUntil } from './tap.js';

const directory = Gio.File.new_for_uri(import.meta.url).get_parent();
const [, contents] = directory.get_child('values.txt').load_contents(null);
const VALUES = new TextDecoder().decode(contents).trim().split('\n');

const parse = text => GLib.Variant.parse(null, text, null, null);

class Scene {
  constructor() {
    this.server = new Peer.Server({ host: '127.0.0.1', port: 0 });
    assert(this.server.listen());
    this.alice = this.newPeer('alice');
    this.bob = this.newPeer(null);
    this.ids = [];
    this.incoming = [];
    for (const peer of [this.alice, this.bob])
      peer.connect('open', (_, id) => this.ids.push(id));
    this.bob.connect('connection', (_, connection) => this.incoming.push(connection));
    waitUntil(() => this.ids.length === 2);
  }

  newPeer(id) {
    return new Peer.Peer({
      id,
      host: '127.0.0.1',
      port: this.server.port,
      secure: false,
      iceServers: Gio.ListStore.new(Peer.IceServer.$gtype),
    });
  }

  connect(options) {
    const toBob = this.alice.connect_to(this.bob.id, new Peer.ConnectOptions(options));
    waitUntil(() => toBob.isOpen && this.incoming.at(-1)?.isOpen);
    return [toBob, this.incoming.at(-1)];
  }

  end() {
    for (const peer of [this.alice, this.bob]) {
      peer.destroy();
      assert(peer.isDestroyed);
    }
    this.server.stop();
  }
}

function exchange(scene, serialization, values) {
  const [toBob, toAlice] = scene.connect({ serialization, reliable: true });
  const received = [];
  toAlice.connect('data', (connection, value) => connection.send(value));
  toBob.connect('data', (_, value) => received.push(value));
  for (const value of values)
    assert(toBob.send(value));
  waitUntil(() => received.length === values.length);
  values.forEach((value, i) => assert(value.equal(received[i]),
    `${value.print(true)} came back as ${received[i].print(true)}`));
  toBob.close();
}

const tests = {
  open(scene) {
    assert(scene.ids.includes('alice'));
    assert(scene.ids.includes(scene.bob.id));
  },

  connect(scene) {
    const metadata = parse("{'who': <'alice'>}");
    const [toBob, toAlice] = scene.connect({ label: 'chat', metadata, reliable: true });
    assert(toAlice.label === 'chat' && toBob.label === 'chat');
    assert(toAlice.metadata.recursiveUnpack().who === 'alice');
    assert(toAlice.reliable);
    assert(toAlice.peerId === 'alice');
    assert(toAlice.connectionId === toBob.connectionId);
    assert(scene.alice.connections.get_n_items() === 1);
    toBob.close();
    waitUntil(() => !toAlice.isOpen);
    assert(scene.alice.connections.get_n_items() === 0);
  },

  binary(scene) {
    exchange(scene, Peer.Serialization.BINARY, VALUES.map(parse));
  },

  msgpack(scene) {
    const date = new GLib.Variant('(sx)', ['date', 1600000000123000]);
    exchange(scene, Peer.Serialization.MSGPACK, [...VALUES.map(parse), date]);
  },

  json(scene) {
    exchange(scene, Peer.Serialization.JSON,
      VALUES.filter(text => !text.includes('0x') && !text.includes('@ay')).map(parse));
  },

  raw(scene) {
    exchange(scene, Peer.Serialization.NONE, ["'text'", '[byte 0x00, 0xff]'].map(parse));
  },

  errors(scene) {
    const toNobody = scene.alice.connect_to('nobody', null);
    const errors = [];
    let closed = false;
    try {
      toNobody.send_text('too early');
      throw new Error('it was sent');
    } catch (error) {
      assert(error.matches?.(Peer.Error, Peer.Error.NOT_OPEN_YET), error.message);
    }
    toNobody.connect('error', (_, error) => errors.push(error));
    toNobody.connect('close', () => {
      closed = true;
    });
    waitUntil(() => closed);
    assert(errors[0].matches(Peer.Error, Peer.Error.PEER_UNAVAILABLE), errors[0].message);
  },

  openAsync(scene) {
    const carol = scene.newPeer('carol');
    const results = [];
    carol.open_async(null, (peer, result) => results.push(peer.open_finish(result)));
    waitUntil(() => results.length > 0);
    assert(results[0] === 'carol');
    carol.destroy();
  },

  sender() {
    const common = {
      signaling: Peer.MemorySignaling.new(),
      room: 'garden',
      iceServers: Gio.ListStore.new(Peer.IceServer.$gtype),
    };
    const sender = new Peer.Sender({ ...common, state: parse("{'sensor': <'north'>}") });
    const receiver = new Peer.Receiver(common);
    const messages = [];
    let disposed = false;
    receiver.connect('message', (_, id, message, state) =>
      messages.push([id, message.unpack(), state.recursiveUnpack().sensor].join(' ')));
    receiver.connect('dispose', (_, id, connection, state, error) => {
      disposed = error === null;
    });
    receiver.start();
    sender.start();
    sender.send(parse("'early'"), null);
    waitUntil(() => messages.length > 0);
    assert(messages[0] === `${sender.id} early north`, messages[0]);
    sender.stop();
    waitUntil(() => disposed);
    receiver.stop();
  },
};

const scene = new Scene();
const succeeded = run(tests, scene);
scene.end();
System.exit(succeeded ? 0 : 1);
