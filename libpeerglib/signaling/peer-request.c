/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-request-private.h"

/* The version of PeerJS whose protocol this is. */
#define PEERJS_VERSION "1.5.5"

/* A request below the server's path; the names and values of the query come
 * in pairs, and are escaped, which PeerJS leaves to the browser. */
static SoupMessage *
peer_request_new (GUri *server,
                  const char *path,
                  const char *const *query)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GUri) uri = NULL;
  g_autofree char *base = g_uri_to_string (server);
  const char *separator = "?";

  g_string_append (text, base);
  g_string_append (text, path);
  for (; *query != NULL; query += 2)
    {
      g_string_append_printf (text, "%s%s=", separator, query[0]);
      g_string_append_uri_escaped (text, query[1], NULL, FALSE);
      separator = "&";
    }

  uri = g_uri_parse (text->str, SOUP_HTTP_URI_FLAGS, NULL);

  return soup_message_new_from_uri (SOUP_METHOD_GET, uri);
}

SoupMessage *
peer_request_new_http (GUri *server,
                       const char *key,
                       const char *resource)
{
  g_autofree char *escaped = g_uri_escape_string (key, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("%s/%s", escaped, resource);
  g_autofree char *unique = g_strdup_printf ("%" G_GINT64_FORMAT "%u", g_get_real_time () / 1000, g_random_int ());
  const char *query[] = { "ts", unique, "version", PEERJS_VERSION, NULL };

  return peer_request_new (server, path, query);
}

SoupMessage *
peer_request_new_websocket (GUri *server,
                            const char *key,
                            const char *id,
                            const char *token)
{
  const char *query[] = { "key", key, "id", id, "token", token, "version", PEERJS_VERSION, NULL };

  return peer_request_new (server, "peerjs", query);
}
