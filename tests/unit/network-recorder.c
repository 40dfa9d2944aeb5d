/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "network-recorder.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-json-private.h"

static void
on_opened (NetworkRecorder *self,
           gint64 serial)
{
  self->serial = serial;
  g_string_append (self->events, "opened ");
}

static char *
print (GVariant *value)
{
  return value != NULL ? peer_json_print (value, NULL, NULL) : NULL;
}

static void
on_member_joined (NetworkRecorder *self,
                  const PeerRoomMemberDescription *member)
{
  g_string_append_printf (self->events, "+%s ", member->id);
  g_assert_cmpint (member->serial, >, 0);
  g_free (self->metadata);
  self->metadata = print (member->metadata);
  g_free (self->state);
  self->state = print (member->state);
}

static void
on_member_left (NetworkRecorder *self,
                const char *id)
{
  g_string_append_printf (self->events, "-%s ", id);
}

static void
on_frame (NetworkRecorder *self,
          const char *id,
          const PeerRoomFrame *frame)
{
  if (frame->kind == PEER_ROOM_FRAME_MESSAGE)
    g_string_append_printf (self->events, "%s:%s ", id, g_variant_get_string (frame->value, NULL));
}

static void
on_authorize (NetworkRecorder *self,
              PeerRoomAdmission *admission)
{
  if (self->holds_admissions)
    self->admission = peer_room_admission_ref (admission);
  else
    peer_room_admission_answer (admission, !self->refuses, self->refuses ? "Not you" : NULL);
}

static void
on_failed (NetworkRecorder *self,
           const GError *error)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (PEER_TYPE_ERROR);

  g_assert_true (error->domain == PEER_ERROR);
  g_string_append_printf (self->events, "failed:%s ", g_enum_get_value (codes, error->code)->value_nick);
}

NetworkRecorder *
network_recorder_new (PeerRoomNetwork *network)
{
  NetworkRecorder *self = g_new0 (NetworkRecorder, 1);

  self->network = network;
  self->events = g_string_new (NULL);
  g_signal_connect_swapped (network, "opened", G_CALLBACK (on_opened), self);
  g_signal_connect_swapped (network, "member-joined", G_CALLBACK (on_member_joined), self);
  g_signal_connect_swapped (network, "member-left", G_CALLBACK (on_member_left), self);
  g_signal_connect_swapped (network, "frame", G_CALLBACK (on_frame), self);
  g_signal_connect_swapped (network, "authorize", G_CALLBACK (on_authorize), self);
  g_signal_connect_swapped (network, "failed", G_CALLBACK (on_failed), self);

  return self;
}

void
network_recorder_free (NetworkRecorder *self)
{
  g_clear_pointer (&self->admission, peer_room_admission_unref);
  g_string_free (self->events, TRUE);
  g_free (self->metadata);
  g_free (self->state);
  g_free (self);
}

gboolean
network_recorder_say (NetworkRecorder *self,
                      const char *to,
                      const char *text,
                      GError **error)
{
  const char *id = peer_room_network_get_self (self->network)->id;
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (PEER_ROOM_FRAME_MESSAGE, id, to, NULL, g_variant_new_string (text));

  return peer_room_network_send (self->network, to, frame, error);
}
