/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-hub.h"
#include "peer-link-settings-private.h"

G_BEGIN_DECLS

/* The properties of a hub. The numbers come first and lie in an array. */
typedef enum
{
  PROP_MAX_ROOMS = 1,
  PROP_MAX_MEMBERS,
  PROP_MAX_PEERS,
  PROP_MAX_MESSAGE_SIZE,
  PROP_MESSAGES_PER_SECOND,
  PROP_MESSAGE_BURST,
  PROP_SEND_BUFFER_SIZE,
  PROP_MAX_REQUEST_SIZE,
  PROP_GATHER_TIMEOUT,
  PROP_AUTHORIZE_TIMEOUT,
  PROP_ADMIN_ROUTES,
  PROP_CORS_ORIGINS,
  PROP_ICE_SERVERS,
  PROP_ROOMS,
  PROP_N_PEERS,
} PeerHubProperty;

#define N_HUB_NUMBERS PROP_AUTHORIZE_TIMEOUT
#define N_HUB_PROPS (PROP_N_PEERS + 1)

/* What a hub's rooms keep to. */
typedef struct
{
  guint numbers[N_HUB_NUMBERS + 1];
  gboolean admin_routes;
  char **cors_origins;
  PeerLinkSettings *links;
  guint n_peers; /* in all rooms, those that are on their way included */
} PeerHubSettings;

PeerHubSettings *peer_hub_settings_new (void);
PeerHubSettings *peer_hub_settings_ref (PeerHubSettings *self);
void peer_hub_settings_unref (PeerHubSettings *self);

/* Return whether the property is one of the settings. */
gboolean peer_hub_settings_get (PeerHubSettings *self,
                                PeerHubProperty property,
                                GValue *value);
gboolean peer_hub_settings_set (PeerHubSettings *self,
                                PeerHubProperty property,
                                const GValue *value,
                                gboolean *changed);

void peer_hub_properties_install (GObjectClass *object_class,
                                  GParamSpec **props);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerHubSettings, peer_hub_settings_unref)

G_END_DECLS
