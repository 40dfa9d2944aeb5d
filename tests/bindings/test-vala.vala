// SPDX-License-Identifier: LGPL-2.1-or-later
// Two peers and a server from Vala: open, connect, every kind of value, errors, close.

private const uint DEADLINE = 60;

private delegate bool Condition ();

private void wait_until (Condition condition) {
    bool timed_out = false;
    var source = Timeout.add_seconds (DEADLINE, () => {
        timed_out = true;
        return Source.CONTINUE;
    });
    while (!condition ()) {
        assert_false (timed_out);
        MainContext.default ().iteration (true);
    }
    Source.remove (source);
}

private class Scene : Object {
    public Peer.Server server;
    public Peer.Peer alice;
    public Peer.Peer bob;
    public GenericArray<Peer.DataConnection> incoming = new GenericArray<Peer.DataConnection> ();

    public Scene () throws Error {
        server = (Peer.Server) Object.new (typeof (Peer.Server), "host", "127.0.0.1", "port", 0);
        server.listen ();
        alice = new_peer ("alice");
        bob = new_peer (null);
        bob.connection.connect (connection => incoming.add (connection));
        wait_until (() => alice.is_open && bob.is_open);
    }

    public Peer.Peer new_peer (string? id) {
        return (Peer.Peer) Object.new (typeof (Peer.Peer),
                                       "id", id,
                                       "host", "127.0.0.1",
                                       "port", server.port,
                                       "secure", false,
                                       "ice-servers", new ListStore (typeof (Peer.IceServer)));
    }

    public Peer.DataConnection connect_to_bob (Peer.ConnectOptions options, out Peer.DataConnection to_alice) {
        var n_before = incoming.length;
        var to_bob = alice.connect_to (bob.id, options);
        wait_until (() => to_bob.is_open && incoming.length > n_before && incoming[n_before].is_open);
        to_alice = incoming[n_before];
        return to_bob;
    }

    public void end () {
        alice.destroy ();
        bob.destroy ();
        assert_true (alice.is_destroyed && bob.is_destroyed);
        server.stop ();
    }
}

private Variant[] read_values () throws Error {
    string contents;
    FileUtils.get_contents (Path.build_filename (Environment.get_variable ("G_TEST_SRCDIR"), "bindings", "values.txt"), out contents);
    Variant[] values = {};
    foreach (var line in contents.strip ().split ("\n"))
        values += Variant.parse (null, line);
    return values;
}

private void exchange (Peer.Serialization serialization, Variant[] values) throws Error {
    var scene = new Scene ();
    Peer.DataConnection to_alice;
    var options = new Peer.ConnectOptions () { serialization = serialization, reliable = true };
    var to_bob = scene.connect_to_bob (options, out to_alice);
    Variant[] received = {};

    to_alice.data.connect ((connection, value) => {
        try {
            connection.send (value);
        } catch (Error error) {
            assert_not_reached ();
        }
    });
    to_bob.data.connect (value => received += value);
    foreach (var value in values)
        to_bob.send (value);
    wait_until (() => received.length == values.length);
    for (var i = 0; i < values.length; i++)
        assert_true (values[i].equal (received[i]));
    scene.end ();
}

private void test_binary () {
    try {
        exchange (Peer.Serialization.BINARY, read_values ());
    } catch (Error error) {
        assert_not_reached ();
    }
}

private void test_msgpack () {
    try {
        var values = read_values ();
        values += new Variant ("(sx)", "date", (int64) 1600000000123000);
        exchange (Peer.Serialization.MSGPACK, values);
    } catch (Error error) {
        assert_not_reached ();
    }
}

private void test_raw () {
    try {
        Variant[] values = { new Variant.string ("text"), new Variant.bytestring ("bytes") };
        exchange (Peer.Serialization.NONE, values);
    } catch (Error error) {
        assert_not_reached ();
    }
}

private void test_connect () {
    try {
        var scene = new Scene ();
        Peer.DataConnection to_alice;
        var options = new Peer.ConnectOptions () { label = "chat", metadata = new Variant.string ("hello") };
        var to_bob = scene.connect_to_bob (options, out to_alice);

        assert_cmpstr (to_alice.label, CompareOperator.EQ, "chat");
        assert_cmpstr (to_alice.metadata.get_string (), CompareOperator.EQ, "hello");
        assert_cmpstr (to_alice.peer_id, CompareOperator.EQ, "alice");
        to_bob.close ();
        wait_until (() => !to_alice.is_open);
        scene.end ();
    } catch (Error error) {
        assert_not_reached ();
    }
}

private void test_errors () {
    try {
        var scene = new Scene ();
        var to_nobody = scene.alice.connect_to ("nobody", null);
        Error? reported = null;

        try {
            to_nobody.send_text ("too early");
            assert_not_reached ();
        } catch (Error error) {
            assert_true (error is Peer.Error.NOT_OPEN_YET);
        }
        to_nobody.error.connect (error => reported = error);
        wait_until (() => reported != null);
        assert_true (reported is Peer.Error.PEER_UNAVAILABLE);
        scene.end ();
    } catch (Error error) {
        assert_not_reached ();
    }
}

private async void open_and_list (Scene scene) throws Error {
    var carol = scene.new_peer ("carol");
    var id = yield carol.open_async (null);
    assert_cmpstr (id, CompareOperator.EQ, "carol");
    carol.destroy ();
}

private void test_open_async () {
    try {
        var scene = new Scene ();
        bool done = false;
        open_and_list.begin (scene, (_, result) => {
            try {
                open_and_list.end (result);
                done = true;
            } catch (Error error) {
                assert_not_reached ();
            }
        });
        wait_until (() => done);
        scene.end ();
    } catch (Error error) {
        assert_not_reached ();
    }
}

private void test_sender () {
    try {
        var signaling = Peer.MemorySignaling.@new ();
        var sender = (Peer.Sender) Object.new (typeof (Peer.Sender),
                                               "signaling", signaling,
                                               "ice-servers", new ListStore (typeof (Peer.IceServer)));
        var receiver = (Peer.Receiver) Object.new (typeof (Peer.Receiver),
                                                   "signaling", signaling,
                                                   "ice-servers", new ListStore (typeof (Peer.IceServer)));
        string? received = null;
        bool is_connected = false;
        bool is_disposed = false;

        sender.connected.connect ((id, connection) => is_connected = id == receiver.id);
        receiver.message.connect ((id, message, state) => received = message.get_string ());
        receiver.disposed.connect ((id, connection, state, error) => is_disposed = error == null);
        sender.start ();
        receiver.start ();
        sender.send (new Variant.string ("hello"), null);
        wait_until (() => received != null && is_connected);
        assert_cmpstr (received, CompareOperator.EQ, "hello");
        sender.stop ();
        wait_until (() => is_disposed);
        receiver.stop ();
    } catch (Error error) {
        assert_not_reached ();
    }
}

// A signaling of the program's own, through another one.
private class Forwarding : Object, Peer.Signaling {
    private Peer.Signaling carrier = (Peer.Signaling) Object.new (typeof (Peer.MemorySignaling));
    private HashTable<string, uint> ids = new HashTable<string, uint> (str_hash, str_equal);

    public void subscribe_topic (string[] topic) {
        ids[Peer.Signaling.join_topic (topic)] = carrier.subscribe (topic, (signaling, it, message) => deliver (it, message));
    }

    public void unsubscribe_topic (string[] topic) {
        carrier.unsubscribe (ids.take (Peer.Signaling.join_topic (topic)));
    }

    public bool publish (string[] topic, Variant message) throws Error {
        if (topic[0] == "closed")
            throw new Peer.Error.NOT_OPEN_YET ("it is not there");
        return carrier.publish (topic, message);
    }
}

private void test_signaling () {
    var signaling = new Forwarding ();
    string received = null;

    try {
        var id = signaling.subscribe ({ "room", "lobby" }, (it, topic, message) => received = topic[1] + message.get_string ());
        signaling.publish ({ "room", "lobby" }, new Variant.string ("hello"));
        wait_until (() => received != null);
        assert_cmpstr (received, CompareOperator.EQ, "lobbyhello");
        signaling.unsubscribe (id);
        signaling.publish ({ "closed" }, new Variant.string ("hello"));
        assert_not_reached ();
    } catch (Error error) {
        assert_true (error is Peer.Error.NOT_OPEN_YET);
    }
}

public static int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/connect", test_connect);
    Test.add_func ("/vala/binary", test_binary);
    Test.add_func ("/vala/msgpack", test_msgpack);
    Test.add_func ("/vala/raw", test_raw);
    Test.add_func ("/vala/errors", test_errors);
    Test.add_func ("/vala/open-async", test_open_async);
    Test.add_func ("/vala/sender", test_sender);
    Test.add_func ("/vala/signaling", test_signaling);
    return Test.run ();
}
