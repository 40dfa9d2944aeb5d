/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-socket-private.h"

#define MAX_HEADER_SIZE 10

static void
message_cb (SoupWebsocketConnection *websocket,
            int type,
            GBytes *text,
            gpointer user_data)
{
  g_autoptr (PeerRelaySocket) self = peer_relay_socket_ref (user_data);

  self->funcs->message (self, text);
}

static void
closed_cb (SoupWebsocketConnection *websocket,
           gpointer user_data)
{
  g_autoptr (PeerRelaySocket) self = peer_relay_socket_ref (user_data);

  self->funcs->closed (self);
}

static void
stream_active (gpointer user_data)
{
  PeerRelaySocket *self = user_data;

  self->funcs->active (self);
}

static void
stream_violated (PeerPollViolation violation,
                 gpointer user_data)
{
  g_autoptr (PeerRelaySocket) self = peer_relay_socket_ref (user_data);

  self->funcs->violated (self, violation);
}

static const PeerPollStreamFuncs stream_funcs = {
  .active = stream_active,
  .violated = stream_violated,
};

PeerRelaySocket *
peer_relay_socket_new (PeerPollHub *hub,
                       GIOStream *base,
                       GSocket *socket,
                       const PeerRelaySocketFuncs *funcs,
                       gpointer relay)
{
  static GUri *uri;
  g_autoptr (PeerRelaySocket) self = g_new0 (PeerRelaySocket, 1);
  gboolean started;

  /* Nobody asks for it, and the true ones would take memory. */
  if (g_once_init_enter (&uri))
    g_once_init_leave (&uri, g_uri_parse ("ws://localhost/", SOUP_HTTP_URI_FLAGS, NULL));

  g_ref_count_init (&self->ref_count);
  self->funcs = funcs;
  self->relay = relay;
  self->hub = g_object_ref (hub);
  self->stream = peer_poll_stream_new (hub, base, socket);

  peer_poll_hub_enter (hub);
  self->websocket = soup_websocket_connection_new (G_IO_STREAM (self->stream), uri, SOUP_WEBSOCKET_CONNECTION_SERVER,
                                                   NULL, NULL, NULL);
  /* The stream knows better, and sees the size of a message earlier. */
  soup_websocket_connection_set_max_incoming_payload_size (self->websocket, 0);
  g_signal_connect (self->websocket, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->websocket, "closed", G_CALLBACK (closed_cb), self);
  started = peer_poll_stream_start (self->stream, &stream_funcs, self);
  peer_poll_hub_leave (hub);

  if (!started)
    {
      peer_relay_socket_close (self, 0, NULL);
      return NULL;
    }

  return g_steal_pointer (&self);
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

  g_assert (self->websocket == NULL);

  g_object_unref (self->stream);
  g_object_unref (self->hub);
  g_free (self->address);
  g_free (self);
}

/* The header of a text frame that is a whole message (RFC 6455, 5.2). */
static gsize
write_header (guint8 *header,
              guint64 length)
{
  header[0] = 0x81;
  if (length < 126)
    {
      header[1] = length;
      return 2;
    }
  if (length <= G_MAXUINT16)
    {
      header[1] = 126;
      header[2] = length >> 8;
      header[3] = length;
      return 4;
    }

  header[1] = 127;
  for (guint i = 0; i < 8; i++)
    header[2 + i] = length >> (56 - 8 * i);

  return 10;
}

/* Past libsoup, which would validate, copy and queue what is known to be
 * valid and never has to wait: the stream takes frames only whole. */
gboolean
peer_relay_socket_send (PeerRelaySocket *self,
                        GBytes *text)
{
  GOutputStream *output;
  g_autofree guint8 *frame = NULL;
  gsize header_size, length;
  const guint8 *data = g_bytes_get_data (text, &length);

  if (self->websocket == NULL || soup_websocket_connection_get_state (self->websocket) != SOUP_WEBSOCKET_STATE_OPEN)
    return FALSE;

  frame = g_malloc (MAX_HEADER_SIZE + length);
  header_size = write_header (frame, length);
  memcpy (frame + header_size, data, length);

  output = g_io_stream_get_output_stream (G_IO_STREAM (self->stream));
  g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), frame, header_size + length, NULL, NULL);

  return !peer_poll_stream_is_slow (self->stream);
}

void
peer_relay_socket_close (PeerRelaySocket *self,
                         gushort code,
                         const char *reason)
{
  g_autoptr (SoupWebsocketConnection) websocket = g_steal_pointer (&self->websocket);

  if (websocket == NULL)
    return;

  g_signal_handlers_disconnect_by_data (websocket, self);
  peer_poll_stream_clear_funcs (self->stream);

  if (soup_websocket_connection_get_state (websocket) == SOUP_WEBSOCKET_STATE_OPEN)
    {
      peer_poll_hub_enter (self->hub);
      soup_websocket_connection_close (websocket, code != 0 ? code : SOUP_WEBSOCKET_CLOSE_NO_STATUS, reason);
      peer_poll_hub_leave (self->hub);
    }

  peer_poll_hub_take_garbage (self->hub, g_steal_pointer (&websocket));
}
