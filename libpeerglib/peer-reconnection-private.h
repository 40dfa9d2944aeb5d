/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-base-connection-private.h"
#include "transport/peer-resumable-transport-private.h"

G_BEGIN_DECLS

/* Gives a connection a new link when its link dies: offers through the server
 * that name the same connection, until one leads to the same peer or the
 * connection's reconnect timeout is over. */

struct _PeerReconnection
{
  PeerBaseConnection *connection; /* the owner */
  PeerResumableTransport *transport;
  gboolean is_maker;

  gboolean is_active; /* there is no link, or none that was resumed */
  guint32 established;
  guint32 attempt;      /* the one in progress, or the last one */
  gboolean is_offering; /* the one in progress is ours */
  guint32 last_offered;
  guint n_failures;
  gint64 resumed_at;
  char *explanation; /* why the last one failed; nullable */

  GSource *deadline_source;
  GSource *attempt_source; /* while one is in progress */
  GSource *retry_source;
};

/* For a connection that is to have this first link. The side that made the
 * connection is right when both offer at once. */
PeerReconnection *peer_reconnection_new (PeerBaseConnection *connection,
                                         PeerTransport *first,
                                         gboolean is_maker);

/* Tells the other side, when it would wait in vain. */
void peer_reconnection_free (PeerReconnection *self);

/* The transport that the connection is to use for its whole life. Borrowed. */
PeerTransport *peer_reconnection_get_transport (PeerReconnection *self);

/* Both sides know how to resume the connection. */
void peer_reconnection_agree (PeerReconnection *self);

/* Which link is being negotiated, counted from 0. */
guint32 peer_reconnection_get_attempt (PeerReconnection *self);

/* The messages of the other side about links after the first one. */
void peer_reconnection_handle_offer (PeerReconnection *self,
                                     const PeerPayload *payload);
void peer_reconnection_handle_answer (PeerReconnection *self,
                                      const PeerPayload *payload);
void peer_reconnection_handle_expire (PeerReconnection *self);

/* The connection's reconnect timeout was changed. */
void peer_reconnection_restart_deadline (PeerReconnection *self);

/* Says to a peer that a connection it wants to resume is not here. */
void peer_reconnection_refuse (PeerPeer *peer,
                               const char *peer_id,
                               const char *connection_id,
                               guint32 attempt);

G_END_DECLS
