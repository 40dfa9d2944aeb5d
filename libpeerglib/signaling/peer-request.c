/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-request-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "protocol/peer-json-private.h"

/* The version of PeerJS whose protocol this is. */
#define PEERJS_VERSION "1.5.5"

/* Milliseconds that what was sent may stay without TCP's acknowledgement: for
 * servers that answer no pings. */
#define ACKNOWLEDGEMENT_TIMEOUT 60000

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

static void
network_event_cb (SoupMessage *request,
                  GSocketClientEvent event,
                  GIOStream *stream)
{
  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (stream))
    g_socket_set_option (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), IPPROTO_TCP, TCP_USER_TIMEOUT,
                         ACKNOWLEDGEMENT_TIMEOUT, NULL);
}

void
peer_request_expect_acknowledgements (SoupMessage *request)
{
  g_signal_connect (request, "network-event", G_CALLBACK (network_event_cb), NULL);
}

SoupMessage *
peer_request_new_websocket (GUri *server,
                            const char *key,
                            const char *id,
                            const char *token)
{
  const char *query[] = { "key", key, "id", id, "token", token, "version", PEERJS_VERSION, NULL };
  SoupMessage *request = peer_request_new (server, "peerjs", query);

  peer_request_expect_acknowledgements (request);

  return request;
}

char *
peer_request_parse_id (GBytes *body)
{
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  g_autofree char *id = g_strstrip (g_strndup (text != NULL ? text : "", length));

  return *id != '\0' && g_utf8_validate (id, -1, NULL) ? g_steal_pointer (&id) : NULL;
}

char **
peer_request_parse_peers (GBytes *body,
                          GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GVariant) ids = NULL;
  gsize length, n_ids;
  const char *text = g_bytes_get_data (body, &length);

  ids = peer_json_parse (text, length, PEER_JSON_MAX_DEPTH, error);
  if (ids == NULL)
    return NULL;

  n_ids = g_variant_is_container (ids) ? g_variant_n_children (ids) : 0;
  for (gsize i = 0; i < n_ids; i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (ids, i);
      g_autoptr (GVariant) id = g_variant_is_of_type (boxed, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (boxed) : NULL;

      if (id != NULL && g_variant_is_of_type (id, G_VARIANT_TYPE_STRING))
        g_strv_builder_add (builder, g_variant_get_string (id, NULL));
    }

  return g_strv_builder_end (builder);
}

char *
peer_request_parse_refusal (const PeerEnvelope *envelope,
                            const char *fallback)
{
  g_autoptr (GVariant) payload = NULL;
  char *message = NULL;

  if (envelope->payload != NULL)
    payload = peer_json_parse (envelope->payload, envelope->payload_length, PEER_JSON_MAX_DEPTH, NULL);
  if (payload != NULL && g_variant_is_of_type (payload, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (payload, "msg", "s", &message);

  return message != NULL ? message : g_strdup (fallback);
}
