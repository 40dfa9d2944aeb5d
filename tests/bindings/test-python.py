#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two peers and a server through the bare typelib: open, connect, every kind of value, errors, close."""

import pathlib
import sys

import gi

gi.require_version("Peer", "1.0")
from gi.repository import Gio, GLib, Peer  # noqa: E402
from tap import run, wait_until  # noqa: E402

VALUES = pathlib.Path(__file__).with_name("values.txt").read_text(encoding="utf-8").splitlines()


def parse(text):
    return GLib.Variant.parse(None, text, None, None)


def new_peer(server, peer_id):
    return Peer.Peer(
        id=peer_id,
        host="127.0.0.1",
        port=server.props.port,
        secure=False,
        ice_servers=Gio.ListStore.new(Peer.IceServer),
    )


class Scene:
    """A server and two peers that are open."""

    def __init__(self):
        self.server = Peer.Server(host="127.0.0.1", port=0)
        assert self.server.listen()
        self.alice = new_peer(self.server, "alice")
        self.bob = new_peer(self.server, None)
        self.ids = []
        self.incoming = []
        for peer in (self.alice, self.bob):
            peer.connect("open", lambda _, peer_id: self.ids.append(peer_id))
        self.bob.connect("connection", lambda _, connection: self.incoming.append(connection))
        wait_until(lambda: len(self.ids) == 2)

    def connect(self, **options):
        to_bob = self.alice.connect_to(self.bob.props.id, Peer.ConnectOptions(**options))
        wait_until(lambda: to_bob.props.is_open and self.incoming and self.incoming[-1].props.is_open)
        return to_bob, self.incoming[-1]

    def end(self):
        for peer in (self.alice, self.bob):
            peer.destroy()
            assert peer.props.is_destroyed
        self.server.stop()


def test_open(scene):
    assert "alice" in scene.ids
    assert scene.bob.props.id in scene.ids


def test_connect(scene):
    metadata = parse("{'who': <'alice'>}")
    to_bob, to_alice = scene.connect(label="chat", metadata=metadata, reliable=True)
    assert to_alice.props.label == to_bob.props.label == "chat"
    assert to_alice.props.metadata.unpack() == {"who": "alice"}
    assert to_alice.props.reliable
    assert to_alice.props.peer_id == "alice"
    assert to_alice.props.connection_id == to_bob.props.connection_id
    assert len(scene.alice.props.connections) == 1
    to_bob.close()
    wait_until(lambda: not to_alice.props.is_open)
    assert len(scene.alice.props.connections) == 0


def exchange(scene, serialization, values):
    to_bob, to_alice = scene.connect(serialization=serialization, reliable=True)
    received = []
    to_alice.connect("data", lambda connection, value: connection.send(value))
    to_bob.connect("data", lambda _, value: received.append(value))
    for value in values:
        assert to_bob.send(value)
    wait_until(lambda: len(received) == len(values))
    for value, answer in zip(values, received):
        assert value.equal(answer), f"{value} came back as {answer}"
    to_bob.close()


def test_binary(scene):
    exchange(scene, Peer.Serialization.BINARY, [parse(text) for text in VALUES])


def test_msgpack(scene):
    date = GLib.Variant("(sx)", ("date", 1_600_000_000_123_000))
    exchange(scene, Peer.Serialization.MSGPACK, [parse(text) for text in VALUES] + [date])


def test_json(scene):
    exchange(scene, Peer.Serialization.JSON, [parse(text) for text in VALUES if "0x" not in text and "@ay" not in text])


def test_raw(scene):
    exchange(scene, Peer.Serialization.NONE, [parse("'text'"), parse("[byte 0x00, 0xff]")])


def test_file(scene):
    to_bob, to_alice = scene.connect(reliable=True)
    content = bytes(range(256)) * 1000
    progress, sent, received = [], [], []
    output = Gio.MemoryOutputStream.new_resizable()

    def take(_, transfer):
        assert (transfer.props.name, transfer.props.directory, transfer.props.size) == ("b.bin", "a", len(content))
        transfer.accept_stream_async(output, None, lambda it, result: received.append(it.accept_stream_finish(result)))

    to_alice.connect("file", take)
    to_bob.send_stream_async(
        Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(content)),
        "a/b.bin",
        len(content),
        None,
        lambda current, total: progress.append((current, total)),
        (),
        lambda it, result: sent.append(it.send_stream_finish(result)),
    )
    wait_until(lambda: sent and received)
    assert sent == received == [True]
    output.close(None)
    assert output.steal_as_bytes().get_data() == content
    assert progress[-1] == (len(content), len(content))
    to_bob.close()


def test_errors(scene):
    to_nobody = scene.alice.connect_to("nobody", None)
    errors, closed = [], []
    try:
        to_nobody.send_text("too early")
        raise AssertionError("it was sent")
    except GLib.Error as error:
        assert error.matches(Peer.Error.quark(), Peer.Error.NOT_OPEN_YET)
    to_nobody.connect("error", lambda _, error: errors.append(error))
    to_nobody.connect("close", lambda _: closed.append(True))
    wait_until(lambda: closed)
    assert errors[0].matches(Peer.Error.quark(), Peer.Error.PEER_UNAVAILABLE)


def test_open_async(scene):
    carol = new_peer(scene.server, "carol")
    results = []
    carol.open_async(None, lambda peer, result: results.append(peer.open_finish(result)))
    wait_until(lambda: results)
    assert results == ["carol"]
    carol.destroy()


def test_sender(_scene):
    signaling = Peer.MemorySignaling.new()
    common = {"signaling": signaling, "room": "garden", "ice_servers": Gio.ListStore.new(Peer.IceServer)}
    channels = Gio.ListStore.new(Peer.ConnectOptions)
    channels.append(Peer.ConnectOptions(label="chat", reliable=True))
    sender = Peer.Sender(state=GLib.Variant("a{sv}", {"sensor": GLib.Variant("s", "north")}), channels=channels, **common)
    receiver = Peer.Receiver(credentials=GLib.Variant("s", "secret"), **common)
    events, asked, messages, synced = [], [], [], []

    def authorize(_, request):
        asked.append((request.get_peer_id(), request.get_credentials().unpack()))
        request.accept()
        return True

    sender.connect("authorize", authorize)
    receiver.connect("connect", lambda _, sender_id, connection, state: events.append((sender_id, state["sensor"])))
    receiver.connect("dispose", lambda _, sender_id, connection, state, error: events.append((sender_id, error)))
    receiver.connect("message::chat", lambda _, sender_id, message, state: messages.append(message.unpack()))
    receiver.connect("sync", lambda _, sender_id, state: synced.append(state.unpack()))
    sender.start()
    receiver.start()
    wait_until(lambda: receiver.get_channel(sender.props.id, "chat"))
    assert sender.send(GLib.Variant("s", "hello"), None)
    wait_until(lambda: messages)
    assert messages == ["hello"]
    assert asked == [(receiver.props.id, "secret")]
    assert sender.sync(GLib.Variant("a{sv}", {"level": GLib.Variant("x", 3)}), Peer.SyncMode.MERGE)
    wait_until(lambda: synced)
    assert synced == [{"sensor": "north", "level": 3}]
    sender.stop()
    wait_until(lambda: len(events) == 2)
    assert events == [(sender.props.id, "north"), (sender.props.id, None)]
    receiver.stop()


def main():
    scene = Scene()
    succeeded = run(globals(), scene)
    scene.end()
    sys.exit(not succeeded)


main()
