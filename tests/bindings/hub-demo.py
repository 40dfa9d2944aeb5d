#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The hub of demos/hub through the bare typelib, with members that join it.

usage: hub-demo.py DIRECTORY
"""

import io
import json
import sys

import gi

sys.path.insert(0, sys.argv[1])

gi.require_version('Peer', '1.0')
gi.require_version('Soup', '3.0')
from gi.repository import Gio, GLib, Peer, Soup  # noqa: E402
from hub_demo import Demo  # noqa: E402
from tap import run, wait_until  # noqa: E402


def ask(uri, method='GET', body=None):
    session = Soup.Session()
    message = Soup.Message.new(method, uri)
    if body is not None:
        message.set_request_body_from_bytes('text/plain', GLib.Bytes.new(body.encode()))
    answers = []
    session.send_and_read_async(message, GLib.PRIORITY_DEFAULT, None, lambda s, result: answers.append(s.send_and_read_finish(result)))
    wait_until(lambda: answers)
    return message.get_status(), answers[0].get_data().decode()


class Member:
    def __init__(self, demo, name):
        self.heard = []
        self.room = Peer.Room(service=Peer.RoomService.HUB, uri=demo.uri, name='lobby', peer_id=name,
                              ice_servers=Gio.ListStore.new(Peer.IceServer))
        self.room.connect('message', lambda room, sender, value: self.heard.append((sender.props.id, value.unpack())))
        self.room.connect('event::echo', lambda room, sender, value: self.heard.append((sender.props.id, 'echo', value.unpack())))
        joined = []
        self.room.join_async(None, lambda room, result: joined.append(self.finish(result)))
        wait_until(lambda: joined)
        self.error = joined[0]

    def finish(self, result):
        try:
            self.room.join_finish(result)
            return None
        except GLib.Error as error:
            return error

    def leave(self):
        left = []
        self.room.leave_async(None, lambda room, result: left.append(room.leave_finish(result)))
        wait_until(lambda: left)


def test_page(demo):
    status, page = ask(demo.uri)
    assert status == 200 and 'RTCPeerConnection' in page
    assert ask(demo.uri + 'echo', 'POST', 'hello') == (200, '{"echo": "hello"}')
    assert ask(demo.uri + 'rooms') == (200, '{}')


def test_members(demo):
    alice = Member(demo, 'alice')
    bob = Member(demo, 'bob')
    demo.say('from the terminal')
    alice.room.send_message(GLib.Variant('s', 'hi'))
    alice.room.emit_event('echo', GLib.Variant('s', 'anybody?'))
    wait_until(lambda: ('alice', 'hi') in bob.heard and ('server', 'from the terminal') in bob.heard)
    wait_until(lambda: ('server', 'echo', 'anybody?') in alice.heard)
    assert json.loads(demo.log.getvalue()) == ['lobby', 'alice', 'hi']

    stroke = {'x1': GLib.Variant('d', 0.5), 'color': GLib.Variant('s', '#000')}
    bob.room.emit_event('draw', GLib.Variant('a{sv}', stroke))
    wait_until(lambda: demo.drawn)
    status, history = ask(demo.uri + 'whiteboard-history/lobby')
    assert (status, json.loads(history)) == (200, [{'x1': 0.5, 'color': '#000'}])
    assert json.loads(ask(demo.uri + 'rooms')[1])['lobby']['host_id'] == 'alice'
    info = demo.hub.rooms_info().unpack()
    assert info == {'lobby': {'peer_count': 2, 'peers': ['alice', 'bob'], 'host_id': 'alice'}}
    assert [member.props.id for member in demo.hub.get_room_peers('lobby')] == ['alice', 'bob']

    alice.leave()
    wait_until(lambda: bob.room.props.is_host)
    bob.leave()
    wait_until(lambda: demo.hub.props.n_peers == 0)
    wait_until(lambda: not demo.drawn)


def test_refused(demo):
    def authorize(hub, request):
        request.refuse('not today')
        return True

    handler = demo.hub.connect('authorize', authorize)
    mallory = Member(demo, 'mallory')
    assert mallory.error.matches(Peer.Error.quark(), Peer.Error.REFUSED), mallory.error
    assert mallory.error.message == 'not today'
    demo.hub.disconnect(handler)


demo = Demo(0, io.StringIO())
demo.tell = lambda room, member, what: None
no_ice_servers = Gio.ListStore.new(Peer.IceServer)
demo.hub.props.ice_servers = no_ice_servers
succeeded = run(globals(), demo)
demo.hub.stop()
sys.exit(not succeeded)
