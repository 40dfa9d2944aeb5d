/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-http-api-private.h"

#define WELCOME "{\"name\":\"PeerJS Server\","                                                             \
                "\"description\":\"A server side element to broker connections between PeerJS clients.\"," \
                "\"website\":\"https://peerjs.com/\"}"

#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_JSON "application/json; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"

char *
peer_http_api_normalize_path (const char *path)
{
  gsize length;

  if (path == NULL || *path != '/')
    return NULL;

  for (length = strlen (path); length > 0 && path[length - 1] == '/'; length--)
    ;

  return g_strndup (path, length);
}

static void
answer (SoupServerMessage *message,
        guint status,
        const char *type,
        const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
answer_not_found (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *decoded = g_uri_get_path (soup_server_message_get_uri (message));
  g_autofree char *encoded = g_uri_escape_string (decoded, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);
  g_autofree char *path = g_markup_escape_text (encoded, -1);
  g_autofree char *text = g_strdup_printf ("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                                           "<title>Error</title>\n</head>\n<body>\n<pre>Cannot %s %s</pre>\n"
                                           "</body>\n</html>\n",
                                           soup_server_message_get_method (message), path);

  soup_message_headers_replace (headers, "Content-Security-Policy", "default-src 'none'");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  answer (message, SOUP_STATUS_NOT_FOUND, TYPE_HTML, text);
}

static gboolean
is_among (const char *origin,
          const char *const *origins)
{
  return origins == NULL || g_strv_contains (origins, "*") || g_strv_contains (origins, origin);
}

gboolean
peer_http_api_check_origin (const PeerHttpApi *self,
                            const char *origin)
{
  return origin == NULL || is_among (origin, self->allowed_origins);
}

void
peer_http_api_add_cors_headers (SoupServerMessage *message,
                                const char *const *origins)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *origin = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Origin");

  soup_message_headers_append (headers, "Vary", "Origin");
  if (origin != NULL && is_among (origin, origins))
    soup_message_headers_replace (headers, "Access-Control-Allow-Origin", origin);
}

/* libsoup takes the Content-Length off a 204 and then believes that the
 * answer ends with the connection. */
static void
keep_alive_cb (SoupServerMessage *message,
               gpointer user_data)
{
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CONTENT_LENGTH);
}

void
peer_http_api_answer_preflight (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *requested = soup_message_headers_get_list (soup_server_message_get_request_headers (message),
                                                         "Access-Control-Request-Headers");

  soup_message_headers_replace (headers, "Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
  soup_message_headers_append (headers, "Vary", "Access-Control-Request-Headers");
  if (requested != NULL)
    soup_message_headers_replace (headers, "Access-Control-Allow-Headers", requested);
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (keep_alive_cb), NULL);
}

static void
answer_id (const PeerHttpApi *self,
           SoupServerMessage *message,
           gboolean is_key_valid)
{
  g_autofree char *id = NULL;

  if (!is_key_valid)
    {
      answer (message, SOUP_STATUS_BAD_REQUEST, TYPE_TEXT, "Invalid key provided");
      return;
    }

  id = self->generate_id (self->user_data);
  answer (message, SOUP_STATUS_OK, TYPE_HTML, id);
}

static void
answer_peers (const PeerHttpApi *self,
              SoupServerMessage *message,
              gboolean is_key_valid)
{
  g_autofree char *list = NULL;

  if (!self->allow_discovery || !is_key_valid)
    {
      answer (message, SOUP_STATUS_UNAUTHORIZED, TYPE_TEXT, "Unauthorized");
      return;
    }

  list = self->list_clients (message, self->user_data);
  if (list != NULL)
    answer (message, SOUP_STATUS_OK, TYPE_JSON, list);
  else
    soup_server_message_pause (message);
}

void
peer_http_api_answer_list (SoupServerMessage *message,
                           const char *list)
{
  answer (message, SOUP_STATUS_OK, TYPE_JSON, list);
  soup_server_message_unpause (message);
}

static void
answer_ice (const PeerHttpApi *self,
            SoupServerMessage *message,
            const char *key)
{
  const char *query_text = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) query = soup_form_decode (query_text != NULL ? query_text : "");
  g_autofree char *list = self->list_ice_servers (key, query, self->user_data);

  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Cache-Control", "no-store");
  if (list != NULL)
    answer (message, SOUP_STATUS_OK, TYPE_JSON, list);
  else
    answer (message, SOUP_STATUS_UNAUTHORIZED, TYPE_TEXT, "Unauthorized");
}

/* Express takes names in any case, and a slash at the end. */
static void
route (const PeerHttpApi *self,
       SoupServerMessage *message,
       const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  guint n_parts = g_strv_length (parts);
  const char *name;
  gboolean is_key_valid;

  if (n_parts > 1 && *parts[n_parts - 1] == '\0')
    n_parts--;

  if (n_parts <= 1)
    {
      answer (message, SOUP_STATUS_OK, TYPE_JSON, WELCOME);
      return;
    }

  is_key_valid = self->key == NULL || g_strcmp0 (parts[1], self->key) == 0;
  name = n_parts == 3 && *parts[1] != '\0' ? parts[2] : "";
  if (g_ascii_strcasecmp (name, "id") == 0)
    answer_id (self, message, is_key_valid);
  else if (g_ascii_strcasecmp (name, "peers") == 0)
    answer_peers (self, message, is_key_valid);
  else if (g_ascii_strcasecmp (name, "ice") == 0 && self->list_ice_servers != NULL)
    answer_ice (self, message, parts[1]);
  else
    answer_not_found (message);
}

void
peer_http_api_handle (const PeerHttpApi *self,
                      SoupServerMessage *message,
                      const char *path)
{
  gsize mount_length = strlen (self->mount);
  const char *method = soup_server_message_get_method (message);

  if (g_ascii_strncasecmp (path, self->mount, mount_length) != 0 ||
      (path[mount_length] != '\0' && path[mount_length] != '/'))
    {
      answer_not_found (message);
      return;
    }

  peer_http_api_add_cors_headers (message, self->cors_origins);
  if (method == SOUP_METHOD_OPTIONS)
    peer_http_api_answer_preflight (message);
  else if (method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD)
    route (self, message, path + mount_length);
  else
    answer_not_found (message);
}

void
peer_http_api_refuse_upgrade (SoupServerMessage *message,
                              guint status)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Connection", "close");
  answer (message, status, "text/html", soup_status_get_phrase (status));
}
