/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/transport/peer-webrtc-transport-private.h"

G_BEGIN_DECLS

/* One end of a connection of two transports in this process, and what it has
 * seen. */
typedef struct _End End;

struct _End
{
  PeerTransport *transport;
  End *other;

  char *sdp;
  gboolean has_gathered;
  gboolean is_open;
  gboolean is_closed;
  GError *error;
  guint n_candidates;
  guint n_low;
  guint n_messages;
  gsize n_bytes;
  GPtrArray *messages; /* of GBytes, when not NULL */
  GString *kinds;      /* t or b for each of them */
  GArray *ice_states;

  /* Levers. */
  gboolean keeps_description;
  gboolean keeps_candidates;
  const char *replaces;
  const char *replacement;
};

typedef struct
{
  End offerer;
  End answerer;
} Pair;

PeerTransportConfig *pair_config_new (void);

void end_init (End *end,
               const PeerTransportConfig *config);
void end_clear (End *end);
gboolean end_send_text (End *end,
                        const char *text);

/* Makes two ends that pass their descriptions and candidates to each other. */
void pair_init (Pair *pair,
                PeerTransportConfig *config);
void pair_start (Pair *pair);
void pair_open (Pair *pair);
void pair_clear (Pair *pair);

typedef gboolean (*Condition) (gpointer user_data);

/* Runs the thread's default context until then; fails at a deadline. */
void wait_until (Condition condition,
                 gpointer user_data);
void wait_for (const gboolean *flag);
void wait_for_error (const End *end);
void wait_for_messages (const End *end,
                        guint n_messages);

G_END_DECLS
