/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "client.h"

#include <string.h>

#include "process.h"

/* Any will do that is 16 bytes: all clients have the same. */
#define KEY "YmVuY2htYXJrLWNsaWVudA=="

static const guint8 mask[4] = { 0x5a, 0xc3, 0x17, 0xe8 };

/* Appends a frame as clients send it. */
static void
append_frame (GByteArray *bytes,
              WebsocketOpcode opcode,
              const void *payload,
              gsize size)
{
  guint8 header[WEBSOCKET_MAX_HEADER];

  g_byte_array_append (bytes, header, websocket_write_header (header, opcode, size, mask));
  g_byte_array_append (bytes, payload, size);
  websocket_apply_mask (bytes->data + bytes->len - size, size, mask);
}

/* An OFFER as PeerJS sends it, with a description of about as many bytes. */
GBytes *
client_create_message (const char *destination,
                       gsize size)
{
  GByteArray *frame = g_byte_array_new ();
  g_autoptr (GString) description = g_string_new ("v=0\\r\\no=- 4611731400430051336 2 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\n");
  g_autofree char *text = NULL;

  while (description->len < size)
    g_string_append_printf (description, "a=candidate:%u 1 udp 2113937151 192.0.2.17 54321 typ host generation 0\\r\\n", (guint) description->len);
  g_string_truncate (description, MAX (size, 1));
  /* Not half an escape. */
  if (description->str[description->len - 1] == '\\')
    description->str[description->len - 1] = 'n';

  text = g_strdup_printf ("{\"type\":\"OFFER\",\"payload\":{\"sdp\":{\"sdp\":\"%s\",\"type\":\"offer\"},\"type\":\"data\","
                          "\"connectionId\":\"dc_3k9x0q2m7ab\",\"label\":\"dc_3k9x0q2m7ab\",\"reliable\":false,"
                          "\"serialization\":\"binary\"},\"dst\":\"%s\"}",
                          description->str, destination);
  append_frame (frame, WEBSOCKET_TEXT, text, strlen (text));

  return g_byte_array_free_to_bytes (frame);
}

static gboolean
fail (Client *self,
      GError **error,
      const char *reason,
      const void *data,
      gsize size)
{
  g_autofree char *text = g_utf8_make_valid (data, (gssize) MIN (size, 200));

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "client %u: %s%s%s", self->index, reason, size > 0 ? ": " : "", text);

  return FALSE;
}

/* Errors show when the socket is read. */
static void
write_some (Client *self,
            const ClientEvents *events,
            const guint8 *data,
            gsize size)
{
  gboolean was_empty = self->output == NULL;
  gssize n = was_empty ? stream_write (&self->stream, data, size) : STREAM_BLOCKED;

  n = MAX (n, 0);
  if ((gsize) n == size)
    return;

  if (was_empty)
    self->output = g_byte_array_new ();
  g_byte_array_append (self->output, data + n, size - n);
  if (was_empty && stream_waits_for_room (&self->stream))
    events->watch (self, TRUE, events->user_data);
}

static void
flush (Client *self,
       const ClientEvents *events)
{
  gssize n;

  if (self->output == NULL)
    return;

  n = stream_write (&self->stream, self->output->data, self->output->len);
  if (n > 0)
    g_byte_array_remove_range (self->output, 0, n);
  if (self->output->len == 0)
    g_clear_pointer (&self->output, g_byte_array_unref);
  events->watch (self, self->output != NULL && stream_waits_for_room (&self->stream), events->user_data);
}

/* Begins to connect, and has the request for WebSocket wait for that. */
gboolean
client_connect (Client *self,
                const Target *target,
                const char *id,
                const ClientEvents *events,
                GError **error)
{
  g_autofree char *request = NULL;

  if (!stream_connect (&self->stream, target->address, target->tls_context, error))
    return FALSE;

  request = g_strdup_printf ("GET %speerjs?key=peerjs&id=%s&token=t%u&version=1.5.5 HTTP/1.1\r\n"
                             "Host: localhost\r\n"
                             "Connection: Upgrade\r\n"
                             "Upgrade: websocket\r\n"
                             "Sec-WebSocket-Key: " KEY "\r\n"
                             "Sec-WebSocket-Version: 13\r\n"
                             "\r\n",
                             target->path, id, self->index);
  self->state = CLIENT_UPGRADING;
  self->output = g_byte_array_new ();
  g_byte_array_append (self->output, (const guint8 *) request, strlen (request));
  events->watch (self, TRUE, events->user_data);

  return TRUE;
}

void
client_send (Client *self,
             const ClientEvents *events)
{
  self->sent_at[self->n_sent++ % CLIENT_MAX_IN_FLIGHT] = get_time ();
  write_some (self, events, g_bytes_get_data (self->message, NULL), g_bytes_get_size (self->message));
}

/* Returns how many bytes the answer to the upgrade has, 0 when there is more
 * to come. */
static gssize
read_upgrade (Client *self,
              const char *data,
              gsize size,
              GError **error)
{
  static char *accept = NULL;
  const char *end = g_strstr_len (data, size, "\r\n\r\n");

  if (end == NULL)
    return 0;

  if (accept == NULL)
    accept = websocket_compute_accept (KEY, strlen (KEY));
  if (!g_str_has_prefix (data, "HTTP/1.1 101 ") || g_strstr_len (data, end - data, accept) == NULL)
    return fail (self, error, "no upgrade to WebSocket", data, size) - 1;

  self->state = CLIENT_OPENING;

  return end + 4 - data;
}

static gboolean
take_text (Client *self,
           const ClientEvents *events,
           const WebsocketFrame *frame,
           GError **error)
{
  const char *text = (const char *) frame->payload;
  const char *type = self->state == CLIENT_OPENING ? "\"type\":\"OPEN\"" : "\"type\":\"OFFER\"";

  /* Servers put the type first. */
  if (g_strstr_len (text, MIN (frame->size, 32), type) == NULL)
    return fail (self, error, "unexpected message", text, frame->size);

  if (self->state == CLIENT_OPENING)
    {
      self->state = CLIENT_OPEN;
      events->opened (self, events->user_data);
    }
  else
    events->received (self, events->user_data);

  return TRUE;
}

static gssize
take_frame (Client *self,
            const ClientEvents *events,
            guint8 *data,
            gsize size,
            GError **error)
{
  WebsocketFrame frame;
  gssize n = websocket_read_frame (data, size, &frame);

  if (n <= 0)
    return n == 0 ? 0 : fail (self, error, "not a frame", data, size) - 1;

  if (frame.opcode == WEBSOCKET_TEXT)
    return take_text (self, events, &frame, error) ? n : -1;
  if (frame.opcode == WEBSOCKET_PING)
    {
      g_autoptr (GByteArray) pong = g_byte_array_new ();

      append_frame (pong, WEBSOCKET_PONG, frame.payload, frame.size);
      write_some (self, events, pong->data, pong->len);
      return n;
    }

  /* The reason of a close follows its code. */
  return fail (self, error, "the server closes it", frame.payload + MIN (frame.size, 2), frame.size - MIN (frame.size, 2)) - 1;
}

/* Takes what is complete and keeps the rest. */
static gboolean
take_input (Client *self,
            const ClientEvents *events,
            guint8 *data,
            gsize size,
            GError **error)
{
  g_autoptr (GByteArray) input = g_steal_pointer (&self->input);
  gsize offset = 0;
  gssize n = 0;

  if (input != NULL)
    {
      g_byte_array_append (input, data, size);
      data = input->data;
      size = input->len;
    }

  do
    {
      if (self->state == CLIENT_UPGRADING)
        n = read_upgrade (self, (const char *) data + offset, size - offset, error);
      else
        n = take_frame (self, events, data + offset, size - offset, error);
      offset += MAX (n, 0);
    }
  while (n > 0 && offset < size);

  if (n >= 0 && offset < size)
    {
      self->input = g_byte_array_new ();
      g_byte_array_append (self->input, data + offset, size - offset);
    }

  return n >= 0;
}

/* For a socket that is ready for something. */
gboolean
client_run (Client *self,
            const ClientEvents *events,
            GError **error)
{
  static guint8 buffer[65536];
  gssize n;

  flush (self, events);
  do
    {
      n = stream_read (&self->stream, buffer, sizeof buffer);
      if (n > 0 && !take_input (self, events, buffer, n, error))
        return FALSE;
    }
  while (n > 0 && self->stream.tls != NULL && SSL_pending (self->stream.tls) > 0);

  /* A handshake may have ended on what was read. */
  if (self->stream.tls != NULL)
    flush (self, events);

  return n != STREAM_ENDED || fail (self, error, "the server has gone", "", 0);
}

void
client_clear (Client *self)
{
  stream_close (&self->stream);
  g_clear_pointer (&self->input, g_byte_array_unref);
  g_clear_pointer (&self->output, g_byte_array_unref);
  g_clear_pointer (&self->message, g_bytes_unref);
}
