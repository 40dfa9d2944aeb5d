/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "monitor.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "metrics.h"

#define DEFAULT_PORT 9001
#define LOOPBACK "127.0.0.1"

struct _Monitor
{
  PeerServer *server;
  PeerSignalingManager *rooms; /* nullable */
  SoupServer *http;
  char *uri;
};

static void
answer (SoupServerMessage *message,
        guint status,
        const char *type,
        const char *text)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Cache-Control", "no-store");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

/* {"status":"ok"} or, with what stands in the way,
 * {"status":"unavailable","reasons":[…]}. */
static void
answer_status (SoupServerMessage *message,
               GPtrArray *reasons)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "status");
  json_builder_add_string_value (builder, reasons->len == 0 ? "ok" : "unavailable");
  if (reasons->len > 0)
    {
      json_builder_set_member_name (builder, "reasons");
      json_builder_begin_array (builder);
      for (guint i = 0; i < reasons->len; i++)
        json_builder_add_string_value (builder, g_ptr_array_index (reasons, i));
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  answer (message, reasons->len == 0 ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE, "application/json", text);
}

/* Whether there is any use in sending somebody here. */
static GPtrArray *
list_obstacles (Monitor *self)
{
  GPtrArray *reasons = g_ptr_array_new_with_free_func (g_free);

  if (peer_server_get_uri (self->server) == NULL)
    g_ptr_array_add (reasons, g_strdup ("The server is not listening"));

  return reasons;
}

/* Beside that, whether the server can do all that it should. */
static GPtrArray *
list_troubles (Monitor *self)
{
  GPtrArray *reasons = list_obstacles (self);
  g_autoptr (GVariant) stats = peer_server_dup_stats (self->server);
  const char *trouble;

  if (g_variant_lookup (stats, "broker-error", "&s", &trouble))
    g_ptr_array_add (reasons, g_strdup (trouble));

  return reasons;
}

static void
handler_cb (SoupServer *http,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  Monitor *self = user_data;
  const char *method = soup_server_message_get_method (message);

  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD)
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", "GET, HEAD");
      answer (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "text/plain", "");
    }
  else if (g_str_equal (path, "/metrics"))
    {
      g_autofree char *text = metrics_format (self->server, self->rooms);

      answer (message, SOUP_STATUS_OK, METRICS_CONTENT_TYPE, text);
    }
  else if (g_str_equal (path, "/healthz"))
    {
      g_autoptr (GPtrArray) reasons = list_troubles (self);

      answer_status (message, reasons);
    }
  else if (g_str_equal (path, "/readyz"))
    {
      g_autoptr (GPtrArray) reasons = list_obstacles (self);

      answer_status (message, reasons);
    }
  else
    {
      answer (message, SOUP_STATUS_NOT_FOUND, "text/plain", "");
    }
}

/* No route reads a body. */
static void
early_cb (SoupServer *http,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

static GSocketAddress *
parse_where (const char *where,
             guint index,
             GError **error)
{
  gboolean is_port = strspn (where, "0123456789") == strlen (where);
  g_autofree char *text = is_port         ? g_strdup_printf (LOOPBACK ":%s", where)
                          : *where == ':' ? g_strconcat (LOOPBACK, where, NULL)
                                          : g_strdup (where);
  g_autoptr (GSocketConnectable) connectable = g_network_address_parse (text, DEFAULT_PORT, error);
  g_autoptr (GSocketAddressEnumerator) enumerator = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  guint port;

  if (connectable == NULL)
    return NULL;

  enumerator = g_socket_connectable_enumerate (connectable);
  address = g_socket_address_enumerator_next (enumerator, NULL, error);
  if (address == NULL || index == 0)
    return g_steal_pointer (&address);

  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  if (port > 0)
    port += index;
  if (port <= G_MAXUINT16)
    return g_inet_socket_address_new (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)), (guint16) port);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("there are not as many ports as workers"));

  return NULL;
}

Monitor *
monitor_new (PeerServer *server,
             PeerSignalingManager *rooms,
             const char *where,
             guint index,
             GError **error)
{
  g_autoptr (Monitor) self = g_new0 (Monitor, 1);
  g_autoptr (GSocketAddress) address = parse_where (where, index, error);
  GSList *uris;

  self->server = g_object_ref (server);
  g_set_object (&self->rooms, rooms);
  self->http = soup_server_new (NULL, NULL);
  if (address == NULL || !soup_server_listen (self->http, address, 0, error))
    {
      g_prefix_error (error, _ ("Could not listen at %s: "), where);
      return NULL;
    }

  uris = soup_server_get_uris (self->http);
  self->uri = g_uri_to_string (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  soup_server_add_early_handler (self->http, NULL, early_cb, self, NULL);
  soup_server_add_handler (self->http, NULL, handler_cb, self, NULL);

  return g_steal_pointer (&self);
}

void
monitor_free (Monitor *self)
{
  soup_server_disconnect (self->http);
  g_object_unref (self->http);
  g_object_unref (self->server);
  g_clear_object (&self->rooms);
  g_free (self->uri);
  g_free (self);
}

const char *
monitor_get_uri (Monitor *self)
{
  return self->uri;
}
