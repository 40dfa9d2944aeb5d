/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "raw-client.h"

#include <string.h>

static gboolean
ready_cb (GSocket *socket,
          GIOCondition condition,
          gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Has its socket among what the main loop waits for. */
static void
raw_client_wait (RawClient *client,
                 GIOCondition condition)
{
  GSocket *socket = g_socket_connection_get_socket (client->connection);
  g_autoptr (GSource) source = g_socket_create_source (socket, condition, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (ready_cb), NULL, NULL);
  g_source_attach (source, NULL);
  WAIT_UNTIL (g_socket_condition_check (socket, condition) != 0);
  g_source_destroy (source);
}

char *
raw_client_make_head (const char *query,
                      const char *headers)
{
  return g_strdup_printf ("GET /peerjs?%s HTTP/1.1\r\nHost: x\r\n"
                          "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                          "Sec-WebSocket-Version: 13\r\n%s\r\n",
                          query, headers);
}

void
raw_client_connect (RawClient *client,
                    PeerServer *server)
{
  g_autoptr (GSocketClient) socket_client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  client->connection = g_socket_client_connect_to_host (socket_client, "127.0.0.1", peer_server_get_port (server), NULL, &error);
  g_assert_no_error (error);
  client->input = g_io_stream_get_input_stream (G_IO_STREAM (client->connection));
  client->output = g_io_stream_get_output_stream (G_IO_STREAM (client->connection));
}

void
raw_client_clear (RawClient *client)
{
  g_clear_object (&client->connection);
}

gboolean
raw_client_write (RawClient *client,
                  const void *data,
                  gsize length)
{
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (client->output);

  for (const guint8 *p = data, *end = p + length; p < end;)
    {
      gssize n;

      raw_client_wait (client, G_IO_OUT);
      n = g_pollable_output_stream_write_nonblocking (output, p, (gsize) (end - p), NULL, NULL);
      if (n <= 0)
        return FALSE;
      p += n;
    }

  return TRUE;
}

gboolean
raw_client_write_text (RawClient *client,
                       const char *text)
{
  return raw_client_write (client, text, strlen (text));
}

gboolean
raw_client_write_frame (RawClient *client,
                        guint8 first,
                        const void *payload,
                        gsize length)
{
  g_autoptr (GByteArray) frame = g_byte_array_sized_new (length + 14);
  guint8 header[14] = { first };
  guint n = 2;

  if (length < 126)
    {
      header[1] = 0x80 | length;
    }
  else
    {
      header[1] = 0x80 | 127;
      for (guint i = 0; i < 8; i++)
        header[n++] = (guint8) ((guint64) length >> (56 - 8 * i));
    }

  /* The mask is zero. */
  g_byte_array_append (frame, header, n + 4);
  g_byte_array_append (frame, payload, length);

  return raw_client_write (client, frame->data, frame->len);
}

gsize
raw_client_read (RawClient *client,
                 void *data,
                 gsize length)
{
  gssize n;

  raw_client_wait (client, G_IO_IN);
  n = g_input_stream_read (client->input, data, length, NULL, NULL);

  return n > 0 ? n : 0;
}

char *
raw_client_read_head (RawClient *client)
{
  g_autoptr (GString) head = g_string_new (NULL);
  char byte;

  while (!g_str_has_suffix (head->str, "\r\n\r\n") && raw_client_read (client, &byte, 1) == 1)
    g_string_append_c (head, byte);

  return g_strdup (head->str);
}

void
raw_client_open (RawClient *client,
                 PeerServer *server,
                 const char *id,
                 const void *rest,
                 gsize rest_length)
{
  g_autofree char *query = g_strdup_printf ("key=peerjs&token=t&id=%s", id);
  g_autofree char *head = raw_client_make_head (query, "");
  g_autoptr (GByteArray) request = g_byte_array_new ();
  g_autofree char *answer = NULL;

  raw_client_connect (client, server);
  g_byte_array_append (request, (const guint8 *) head, strlen (head));
  g_byte_array_append (request, rest, rest_length);
  raw_client_write (client, request->data, request->len);

  answer = raw_client_read_head (client);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 101 "));
}

gboolean
raw_client_is_closed (RawClient *client)
{
  GSocket *socket = g_socket_connection_get_socket (client->connection);
  char byte;

  return (g_socket_condition_check (socket, G_IO_IN) & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0 &&
         g_socket_receive_with_blocking (socket, &byte, 1, FALSE, NULL, NULL) <= 0;
}

guint
raw_client_end (RawClient *client)
{
  guint8 header[2] = { 0 };
  guint8 payload[126];
  guint code = 0;

  while (raw_client_read (client, header, 2) == 2)
    {
      g_assert_cmpuint (header[1], <, 126);
      for (gsize n = 0, size; n < header[1]; n += size)
        {
          size = raw_client_read (client, payload + n, header[1] - n);
          g_assert_cmpuint (size, >, 0);
        }
      if (header[0] == 0x88 && header[1] >= 2)
        code = payload[0] << 8 | payload[1];
    }

  raw_client_clear (client);

  return code;
}

void
raw_client_wait_closed (RawClient *client)
{
  char bytes[4096];

  while (raw_client_read (client, bytes, sizeof bytes) > 0)
    ;
}
