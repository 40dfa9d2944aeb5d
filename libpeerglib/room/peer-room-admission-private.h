/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Somebody who wants to join a room, while the decision is to come. */
typedef struct _PeerRoomAdmission PeerRoomAdmission;

/* Runs once at most: with the first answer, at once or later, or with a refusal without a reason
 * when the last reference is dropped. */
typedef void (*PeerRoomAdmissionFunc) (gboolean is_accepted,
                                       const char *reason,
                                       gpointer user_data);

PeerRoomAdmission *peer_room_admission_new (const char *id,
                                            GVariant *credentials,
                                            GVariant *metadata,
                                            PeerRoomAdmissionFunc func,
                                            gpointer user_data);
PeerRoomAdmission *peer_room_admission_ref (PeerRoomAdmission *self);
void peer_room_admission_unref (PeerRoomAdmission *self);

const char *peer_room_admission_get_id (PeerRoomAdmission *self);
/* Nullable, both. */
GVariant *peer_room_admission_get_credentials (PeerRoomAdmission *self);
GVariant *peer_room_admission_get_metadata (PeerRoomAdmission *self);

void peer_room_admission_answer (PeerRoomAdmission *self,
                                 gboolean is_accepted,
                                 const char *reason);
/* The one who asked has gone: the function is not called any more. */
void peer_room_admission_cancel (PeerRoomAdmission *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerRoomAdmission, peer_room_admission_unref)

G_END_DECLS
