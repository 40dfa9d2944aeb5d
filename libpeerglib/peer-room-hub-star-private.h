/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "peer-exchange-private.h"
#include "room/peer-room-network-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_ROOM_HUB_STAR (peer_room_hub_star_get_type ())
G_DECLARE_FINAL_TYPE (PeerRoomHubStar, peer_room_hub_star, PEER, ROOM_HUB_STAR, PeerRoomNetwork)

struct _PeerRoomHubStar
{
  PeerRoomNetwork parent_instance;

  GMainContext *context;
  GUri *uri;
  SoupSession *session;
  GCancellable *cancellable;
  PeerExchange *exchange;
  PeerDataConnection *connection; /* to the hub */
  GHashTable *members;            /* ids of those that joined */
  gboolean is_opened;
  GError *error;        /* what the link reported last */
  GSource *next_source; /* to begin, or to tell of the end */
};

/* A room as a client of a hub sees it: one link, to the hub at a URI, over which
 * it hears of all the others. Error: PEER_ERROR_SERVER_ERROR for a URI that is
 * not one of HTTP. */
PeerRoomNetwork *peer_room_hub_star_new (PeerRoomSelf *description,
                                         const char *uri,
                                         PeerLinkSettings *links,
                                         GError **error);

G_END_DECLS
