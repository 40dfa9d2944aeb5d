/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The chunks that were sent and not acknowledged, by their transmission
 * sequence numbers. Not thread-safe. */
typedef struct _PeerSctpFlight PeerSctpFlight;

PeerSctpFlight *peer_sctp_flight_new (void);
void peer_sctp_flight_free (PeerSctpFlight *self);

/* A chunk of a stream went out, with so many bytes that matter. One that was
 * sent before is not counted again. */
void peer_sctp_flight_send (PeerSctpFlight *self,
                            guint32 tsn,
                            guint16 stream,
                            guint16 n_bytes);

/* Everything up to this number arrived. Tells how many bytes of the next stream
 * in it were not known to have; FALSE when there is no more of that. */
gboolean peer_sctp_flight_acknowledge (PeerSctpFlight *self,
                                       guint32 cumulative_tsn,
                                       guint16 *stream,
                                       gsize *n_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerSctpFlight, peer_sctp_flight_free)

G_END_DECLS
