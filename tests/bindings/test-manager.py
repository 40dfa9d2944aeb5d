#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A signaling manager through the bare typelib: at a server's port, and behind an endpoint of the script's own."""

import json
import sys

import gi

gi.require_version("Peer", "1.0")
gi.require_version("Soup", "3.0")
from gi.repository import GLib, Peer, Soup  # noqa: E402
from tap import run, wait_until  # noqa: E402


class Client:
    """A WebSocket, and what arrives on it."""

    def __init__(self, port, path):
        self.messages = []
        self.session = Soup.Session()
        opened = []
        message = Soup.Message.new("GET", f"ws://127.0.0.1:{port}{path}")
        self.session.websocket_connect_async(
            message, None, None, GLib.PRIORITY_DEFAULT, None, lambda _, result: opened.append(result)
        )
        wait_until(lambda: opened)
        self.websocket = self.session.websocket_connect_finish(opened[0])
        self.websocket.connect("message", lambda _, kind, data: self.messages.append(json.loads(data.get_data())))

    def send(self, **message):
        self.websocket.send_text(json.dumps(message))

    def read(self):
        wait_until(lambda: self.messages)
        return self.messages.pop(0)

    def close(self):
        self.websocket.close(Soup.WebsocketCloseCode.NORMAL, None)
        wait_until(lambda: self.websocket.get_state() == Soup.WebsocketState.CLOSED)


class Endpoint:
    """An endpoint of the application's own: it has the connections, the manager has the rooms."""

    def __init__(self):
        self.manager = Peer.SignalingManager()
        self.manager.set_send_func(lambda manager, room, session, text: self.connections[session].send_text(text))
        self.connections = {}
        self.places = {}
        self.server = Soup.Server()
        self.server.add_websocket_handler("/own", None, None, self.on_connection)
        self.server.listen_local(0, Soup.ServerListenOptions.IPV4_ONLY)

    @property
    def port(self):
        return self.server.get_uris()[0].get_port()

    def on_connection(self, _server, _message, _path, connection):
        connection.connect("message", self.on_message)
        connection.connect("closed", self.on_closed)
        self.connections[id(connection)] = connection

    def on_message(self, connection, _kind, data):
        message = json.loads(data.get_data())
        if message.get("action") == "join":
            room, session = message["roomId"], message["sessionId"]
            self.connections[session] = connection
            self.places[connection] = room, session
            self.manager.join_room(room, session, GLib.Variant("a{sv}", {"name": GLib.Variant("s", "John")}))
            self.manager.send_peers_list(room, session)
            self.manager.notify_peer_joined(room, session)
        else:
            room, session = self.places[connection]
            signal = {name: GLib.Variant("s", value) for name, value in message.items()}
            signal["senderSessionId"] = GLib.Variant("s", session)
            self.manager.relay_signal(room, GLib.Variant("a{sv}", signal))

    def on_closed(self, connection):
        room, session = self.places.pop(connection)
        self.manager.notify_peer_left(room, session)
        self.manager.leave_room(room, session)


def test_attached():
    """At a server's port, with an application that decides and looks"""
    requests, joined, left = [], [], []
    server = Peer.Server(host="127.0.0.1", port=0)
    assert server.listen()
    manager = Peer.SignalingManager()
    manager.connect("authorize", lambda _, request: bool(requests.append(request)) or True)
    manager.connect("session-joined", lambda _, room, session: joined.append((room, session.get_id())))
    manager.connect("session-left", lambda _, room, session: left.append((room, session.get_id())))
    assert manager.attach(server.get_soup_server(), None)

    alice = Client(server.get_port(), "/webrtc")
    alice.send(action="join", roomId="r", sessionId="alice", metadata={"name": "Alice"}, credentials=[1, "two"])
    wait_until(lambda: requests)
    assert requests[0].get_credentials().unpack() == [1, "two"]
    requests.pop().accept()
    assert alice.read() == {"type": "peers_list", "peers": [], "roomId": "r", "sessionId": "alice"}
    assert joined == [("r", "alice")]

    session = manager.get_session("r", "alice")
    assert session.get_metadata().unpack() == {"name": "Alice"}
    assert session.get_connection_duration() >= 0
    assert session.get_joined_at().to_unix() > 0
    assert session.to_variant().unpack()["sessionId"] == "alice"
    assert [member.get_id() for member in manager.get_room_sessions("r")] == ["alice"]
    assert manager.get_rooms() == ["r"] and manager.get_room_size("r") == 1 and manager.room_exists("r")
    assert manager.get_peers("r", "alice") == []
    assert manager.props.n_sessions == 1

    assert manager.broadcast_to_room("r", GLib.Variant("a{sv}", {"n": GLib.Variant("i", 1)}), None)
    assert alice.read() == {"n": 1}
    alice.close()
    wait_until(lambda: left)
    assert manager.get_rooms() == []
    manager.stop()
    server.stop()


def test_own_endpoint():
    """Behind connections of the application's own: join, list, signals, leave, errors"""
    endpoint = Endpoint()
    alice, bob = Client(endpoint.port, "/own"), Client(endpoint.port, "/own")
    alice.send(action="join", roomId="r", sessionId="alice")
    assert alice.read()["peers"] == []
    bob.send(action="join", roomId="r", sessionId="bob")
    assert bob.read()["peers"] == ["alice"]
    assert alice.read() == {"type": "peer_joined", "peerId": "bob", "peers": ["alice", "bob"]}
    assert endpoint.manager.get_session("r", "bob").get_metadata().unpack() == {"name": "John"}

    bob.send(type="webrtc_offer", payload='{"sdp": "...", "targetPeerId": "alice"}')
    assert alice.read() == {
        "type": "webrtc_offer",
        "payload": '{"sdp": "...", "targetPeerId": "alice"}',
        "senderSessionId": "bob",
    }
    bob.close()
    assert alice.read() == {"type": "peer_left", "peerId": "bob"}

    for call, code in (
        (lambda: endpoint.manager.join_room("r", "alice", None), Peer.Error.UNAVAILABLE_ID),
        (lambda: endpoint.manager.relay_signal("r", GLib.Variant("s", "x")), Peer.Error.INVALID_DATA),
    ):
        try:
            call()
        except GLib.Error as error:
            assert error.matches(Peer.Error.quark(), code), error
        else:
            assert False, "no error"
    alice.close()
    endpoint.server.disconnect()


sys.exit(not run(globals()))
