/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-base-connection-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-ice-configuration-private.h"
#include "peer-peer-private.h"

static const char *
peer_base_connection_explain_phase (PeerBaseConnection *self,
                                    PeerTransportPhase phase)
{
  switch (phase)
    {
    case PEER_TRANSPORT_PHASE_SIGNALING:
      if (self->peer != NULL && !self->peer->is_open)
        return _ ("this peer is not connected to its server");
      return _ ("the other peer did not answer");

    case PEER_TRANSPORT_PHASE_ICE:
      return _ ("no path through the network was found");

    case PEER_TRANSPORT_PHASE_DTLS:
      return _ ("a path was found, but no secure session came about over it");

    case PEER_TRANSPORT_PHASE_CHANNEL:
    case PEER_TRANSPORT_PHASE_OPEN:
    default:
      return _ ("the path is there and secure, but the data channel did not open");
    }
}

static gboolean
peer_base_connection_has_relays (PeerBaseConnection *self)
{
  return peer_ice_configuration_has_turn (peer_connection_owner_get_link_settings (self->owner)->ice_servers);
}

char *
peer_base_connection_explain_wait (PeerBaseConnection *self)
{
  PeerTransportPhase phase = peer_transport_get_phase (self->transport);
  g_autofree char *attempt = peer_transport_describe_attempt (self->transport);
  GString *text = g_string_new (peer_base_connection_explain_phase (self, phase));

  if (attempt != NULL && phase != PEER_TRANSPORT_PHASE_SIGNALING)
    g_string_append_printf (text, " (%s)", attempt);
  if (phase == PEER_TRANSPORT_PHASE_ICE && self->owner != NULL && !peer_base_connection_has_relays (self))
    g_string_append_printf (text, "; %s", _ ("no TURN server is set"));

  return g_string_free (text, FALSE);
}

GError *
peer_base_connection_new_timeout_error (PeerBaseConnection *self)
{
  g_autofree char *explanation = peer_base_connection_explain_wait (self);

  return g_error_new (PEER_ERROR, PEER_ERROR_TIMED_OUT,
                      g_dngettext (GETTEXT_PACKAGE,
                                   "No connection to peer %s after %u second: %s",
                                   "No connection to peer %s after %u seconds: %s",
                                   self->connect_timeout),
                      self->peer_id, self->connect_timeout, explanation);
}
