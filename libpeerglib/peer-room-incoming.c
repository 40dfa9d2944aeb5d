/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-join-request-private.h"
#include "peer-room-member-private.h"
#include "peer-room-private.h"

/* Requests that wait for a decision. */
#define MAX_REQUESTS 256

typedef struct
{
  GWeakRef room;
  PeerRoomAdmission *admission;
} Request;

/* Tells a member which of our limits it crossed. */
static void
complain (PeerRoom *self,
          const char *member_id,
          const GError *error)
{
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new_error (self->peer_id, member_id, error);

  g_info ("A member of the room sent what is not taken: %s", error->message);
  if (self->network != NULL)
    peer_room_network_send (self->network, member_id, frame, NULL);
}

/* What a member says of itself and we keep; NULL when it is too large. */
static GVariant *
dup_kept (PeerRoom *self,
          const char *member_id,
          GVariant *value)
{
  g_autoptr (GError) error = NULL;

  if (value == NULL)
    return NULL;
  if (g_variant_get_size (value) <= self->max_state_size)
    return peer_state_copy (value);

  error = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("The state is too large"));
  complain (self, member_id, error);

  return NULL;
}

/* Whether that changed anything. */
static gboolean
take_shared (PeerRoom *self,
             const char *member_id,
             GVariant *entries)
{
  g_autoptr (GError) error = NULL;
  gboolean has_changed;

  if (!peer_shared_state_merge (self->shared, entries, self->max_state_size, &has_changed, &error))
    complain (self, member_id, error);
  if (error != NULL || !has_changed)
    return FALSE;

  peer_room_self_set_shared (self->description, peer_shared_state_get_entries (self->shared));
  self->has_changed_shared = TRUE;
  peer_room_notify (self, PEER_ROOM_PROP_SHARED_STATE);

  return TRUE;
}

static void
opened_cb (PeerRoomNetwork *network,
           gint64 serial,
           gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);

  peer_room_opened (self, serial);
}

static void
member_joined_cb (PeerRoomNetwork *network,
                  const PeerRoomMemberDescription *description,
                  gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);
  g_autoptr (PeerRoomMember) member = NULL;
  g_autoptr (GVariant) metadata = dup_kept (self, description->id, description->metadata);
  g_autoptr (GVariant) state = dup_kept (self, description->id, description->state);

  if (g_str_equal (description->id, self->peer_id) || peer_room_lookup_member (self, description->id) != NULL)
    return;

  member = peer_room_member_new (description->id, FALSE, description->joined_at, (PeerDataConnection *) description->connection);
  peer_room_member_set_metadata (member, metadata);
  peer_room_member_set_state (member, state);
  peer_room_send_states (self, description->id);
  peer_room_add_member (self, description->serial, member);
  if (self->network == network && description->shared != NULL)
    take_shared (self, description->id, description->shared);
  g_debug ("Room “%s”: “%s” joined", self->name, description->id);
  if (self->network == network)
    peer_room_emit_peer_joined (self, member);
  if (self->network == network)
    peer_room_emit_updated (self);
}

static void
member_left_cb (PeerRoomNetwork *network,
                const char *member_id,
                gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);
  g_autoptr (PeerRoomMember) member = NULL;

  if (g_str_equal (member_id, self->peer_id))
    return;

  member = peer_room_take_member (self, member_id);
  if (member == NULL)
    return;

  g_debug ("Room “%s”: “%s” left", self->name, member_id);
  if (self->network == network)
    peer_room_emit_peer_left (self, member);
  if (self->network == network)
    peer_room_emit_updated (self);
}

static void
take_event (PeerRoom *self,
            PeerRoomMember *sender,
            const PeerRoomFrame *frame)
{
  PeerRoomNetwork *network = self->network;

  peer_room_emit_any_event (self, sender, frame->name, frame->value);
  if (self->network == network)
    peer_room_emit_named_event (self, sender, frame->name, frame->value);
}

static void
take_state (PeerRoom *self,
            PeerRoomMember *sender,
            const PeerRoomFrame *frame)
{
  PeerRoomNetwork *network = self->network;
  g_autoptr (GVariant) state = NULL;

  if (!g_variant_is_of_type (frame->value, G_VARIANT_TYPE_VARDICT))
    return;

  state = dup_kept (self, peer_room_member_get_id (sender), frame->value);
  if (state == NULL)
    return;

  peer_room_member_set_state (sender, state);
  if (self->network == network)
    peer_room_emit_updated (self);
}

static void
take_shared_state (PeerRoom *self,
                   PeerRoomMember *sender,
                   const PeerRoomFrame *frame)
{
  PeerRoomNetwork *network = self->network;

  if (take_shared (self, peer_room_member_get_id (sender), frame->value) && self->network == network)
    peer_room_emit_updated (self);
}

static void
take_error (PeerRoom *self,
            const PeerRoomFrame *frame)
{
  g_autoptr (GError) error = peer_room_frame_dup_error (frame);

  peer_room_report_error (self, error);
}

static void
frame_cb (PeerRoomNetwork *network,
          const char *member_id,
          const PeerRoomFrame *frame,
          gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);
  PeerRoomMember *found = peer_room_find_sender (self, member_id);
  g_autoptr (PeerRoomMember) sender = NULL;

  if (found == NULL)
    return;

  sender = g_object_ref (found);
  peer_room_member_touch (sender);
  switch (frame->kind)
    {
    case PEER_ROOM_FRAME_MESSAGE:
      peer_room_emit_message (self, sender, frame->value);
      break;
    case PEER_ROOM_FRAME_EVENT:
    case PEER_ROOM_FRAME_BROADCAST:
      take_event (self, sender, frame);
      break;
    case PEER_ROOM_FRAME_SYNC:
      take_state (self, sender, frame);
      break;
    case PEER_ROOM_FRAME_SYNC_SHARED:
      take_shared_state (self, sender, frame);
      break;
    case PEER_ROOM_FRAME_ERROR:
      take_error (self, frame);
      break;
    case PEER_ROOM_FRAME_JOIN:
    case PEER_ROOM_FRAME_LEAVE:
    case PEER_ROOM_FRAME_ROOM_STATE:
    case PEER_ROOM_FRAME_HOST_CHANGE:
    case PEER_ROOM_FRAME_UNKNOWN:
    default:
      break;
    }
}

static void
request_free (gpointer data)
{
  Request *request = data;

  g_weak_ref_clear (&request->room);
  peer_room_admission_unref (request->admission);
  g_free (request);
}

static void
decide (gboolean is_accepted,
        const char *reason,
        gpointer user_data)
{
  Request *request = user_data;
  g_autoptr (PeerRoom) self = g_weak_ref_get (&request->room);

  if (self != NULL)
    self->n_requests--;
  peer_room_admission_answer (request->admission, is_accepted, reason);
}

static const char *
get_refusal (PeerRoom *self,
             PeerRoomAdmission *admission)
{
  guint n_members = peer_room_get_n_peers (self) + (self->own == NULL && !self->is_served ? 1 : 0);

  if (n_members >= self->max_members && peer_room_lookup_member (self, peer_room_admission_get_id (admission)) == NULL)
    return _ ("The room is full");
  if (self->n_requests == MAX_REQUESTS)
    return _ ("Too many want to join at once");

  return NULL;
}

static void
authorize_cb (PeerRoomNetwork *network,
              PeerRoomAdmission *admission,
              gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);
  PeerJoinRequest *join_request;
  const char *refusal = get_refusal (self, admission);
  gboolean is_taken;
  Request *request;

  if (refusal != NULL)
    {
      peer_room_admission_answer (admission, FALSE, refusal);
      return;
    }

  request = g_new0 (Request, 1);
  g_weak_ref_init (&request->room, self);
  request->admission = peer_room_admission_ref (admission);
  self->n_requests++;
  join_request = peer_join_request_new (self->name, peer_room_admission_get_id (admission),
                                        peer_room_admission_get_credentials (admission),
                                        peer_room_admission_get_metadata (admission), decide, request, request_free);
  is_taken = peer_room_emit_authorize (self, join_request);
  peer_join_request_settle (g_steal_pointer (&join_request), is_taken);
}

static void
failed_cb (PeerRoomNetwork *network,
           const GError *error,
           gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);

  peer_room_lost (self, error);
}

static void
status_cb (PeerRoomNetwork *network,
           const char *status,
           gpointer user_data)
{
  g_autoptr (PeerRoom) self = g_object_ref (user_data);

  peer_room_set_status (self, status);
}

void
peer_room_watch_network (PeerRoom *self)
{
  g_signal_connect (self->network, "opened", G_CALLBACK (opened_cb), self);
  g_signal_connect (self->network, "member-joined", G_CALLBACK (member_joined_cb), self);
  g_signal_connect (self->network, "member-left", G_CALLBACK (member_left_cb), self);
  g_signal_connect (self->network, "frame", G_CALLBACK (frame_cb), self);
  g_signal_connect (self->network, "authorize", G_CALLBACK (authorize_cb), self);
  g_signal_connect (self->network, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect (self->network, "status", G_CALLBACK (status_cb), self);
}
