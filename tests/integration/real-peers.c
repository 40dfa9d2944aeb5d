/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "real-peers.h"

#include "wait-until.h"

PeerPeer *
real_peer_new (guint port,
               const char *id,
               const char *token)
{
  g_autoptr (GListStore) no_ice_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);

  return g_object_new (PEER_TYPE_PEER,
                       "id", id,
                       "token", token,
                       "host", "127.0.0.1",
                       "port", port,
                       "secure", FALSE,
                       "ice-servers", no_ice_servers,
                       "reconnect-delay", 20,
                       NULL);
}

PeerPeer *
real_peer_new_open (guint port,
                    const char *id,
                    const char *token)
{
  PeerPeer *peer = real_peer_new (port, id, token);

  WAIT_UNTIL (peer_peer_get_is_open (peer));

  return peer;
}

void
real_peer_end (PeerPeer *peer)
{
  peer_peer_destroy (peer);
  g_assert_finalize_object (peer);
}

gboolean
real_connection_is_open (PeerDataConnection *connection)
{
  return connection != NULL && peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection));
}

static void
set_object_cb (PeerPeer *peer,
               PeerDataConnection *connection,
               PeerDataConnection **target)
{
  g_set_object (target, connection);
}

PeerDataConnection *
real_peers_connect (PeerPeer *from,
                    PeerPeer *to,
                    PeerConnectOptions *options,
                    PeerDataConnection **incoming)
{
  PeerDataConnection *outgoing;
  g_autoptr (PeerDataConnection) other_end = NULL;
  gulong handler = g_signal_connect (to, "connection", G_CALLBACK (set_object_cb), &other_end);

  outgoing = g_object_ref (peer_peer_connect_to (from, peer_peer_get_id (to), options));
  WAIT_UNTIL (real_connection_is_open (outgoing) && real_connection_is_open (other_end));
  g_signal_handler_disconnect (to, handler);
  if (incoming != NULL)
    *incoming = g_steal_pointer (&other_end);

  return outgoing;
}
