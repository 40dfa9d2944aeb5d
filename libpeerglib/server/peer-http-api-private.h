/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The HTTP side of PeerJS's server: answers, statuses and headers as the
 * reference, which is built on Express, gives them. */

typedef struct
{
  const char *mount; /* "" or "/path", where the API begins */
  const char *key;   /* nullable: any key will do */
  gboolean allow_discovery;
  const char *const *cors_origins;    /* nullable, as the next: any origin */
  const char *const *allowed_origins; /* whose pages may upgrade */

  char *(*generate_id) (gpointer user_data);
  /* A JSON array, or NULL when peer_http_api_answer_list() will be called. */
  char *(*list_clients) (SoupServerMessage *message,
                         gpointer user_data);
  /* Nullable: there is no such route. JSON, or NULL when it is refused. */
  char *(*list_ice_servers) (const char *key,
                             GHashTable *query,
                             gpointer user_data);
  gpointer user_data;
} PeerHttpApi;

/* "" or "/path" for what a user writes as a path; NULL when it is not
 * absolute. */
char *peer_http_api_normalize_path (const char *path);

void peer_http_api_handle (const PeerHttpApi *self,
                           SoupServerMessage *message,
                           const char *path);

/* Completes what list_clients() has left open. */
void peer_http_api_answer_list (SoupServerMessage *message,
                                const char *list);

/* What a browser has to be told before it lets a page of one of the origins,
 * NULL for any, use the answer; and the answer when it asks first. */
void peer_http_api_add_cors_headers (SoupServerMessage *message,
                                     const char *const *origins);
void peer_http_api_answer_preflight (SoupServerMessage *message);

/* Whether a request, by its Origin or NULL, may become a WebSocket. */
gboolean peer_http_api_check_origin (const PeerHttpApi *self,
                                     const char *origin);

/* Refuses an upgrade as the reference's WebSocket server does. */
void peer_http_api_refuse_upgrade (SoupServerMessage *message,
                                   guint status);

G_END_DECLS
