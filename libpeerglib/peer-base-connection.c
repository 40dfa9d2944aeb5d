/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-base-connection-private.h"

#include <glib/gi18n-lib.h>

#include "peer-enum-types.h"
#include "peer-error.h"
#include "peer-reconnection-private.h"
#include "peer-source-private.h"

/**
 * PeerBaseConnection:
 *
 * What every connection to another peer has.
 *
 * A connection is made by [method@Peer.Peer.connect_to] on one side and comes
 * with the signal [signal@Peer.Peer::connection] on the other. It lives until
 * either side closes it, and does not need the server once it is open.
 *
 * Every connection ends with one [signal@Peer.BaseConnection::close], whether
 * it was open or not; nothing is emitted after it. How long it waits for what,
 * and how it can outlive its link, is told on the page
 * [How a connection lives and ends](connection-lifetime.html).
 */
G_DEFINE_ABSTRACT_TYPE (PeerBaseConnection, peer_base_connection, G_TYPE_OBJECT)

enum
{
  OPEN,
  CLOSE,
  ERROR,
  ICE_STATE_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
connect_timeout_cb (gpointer user_data)
{
  PeerBaseConnection *self = PEER_BASE_CONNECTION (user_data);
  g_autoptr (GError) error = peer_base_connection_new_timeout_error (self);

  peer_base_connection_fail (self, error);

  return G_SOURCE_REMOVE;
}

void
peer_base_connection_start_timer (PeerBaseConnection *self)
{
  peer_source_clear (&self->connect_timer);
  if (self->connect_timeout == 0 || self->state != PEER_CONNECTION_STATE_CONNECTING)
    return;

  self->connect_timer = peer_source_new_timeout (self->context, MIN (self->connect_timeout, G_MAXUINT / 1000) * 1000,
                                                 "[libpeerglib] connect timeout", connect_timeout_cb, self);
}

static void
open_cb (PeerBaseConnection *self)
{
  self->state = PEER_CONNECTION_STATE_OPEN;
  peer_source_clear (&self->connect_timer);
  if (!self->has_given_label)
    peer_base_connection_take_label (self, peer_transport_dup_label (self->transport));
  peer_base_connection_notify_is_open (self);
  if (self->state == PEER_CONNECTION_STATE_OPEN)
    g_signal_emit (self, signals[OPEN], 0);
}

static void
message_cb (PeerBaseConnection *self,
            GBytes *bytes,
            gboolean is_text)
{
  PEER_BASE_CONNECTION_GET_CLASS (self)->message (self, bytes, is_text);
}

static void
buffered_amount_low_cb (PeerBaseConnection *self)
{
  PEER_BASE_CONNECTION_GET_CLASS (self)->buffered_amount_low (self);
}

static void
ice_state_changed_cb (PeerBaseConnection *self,
                      PeerIceConnectionState state)
{
  g_signal_emit (self, signals[ICE_STATE_CHANGED], 0, state);
}

void
peer_base_connection_use (PeerBaseConnection *self,
                          PeerTransport *transport)
{
  self->transport = g_object_ref (transport);

  g_signal_connect_object (transport, "open", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transport, "message", G_CALLBACK (message_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transport, "buffered-amount-low", G_CALLBACK (buffered_amount_low_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transport, "ice-state-changed", G_CALLBACK (ice_state_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transport, "closed", G_CALLBACK (peer_base_connection_close), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transport, "failed", G_CALLBACK (peer_base_connection_fail), self, G_CONNECT_SWAPPED);

  peer_base_connection_start_timer (self);
  peer_base_connection_apply_disconnect_timeout (self);
}

void
peer_base_connection_apply_disconnect_timeout (PeerBaseConnection *self)
{
  if (self->transport != NULL)
    peer_transport_set_disconnect_timeout (self->transport, MIN (self->disconnect_timeout, G_MAXUINT / 1000) * 1000);
}

void
peer_base_connection_check (PeerBaseConnection *self)
{
  if (self->transport != NULL)
    peer_transport_check (self->transport);
}

void
peer_base_connection_set_resumable (PeerBaseConnection *self)
{
  self->is_resumable = TRUE;
  PEER_BASE_CONNECTION_GET_CLASS (self)->resumable_changed (self);
}

void
peer_base_connection_set_reconnecting (PeerBaseConnection *self,
                                       gboolean is_reconnecting)
{
  if (self->is_reconnecting == is_reconnecting)
    return;

  self->is_reconnecting = is_reconnecting;
  PEER_BASE_CONNECTION_GET_CLASS (self)->reconnecting_changed (self);
}

void
peer_base_connection_report (PeerBaseConnection *self,
                             const GError *error)
{
  g_debug ("%s: %s", self->connection_id, error->message);
  if (self->state != PEER_CONNECTION_STATE_CLOSED)
    g_signal_emit (self, signals[ERROR], 0, error);
}

/* What PeerJS reports on the peer. */
static gboolean
is_error_of_peer (const GError *error)
{
  return g_error_matches (error, PEER_ERROR, PEER_ERROR_BROWSER_INCOMPATIBLE) ||
         g_error_matches (error, PEER_ERROR, PEER_ERROR_WEBRTC);
}

void
peer_base_connection_fail (PeerBaseConnection *self,
                           const GError *error)
{
  g_autoptr (PeerBaseConnection) keep_alive = g_object_ref (self);

  if (self->state == PEER_CONNECTION_STATE_CLOSED)
    return;

  self->is_failing = TRUE;
  peer_base_connection_report (self, error);
  if (self->owner != NULL && is_error_of_peer (error))
    peer_connection_owner_report_error (self->owner, error);
  peer_base_connection_close (self);
}

/**
 * peer_base_connection_close:
 * @self: a connection
 *
 * Closes the connection. The other side sees it close at once. What was sent
 * and still waits in this process is lost; see
 * [method@Peer.DataConnection.close_flush].
 *
 * May be called at any time, and twice. [signal@Peer.BaseConnection::close] is
 * emitted before it returns.
 */
void
peer_base_connection_close (PeerBaseConnection *self)
{
  g_autoptr (PeerBaseConnection) keep_alive = NULL;
  gboolean was_open;

  g_return_if_fail (PEER_IS_BASE_CONNECTION (self));

  if (self->state == PEER_CONNECTION_STATE_CLOSED)
    return;

  keep_alive = g_object_ref (self);
  was_open = self->state == PEER_CONNECTION_STATE_OPEN;
  self->state = PEER_CONNECTION_STATE_CLOSED;

  peer_source_clear (&self->connect_timer);
  g_ptr_array_set_size (self->early_candidates, 0);
  g_clear_pointer (&self->reconnection, peer_reconnection_free);
  if (self->transport != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->transport, self);
      peer_transport_close (self->transport);
      g_clear_object (&self->transport);
    }
  PEER_BASE_CONNECTION_GET_CLASS (self)->closed (self);
  if (self->owner != NULL)
    peer_connection_owner_forget_connection (self->owner, self);

  peer_base_connection_set_reconnecting (self, FALSE);
  if (was_open)
    peer_base_connection_notify_is_open (self);
  g_signal_emit (self, signals[CLOSE], 0);
}

/**
 * peer_base_connection_get_stats_async:
 * @self: a connection
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when the figures are there
 * @user_data: (closure): data for @callback
 *
 * Gets figures about the connection.
 */
void
peer_base_connection_get_stats_async (PeerBaseConnection *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  GTask *task;

  g_return_if_fail (PEER_IS_BASE_CONNECTION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_base_connection_get_stats_async);
  if (self->state == PEER_CONNECTION_STATE_OPEN)
    {
      peer_transport_forward_stats (self->transport, task);
      return;
    }

  g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("The connection is not open"));
  g_object_unref (task);
}

/**
 * peer_base_connection_get_stats_finish:
 * @self: a connection
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.BaseConnection.get_stats_async].
 *
 * The dictionary holds at least `bytes-sent`, `bytes-received`,
 * `messages-sent`, `messages-received`, `buffered-amount` and
 * `unacknowledged-amount`, the bytes that the other side has not confirmed (all
 * `t`), and, where known:
 *
 * - `round-trip-time` (`d`, seconds): how long the other side takes to answer,
 *   smoothed. The first call waits for it, for up to two seconds.
 * - `silence` (`d`, seconds): since something was last heard from the other
 *   side. One that is idle is asked for a sign of life from time to time, as
 *   [property@Peer.BaseConnection:disconnect-timeout] has it.
 * - `local-candidate-type` and `remote-candidate-type` (`s`: `host`, `srflx`,
 *   `prflx` or `relay`): the pair of candidates in use.
 * - `local-address` and `remote-address` (`s`): their addresses with ports.
 *   Missing for a candidate that was never announced, as browsers hide theirs.
 * - `protocol` (`s`: `udp` or `tcp`): of the candidates.
 * - `is-relayed` (`b`): whether everything passes through a TURN server.
 *
 * Errors: `PEER_ERROR_NOT_OPEN_YET`, `PEER_ERROR_CONNECTION_CLOSED`,
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): an `a{sv}` of figures
 */
GVariant *
peer_base_connection_get_stats_finish (PeerBaseConnection *self,
                                       GAsyncResult *result,
                                       GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_base_connection_get_stats_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
payload_free (PeerPayload *payload)
{
  peer_payload_clear (payload);
  g_free (payload);
}

static void
peer_base_connection_constructed (GObject *object)
{
  PeerBaseConnection *self = PEER_BASE_CONNECTION (object);

  G_OBJECT_CLASS (peer_base_connection_parent_class)->constructed (object);

  self->has_given_label = self->label != NULL;
  if (!self->has_given_label)
    self->label = g_strdup (self->connection_id);
}

static void
peer_base_connection_dispose (GObject *object)
{
  PeerBaseConnection *self = PEER_BASE_CONNECTION (object);

  peer_base_connection_close (self);
  g_clear_weak_pointer (&self->owner);
  g_clear_weak_pointer (&self->peer);

  G_OBJECT_CLASS (peer_base_connection_parent_class)->dispose (object);
}

static void
peer_base_connection_finalize (GObject *object)
{
  PeerBaseConnection *self = PEER_BASE_CONNECTION (object);

  g_main_context_unref (self->context);
  g_free (self->peer_id);
  g_free (self->connection_id);
  g_free (self->label);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_ptr_array_unref (self->early_candidates);

  G_OBJECT_CLASS (peer_base_connection_parent_class)->finalize (object);
}

static void
peer_base_connection_class_init (PeerBaseConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = peer_base_connection_constructed;
  object_class->dispose = peer_base_connection_dispose;
  object_class->finalize = peer_base_connection_finalize;

  peer_base_connection_install_properties (object_class);

  /**
   * PeerBaseConnection::open:
   * @self: a connection
   *
   * The connection carries data from now on.
   */
  signals[OPEN] = g_signal_new ("open", PEER_TYPE_BASE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * PeerBaseConnection::close:
   * @self: a connection
   *
   * The connection has ended, by whichever side. It is the last signal.
   */
  signals[CLOSE] = g_signal_new ("close", PEER_TYPE_BASE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * PeerBaseConnection::error:
   * @self: a connection
   * @error: what happened, a [error@Peer.Error]
   *
   * Something went wrong. When the connection cannot go on,
   * [signal@Peer.BaseConnection::close] follows.
   */
  signals[ERROR] = g_signal_new ("error", PEER_TYPE_BASE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * PeerBaseConnection::ice-state-changed:
   * @self: a connection
   * @state: the new state
   *
   * The state of the ICE agent changed: PeerJS's `iceStateChanged`.
   *
   * `PEER_ICE_CONNECTION_STATE_DISCONNECTED` is no end: nothing was heard from
   * the other side for a third of
   * [property@Peer.BaseConnection:disconnect-timeout], and
   * `PEER_ICE_CONNECTION_STATE_CONNECTED` follows when it is heard again.
   */
  signals[ICE_STATE_CHANGED] = g_signal_new ("ice-state-changed", PEER_TYPE_BASE_CONNECTION, G_SIGNAL_RUN_LAST, 0,
                                             NULL, NULL, NULL, G_TYPE_NONE, 1, PEER_TYPE_ICE_CONNECTION_STATE);
}

static void
peer_base_connection_init (PeerBaseConnection *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->connect_timeout = PEER_DEFAULT_CONNECT_TIMEOUT;
  self->disconnect_timeout = PEER_DEFAULT_DISCONNECT_TIMEOUT;
  self->reconnect_timeout = PEER_DEFAULT_RECONNECT_TIMEOUT;
  self->early_candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) payload_free);
}
