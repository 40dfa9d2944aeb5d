/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-transport-private.h"

#include "peer-enum-types.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

typedef struct
{
  gboolean was_open;
  gboolean ended;
} PeerTransportPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (PeerTransport, peer_transport, G_TYPE_OBJECT)

enum
{
  DESCRIPTION,
  CANDIDATE,
  GATHERED,
  CHANNEL,
  OPEN,
  MESSAGE,
  BUFFERED_AMOUNT_LOW,
  ICE_STATE_CHANGED,
  CLOSED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

PeerTransportConfig *
peer_transport_config_new (void)
{
  PeerTransportConfig *config = g_new0 (PeerTransportConfig, 1);

  config->max_retransmits = -1;
  config->max_packet_life_time = -1;

  return config;
}

PeerTransportConfig *
peer_transport_config_copy (const PeerTransportConfig *config)
{
  PeerTransportConfig *copy = g_memdup2 (config, sizeof *config);

  copy->label = g_strdup (config->label);
  copy->stun_server = g_strdup (config->stun_server);
  copy->turn_servers = g_strdupv (config->turn_servers);
  if (config->tls_database != NULL)
    g_object_ref (copy->tls_database);
  if (config->certificate != NULL)
    g_bytes_ref (copy->certificate);

  return copy;
}

void
peer_transport_config_free (PeerTransportConfig *config)
{
  g_free (config->label);
  g_free (config->stun_server);
  g_strfreev (config->turn_servers);
  g_clear_object (&config->tls_database);
  g_clear_pointer (&config->certificate, g_bytes_unref);
  g_free (config);
}

static PeerTransportPhase
peer_transport_real_get_phase (PeerTransport *self)
{
  PeerTransportPrivate *priv = peer_transport_get_instance_private (self);

  return priv->was_open ? PEER_TRANSPORT_PHASE_OPEN : PEER_TRANSPORT_PHASE_SIGNALING;
}

static char *
peer_transport_real_dup_nothing (PeerTransport *self)
{
  return NULL;
}

static void
peer_transport_real_set_disconnect_timeout (PeerTransport *self,
                                            guint milliseconds)
{
}

static void
peer_transport_real_check (PeerTransport *self)
{
}

static void
peer_transport_real_set_unacknowledged_threshold (PeerTransport *self,
                                                  gsize amount)
{
}

static gboolean
peer_transport_real_is_ordered (PeerTransport *self)
{
  return TRUE;
}

static PeerTransport *
peer_transport_real_add_channel (PeerTransport *self,
                                 const PeerTransportChannel *options)
{
  return NULL;
}

static void
peer_transport_class_init (PeerTransportClass *klass)
{
  klass->get_phase = peer_transport_real_get_phase;
  klass->describe_attempt = peer_transport_real_dup_nothing;
  klass->set_disconnect_timeout = peer_transport_real_set_disconnect_timeout;
  klass->check = peer_transport_real_check;
  klass->get_unacknowledged_amount = peer_transport_get_buffered_amount;
  klass->set_unacknowledged_threshold = peer_transport_real_set_unacknowledged_threshold;
  klass->is_ordered = peer_transport_real_is_ordered;
  klass->dup_remote_fingerprint = peer_transport_real_dup_nothing;
  klass->dup_label = peer_transport_real_dup_nothing;
  klass->add_channel = peer_transport_real_add_channel;

  signals[DESCRIPTION] = g_signal_new ("description", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[CANDIDATE] = g_signal_new ("candidate", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[GATHERED] = g_signal_new ("gathered", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
  signals[CHANNEL] = g_signal_new ("channel", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, PEER_TYPE_TRANSPORT, G_TYPE_STRING);
  signals[OPEN] = g_signal_new ("open", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[MESSAGE] = g_signal_new ("message", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_BYTES | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_BOOLEAN);
  signals[BUFFERED_AMOUNT_LOW] = g_signal_new ("buffered-amount-low", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0,
                                               NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ICE_STATE_CHANGED] = g_signal_new ("ice-state-changed", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0,
                                             NULL, NULL, NULL, G_TYPE_NONE, 1, PEER_TYPE_ICE_CONNECTION_STATE);
  signals[CLOSED] = g_signal_new ("closed", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", PEER_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
peer_transport_init (PeerTransport *self)
{
}

static gboolean
peer_transport_has_ended (PeerTransport *self)
{
  PeerTransportPrivate *priv = peer_transport_get_instance_private (self);

  return priv->ended;
}

/* Says whether this call ended it. */
static gboolean
peer_transport_end (PeerTransport *self)
{
  PeerTransportPrivate *priv = peer_transport_get_instance_private (self);
  gboolean was_running = !priv->ended;

  priv->ended = TRUE;

  return was_running;
}

void
peer_transport_start (PeerTransport *self)
{
  if (!peer_transport_has_ended (self))
    PEER_TRANSPORT_GET_CLASS (self)->start (self);
}

void
peer_transport_set_remote_description (PeerTransport *self,
                                       const char *type,
                                       const char *sdp)
{
  if (!peer_transport_has_ended (self))
    PEER_TRANSPORT_GET_CLASS (self)->set_remote_description (self, type, sdp);
}

void
peer_transport_add_remote_candidate (PeerTransport *self,
                                     const PeerIceCandidate *candidate)
{
  if (!peer_transport_has_ended (self))
    PEER_TRANSPORT_GET_CLASS (self)->add_remote_candidate (self, candidate);
}

gboolean
peer_transport_send (PeerTransport *self,
                     GBytes *bytes,
                     gboolean is_text,
                     GError **error)
{
  return PEER_TRANSPORT_GET_CLASS (self)->send (self, bytes, is_text, error);
}

gsize
peer_transport_get_buffered_amount (PeerTransport *self)
{
  return PEER_TRANSPORT_GET_CLASS (self)->get_buffered_amount (self);
}

gsize
peer_transport_get_max_message_size (PeerTransport *self)
{
  return PEER_TRANSPORT_GET_CLASS (self)->get_max_message_size (self);
}

gsize
peer_transport_get_unacknowledged_amount (PeerTransport *self)
{
  return PEER_TRANSPORT_GET_CLASS (self)->get_unacknowledged_amount (self);
}

void
peer_transport_set_unacknowledged_threshold (PeerTransport *self,
                                             gsize amount)
{
  PEER_TRANSPORT_GET_CLASS (self)->set_unacknowledged_threshold (self, amount);
}

gboolean
peer_transport_is_ordered (PeerTransport *self)
{
  return PEER_TRANSPORT_GET_CLASS (self)->is_ordered (self);
}

PeerTransportPhase
peer_transport_get_phase (PeerTransport *self)
{
  return PEER_TRANSPORT_GET_CLASS (self)->get_phase (self);
}

char *
peer_transport_describe_attempt (PeerTransport *self)
{
  return PEER_TRANSPORT_GET_CLASS (self)->describe_attempt (self);
}

void
peer_transport_set_disconnect_timeout (PeerTransport *self,
                                       guint milliseconds)
{
  if (!peer_transport_has_ended (self))
    PEER_TRANSPORT_GET_CLASS (self)->set_disconnect_timeout (self, milliseconds);
}

void
peer_transport_check (PeerTransport *self)
{
  if (!peer_transport_has_ended (self))
    PEER_TRANSPORT_GET_CLASS (self)->check (self);
}

char *
peer_transport_dup_remote_fingerprint (PeerTransport *self)
{
  return PEER_TRANSPORT_GET_CLASS (self)->dup_remote_fingerprint (self);
}

char *
peer_transport_dup_label (PeerTransport *self)
{
  return PEER_TRANSPORT_GET_CLASS (self)->dup_label (self);
}

PeerTransport *
peer_transport_add_channel (PeerTransport *self,
                            const PeerTransportChannel *options)
{
  if (peer_transport_has_ended (self))
    return NULL;

  return PEER_TRANSPORT_GET_CLASS (self)->add_channel (self, options);
}

void
peer_transport_get_stats_async (PeerTransport *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_transport_get_stats_async);
  PEER_TRANSPORT_GET_CLASS (self)->get_stats_async (self, task);
}

GVariant *
peer_transport_get_stats_finish (PeerTransport *self,
                                 GAsyncResult *result,
                                 GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
forward_stats_cb (GObject *object,
                  GAsyncResult *result,
                  gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GVariant *stats = peer_transport_get_stats_finish (PEER_TRANSPORT (object), result, &error);

  if (stats != NULL)
    g_task_return_pointer (task, stats, (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, error);
}

void
peer_transport_forward_stats (PeerTransport *self,
                              GTask *task)
{
  peer_transport_get_stats_async (self, g_task_get_cancellable (task), forward_stats_cb, task);
}

void
peer_transport_close (PeerTransport *self)
{
  peer_transport_end (self);
  PEER_TRANSPORT_GET_CLASS (self)->close (self);
}

gboolean
peer_transport_check_can_send (gboolean was_open,
                               gboolean has_ended,
                               gsize size,
                               gsize max_size,
                               GError **error)
{
  if (has_ended)
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The connection is closed"));
  else if (!was_open)
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("The connection is not open yet"));
  else if (max_size != 0 && size > max_size)
    g_set_error (error, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG,
                 _ ("The message has %" G_GSIZE_FORMAT " bytes, the other side takes %" G_GSIZE_FORMAT),
                 size, max_size);
  else
    return TRUE;

  return FALSE;
}

void
peer_transport_emit_description (PeerTransport *self,
                                 const char *type,
                                 const char *sdp)
{
  if (!peer_transport_has_ended (self))
    g_signal_emit (self, signals[DESCRIPTION], 0, type, sdp);
}

void
peer_transport_emit_candidate (PeerTransport *self,
                               const PeerIceCandidate *candidate)
{
  if (!peer_transport_has_ended (self))
    g_signal_emit (self, signals[CANDIDATE], 0, candidate);
}

void
peer_transport_emit_gathered (PeerTransport *self)
{
  if (!peer_transport_has_ended (self))
    g_signal_emit (self, signals[GATHERED], 0);
}

void
peer_transport_emit_channel (PeerTransport *self,
                             gpointer channel)
{
  g_autoptr (PeerTransport) transport = PEER_TRANSPORT_GET_CLASS (self)->take_channel (self, channel);
  g_autofree char *label = peer_transport_dup_label (transport);

  if (!peer_transport_has_ended (self))
    g_signal_emit (self, signals[CHANNEL], 0, transport, label);
}

void
peer_transport_emit_open (PeerTransport *self)
{
  PeerTransportPrivate *priv = peer_transport_get_instance_private (self);

  if (priv->ended)
    return;

  priv->was_open = TRUE;
  g_signal_emit (self, signals[OPEN], 0);
}

void
peer_transport_emit_message (PeerTransport *self,
                             GBytes *bytes,
                             gboolean is_text)
{
  if (!peer_transport_has_ended (self))
    g_signal_emit (self, signals[MESSAGE], 0, bytes, is_text);
}

void
peer_transport_emit_buffered_amount_low (PeerTransport *self)
{
  if (!peer_transport_has_ended (self))
    g_signal_emit (self, signals[BUFFERED_AMOUNT_LOW], 0);
}

void
peer_transport_emit_ice_state_changed (PeerTransport *self,
                                       PeerIceConnectionState state)
{
  if (!peer_transport_has_ended (self))
    g_signal_emit (self, signals[ICE_STATE_CHANGED], 0, state);
}

void
peer_transport_emit_closed (PeerTransport *self)
{
  if (peer_transport_end (self))
    g_signal_emit (self, signals[CLOSED], 0);
}

void
peer_transport_emit_failed (PeerTransport *self,
                            const GError *error)
{
  if (peer_transport_end (self))
    g_signal_emit (self, signals[FAILED], 0, error);
}
