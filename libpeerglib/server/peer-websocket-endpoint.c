/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-websocket-endpoint-private.h"

#include "peer-address-private.h"
#include "peer-http-api-private.h"
#include "peer-upgrades-private.h"

#define STATUS_UPGRADE_REQUIRED 426

struct _PeerWebsocketEndpoint
{
  SoupServer *server;
  char *path;
  PeerUpgrades *upgrades;
  char **allowed_origins; /* nullable */
  gboolean proxied;
  PeerWebsocketOpenedFunc func;
  gpointer user_data;
};

static void
upgraded (PeerPollStream *stream,
          SoupServerMessage *message,
          gpointer user_data)
{
  PeerWebsocketEndpoint *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *forwarded = self->proxied ? soup_message_headers_get_list (headers, "X-Forwarded-For") : NULL;
  g_autofree char *address = peer_address_new (soup_server_message_get_remote_host (message), forwarded);
  PeerWebsocketRequest request = {
    .address = address,
    .query = g_uri_get_query (soup_server_message_get_uri (message)),
    .headers = headers,
  };

  self->func (stream, &request, self->user_data);
}

static gboolean
is_origin_allowed (PeerWebsocketEndpoint *self,
                   SoupServerMessage *message)
{
  PeerHttpApi api = { .allowed_origins = (const char *const *) self->allowed_origins };

  return peer_http_api_check_origin (&api, soup_message_headers_get_list (soup_server_message_get_request_headers (message), "Origin"));
}

/* A handler gets what lies below its path, too. */
static gboolean
is_at_path (PeerWebsocketEndpoint *self,
            const char *path)
{
  gsize length = strlen (self->path);

  return strncmp (path, self->path, length) == 0 && (path[length] == '\0' || strcmp (path + length, "/") == 0);
}

static void
early_cb (SoupServer *server,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  PeerWebsocketEndpoint *self = user_data;
  guint status = SOUP_STATUS_BAD_REQUEST;

  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  if (!peer_upgrades_is_asked_for (message))
    return;

  if (!is_origin_allowed (self, message))
    status = SOUP_STATUS_FORBIDDEN;
  else if (is_at_path (self, path))
    status = peer_upgrades_begin (self->upgrades, message);
  if (status != 0)
    peer_http_api_refuse_upgrade (message, status);
}

static void
handler_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  if (is_at_path (user_data, path))
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Upgrade", "websocket");
      soup_server_message_set_status (message, STATUS_UPGRADE_REQUIRED, "Upgrade Required");
    }
  else
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
    }
}

PeerWebsocketEndpoint *
peer_websocket_endpoint_new (PeerPollHub *hub,
                             SoupServer *server,
                             const char *path,
                             PeerWebsocketOpenedFunc func,
                             gpointer user_data)
{
  PeerWebsocketEndpoint *self = g_new0 (PeerWebsocketEndpoint, 1);

  self->server = g_object_ref (server);
  self->path = g_strdup (path);
  self->upgrades = peer_upgrades_new (hub, upgraded, self);
  self->func = func;
  self->user_data = user_data;
  soup_server_add_early_handler (server, path, early_cb, self, NULL);
  soup_server_add_handler (server, path, handler_cb, self, NULL);

  return self;
}

void
peer_websocket_endpoint_free (PeerWebsocketEndpoint *self)
{
  soup_server_remove_handler (self->server, self->path);
  peer_upgrades_free (self->upgrades);
  g_object_unref (self->server);
  g_strfreev (self->allowed_origins);
  g_free (self->path);
  g_free (self);
}

void
peer_websocket_endpoint_configure (PeerWebsocketEndpoint *self,
                                   const char *const *allowed_origins,
                                   gboolean proxied)
{
  g_strfreev (self->allowed_origins);
  self->allowed_origins = g_strdupv ((char **) allowed_origins);
  self->proxied = proxied;
}

SoupServer *
peer_websocket_endpoint_get_server (PeerWebsocketEndpoint *self)
{
  return self->server;
}

const char *
peer_websocket_endpoint_get_path (PeerWebsocketEndpoint *self)
{
  return self->path;
}
