/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PEER_HISTOGRAM_SIZE 16

/* How many times something took how long. */
typedef struct
{
  guint64 counts[PEER_HISTOGRAM_SIZE]; /* each up to its bound and above the one before */
  guint64 sum;                         /* µs */
} PeerHistogram;

/* The upper bounds in µs; the last is above every other. */
extern const gint64 peer_histogram_bounds[PEER_HISTOGRAM_SIZE];

void peer_histogram_add (PeerHistogram *self,
                         gint64 duration);

G_END_DECLS
