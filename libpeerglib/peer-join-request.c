/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-join-request-private.h"

/**
 * PeerJoinRequest:
 *
 * Somebody who wants to join a room, or to receive what a sender sends.
 *
 * A handler of a signal `authorize` looks at it, calls
 * [method@Peer.JoinRequest.accept] or [method@Peer.JoinRequest.refuse], at once
 * or later, and returns %TRUE. Dropping the last reference of a request that is
 * not decided refuses it. Without a handler, or when it returns %FALSE,
 * everybody is accepted.
 */
struct _PeerJoinRequest
{
  GObject parent_instance;

  char *room;
  char *peer_id;
  GVariant *credentials;
  GVariant *metadata;

  PeerJoinDecisionFunc func; /* NULL once it was called */
  gpointer user_data;
  GDestroyNotify destroy;
};

G_DEFINE_FINAL_TYPE (PeerJoinRequest, peer_join_request, G_TYPE_OBJECT)

typedef enum
{
  PROP_ROOM = 1,
  PROP_PEER_ID,
  PROP_CREDENTIALS,
  PROP_METADATA,
} PeerJoinRequestProperty;

static GParamSpec *props[PROP_METADATA + 1];

static void
peer_join_request_decide (PeerJoinRequest *self,
                          gboolean is_accepted,
                          const char *reason)
{
  PeerJoinDecisionFunc func = g_steal_pointer (&self->func);

  if (func == NULL)
    return;

  func (is_accepted, reason, self->user_data);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

static void
peer_join_request_get_property (GObject *object,
                                guint prop_id,
                                GValue *value,
                                GParamSpec *pspec)
{
  PeerJoinRequest *self = PEER_JOIN_REQUEST (object);

  switch ((PeerJoinRequestProperty) prop_id)
    {
    case PROP_ROOM:
      g_value_set_string (value, self->room);
      break;
    case PROP_PEER_ID:
      g_value_set_string (value, self->peer_id);
      break;
    case PROP_CREDENTIALS:
      g_value_set_variant (value, self->credentials);
      break;
    case PROP_METADATA:
      g_value_set_variant (value, self->metadata);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_join_request_dispose (GObject *object)
{
  peer_join_request_decide (PEER_JOIN_REQUEST (object), FALSE, NULL);

  G_OBJECT_CLASS (peer_join_request_parent_class)->dispose (object);
}

static void
peer_join_request_finalize (GObject *object)
{
  PeerJoinRequest *self = PEER_JOIN_REQUEST (object);

  g_free (self->room);
  g_free (self->peer_id);
  g_clear_pointer (&self->credentials, g_variant_unref);
  g_clear_pointer (&self->metadata, g_variant_unref);

  G_OBJECT_CLASS (peer_join_request_parent_class)->finalize (object);
}

static void
peer_join_request_class_init (PeerJoinRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_join_request_get_property;
  object_class->dispose = peer_join_request_dispose;
  object_class->finalize = peer_join_request_finalize;

  /**
   * PeerJoinRequest:room:
   *
   * The name of the room.
   */
  props[PROP_ROOM] = g_param_spec_string ("room", NULL, NULL, NULL, flags);

  /**
   * PeerJoinRequest:peer-id:
   *
   * The id of who asks.
   */
  props[PROP_PEER_ID] = g_param_spec_string ("peer-id", NULL, NULL, NULL, flags);

  /**
   * PeerJoinRequest:credentials:
   *
   * What was given to be let in; any value, or %NULL for none. It comes from
   * the one who asks and cannot be trusted.
   */
  props[PROP_CREDENTIALS] = g_param_spec_variant ("credentials", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  /**
   * PeerJoinRequest:metadata:
   *
   * What the one who asks says of itself; any value, or %NULL for nothing.
   */
  props[PROP_METADATA] = g_param_spec_variant ("metadata", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
peer_join_request_init (PeerJoinRequest *self)
{
}

PeerJoinRequest *
peer_join_request_new (const char *room,
                       const char *peer_id,
                       GVariant *credentials,
                       GVariant *metadata,
                       PeerJoinDecisionFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  PeerJoinRequest *self = g_object_new (PEER_TYPE_JOIN_REQUEST, NULL);

  self->room = g_strdup (room);
  self->peer_id = g_strdup (peer_id);
  if (credentials != NULL)
    self->credentials = g_variant_ref_sink (credentials);
  if (metadata != NULL)
    self->metadata = g_variant_ref_sink (metadata);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

void
peer_join_request_settle (PeerJoinRequest *self,
                          gboolean is_taken)
{
  if (!is_taken)
    peer_join_request_decide (self, TRUE, NULL);
  g_object_unref (self);
}

/**
 * peer_join_request_get_room: (get-property room)
 * @self: a request
 *
 * Gets the name of the room.
 *
 * Returns: (transfer none): the name
 */
const char *
peer_join_request_get_room (PeerJoinRequest *self)
{
  g_return_val_if_fail (PEER_IS_JOIN_REQUEST (self), NULL);

  return self->room;
}

/**
 * peer_join_request_get_peer_id: (get-property peer-id)
 * @self: a request
 *
 * Gets the id of who asks.
 *
 * Returns: (transfer none): the id
 */
const char *
peer_join_request_get_peer_id (PeerJoinRequest *self)
{
  g_return_val_if_fail (PEER_IS_JOIN_REQUEST (self), NULL);

  return self->peer_id;
}

/**
 * peer_join_request_get_credentials: (get-property credentials)
 * @self: a request
 *
 * Gets what was given to be let in. It comes from the one who asks and cannot
 * be trusted.
 *
 * Returns: (transfer none) (nullable): any value, or %NULL for none
 */
GVariant *
peer_join_request_get_credentials (PeerJoinRequest *self)
{
  g_return_val_if_fail (PEER_IS_JOIN_REQUEST (self), NULL);

  return self->credentials;
}

/**
 * peer_join_request_get_metadata: (get-property metadata)
 * @self: a request
 *
 * Gets what the one who asks says of itself.
 *
 * Returns: (transfer none) (nullable): any value, or %NULL for nothing
 */
GVariant *
peer_join_request_get_metadata (PeerJoinRequest *self)
{
  g_return_val_if_fail (PEER_IS_JOIN_REQUEST (self), NULL);

  return self->metadata;
}

/**
 * peer_join_request_accept:
 * @self: a request
 *
 * Accepts the request, at once or later. The first decision counts. Nothing
 * happens when who asks has gone in the meantime.
 */
void
peer_join_request_accept (PeerJoinRequest *self)
{
  g_return_if_fail (PEER_IS_JOIN_REQUEST (self));

  peer_join_request_decide (self, TRUE, NULL);
}

/**
 * peer_join_request_refuse:
 * @self: a request
 * @reason: (nullable): what to tell the one who asks, where its protocol can
 *
 * Refuses the request, at once or later. The first decision counts.
 */
void
peer_join_request_refuse (PeerJoinRequest *self,
                          const char *reason)
{
  g_return_if_fail (PEER_IS_JOIN_REQUEST (self));

  peer_join_request_decide (self, FALSE, reason);
}
