/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "protocol/peer-hub-request-private.h"

G_BEGIN_DECLS

/* The HTTP routes of a hub at a SoupServer, below a path: POST /offer,
 * /candidate and /leave, and GET /rooms and /room-status/NAME for who may see
 * them. All answers are JSON, those to errors {"error":…}. */
typedef struct _PeerHubHttp PeerHubHttp;

/* An answer that is still to come. It may come when nobody waits any more. */
typedef struct _PeerHubReply PeerHubReply;

typedef struct
{
  /* Takes the reply, which has to be ended. address is whom the request came from. */
  void (*offer) (PeerHubRequest *request,
                 const char *address,
                 PeerHubReply *reply,
                 gpointer user_data);
  gboolean (*candidate) (PeerHubRequest *request,
                         GError **error,
                         gpointer user_data);
  gboolean (*leave) (PeerHubRequest *request,
                     const char *address,
                     GError **error,
                     gpointer user_data);

  /* JSON, NULL when there is no such thing or it is nobody's business. */
  char *(*list_rooms) (gpointer user_data);
  char *(*describe_room) (const char *room,
                          gpointer user_data);
} PeerHubHttpFuncs;

/* path is "" or "/path". */
PeerHubHttp *peer_hub_http_new (SoupServer *server,
                                const char *path,
                                const PeerHubHttpFuncs *funcs,
                                gpointer user_data);

/* Takes the routes away and ends what waits for an answer. */
void peer_hub_http_free (PeerHubHttp *self);

/* Whose pages may ask, NULL for any; and the bytes of a request's body. */
void peer_hub_http_set_cors_origins (PeerHubHttp *self,
                                     const char *const *origins);
void peer_hub_http_set_max_request_size (PeerHubHttp *self,
                                         gsize size);

/* Ends a reply: with the text of an answer, or with an error. */
void peer_hub_reply_end (PeerHubReply *reply,
                         const char *answer);
void peer_hub_reply_fail (PeerHubReply *reply,
                          const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerHubHttp, peer_hub_http_free)

G_END_DECLS
