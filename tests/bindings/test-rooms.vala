// SPDX-License-Identifier: LGPL-2.1-or-later
// Rooms from Vala: members, events by name, states, who may join.

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

private Peer.Room new_room (Peer.Signaling signaling, string peer_id) {
    return (Peer.Room) Object.new (typeof (Peer.Room),
                                   "name", "lobby",
                                   "peer-id", peer_id,
                                   "service", Peer.RoomService.SIGNALING,
                                   "signaling", signaling,
                                   "ice-servers", new ListStore (typeof (Peer.IceServer)));
}

private async void join_and_talk (Peer.Room alice, Peer.Room bob) throws Error {
    yield alice.join_async (null);
    yield bob.join_async (null);
    bob.emit_event ("move", new Variant.string ("north"));
}

private void test_room () {
    var signaling = Peer.MemorySignaling.new ();
    var alice = new_room (signaling, "alice");
    var bob = new_room (signaling, "bob");
    string? heard = null;
    bool done = false;
    bool closed = false;

    alice.event["move"].connect ((sender, value) => heard = sender.id + " " + value.get_string ());
    join_and_talk.begin (alice, bob, (_, result) => {
        try {
            join_and_talk.end (result);
            done = true;
        } catch (Error error) {
            assert_not_reached ();
        }
    });
    wait_until (() => done && heard != null);
    assert_cmpstr (heard, CompareOperator.EQ, "bob north");
    assert_true (alice.n_peers == 2 && alice.is_host);
    assert_true (((Peer.RoomMember) alice.get_item (1)).id == "bob");

    alice.close.connect (() => closed = true);
    alice.leave_async.begin (null);
    bob.leave_async.begin (null);
    wait_until (() => closed && !bob.connected);
}

private void test_refused () {
    var signaling = Peer.MemorySignaling.new ();
    var alice = new_room (signaling, "alice");
    var bob = new_room (signaling, "bob");
    bool refused = false;

    alice.authorize.connect (request => {
        request.refuse ("Not today");
        return true;
    });
    bob.error.connect (error => refused = error.matches (Peer.Error.quark (), Peer.Error.REFUSED));
    alice.join_async.begin (null);
    wait_until (() => alice.connected);
    bob.join_async.begin (null);
    wait_until (() => refused);
    alice.leave_async.begin (null);
    wait_until (() => !alice.connected);
}

public static int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala-rooms/room", test_room);
    Test.add_func ("/vala-rooms/refused", test_refused);
    return Test.run ();
}
