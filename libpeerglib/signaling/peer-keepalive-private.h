/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Finds out whether the other end of a WebSocket is still there, which TCP may
 * take a quarter of an hour to tell. The other end is pinged, and whatever it
 * sends is a sign of life. One that has never answered a ping is not expected
 * to: it is never said to be lost. */
typedef struct _PeerKeepalive PeerKeepalive;

typedef enum
{
  PEER_KEEPALIVE_ANSWERED, /* the first ping was */
  PEER_KEEPALIVE_LOST,     /* nothing was heard for too long */
} PeerKeepaliveEvent;

/* Runs on the thread-default main context of the caller of new(). It may free
 * the keepalive. */
typedef void (*PeerKeepaliveFunc) (PeerKeepaliveEvent event,
                                   gpointer user_data);

/* Pings every interval of milliseconds; when nothing is heard for two of them
 * and for ten seconds, the other end is lost. It begins with a few pings in
 * quick succession, so that what the other end can do is known; 0 is for no
 * others. */
PeerKeepalive *peer_keepalive_new (SoupWebsocketConnection *connection,
                                   guint interval,
                                   PeerKeepaliveFunc func,
                                   gpointer user_data);
void peer_keepalive_free (PeerKeepalive *self);

/* Finds out now, within six seconds. */
void peer_keepalive_probe (PeerKeepalive *self);

/* Whether a ping was ever answered. */
gboolean peer_keepalive_is_answered (PeerKeepalive *self);

/* For tests: whether it is finding out. */
gboolean peer_keepalive_is_probing (PeerKeepalive *self);

/* For tests: the time between two looks at what was heard. */
void peer_keepalive_set_pause (PeerKeepalive *self,
                               guint milliseconds);

G_END_DECLS
