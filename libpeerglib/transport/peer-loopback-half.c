/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-loopback-half-private.h"

#include "peer-certificate-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <string.h>

#define DEFAULT_MAX_MESSAGE_SIZE (256 * 1024)
#define N_CANDIDATES 2

#define TOKEN_ATTRIBUTE "a=x-loopback:"

typedef struct
{
  GBytes *bytes;
  gboolean is_text;
} Message;

/* One lock for all halves: two threads may use the two ends of a link, and the
 * order of what they do to each other has to be the same for both. It is taken
 * again when a queue drops a channel. */
static GRecMutex lock;
static GHashTable *offerers;
static guint last_token;

void
peer_loopback_half_lock (void)
{
  g_rec_mutex_lock (&lock);
}

void
peer_loopback_half_unlock (void)
{
  g_rec_mutex_unlock (&lock);
}

PeerLoopbackHalf *
peer_loopback_half_ref (PeerLoopbackHalf *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_loopback_half_unref (PeerLoopbackHalf *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->counterpart == NULL && g_queue_is_empty (&self->unsent));

  peer_transport_queue_unref (self->queue);
  g_clear_pointer (&self->timer, g_source_unref);
  g_clear_pointer (&self->first, peer_loopback_half_unref);
  g_ptr_array_unref (self->further);
  g_free (self->label);
  g_free (self->fingerprint);
  g_free (self->remote_fingerprint);
  g_free (self);
}

static void
fail (PeerLoopbackHalf *self,
      PeerError code,
      const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, (int) code, message);

  self->has_ended = TRUE;
  peer_transport_queue_push_failed (self->queue, error);
}

static PeerLoopbackHalf *
get_first (PeerLoopbackHalf *self)
{
  return self->first != NULL ? self->first : self;
}

static gboolean
is_cut (PeerLoopbackHalf *self)
{
  return get_first (self)->is_silent || (self->counterpart != NULL && get_first (self->counterpart)->is_silent);
}

static void
deliver (PeerLoopbackHalf *self,
         const Message *message)
{
  PeerLoopbackHalf *other = self->counterpart;

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
flush (PeerLoopbackHalf *self)
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

static void break_link (PeerLoopbackHalf *self,
                        const GError *error);

/* Nothing is ever heard over a link that is cut, and a whole one never ends:
 * only the former has a timer. */
static void
update_silence (PeerLoopbackHalf *self)
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

      break_link (self, error);
    }
}

static gboolean
on_timer (gpointer user_data)
{
  PeerLoopbackHalf *self = user_data;

  g_rec_mutex_lock (&lock);
  update_silence (self);
  g_rec_mutex_unlock (&lock);

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
describe (PeerLoopbackHalf *self)
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
  peer_transport_queue_push_gathered (self->queue);
}

static void
open_first (PeerLoopbackHalf *self)
{
  self->is_open = TRUE;
  peer_liveness_begin (&self->liveness, g_get_monotonic_time ());
  peer_transport_queue_push_ice_state (self->queue, PEER_ICE_CONNECTION_STATE_CHECKING);
  peer_transport_queue_push_ice_state (self->queue, PEER_ICE_CONNECTION_STATE_CONNECTED);
  peer_transport_queue_push_open (self->queue);
}

static PeerLoopbackHalf *
new_half (PeerTransport *transport)
{
  PeerLoopbackHalf *self = g_new0 (PeerLoopbackHalf, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->queue = peer_transport_queue_new (transport);
  self->max_message_size = DEFAULT_MAX_MESSAGE_SIZE;
  self->further = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_loopback_half_unref);
  g_queue_init (&self->unsent);
  peer_liveness_init (&self->liveness);

  return self;
}

static PeerLoopbackHalf *
new_further (PeerLoopbackHalf *first,
             const char *label,
             gboolean is_ordered)
{
  PeerLoopbackHalf *self = new_half (NULL);

  self->first = peer_loopback_half_ref (first);
  self->max_message_size = first->max_message_size;
  self->low_threshold = first->low_threshold;
  self->label = g_strdup (label);
  self->is_ordered = is_ordered;
  g_ptr_array_add (first->further, peer_loopback_half_ref (self));

  return self;
}

static guint
count_incoming (PeerLoopbackHalf *first)
{
  guint n = 0;

  for (guint i = 0; i < first->further->len; i++)
    {
      PeerLoopbackHalf *half = g_ptr_array_index (first->further, i);

      n += half->is_incoming && !half->has_ended;
    }

  return n;
}

static void
drop_channel (gpointer data)
{
  PeerLoopbackHalf *self = data;

  g_rec_mutex_lock (&lock);
  if (!self->is_taken)
    peer_loopback_half_close (self);
  g_rec_mutex_unlock (&lock);
  peer_loopback_half_unref (self);
}

/* The other side hears of it, or refuses it. */
static void
open_further (PeerLoopbackHalf *self)
{
  PeerLoopbackHalf *other_first = self->first->counterpart;
  PeerLoopbackHalf *other;

  self->is_open = TRUE;
  peer_transport_queue_push_open (self->queue);
  if (other_first == NULL || 1 + count_incoming (other_first) >= PEER_TRANSPORT_MAX_CHANNELS)
    {
      self->has_ended = TRUE;
      peer_transport_queue_push_closed (self->queue);
      return;
    }

  other = new_further (other_first, self->label, self->is_ordered);
  other->is_incoming = TRUE;
  other->is_open = TRUE;
  other->counterpart = peer_loopback_half_ref (self);
  self->counterpart = peer_loopback_half_ref (other);
  peer_transport_queue_push_channel (other_first->queue, other, drop_channel);
  peer_transport_queue_push_open (other->queue);
}

static void
open_waiting (PeerLoopbackHalf *first)
{
  for (guint i = 0; i < first->further->len; i++)
    {
      PeerLoopbackHalf *half = g_ptr_array_index (first->further, i);

      if (!half->is_open && !half->has_ended)
        open_further (half);
    }
}

static guint
parse_token (const char *sdp)
{
  const char *attribute = strstr (sdp, TOKEN_ATTRIBUTE);

  return attribute != NULL ? (guint) g_ascii_strtoull (attribute + strlen (TOKEN_ATTRIBUTE), NULL, 10) : 0;
}

static void
accept_offer (PeerLoopbackHalf *self,
              guint token)
{
  PeerLoopbackHalf *offerer = offerers != NULL ? g_hash_table_lookup (offerers, GUINT_TO_POINTER (token)) : NULL;

  if (offerer == NULL || offerer->counterpart != NULL || offerer->has_ended)
    {
      fail (self, PEER_ERROR_WEBRTC, _ ("The session description of the other side cannot be used"));
      return;
    }

  self->token = token;
  self->remote_fingerprint = g_strdup (offerer->fingerprint);
  /* An offer that is repeated is answered anew. */
  g_free (offerer->remote_fingerprint);
  offerer->remote_fingerprint = g_strdup (self->fingerprint);
  self->is_ordered = offerer->is_ordered;
  g_free (self->label);
  self->label = g_strdup (offerer->label);
  self->counterpart = peer_loopback_half_ref (offerer);
  offerer->counterpart = peer_loopback_half_ref (self);
  describe (self);
}

static void
accept_answer (PeerLoopbackHalf *self,
               guint token)
{
  if (token != self->token || self->counterpart == NULL)
    {
      fail (self, PEER_ERROR_WEBRTC, _ ("The session description of the other side cannot be used"));
      return;
    }

  open_first (self->counterpart);
  open_first (self);
  open_waiting (self->counterpart);
  open_waiting (self);
}

/* The other side is told, if it can be, and neither knows the other any more. */
static void
hang_up (PeerLoopbackHalf *self)
{
  gboolean was_cut = is_cut (self);
  PeerLoopbackHalf *other = g_steal_pointer (&self->counterpart);

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
      peer_loopback_half_unref (self);
    }
  peer_loopback_half_unref (other);
}

static void
leave_link (PeerLoopbackHalf *self)
{
  if (self->first != NULL)
    g_ptr_array_remove (self->first->further, self);
}

static void
discard_unsent (PeerLoopbackHalf *self)
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
break_further (PeerLoopbackHalf *first,
               const GError *error)
{
  for (guint i = 0; i < first->further->len; i++)
    {
      PeerLoopbackHalf *half = g_ptr_array_index (first->further, i);

      peer_transport_queue_push_failed (half->queue, error);
      discard_unsent (half);
      hang_up (half);
    }
}

static void
break_link (PeerLoopbackHalf *first,
            const GError *error)
{
  peer_transport_queue_push_failed (first->queue, error);
  discard_unsent (first);
  hang_up (first);
  break_further (first, error);
}

static void
make_timer (PeerLoopbackHalf *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "PeerLoopbackTransport");
  g_source_set_callback (self->timer, on_timer, peer_loopback_half_ref (self), (GDestroyNotify) peer_loopback_half_unref);
  g_source_attach (self->timer, context);
}

static char *
get_fingerprint (GBytes *certificate)
{
  gsize size;
  const char *pem = g_bytes_get_data (certificate, &size);

  return peer_certificate_get_fingerprint (pem, (gssize) size, "sha-256");
}

PeerLoopbackHalf *
peer_loopback_half_new (PeerTransport *transport,
                        const PeerTransportConfig *config)
{
  PeerLoopbackHalf *self = new_half (transport);

  self->is_offerer = config->is_offerer;
  self->is_ordered = config->ordered;
  self->low_threshold = config->buffered_amount_low_threshold;
  self->label = g_strdup (config->label);
  if (config->certificate != NULL)
    self->fingerprint = get_fingerprint (config->certificate);
  make_timer (self);

  return self;
}

void
peer_loopback_half_offer (PeerLoopbackHalf *self)
{
  if (self->token != 0 || self->has_ended)
    return;

  if (offerers == NULL)
    offerers = g_hash_table_new (NULL, NULL);
  self->token = ++last_token;
  g_hash_table_insert (offerers, GUINT_TO_POINTER (self->token), self);
  describe (self);
}

void
peer_loopback_half_accept (PeerLoopbackHalf *self,
                           const char *type,
                           const char *sdp)
{
  if (self->has_remote_description || self->has_ended)
    return;

  self->has_remote_description = TRUE;
  if (g_strcmp0 (type, self->is_offerer ? "answer" : "offer") != 0)
    fail (self, PEER_ERROR_WEBRTC, _ ("The session description of the other side cannot be used"));
  else if (self->is_offerer)
    accept_answer (self, parse_token (sdp));
  else
    accept_offer (self, parse_token (sdp));
}

gboolean
peer_loopback_half_send (PeerLoopbackHalf *self,
                         GBytes *bytes,
                         gboolean is_text,
                         GError **error)
{
  Message *message;

  if (!peer_transport_check_can_send (self->is_open, self->has_ended, g_bytes_get_size (bytes), self->max_message_size, error))
    return FALSE;

  message = g_new (Message, 1);
  message->bytes = g_bytes_ref (bytes);
  message->is_text = is_text;
  g_queue_push_tail (&self->unsent, message);
  self->buffered_amount += g_bytes_get_size (bytes);
  self->bytes_sent += g_bytes_get_size (bytes);
  self->messages_sent++;
  if (!get_first (self)->is_stalled && !is_cut (self))
    flush (self);

  return TRUE;
}

static void
flush_unless_held (PeerLoopbackHalf *self)
{
  if (!get_first (self)->is_stalled && !self->has_ended && !is_cut (self))
    flush (self);
}

void
peer_loopback_half_update (PeerLoopbackHalf *self)
{
  PeerLoopbackHalf *first = get_first (self);

  update_silence (first);
  flush_unless_held (first);
  for (guint i = 0; i < first->further->len; i++)
    flush_unless_held (g_ptr_array_index (first->further, i));
}

PeerLoopbackHalf *
peer_loopback_half_add_channel (PeerLoopbackHalf *self,
                                const PeerTransportChannel *options)
{
  PeerLoopbackHalf *first = get_first (self);
  PeerLoopbackHalf *half;

  if (first->has_ended)
    return NULL;

  half = new_further (first, options->label != NULL ? options->label : "", options->ordered);
  if (first->is_open)
    open_further (half);

  return half;
}

void
peer_loopback_half_close (PeerLoopbackHalf *self)
{
  gboolean was_connecting = !self->is_open && !self->has_ended;

  flush (self);
  hang_up (self);
  leave_link (self);
  if (self->first == NULL && was_connecting)
    {
      g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The connection is closed"));

      break_further (self, error);
    }
}

void
peer_loopback_half_break (PeerLoopbackHalf *self,
                          const GError *error)
{
  break_link (get_first (self), error);
}
