#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rooms through the bare typelib: members, events by name, states, who may join, several rooms."""

import sys

import gi

gi.require_version("Peer", "1.0")
from gi.repository import Gio, GLib, Peer  # noqa: E402
from tap import run, wait_until  # noqa: E402


class Place:
    """A signaling inside the process, and rooms at it."""

    def __init__(self):
        self.signaling = Peer.MemorySignaling.new()
        self.rooms = []

    def new_room(self, name, peer_id):
        room = Peer.Room(
            name=name,
            peer_id=peer_id,
            service=Peer.RoomService.SIGNALING,
            signaling=self.signaling,
            ice_servers=Gio.ListStore.new(Peer.IceServer),
        )
        self.rooms.append(room)
        return room

    def join(self, name, peer_id):
        room = self.new_room(name, peer_id)
        joined = []
        room.join_async(None, lambda room, result: joined.append(room.join_finish(result)))
        wait_until(lambda: joined)
        return room

    def end(self):
        left = []
        for room in self.rooms:
            room.leave_async(None, lambda room, result: left.append(room.leave_finish(result)))
        wait_until(lambda: len(left) == len(self.rooms))
        self.rooms = []


def two_members(place, name):
    alice = place.join(name, "alice")
    bob = place.join(name, "bob")
    wait_until(lambda: len(alice) == len(bob) == 2)
    return alice, bob


def test_members(place):
    alice = place.join("members", "alice")
    joined, left = [], []
    alice.connect("peer-joined", lambda _, member: joined.append(member.props.id))
    alice.connect("peer-left", lambda _, member: left.append(member.props.id))
    bob = place.new_room("members", "bob")
    bob.props.metadata = GLib.Variant("s", "Bob")
    bob.join_async(None, None)
    wait_until(lambda: len(bob) == 2 and len(alice) == 2)
    assert [member.props.id for member in alice] == [member.props.id for member in bob] == ["alice", "bob"]
    assert alice[0].props.is_self and alice[0].props.is_host and not alice[1].props.is_host
    assert alice.props.is_host and bob.props.host_id == "alice"
    assert alice[1].props.metadata.unpack() == "Bob"
    assert isinstance(alice[1].props.connection, Peer.DataConnection)
    bob.leave_async(None, None)
    wait_until(lambda: left)
    assert joined == left == ["bob"]


def test_events(place):
    alice, bob = two_members(place, "events")
    moves, events, messages = [], [], []
    bob.connect("event::move", lambda _, sender, value: moves.append((sender.props.id, value.unpack())))
    bob.connect("any-event", lambda _, sender, name, value: events.append(name))
    bob.connect("message", lambda _, sender, value: messages.append(value.unpack()))
    alice.emit_event("move", GLib.Variant("a{sv}", {"x": GLib.Variant("x", 1)}))
    alice.broadcast("start", None)
    alice.send_message(GLib.Variant("s", "hello"))
    alice.send_message_to(alice.lookup_member("bob"), GLib.Variant("s", "psst"))
    wait_until(lambda: len(messages) == 2)
    assert moves == [("alice", {"x": 1})]
    assert events == ["move", "start"]
    assert messages == ["hello", "psst"]


def test_states(place):
    alice, bob = two_members(place, "states")
    alice.sync(GLib.Variant("a{sv}", {"mood": GLib.Variant("s", "calm")}), Peer.SyncMode.MERGE)
    alice.sync_shared(GLib.Variant("a{sv}", {"topic": GLib.Variant("s", "tea")}), Peer.SyncMode.REPLACE)
    wait_until(lambda: bob.props.shared_state.unpack() == {"topic": "tea"})
    assert bob.lookup_member("alice").props.state.unpack() == {"mood": "calm"}


def test_authorize(place):
    alice = place.join("authorize", "alice")
    kept, errors = [], []

    def authorize(_, request):
        kept.append(request)
        return True

    alice.connect("authorize", authorize)
    for accepts in (False, True):
        bob = place.new_room("authorize", "bob")
        bob.props.credentials = GLib.Variant("s", "secret")
        bob.connect("error", lambda _, error: errors.append(error))
        bob.join_async(None, None)
        wait_until(lambda: kept)
        request = kept.pop()
        assert request.props.peer_id == "bob" and request.props.credentials.unpack() == "secret"
        if accepts:
            request.accept()
            wait_until(bob.get_connected)
        else:
            request.refuse("Not today")
            wait_until(lambda: errors)
            assert errors[0].matches(Peer.Error.quark(), Peer.Error.REFUSED)
            assert "Not today" in errors[0].message


def test_errors(place):
    room = place.new_room("errors", "server")
    try:
        room.send_message(GLib.Variant("s", "too early"))
        raise AssertionError("it was sent")
    except GLib.Error as error:
        assert error.matches(Peer.Error.quark(), Peer.Error.NOT_OPEN_YET)
    failed = []

    def joined(room, result):
        try:
            room.join_finish(result)
        except GLib.Error as error:
            failed.append(error)

    room.join_async(None, joined)
    wait_until(lambda: failed)
    assert failed[0].matches(Peer.Error.quark(), Peer.Error.INVALID_ID)


def test_manager(place):
    bob = place.join("lobby", "bob")
    manager = Peer.RoomManager.new("alice", place.signaling)
    manager.connect("room-added", lambda _, room: room.set_ice_servers(Gio.ListStore.new(Peer.IceServer)))
    heard, results, left = [], [], []
    manager.connect("event::chat", lambda _, room, sender, value: heard.append((room.props.name, value.unpack())))
    manager.join_rooms_async(["lobby", "game"], None, lambda it, result: results.append(it.join_rooms_finish(result)))
    wait_until(lambda: results)
    assert [(each.props.room.props.name, each.props.success) for each in results[0]] == [("lobby", True), ("game", True)]
    bob.emit_event("chat", GLib.Variant("s", "hi"))
    wait_until(lambda: heard)
    assert heard == [("lobby", "hi")]
    assert manager.broadcast_to_all("news", None) == 2
    manager.leave_all_rooms_async(None, lambda it, result: left.append(it.leave_all_rooms_finish(result)))
    wait_until(lambda: left)
    assert len(manager.props.rooms) == 0


def main():
    place = Place()
    sys.exit(not run(globals(), place, after=place.end))


main()
