/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-http-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-http-api-private.h"

#define TYPE_JSON "application/json; charset=utf-8"

static const char *const routes[] = {
  [PEER_HUB_REQUEST_OFFER] = "offer",
  [PEER_HUB_REQUEST_CANDIDATE] = "candidate",
  [PEER_HUB_REQUEST_LEAVE] = "leave",
};
static const char *const shown_routes[] = { "rooms", "room-status" };

struct _PeerHubHttp
{
  SoupServer *server;
  char *path;
  const PeerHubHttpFuncs *funcs;
  gpointer user_data;
  char **cors_origins;
  gsize max_request_size;
  GHashTable *replies; /* those to come */
};

struct _PeerHubReply
{
  PeerHubHttp *http;          /* NULL when the routes are gone */
  SoupServerMessage *message; /* NULL when nobody waits */
};

static void
answer (SoupServerMessage *message,
        guint status,
        const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, TYPE_JSON, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
answer_error (SoupServerMessage *message,
              guint status,
              const char *reason)
{
  g_autofree char *text = peer_hub_answer_print_error (reason);

  answer (message, status, text);
}

static guint
get_status (const GError *error)
{
  static const struct
  {
    PeerError code;
    guint status;
  } statuses[] = {
    { PEER_ERROR_INVALID_DATA, SOUP_STATUS_BAD_REQUEST },
    { PEER_ERROR_INVALID_ID, SOUP_STATUS_BAD_REQUEST },
    { PEER_ERROR_REFUSED, SOUP_STATUS_FORBIDDEN },
    { PEER_ERROR_UNAVAILABLE_ID, SOUP_STATUS_CONFLICT },
    { PEER_ERROR_LIMIT_EXCEEDED, SOUP_STATUS_SERVICE_UNAVAILABLE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      if (g_error_matches (error, PEER_ERROR, statuses[i].code))
        return statuses[i].status;
    }

  return SOUP_STATUS_INTERNAL_SERVER_ERROR;
}

static void
answer_gerror (SoupServerMessage *message,
               const GError *error)
{
  answer_error (message, get_status (error), error->message);
}

static void
finished_cb (SoupServerMessage *message,
             gpointer user_data)
{
  PeerHubReply *reply = user_data;

  g_signal_handlers_disconnect_by_data (message, reply);
  g_clear_object (&reply->message);
}

static PeerHubReply *
reply_new (PeerHubHttp *http,
           SoupServerMessage *message)
{
  PeerHubReply *reply = g_new0 (PeerHubReply, 1);

  reply->http = http;
  reply->message = g_object_ref (message);
  g_hash_table_add (http->replies, reply);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), reply);
  soup_server_message_pause (message);

  return reply;
}

/* The message to answer, if somebody waits for it; it goes on. */
static SoupServerMessage *
reply_take (PeerHubReply *reply)
{
  SoupServerMessage *message = g_steal_pointer (&reply->message);

  if (message != NULL)
    {
      g_signal_handlers_disconnect_by_data (message, reply);
      soup_server_message_unpause (message);
    }
  if (reply->http != NULL)
    g_hash_table_remove (reply->http->replies, reply);
  g_free (reply);

  return message;
}

void
peer_hub_reply_end (PeerHubReply *reply,
                    const char *text)
{
  g_autoptr (SoupServerMessage) message = reply_take (reply);

  if (message != NULL)
    answer (message, SOUP_STATUS_OK, text);
}

void
peer_hub_reply_fail (PeerHubReply *reply,
                     const GError *error)
{
  g_autoptr (SoupServerMessage) message = reply_take (reply);

  if (message != NULL)
    answer_gerror (message, error);
}

/* The part of the path behind ours, NULL when it only looks like ours. */
static const char *
get_route (PeerHubHttp *self,
           const char *path)
{
  gsize length = strlen (self->path);

  return strncmp (path, self->path, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

/* Bodies that say how long they are are the only ones that can be refused
 * before they are read. */
static void
early_cb (SoupServer *server,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  PeerHubHttp *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  SoupEncoding encoding = soup_message_headers_get_encoding (headers);

  if (encoding == SOUP_ENCODING_CONTENT_LENGTH &&
      (guint64) soup_message_headers_get_content_length (headers) <= self->max_request_size)
    return;

  soup_message_body_set_accumulate (body, FALSE);
  if (encoding == SOUP_ENCODING_NONE)
    return;

  peer_http_api_add_cors_headers (message, (const char *const *) self->cors_origins);
  if (encoding == SOUP_ENCODING_CONTENT_LENGTH)
    answer_error (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, _ ("The request is too large"));
  else
    answer_error (message, SOUP_STATUS_LENGTH_REQUIRED, _ ("The request does not say how long it is"));
}

static void
handle_post (PeerHubHttp *self,
             SoupServerMessage *message,
             PeerHubRequestKind kind)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  const char *address = soup_server_message_get_remote_host (message);
  g_auto (PeerHubRequest) request = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *status = NULL;
  gboolean is_done = FALSE;

  if (peer_hub_request_parse (&request, kind, g_bytes_get_data (body, NULL), g_bytes_get_size (body), &error))
    {
      if (kind == PEER_HUB_REQUEST_OFFER)
        {
          self->funcs->offer (&request, address, reply_new (self, message), self->user_data);
          return;
        }

      is_done = kind == PEER_HUB_REQUEST_CANDIDATE ? self->funcs->candidate (&request, &error, self->user_data)
                                                   : self->funcs->leave (&request, address, &error, self->user_data);
    }

  if (!is_done)
    {
      answer_gerror (message, error);
      return;
    }

  status = peer_hub_answer_print_status ();
  answer (message, SOUP_STATUS_OK, status);
}

static char *
show (PeerHubHttp *self,
      const char *route)
{
  if (g_str_equal (route, "rooms"))
    return self->funcs->list_rooms (self->user_data);
  if (g_str_has_prefix (route, "room-status/"))
    return self->funcs->describe_room (route + strlen ("room-status/"), self->user_data);

  return NULL;
}

static void
handle_route (PeerHubHttp *self,
              SoupServerMessage *message,
              const char *route)
{
  const char *method = soup_server_message_get_method (message);
  g_autofree char *text = NULL;

  for (guint kind = 0; method == SOUP_METHOD_POST && kind < G_N_ELEMENTS (routes); kind++)
    {
      if (g_str_equal (route, routes[kind]))
        {
          handle_post (self, message, (PeerHubRequestKind) kind);
          return;
        }
    }

  if (method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD)
    text = show (self, route);
  if (text != NULL)
    answer (message, SOUP_STATUS_OK, text);
  else
    answer_error (message, SOUP_STATUS_NOT_FOUND, _ ("There is nothing here"));
}

static void
handler_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  PeerHubHttp *self = user_data;
  const char *route = get_route (self, path);

  peer_http_api_add_cors_headers (message, (const char *const *) self->cors_origins);
  if (soup_server_message_get_method (message) == SOUP_METHOD_OPTIONS)
    peer_http_api_answer_preflight (message);
  else
    handle_route (self, message, route != NULL ? route : "");
}

static void
add_route (PeerHubHttp *self,
           const char *route)
{
  g_autofree char *path = g_strconcat (self->path, "/", route, NULL);

  soup_server_add_early_handler (self->server, path, early_cb, self, NULL);
  soup_server_add_handler (self->server, path, handler_cb, self, NULL);
}

static void
remove_route (PeerHubHttp *self,
              const char *route)
{
  g_autofree char *path = g_strconcat (self->path, "/", route, NULL);

  soup_server_remove_handler (self->server, path);
}

PeerHubHttp *
peer_hub_http_new (SoupServer *server,
                   const char *path,
                   const PeerHubHttpFuncs *funcs,
                   gpointer user_data)
{
  PeerHubHttp *self = g_new0 (PeerHubHttp, 1);

  self->server = g_object_ref (server);
  self->path = g_strdup (path);
  self->funcs = funcs;
  self->user_data = user_data;
  self->replies = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    add_route (self, routes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (shown_routes); i++)
    add_route (self, shown_routes[i]);

  return self;
}

/* Whoever waits hears that there will be no answer. */
static void
abandon_replies (PeerHubHttp *self)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->replies);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      PeerHubReply *reply = key;
      g_autoptr (SoupServerMessage) message = g_steal_pointer (&reply->message);

      reply->http = NULL;
      if (message == NULL)
        continue;
      g_signal_handlers_disconnect_by_data (message, reply);
      answer_error (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, _ ("The hub has gone"));
      soup_server_message_unpause (message);
    }
}

void
peer_hub_http_free (PeerHubHttp *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    remove_route (self, routes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (shown_routes); i++)
    remove_route (self, shown_routes[i]);
  abandon_replies (self);

  g_hash_table_unref (self->replies);
  g_object_unref (self->server);
  g_strfreev (self->cors_origins);
  g_free (self->path);
  g_free (self);
}

void
peer_hub_http_set_cors_origins (PeerHubHttp *self,
                                const char *const *origins)
{
  g_strfreev (self->cors_origins);
  self->cors_origins = g_strdupv ((char **) origins);
}

void
peer_hub_http_set_max_request_size (PeerHubHttp *self,
                                    gsize size)
{
  self->max_request_size = size;
}
