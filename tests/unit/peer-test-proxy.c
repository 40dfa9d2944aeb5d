/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-proxy.h"

#include <string.h>

#include "libpeerglib/peer-source-private.h"

#define WEBSOCKET_PONG 0x8a

typedef struct
{
  PeerTestProxy *proxy;
  GIOStream *stream;
  GSource *readable;
} End;

typedef struct
{
  End client;
  End server;
  GSource *idle;
  gboolean is_frozen;
} Line;

static void
end_close (End *end)
{
  peer_source_clear (&end->readable);
  if (end->stream != NULL)
    g_io_stream_close (end->stream, NULL, NULL);
  g_clear_object (&end->stream);
}

static void
line_close (Line *line)
{
  peer_source_clear (&line->idle);
  end_close (&line->client);
  end_close (&line->server);
}

static void
line_free (Line *line)
{
  line_close (line);
  g_free (line);
}

static gboolean
idle_cb (gpointer user_data)
{
  line_close (user_data);

  return G_SOURCE_REMOVE;
}

static void
line_expect (Line *line)
{
  guint timeout = line->client.proxy->idle_timeout;

  peer_source_clear (&line->idle);
  if (timeout > 0)
    line->idle = peer_source_new_timeout (g_main_context_get_thread_default (), timeout, "idle line", idle_cb, line);
}

static void
forward (GIOStream *stream,
         const guint8 *data,
         gsize length)
{
  if (stream != NULL && length > 0)
    g_output_stream_write_all (g_io_stream_get_output_stream (stream), data, length, NULL, NULL, NULL);
}

/* The frames of a server, which writes them whole and short here. */
static void
forward_without_pongs (GIOStream *stream,
                       const guint8 *data,
                       gsize length)
{
  while (length >= 2 && (data[0] & 0x80) != 0 && data[1] < 126 && (gsize) data[1] + 2 <= length)
    {
      gsize size = (gsize) data[1] + 2;

      if (data[0] != WEBSOCKET_PONG)
        forward (stream, data, size);
      data += size;
      length -= size;
    }

  forward (stream, data, length);
}

static gboolean
readable_cb (GObject *input,
             gpointer user_data)
{
  Line *line = user_data;
  gboolean is_client = line->client.stream != NULL &&
                       G_INPUT_STREAM (input) == g_io_stream_get_input_stream (line->client.stream);
  End *from = is_client ? &line->client : &line->server;
  End *to = is_client ? &line->server : &line->client;
  guint8 buffer[16 * 1024];
  gssize length = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), buffer, sizeof buffer, NULL, NULL);

  if (length <= 0 && line->is_frozen)
    peer_source_clear (&from->readable);
  else if (length <= 0)
    line_close (line);
  else if (line->is_frozen)
    return G_SOURCE_CONTINUE;
  else if (!is_client && line->client.proxy->drops_pongs)
    forward_without_pongs (to->stream, buffer, (gsize) length);
  else
    forward (to->stream, buffer, (gsize) length);

  if (length > 0 && is_client)
    line_expect (line);

  return length > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
end_start (End *end,
           PeerTestProxy *proxy,
           GSocketConnection *stream,
           Line *line)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (stream));

  end->proxy = proxy;
  end->stream = g_object_ref (G_IO_STREAM (stream));
  end->readable = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  g_source_set_callback (end->readable, G_SOURCE_FUNC (readable_cb), line, NULL);
  g_source_attach (end->readable, g_main_context_get_thread_default ());
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  PeerTestProxy *self = user_data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) server = NULL;
  Line *line;

  server = g_socket_client_connect_to_host (client, "127.0.0.1", (guint16) self->target_port, NULL, NULL);
  if (server == NULL)
    {
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      return TRUE;
    }

  line = g_new0 (Line, 1);
  end_start (&line->client, self, connection, line);
  end_start (&line->server, self, server, line);
  g_ptr_array_add (self->lines, line);
  line_expect (line);

  return TRUE;
}

PeerTestProxy *
peer_test_proxy_new (guint target_port)
{
  PeerTestProxy *self = g_new0 (PeerTestProxy, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) error = NULL;

  self->target_port = target_port;
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);
  self->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  self->uri = g_strdup_printf ("http://127.0.0.1:%u/", self->port);
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);

  return self;
}

void
peer_test_proxy_free (PeerTestProxy *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_ptr_array_unref (self->lines);
  g_free (self->uri);
  g_free (self);
}

void
peer_test_proxy_freeze (PeerTestProxy *self)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      Line *line = g_ptr_array_index (self->lines, i);

      line->is_frozen = TRUE;
      peer_source_clear (&line->idle);
    }
}

void
peer_test_proxy_sever (PeerTestProxy *self)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      Line *line = g_ptr_array_index (self->lines, i);

      line->is_frozen = TRUE;
      end_close (&line->client);
    }
}
