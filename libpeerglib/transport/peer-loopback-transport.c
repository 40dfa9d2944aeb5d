/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-loopback-transport-private.h"

#include "peer-certificate-private.h"
#include "peer-liveness-private.h"
#include "peer-transport-queue-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <string.h>

#define DEFAULT_MAX_MESSAGE_SIZE (256 * 1024)
#define N_CANDIDATES 2

#define TOKEN_ATTRIBUTE "a=x-loopback:"

/* What a transport and its counterpart on another thread share; it outlives
 * the transport while the counterpart knows it. */
typedef struct _Half Half;

struct _Half
{
  gatomicrefcount ref_count;
  PeerTransportQueue *queue;
  gboolean is_offerer;
  gboolean is_ordered;
  gsize low_threshold;
  char *fingerprint; /* nullable: of the certificate that it would show */
  GSource *timer;

  /* All below under the lock. */
  guint token;
  Half *counterpart;
  gboolean has_remote_description;
  gboolean is_open;
  gboolean has_ended;
  gboolean is_stalled;
  gboolean is_silent;
  char *remote_fingerprint;
  PeerLiveness liveness;
  GQueue unsent;
  gsize buffered_amount;
  gsize unacknowledged_threshold;
  gsize max_message_size;
  guint64 bytes_sent;
  guint64 bytes_received;
  guint64 messages_sent;
  guint64 messages_received;
};

typedef struct
{
  GBytes *bytes;
  gboolean is_text;
} Message;

struct _PeerLoopbackTransport
{
  PeerTransport parent_instance;

  Half *half;
};

G_DEFINE_FINAL_TYPE (PeerLoopbackTransport, peer_loopback_transport, PEER_TYPE_TRANSPORT)

/* One lock for all halves: two threads may use the two ends of a link, and the
 * order of what they do to each other has to be the same for both. */
static GMutex lock;
static GHashTable *offerers;
static guint last_token;

static Half *
half_ref (Half *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
half_unref (Half *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->counterpart == NULL && g_queue_is_empty (&self->unsent));

  peer_transport_queue_unref (self->queue);
  g_source_unref (self->timer);
  g_free (self->fingerprint);
  g_free (self->remote_fingerprint);
  g_free (self);
}

static void
fail (Half *self,
      PeerError code,
      const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, (int) code, message);

  self->has_ended = TRUE;
  peer_transport_queue_push_failed (self->queue, error);
}

static gboolean
is_cut (Half *self)
{
  return self->is_silent || (self->counterpart != NULL && self->counterpart->is_silent);
}

static void
deliver (Half *self,
         const Message *message)
{
  Half *other = self->counterpart;

  if (other == NULL || other->has_ended || is_cut (self))
    return;

  other->messages_received++;
  other->bytes_received += g_bytes_get_size (message->bytes);
  peer_transport_queue_push_message (other->queue, message->bytes, message->is_text);
}

static gboolean
falls_to (gsize threshold,
          gsize before,
          gsize after)
{
  return before > threshold && after <= threshold;
}

static void
flush (Half *self)
{
  Message *message;

  while ((message = g_queue_pop_head (&self->unsent)) != NULL)
    {
      gsize before = self->buffered_amount;

      self->buffered_amount -= g_bytes_get_size (message->bytes);
      if (falls_to (self->low_threshold, before, self->buffered_amount) ||
          falls_to (self->unacknowledged_threshold, before, self->buffered_amount))
        peer_transport_queue_push_buffered_amount_low (self->queue);
      deliver (self, message);
      g_bytes_unref (message->bytes);
      g_free (message);
    }
}

static void hang_up (Half *self);

/* Nothing is ever heard over a link that is cut, and a whole one never ends:
 * only the former has a timer. */
static void
update_liveness (Half *self)
{
  gint64 now = g_get_monotonic_time ();
  PeerLivenessActions actions;

  if (self->has_ended)
    return;

  if (!is_cut (self))
    peer_liveness_hear (&self->liveness, now);
  actions = peer_liveness_update (&self->liveness, TRUE, now);
  g_source_set_ready_time (self->timer, is_cut (self) ? self->liveness.wake_at : -1);

  if ((actions & PEER_LIVENESS_LOST) != 0)
    peer_transport_queue_push_ice_state (self->queue, PEER_ICE_CONNECTION_STATE_DISCONNECTED);
  if ((actions & PEER_LIVENESS_FOUND) != 0)
    peer_transport_queue_push_ice_state (self->queue, PEER_ICE_CONNECTION_STATE_CONNECTED);
  if ((actions & PEER_LIVENESS_DEAD) != 0)
    {
      g_autoptr (GError) error = peer_liveness_new_error (&self->liveness, now);

      peer_transport_queue_push_failed (self->queue, error);
      hang_up (self);
    }
}

static gboolean
on_timer (gpointer user_data)
{
  Half *self = user_data;

  g_mutex_lock (&lock);
  update_liveness (self);
  g_mutex_unlock (&lock);

  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource *source,
                GSourceFunc callback,
                gpointer user_data)
{
  g_source_set_ready_time (source, -1);

  return callback (user_data);
}

static GSourceFuncs timer_funcs = { NULL, NULL, timer_dispatch, NULL, NULL, NULL };

static void
describe (Half *self)
{
  g_autofree char *sdp = g_strdup_printf ("v=0\r\n"
                                          "o=- %u 0 IN IP4 0.0.0.0\r\n"
                                          "s=-\r\n"
                                          "t=0 0\r\n"
                                          "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
                                          "c=IN IP4 0.0.0.0\r\n"
                                          "a=mid:0\r\n" TOKEN_ATTRIBUTE "%u\r\n",
                                          self->token, self->token);

  peer_transport_queue_push_description (self->queue, self->is_offerer ? "offer" : "answer", sdp);

  for (guint i = 1; i <= N_CANDIDATES; i++)
    {
      g_autofree char *text = g_strdup_printf ("candidate:%u 1 UDP %u 127.0.0.1 %u typ host",
                                               i, 2130706431 - i, 50000 + i);
      const PeerIceCandidate candidate = { text, "0", 0, "loop" };

      peer_transport_queue_push_candidate (self->queue, &candidate);
    }
}

static void
open_channel (Half *self)
{
  self->is_open = TRUE;
  peer_liveness_begin (&self->liveness, g_get_monotonic_time ());
  peer_transport_queue_push_ice_state (self->queue, PEER_ICE_CONNECTION_STATE_CHECKING);
  peer_transport_queue_push_ice_state (self->queue, PEER_ICE_CONNECTION_STATE_CONNECTED);
  peer_transport_queue_push_open (self->queue);
}

static guint
parse_token (const char *sdp)
{
  const char *attribute = strstr (sdp, TOKEN_ATTRIBUTE);

  return attribute != NULL ? (guint) g_ascii_strtoull (attribute + strlen (TOKEN_ATTRIBUTE), NULL, 10) : 0;
}

static void
accept_offer (Half *self,
              guint token)
{
  Half *offerer = offerers != NULL ? g_hash_table_lookup (offerers, GUINT_TO_POINTER (token)) : NULL;

  if (offerer == NULL || offerer->counterpart != NULL || offerer->has_ended)
    {
      fail (self, PEER_ERROR_WEBRTC, _ ("The session description of the other side cannot be used"));
      return;
    }

  self->token = token;
  self->remote_fingerprint = g_strdup (offerer->fingerprint);
  offerer->remote_fingerprint = g_strdup (self->fingerprint);
  self->is_ordered = offerer->is_ordered;
  self->counterpart = half_ref (offerer);
  offerer->counterpart = half_ref (self);
  describe (self);
}

static void
accept_answer (Half *self,
               guint token)
{
  if (token != self->token || self->counterpart == NULL)
    {
      fail (self, PEER_ERROR_WEBRTC, _ ("The session description of the other side cannot be used"));
      return;
    }

  open_channel (self->counterpart);
  open_channel (self);
}

/* The other side is told, if it can be, and neither knows the other any more. */
static void
hang_up (Half *self)
{
  gboolean was_cut = is_cut (self);
  Half *other = g_steal_pointer (&self->counterpart);

  self->has_ended = TRUE;
  if (offerers != NULL && g_hash_table_lookup (offerers, GUINT_TO_POINTER (self->token)) == self)
    g_hash_table_remove (offerers, GUINT_TO_POINTER (self->token));

  if (other == NULL)
    return;

  if (was_cut)
    {
      other->is_silent = TRUE;
    }
  else if (other->is_open && !other->has_ended)
    {
      other->has_ended = TRUE;
      peer_transport_queue_push_closed (other->queue);
    }
  if (other->counterpart == self)
    {
      other->counterpart = NULL;
      half_unref (self);
    }
  half_unref (other);
}

static void
discard_unsent (Half *self)
{
  Message *message;

  while ((message = g_queue_pop_head (&self->unsent)) != NULL)
    {
      g_bytes_unref (message->bytes);
      g_free (message);
    }
  self->buffered_amount = 0;
}

static void
peer_loopback_transport_start (PeerTransport *transport)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  if (!self->is_offerer)
    return;

  g_mutex_lock (&lock);
  if (self->token == 0 && !self->has_ended)
    {
      if (offerers == NULL)
        offerers = g_hash_table_new (NULL, NULL);
      self->token = ++last_token;
      g_hash_table_insert (offerers, GUINT_TO_POINTER (self->token), self);
      describe (self);
    }
  g_mutex_unlock (&lock);
}

static void
peer_loopback_transport_set_remote_description (PeerTransport *transport,
                                                const char *type,
                                                const char *sdp)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  g_mutex_lock (&lock);
  if (!self->has_remote_description && !self->has_ended)
    {
      self->has_remote_description = TRUE;
      if (g_strcmp0 (type, self->is_offerer ? "answer" : "offer") != 0)
        fail (self, PEER_ERROR_WEBRTC, _ ("The session description of the other side cannot be used"));
      else if (self->is_offerer)
        accept_answer (self, parse_token (sdp));
      else
        accept_offer (self, parse_token (sdp));
    }
  g_mutex_unlock (&lock);
}

static void
peer_loopback_transport_add_remote_candidate (PeerTransport *transport,
                                              const PeerIceCandidate *candidate)
{
  if (candidate->candidate == NULL || !g_str_has_prefix (candidate->candidate, "candidate:"))
    g_debug ("A candidate was ignored");
}

static gboolean
check_can_send (Half *self,
                gsize size,
                GError **error)
{
  if (self->has_ended)
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The connection is closed"));
  else if (!self->is_open)
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("The connection is not open yet"));
  else if (self->max_message_size != 0 && size > self->max_message_size)
    g_set_error (error, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG,
                 _ ("The message has %" G_GSIZE_FORMAT " bytes, the other side takes %" G_GSIZE_FORMAT),
                 size, self->max_message_size);
  else
    return TRUE;

  return FALSE;
}

static gboolean
peer_loopback_transport_send (PeerTransport *transport,
                              GBytes *bytes,
                              gboolean is_text,
                              GError **error)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  gboolean can_send;

  g_mutex_lock (&lock);
  can_send = check_can_send (self, g_bytes_get_size (bytes), error);
  if (can_send)
    {
      Message *message = g_new (Message, 1);

      message->bytes = g_bytes_ref (bytes);
      message->is_text = is_text;
      g_queue_push_tail (&self->unsent, message);
      self->buffered_amount += g_bytes_get_size (bytes);
      self->bytes_sent += g_bytes_get_size (bytes);
      self->messages_sent++;
      if (!self->is_stalled && !is_cut (self))
        flush (self);
    }
  g_mutex_unlock (&lock);

  return can_send;
}

static gsize
peer_loopback_transport_get_buffered_amount (PeerTransport *transport)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  gsize amount;

  g_mutex_lock (&lock);
  amount = self->buffered_amount;
  g_mutex_unlock (&lock);

  return amount;
}

static gsize
peer_loopback_transport_get_max_message_size (PeerTransport *transport)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  gsize size;

  g_mutex_lock (&lock);
  size = self->max_message_size;
  g_mutex_unlock (&lock);

  return size;
}

static PeerTransportPhase
peer_loopback_transport_get_phase (PeerTransport *transport)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  PeerTransportPhase phase = PEER_TRANSPORT_PHASE_SIGNALING;

  g_mutex_lock (&lock);
  if (self->is_open)
    phase = PEER_TRANSPORT_PHASE_OPEN;
  else if (self->has_remote_description)
    phase = PEER_TRANSPORT_PHASE_ICE;
  g_mutex_unlock (&lock);

  return phase;
}

static char *
peer_loopback_transport_describe_attempt (PeerTransport *transport)
{
  return g_strdup (_ ("a link inside the process"));
}

static void
peer_loopback_transport_set_disconnect_timeout (PeerTransport *transport,
                                                guint milliseconds)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  g_mutex_lock (&lock);
  peer_liveness_set_timeout (&self->liveness, milliseconds, g_get_monotonic_time ());
  update_liveness (self);
  g_mutex_unlock (&lock);
}

static void
peer_loopback_transport_check (PeerTransport *transport)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  g_mutex_lock (&lock);
  peer_liveness_check (&self->liveness, g_get_monotonic_time ());
  update_liveness (self);
  g_mutex_unlock (&lock);
}

static void
peer_loopback_transport_set_unacknowledged_threshold (PeerTransport *transport,
                                                      gsize amount)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  g_mutex_lock (&lock);
  self->unacknowledged_threshold = amount;
  g_mutex_unlock (&lock);
}

static gboolean
peer_loopback_transport_is_ordered (PeerTransport *transport)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  gboolean is_ordered;

  g_mutex_lock (&lock);
  is_ordered = self->is_ordered;
  g_mutex_unlock (&lock);

  return is_ordered;
}

static char *
peer_loopback_transport_dup_remote_fingerprint (PeerTransport *transport)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  char *fingerprint;

  g_mutex_lock (&lock);
  fingerprint = g_strdup (self->is_open ? self->remote_fingerprint : NULL);
  g_mutex_unlock (&lock);

  return fingerprint;
}

static void
peer_loopback_transport_get_stats_async (PeerTransport *transport,
                                         GTask *task)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_mutex_lock (&lock);
  g_variant_dict_insert (&dict, "bytes-sent", "t", self->bytes_sent);
  g_variant_dict_insert (&dict, "bytes-received", "t", self->bytes_received);
  g_variant_dict_insert (&dict, "messages-sent", "t", self->messages_sent);
  g_variant_dict_insert (&dict, "messages-received", "t", self->messages_received);
  g_variant_dict_insert (&dict, "buffered-amount", "t", (guint64) self->buffered_amount);
  g_mutex_unlock (&lock);
  g_variant_dict_insert (&dict, "round-trip-time", "d", 0.0);
  g_variant_dict_insert (&dict, "local-candidate-type", "s", "host");
  g_variant_dict_insert (&dict, "remote-candidate-type", "s", "host");

  g_task_return_pointer (task, g_variant_ref_sink (g_variant_dict_end (&dict)), (GDestroyNotify) g_variant_unref);
  g_object_unref (task);
}

static void
peer_loopback_transport_close (PeerTransport *transport)
{
  Half *self = PEER_LOOPBACK_TRANSPORT (transport)->half;

  peer_transport_queue_close (self->queue);
  g_source_destroy (self->timer);

  g_mutex_lock (&lock);
  flush (self);
  hang_up (self);
  g_mutex_unlock (&lock);
}

static void
peer_loopback_transport_finalize (GObject *object)
{
  PeerLoopbackTransport *self = PEER_LOOPBACK_TRANSPORT (object);

  peer_loopback_transport_close (PEER_TRANSPORT (self));
  half_unref (self->half);

  G_OBJECT_CLASS (peer_loopback_transport_parent_class)->finalize (object);
}

static void
peer_loopback_transport_class_init (PeerLoopbackTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerTransportClass *transport_class = PEER_TRANSPORT_CLASS (klass);

  object_class->finalize = peer_loopback_transport_finalize;

  transport_class->start = peer_loopback_transport_start;
  transport_class->set_remote_description = peer_loopback_transport_set_remote_description;
  transport_class->add_remote_candidate = peer_loopback_transport_add_remote_candidate;
  transport_class->send = peer_loopback_transport_send;
  transport_class->get_buffered_amount = peer_loopback_transport_get_buffered_amount;
  transport_class->get_max_message_size = peer_loopback_transport_get_max_message_size;
  transport_class->get_stats_async = peer_loopback_transport_get_stats_async;
  transport_class->close = peer_loopback_transport_close;
  transport_class->get_phase = peer_loopback_transport_get_phase;
  transport_class->describe_attempt = peer_loopback_transport_describe_attempt;
  transport_class->set_disconnect_timeout = peer_loopback_transport_set_disconnect_timeout;
  transport_class->check = peer_loopback_transport_check;
  transport_class->set_unacknowledged_threshold = peer_loopback_transport_set_unacknowledged_threshold;
  transport_class->is_ordered = peer_loopback_transport_is_ordered;
  transport_class->dup_remote_fingerprint = peer_loopback_transport_dup_remote_fingerprint;
}

static void
make_timer (Half *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "PeerLoopbackTransport");
  g_source_set_callback (self->timer, on_timer, half_ref (self), (GDestroyNotify) half_unref);
  g_source_attach (self->timer, context);
}

static void
peer_loopback_transport_init (PeerLoopbackTransport *self)
{
  self->half = g_new0 (Half, 1);
  g_atomic_ref_count_init (&self->half->ref_count);
  self->half->queue = peer_transport_queue_new (PEER_TRANSPORT (self));
  self->half->max_message_size = DEFAULT_MAX_MESSAGE_SIZE;
  g_queue_init (&self->half->unsent);
  peer_liveness_init (&self->half->liveness);
  make_timer (self->half);
}

static char *
get_fingerprint (GBytes *certificate)
{
  gsize size;
  const char *pem = g_bytes_get_data (certificate, &size);

  return peer_certificate_get_fingerprint (pem, (gssize) size, "sha-256");
}

PeerTransport *
peer_loopback_transport_new (const PeerTransportConfig *config)
{
  PeerLoopbackTransport *self = g_object_new (PEER_TYPE_LOOPBACK_TRANSPORT, NULL);

  self->half->is_offerer = config->is_offerer;
  self->half->is_ordered = config->ordered;
  self->half->low_threshold = config->buffered_amount_low_threshold;
  if (config->certificate != NULL)
    self->half->fingerprint = get_fingerprint (config->certificate);

  return PEER_TRANSPORT (self);
}

void
peer_loopback_transport_fail (PeerLoopbackTransport *self,
                              const GError *error)
{
  peer_transport_queue_push_failed (self->half->queue, error);

  g_mutex_lock (&lock);
  discard_unsent (self->half);
  hang_up (self->half);
  g_mutex_unlock (&lock);
}

void
peer_loopback_transport_set_stalled (PeerLoopbackTransport *self,
                                     gboolean stalled)
{
  g_mutex_lock (&lock);
  self->half->is_stalled = stalled;
  if (!stalled && !is_cut (self->half))
    flush (self->half);
  g_mutex_unlock (&lock);
}

/* What was sent meanwhile goes on its way. */
static void
notice_cut (Half *self)
{
  update_liveness (self);
  if (!self->is_stalled && !self->has_ended && !is_cut (self))
    flush (self);
}

void
peer_loopback_transport_set_silent (PeerLoopbackTransport *self,
                                    gboolean silent)
{
  Half *half = self->half;

  g_mutex_lock (&lock);
  half->is_silent = silent;
  if (half->counterpart != NULL)
    notice_cut (half->counterpart);
  notice_cut (half);
  g_mutex_unlock (&lock);
}

void
peer_loopback_transport_set_max_message_size (PeerLoopbackTransport *self,
                                              gsize size)
{
  g_mutex_lock (&lock);
  self->half->max_message_size = size;
  g_mutex_unlock (&lock);
}
