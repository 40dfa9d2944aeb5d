/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "attacker.h"

#include <libsoup/soup.h>

#include "libpeerglib/protocol/peer-codec-private.h"
#include "libpeerglib/protocol/peer-payload-private.h"
#include "wait-until.h"

/* How far the transport may be ahead of the network. */
#define MAX_BUFFERED (4 * 1024 * 1024)

static void
on_socket_open (Attacker *self)
{
  self->is_open = TRUE;
}

static void
on_socket_message (Attacker *self,
                   const PeerEnvelope *envelope)
{
  g_auto (PeerPayload) payload = { 0 };

  if (self->transport == NULL || envelope->payload == NULL ||
      !peer_payload_parse (&payload, envelope->payload, envelope->payload_length, NULL) ||
      g_strcmp0 (payload.connection_id, self->connection_id) != 0)
    return;

  if (envelope->type == PEER_MESSAGE_TYPE_ANSWER)
    {
      peer_transport_set_remote_description (self->transport, "answer", payload.sdp);
    }
  else if (envelope->type == PEER_MESSAGE_TYPE_CANDIDATE)
    {
      const PeerIceCandidate candidate = { payload.candidate, payload.sdp_mid, payload.sdp_m_line_index, payload.username_fragment };

      peer_transport_add_remote_candidate (self->transport, &candidate);
    }
}

void
attacker_init (Attacker *self,
               const char *server,
               const char *id,
               const char *victim)
{
  g_autoptr (GUri) uri = g_uri_parse (server, SOUP_HTTP_URI_FLAGS, NULL);

  *self = (Attacker){ 0 };
  self->id = g_strdup (id);
  self->victim = g_strdup (victim);
  self->socket = peer_socket_new (uri, "peerjs", "token", 5000, NULL);
  g_signal_connect_swapped (self->socket, "open", G_CALLBACK (on_socket_open), self);
  g_signal_connect_swapped (self->socket, "message", G_CALLBACK (on_socket_message), self);
  peer_socket_open (self->socket, id);
  WAIT_UNTIL (self->is_open);
}

void
attacker_disconnect (Attacker *self)
{
  if (self->transport != NULL)
    g_signal_handlers_disconnect_by_data (self->transport, self);
  g_clear_object (&self->transport);
  g_clear_pointer (&self->connection_id, g_free);
  g_clear_pointer (&self->last, g_bytes_unref);
  self->is_connected = self->is_closed = FALSE;
  self->n_messages = 0;
}

void
attacker_clear (Attacker *self)
{
  attacker_disconnect (self);
  g_signal_handlers_disconnect_by_data (self->socket, self);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->victim, g_free);
}

void
attacker_signal (Attacker *self,
                 const char *type,
                 const char *payload)
{
  peer_socket_send (self->socket, type, self->victim, payload);
}

static void
on_description (PeerTransport *transport,
                const char *type,
                const char *sdp,
                Attacker *self)
{
  PeerPayload payload = {
    .connection_id = self->connection_id,
    .type = (char *) "data",
    .sdp_type = (char *) type,
    .sdp = (char *) sdp,
    .label = (char *) "attack",
    .reliable = TRUE,
    .serialization = (char *) peer_serialization_to_wire (self->serialization),
  };
  g_autofree char *text = peer_payload_print_offer (&payload, NULL);

  attacker_signal (self, "OFFER", text);
}

static void
on_candidate (PeerTransport *transport,
              const PeerIceCandidate *candidate,
              Attacker *self)
{
  PeerPayload payload = {
    .connection_id = self->connection_id,
    .type = (char *) "data",
    .candidate = (char *) candidate->candidate,
    .sdp_mid = (char *) candidate->sdp_mid,
    .sdp_m_line_index = candidate->sdp_m_line_index,
    .username_fragment = (char *) candidate->username_fragment,
  };
  g_autofree char *text = peer_payload_print_candidate (&payload);

  attacker_signal (self, "CANDIDATE", text);
}

static void
on_transport_open (PeerTransport *transport,
                   Attacker *self)
{
  self->is_connected = TRUE;
}

static void
on_message (PeerTransport *transport,
            GBytes *bytes,
            gboolean is_text,
            Attacker *self)
{
  self->n_messages++;
  g_clear_pointer (&self->last, g_bytes_unref);
  self->last = g_bytes_ref (bytes);
}

static void
on_closed (Attacker *self)
{
  self->is_closed = TRUE;
}

void
attacker_connect (Attacker *self,
                  PeerSerialization serialization)
{
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();

  attacker_disconnect (self);
  config->is_offerer = TRUE;
  config->ordered = TRUE;
  config->label = g_strdup ("attack");
  self->serialization = serialization;
  self->connection_id = g_strdup_printf ("dc_%s_%08x", self->id, g_random_int ());
  self->transport = peer_webrtc_transport_new (config);
  g_signal_connect (self->transport, "description", G_CALLBACK (on_description), self);
  g_signal_connect (self->transport, "candidate", G_CALLBACK (on_candidate), self);
  g_signal_connect (self->transport, "open", G_CALLBACK (on_transport_open), self);
  g_signal_connect (self->transport, "message", G_CALLBACK (on_message), self);
  g_signal_connect_swapped (self->transport, "closed", G_CALLBACK (on_closed), self);
  g_signal_connect_swapped (self->transport, "failed", G_CALLBACK (on_closed), self);
  peer_transport_start (self->transport);
  WAIT_UNTIL (self->is_connected);
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
attacker_send (Attacker *self,
               const void *data,
               gsize length,
               gboolean is_text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, length);

  if (peer_transport_get_buffered_amount (self->transport) > MAX_BUFFERED)
    {
      guint tick = g_timeout_add (2, tick_cb, NULL);

      WAIT_UNTIL (self->is_closed || peer_transport_get_buffered_amount (self->transport) <= MAX_BUFFERED);
      g_source_remove (tick);
    }
  if (!self->is_closed)
    peer_transport_send (self->transport, bytes, is_text, NULL);
}

void
attacker_check_echo (Attacker *self)
{
  static guint n;
  PeerCodecLimits limits = PEER_CODEC_LIMITS_DEFAULT;
  g_autoptr (PeerCodec) codec = peer_codec_new (self->serialization, &limits);
  g_autofree char *text = g_strdup_printf ("still here %u", n++);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (text));
  g_autoptr (PeerFrames) frames = peer_codec_encode (codec, value, 0, NULL);
  gboolean is_text;
  g_autoptr (GBytes) message = peer_frames_next (frames, &is_text);

  g_assert_true (peer_transport_send (self->transport, message, is_text, NULL));
  WAIT_UNTIL (self->last != NULL && g_bytes_equal (self->last, message));
}
