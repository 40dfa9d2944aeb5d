/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-value-private.h"

G_BEGIN_DECLS

/* PeerJS marks messages of its own, as against values of the application, by
 * a member __peerData of the outermost object. */
typedef enum
{
  PEER_CONTROL_NONE,
  PEER_CONTROL_CLOSE,
  PEER_CONTROL_OTHER,
} PeerControl;

PeerControl peer_control_find (GVariant *value);

/* {"__peerData":{"type":"close"}}, sunk. */
GVariant *peer_control_new_close (void);

/* Refuses what the other side would take for a message of PeerJS's own, and
 * null, on which JavaScript fails when it looks for __peerData in it.
 * Error: PEER_ERROR_UNSUPPORTED_VALUE. */
gboolean peer_control_check_value (const PeerValue *value,
                                   GError **error);

G_END_DECLS
