/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/transport/peer-loopback-transport-private.h"

G_BEGIN_DECLS

/* One end of a link; events has a letter for each signal: Description,
 * Candidate, Gathered, Ice state, Open, Message, Low, closed (X), Failed. */
typedef struct _End End;

struct _End
{
  PeerTransport *transport;
  End *other;
  GMainContext *context;
  GString *events;
  GString *received;
  GError *error;
  gboolean closes_on_message;
};

typedef struct
{
  End offerer;
  End answerer;
} Pair;

void end_init (End *end,
               const PeerTransportConfig *config);

void pair_init (Pair *pair);
void pair_open (Pair *pair);
void pair_clear (Pair *pair);

/* Until nothing is left to do. */
void settle (void);

gboolean send_text (End *end,
                    const char *text,
                    GError **error);

G_END_DECLS
