/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-server-private.h"

#include <math.h>

#include <glib/gi18n-lib.h>

/* The number of messages of each type; those of a type that the protocol does
 * not know are one. */
static GVariant *
build_types (const PeerRelayStats *stats)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{st}"));

  for (guint i = 0; i < N_PEER_MESSAGE_TYPES; i++)
    g_variant_builder_add (&builder, "{st}", i == PEER_MESSAGE_TYPE_UNKNOWN ? "OTHER" : peer_message_type_to_name (i),
                           stats->n_by_type[i]);

  return g_variant_builder_end (&builder);
}

static GVariant *
build_drops (const PeerRelayStats *stats)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{st}"));

  g_variant_builder_add (&builder, "{st}", "expired", stats->n_expired);
  g_variant_builder_add (&builder, "{st}", "handshake", stats->n_handshakes);
  g_variant_builder_add (&builder, "{st}", "invalid-frame", stats->n_invalid_frames);
  g_variant_builder_add (&builder, "{st}", "malformed", stats->n_malformed - stats->n_too_deep);
  g_variant_builder_add (&builder, "{st}", "queue-full", stats->n_queue_full);
  g_variant_builder_add (&builder, "{st}", "slow", stats->n_slow);
  g_variant_builder_add (&builder, "{st}", "too-big", stats->n_too_big);
  g_variant_builder_add (&builder, "{st}", "too-deep", stats->n_too_deep);

  return g_variant_builder_end (&builder);
}

static GVariant *
build_latency (const PeerHistogram *latency)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(dt)"));
  guint64 n_messages = 0;

  for (guint i = 0; i < PEER_HISTOGRAM_SIZE; i++)
    {
      gint64 bound = peer_histogram_bounds[i];

      n_messages += latency->counts[i];
      g_variant_builder_add (&builder, "(dt)", bound == G_MAXINT64 ? (double) INFINITY : (double) bound / G_USEC_PER_SEC,
                             n_messages);
    }

  return g_variant_builder_end (&builder);
}

/**
 * peer_server_dup_stats:
 * @self: a server
 *
 * Gets what the server has counted since it was started. Each is a `t` where
 * nothing else is said:
 *
 * - `clients`: the clients now
 * - `sockets`: the WebSockets now, those of who is not a client yet included
 * - `broker-error`: a text, there only while the broker is not connected
 * - `connections`: connections that were accepted
 * - `refused`: connections that were refused
 * - `received`: messages that arrived
 * - `received-by-type`: the same by their type, an `a{st}`; types that the
 *   protocol does not have are `OTHER`, and what could not be understood is in
 *   none
 * - `relayed`: messages that were sent on
 * - `stored`: messages that were for nobody here: they wait for their
 *   destination, or went to another server
 * - `expired`: pairs of a sender and a destination that did not come
 * - `malformed`: messages that could not be understood
 * - `violations`: limits that were crossed
 * - `slow`: clients that were disconnected because they read too slowly
 * - `drops`: an `a{st}` of what was lost by reason: `expired`, `malformed` and
 *   `slow` as above; `too-deep`: a message nested deeper than
 *   [property@Peer.Server:max-depth]; `queue-full`: one that there was no room
 *   for; `too-big` and `invalid-frame`: connections closed because of a message
 *   or a frame; `handshake`: those closed because they asked for nothing within
 *   [property@Peer.Server:handshake-timeout], or as the oldest of more than
 *   [property@Peer.Server:handshake-limit] of them
 * - `queued-messages`, `queued-bytes`: what waits for its destination now
 * - `latency`: how many messages were sent on within how many seconds of their
 *   arrival: pairs of an upper bound and the number up to it, an `a(dt)` whose
 *   last bound is infinite. What was stored first is not in it.
 * - `latency-sum`: the sum of these times in seconds, a `d`
 *
 * Returns: (transfer full): an `a{sv}`, empty if the server is not running
 */
GVariant *
peer_server_dup_stats (PeerServer *self)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const PeerRelayStats *stats;
  guint n_queued;
  guint64 queued_bytes;

  g_return_val_if_fail (PEER_IS_SERVER (self), NULL);

  if (self->relay == NULL)
    return g_variant_ref_sink (g_variant_dict_end (&dict));

  stats = peer_relay_get_stats (self->relay);
  peer_broker_get_queue_size (peer_relay_get_broker (self->relay), &n_queued, &queued_bytes);
  if (!peer_broker_get_is_connected (peer_relay_get_broker (self->relay)))
    g_variant_dict_insert (&dict, "broker-error", "s", _ ("The other servers cannot be reached"));
  g_variant_dict_insert (&dict, "clients", "t", (guint64) peer_relay_get_n_clients (self->relay));
  g_variant_dict_insert (&dict, "sockets", "t", (guint64) peer_relay_get_n_sockets (self->relay));
  g_variant_dict_insert (&dict, "connections", "t", stats->n_connections);
  g_variant_dict_insert (&dict, "refused", "t", stats->n_refused);
  g_variant_dict_insert (&dict, "received", "t", stats->n_received);
  g_variant_dict_insert_value (&dict, "received-by-type", build_types (stats));
  g_variant_dict_insert (&dict, "relayed", "t", stats->n_relayed);
  g_variant_dict_insert (&dict, "stored", "t", stats->n_stored);
  g_variant_dict_insert (&dict, "expired", "t", stats->n_expired);
  g_variant_dict_insert (&dict, "malformed", "t", stats->n_malformed);
  g_variant_dict_insert (&dict, "violations", "t", stats->n_violations);
  g_variant_dict_insert (&dict, "slow", "t", stats->n_slow);
  g_variant_dict_insert_value (&dict, "drops", build_drops (stats));
  g_variant_dict_insert (&dict, "queued-messages", "t", (guint64) n_queued);
  g_variant_dict_insert (&dict, "queued-bytes", "t", queued_bytes);
  g_variant_dict_insert_value (&dict, "latency", build_latency (&stats->latency));
  g_variant_dict_insert (&dict, "latency-sum", "d", (double) stats->latency.sum / G_USEC_PER_SEC);

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
