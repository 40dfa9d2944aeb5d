/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-server-private.h"

/**
 * peer_server_dup_stats:
 * @self: a server
 *
 * Gets what the server has counted since it was started, each a `t`:
 *
 * - `clients`: the clients now
 * - `connections`: connections that were accepted
 * - `refused`: connections that were refused
 * - `received`: messages that arrived
 * - `relayed`: messages that were sent on
 * - `stored`: messages that had to wait for their destination
 * - `expired`: pairs of a sender and a destination that did not come
 * - `malformed`: messages that could not be understood
 * - `violations`: limits that were crossed
 * - `slow`: clients that were disconnected because they read too slowly
 * - `queued-messages`, `queued-bytes`: what waits for its destination now
 *
 * Returns: (transfer full): an `a{sv}`, empty if the server is not running
 */
GVariant *
peer_server_dup_stats (PeerServer *self)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const PeerRelayStats *stats;
  PeerMessageStore *store;

  g_return_val_if_fail (PEER_IS_SERVER (self), NULL);

  if (self->relay == NULL)
    return g_variant_ref_sink (g_variant_dict_end (&dict));

  stats = peer_relay_get_stats (self->relay);
  store = peer_relay_get_store (self->relay);
  g_variant_dict_insert (&dict, "clients", "t", (guint64) peer_relay_get_n_clients (self->relay));
  g_variant_dict_insert (&dict, "connections", "t", stats->n_connections);
  g_variant_dict_insert (&dict, "refused", "t", stats->n_refused);
  g_variant_dict_insert (&dict, "received", "t", stats->n_received);
  g_variant_dict_insert (&dict, "relayed", "t", stats->n_relayed);
  g_variant_dict_insert (&dict, "stored", "t", stats->n_stored);
  g_variant_dict_insert (&dict, "expired", "t", stats->n_expired);
  g_variant_dict_insert (&dict, "malformed", "t", stats->n_malformed);
  g_variant_dict_insert (&dict, "violations", "t", stats->n_violations);
  g_variant_dict_insert (&dict, "slow", "t", stats->n_slow);
  g_variant_dict_insert (&dict, "queued-messages", "t", (guint64) peer_message_store_get_n_messages (store));
  g_variant_dict_insert (&dict, "queued-bytes", "t", (guint64) peer_message_store_get_n_bytes (store));

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
