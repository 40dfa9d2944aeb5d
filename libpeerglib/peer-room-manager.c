/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-manager-private.h"

#include "peer-enum-types.h"
#include "peer-room-private.h"
#include "protocol/peer-id-private.h"

/**
 * PeerRoomManager:
 *
 * Several rooms at one place, with the same id in all of them.
 *
 * Handlers connected to the manager hear of all its rooms; those connected to a
 * [class@Peer.Room] of [method@Peer.RoomManager.ensure_room], which may be before
 * it is joined, of that one.
 *
 * ```c
 * g_autoptr (PeerRoomManager) manager = peer_room_manager_new_for_hub ("alice", "http://localhost:5000/");
 *
 * g_signal_connect (manager, "event::chat-message", G_CALLBACK (chat_message_cb), NULL);
 * g_signal_connect (peer_room_manager_ensure_room (manager, "lobby"), "peer-joined", G_CALLBACK (peer_joined_cb), NULL);
 * peer_room_manager_join_rooms_async (manager, names, NULL, joined_cb, NULL);
 * ```
 */
G_DEFINE_FINAL_TYPE (PeerRoomManager, peer_room_manager, G_TYPE_OBJECT)

typedef enum
{
  PROP_PEER_ID = 1,
  PROP_SERVICE,
  PROP_URI,
  PROP_SIGNALING,
  PROP_ROOMS,
} PeerRoomManagerProperty;

enum
{
  ROOM_ADDED,
  ROOM_JOINED,
  ROOM_LEFT,
  PEER_JOINED,
  PEER_LEFT,
  MESSAGE,
  EVENT,
  ANY_EVENT,
  ERROR,
  N_SIGNALS
};

static GParamSpec *props[PROP_ROOMS + 1];
static guint signals[N_SIGNALS];

static void
open_cb (PeerRoom *room,
         PeerRoomManager *self)
{
  g_signal_emit (self, signals[ROOM_JOINED], 0, room);
}

static void
close_cb (PeerRoom *room,
          PeerRoomManager *self)
{
  g_signal_emit (self, signals[ROOM_LEFT], 0, room);
}

static void
peer_joined_cb (PeerRoom *room,
                PeerRoomMember *member,
                PeerRoomManager *self)
{
  g_signal_emit (self, signals[PEER_JOINED], 0, room, member);
}

static void
peer_left_cb (PeerRoom *room,
              PeerRoomMember *member,
              PeerRoomManager *self)
{
  g_signal_emit (self, signals[PEER_LEFT], 0, room, member);
}

static void
message_cb (PeerRoom *room,
            PeerRoomMember *sender,
            GVariant *message,
            PeerRoomManager *self)
{
  g_signal_emit (self, signals[MESSAGE], 0, room, sender, message);
}

/* As in the room: names from elsewhere get no quark. */
static void
any_event_cb (PeerRoom *room,
              PeerRoomMember *sender,
              const char *name,
              GVariant *value,
              PeerRoomManager *self)
{
  g_signal_emit (self, signals[ANY_EVENT], 0, room, sender, name, value);
  if (room->network != NULL)
    g_signal_emit (self, signals[EVENT], g_quark_try_string (name), room, sender, value);
}

static void
error_cb (PeerRoom *room,
          const GError *error,
          PeerRoomManager *self)
{
  g_signal_emit (self, signals[ERROR], 0, room, error);
}

static void
watch_room (PeerRoomManager *self,
            PeerRoom *room)
{
  g_signal_connect_object (room, "open", G_CALLBACK (open_cb), self, 0);
  g_signal_connect_object (room, "close", G_CALLBACK (close_cb), self, 0);
  g_signal_connect_object (room, "peer-joined", G_CALLBACK (peer_joined_cb), self, 0);
  g_signal_connect_object (room, "peer-left", G_CALLBACK (peer_left_cb), self, 0);
  g_signal_connect_object (room, "message", G_CALLBACK (message_cb), self, 0);
  g_signal_connect_object (room, "any-event", G_CALLBACK (any_event_cb), self, 0);
  g_signal_connect_object (room, "error", G_CALLBACK (error_cb), self, 0);
}

void
peer_room_manager_forget_room (PeerRoomManager *self,
                               PeerRoom *room)
{
  guint position;

  if (room->stage != PEER_ROOM_OUT || !g_list_store_find (self->rooms, room, &position))
    return;

  g_signal_handlers_disconnect_by_data (room, self);
  g_list_store_remove (self->rooms, position);
}

static void
peer_room_manager_get_property (GObject *object,
                                guint prop_id,
                                GValue *value,
                                GParamSpec *pspec)
{
  PeerRoomManager *self = PEER_ROOM_MANAGER (object);

  switch ((PeerRoomManagerProperty) prop_id)
    {
    case PROP_PEER_ID:
      g_value_set_string (value, self->peer_id);
      break;
    case PROP_SERVICE:
      g_value_set_enum (value, self->service);
      break;
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_SIGNALING:
      g_value_set_object (value, self->signaling);
      break;
    case PROP_ROOMS:
      g_value_set_object (value, self->rooms);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_room_manager_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  PeerRoomManager *self = PEER_ROOM_MANAGER (object);

  switch ((PeerRoomManagerProperty) prop_id)
    {
    case PROP_PEER_ID:
      self->peer_id = g_value_dup_string (value);
      if (self->peer_id == NULL)
        self->peer_id = g_uuid_string_random ();
      break;
    case PROP_SERVICE:
      self->service = g_value_get_enum (value);
      break;
    case PROP_URI:
      self->uri = g_value_dup_string (value);
      break;
    case PROP_SIGNALING:
      self->signaling = g_value_dup_object (value);
      break;
    case PROP_ROOMS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_room_manager_finalize (GObject *object)
{
  PeerRoomManager *self = PEER_ROOM_MANAGER (object);

  g_free (self->peer_id);
  g_free (self->uri);
  g_clear_object (&self->signaling);
  g_object_unref (self->rooms);

  G_OBJECT_CLASS (peer_room_manager_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * PeerRoomManager:peer-id: (getter get_peer_id)
   *
   * The id in all rooms, a random one when unset. At a PeerJS server, where an id
   * can be held once, the id in a room is this one with a hyphen and a random
   * token.
   */
  props[PROP_PEER_ID] = g_param_spec_string ("peer-id", NULL, NULL, NULL, flags);

  /**
   * PeerRoomManager:service: (getter get_service)
   *
   * What brings the members of the rooms together.
   */
  props[PROP_SERVICE] = g_param_spec_enum ("service", NULL, NULL, PEER_TYPE_ROOM_SERVICE, PEER_ROOM_SERVICE_SIGNALING,
                                           flags);

  /**
   * PeerRoomManager:uri: (getter get_uri)
   *
   * The address of the server, hub or signaling manager; see
   * [property@Peer.Room:uri].
   */
  props[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, flags);

  /**
   * PeerRoomManager:signaling: (getter get_signaling)
   *
   * What carries the signals of [enum@Peer.RoomService] `SIGNALING`.
   */
  props[PROP_SIGNALING] = g_param_spec_object ("signaling", NULL, NULL, PEER_TYPE_SIGNALING, flags);

  /**
   * PeerRoomManager:rooms: (getter get_rooms)
   *
   * The [class@Peer.Room]s that were asked for and not left since.
   */
  props[PROP_ROOMS] = g_param_spec_object ("rooms", NULL, NULL, G_TYPE_LIST_MODEL,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
install_room_signals (GType type)
{
  /**
   * PeerRoomManager::room-added:
   * @self: the manager
   * @room: the room, which is not joined yet
   *
   * The manager has made a room. A handler can set its properties.
   */
  signals[ROOM_ADDED] = g_signal_new ("room-added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                      PEER_TYPE_ROOM);

  /**
   * PeerRoomManager::room-joined:
   * @self: the manager
   * @room: the room
   *
   * [signal@Peer.Room::open] of a room.
   */
  signals[ROOM_JOINED] = g_signal_new ("room-joined", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                       PEER_TYPE_ROOM);

  /**
   * PeerRoomManager::room-left:
   * @self: the manager
   * @room: the room
   *
   * [signal@Peer.Room::close] of a room.
   */
  signals[ROOM_LEFT] = g_signal_new ("room-left", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                     PEER_TYPE_ROOM);

  /**
   * PeerRoomManager::peer-joined:
   * @self: the manager
   * @room: the room
   * @member: the new member
   *
   * [signal@Peer.Room::peer-joined] of a room.
   */
  signals[PEER_JOINED] = g_signal_new ("peer-joined", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                       PEER_TYPE_ROOM, PEER_TYPE_ROOM_MEMBER);

  /**
   * PeerRoomManager::peer-left:
   * @self: the manager
   * @room: the room
   * @member: the member that left
   *
   * [signal@Peer.Room::peer-left] of a room.
   */
  signals[PEER_LEFT] = g_signal_new ("peer-left", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                     PEER_TYPE_ROOM, PEER_TYPE_ROOM_MEMBER);

  /**
   * PeerRoomManager::error:
   * @self: the manager
   * @room: the room
   * @error: what went wrong
   *
   * [signal@Peer.Room::error] of a room.
   */
  signals[ERROR] = g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, PEER_TYPE_ROOM,
                                 G_TYPE_ERROR);
}

static void
install_message_signals (GType type)
{
  /**
   * PeerRoomManager::message:
   * @self: the manager
   * @room: the room
   * @sender: who sent it
   * @message: the message
   *
   * [signal@Peer.Room::message] of a room.
   */
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, PEER_TYPE_ROOM,
                                   PEER_TYPE_ROOM_MEMBER, G_TYPE_VARIANT);

  /**
   * PeerRoomManager::event:
   * @self: the manager
   * @room: the room
   * @sender: who sent it
   * @value: the data of the event
   *
   * [signal@Peer.Room::event] of a room, with the name as its detail.
   */
  signals[EVENT] = g_signal_new ("event", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                 PEER_TYPE_ROOM, PEER_TYPE_ROOM_MEMBER, G_TYPE_VARIANT);

  /**
   * PeerRoomManager::any-event:
   * @self: the manager
   * @room: the room
   * @sender: who sent it
   * @name: the name of the event
   * @value: the data of the event
   *
   * [signal@Peer.Room::any-event] of a room.
   */
  signals[ANY_EVENT] = g_signal_new ("any-event", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                                     PEER_TYPE_ROOM, PEER_TYPE_ROOM_MEMBER, G_TYPE_STRING, G_TYPE_VARIANT);
}

static void
peer_room_manager_class_init (PeerRoomManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = peer_room_manager_get_property;
  object_class->set_property = peer_room_manager_set_property;
  object_class->finalize = peer_room_manager_finalize;

  install_properties (object_class);
  install_room_signals (PEER_TYPE_ROOM_MANAGER);
  install_message_signals (PEER_TYPE_ROOM_MANAGER);
}

static void
peer_room_manager_init (PeerRoomManager *self)
{
  self->rooms = g_list_store_new (PEER_TYPE_ROOM);
}

/**
 * peer_room_manager_lookup_room:
 * @self: a manager of rooms
 * @name: the name of a room
 *
 * Looks a room up.
 *
 * Returns: (transfer none) (nullable): the room, or %NULL if it is not in the
 *   list
 */
PeerRoom *
peer_room_manager_lookup_room (PeerRoomManager *self,
                               const char *name)
{
  guint n_rooms;

  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  n_rooms = g_list_model_get_n_items (G_LIST_MODEL (self->rooms));
  for (guint i = 0; i < n_rooms; i++)
    {
      g_autoptr (PeerRoom) room = g_list_model_get_item (G_LIST_MODEL (self->rooms), i);

      if (g_str_equal (peer_room_get_name (room), name))
        return room;
    }

  return NULL;
}

/**
 * peer_room_manager_ensure_room:
 * @self: a manager of rooms
 * @name: the name of a room
 *
 * Gets the room of a name, and makes it if it is not in the list. It is not
 * joined by this.
 *
 * Returns: (transfer none): the room
 */
PeerRoom *
peer_room_manager_ensure_room (PeerRoomManager *self,
                               const char *name)
{
  g_autoptr (PeerRoom) room = NULL;
  g_autofree char *token = NULL;
  g_autofree char *id = NULL;
  PeerRoom *known;

  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  known = peer_room_manager_lookup_room (self, name);
  if (known != NULL)
    return known;

  token = self->service == PEER_ROOM_SERVICE_PEERJS ? peer_token_new () : NULL;
  id = g_strjoin ("-", self->peer_id, token, NULL);
  room = g_object_new (PEER_TYPE_ROOM, "name", name, "peer-id", id, "service", self->service, "uri", self->uri,
                       "signaling", self->signaling, NULL);
  watch_room (self, room);
  g_list_store_append (self->rooms, room);
  g_signal_emit (self, signals[ROOM_ADDED], 0, room);

  return peer_room_manager_lookup_room (self, name);
}

/**
 * peer_room_manager_is_connected_to:
 * @self: a manager of rooms
 * @name: the name of a room
 *
 * Gets whether a room is open.
 *
 * Returns: %TRUE if it is
 */
gboolean
peer_room_manager_is_connected_to (PeerRoomManager *self,
                                   const char *name)
{
  PeerRoom *room;

  g_return_val_if_fail (PEER_IS_ROOM_MANAGER (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  room = peer_room_manager_lookup_room (self, name);

  return room != NULL && peer_room_get_connected (room);
}
