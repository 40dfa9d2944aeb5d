/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "protocol/peer-pending-budget-private.h"
#include "transport/peer-transport-private.h"

G_BEGIN_DECLS

typedef PeerTransport *(*PeerTransportFactory) (const PeerTransportConfig *config);

/* What all links that somebody makes have in common. */
typedef struct
{
  GListModel *ice_servers; /* of PeerIceServer */
  PeerIceTransportPolicy ice_transport_policy;
  GTlsDatabase *tls_database; /* nullable: the system's */
  GBytes *certificate;        /* nullable: made when it is needed */
  guint64 max_message_size;   /* bytes of a value to receive */
  PeerPendingBudget *pending_budget;
  PeerTransportFactory transport_factory;
} PeerLinkSettings;

/* The ICE servers are those of PeerPeer unless the owner sets others. */
PeerLinkSettings *peer_link_settings_new (void);
PeerLinkSettings *peer_link_settings_ref (PeerLinkSettings *self);
void peer_link_settings_unref (PeerLinkSettings *self);

/* NULL stands for the default. */
void peer_link_settings_set_ice_servers (PeerLinkSettings *self,
                                         GListModel *ice_servers);

/* What a transport begins with. */
PeerTransportConfig *peer_link_settings_new_transport_config (PeerLinkSettings *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerLinkSettings, peer_link_settings_unref)

G_END_DECLS
