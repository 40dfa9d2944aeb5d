/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-network-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "protocol/peer-hub-frame-private.h"
#include "protocol/peer-json-private.h"

/* Bytes of what is said of a member, and of one frame that says it of several:
 * no client has to take a frame of more than 64 KiB. */
#define MAX_PRESENCE_SIZE (24 * 1024)
#define MAX_STATE_SIZE (56 * 1024)

/* The frame under another sender's name, without a copy of the rest. */
static char *
print_from (const PeerRoomFrame *frame,
            const char *sender,
            GError **error)
{
  PeerRoomFrame named = *frame;

  named.sender = (char *) sender;

  return peer_room_frame_print (&named, error);
}

/* A link that breaks on the way, or whose other side reads too slowly, is
 * taken care of later. */
static void
send_text (PeerHubNetwork *self,
           PeerHubClient *client,
           const char *text)
{
  guint limit = self->settings->numbers[PROP_SEND_BUFFER_SIZE];
  g_autoptr (GError) error = NULL;

  if (limit > 0 && peer_data_connection_get_buffered_amount (client->connection) > limit)
    peer_hub_network_doom (self, client);
  else if (!peer_data_connection_send_text (client->connection, text, &error))
    g_debug ("The hub could not tell %s: %s", client->presence.id, error->message);
}

/* To all members but one, which may be NULL. */
static void
send_to_others (PeerHubNetwork *self,
                PeerHubClient *sender,
                const char *text)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      PeerHubClient *client = g_ptr_array_index (self->members, i);

      if (client != sender)
        send_text (self, client, text);
    }
}

/* What the hub says by itself, which JSON always has a form for. */
static void
say (PeerHubNetwork *self,
     PeerHubClient *client,
     PeerRoomFrameKind kind,
     const char *sender,
     GVariant *value)
{
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (kind, sender, client != NULL ? client->presence.id : NULL, NULL, value);
  g_autofree char *text = peer_room_frame_print (frame, NULL);

  if (text == NULL)
    return;

  if (client != NULL)
    send_text (self, client, text);
  else
    send_to_others (self, NULL, text);
}

static const char *
get_host_id (PeerHubNetwork *self)
{
  PeerHubClient *host = self->members->len > 0 ? g_ptr_array_index (self->members, 0) : NULL;

  return host != NULL ? host->presence.id : "";
}

void
peer_hub_relay_error (PeerHubNetwork *self,
                      PeerHubClient *client,
                      const GError *error)
{
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new_error (PEER_HUB_SERVER_ID, client->presence.id, error);
  g_autofree char *text = peer_room_frame_print (frame, NULL);

  g_debug ("%s did wrong: %s", client->presence.id, error->message);
  send_text (self, client, text);
}

gboolean
peer_hub_relay_send (PeerHubNetwork *self,
                     const char *member_id,
                     const PeerRoomFrame *frame,
                     GError **error)
{
  PeerHubClient *client = member_id != NULL ? peer_hub_network_lookup (self, member_id) : NULL;
  g_autofree char *text = print_from (frame, PEER_HUB_SERVER_ID, error);

  if (text == NULL)
    return FALSE;

  if (member_id != NULL && (client == NULL || !client->is_member))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, _ ("“%s” is not in the room"), member_id);
      return FALSE;
    }

  if (client != NULL)
    send_text (self, client, text);
  else
    send_to_others (self, NULL, text);

  return TRUE;
}

void
peer_hub_relay_left (PeerHubNetwork *self,
                     const char *id,
                     gboolean was_host)
{
  say (self, NULL, PEER_ROOM_FRAME_LEAVE, id, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  if (was_host && self->members->len > 0)
    say (self, NULL, PEER_ROOM_FRAME_HOST_CHANGE, PEER_HUB_SERVER_ID, g_variant_new_string (get_host_id (self)));
}

/* Bytes of JSON text, 0 for what has no form in it. */
static gsize
get_size (const PeerRoomPresence *presence)
{
  g_autoptr (GVariant) value = peer_room_presence_to_variant (presence);
  gsize size = 0;
  g_autofree char *text = peer_json_print (value, &size, NULL);

  return text != NULL ? size : 0;
}

static void
say_state (PeerHubNetwork *self,
           PeerHubClient *client,
           GPtrArray *peers)
{
  const PeerRoomState state = { .peers = peers, .host_id = (char *) get_host_id (self) };
  g_autoptr (GVariant) value = peer_room_state_to_variant (&state);

  say (self, client, PEER_ROOM_FRAME_ROOM_STATE, PEER_HUB_SERVER_ID, value);
}

/* Everything that the newcomer has to know, before anything else: who is there,
 * in as many frames as it takes. It is itself in the last of them. */
static void
welcome (PeerHubNetwork *self,
         PeerHubClient *client)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new ();
  gsize size = 0;

  for (guint i = 0; i < self->members->len; i++)
    {
      PeerHubClient *member = g_ptr_array_index (self->members, i);

      size += get_size (&member->presence);
      if (size > MAX_STATE_SIZE)
        {
          say_state (self, client, peers);
          g_ptr_array_set_size (peers, 0);
          size = get_size (&member->presence);
        }
      g_ptr_array_add (peers, &member->presence);
    }
  say_state (self, client, peers);

  /* Clients that do not read the host in there make themselves one. */
  say (self, client, PEER_ROOM_FRAME_HOST_CHANGE, PEER_HUB_SERVER_ID, g_variant_new_string (get_host_id (self)));
}

static void
introduce (PeerHubNetwork *self,
           PeerHubClient *client)
{
  g_autoptr (GVariant) value = peer_room_presence_to_variant (&client->presence);
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (PEER_ROOM_FRAME_JOIN, client->presence.id, NULL, NULL, value);
  g_autofree char *text = peer_room_frame_print (frame, NULL);

  if (text != NULL)
    send_to_others (self, client, text);
}

/* What the client says of itself; what the hub knows better stays. */
static void
read_presence (PeerHubClient *client,
               const PeerRoomFrame *frame)
{
  PeerRoomPresence *presence = &client->presence;
  g_auto (PeerRoomPresence) said = { 0 };

  if (frame->kind == PEER_ROOM_FRAME_JOIN)
    peer_room_presence_init_from_variant (&said, frame->value);

  presence->session = g_steal_pointer (&said.session);
  presence->user_agent = g_steal_pointer (&said.user_agent);
  presence->state = g_steal_pointer (&said.state);
  presence->shared = g_steal_pointer (&said.shared);
  if (presence->metadata == NULL)
    presence->metadata = g_steal_pointer (&said.metadata);
}

static gboolean
check_size (const PeerRoomPresence *presence,
            GError **error)
{
  if (get_size (presence) <= MAX_PRESENCE_SIZE)
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("Metadata and state together are larger than %d bytes"),
               MAX_PRESENCE_SIZE);

  return FALSE;
}

/* The first frame makes a member of a client, PEER_JOIN or not. */
static gboolean
join (PeerHubNetwork *self,
      PeerHubClient *client,
      const PeerRoomFrame *frame,
      GError **error)
{
  PeerRoomPresence *presence = &client->presence;
  PeerRoomMemberDescription description;

  read_presence (client, frame);
  if (!check_size (presence, error))
    return FALSE;

  presence->serial = ++self->last_serial;
  presence->joined_at = presence->last_seen;
  client->is_member = TRUE;
  g_ptr_array_add (self->members, client);

  description = (PeerRoomMemberDescription){
    .id = presence->id,
    .session = presence->session,
    .serial = presence->serial,
    .joined_at = presence->joined_at,
    .metadata = presence->metadata,
    .state = presence->state,
    .shared = presence->shared,
    .connection = G_OBJECT (client->connection),
  };
  welcome (self, client);
  introduce (self, client);
  peer_room_network_emit_member_joined (PEER_ROOM_NETWORK (self), &description);
  g_clear_pointer (&presence->shared, g_variant_unref);

  return TRUE;
}

/* To whom it is for, under the name of who sent it: as it came if it says so itself. */
static gboolean
forward (PeerHubNetwork *self,
         PeerHubClient *client,
         const PeerRoomFrame *frame,
         const char *text,
         GError **error)
{
  PeerHubClient *target = frame->target != NULL ? peer_hub_network_lookup (self, frame->target) : NULL;
  g_autofree char *corrected = NULL;

  if (frame->target != NULL && (target == NULL || !target->is_member))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, _ ("“%s” is not in the room"), frame->target);
      return FALSE;
    }

  if (!peer_hub_frame_is_from (text, strlen (text), client->presence.id))
    {
      corrected = print_from (frame, client->presence.id, error);
      if (corrected == NULL)
        return FALSE;
      text = corrected;
    }

  if (target != NULL)
    send_text (self, target, text);
  else
    send_to_others (self, client, text);

  return TRUE;
}

/* Keeps a member's state for those who join later. */
static gboolean
keep_state (PeerHubClient *client,
            const PeerRoomFrame *frame,
            GError **error)
{
  PeerRoomPresence presence = client->presence;

  if (frame->kind != PEER_ROOM_FRAME_SYNC || frame->target != NULL)
    return TRUE;

  presence.state = frame->value;
  if (!g_variant_is_of_type (frame->value, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A state has to be an object"));
      return FALSE;
    }
  if (!check_size (&presence, error))
    return FALSE;

  g_clear_pointer (&client->presence.state, g_variant_unref);
  client->presence.state = g_variant_ref (frame->value);

  return TRUE;
}

static gboolean
relay (PeerHubNetwork *self,
       PeerHubClient *client,
       const PeerRoomFrame *frame,
       const char *text,
       GError **error)
{
  gboolean is_for_hub = g_strcmp0 (frame->target, PEER_HUB_SERVER_ID) == 0;

  if (!keep_state (client, frame, error) || (!is_for_hub && !forward (self, client, frame, text, error)))
    return FALSE;

  if (frame->target == NULL || is_for_hub)
    peer_room_network_emit_frame (PEER_ROOM_NETWORK (self), client->presence.id, frame);

  return TRUE;
}

static gboolean
handle_frame (PeerHubNetwork *self,
              PeerHubClient *client,
              const PeerRoomFrame *frame,
              const char *text,
              GError **error)
{
  const char *host_id = get_host_id (self);

  switch (frame->kind)
    {
    case PEER_ROOM_FRAME_LEAVE:
      peer_hub_network_remove (self, client, NULL);
      return TRUE;
    case PEER_ROOM_FRAME_JOIN:
    case PEER_ROOM_FRAME_ROOM_STATE:
      /* The hub has said, and says, what is to be known. */
      return TRUE;
    case PEER_ROOM_FRAME_HOST_CHANGE:
      if (!g_variant_is_of_type (frame->value, G_VARIANT_TYPE_STRING) ||
          !g_str_equal (g_variant_get_string (frame->value, NULL), host_id))
        say (self, client, PEER_ROOM_FRAME_HOST_CHANGE, PEER_HUB_SERVER_ID, g_variant_new_string (host_id));
      return TRUE;
    case PEER_ROOM_FRAME_MESSAGE:
    case PEER_ROOM_FRAME_EVENT:
    case PEER_ROOM_FRAME_BROADCAST:
    case PEER_ROOM_FRAME_SYNC:
    case PEER_ROOM_FRAME_SYNC_SHARED:
    case PEER_ROOM_FRAME_ERROR:
    case PEER_ROOM_FRAME_UNKNOWN:
    default:
      return relay (self, client, frame, text, error);
    }
}

/* Whether the client may say something now; told once that it may not. */
static gboolean
check_rate (PeerHubNetwork *self,
            PeerHubClient *client)
{
  const guint *limits = self->settings->numbers;
  g_autoptr (GError) error = NULL;

  if (limits[PROP_MESSAGES_PER_SECOND] == 0 ||
      peer_token_bucket_fill (&client->bucket, limits[PROP_MESSAGES_PER_SECOND], limits[PROP_MESSAGE_BURST],
                              g_get_monotonic_time ()))
    {
      client->is_limited = FALSE;
      peer_token_bucket_take (&client->bucket, 1);
      return TRUE;
    }

  if (!client->is_limited)
    {
      client->is_limited = TRUE;
      error = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("Too many messages"));
      peer_hub_relay_error (self, client, error);
    }

  return FALSE;
}

static gboolean
take_text (PeerHubNetwork *self,
           PeerHubClient *client,
           const char *text,
           GError **error)
{
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_parse (text, strlen (text), error);

  if (frame == NULL)
    return FALSE;
  if (!client->is_member && frame->kind != PEER_ROOM_FRAME_LEAVE && !join (self, client, frame, error))
    return FALSE;

  /* A handler may have sent it away. */
  return client->connection == NULL || handle_frame (self, client, frame, text, error);
}

void
peer_hub_relay_text (PeerHubNetwork *self,
                     PeerHubClient *client,
                     const char *text)
{
  g_autoptr (PeerHubNetwork) kept = g_object_ref (self);
  g_autoptr (PeerHubClient) kept_client = peer_hub_client_ref (client);
  g_autoptr (GError) error = NULL;

  if (!check_rate (self, client))
    return;

  client->presence.last_seen = g_get_real_time () / 1000;
  if (!take_text (self, client, text, &error) && client->connection != NULL)
    peer_hub_relay_error (self, client, error);
}
