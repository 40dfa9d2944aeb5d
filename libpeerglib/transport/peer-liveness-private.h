/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether the other side of a link is still there, judged by when something
 * was last heard from it. It has neither a clock nor a timer: the owner says
 * what time it is, in microseconds of the monotonic clock, and wakes it when it
 * asks for that. Not thread-safe. */
typedef struct
{
  gint64 timeout;    /* 0 for never */
  gint64 heard_at;   /* -1 before it began */
  gint64 asked_at;   /* -1 for never */
  gint64 checked_at; /* -1 when no check is under way */
  gint64 wake_at;    /* -1 for never */
  gboolean is_lost;
  gboolean is_dead;
  gint64 round_trip_time; /* smoothed; -1 before it was measured */
} PeerLiveness;

/* What the owner has to do. */
typedef enum
{
  PEER_LIVENESS_NOTHING = 0,
  PEER_LIVENESS_ASK = 1 << 0,   /* send what has to be answered */
  PEER_LIVENESS_LOST = 1 << 1,  /* tell that nothing is heard */
  PEER_LIVENESS_FOUND = 1 << 2, /* tell that something was heard again */
  PEER_LIVENESS_DEAD = 1 << 3,  /* give up */
} PeerLivenessActions;

void peer_liveness_init (PeerLiveness *self);

/* The link is open. */
void peer_liveness_begin (PeerLiveness *self,
                          gint64 now);
void peer_liveness_set_timeout (PeerLiveness *self,
                                guint milliseconds,
                                gint64 now);

/* Something came. Says whether an update is due at once. */
gboolean peer_liveness_hear (PeerLiveness *self,
                             gint64 now);

/* The answer to what was sent at that time came now. */
void peer_liveness_measure (PeerLiveness *self,
                            gint64 sent_at,
                            gint64 now);

/* The path may have gone. An update is due at once. */
void peer_liveness_check (PeerLiveness *self,
                          gint64 now);

/* Somebody else says that the other side is gone: it is lost until it is heard,
 * which has to be soon. FALSE when nobody watches. An update is due at once. */
gboolean peer_liveness_lose (PeerLiveness *self,
                             gint64 now);

/* To be called at wake_at, and may be called at any time. A side that does not
 * listen hears nothing, which says nothing about the other; it still asks, so
 * that the other hears from it. */
PeerLivenessActions peer_liveness_update (PeerLiveness *self,
                                          gboolean is_listening,
                                          gint64 now);

/* Why it was given up. */
GError *peer_liveness_new_error (const PeerLiveness *self,
                                 gint64 now);

G_END_DECLS
