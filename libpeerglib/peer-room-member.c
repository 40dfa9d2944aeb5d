/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-member-private.h"

/* The end of the year 9999. */
#define LAST_SECOND G_GINT64_CONSTANT (253402300798)

/**
 * PeerRoomMember:
 *
 * A member of a [class@Peer.Room], this one included.
 *
 * The same object stands for a member from its joining to its leaving. One that
 * leaves and joins again, or whose program crashed and comes back, is another
 * object, also under the same id.
 */
struct _PeerRoomMember
{
  GObject parent_instance;

  char *id;
  gboolean is_self;
  gboolean is_host;
  GDateTime *joined_at;
  gint64 last_seen_time;
  GDateTime *last_seen; /* made when it is asked for */
  GVariant *metadata;
  GVariant *state;
  PeerDataConnection *connection;
};

G_DEFINE_FINAL_TYPE (PeerRoomMember, peer_room_member, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_IS_SELF,
  PROP_IS_HOST,
  PROP_JOINED_AT,
  PROP_LAST_SEEN,
  PROP_METADATA,
  PROP_STATE,
  PROP_CONNECTION,
} PeerRoomMemberProperty;

static GParamSpec *props[PROP_CONNECTION + 1];

/* From microseconds since 1970; those that are beyond the years of GDateTime are its last moment. */
static GDateTime *
date_new (gint64 time)
{
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (MIN (time / G_USEC_PER_SEC, LAST_SECOND));

  return g_date_time_add (seconds, time % G_USEC_PER_SEC);
}

static void
peer_room_member_get_property (GObject *object,
                               guint prop_id,
                               GValue *value,
                               GParamSpec *pspec)
{
  PeerRoomMember *self = PEER_ROOM_MEMBER (object);

  switch ((PeerRoomMemberProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_IS_SELF:
      g_value_set_boolean (value, self->is_self);
      break;
    case PROP_IS_HOST:
      g_value_set_boolean (value, self->is_host);
      break;
    case PROP_JOINED_AT:
      g_value_set_boxed (value, self->joined_at);
      break;
    case PROP_LAST_SEEN:
      g_value_set_boxed (value, peer_room_member_get_last_seen (self));
      break;
    case PROP_METADATA:
      g_value_set_variant (value, self->metadata);
      break;
    case PROP_STATE:
      g_value_set_variant (value, self->state);
      break;
    case PROP_CONNECTION:
      g_value_set_object (value, self->connection);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_room_member_finalize (GObject *object)
{
  PeerRoomMember *self = PEER_ROOM_MEMBER (object);

  g_free (self->id);
  g_clear_pointer (&self->joined_at, g_date_time_unref);
  g_clear_pointer (&self->last_seen, g_date_time_unref);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_clear_pointer (&self->state, g_variant_unref);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (peer_room_member_parent_class)->finalize (object);
}

static void
peer_room_member_class_init (PeerRoomMemberClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_room_member_get_property;
  object_class->finalize = peer_room_member_finalize;

  /**
   * PeerRoomMember:id: (getter get_id)
   *
   * The member's id, unique in its room. It is the one that the other side of the
   * connection has, whatever messages say.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);

  /**
   * PeerRoomMember:is-self: (getter get_is_self)
   *
   * Whether the member is the one that this [class@Peer.Room] is.
   */
  props[PROP_IS_SELF] = g_param_spec_boolean ("is-self", NULL, NULL, FALSE, flags);

  /**
   * PeerRoomMember:is-host: (getter get_is_host)
   *
   * Whether the member is the host: of all members the one that joined first.
   */
  props[PROP_IS_HOST] = g_param_spec_boolean ("is-host", NULL, NULL, FALSE, flags);

  /**
   * PeerRoomMember:joined-at: (getter get_joined_at)
   *
   * When the member joined: by the clock of the one who knows, which is this
   * computer's unless a hub tells.
   */
  props[PROP_JOINED_AT] = g_param_spec_boxed ("joined-at", NULL, NULL, G_TYPE_DATE_TIME, flags);

  /**
   * PeerRoomMember:last-seen: (getter get_last_seen)
   *
   * When the member was last heard of, by this computer's clock. It changes
   * without notification.
   */
  props[PROP_LAST_SEEN] = g_param_spec_boxed ("last-seen", NULL, NULL, G_TYPE_DATE_TIME, flags);

  /**
   * PeerRoomMember:metadata: (getter get_metadata)
   *
   * What the member said of itself when it joined: its
   * [property@Peer.Room:metadata]. It does not change.
   */
  props[PROP_METADATA] = g_param_spec_variant ("metadata", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  /**
   * PeerRoomMember:state: (getter get_state)
   *
   * The member's state, an `a{sv}`: what it gave to [method@Peer.Room.sync].
   */
  props[PROP_STATE] = g_param_spec_variant ("state", NULL, NULL, G_VARIANT_TYPE_VARDICT, NULL, flags);

  /**
   * PeerRoomMember:connection: (getter get_connection)
   *
   * The connection to the member. It is the room's: send files and look at
   * statistics with it, but leave its values and its closing to the room. There
   * is none to this member itself, nor to others through a hub.
   */
  props[PROP_CONNECTION] = g_param_spec_object ("connection", NULL, NULL, PEER_TYPE_DATA_CONNECTION, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
peer_room_member_init (PeerRoomMember *self)
{
}

PeerRoomMember *
peer_room_member_new (const char *id,
                      gboolean is_self,
                      gint64 joined_at,
                      PeerDataConnection *connection)
{
  PeerRoomMember *self = g_object_new (PEER_TYPE_ROOM_MEMBER, NULL);

  self->id = g_strdup (id);
  self->is_self = is_self;
  self->last_seen_time = g_get_real_time ();
  self->joined_at = date_new (joined_at > 0 ? MIN (joined_at, LAST_SECOND * 1000) * 1000 : self->last_seen_time);
  g_set_object (&self->connection, connection);

  return self;
}

void
peer_room_member_set_is_host (PeerRoomMember *self,
                              gboolean is_host)
{
  if (self->is_host == is_host)
    return;

  self->is_host = is_host;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_IS_HOST]);
}

void
peer_room_member_set_metadata (PeerRoomMember *self,
                               GVariant *metadata)
{
  g_clear_pointer (&self->metadata, g_variant_unref);
  self->metadata = metadata != NULL ? g_variant_ref (metadata) : NULL;
}

void
peer_room_member_set_state (PeerRoomMember *self,
                            GVariant *state)
{
  g_clear_pointer (&self->state, g_variant_unref);
  self->state = state != NULL ? g_variant_ref (state) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

void
peer_room_member_touch (PeerRoomMember *self)
{
  self->last_seen_time = g_get_real_time ();
  g_clear_pointer (&self->last_seen, g_date_time_unref);
}

/**
 * peer_room_member_get_id: (get-property id)
 * @self: a member
 *
 * Gets the id of the member, unique in its room.
 *
 * Returns: (transfer none): the id
 */
const char *
peer_room_member_get_id (PeerRoomMember *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (self), NULL);

  return self->id;
}

/**
 * peer_room_member_get_is_self: (get-property is-self)
 * @self: a member
 *
 * Gets whether the member is the one that this [class@Peer.Room] is.
 *
 * Returns: %TRUE for this side
 */
gboolean
peer_room_member_get_is_self (PeerRoomMember *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (self), FALSE);

  return self->is_self;
}

/**
 * peer_room_member_get_is_host: (get-property is-host)
 * @self: a member
 *
 * Gets whether the member is the host.
 *
 * Returns: %TRUE for the host
 */
gboolean
peer_room_member_get_is_host (PeerRoomMember *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (self), FALSE);

  return self->is_host;
}

/**
 * peer_room_member_get_joined_at: (get-property joined-at)
 * @self: a member
 *
 * Gets when the member joined.
 *
 * Returns: (transfer none): the time, in UTC
 */
GDateTime *
peer_room_member_get_joined_at (PeerRoomMember *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (self), NULL);

  return self->joined_at;
}

/**
 * peer_room_member_get_last_seen: (get-property last-seen)
 * @self: a member
 *
 * Gets when the member was last heard of.
 *
 * Returns: (transfer none): the time, in UTC
 */
GDateTime *
peer_room_member_get_last_seen (PeerRoomMember *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (self), NULL);

  if (self->last_seen == NULL)
    self->last_seen = date_new (self->last_seen_time);

  return self->last_seen;
}

/**
 * peer_room_member_get_metadata: (get-property metadata)
 * @self: a member
 *
 * Gets what the member said of itself when it joined.
 *
 * Returns: (transfer none) (nullable): the metadata
 */
GVariant *
peer_room_member_get_metadata (PeerRoomMember *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (self), NULL);

  return self->metadata;
}

/**
 * peer_room_member_get_state: (get-property state)
 * @self: a member
 *
 * Gets the state of the member, an `a{sv}`.
 *
 * Returns: (transfer none) (nullable): the state, %NULL if it has none
 */
GVariant *
peer_room_member_get_state (PeerRoomMember *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (self), NULL);

  return self->state;
}

/**
 * peer_room_member_get_connection: (get-property connection)
 * @self: a member
 *
 * Gets the connection to the member.
 *
 * Returns: (transfer none) (nullable): the connection, or %NULL if there is none
 */
PeerDataConnection *
peer_room_member_get_connection (PeerRoomMember *self)
{
  g_return_val_if_fail (PEER_IS_ROOM_MEMBER (self), NULL);

  return self->connection;
}
