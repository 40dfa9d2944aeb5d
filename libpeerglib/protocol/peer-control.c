/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-control-private.h"

static gboolean
find_member (const PeerValue *value,
             PeerValue *member)
{
  return value->kind == PEER_VALUE_OBJECT &&
         peer_value_lookup (value, "__peerData", member) &&
         peer_value_is_truthy (member);
}

PeerControl
peer_control_find (GVariant *value)
{
  PeerValue view;
  PeerValue control;
  PeerValue type;

  peer_value_init (&view, value);
  if (!find_member (&view, &control))
    return PEER_CONTROL_NONE;

  if (control.kind == PEER_VALUE_OBJECT && peer_value_lookup (&control, "type", &type) &&
      type.kind == PEER_VALUE_TEXT && strcmp ((const char *) type.data, "close") == 0)
    return PEER_CONTROL_CLOSE;

  return PEER_CONTROL_OTHER;
}

GVariant *
peer_control_new_close (void)
{
  return g_variant_ref_sink (g_variant_new_parsed ("{'__peerData': {'type': 'close'}}"));
}

gboolean
peer_control_check_value (const PeerValue *value,
                          GError **error)
{
  PeerValue member;

  if (value->kind == PEER_VALUE_NULL)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE,
                           _ ("Null cannot be sent alone: JavaScript peers fail on it"));
      return FALSE;
    }
  if (find_member (value, &member))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE,
                           _ ("An object with a member “__peerData” cannot be sent: "
                              "the other peer would take it for a message of PeerJS’s own"));
      return FALSE;
    }

  return TRUE;
}
