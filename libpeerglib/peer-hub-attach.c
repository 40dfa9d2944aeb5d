/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "protocol/peer-json-private.h"
#include "server/peer-http-api-private.h"
#include "transport/peer-webrtc-transport-private.h"

typedef struct
{
  PeerHubReply *reply;
  char *peer_id;
} Answer;

static void
answered_cb (const char *sdp,
             const GError *error,
             gpointer user_data)
{
  g_autofree Answer *answer = user_data;
  g_autofree char *peer_id = answer->peer_id;
  g_autofree char *text = sdp != NULL ? peer_hub_answer_print (sdp, peer_id) : NULL;
  g_autoptr (GError) left = NULL;

  if (text != NULL)
    {
      peer_hub_reply_end (answer->reply, text);
      return;
    }

  /* It left by its own wish before there was an answer. */
  if (error == NULL)
    error = left = g_error_new_literal (PEER_ERROR, PEER_ERROR_ABORTED, _ ("The client has left"));
  peer_hub_reply_fail (answer->reply, error);
}

static void
offer_cb (PeerHubRequest *request,
          const char *address,
          PeerHubReply *reply,
          gpointer user_data)
{
  g_autoptr (PeerHub) self = g_object_ref (user_data);
  Answer *answer = g_new0 (Answer, 1);

  answer->reply = reply;
  answer->peer_id = g_strdup (request->peer_id);
  peer_hub_handle_offer (self, request, address, answered_cb, answer);
}

static gboolean
candidate_cb (PeerHubRequest *request,
              GError **error,
              gpointer user_data)
{
  g_autoptr (PeerHub) self = g_object_ref (user_data);

  return peer_hub_handle_candidate (self, request, error);
}

static gboolean
leave_cb (PeerHubRequest *request,
          const char *address,
          GError **error,
          gpointer user_data)
{
  g_autoptr (PeerHub) self = g_object_ref (user_data);

  return peer_hub_handle_leave (self, request, address, error);
}

static char *
list_rooms_cb (gpointer user_data)
{
  PeerHub *self = user_data;
  g_autoptr (GVariant) info = NULL;

  if (!self->settings->admin_routes)
    return NULL;

  info = peer_hub_rooms_info (self);

  return peer_json_print (info, NULL, NULL);
}

static char *
describe_room_cb (const char *name,
                  gpointer user_data)
{
  PeerHub *self = user_data;
  PeerHubRoom *room = peer_hub_lookup (self, name);
  g_autoptr (GVariant) description = NULL;
  GVariantDict dict;

  if (!self->settings->admin_routes || room == NULL)
    return NULL;

  description = g_variant_ref_sink (peer_hub_room_describe (room));
  g_variant_dict_init (&dict, description);
  g_variant_unref (description);
  g_variant_dict_insert_value (&dict, "count", g_variant_new_int64 (room->network->members->len));
  g_variant_dict_remove (&dict, "peer_count");
  description = g_variant_ref_sink (g_variant_dict_end (&dict));

  return peer_json_print (description, NULL, NULL);
}

static const PeerHubHttpFuncs funcs = {
  .offer = offer_cb,
  .candidate = candidate_cb,
  .leave = leave_cb,
  .list_rooms = list_rooms_cb,
  .describe_room = describe_room_cb,
};

static void
configure (PeerHub *self,
           PeerHubHttp *http)
{
  peer_hub_http_set_cors_origins (http, (const char *const *) self->settings->cors_origins);
  peer_hub_http_set_max_request_size (http, self->settings->numbers[PROP_MAX_REQUEST_SIZE]);
}

void
peer_hub_configure_attachments (PeerHub *self)
{
  for (guint i = 0; i < self->attachments->len; i++)
    configure (self, g_ptr_array_index (self->attachments, i));
}

/**
 * peer_hub_attach:
 * @self: a hub
 * @server: a server on the same main context
 * @path: where it answers, `/` or a path as in `/hub`
 * @error: return location for an error
 *
 * Makes the hub a part of an HTTP server: it answers `POST /offer`,
 * `/candidate` and `/leave` below a path, until [method@Peer.Hub.stop]. What is
 * asked and answered is JSON:
 *
 * | request | answer |
 * | --- | --- |
 * | `/offer` `{room, peer_id, offer: {sdp, type}}` | `{answer: {sdp, type}, peer_id}` |
 * | `/candidate` `{room, peer_id, candidate}` | `{status: "ok"}` |
 * | `/leave` `{room, peer_id}` | `{status: "ok"}` |
 *
 * An offer may have `metadata` and `credentials` of any value, and a `token`: who
 * knows it may have the id again while the hub still holds the old link, and
 * all other requests for the client need it, too.
 *
 * Errors are answered `{error: "…"}` with status 400 for what is malformed or
 * missing, 403 for what is refused, 409 for an id that is taken, 413 for a
 * request that is too large, 503 for what is beyond a limit, else 500.
 *
 * A server of [class@Peer.Server]'s own is its
 * [property@Peer.Server:soup-server]. Fails with %PEER_ERROR_SERVER_ERROR when
 * the path does not begin with a slash.
 *
 * Returns: %TRUE if it answers
 */
gboolean
peer_hub_attach (PeerHub *self,
                 SoupServer *server,
                 const char *path,
                 GError **error)
{
  g_autofree char *mount = NULL;
  PeerHubHttp *http;

  g_return_val_if_fail (PEER_IS_HUB (self), FALSE);
  g_return_val_if_fail (SOUP_IS_SERVER (server), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  mount = peer_http_api_normalize_path (path);
  if (mount == NULL)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR, _ ("The path “%s” does not begin with a slash"), path);
      return FALSE;
    }

  http = peer_hub_http_new (server, mount, &funcs, self);
  configure (self, http);
  g_ptr_array_add (self->attachments, http);
  /* The first client need not wait for the plugins. */
  if (self->settings->links->transport_factory == peer_webrtc_transport_new)
    peer_webrtc_transport_warm_up ();

  return TRUE;
}
