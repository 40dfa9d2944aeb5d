/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/protocol/peer-resumption-private.h>

#include "peer-resumable-transport-private.h"

G_BEGIN_DECLS

struct _PeerResumableTransport
{
  PeerTransport parent_instance;

  GMainContext *context;
  PeerTransport *link; /* NULL while interrupted */
  PeerTransport *next; /* the one that is being tried */
  guint disconnect_timeout;
  gsize unacknowledged_threshold;

  PeerResumption *resumption; /* NULL before it is agreed */
  gboolean was_open;
  char *fingerprint; /* of the other side, from the first link */
  gsize max_message_size;
  GSource *acknowledge_source;
  GSource *broken_source; /* send() failed: the link ends on the next turn */
  GError *broken_error;
};

/* peer-resumable-links.c */

/* Takes a reference, and acts on what happens to the link. */
PeerTransport *peer_resumable_transport_follow (PeerResumableTransport *self,
                                                PeerTransport *link);
void peer_resumable_transport_drop_link (PeerResumableTransport *self);
void peer_resumable_transport_drop_next (PeerResumableTransport *self);

/* What descriptions and candidates are for; NULL when there is no link. */
PeerTransport *peer_resumable_transport_get_newest (PeerResumableTransport *self);

/* Sends what is not a message of the connection. */
gboolean peer_resumable_transport_put (PeerResumableTransport *self,
                                       GBytes *message);

/* Gives the link what it should hold now. */
void peer_resumable_transport_pump (PeerResumableTransport *self);

G_END_DECLS
