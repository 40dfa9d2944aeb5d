/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-socket-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <libsoup/soup.h>

#define MAX_REASON_LENGTH 123
#define CODE_NORMAL 1000

static gboolean
peer_relay_socket_write (PeerRelaySocket *self,
                         PeerWebsocketOpcode opcode,
                         const void *payload,
                         gsize length)
{
  guint8 header[PEER_WEBSOCKET_HEADER_SIZE];
  gsize header_length = peer_websocket_write_header (header, opcode, length);

  return peer_poll_stream_write (self->stream, header, header_length, payload, length);
}

static void
peer_relay_socket_write_close (PeerRelaySocket *self,
                               gushort code,
                               const char *reason)
{
  guint8 payload[2 + MAX_REASON_LENGTH] = { code >> 8, code & 0xff };
  gsize length = reason != NULL ? strlen (reason) : 0;

  g_assert (length <= MAX_REASON_LENGTH);

  if (length > 0)
    memcpy (payload + 2, reason, length);
  peer_relay_socket_write (self, PEER_WEBSOCKET_CLOSE, payload, code != 0 ? 2 + length : 0);
}

static void
peer_relay_socket_fill_bucket (PeerRelaySocket *self)
{
  guint rate = self->limits->frames_per_second;
  /* What a rest is worth must fit. */
  guint burst = MAX (self->limits->frame_burst, (guint) ((guint64) rate * PEER_POLL_REST_TIME / 1000));

  if (rate > 0)
    peer_token_bucket_fill (&self->bucket, rate, burst, g_get_monotonic_time ());
}

static gboolean
peer_relay_socket_may_read (PeerRelaySocket *self)
{
  return self->limits->frames_per_second == 0 || self->bucket.tokens >= 1;
}

/* As the closing handshake has it: the answer is the code that came. */
static void
peer_relay_socket_answer_close (PeerRelaySocket *self,
                                const PeerWebsocketFrame *frame)
{
  if (frame->payload_length > 0)
    peer_relay_socket_write (self, PEER_WEBSOCKET_CLOSE, frame->payload, frame->payload_length);
  else
    peer_relay_socket_write_close (self, CODE_NORMAL, NULL);

  peer_poll_stream_close (self->stream);
  self->funcs->closed (self);
}

/* Returns whether to read on. */
static gboolean
peer_relay_socket_handle (PeerRelaySocket *self,
                          PeerWebsocketEvent event,
                          const PeerWebsocketFrame *frame)
{
  switch (event)
    {
    case PEER_WEBSOCKET_EVENT_MESSAGE:
      self->funcs->message (self, (const char *) frame->payload, frame->payload_length);
      return self->stream != NULL;
    case PEER_WEBSOCKET_EVENT_PING:
      if (peer_relay_socket_write (self, PEER_WEBSOCKET_PONG, frame->payload, frame->payload_length))
        return TRUE;
      self->funcs->violated (self, PEER_RELAY_VIOLATION_SLOW);
      return FALSE;
    case PEER_WEBSOCKET_EVENT_CLOSE:
      peer_relay_socket_answer_close (self, frame);
      return FALSE;
    case PEER_WEBSOCKET_EVENT_INVALID:
      self->funcs->violated (self, PEER_RELAY_VIOLATION_INVALID);
      return FALSE;
    case PEER_WEBSOCKET_EVENT_INVALID_TEXT:
      self->funcs->violated (self, PEER_RELAY_VIOLATION_INVALID_TEXT);
      return FALSE;
    case PEER_WEBSOCKET_EVENT_TOO_BIG:
      self->funcs->violated (self, PEER_RELAY_VIOLATION_TOO_BIG);
      return FALSE;
    case PEER_WEBSOCKET_EVENT_FRAGMENT:
    case PEER_WEBSOCKET_EVENT_PONG:
    case PEER_WEBSOCKET_EVENT_NONE:
    default:
      return TRUE;
    }
}

static gsize
stream_received (guint8 *data,
                 gsize length,
                 gpointer user_data)
{
  g_autoptr (PeerRelaySocket) self = peer_relay_socket_ref (user_data);
  PeerWebsocketFrame frame;
  gsize n_used = 0;

  self->funcs->active (self);
  peer_relay_socket_fill_bucket (self);

  while (peer_relay_socket_may_read (self))
    {
      PeerWebsocketEvent event = peer_websocket_reader_read (&self->reader, data + n_used, length - n_used,
                                                             self->limits->max_message_size, &frame);

      if (event == PEER_WEBSOCKET_EVENT_NONE)
        return n_used;

      n_used += frame.frame_size;
      peer_token_bucket_take (&self->bucket, 1);
      if (!peer_relay_socket_handle (self, event, &frame))
        return length;
    }

  peer_poll_stream_rest (self->stream);

  return n_used;
}

static void
stream_ended (gpointer user_data)
{
  g_autoptr (PeerRelaySocket) self = peer_relay_socket_ref (user_data);

  peer_poll_stream_close (self->stream);
  self->funcs->closed (self);
}

static const PeerPollStreamFuncs stream_funcs = {
  .received = stream_received,
  .ended = stream_ended,
};

GError *
peer_relay_violation_to_error (PeerRelayViolation violation,
                               const char *address,
                               gushort *code)
{
  switch (violation)
    {
    case PEER_RELAY_VIOLATION_TOO_BIG:
      *code = SOUP_WEBSOCKET_CLOSE_TOO_BIG;
      return g_error_new (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("%s: message is too big"), address);
    case PEER_RELAY_VIOLATION_SLOW:
      *code = SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION;
      return g_error_new (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("%s: reads too slowly"), address);
    case PEER_RELAY_VIOLATION_INVALID_TEXT:
      *code = SOUP_WEBSOCKET_CLOSE_BAD_DATA;
      return g_error_new (PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("%s: text that is not UTF-8"), address);
    case PEER_RELAY_VIOLATION_INVALID:
    default:
      *code = SOUP_WEBSOCKET_CLOSE_PROTOCOL_ERROR;
      return g_error_new (PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("%s: invalid WebSocket frame"), address);
    }
}

PeerRelaySocket *
peer_relay_socket_new (PeerPollStream *stream,
                       const PeerRelaySocketFuncs *funcs,
                       const PeerRelaySocketLimits *limits,
                       gpointer relay)
{
  PeerRelaySocket *self = g_new0 (PeerRelaySocket, 1);

  g_ref_count_init (&self->ref_count);
  self->funcs = funcs;
  self->limits = limits;
  self->relay = relay;
  self->stream = stream;
  peer_poll_stream_set_funcs (stream, &stream_funcs, self);
  peer_poll_stream_resume (stream);

  return self;
}

PeerRelaySocket *
peer_relay_socket_ref (PeerRelaySocket *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_relay_socket_unref (PeerRelaySocket *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->stream == NULL);

  peer_websocket_reader_clear (&self->reader);
  g_free (self->address);
  g_free (self);
}

gboolean
peer_relay_socket_send (PeerRelaySocket *self,
                        const char *text,
                        gsize length)
{
  return self->stream != NULL && peer_relay_socket_write (self, PEER_WEBSOCKET_TEXT, text, length);
}

void
peer_relay_socket_charge (PeerRelaySocket *self,
                          guint n_frames)
{
  if (self->limits->frames_per_second > 0)
    peer_token_bucket_take (&self->bucket, n_frames);
}

void
peer_relay_socket_ping (PeerRelaySocket *self)
{
  if (self->stream != NULL)
    peer_relay_socket_write (self, PEER_WEBSOCKET_PING, NULL, 0);
}

void
peer_relay_socket_close (PeerRelaySocket *self,
                         gushort code,
                         const char *reason)
{
  g_autoptr (PeerPollStream) stream = self->stream;

  if (stream == NULL)
    return;

  peer_relay_socket_write_close (self, code, reason);
  self->stream = NULL;
  peer_poll_stream_close (stream);
}
