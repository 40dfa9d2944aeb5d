/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-handshake-private.h"

#define KEY_LENGTH 24 /* of 16 bytes, in Base64 */
#define MAGIC "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

gsize
peer_handshake_find_end (const guint8 *data,
                         gsize length)
{
  const guint8 *end = data + length;
  const guint8 *p = data;

  /* An empty line, as HTTP servers take it. */
  while (p < end && (p = memchr (p, '\n', end - p)) != NULL)
    {
      p++;
      if (p < end && *p == '\n')
        return p + 1 - data;
      if (end - p >= 2 && p[0] == '\r' && p[1] == '\n')
        return p + 2 - data;
    }

  return 0;
}

static gboolean
is_valid_key (const char *key)
{
  g_autofree guchar *decoded = NULL;
  gsize length;

  if (key == NULL || strlen (key) != KEY_LENGTH)
    return FALSE;
  decoded = g_base64_decode (key, &length);

  return length == 16;
}

static gboolean
is_handshake (SoupMessageHeaders *headers)
{
  return soup_message_headers_header_contains (headers, "Connection", "upgrade") &&
         soup_message_headers_header_equals (headers, "Upgrade", "websocket") &&
         soup_message_headers_header_equals (headers, "Sec-WebSocket-Version", "13") &&
         is_valid_key (soup_message_headers_get_one (headers, "Sec-WebSocket-Key")) &&
         soup_message_headers_get_one (headers, "Host") != NULL &&
         soup_message_headers_get_one (headers, "Expect") == NULL &&
         soup_message_headers_get_one (headers, "Content-Length") == NULL &&
         soup_message_headers_get_one (headers, "Transfer-Encoding") == NULL;
}

/* "GET /path?query HTTP/1.1"; libsoup's function for it leaks what it refuses. */
static gboolean
parse_request_line (PeerHandshake *self,
                    const char *head,
                    gsize length)
{
  const char *line_end = memchr (head, '\n', length);
  const char *path = head + strlen ("GET ");
  const char *path_end, *query;

  if (line_end == NULL || line_end < path || strncmp (head, "GET ", strlen ("GET ")) != 0)
    return FALSE;
  path_end = memchr (path, ' ', line_end - path);
  if (path_end == NULL || line_end - path_end != strlen (" HTTP/1.1\r") ||
      strncmp (path_end, " HTTP/1.1\r", strlen (" HTTP/1.1\r")) != 0)
    return FALSE;

  query = memchr (path, '?', path_end - path);
  self->path = g_strndup (path, (query != NULL ? query : path_end) - path);
  if (query != NULL)
    self->query = g_strndup (query + 1, path_end - query - 1);

  return TRUE;
}

gboolean
peer_handshake_parse (PeerHandshake *self,
                      const char *head,
                      gsize length)
{
  *self = (PeerHandshake){ .headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST) };

  /* Up to the empty line, not with it. */
  if (memchr (head, '\0', length) == NULL && parse_request_line (self, head, length) &&
      soup_headers_parse (head, length - 2, self->headers) && is_handshake (self->headers))
    return TRUE;

  peer_handshake_clear (self);

  return FALSE;
}

void
peer_handshake_clear (PeerHandshake *self)
{
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->query, g_free);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
}

char *
peer_handshake_build_answer (PeerHandshake *self)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  const char *key = soup_message_headers_get_one (self->headers, "Sec-WebSocket-Key");
  g_autofree char *accept = NULL;
  guint8 digest[20];
  gsize digest_length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) key, strlen (key));
  g_checksum_update (checksum, (const guchar *) MAGIC, strlen (MAGIC));
  g_checksum_get_digest (checksum, digest, &digest_length);
  accept = g_base64_encode (digest, digest_length);

  return g_strconcat ("HTTP/1.1 101 Switching Protocols\r\n"
                      "Upgrade: websocket\r\n"
                      "Connection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: ",
                      accept, "\r\n\r\n", NULL);
}
