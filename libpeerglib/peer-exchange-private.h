/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-connect-options.h"
#include "peer-data-connection-private.h"
#include "peer-link-settings-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_EXCHANGE (peer_exchange_get_type ())
G_DECLARE_FINAL_TYPE (PeerExchange, peer_exchange, PEER, EXCHANGE, GObject)

/* The exchange of offers, answers and candidates with several others, over
 * whatever brings them there: one connection with each. Who the others are,
 * its owner vouches for.
 *
 * Signals, on the main context that was the thread default when it was made,
 * none after close():
 *   "signal" (const char *remote_id, const char *type, const PeerPayload *): to be brought to the other side;
 *     the type is OFFER, ANSWER or CANDIDATE
 *   "gathered" (PeerDataConnection *): all candidates of a connection were announced
 *   "connection-closed" (PeerDataConnection *): before the connection tells everybody else
 */
PeerExchange *peer_exchange_new (PeerLinkSettings *settings);

/* Makes a connection and offers it; one that was there before is closed.
 * Borrowed. */
PeerDataConnection *peer_exchange_offer (PeerExchange *self,
                                         const char *remote_id,
                                         PeerConnectOptions *options);

/* Makes a connection of an offer and answers it; one that was there before is
 * closed. Borrowed; NULL for an offer without a description, and while too many
 * connections are opening. */
PeerDataConnection *peer_exchange_handle_offer (PeerExchange *self,
                                                const char *remote_id,
                                                const PeerPayload *payload,
                                                PeerSerialization serialization);

void peer_exchange_handle_answer (PeerExchange *self,
                                  const char *remote_id,
                                  const PeerPayload *payload);

/* One that comes before the offer is kept for it. Takes over what the payload
 * holds. */
void peer_exchange_handle_candidate (PeerExchange *self,
                                     const char *remote_id,
                                     PeerPayload *payload);

/* Borrowed; NULL when there is no connection that is open or opening. */
PeerDataConnection *peer_exchange_lookup (PeerExchange *self,
                                          const char *remote_id);

/* Closes all connections, for good. May be called twice. */
void peer_exchange_close (PeerExchange *self);

G_END_DECLS
