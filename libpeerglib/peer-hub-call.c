/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-call-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "signaling/peer-http-private.h"

/* Of an answer: a description with all candidates. */
#define MAX_ANSWER_SIZE (256 * 1024)

static const char *const routes[] = {
  [PEER_HUB_REQUEST_OFFER] = "offer",
  [PEER_HUB_REQUEST_CANDIDATE] = "candidate",
  [PEER_HUB_REQUEST_LEAVE] = "leave",
};

static PeerError
get_code (guint status)
{
  switch (status)
    {
    case SOUP_STATUS_BAD_REQUEST:
      return PEER_ERROR_INVALID_DATA;
    case SOUP_STATUS_FORBIDDEN:
      return PEER_ERROR_REFUSED;
    case SOUP_STATUS_CONFLICT:
      return PEER_ERROR_UNAVAILABLE_ID;
    case SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE:
    case SOUP_STATUS_SERVICE_UNAVAILABLE:
      return PEER_ERROR_LIMIT_EXCEEDED;
    default:
      return PEER_ERROR_SERVER_ERROR;
    }
}

static GError *
new_answer_error (SoupMessage *message,
                  GBytes *body)
{
  gsize size;
  const char *text = g_bytes_get_data (body, &size);
  g_autofree char *said = peer_hub_answer_parse_error (text, size);
  guint status = soup_message_get_status (message);

  if (said != NULL)
    return g_error_new_literal (PEER_ERROR, (int) get_code (status), said);

  return g_error_new (PEER_ERROR, (int) get_code (status), _ ("The server answered %u %s"), status,
                      soup_message_get_reason_phrase (message));
}

static GError *
new_network_error (const GError *error)
{
  PeerError code = error->domain == G_TLS_ERROR ? PEER_ERROR_SSL_UNAVAILABLE : PEER_ERROR_NETWORK;

  return g_error_new (PEER_ERROR, (int) code, _ ("Could not reach the hub: %s"), error->message);
}

static void
sent_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SoupMessage *message = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = peer_http_send_finish (SOUP_SESSION (object), result, &error);

  if (body != NULL && soup_message_get_status (message) == SOUP_STATUS_OK)
    g_task_return_pointer (task, g_steal_pointer (&body), (GDestroyNotify) g_bytes_unref);
  else if (body != NULL)
    g_task_return_error (task, new_answer_error (message, body));
  else if (error->domain == PEER_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_error (task, new_network_error (error));
}

static GUri *
get_route_uri (GUri *uri,
               PeerHubRequestKind kind)
{
  const char *path = g_uri_get_path (uri);
  g_autofree char *route = g_strconcat (path, g_str_has_suffix (path, "/") ? "" : "/", routes[kind], NULL);

  return soup_uri_copy (uri, SOUP_URI_PATH, route, SOUP_URI_NONE);
}

void
peer_hub_call_async (SoupSession *session,
                     GUri *uri,
                     PeerHubRequestKind kind,
                     const PeerHubRequest *request,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);
  g_autoptr (GUri) route = get_route_uri (uri, kind);
  g_autoptr (SoupMessage) message = soup_message_new_from_uri (SOUP_METHOD_POST, route);
  g_autoptr (GError) error = NULL;
  char *text = peer_hub_request_print (request, kind, &error);
  g_autoptr (GBytes) body = NULL;

  g_task_set_source_tag (task, peer_hub_call_async);
  if (text == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      g_object_unref (task);
      return;
    }

  body = g_bytes_new_take (text, strlen (text));
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  g_task_set_task_data (task, g_object_ref (message), g_object_unref);
  peer_http_send_async (session, message, MAX_ANSWER_SIZE, cancellable, sent_cb, task);
}

GBytes *
peer_hub_call_finish (SoupSession *session,
                      GAsyncResult *result,
                      GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_hub_call_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
