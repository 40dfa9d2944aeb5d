// SPDX-License-Identifier: LGPL-2.1-or-later
// Rooms through the bare typelib: members, events by name, states, who may join.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Peer from 'gi://Peer?version=1.0';
import System from 'system';

import { assert, run, waitUntil } from './tap.js';

class Place {
  constructor() {
    this.signaling = Peer.MemorySignaling.new();
    this.rooms = [];
  }

  newRoom(name, peerId) {
    const room = new Peer.Room({
      name,
      peerId,
      service: Peer.RoomService.SIGNALING,
      signaling: this.signaling,
      iceServers: Gio.ListStore.new(Peer.IceServer.$gtype),
    });
    this.rooms.push(room);
    return room;
  }

  join(name, peerId) {
    const room = this.newRoom(name, peerId);
    let joined = false;
    room.join_async(null, (_, result) => {
      joined = room.join_finish(result);
    });
    waitUntil(() => joined);
    return room;
  }

  twoMembers(name) {
    const alice = this.join(name, 'alice');
    const bob = this.join(name, 'bob');
    waitUntil(() => alice.nPeers === 2 && bob.nPeers === 2);
    return [alice, bob];
  }

  end() {
    let left = 0;
    for (const room of this.rooms) {
      room.leave_async(null, (_, result) => {
        left += room.leave_finish(result);
      });
    }
    waitUntil(() => left === this.rooms.length);
    this.rooms = [];
  }
}

const tests = {
  members(place) {
    const [alice, bob] = place.twoMembers('members');
    const ids = room => [0, 1].map(i => room.get_item(i).id).join();
    assert(ids(alice) === 'alice,bob' && ids(bob) === 'alice,bob');
    assert(alice.isHost && bob.hostId === 'alice');
    assert(alice.get_item(0).isSelf && !alice.get_item(1).isSelf);
    const left = [];
    bob.connect('peer-left', (_, member) => left.push(member.id));
    alice.leave_async(null, null);
    waitUntil(() => left.length > 0);
    assert(left.join() === 'alice' && bob.isHost);
  },

  events(place) {
    const [alice, bob] = place.twoMembers('events');
    const moves = [];
    const messages = [];
    bob.connect('event::move', (_, sender, value) => moves.push([sender.id, value.recursiveUnpack().x]));
    bob.connect('message', (_, sender, value) => messages.push(value.recursiveUnpack()));
    alice.emit_event('other', null);
    alice.emit_event('move', new GLib.Variant('a{sv}', { x: new GLib.Variant('x', 1) }));
    alice.send_message(new GLib.Variant('s', 'hello'));
    waitUntil(() => messages.length === 1);
    assert(JSON.stringify(moves) === '[["alice",1]]', JSON.stringify(moves));
    assert(messages[0] === 'hello');
  },

  states(place) {
    const [alice, bob] = place.twoMembers('states');
    alice.sync_shared(new GLib.Variant('a{sv}', { topic: new GLib.Variant('s', 'tea') }), Peer.SyncMode.MERGE);
    waitUntil(() => bob.sharedState.recursiveUnpack().topic === 'tea');
  },

  authorize(place) {
    const alice = place.join('authorize', 'alice');
    const errors = [];
    alice.connect('authorize', (_, request) => {
      request.refuse('Not today');
      return true;
    });
    const bob = place.newRoom('authorize', 'bob');
    bob.connect('error', (_, error) => errors.push(error));
    bob.join_async(null, null);
    waitUntil(() => errors.length > 0);
    assert(errors[0].matches(Peer.Error, Peer.Error.REFUSED), errors[0].message);
  },
};

const place = new Place();
System.exit(run(tests, place, () => place.end()) ? 0 : 1);
