/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-connection-owner-private.h"

G_DEFINE_INTERFACE (PeerConnectionOwner, peer_connection_owner, G_TYPE_OBJECT)

static void
peer_connection_owner_default_init (PeerConnectionOwnerInterface *iface)
{
}

PeerLinkSettings *
peer_connection_owner_get_link_settings (PeerConnectionOwner *self)
{
  return PEER_CONNECTION_OWNER_GET_IFACE (self)->get_link_settings (self);
}

gboolean
peer_connection_owner_send_signal (PeerConnectionOwner *self,
                                   PeerBaseConnection *connection,
                                   const char *type,
                                   const PeerPayload *payload,
                                   GError **error)
{
  return PEER_CONNECTION_OWNER_GET_IFACE (self)->send_signal (self, connection, type, payload, error);
}

void
peer_connection_owner_report_error (PeerConnectionOwner *self,
                                    const GError *error)
{
  PEER_CONNECTION_OWNER_GET_IFACE (self)->report_error (self, error);
}

void
peer_connection_owner_forget_connection (PeerConnectionOwner *self,
                                         PeerBaseConnection *connection)
{
  PEER_CONNECTION_OWNER_GET_IFACE (self)->forget_connection (self, connection);
}
