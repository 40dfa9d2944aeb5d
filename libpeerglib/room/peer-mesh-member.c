/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-mesh-member-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <libpeerglib/peer-source-private.h>

struct _PeerMeshMember
{
  PeerMeshNetwork *network; /* NULL once it has ended */
  PeerRoomLink *link;
  GMainContext *context;
  GSource *deadline;
  guint hello_timeout; /* milliseconds */

  char *session;
  gint64 serial; /* 0 until its hello */
  gint64 joined_at;
  GVariant *metadata;
  GVariant *state;
  GVariant *shared;
  GStrv peers;

  GSource *decision; /* made, but not carried out yet */
  gboolean is_accepted;
  char *reason;

  gboolean has_said_hello;
  gboolean has_welcomed;
  gboolean is_welcome;
  gboolean is_joined;
  gboolean is_challenged;
};

PeerMeshMember *
peer_mesh_member_new (PeerMeshNetwork *network,
                      PeerRoomLink *link,
                      const char *session)
{
  PeerMeshMember *self = g_rc_box_new0 (PeerMeshMember);

  self->network = network;
  self->link = g_object_ref (link);
  self->context = g_main_context_ref_thread_default ();
  self->session = g_strdup (session);

  return self;
}

PeerMeshMember *
peer_mesh_member_ref (PeerMeshMember *self)
{
  return g_rc_box_acquire (self);
}

static void
peer_mesh_member_clear (gpointer data)
{
  PeerMeshMember *self = data;

  g_object_unref (self->link);
  g_main_context_unref (self->context);
  g_free (self->session);
  g_free (self->reason);
  g_strfreev (self->peers);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_clear_pointer (&self->state, g_variant_unref);
  g_clear_pointer (&self->shared, g_variant_unref);
}

void
peer_mesh_member_unref (PeerMeshMember *self)
{
  g_rc_box_release_full (self, peer_mesh_member_clear);
}

const char *
peer_mesh_member_get_id (PeerMeshMember *self)
{
  return peer_room_link_get_remote_id (self->link);
}

PeerRoomLink *
peer_mesh_member_get_link (PeerMeshMember *self)
{
  return self->link;
}

const char *
peer_mesh_member_get_session (PeerMeshMember *self)
{
  return self->session;
}

gint64
peer_mesh_member_get_serial (PeerMeshMember *self)
{
  return self->serial;
}

gboolean
peer_mesh_member_is_joined (PeerMeshMember *self)
{
  return self->is_joined;
}

void
peer_mesh_member_challenge (PeerMeshMember *self)
{
  self->is_challenged = TRUE;
  peer_room_link_check (self->link);
}

gboolean
peer_mesh_member_is_challenged (PeerMeshMember *self)
{
  return self->is_challenged;
}

gboolean
peer_mesh_member_send (PeerMeshMember *self,
                       GVariant *value,
                       GError **error)
{
  return peer_room_link_send (self->link, value, error);
}

/* Takes the frame. A link that takes nothing any more tells so itself. */
static void
send_frame (PeerMeshMember *self,
            PeerRoomFrame *frame)
{
  g_autoptr (PeerRoomFrame) owned = frame;
  g_autoptr (GVariant) value = peer_room_frame_to_variant (frame);
  g_autoptr (GError) error = NULL;

  if (!peer_room_link_send (self->link, value, &error))
    g_debug ("%s is not told of its membership: %s", peer_mesh_member_get_id (self), error->message);
}

static void
send_action (PeerMeshMember *self,
             PeerRoomFrameKind kind,
             GVariant *value)
{
  send_frame (self, peer_room_frame_new (kind, peer_mesh_network_get_id (self->network), peer_mesh_member_get_id (self),
                                         NULL, value));
}

static void
send_error (PeerMeshMember *self,
            const GError *error)
{
  send_frame (self, peer_room_frame_new_error (peer_mesh_network_get_id (self->network), peer_mesh_member_get_id (self),
                                               error));
}

void
peer_mesh_member_end (PeerMeshMember *self)
{
  if (self->network == NULL)
    return;

  if (peer_room_link_get_is_open (self->link))
    send_action (self, PEER_ROOM_FRAME_LEAVE, NULL);
  self->network = NULL;
  g_signal_handlers_disconnect_by_data (self->link, self);
  peer_source_clear (&self->deadline);
  peer_source_clear (&self->decision);
  peer_room_link_close (self->link);
}

/* Ends by what happened on the link; the network may be gone afterwards. */
static void
finish (PeerMeshMember *self,
        PeerMeshEnd end,
        const GError *error)
{
  PeerMeshNetwork *network = self->network;

  peer_mesh_member_end (self);
  peer_mesh_network_ended (network, self, end, error);
}

/* The other side is told why. */
static void
refuse (PeerMeshMember *self,
        const GError *error)
{
  send_error (self, error);
  finish (self, PEER_MESH_END_LEFT, error);
}

static gboolean
on_deadline (gpointer user_data)
{
  g_autoptr (PeerMeshMember) self = peer_mesh_member_ref (user_data);
  g_autoptr (GError) error = NULL;

  error = g_error_new (PEER_ERROR, PEER_ERROR_TIMED_OUT, _ ("%s did not join in time"), peer_mesh_member_get_id (self));
  send_error (self, error);
  finish (self, PEER_MESH_END_LOST, error);

  return G_SOURCE_REMOVE;
}

static void
set_deadline (PeerMeshMember *self,
              guint milliseconds)
{
  peer_source_clear (&self->deadline);
  self->deadline = peer_source_new_timeout (self->context, milliseconds, "[libpeerglib] mesh member", on_deadline, self);
}

static void
say_hello (PeerMeshMember *self)
{
  g_autoptr (GVariant) hello = NULL;

  if (self->has_said_hello)
    return;

  self->has_said_hello = TRUE;
  hello = peer_mesh_network_make_hello (self->network);
  send_action (self, PEER_ROOM_FRAME_JOIN, hello);
}

static void
say_welcome (PeerMeshMember *self)
{
  g_autoptr (GVariant) welcome = peer_mesh_network_make_welcome (self->network, peer_mesh_member_get_id (self));

  self->has_welcomed = TRUE;
  send_action (self, PEER_ROOM_FRAME_ROOM_STATE, welcome);
}

static void
check_joined (PeerMeshMember *self)
{
  PeerRoomMemberDescription description = { NULL };

  if (!self->has_welcomed || !self->is_welcome || self->is_joined)
    return;

  self->is_joined = TRUE;
  peer_source_clear (&self->deadline);
  description.id = peer_mesh_member_get_id (self);
  description.session = self->session;
  description.serial = self->serial;
  description.joined_at = self->joined_at;
  description.metadata = self->metadata;
  description.state = self->state;
  description.shared = self->shared;
  description.connection = peer_room_link_get_connection (self->link);
  peer_mesh_network_joined (self->network, self, &description, (const char *const *) self->peers);
}

static gboolean
on_decision (gpointer user_data)
{
  g_autoptr (PeerMeshMember) self = peer_mesh_member_ref (user_data);

  peer_source_clear (&self->decision);
  if (self->is_accepted)
    {
      say_welcome (self);
      check_joined (self);
    }
  else
    {
      g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_REFUSED,
                                                      self->reason != NULL ? self->reason : _ ("Not admitted to the room"));

      refuse (self, error);
    }

  return G_SOURCE_REMOVE;
}

/* Somebody's call answers: what follows from it comes later. */
static void
on_admission (gboolean is_accepted,
              const char *reason,
              gpointer user_data)
{
  g_autoptr (PeerMeshMember) self = user_data;

  if (self->network == NULL)
    return;

  self->is_accepted = is_accepted;
  self->reason = g_strdup (reason);
  self->decision = peer_source_new_timeout (self->context, 0, "[libpeerglib] mesh admission", on_decision, self);
}

static gboolean
check_presence (PeerMeshMember *self,
                GVariant *value,
                GError **error)
{
  if (g_variant_get_size (value) <= PEER_MESH_MAX_PRESENCE)
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
               _ ("More than %d bytes of what a member says of itself"), PEER_MESH_MAX_PRESENCE);

  return FALSE;
}

static gboolean
take_hello (PeerMeshMember *self,
            GVariant *value,
            GError **error)
{
  g_auto (PeerRoomPresence) presence = { NULL };

  if (!check_presence (self, value, error))
    return FALSE;

  peer_room_presence_init_from_variant (&presence, value);
  if (presence.serial == 0)
    presence.serial = MIN (presence.joined_at, PEER_MESH_MAX_SERIAL / 1000) * 1000;
  if (presence.serial == 0 || (self->session != NULL && presence.session != NULL && strcmp (self->session, presence.session) != 0))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                           _ ("A member says nothing usable of itself"));
      return FALSE;
    }

  self->serial = MIN (presence.serial, PEER_MESH_MAX_SERIAL);
  self->joined_at = presence.joined_at;
  self->metadata = g_steal_pointer (&presence.metadata);
  if (self->session == NULL)
    self->session = g_steal_pointer (&presence.session);
  peer_room_network_authorize (PEER_ROOM_NETWORK (self->network),
                               peer_room_admission_new (peer_mesh_member_get_id (self), presence.credentials,
                                                        self->metadata, on_admission, peer_mesh_member_ref (self)));

  return TRUE;
}

static void
handle_hello (PeerMeshMember *self,
              const PeerRoomFrame *frame)
{
  g_autoptr (GError) error = NULL;

  if (self->serial != 0)
    return;

  if (!take_hello (self, frame->value, &error))
    {
      refuse (self, error);
      return;
    }
  if (self->network == NULL)
    return;

  set_deadline (self, PEER_MESH_WELCOME_TIMEOUT);
  peer_mesh_network_heard_serial (self->network, self->serial);
  say_hello (self);
}

/* It names itself, too, and what it says of itself there is its state. */
static void
take_welcome (PeerMeshMember *self,
              GVariant *value)
{
  g_autoptr (GStrvBuilder) peers = g_strv_builder_new ();
  g_auto (PeerRoomState) state;

  peer_room_state_init_from_variant (&state, value);
  self->shared = g_steal_pointer (&state.shared);
  for (guint i = 0; i < state.peers->len; i++)
    {
      PeerRoomPresence *presence = g_ptr_array_index (state.peers, i);

      if (strcmp (presence->id, peer_mesh_member_get_id (self)) != 0)
        g_strv_builder_add (peers, presence->id);
      else if (self->state == NULL)
        self->state = g_steal_pointer (&presence->state);
    }
  self->peers = g_strv_builder_end (peers);
}

static void
handle_welcome (PeerMeshMember *self,
                const PeerRoomFrame *frame)
{
  g_autoptr (GError) error = NULL;

  if (self->is_welcome)
    return;

  if (!check_presence (self, frame->value, &error))
    {
      refuse (self, error);
      return;
    }

  self->is_welcome = TRUE;
  take_welcome (self, frame->value);
  check_joined (self);
}

static void
handle_refusal (PeerMeshMember *self,
                const PeerRoomFrame *frame)
{
  g_autoptr (GError) error = peer_room_frame_dup_error (frame);

  finish (self, PEER_MESH_END_REFUSED, error);
}

static void
handle_frame (PeerMeshMember *self,
              const PeerRoomFrame *frame)
{
  switch (frame->kind)
    {
    case PEER_ROOM_FRAME_JOIN:
      handle_hello (self, frame);
      break;
    case PEER_ROOM_FRAME_ROOM_STATE:
      handle_welcome (self, frame);
      break;
    case PEER_ROOM_FRAME_LEAVE:
      finish (self, PEER_MESH_END_LEFT, NULL);
      break;
    case PEER_ROOM_FRAME_HOST_CHANGE:
      break;
    case PEER_ROOM_FRAME_ERROR:
    case PEER_ROOM_FRAME_MESSAGE:
    case PEER_ROOM_FRAME_EVENT:
    case PEER_ROOM_FRAME_BROADCAST:
    case PEER_ROOM_FRAME_SYNC:
    case PEER_ROOM_FRAME_SYNC_SHARED:
    case PEER_ROOM_FRAME_UNKNOWN:
    default:
      if (self->is_joined)
        peer_room_network_emit_frame (PEER_ROOM_NETWORK (self->network), peer_mesh_member_get_id (self), frame);
      else if (frame->kind == PEER_ROOM_FRAME_ERROR)
        handle_refusal (self, frame);
      break;
    }
}

static void
on_value (PeerRoomLink *link,
          GVariant *value,
          gpointer user_data)
{
  g_autoptr (PeerMeshMember) self = peer_mesh_member_ref (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_from_variant (value, &error);

  if (frame == NULL && self->is_joined)
    send_error (self, error);
  else if (frame == NULL)
    refuse (self, error);
  else if (frame->target == NULL || g_strcmp0 (frame->target, peer_mesh_network_get_id (self->network)) == 0)
    handle_frame (self, frame);
}

static void
on_open (PeerRoomLink *link,
         gpointer user_data)
{
  PeerMeshMember *self = user_data;

  set_deadline (self, self->hello_timeout);
  if (!peer_room_link_get_is_outgoing (link))
    say_hello (self);
}

static void
on_closed (PeerRoomLink *link,
           const GError *error,
           gpointer user_data)
{
  g_autoptr (PeerMeshMember) self = peer_mesh_member_ref (user_data);

  finish (self, PEER_MESH_END_LOST, error);
}

void
peer_mesh_member_start (PeerMeshMember *self,
                        guint hello_timeout)
{
  self->hello_timeout = hello_timeout;
  g_signal_connect (self->link, "open", G_CALLBACK (on_open), self);
  g_signal_connect (self->link, "value", G_CALLBACK (on_value), self);
  g_signal_connect (self->link, "closed", G_CALLBACK (on_closed), self);
  if (peer_room_link_get_is_open (self->link))
    on_open (self->link, self);
}
