/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-link-settings-private.h"

#include "peer-ice-configuration-private.h"
#include "peer-send-queue-private.h"
#include "protocol/peer-codec-private.h"
#include "transport/peer-certificate-private.h"
#include "transport/peer-webrtc-transport-private.h"

PeerLinkSettings *
peer_link_settings_new (void)
{
  PeerLinkSettings *self = g_rc_box_new0 (PeerLinkSettings);

  self->max_message_size = PEER_CODEC_LIMITS_DEFAULT.max_value_size;
  self->pending_budget = peer_pending_budget_new (PEER_CODEC_LIMITS_DEFAULT.max_pending_size);
  self->transport_factory = peer_webrtc_transport_new;

  return self;
}

static void
peer_link_settings_clear (gpointer data)
{
  PeerLinkSettings *self = data;

  g_clear_object (&self->ice_servers);
  g_clear_object (&self->tls_database);
  g_clear_pointer (&self->certificate, g_bytes_unref);
  peer_pending_budget_unref (self->pending_budget);
}

PeerLinkSettings *
peer_link_settings_ref (PeerLinkSettings *self)
{
  return g_rc_box_acquire (self);
}

void
peer_link_settings_unref (PeerLinkSettings *self)
{
  g_rc_box_release_full (self, peer_link_settings_clear);
}

void
peer_link_settings_set_ice_servers (PeerLinkSettings *self,
                                    GListModel *ice_servers)
{
  g_autoptr (GListModel) servers = ice_servers != NULL ? g_object_ref (ice_servers) : peer_ice_configuration_new_default ();

  g_set_object (&self->ice_servers, servers);
}

PeerTransportConfig *
peer_link_settings_new_transport_config (PeerLinkSettings *self)
{
  PeerTransportConfig *config = peer_transport_config_new ();

  /* Without one, webrtcbin makes its own, which takes longer. */
  if (self->certificate == NULL)
    self->certificate = peer_certificate_new (NULL);
  if (self->certificate != NULL)
    config->certificate = g_bytes_ref (self->certificate);
  if (self->ice_servers == NULL)
    peer_link_settings_set_ice_servers (self, NULL);
  peer_ice_configuration_apply (self->ice_servers, config);
  config->ice_transport_policy = self->ice_transport_policy;
  g_set_object (&config->tls_database, self->tls_database);
  config->buffered_amount_low_threshold = PEER_SEND_QUEUE_LOW_LEVEL;

  return config;
}
