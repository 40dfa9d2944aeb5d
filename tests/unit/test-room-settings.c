/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/peer-endpoint-private.h"
#include "libpeerglib/peer-room-private.h"
#include "peer-test-util.h"

#define RELAY "turn:relay.example:3478"
#define RELAY_OF_LINK "turn://anna:secret@relay.example:3478"

/* What the application sets reaches the links, and what happens the log. */

static guint n_links;
static char *last_relay;

static PeerTransport *
watching_factory (const PeerTransportConfig *config)
{
  n_links++;
  g_clear_pointer (&last_relay, g_free);
  last_relay = g_strdup (config->turn_servers != NULL ? config->turn_servers[0] : NULL);

  return peer_loopback_transport_new (config);
}

static void
watch (PeerLinkSettings *links)
{
  links->transport_factory = watching_factory;
  if (links->certificate == NULL)
    links->certificate = g_bytes_new_static ("test", 4);
}

static GListModel *
new_servers (void)
{
  g_autoptr (PeerIceServer) relay = peer_ice_server_new (RELAY, "anna", "secret");
  GListStore *servers = g_list_store_new (PEER_TYPE_ICE_SERVER);

  g_list_store_append (servers, relay);

  return G_LIST_MODEL (servers);
}

static void
set_up (PeerSignaling **bus,
        gconstpointer data)
{
  *bus = peer_memory_signaling_new ();
  n_links = 0;
}

static void
tear_down (PeerSignaling **bus,
           gconstpointer data)
{
  peer_test_settle ();
  g_clear_object (bus);
  g_clear_pointer (&last_relay, g_free);
}

static PeerRoom *
new_member (PeerSignaling *bus,
            const char *id)
{
  PeerRoom *room = g_object_new (PEER_TYPE_ROOM, "name", "lobby", "signaling", bus, "service", PEER_ROOM_SERVICE_SIGNALING,
                                 "peer-id", id, NULL);
  g_autoptr (GListModel) servers = new_servers ();

  watch (peer_room_get_links (room));
  peer_room_set_ice_servers (room, servers);
  peer_room_join_async (room, NULL, NULL, NULL);

  return room;
}

static void
test_ice_servers (PeerSignaling **bus,
                  gconstpointer data)
{
  g_autoptr (PeerRoom) alice = new_member (*bus, "alice");
  g_autoptr (PeerRoom) bob = new_member (*bus, "bob");

  g_test_summary ("The links of a room use its ICE servers, with their credentials");

  peer_test_wait (peer_room_get_n_peers (alice) == 2 && peer_room_get_n_peers (bob) == 2);
  g_assert_cmpuint (n_links, >=, 2);
  g_assert_cmpstr (last_relay, ==, RELAY_OF_LINK);
}

static PeerEndpoint *
new_endpoint (GType type,
              PeerSignaling *bus,
              const char *id)
{
  g_autoptr (GListModel) servers = new_servers ();
  PeerEndpoint *endpoint = g_object_new (type, "signaling", bus, "id", id, "ice-servers", servers, NULL);

  watch (endpoint->links);

  return endpoint;
}

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_ice_servers_of_senders (PeerSignaling **bus,
                             gconstpointer data)
{
  g_autoptr (PeerEndpoint) sender = new_endpoint (PEER_TYPE_SENDER, *bus, "sender");
  g_autoptr (PeerEndpoint) receiver = new_endpoint (PEER_TYPE_RECEIVER, *bus, "receiver");
  guint n_connected = 0;

  g_test_summary ("The links of senders and receivers use their ICE servers, with their credentials");

  g_signal_connect_swapped (receiver, "connect", G_CALLBACK (count_cb), &n_connected);
  peer_sender_start (PEER_SENDER (sender));
  peer_receiver_start (PEER_RECEIVER (receiver));
  peer_test_wait (n_connected == 1);
  g_assert_cmpuint (n_links, ==, 2);
  g_assert_cmpstr (last_relay, ==, RELAY_OF_LINK);
}

static void
test_log (PeerSignaling **bus,
          gconstpointer data)
{
  g_autoptr (PeerSignalingManager) manager = peer_signaling_manager_new ();
  g_autoptr (PeerRoom) alice = NULL;
  g_autoptr (PeerRoom) bob = NULL;
  g_autoptr (PeerSession) carol = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who joins and leaves is told in the log, of rooms and of managers");

  g_test_expect_message ("Peer", G_LOG_LEVEL_DEBUG, "Room “lobby”: “bob” joined");
  alice = new_member (*bus, "alice");
  bob = new_member (*bus, "bob");
  peer_test_wait (peer_room_get_n_peers (alice) == 2 && peer_room_get_n_peers (bob) == 2);
  g_test_assert_expected_messages ();
  g_test_expect_message ("Peer", G_LOG_LEVEL_DEBUG, "Room “lobby”: “bob” left");
  peer_room_leave_async (bob, NULL, NULL, NULL);
  peer_test_wait (peer_room_get_n_peers (alice) == 1);
  g_test_assert_expected_messages ();

  g_test_expect_message ("Peer", G_LOG_LEVEL_DEBUG, "carol joined the room lobby");
  g_test_expect_message ("Peer", G_LOG_LEVEL_DEBUG, "carol left the room lobby");
  carol = peer_signaling_manager_join_room (manager, "lobby", "carol", NULL, &error);
  g_assert_no_error (error);
  peer_signaling_manager_leave_room (manager, "lobby", "carol");
  g_test_assert_expected_messages ();
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/room-settings/ice-servers", PeerSignaling *, NULL, set_up, test_ice_servers, tear_down);
  g_test_add ("/room-settings/ice-servers-of-senders", PeerSignaling *, NULL, set_up, test_ice_servers_of_senders, tear_down);
  g_test_add ("/room-settings/log", PeerSignaling *, NULL, set_up, test_log, tear_down);

  return g_test_run ();
}
