/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-transport-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_RESUMABLE_TRANSPORT (peer_resumable_transport_get_type ())
G_DECLARE_FINAL_TYPE (PeerResumableTransport, peer_resumable_transport, PEER, RESUMABLE_TRANSPORT, PeerTransport)

/* A transport that outlives its link, which is another transport: when that
 * dies, a new one takes its place, and what did not arrive is sent again. Only
 * a link that leads to the same certificate as the first one is accepted.
 *
 * Until both sides have agreed on it, it is the first link and no more. Then,
 * besides the signals of every transport, of which "closed" means that the
 * other side closed on purpose, there are:
 *   "interrupted" (GError *, nullable): there is no link any more
 *   "attempt-failed" (GError *, nullable): the new link did not come about
 *   "resumed" (): the new link carries messages
 */
PeerTransport *peer_resumable_transport_new (PeerTransport *first);

/* Both sides agreed; before it is open. */
void peer_resumable_transport_agree (PeerResumableTransport *self);

/* Tries another link instead of any that is being tried; descriptions and
 * candidates are for it from now on. The link so far stays until this one is
 * known to lead to the same peer. */
void peer_resumable_transport_try (PeerResumableTransport *self,
                                   PeerTransport *next);

/* Tries it no longer, nor keeps a link over which nothing was resumed; without a
 * signal. */
void peer_resumable_transport_give_up (PeerResumableTransport *self);

gboolean peer_resumable_transport_is_trying (PeerResumableTransport *self);

/* What it sends over now; NULL when it is interrupted. */
PeerTransport *peer_resumable_transport_get_link (PeerResumableTransport *self);

G_END_DECLS
