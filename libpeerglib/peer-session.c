/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-session-private.h"

#include "protocol/peer-vardict-private.h"

/**
 * PeerSession:
 *
 * Somebody's stay in a room of a [class@Peer.SignalingManager].
 *
 * A session that has ended, with [signal@Peer.SignalingManager::session-left],
 * keeps what it says.
 */
struct _PeerSession
{
  GObject parent_instance;

  char *room;
  char *id;
  char *token;
  char *address;
  char *serial;
  GVariant *metadata;
  GDateTime *joined_at;
  gint64 began; /* by the monotonic clock, as the next */
  gint64 ended; /* 0 as long as it goes on */
  gpointer client;
};

G_DEFINE_FINAL_TYPE (PeerSession, peer_session, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_ROOM,
  PROP_ADDRESS,
  PROP_METADATA,
  PROP_JOINED_AT,
  PROP_CONNECTION_DURATION,
} PeerSessionProperty;

static GParamSpec *props[PROP_CONNECTION_DURATION + 1];

static void
peer_session_get_property (GObject *object,
                           guint prop_id,
                           GValue *value,
                           GParamSpec *pspec)
{
  PeerSession *self = PEER_SESSION (object);

  switch ((PeerSessionProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_ROOM:
      g_value_set_string (value, self->room);
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_METADATA:
      g_value_set_variant (value, self->metadata);
      break;
    case PROP_JOINED_AT:
      g_value_set_boxed (value, self->joined_at);
      break;
    case PROP_CONNECTION_DURATION:
      g_value_set_int64 (value, peer_session_get_connection_duration (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_session_finalize (GObject *object)
{
  PeerSession *self = PEER_SESSION (object);

  g_free (self->room);
  g_free (self->id);
  g_free (self->token);
  g_free (self->address);
  g_free (self->serial);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_clear_pointer (&self->joined_at, g_date_time_unref);

  G_OBJECT_CLASS (peer_session_parent_class)->finalize (object);
}

static void
peer_session_class_init (PeerSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_session_get_property;
  object_class->finalize = peer_session_finalize;

  /**
   * PeerSession:id:
   *
   * The id, which only one session of a room has at a time.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);

  /**
   * PeerSession:room:
   *
   * The name of the room.
   */
  props[PROP_ROOM] = g_param_spec_string ("room", NULL, NULL, NULL, flags);

  /**
   * PeerSession:address:
   *
   * The IP address that it comes from; see
   * [property@Peer.SignalingManager:proxied]. %NULL for a session that the
   * application has added.
   */
  props[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, flags);

  /**
   * PeerSession:metadata:
   *
   * What the session said of itself when it joined: any value, or %NULL. It is
   * never sent to the others. What came over a WebSocket cannot be trusted.
   */
  props[PROP_METADATA] = g_param_spec_variant ("metadata", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  /**
   * PeerSession:joined-at:
   *
   * When it joined, in UTC.
   */
  props[PROP_JOINED_AT] = g_param_spec_boxed ("joined-at", NULL, NULL, G_TYPE_DATE_TIME, flags);

  /**
   * PeerSession:connection-duration:
   *
   * How long it has been, or was, in the room, in microseconds. Changes all
   * the time and is never notified.
   */
  props[PROP_CONNECTION_DURATION] = g_param_spec_int64 ("connection-duration", NULL, NULL, 0, G_MAXINT64, 0, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
peer_session_init (PeerSession *self)
{
  self->joined_at = g_date_time_new_now_utc ();
  self->began = g_get_monotonic_time ();
  self->serial = g_uuid_string_random ();
}

PeerSession *
peer_session_new (const char *room,
                  const char *id,
                  const char *token,
                  const char *address,
                  GVariant *metadata)
{
  PeerSession *self = g_object_new (PEER_TYPE_SESSION, NULL);

  self->room = g_strdup (room);
  self->id = g_strdup (id);
  self->token = g_strdup (token);
  self->address = g_strdup (address);
  if (metadata != NULL)
    self->metadata = g_variant_ref_sink (metadata);

  return self;
}

const char *
peer_session_get_token (PeerSession *self)
{
  return self->token;
}

gpointer
peer_session_get_client (PeerSession *self)
{
  return self->client;
}

void
peer_session_set_client (PeerSession *self,
                         gpointer client)
{
  self->client = client;
}

const char *
peer_session_get_serial (PeerSession *self)
{
  return self->serial;
}

void
peer_session_end (PeerSession *self)
{
  self->ended = g_get_monotonic_time ();
  self->client = NULL;
}

gboolean
peer_session_has_ended (PeerSession *self)
{
  return self->ended != 0;
}

/**
 * peer_session_get_id: (get-property id)
 * @self: a session
 *
 * Gets the id of a session.
 *
 * Returns: (transfer none): the id
 */
const char *
peer_session_get_id (PeerSession *self)
{
  g_return_val_if_fail (PEER_IS_SESSION (self), NULL);

  return self->id;
}

/**
 * peer_session_get_room: (get-property room)
 * @self: a session
 *
 * Gets the name of the room that a session is, or was, in.
 *
 * Returns: (transfer none): the name
 */
const char *
peer_session_get_room (PeerSession *self)
{
  g_return_val_if_fail (PEER_IS_SESSION (self), NULL);

  return self->room;
}

/**
 * peer_session_get_address: (get-property address)
 * @self: a session
 *
 * Gets the IP address that a session comes from.
 *
 * Returns: (transfer none) (nullable): the address, or %NULL for a session
 *   that the application has added
 */
const char *
peer_session_get_address (PeerSession *self)
{
  g_return_val_if_fail (PEER_IS_SESSION (self), NULL);

  return self->address;
}

/**
 * peer_session_get_metadata: (get-property metadata)
 * @self: a session
 *
 * Gets what a session said of itself when it joined.
 *
 * Returns: (transfer none) (nullable): any value, or %NULL
 */
GVariant *
peer_session_get_metadata (PeerSession *self)
{
  g_return_val_if_fail (PEER_IS_SESSION (self), NULL);

  return self->metadata;
}

/**
 * peer_session_get_joined_at: (get-property joined-at)
 * @self: a session
 *
 * Gets when a session joined.
 *
 * Returns: (transfer none): the time, in UTC
 */
GDateTime *
peer_session_get_joined_at (PeerSession *self)
{
  g_return_val_if_fail (PEER_IS_SESSION (self), NULL);

  return self->joined_at;
}

/**
 * peer_session_get_connection_duration: (get-property connection-duration)
 * @self: a session
 *
 * Gets how long a session has been in its room, or was, if it has left.
 *
 * Returns: the time, in microseconds
 */
GTimeSpan
peer_session_get_connection_duration (PeerSession *self)
{
  g_return_val_if_fail (PEER_IS_SESSION (self), 0);

  return (self->ended != 0 ? self->ended : g_get_monotonic_time ()) - self->began;
}

/**
 * peer_session_to_variant:
 * @self: a session
 *
 * Tells all of a session in one value, for a log or an answer in JSON: an
 * `a{sv}` with `sessionId` (`s`), `roomId` (`s`), `joinedAt` (`s`, ISO 8601),
 * `connectionDuration` (`x`, in whole seconds) and, if there is any,
 * `metadata` (`v`).
 *
 * Returns: (transfer floating): the value
 */
GVariant *
peer_session_to_variant (PeerSession *self)
{
  g_autofree char *joined_at = NULL;
  GVariantBuilder builder;

  g_return_val_if_fail (PEER_IS_SESSION (self), NULL);

  joined_at = g_date_time_format_iso8601 (self->joined_at);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add_string (&builder, "sessionId", self->id);
  peer_vardict_add_string (&builder, "roomId", self->room);
  peer_vardict_add_string (&builder, "joinedAt", joined_at);
  peer_vardict_add (&builder, "connectionDuration",
                    g_variant_new_int64 (peer_session_get_connection_duration (self) / G_TIME_SPAN_SECOND));
  peer_vardict_add (&builder, "metadata", self->metadata);

  return g_variant_builder_end (&builder);
}
