/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-join-result-private.h"

/**
 * PeerRoomJoinResult:
 *
 * What became of one of the rooms that [method@Peer.RoomManager.join_rooms_async]
 * joins.
 */
struct _PeerRoomJoinResult
{
  GObject parent_instance;

  PeerRoom *room;
  GError *error;
};

G_DEFINE_FINAL_TYPE (PeerRoomJoinResult, peer_room_join_result, G_TYPE_OBJECT)

typedef enum
{
  PROP_ROOM = 1,
  PROP_SUCCESS,
  PROP_ERROR,
} PeerRoomJoinResultProperty;

static GParamSpec *props[PROP_ERROR + 1];

static void
peer_room_join_result_get_property (GObject *object,
                                    guint prop_id,
                                    GValue *value,
                                    GParamSpec *pspec)
{
  PeerRoomJoinResult *self = PEER_ROOM_JOIN_RESULT (object);

  switch ((PeerRoomJoinResultProperty) prop_id)
    {
    case PROP_ROOM:
      g_value_set_object (value, self->room);
      break;
    case PROP_SUCCESS:
      g_value_set_boolean (value, self->error == NULL);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_room_join_result_finalize (GObject *object)
{
  PeerRoomJoinResult *self = PEER_ROOM_JOIN_RESULT (object);

  g_object_unref (self->room);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (peer_room_join_result_parent_class)->finalize (object);
}

static void
peer_room_join_result_class_init (PeerRoomJoinResultClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_room_join_result_get_property;
  object_class->finalize = peer_room_join_result_finalize;

  /**
   * PeerRoomJoinResult:room: (getter get_room)
   *
   * The room.
   */
  props[PROP_ROOM] = g_param_spec_object ("room", NULL, NULL, PEER_TYPE_ROOM, flags);

  /**
   * PeerRoomJoinResult:success: (getter get_success)
   *
   * Whether it was joined.
   */
  props[PROP_SUCCESS] = g_param_spec_boolean ("success", NULL, NULL, FALSE, flags);

  /**
   * PeerRoomJoinResult:error: (getter get_error)
   *
   * Why it was not; one of those of [method@Peer.Room.join_finish].
   */
  props[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
peer_room_join_result_init (PeerRoomJoinResult *self)
{
}

PeerRoomJoinResult *
peer_room_join_result_new (PeerRoom *room,
                           GError *error)
{
  PeerRoomJoinResult *self = g_object_new (PEER_TYPE_ROOM_JOIN_RESULT, NULL);

  self->room = g_object_ref (room);
  self->error = error;

  return self;
}

/**
 * peer_room_join_result_get_room: (get-property room)
 * @self: a result
 *
 * Gets the room.
 *
 * Returns: (transfer none): the room
 */
PeerRoom *
peer_room_join_result_get_room (PeerRoomJoinResult *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_JOIN_RESULT (self), NULL);

  return self->room;
}

/**
 * peer_room_join_result_get_success: (get-property success)
 * @self: a result
 *
 * Gets whether the room was joined.
 *
 * Returns: %TRUE if it was
 */
gboolean
peer_room_join_result_get_success (PeerRoomJoinResult *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_JOIN_RESULT (self), FALSE);

  return self->error == NULL;
}

/**
 * peer_room_join_result_get_error: (get-property error)
 * @self: a result
 *
 * Gets why the room was not joined.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL for success
 */
const GError *
peer_room_join_result_get_error (PeerRoomJoinResult *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_JOIN_RESULT (self), NULL);

  return self->error;
}
