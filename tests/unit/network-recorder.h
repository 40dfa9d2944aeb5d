/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "libpeerglib/room/peer-room-network-private.h"

G_BEGIN_DECLS

/* What a network tells its room, which it may outlive. */
typedef struct
{
  PeerRoomNetwork *network;
  GString *events; /* "+bob -bob bob:text opened failed:refused " */
  gint64 serial;
  char *metadata; /* of the last who joined, printed */
  char *state;
  PeerRoomAdmission *admission; /* when it is held */
  gboolean holds_admissions;
  gboolean refuses;
} NetworkRecorder;

NetworkRecorder *network_recorder_new (PeerRoomNetwork *network);
void network_recorder_free (NetworkRecorder *self);

#define network_recorder_assert(self, expected) g_assert_cmpstr ((self)->events->str, ==, expected)

/* Sends a message; to all when to is NULL. */
gboolean network_recorder_say (NetworkRecorder *self,
                               const char *to,
                               const char *text,
                               GError **error);

G_END_DECLS
