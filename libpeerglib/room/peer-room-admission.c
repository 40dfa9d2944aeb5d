/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-admission-private.h"

struct _PeerRoomAdmission
{
  char *id;
  GVariant *credentials;
  GVariant *metadata;

  PeerRoomAdmissionFunc func; /* until it is answered */
  gpointer user_data;
};

PeerRoomAdmission *
peer_room_admission_new (const char *id,
                         GVariant *credentials,
                         GVariant *metadata,
                         PeerRoomAdmissionFunc func,
                         gpointer user_data)
{
  PeerRoomAdmission *self = g_rc_box_new0 (PeerRoomAdmission);

  self->id = g_strdup (id);
  self->credentials = credentials != NULL ? g_variant_ref_sink (credentials) : NULL;
  self->metadata = metadata != NULL ? g_variant_ref_sink (metadata) : NULL;
  self->func = func;
  self->user_data = user_data;

  return self;
}

PeerRoomAdmission *
peer_room_admission_ref (PeerRoomAdmission *self)
{
  return g_rc_box_acquire (self);
}

static void
peer_room_admission_clear (gpointer data)
{
  PeerRoomAdmission *self = data;

  peer_room_admission_answer (self, FALSE, NULL);
  g_free (self->id);
  g_clear_pointer (&self->credentials, g_variant_unref);
  g_clear_pointer (&self->metadata, g_variant_unref);
}

void
peer_room_admission_unref (PeerRoomAdmission *self)
{
  g_rc_box_release_full (self, peer_room_admission_clear);
}

const char *
peer_room_admission_get_id (PeerRoomAdmission *self)
{
  return self->id;
}

GVariant *
peer_room_admission_get_credentials (PeerRoomAdmission *self)
{
  return self->credentials;
}

GVariant *
peer_room_admission_get_metadata (PeerRoomAdmission *self)
{
  return self->metadata;
}

void
peer_room_admission_answer (PeerRoomAdmission *self,
                            gboolean is_accepted,
                            const char *reason)
{
  PeerRoomAdmissionFunc func = g_steal_pointer (&self->func);

  if (func != NULL)
    func (is_accepted, reason, self->user_data);
}

void
peer_room_admission_cancel (PeerRoomAdmission *self)
{
  self->func = NULL;
}
