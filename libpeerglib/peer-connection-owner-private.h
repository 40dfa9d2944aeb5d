/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-base-connection.h"
#include "peer-link-settings-private.h"
#include "protocol/peer-payload-private.h"

G_BEGIN_DECLS

#define PEER_TYPE_CONNECTION_OWNER (peer_connection_owner_get_type ())
G_DECLARE_INTERFACE (PeerConnectionOwner, peer_connection_owner, PEER, CONNECTION_OWNER, GObject)

/* Who makes connections and brings their offers, answers and candidates to the
 * other side. */
struct _PeerConnectionOwnerInterface
{
  GTypeInterface parent_iface;

  PeerLinkSettings *(*get_link_settings) (PeerConnectionOwner *self);

  /* type is OFFER, ANSWER or CANDIDATE. FALSE, for an offer that cannot be
   * written, ends the connection. */
  gboolean (*send_signal) (PeerConnectionOwner *self,
                           PeerBaseConnection *connection,
                           const char *type,
                           const PeerPayload *payload,
                           GError **error);

  /* What is not the matter of one connection alone; the connection reports it
   * as well. */
  void (*report_error) (PeerConnectionOwner *self,
                        const GError *error);

  /* A connection has closed, and tells everybody else next. */
  void (*forget_connection) (PeerConnectionOwner *self,
                             PeerBaseConnection *connection);
};

PeerLinkSettings *peer_connection_owner_get_link_settings (PeerConnectionOwner *self);
gboolean peer_connection_owner_send_signal (PeerConnectionOwner *self,
                                            PeerBaseConnection *connection,
                                            const char *type,
                                            const PeerPayload *payload,
                                            GError **error);
void peer_connection_owner_report_error (PeerConnectionOwner *self,
                                         const GError *error);
void peer_connection_owner_forget_connection (PeerConnectionOwner *self,
                                              PeerBaseConnection *connection);

G_END_DECLS
