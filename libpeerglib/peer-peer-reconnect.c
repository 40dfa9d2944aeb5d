/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-peer-private.h"

#include "peer-backoff-private.h"
#include "peer-base-connection-private.h"
#include "peer-error.h"
#include "peer-source-private.h"

/* How long a refusal on the way back may be the work of this peer's own ghost:
 * servers keep a client that has gone without a word for a minute or a minute
 * and a half. */
#define REFUSAL_PATIENCE (2 * G_TIME_SPAN_MINUTE)

/* A line that is lost sooner than this was none: the next attempt's pause goes
 * on growing. It has at most so many doublings behind it then. */
#define SHORT_LINE (10 * G_TIME_SPAN_SECOND)
#define MAX_SHORT_LINE_ATTEMPT 4

static gboolean
reconnect_cb (gpointer user_data)
{
  PeerPeer *self = PEER_PEER (user_data);

  peer_source_clear (&self->reconnect_source);
  g_debug ("Peer %s reconnects, attempt %u", self->id, self->reconnect_attempt);
  peer_socket_open (self->socket, self->id);

  return G_SOURCE_REMOVE;
}

void
peer_peer_schedule_reconnect (PeerPeer *self)
{
  guint delay = peer_backoff_delay (self->reconnect_delay, self->reconnect_attempt++);

  peer_source_clear (&self->reconnect_source);
  self->reconnect_source = peer_source_new_timeout (self->context, delay, "[libpeerglib] reconnect", reconnect_cb, self);
}

void
peer_peer_reset_reconnect (PeerPeer *self)
{
  self->reconnect_attempt = 0;
  self->n_reconnects_failed = 0;
  self->refused_since = 0;
}

/* Whether an attempt has a chance, as far as one can know. */
static gboolean
peer_peer_has_network (PeerPeer *self)
{
  return !self->trusts_network_watch || peer_network_watch_is_available (self->network_watch);
}

/* Whether a refusal may be over when the server has noticed that the line that
 * it knows is dead, or when others have left a full server. */
static gboolean
peer_peer_outlasts (PeerPeer *self,
                    const GError *error)
{
  gint64 now = g_get_monotonic_time ();

  if (self->is_open)
    return FALSE;
  if (!g_error_matches (error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID) &&
      !g_error_matches (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR))
    return FALSE;

  if (self->refused_since == 0)
    self->refused_since = now;

  return now - self->refused_since < self->refusal_patience;
}

gboolean
peer_peer_comes_back (PeerPeer *self,
                      const GError *error,
                      gboolean refused)
{
  if (self->is_open && g_get_monotonic_time () - self->opened_at >= SHORT_LINE)
    self->reconnect_attempt = 0;
  if (!self->was_open || !self->auto_reconnect)
    return FALSE;
  if (refused && !peer_peer_outlasts (self, error))
    return FALSE;

  if (self->is_reconnecting && peer_peer_has_network (self))
    self->n_reconnects_failed++;

  return self->max_reconnect_attempts == 0 || self->n_reconnects_failed < self->max_reconnect_attempts;
}

static void
peer_peer_check_connections (PeerPeer *self)
{
  g_autoptr (GPtrArray) connections = peer_connection_table_list (self->connections, NULL);

  for (guint i = 0; i < connections->len; i++)
    peer_base_connection_check (g_ptr_array_index (connections, i));
}

static void
network_changed_cb (PeerPeer *self)
{
  g_autoptr (PeerPeer) keep_alive = g_object_ref (self);

  if (!peer_peer_has_network (self))
    return;

  g_debug ("The network of peer %s changed", self->id);
  if (self->is_reconnecting)
    {
      peer_peer_reset_reconnect (self);
      peer_peer_schedule_reconnect (self);
      g_source_set_ready_time (self->reconnect_source, 0);
    }
  else if (self->is_open)
    {
      peer_socket_probe (self->socket);
    }
  peer_peer_check_connections (self);
}

void
peer_peer_set_network_watch (PeerPeer *self,
                             PeerNetworkWatch *watch)
{
  self->network_watch = g_object_ref (watch);
  g_signal_connect_object (watch, "changed", G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
}

void
peer_peer_end_reconnect (PeerPeer *self)
{
  self->reconnect_attempt = MIN (self->reconnect_attempt, MAX_SHORT_LINE_ATTEMPT);
  self->n_reconnects_failed = 0;
  self->refused_since = 0;
  self->opened_at = g_get_monotonic_time ();
}

void
peer_peer_follow_network (PeerPeer *self)
{
  if (self->network_watch == NULL)
    {
      g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
      g_autoptr (PeerNetworkWatch) watch = peer_network_watch_new (NULL);

      peer_peer_set_network_watch (self, watch);
    }

  self->trusts_network_watch = peer_network_watch_is_available (self->network_watch);
}

void
peer_peer_init_reconnect (PeerPeer *self)
{
  self->refusal_patience = REFUSAL_PATIENCE;
}

void
peer_peer_clear_reconnect (PeerPeer *self)
{
  peer_source_clear (&self->reconnect_source);
  g_clear_object (&self->network_watch);
}
