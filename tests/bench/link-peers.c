/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two peers and a server, as applications use them. */

#include "bench-link.h"

#include <libpeerglib/peer.h>

typedef struct
{
  BenchLink base;
  PeerDataConnection *connections[2];
  GVariant *value;
} PeersLink;

static PeerServer *server;
static PeerPeer *peers[2];

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

void
bench_peers_set_up (void)
{
  g_autoptr (GError) error = NULL;

  server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, NULL);
  if (!peer_server_listen (server, &error))
    g_error ("%s", error->message);
  peers[0] = new_peer ("alice");
  peers[1] = new_peer ("bob");
  while (!peer_peer_get_is_open (peers[0]) || !peer_peer_get_is_open (peers[1]))
    g_main_context_iteration (NULL, TRUE);
}

void
bench_peers_tear_down (void)
{
  for (int i = 0; i < 2; i++)
    {
      peer_peer_destroy (peers[i]);
      g_clear_object (&peers[i]);
    }
  peer_server_stop (server);
  g_clear_object (&server);
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
               PeerDataConnection *connection,
               PeersLink *link)
{
  use (link, 1, connection);
}

static void
peers_start (BenchLink *base,
             gconstpointer data)
{
  PeersLink *link = (PeersLink *) base;
  const BenchPeersData *what = data;
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();

  if (what->text)
    link->value = g_variant_new_take_string (g_strnfill (base->message_size, 'x'));
  else
    link->value = g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, g_malloc0 (base->message_size), base->message_size,
                                           TRUE, NULL, NULL);
  g_variant_ref_sink (link->value);

  peer_connect_options_set_reliable (options, TRUE);
  peer_connect_options_set_serialization (options, (PeerSerialization) what->serialization);
  g_signal_connect (peers[1], "connection", G_CALLBACK (on_connection), link);
  use (link, 0, peer_peer_connect_to (peers[0], "bob", options));
  peer_data_connection_set_buffered_amount_low_threshold (link->connections[0], BENCH_BULK_WINDOW / 2);
  g_signal_connect (link->connections[0], "drained", G_CALLBACK (on_drained), link);
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

  g_signal_handlers_disconnect_by_data (peers[1], link);
  for (int i = 0; i < 2; i++)
    {
      g_signal_handlers_disconnect_by_data (link->connections[i], link);
      peer_base_connection_close (PEER_BASE_CONNECTION (link->connections[i]));
      g_clear_object (&link->connections[i]);
    }
  g_variant_unref (link->value);
}

const BenchLinkClass bench_peers_class = {
  .size = sizeof (PeersLink),
  .start = peers_start,
  .send = peers_send,
  .get_buffered_amount = peers_get_buffered_amount,
  .stop = peers_stop,
};
