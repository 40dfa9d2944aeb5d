/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-reconnection-private.h"

#include <glib/gi18n-lib.h>

#include "peer-backoff-private.h"
#include "peer-error.h"
#include "peer-peer-private.h"
#include "peer-source-private.h"

/* Milliseconds for a link to come about before another one is tried. */
#define ATTEMPT_TIMEOUT 15000

/* Microseconds after which a link counts as one that did not fail at once. */
#define STABLE_TIME (30 * G_TIME_SPAN_SECOND)

/* Failures after which the pauses between attempts grow no longer. */
#define LAST_BACKOFF 4

static gboolean
deadline_cb (gpointer user_data)
{
  PeerReconnection *self = user_data;
  PeerBaseConnection *connection = self->connection;
  g_autofree char *wait = peer_base_connection_explain_wait (connection);
  g_autoptr (GError) error = NULL;

  error = g_error_new (PEER_ERROR, PEER_ERROR_TIMED_OUT,
                       g_dngettext (GETTEXT_PACKAGE,
                                    "The connection to peer %s was lost and could not be made again within %u second: %s",
                                    "The connection to peer %s was lost and could not be made again within %u seconds: %s",
                                    connection->reconnect_timeout),
                       connection->peer_id, connection->reconnect_timeout,
                       self->explanation != NULL ? self->explanation : wait);
  peer_base_connection_fail (connection, error);

  return G_SOURCE_REMOVE;
}

void
peer_reconnection_restart_deadline (PeerReconnection *self)
{
  guint seconds = self->connection->reconnect_timeout;

  peer_source_clear (&self->deadline_source);
  if (self->is_active && seconds != 0)
    self->deadline_source = peer_source_new_timeout (self->connection->context, MIN (seconds, G_MAXUINT / 1000) * 1000,
                                                     "[libpeerglib] reconnect timeout", deadline_cb, self);
}

/* Handlers may close the connection, and this with it. */
static void
peer_reconnection_set_active (PeerReconnection *self,
                              gboolean is_active)
{
  if (self->is_active == is_active)
    return;

  self->is_active = is_active;
  peer_reconnection_restart_deadline (self);
  peer_base_connection_set_reconnecting (self->connection, is_active);
}

static void
peer_reconnection_end_attempt (PeerReconnection *self)
{
  peer_source_clear (&self->attempt_source);
  peer_source_clear (&self->retry_source);
  self->is_offering = FALSE;
}

static gboolean attempt_timeout_cb (gpointer user_data);

static void
peer_reconnection_begin_attempt (PeerReconnection *self,
                                 guint32 attempt,
                                 gboolean is_offering)
{
  PeerPeer *peer = self->connection->peer;
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (peer->context);
  g_autoptr (PeerTransportConfig) config = peer_link_settings_new_transport_config (peer->links);
  g_autoptr (PeerTransport) link = NULL;

  config->is_offerer = is_offering;
  config->label = g_strdup (self->connection->label);
  config->ordered = TRUE;
  link = peer->links->transport_factory (config);

  peer_reconnection_end_attempt (self);
  self->attempt = attempt;
  self->is_offering = is_offering;
  self->attempt_source = peer_source_new_timeout (self->connection->context, ATTEMPT_TIMEOUT,
                                                  "[libpeerglib] attempt to reconnect", attempt_timeout_cb, self);
  peer_base_connection_await_description (self->connection);
  peer_resumable_transport_try (self->transport, link);
  peer_transport_start (PEER_TRANSPORT (self->transport));
}

static void
peer_reconnection_offer (PeerReconnection *self)
{
  PeerPeer *peer = self->connection->peer;

  /* Else there will be an offer when the peer is open again. */
  if (peer == NULL || !peer->is_open)
    return;

  self->last_offered = MAX (self->last_offered, self->established) + 1;
  g_debug ("%s: offering link %u", self->connection->connection_id, self->last_offered);
  peer_reconnection_begin_attempt (self, self->last_offered, TRUE);
}

static gboolean
retry_cb (gpointer user_data)
{
  PeerReconnection *self = user_data;

  peer_source_clear (&self->retry_source);
  peer_reconnection_offer (self);

  return G_SOURCE_REMOVE;
}

static void
peer_reconnection_schedule_retry (PeerReconnection *self)
{
  peer_source_clear (&self->retry_source);
  self->retry_source = peer_source_new_timeout (self->connection->context, peer_backoff_delay (PEER_BACKOFF_FIRST, MIN (self->n_failures, LAST_BACKOFF)),
                                                "[libpeerglib] retry to reconnect", retry_cb, self);
}

static void
peer_reconnection_fail_attempt (PeerReconnection *self,
                                const char *explanation)
{
  g_debug ("%s: link %u failed: %s", self->connection->connection_id, self->attempt, explanation);
  g_free (self->explanation);
  self->explanation = g_strdup (explanation);
  peer_reconnection_end_attempt (self);
  peer_resumable_transport_give_up (self->transport);
  if (peer_resumable_transport_get_link (self->transport) != NULL)
    return;

  peer_reconnection_schedule_retry (self);
  self->n_failures++;
  peer_reconnection_set_active (self, TRUE);
}

static gboolean
attempt_timeout_cb (gpointer user_data)
{
  PeerReconnection *self = user_data;
  g_autofree char *explanation = peer_base_connection_explain_wait (self->connection);

  peer_reconnection_fail_attempt (self, explanation);

  return G_SOURCE_REMOVE;
}

static void
attempt_failed_cb (PeerReconnection *self,
                   const GError *error)
{
  peer_reconnection_fail_attempt (self, error != NULL ? error->message : _ ("the other peer closed the new link"));
}

static void
peer_reconnection_find_link (PeerReconnection *self)
{
  if (peer_resumable_transport_is_trying (self->transport))
    return;

  /* One side begins, so that the offers do not meet; both have to be able to,
   * as perhaps only one has noticed. */
  peer_reconnection_end_attempt (self);
  if (self->is_maker && self->n_failures == 0)
    peer_reconnection_offer (self);
  else
    peer_reconnection_schedule_retry (self);
  self->n_failures++;
}

static void
interrupted_cb (PeerReconnection *self,
                const GError *error)
{
  g_debug ("%s: lost its link: %s", self->connection->connection_id, error != NULL ? error->message : "closed");
  if (!self->is_active && g_get_monotonic_time () - self->resumed_at > STABLE_TIME)
    self->n_failures = 0;
  peer_reconnection_find_link (self);
  peer_reconnection_set_active (self, TRUE);
}

static void
resumed_cb (PeerReconnection *self)
{
  g_debug ("%s: resumed over link %u", self->connection->connection_id, self->attempt);
  self->established = self->attempt;
  self->resumed_at = g_get_monotonic_time ();
  g_clear_pointer (&self->explanation, g_free);
  peer_reconnection_end_attempt (self);
  peer_reconnection_set_active (self, FALSE);
}

/* What was offered meanwhile may not have reached the server. */
static void
peer_open_cb (PeerBaseConnection *connection)
{
  PeerReconnection *self = connection->reconnection;

  if (self != NULL && self->is_active && (self->attempt_source == NULL || !connection->has_remote_description))
    peer_reconnection_offer (self);
}

PeerReconnection *
peer_reconnection_new (PeerBaseConnection *connection,
                       PeerTransport *first,
                       gboolean is_maker)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (connection->context);
  PeerReconnection *self = g_new0 (PeerReconnection, 1);

  self->connection = connection;
  self->transport = PEER_RESUMABLE_TRANSPORT (peer_resumable_transport_new (first));
  self->is_maker = is_maker;
  self->resumed_at = -STABLE_TIME;
  g_signal_connect_swapped (self->transport, "interrupted", G_CALLBACK (interrupted_cb), self);
  g_signal_connect_swapped (self->transport, "attempt-failed", G_CALLBACK (attempt_failed_cb), self);
  g_signal_connect_swapped (self->transport, "resumed", G_CALLBACK (resumed_cb), self);
  g_signal_connect_object (connection->peer, "open", G_CALLBACK (peer_open_cb), connection, G_CONNECT_SWAPPED);

  return self;
}

void
peer_reconnection_free (PeerReconnection *self)
{
  PeerBaseConnection *connection = self->connection;

  if (self->is_active && connection->peer != NULL && connection->peer->is_open)
    peer_reconnection_refuse (connection->peer, connection->peer_id, connection->connection_id, self->attempt);

  peer_reconnection_end_attempt (self);
  peer_source_clear (&self->deadline_source);
  g_signal_handlers_disconnect_by_data (self->transport, self);
  g_object_unref (self->transport);
  g_free (self->explanation);
  g_free (self);
}

PeerTransport *
peer_reconnection_get_transport (PeerReconnection *self)
{
  return PEER_TRANSPORT (self->transport);
}

void
peer_reconnection_agree (PeerReconnection *self)
{
  peer_resumable_transport_agree (self->transport);
}

guint32
peer_reconnection_get_attempt (PeerReconnection *self)
{
  return self->attempt;
}

/* Both sides come to the same result about two offers: the later one holds,
 * and of two of the same number that of the maker. */
static gboolean
peer_reconnection_prefers (PeerReconnection *self,
                           guint32 attempt)
{
  if (attempt <= self->established)
    return FALSE;
  if (self->attempt_source == NULL || attempt > self->attempt)
    return TRUE;

  return attempt == self->attempt && self->is_offering && !self->is_maker;
}

void
peer_reconnection_handle_offer (PeerReconnection *self,
                                const PeerPayload *payload)
{
  if (payload->sdp == NULL || !peer_reconnection_prefers (self, payload->resume_attempt))
    {
      g_debug ("%s: ignoring the offer of link %u", self->connection->connection_id, payload->resume_attempt);
      return;
    }

  peer_reconnection_begin_attempt (self, payload->resume_attempt, FALSE);
  peer_base_connection_set_remote_description (self->connection, "offer", payload->sdp);
}

void
peer_reconnection_handle_answer (PeerReconnection *self,
                                 const PeerPayload *payload)
{
  PeerBaseConnection *connection = self->connection;
  gboolean is_awaited = self->is_offering && !connection->has_remote_description;
  g_autoptr (GError) error = NULL;

  if (payload->resume_refused && self->is_active)
    {
      peer_base_connection_close (connection);
    }
  else if (is_awaited && !payload->has_resume)
    {
      error = g_error_new (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED,
                           _ ("The connection was lost, and peer %s does not know it any more"), connection->peer_id);
      peer_base_connection_fail (connection, error);
    }
  else if (is_awaited && payload->resume_attempt == self->attempt && payload->sdp != NULL)
    {
      peer_base_connection_set_remote_description (connection, "answer", payload->sdp);
    }
}

void
peer_reconnection_handle_expire (PeerReconnection *self)
{
  if (self->is_offering && !self->connection->has_remote_description)
    peer_reconnection_fail_attempt (self, _ ("the other peer is not at the server"));
}

void
peer_reconnection_refuse (PeerPeer *peer,
                          const char *peer_id,
                          const char *connection_id,
                          guint32 attempt)
{
  const PeerPayload payload = {
    .connection_id = (char *) connection_id,
    .type = (char *) "data",
    .has_resume = TRUE,
    .resume_attempt = attempt,
    .resume_refused = TRUE,
  };
  g_autofree char *text = peer_payload_print_answer (&payload);

  peer_peer_send_signal (peer, "ANSWER", peer_id, text);
}
