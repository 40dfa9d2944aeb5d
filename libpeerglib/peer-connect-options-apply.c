/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-connect-options-private.h"

void
peer_connect_options_apply (PeerConnectOptions *options,
                            PeerDataConnectionDescription *description,
                            PeerTransportConfig *config)
{
  if (options != NULL)
    {
      description->label = peer_connect_options_get_label (options);
      description->metadata = peer_connect_options_get_metadata (options);
      description->serialization = peer_connect_options_get_serialization (options);
      description->serializer = peer_connect_options_get_serializer (options);
      description->reliable = peer_connect_options_get_reliable (options) || peer_connect_options_get_reconnect (options);
      config->ordered = peer_connect_options_get_ordered (options);
    }

  if (description->serializer != NULL)
    description->serialization = PEER_SERIALIZATION_CUSTOM;
  if (description->serialization == PEER_SERIALIZATION_MSGPACK)
    description->reliable = TRUE;

  config->is_offerer = TRUE;
  if (description->label == NULL)
    description->label = description->connection_id;
  config->label = g_strdup (description->label);
  if (description->reliable)
    {
      config->ordered = TRUE;
    }
  else if (options != NULL)
    {
      config->max_retransmits = peer_connect_options_get_max_retransmits (options);
      config->max_packet_life_time = peer_connect_options_get_max_packet_life_time (options);
    }
}
