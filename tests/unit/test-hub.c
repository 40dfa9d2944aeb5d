/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-hub.h"

/* What goes on in a hub's rooms, frame by frame. */

#define MESSAGE(id, text) "{\"peer_id\":\"" id "\",\"message\":\"" text "\"}"

/* A frame that everybody else has to hear, as a mark of what came before it. */
static void
sync_pages (PeerTestPage *from,
            PeerTestPage *to)
{
  static guint n = 0;
  g_autofree char *mark = g_strdup_printf ("mark-%u", ++n);
  g_autofree char *text = g_strdup_printf ("{\"peer_id\":\"%s\",\"message\":\"%s\"}", from->id, mark);

  peer_test_page_send (from, text);
  peer_test_wait (peer_test_page_has (to, mark, ""));
}

static void
test_join (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = NULL;
  const char *state;

  /* Alone, and the host. */
  state = g_ptr_array_index (alice->frames, 0);
  g_assert_nonnull (strstr (state, "\"action\":\"ROOM_STATE\""));
  g_assert_nonnull (strstr (state, "\"hostId\":\"alice\""));
  g_assert_nonnull (strstr (state, "\"isHost\":true"));
  g_assert_nonnull (strstr (state, "\"peer_id\":\"server\""));
  g_assert_nonnull (strstr (state, "\"target\":\"alice\""));
  g_assert_true (peer_test_page_has (alice, "HOST_CHANGE", "\"payload\":\"alice\""));

  bob = peer_test_page_join (hub, "lobby", "bob");
  state = g_ptr_array_index (bob->frames, 0);
  g_assert_nonnull (strstr (state, "\"action\":\"ROOM_STATE\""));
  g_assert_nonnull (strstr (state, "\"id\":\"alice\""));
  g_assert_nonnull (strstr (state, "\"id\":\"bob\""));
  g_assert_nonnull (strstr (state, "\"hostId\":\"alice\""));
  g_assert_true (peer_test_page_has (bob, "HOST_CHANGE", "\"payload\":\"alice\""));
  peer_test_wait (peer_test_page_has (alice, "\"action\":\"PEER_JOIN\"", "\"peer_id\":\"bob\""));
  g_assert_true (peer_test_page_has (alice, "\"userAgent\":\"page\"", "\"peer_id\":\"bob\""));
  g_assert_cmpuint (peer_test_page_count (alice, "HOST_CHANGE", ""), ==, 1);
  g_assert_false (peer_test_page_has (bob, "PEER_JOIN", ""));
  peer_test_hub_wait_events (hub, "joined:lobby/alice joined:lobby/bob");

  /* Saying so again changes nothing. */
  peer_test_page_say_join (bob);
  sync_pages (bob, alice);
  g_assert_cmpuint (peer_test_page_count (alice, "PEER_JOIN", "bob"), ==, 1);
}

/* One that never says that it joins. */
static void
test_join_without_word (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_new (hub, "lobby", "bob");

  peer_test_page_offer (bob);
  peer_test_wait (peer_test_page_is_open (bob));
  peer_test_settle ();
  g_assert_cmpstr (hub->events->str, ==, "joined:lobby/alice");

  peer_test_page_send (bob, MESSAGE ("bob", "hi"));
  peer_test_wait (peer_test_page_has (alice, MESSAGE ("bob", "hi"), ""));
  g_assert_true (peer_test_page_has (alice, "PEER_JOIN", "bob"));
  peer_test_hub_wait_events (hub, "joined:lobby/alice joined:lobby/bob message:lobby/bob'hi'");
}

static void
test_relay_untouched (void)
{
  static const char *const texts[] = {
    "{ \"peer_id\" : \"alice\",  \"message\":{\"b\":1e2, \"a\":[null]}, \"extra\":true }",
    "{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"draw\",\"data\":{\"x1\":0.10}},\"peer_id\":\"alice\"}",
    "{\"type\":\"SYSTEM\",\"action\":\"BROADCAST\",\"payload\":{\"event\":\"clear\",\"data\":{}},\"peer_id\":\"alice\"}",
    "{\"type\":\"SYSTEM\",\"action\":\"LATER\",\"payload\":7,\"peer_id\":\"alice\"}",
  };
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");
  g_autoptr (PeerTestPage) carol = peer_test_page_join (hub, "lobby", "carol");
  g_autoptr (PeerTestPage) dave = peer_test_page_join (hub, "cellar", "dave");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    peer_test_page_send (alice, texts[i]);
  sync_pages (alice, bob);
  sync_pages (alice, carol);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_cmpuint (peer_test_page_count (bob, texts[i], ""), ==, 1);
      g_assert_cmpuint (peer_test_page_count (carol, texts[i], ""), ==, 1);
      g_assert_cmpuint (peer_test_page_count (alice, texts[i], ""), ==, 0);
      g_assert_cmpuint (peer_test_page_count (dave, texts[i], ""), ==, 0);
    }
  g_assert_nonnull (strstr (hub->events->str, "message:lobby/alice{'b': "));
  g_assert_nonnull (strstr (hub->events->str, "draw:lobby/alice{'x1': <0.1"));
  g_assert_nonnull (strstr (hub->events->str, "clear:lobby/alice"));
}

/* Nobody speaks as somebody else. */
static void
test_relay_spoofed (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");

  peer_test_page_send (bob, MESSAGE ("alice", "one"));
  peer_test_page_send (bob, MESSAGE ("server", "two"));
  peer_test_page_send (bob, "{\"peer_id\":\"server\",\"message\":\"three\",\"peer_id\":\"bob\"}");
  peer_test_page_send (bob, "{\"message\":\"four\"}");
  peer_test_page_send (bob, "five");
  peer_test_page_send (bob, "{\"event\":\"six\",\"data\":1}");
  peer_test_page_send (bob, "{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"seven\"},\"peer_id\":\"alice\"}");
  peer_test_page_send (bob, "{\"type\":\"OTHER\",\"peer_id\":\"server\",\"message\":\"eight\"}");
  sync_pages (bob, alice);

  for (guint i = 0; i < alice->frames->len; i++)
    {
      const char *frame = g_ptr_array_index (alice->frames, i);

      if (strstr (frame, "ROOM_STATE") == NULL && strstr (frame, "HOST_CHANGE") == NULL)
        {
          g_assert_nonnull (strstr (frame, "\"peer_id\":\"bob\""));
          g_assert_null (strstr (frame, "\"peer_id\":\"server\""));
          g_assert_null (strstr (frame, "\"peer_id\":\"alice\""));
        }
    }
  g_assert_true (peer_test_page_has (alice, "\"message\":\"one\"", ""));
  g_assert_true (peer_test_page_has (alice, "\"message\":\"two\"", ""));
  g_assert_true (peer_test_page_has (alice, "\"three\"", ""));
  g_assert_true (peer_test_page_has (alice, "\"four\"", ""));
  g_assert_true (peer_test_page_has (alice, "\"message\":\"five\"", ""));
  g_assert_true (peer_test_page_has (alice, "\"event\":\"six\"", "\"type\":\"SYSTEM\""));
  g_assert_true (peer_test_page_has (alice, "\"event\":\"seven\"", ""));
  g_assert_true (peer_test_page_has (alice, "\"eight\"", ""));
  g_assert_null (strstr (hub->events->str, "message:lobby/alice"));
}

static void
test_relay_target (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");
  g_autoptr (PeerTestPage) carol = peer_test_page_join (hub, "lobby", "carol");
  g_autoptr (PeerTestPage) dave = peer_test_page_join (hub, "cellar", "dave");

  peer_test_page_send (alice, "{\"peer_id\":\"alice\",\"message\":\"secret\",\"target\":\"bob\"}");
  peer_test_page_send (alice, "{\"peer_id\":\"alice\",\"message\":\"foreign\",\"target\":\"dave\"}");
  peer_test_page_send (alice, "{\"peer_id\":\"alice\",\"message\":\"lost\",\"target\":\"nobody\"}");
  peer_test_page_send (alice, "{\"peer_id\":\"alice\",\"message\":\"for you\",\"target\":\"server\"}");
  sync_pages (alice, bob);
  sync_pages (alice, carol);
  sync_pages (bob, alice);

  g_assert_true (peer_test_page_has (bob, "secret", ""));
  g_assert_false (peer_test_page_has (carol, "secret", ""));
  g_assert_false (peer_test_page_has (dave, "foreign", ""));
  g_assert_false (peer_test_page_has (bob, "foreign", ""));
  g_assert_false (peer_test_page_has (bob, "lost", ""));
  g_assert_false (peer_test_page_has (bob, "for you", ""));
  g_assert_cmpuint (peer_test_page_count (alice, "\"action\":\"ERROR\"", "peer-unavailable"), ==, 2);
  g_assert_nonnull (strstr (hub->events->str, "message:lobby/alice'for you'"));
  g_assert_null (strstr (hub->events->str, "secret"));
}

/* Who is there and who is the host is not for clients to say. */
static void
test_host_lies (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");

  peer_test_page_send (bob, "{\"type\":\"SYSTEM\",\"action\":\"HOST_CHANGE\",\"payload\":\"bob\",\"peer_id\":\"bob\"}");
  peer_test_page_send (bob, "{\"type\":\"SYSTEM\",\"action\":\"ROOM_STATE\",\"payload\":{\"peers\":[],\"hostId\":\"bob\"},"
                            "\"peer_id\":\"bob\",\"target\":\"alice\"}");
  peer_test_page_send (bob, "{\"type\":\"SYSTEM\",\"action\":\"HOST_CHANGE\",\"payload\":\"alice\",\"peer_id\":\"bob\"}");
  sync_pages (bob, alice);

  g_assert_cmpuint (peer_test_page_count (alice, "HOST_CHANGE", ""), ==, 1);
  g_assert_cmpuint (peer_test_page_count (alice, "ROOM_STATE", ""), ==, 1);
  peer_test_wait (peer_test_page_count (bob, "HOST_CHANGE", "\"payload\":\"alice\"") == 2);
  g_assert_false (peer_test_page_has (bob, "HOST_CHANGE", "\"payload\":\"bob\""));
}

static void
test_leave (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");
  g_autoptr (PeerTestPage) carol = peer_test_page_join (hub, "lobby", "carol");

  peer_test_page_send (bob, "{\"type\":\"SYSTEM\",\"action\":\"PEER_LEAVE\",\"payload\":{},\"peer_id\":\"bob\"}");
  peer_test_wait (peer_test_page_has (alice, "PEER_LEAVE", "\"peer_id\":\"bob\""));
  peer_test_wait (bob->is_closed);
  g_assert_cmpuint (peer_test_page_count (alice, "HOST_CHANGE", ""), ==, 1);

  /* The host. */
  peer_test_page_send (alice, "{\"type\":\"SYSTEM\",\"action\":\"PEER_LEAVE\",\"payload\":{},\"peer_id\":\"alice\"}");
  peer_test_wait (peer_test_page_has (carol, "HOST_CHANGE", "\"payload\":\"carol\""));
  g_assert_true (peer_test_page_has (carol, "PEER_LEAVE", "\"peer_id\":\"alice\""));
  peer_test_hub_wait_events (hub, "joined:lobby/alice joined:lobby/bob joined:lobby/carol left:lobby/bob left:lobby/alice");
  g_assert_cmpuint (g_list_model_get_n_items (peer_hub_get_rooms (hub->hub)), ==, 1);

  /* The last one takes the room with it. */
  peer_base_connection_close (PEER_BASE_CONNECTION (carol->connection));
  peer_test_wait (g_list_model_get_n_items (peer_hub_get_rooms (hub->hub)) == 0);
  g_assert_true (g_str_has_suffix (hub->events->str, " left:lobby/carol"));
  g_assert_null (peer_hub_get_room_peers (hub->hub, "lobby"));
}

/* Without a word: the link says nothing any more, or breaks. */
static void
test_crash (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");
  g_autoptr (PeerTestPage) carol = peer_test_page_join (hub, "lobby", "carol");
  PeerHubClient *client = peer_hub_network_lookup (peer_hub_lookup (hub->hub, "lobby")->network, "alice");

  g_object_set (client->connection, "disconnect-timeout", 1, NULL);
  peer_test_page_vanish (alice);
  peer_test_wait (peer_test_page_has (bob, "PEER_LEAVE", "\"peer_id\":\"alice\""));
  peer_test_wait (peer_test_page_has (bob, "HOST_CHANGE", "\"payload\":\"bob\""));
  peer_test_wait (peer_test_page_has (carol, "HOST_CHANGE", "\"payload\":\"bob\""));

  peer_base_connection_close (PEER_BASE_CONNECTION (bob->connection));
  peer_test_wait (peer_test_page_has (carol, "PEER_LEAVE", "\"peer_id\":\"bob\""));
  peer_test_hub_wait_events (hub, "joined:lobby/alice joined:lobby/bob joined:lobby/carol left:lobby/alice left:lobby/bob");
}

/* The owner of the hub speaks as the server, and sends people away. */
static void
test_owner (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");
  g_autoptr (PeerRoom) room = g_list_model_get_item (peer_hub_get_rooms (hub->hub), 0);
  g_autoptr (GVariant) info = peer_hub_rooms_info (hub->hub);
  g_autofree char *text = g_variant_print (info, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (text, ==, "{'lobby': <{'peer_count': <int64 2>, 'peers': <['alice', 'bob']>, 'host_id': <'alice'>}>}");
  g_assert_true (peer_hub_get_room_peers (hub->hub, "lobby") == G_LIST_MODEL (room));
  g_assert_cmpuint (peer_room_get_n_peers (room), ==, 2);
  g_assert_cmpuint (peer_hub_get_n_peers (hub->hub), ==, 2);
  g_assert_cmpstr (peer_room_get_host_id (room), ==, "alice");
  g_assert_false (peer_room_get_is_host (room));

  g_assert_true (peer_hub_broadcast (hub->hub, "lobby", g_variant_new_string ("all"), &error));
  g_assert_no_error (error);
  peer_test_wait (peer_test_page_has (alice, "\"message\":\"all\"", "\"peer_id\":\"server\""));
  peer_test_wait (peer_test_page_has (bob, "\"message\":\"all\"", "\"peer_id\":\"server\""));
  g_assert_true (peer_room_emit_event (room, "tick", g_variant_new_int64 (1), &error));
  g_assert_no_error (error);
  peer_test_wait (peer_test_page_has (bob, "\"event\":\"tick\"", "\"peer_id\":\"server\""));

  g_assert_false (peer_hub_broadcast (hub->hub, "lobby", g_variant_new_bytestring ("x"), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  g_clear_error (&error);
  g_assert_false (peer_hub_broadcast (hub->hub, "cellar", g_variant_new_string ("all"), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE);

  g_assert_true (peer_hub_leave (hub->hub, "lobby", "alice"));
  g_assert_false (peer_hub_leave (hub->hub, "lobby", "alice"));
  g_assert_true (g_str_has_suffix (hub->events->str, " left:lobby/alice"));
  peer_test_wait (alice->is_closed);
  peer_test_wait (peer_test_page_has (bob, "HOST_CHANGE", "\"payload\":\"bob\""));
}

static void
event_cb (PeerHub *hub,
          PeerRoom *room,
          PeerRoomMember *sender,
          GVariant *value,
          guint *n_events)
{
  (*n_events)++;
}

/* Names from clients do not stay for ever. */
static void
test_event_names (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");
  guint n_events = 0;

  g_signal_connect (hub->hub, "event::wanted-of-hub", G_CALLBACK (event_cb), &n_events);
  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"hub-%u\"},"
                                               "\"peer_id\":\"bob\"}",
                                               i);

      peer_test_page_send (bob, text);
    }
  peer_test_page_send (bob, "{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"wanted-of-hub\"},\"peer_id\":\"bob\"}");
  sync_pages (bob, alice);

  g_assert_cmpuint (n_events, ==, 1);
  g_assert_true (peer_test_page_has (alice, "hub-399", ""));
  g_assert_cmpuint (g_quark_try_string ("hub-7"), ==, 0);
}

static void
test_rate (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = NULL;
  g_autoptr (PeerTestPage) bob = NULL;

  g_object_set (hub->hub, "messages-per-second", 1, "message-burst", 20, NULL);
  alice = peer_test_page_join (hub, "lobby", "alice");
  bob = peer_test_page_join (hub, "lobby", "bob");
  for (guint i = 0; i < 100; i++)
    peer_test_page_send (bob, MESSAGE ("bob", "flood"));
  peer_test_wait (peer_test_page_has (bob, "\"action\":\"ERROR\"", "limit-exceeded"));
  g_assert_cmpuint (peer_test_page_count (alice, "flood", ""), <, 100);

  /* Nobody else is the worse for it. */
  peer_test_page_send (alice, MESSAGE ("alice", "calm"));
  peer_test_wait (peer_test_page_has (bob, "calm", ""));
  g_assert_false (bob->is_closed);
}

static void
test_slow_reader (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");
  g_autoptr (PeerTestPage) carol = peer_test_page_join (hub, "lobby", "carol");
  PeerHubClient *client = peer_hub_network_lookup (peer_hub_lookup (hub->hub, "lobby")->network, "bob");
  g_autofree char *padding = g_strnfill (10000, 'x');
  g_autofree char *text = g_strdup_printf ("{\"peer_id\":\"alice\",\"message\":\"%s\"}", padding);

  g_object_set (hub->hub, "send-buffer-size", 50000, NULL);
  peer_loopback_transport_set_stalled (peer_test_get_transport (client->connection), TRUE);
  for (guint i = 0; i < 10; i++)
    peer_test_page_send (alice, text);
  peer_test_wait (peer_test_page_has (carol, "PEER_LEAVE", "\"peer_id\":\"bob\""));
  peer_test_wait (peer_test_page_count (carol, padding, "") == 10);
  g_assert_nonnull (strstr (hub->events->str, "left:lobby/bob"));
}

/* Links that turn out to be dead when somebody says something. */
static void
test_dead_links (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_test_page_free);
  PeerHubNetwork *network;
  PeerTestPage *last;

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = g_strdup_printf ("peer-%u", i);

      g_ptr_array_add (pages, peer_test_page_join (hub, "lobby", id));
    }
  last = g_ptr_array_index (pages, 5);
  network = peer_hub_lookup (hub->hub, "lobby")->network;
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *id = g_strdup_printf ("peer-%u", i);
      PeerHubClient *client = peer_hub_network_lookup (network, id);

      peer_transport_close (PEER_BASE_CONNECTION (client->connection)->transport);
    }
  peer_test_page_send (g_ptr_array_index (pages, 4), MESSAGE ("peer-4", "hi"));
  peer_test_wait (peer_test_page_count (last, "PEER_LEAVE", "") == 4);
  peer_test_wait (peer_test_page_has (last, "HOST_CHANGE", "\"payload\":\"peer-4\""));
  g_assert_true (peer_test_page_has (last, MESSAGE ("peer-4", "hi"), ""));
  g_assert_cmpuint (peer_hub_get_n_peers (hub->hub), ==, 2);
}

static void
test_sizes (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");
  g_autofree char *padding = g_strnfill (30000, 'x');
  g_autofree char *state = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"SYNC\",\"payload\":{\"a\":\"%s\"},\"peer_id\":\"bob\"}", padding);
  g_autofree char *deep = g_strnfill (5000, '[');
  g_autofree char *name = g_strnfill (1000, 'n');
  g_autofree char *event = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"EVENT\",\"payload\":{\"event\":\"%s\"},\"peer_id\":\"bob\"}", name);
  g_autoptr (GBytes) bytes = g_bytes_new ("x", 1);

  peer_test_page_send (bob, state);
  peer_test_page_send (bob, deep);
  peer_test_page_send (bob, event);
  g_assert_true (peer_data_connection_send_bytes (bob->connection, bytes, NULL));
  sync_pages (bob, alice);
  peer_test_wait (peer_test_page_count (bob, "\"action\":\"ERROR\"", "limit-exceeded") == 3);
  peer_test_wait (peer_test_page_count (bob, "\"action\":\"ERROR\"", "invalid-data") == 1);
  g_assert_false (peer_test_page_has (alice, padding, ""));
  g_assert_false (peer_test_page_has (alice, name, ""));
  g_assert_false (bob->is_closed);
}

/* States come to those who join later, however many they are. */
static void
test_states (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_test_page_free);
  g_autofree char *padding = g_strnfill (20000, 's');
  PeerTestPage *last;

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = g_strdup_printf ("peer-%u", i);
      g_autofree char *text = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"SYNC\",\"payload\":{\"n\":%u,\"pad\":\"%s\"},"
                                               "\"peer_id\":\"%s\"}",
                                               i, padding, id);
      PeerTestPage *page = peer_test_page_join (hub, "lobby", id);

      peer_test_page_send (page, text);
      g_ptr_array_add (pages, page);
      peer_test_wait (peer_hub_network_lookup (peer_hub_lookup (hub->hub, "lobby")->network, id)->presence.state != NULL);
    }

  last = peer_test_page_join (hub, "lobby", "last");
  g_ptr_array_add (pages, last);
  g_assert_cmpuint (peer_test_page_count (last, "ROOM_STATE", ""), >, 1);
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *state = g_strdup_printf ("\"state\":{\"n\":%u,", i);

      g_assert_cmpuint (peer_test_page_count (last, "ROOM_STATE", state), ==, 1);
    }
  for (guint i = 0; i < last->frames->len; i++)
    g_assert_cmpuint (strlen (g_ptr_array_index (last->frames, i)), <=, 65536);
}

static void
stop_cb (PeerHub *hub,
         PeerRoom *room,
         PeerRoomMember *sender,
         GVariant *message,
         gpointer user_data)
{
  peer_hub_stop (hub);
}

/* In a handler, and twice. */
static void
test_stop (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = peer_test_page_join (hub, "lobby", "bob");

  g_signal_connect (hub->hub, "message", G_CALLBACK (stop_cb), NULL);
  peer_test_page_send (bob, MESSAGE ("bob", "stop"));
  peer_test_wait (alice->is_closed && bob->is_closed);
  peer_hub_stop (hub->hub);
  g_assert_cmpuint (peer_hub_get_n_peers (hub->hub), ==, 0);
  g_assert_cmpuint (hub->hub->settings->n_peers, ==, 0);
  g_assert_null (strstr (hub->events->str, "left"));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/hub/join", test_join);
  g_test_add_func ("/hub/join-without-word", test_join_without_word);
  g_test_add_func ("/hub/relay-untouched", test_relay_untouched);
  g_test_add_func ("/hub/relay-spoofed", test_relay_spoofed);
  g_test_add_func ("/hub/relay-target", test_relay_target);
  g_test_add_func ("/hub/host-lies", test_host_lies);
  g_test_add_func ("/hub/leave", test_leave);
  g_test_add_func ("/hub/crash", test_crash);
  g_test_add_func ("/hub/owner", test_owner);
  g_test_add_func ("/hub/event-names", test_event_names);
  g_test_add_func ("/hub/rate", test_rate);
  g_test_add_func ("/hub/slow-reader", test_slow_reader);
  g_test_add_func ("/hub/dead-links", test_dead_links);
  g_test_add_func ("/hub/sizes", test_sizes);
  g_test_add_func ("/hub/states", test_states);
  g_test_add_func ("/hub/stop", test_stop);

  return g_test_run ();
}
