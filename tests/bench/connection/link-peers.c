/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two peers and a server, as applications use them. */

#include "config.h"

#include "link.h"

#include "libpeerglib/protocol/peer-codec-private.h"

#include <libpeerglib/peer.h>

/* Milliseconds that a peer takes to register with a server on the internet,
 * in which the library makes itself ready. */
#define REGISTRATION 800

typedef struct
{
  BenchLink base;
  PeerSerialization serialization;
  PeerDataConnection *connections[2];
  GVariant *value;
} PeersLink;

static PeerServer *server;
static PeerPeer *peers[2];
static GHashTable *links; /* by the id of their connection */

static PeerPeer *
new_peer (const char *id)
{
  g_autoptr (GListStore) no_ice_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  guint port;

  g_object_get (server, "port", &port, NULL);

  return g_object_new (PEER_TYPE_PEER,
                       "id", id,
                       "host", "127.0.0.1",
                       "port", port,
                       "secure", FALSE,
                       "ice-servers", no_ice_servers,
                       NULL);
}

static void
on_open (PeerDataConnection *connection,
         BenchLink *link)
{
  bench_link_note_open (link);
}

static void
on_data (PeerDataConnection *connection,
         GVariant *value,
         PeersLink *link)
{
  bench_link_note_arrival (&link->base, connection == link->connections[0] ? 0 : 1);
}

static void
on_drained (PeerDataConnection *connection,
            BenchLink *link)
{
  bench_link_fill (link);
}

static void
use (PeersLink *link,
     int end,
     PeerDataConnection *connection)
{
  link->connections[end] = g_object_ref (connection);
  g_signal_connect (connection, "open", G_CALLBACK (on_open), link);
  g_signal_connect (connection, "data", G_CALLBACK (on_data), link);
}

static void
on_connection (PeerPeer *peer,
               PeerDataConnection *connection)
{
  const char *id = peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (connection));

  use (g_hash_table_lookup (links, id), 1, connection);
}

static gboolean
wake_up_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static void
peers_set_up (void)
{
  g_autoptr (GError) error = NULL;
  gboolean is_over = FALSE;

  server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, NULL);
  if (!peer_server_listen (server, &error))
    g_error ("%s", error->message);
  links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  peers[0] = new_peer ("alice");
  peers[1] = new_peer ("bob");
  g_signal_connect (peers[1], "connection", G_CALLBACK (on_connection), NULL);
  while (!peer_peer_get_is_open (peers[0]) || !peer_peer_get_is_open (peers[1]))
    g_main_context_iteration (NULL, TRUE);

  g_timeout_add (REGISTRATION, wake_up_cb, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

static void
peers_tear_down (void)
{
  for (int i = 0; i < 2; i++)
    {
      peer_peer_destroy (peers[i]);
      g_clear_object (&peers[i]);
    }
  peer_server_stop (server);
  g_clear_object (&server);
  g_clear_pointer (&links, g_hash_table_unref);
}

static void
peers_start (BenchLink *base,
             const char *serialization)
{
  PeersLink *link = (PeersLink *) base;
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();
  PeerDataConnection *connection;

  if (!peer_serialization_from_wire (serialization, &link->serialization))
    g_error ("There is no serialization %s", serialization);
  peer_connect_options_set_reliable (options, TRUE);
  peer_connect_options_set_serialization (options, link->serialization);
  connection = peer_peer_connect_to (peers[0], "bob", options);
  g_hash_table_insert (links, g_strdup (peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (connection))), link);
  use (link, 0, connection);
  peer_data_connection_set_buffered_amount_low_threshold (connection, BENCH_BULK_WINDOW / 2);
  g_signal_connect (connection, "drained", G_CALLBACK (on_drained), link);
}

static void
peers_set_message_size (BenchLink *base,
                        gsize size)
{
  PeersLink *link = (PeersLink *) base;
  g_autoptr (GBytes) bytes = NULL;

  g_clear_pointer (&link->value, g_variant_unref);
  if (link->serialization == PEER_SERIALIZATION_JSON)
    {
      link->value = g_variant_ref_sink (g_variant_new_take_string (g_strnfill (size, 'x')));
      return;
    }

  bytes = g_bytes_new_take (g_malloc0 (size), size);
  link->value = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

static void
peers_send (BenchLink *base,
            int end)
{
  PeersLink *link = (PeersLink *) base;
  g_autoptr (GError) error = NULL;

  if (!peer_data_connection_send (link->connections[end], link->value, &error))
    g_error ("%s", error->message);
}

static gsize
peers_get_buffered_amount (BenchLink *base)
{
  return peer_data_connection_get_buffered_amount (((PeersLink *) base)->connections[0]);
}

static void
peers_stop (BenchLink *base)
{
  PeersLink *link = (PeersLink *) base;

  g_hash_table_remove (links, peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (link->connections[0])));
  for (int i = 0; i < 2; i++)
    {
      g_signal_handlers_disconnect_by_data (link->connections[i], link);
      peer_base_connection_close (PEER_BASE_CONNECTION (link->connections[i]));
      g_clear_object (&link->connections[i]);
    }
  g_clear_pointer (&link->value, g_variant_unref);
}

const BenchLinkClass bench_peers_class = {
  .size = sizeof (PeersLink),
  .set_up = peers_set_up,
  .tear_down = peers_tear_down,
  .start = peers_start,
  .set_message_size = peers_set_message_size,
  .send = peers_send,
  .get_buffered_amount = peers_get_buffered_amount,
  .stop = peers_stop,
};
