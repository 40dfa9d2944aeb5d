#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The signaling over MQTT of demos/signaling, with a broker of the test's own,
and that of docs/signaling.md.

usage: signaling-mqtt.py DIRECTORY MOSQUITTO PAGE
"""

import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

import gi

sys.path.insert(0, sys.argv[1])

gi.require_version("Peer", "1.0")
from gi.repository import Gio, GLib, GObject, Peer  # noqa: E402
from mqtt_signaling import MqttSignaling, new_mqtt_client  # noqa: E402
from tap import DEADLINE, run, wait_until  # noqa: E402

LOBBY = ["room", "lobby"]


class Broker:
    """A mosquitto on a free port, which stays the same."""

    def __init__(self, program):
        self.program = program
        self.process = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.directory = tempfile.TemporaryDirectory()
        os.chmod(self.directory.name, 0o755)
        self.config = pathlib.Path(self.directory.name) / "mosquitto.conf"
        self.config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.program, "-c", str(self.config)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                assert self.process.poll() is None, "the broker ended"
                assert time.monotonic() < deadline, "the broker does not listen"
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE)


class Client:
    """A signaling and what it heard and emitted."""

    def __init__(self, broker):
        self.signaling = MqttSignaling("127.0.0.1", broker.port)
        self.heard = []
        self.errors = []
        self.n_available = 0
        self.signaling.connect("available", self._available)
        self.signaling.connect("error", lambda _, error: self.errors.append(error))

    def _available(self, _):
        self.n_available += 1

    def hear(self, signaling, topic, message, *_):
        self.heard.append((topic, message.unpack()))

    def subscribe(self, topic):
        return self.signaling.subscribe(topic, self.hear)

    def settle(self):
        """The broker has taken all that was subscribed to when it passes on what comes after it."""
        echoes = []
        topic = ["echo", str(id(self))]
        subscription = self.signaling.subscribe(topic, lambda *_: echoes.append(True))
        self.signaling.publish(topic, GLib.Variant("s", "echo"))
        wait_until(lambda: echoes)
        self.signaling.unsubscribe(subscription)

    def close(self):
        self.signaling.close()


class Scene:
    """A broker and two clients that are there."""

    def __init__(self):
        self.broker = Broker(sys.argv[2])
        self.alice = Client(self.broker)
        self.bob = Client(self.broker)

    def end(self):
        self.alice.close()
        self.bob.close()
        self.broker.stop()


def failure(function):
    try:
        function()
    except GLib.Error as error:
        return error
    raise AssertionError("it did not fail")


def test_not_there_yet(scene):
    error = failure(lambda: scene.alice.signaling.publish(LOBBY, GLib.Variant("s", "early")))
    assert error.matches(Peer.Error.quark(), Peer.Error.NOT_OPEN_YET)
    wait_until(lambda: scene.alice.n_available and scene.bob.n_available)


def test_talk(scene):
    odd = ["room", "a/b+#:%ж"]
    other = ["room", "a", "b+#:%ж"]
    ids = [scene.alice.subscribe(topic) for topic in (LOBBY, odd)]
    scene.alice.signaling.publish(LOBBY, GLib.Variant("s", "mine"))
    scene.alice.settle()
    wait_until(lambda: scene.alice.heard)
    assert scene.alice.heard == [(LOBBY, "mine")]
    scene.bob.signaling.publish(other, GLib.Variant("s", "elsewhere"))
    scene.bob.signaling.publish(odd, GLib.Variant("a{sv}", {"n": GLib.Variant("i", 7)}))
    wait_until(lambda: len(scene.alice.heard) > 1)
    assert scene.alice.heard.pop() == (odd, {"n": 7})
    for subscription in ids:
        scene.alice.signaling.unsubscribe(subscription)
    assert not scene.bob.heard


def test_garbage(scene):
    subscription = scene.alice.subscribe(LOBBY)
    scene.alice.settle()
    stranger = new_mqtt_client()
    stranger.connect("127.0.0.1", scene.broker.port)
    stranger.loop_start()
    for payload in (b"\xff\0{", b"[" * 1000):
        stranger.publish("peerglib/room/lobby", payload, 2)
    wait_until(lambda: len(scene.alice.errors) == 2)
    stranger.disconnect()
    stranger.loop_stop()
    invalid, too_deep = scene.alice.errors
    assert invalid.matches(Peer.Error.quark(), Peer.Error.INVALID_DATA)
    assert too_deep.matches(Peer.Error.quark(), Peer.Error.LIMIT_EXCEEDED)
    scene.alice.errors.clear()
    scene.alice.signaling.unsubscribe(subscription)


def test_encrypted(scene):
    alice, bob = (Peer.EncryptedSignaling.new(client.signaling, "a long password") for client in (scene.alice, scene.bob))
    heard = []
    carried = scene.alice.heard = []
    alice.subscribe(LOBBY, lambda _signaling, _topic, message, *_: heard.append(message.unpack()))
    plain = scene.alice.subscribe(LOBBY)
    scene.alice.settle()
    bob.publish(LOBBY, GLib.Variant("s", "secret"))
    wait_until(lambda: heard)
    assert heard == ["secret"] and not carried
    scene.alice.signaling.unsubscribe(plain)


def test_rooms(scene):
    """Those who know only the broker meet, and talk without it."""
    rooms = [Peer.Room.new("kitchen", client.signaling) for client in (scene.alice, scene.bob)]
    results, heard = [], []
    no_servers = Gio.ListStore.new(Peer.IceServer)
    for room in rooms:
        room.props.ice_servers = no_servers
        room.connect("message", lambda _room, sender, message: heard.append((sender.props.id, message.unpack())))
        room.join_async(None, lambda it, result: results.append(it.join_finish(result)))
    wait_until(lambda: len(results) == 2 and all(room.props.n_peers == 2 for room in rooms))
    assert rooms[0].props.host_id == rooms[1].props.host_id
    rooms[0].send_message(GLib.Variant("s", "hello"))
    wait_until(lambda: heard)
    assert heard == [(rooms[0].props.peer_id, "hello")]
    for room in rooms:
        room.leave_async(None, lambda it, result: results.append(it.leave_finish(result)))
    wait_until(lambda: len(results) == 4)


def test_documented(scene):
    """The example of the documentation carries messages."""

    class Bus:
        def __init__(self):
            self.functions = {}

        def subscribe(self, name, function):
            self.functions[name] = function

        def unsubscribe(self, name):
            del self.functions[name]

        def publish(self, name, text):
            self.functions[name](text)

    page = pathlib.Path(sys.argv[3]).read_text(encoding="utf-8")
    names = {"GObject": GObject, "Peer": Peer}
    exec(re.search(r"^```python\n(.*?)^```", page, re.M | re.S).group(1), names)
    bus = Bus()
    signaling = names["BusSignaling"](bus)
    heard = []
    subscription = signaling.subscribe(LOBBY, lambda _signaling, topic, message, *_: heard.append((topic, message.unpack())))
    signaling.publish(LOBBY, GLib.Variant("a{sv}", {"n": GLib.Variant("i", 7)}))
    wait_until(lambda: heard)
    assert heard == [(LOBBY, {"n": 7})]
    signaling.unsubscribe(subscription)
    assert not bus.functions


def test_broker_comes_back(scene):
    scene.alice.heard = []
    subscription = scene.alice.subscribe(LOBBY)
    scene.broker.stop()
    wait_until(lambda: scene.alice.errors and scene.bob.errors)
    assert scene.alice.errors[0].matches(Peer.Error.quark(), Peer.Error.NETWORK)
    scene.broker.start()
    wait_until(lambda: scene.alice.n_available > 1 and scene.bob.n_available > 1)
    scene.alice.settle()
    scene.bob.signaling.publish(LOBBY, GLib.Variant("s", "again"))
    wait_until(lambda: scene.alice.heard)
    assert scene.alice.heard == [(LOBBY, "again")]
    scene.alice.signaling.unsubscribe(subscription)


def main():
    scene = Scene()
    succeeded = run(globals(), scene)
    scene.end()
    sys.exit(not succeeded)


main()
