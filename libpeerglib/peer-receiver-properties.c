/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-receiver-private.h"

typedef enum
{
  PROP_CREDENTIALS = 1,
  PROP_PING_INTERVAL,
  PROP_PING_ATTEMPTS,
} PeerReceiverProperty;

static GParamSpec *properties[PROP_PING_ATTEMPTS + 1];

/**
 * peer_receiver_get_credentials: (get-property credentials)
 * @self: a receiver
 *
 * Gets what the receiver shows to be let in.
 *
 * Returns: (transfer none) (nullable): the credentials
 */
GVariant *
peer_receiver_get_credentials (PeerReceiver *self)
{
  g_return_val_if_fail (PEER_IS_RECEIVER (self), NULL);

  return self->credentials;
}

/**
 * peer_receiver_set_credentials: (set-property credentials)
 * @self: a receiver
 * @credentials: (nullable): any value that JSON has a form for
 *
 * Sets what the receiver shows to be let in, from the next `invoke` on.
 */
void
peer_receiver_set_credentials (PeerReceiver *self,
                               GVariant *credentials)
{
  g_autoptr (GVariant) old = NULL;

  g_return_if_fail (PEER_IS_RECEIVER (self));

  old = g_steal_pointer (&self->credentials);
  self->credentials = credentials != NULL ? g_variant_ref_sink (credentials) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CREDENTIALS]);
}

/**
 * peer_receiver_get_ping_interval: (get-property ping-interval)
 * @self: a receiver
 *
 * Gets how often the receiver asks for senders.
 *
 * Returns: the time in seconds, 0 for never again
 */
guint
peer_receiver_get_ping_interval (PeerReceiver *self)
{
  g_return_val_if_fail (PEER_IS_RECEIVER (self), 0);

  return self->ping_interval;
}

/**
 * peer_receiver_set_ping_interval: (set-property ping-interval)
 * @self: a receiver
 * @seconds: the time in seconds, 0 for never again
 *
 * Sets how often the receiver asks for senders, counted from now.
 */
void
peer_receiver_set_ping_interval (PeerReceiver *self,
                                 guint seconds)
{
  g_return_if_fail (PEER_IS_RECEIVER (self));

  if (self->ping_interval == seconds)
    return;

  self->ping_interval = seconds;
  if (self->parent_instance.is_active)
    peer_receiver_start_pings (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PING_INTERVAL]);
}

/**
 * peer_receiver_get_ping_attempts: (get-property ping-attempts)
 * @self: a receiver
 *
 * Gets how often the receiver asks while nobody is there.
 *
 * Returns: the number of pings
 */
guint
peer_receiver_get_ping_attempts (PeerReceiver *self)
{
  g_return_val_if_fail (PEER_IS_RECEIVER (self), 0);

  return self->ping_attempts;
}

/**
 * peer_receiver_set_ping_attempts: (set-property ping-attempts)
 * @self: a receiver
 * @n_attempts: the number of pings
 *
 * Sets how often the receiver asks while nobody is there.
 */
void
peer_receiver_set_ping_attempts (PeerReceiver *self,
                                 guint n_attempts)
{
  g_return_if_fail (PEER_IS_RECEIVER (self));

  if (self->ping_attempts == n_attempts)
    return;

  self->ping_attempts = n_attempts;
  self->n_pings_left = n_attempts;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PING_ATTEMPTS]);
}

static void
peer_receiver_get_property (GObject *object,
                            guint prop_id,
                            GValue *value,
                            GParamSpec *pspec)
{
  PeerReceiver *self = PEER_RECEIVER (object);

  switch ((PeerReceiverProperty) prop_id)
    {
    case PROP_CREDENTIALS:
      g_value_set_variant (value, self->credentials);
      break;
    case PROP_PING_INTERVAL:
      g_value_set_uint (value, self->ping_interval);
      break;
    case PROP_PING_ATTEMPTS:
      g_value_set_uint (value, self->ping_attempts);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_receiver_set_property (GObject *object,
                            guint prop_id,
                            const GValue *value,
                            GParamSpec *pspec)
{
  PeerReceiver *self = PEER_RECEIVER (object);

  switch ((PeerReceiverProperty) prop_id)
    {
    case PROP_CREDENTIALS:
      peer_receiver_set_credentials (self, g_value_get_variant (value));
      break;
    case PROP_PING_INTERVAL:
      peer_receiver_set_ping_interval (self, g_value_get_uint (value));
      break;
    case PROP_PING_ATTEMPTS:
      peer_receiver_set_ping_attempts (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
peer_receiver_install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_receiver_get_property;
  object_class->set_property = peer_receiver_set_property;

  /**
   * PeerReceiver:credentials: (getter get_credentials) (setter set_credentials)
   *
   * What the receiver shows to be let in; see [signal@Peer.Sender::authorize].
   * Everybody who listens in the room can read it.
   */
  properties[PROP_CREDENTIALS] = g_param_spec_variant ("credentials", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  /**
   * PeerReceiver:ping-interval: (getter get_ping_interval) (setter set_ping_interval)
   *
   * How often the receiver asks for senders, in seconds; 0 for only when it
   * starts.
   */
  properties[PROP_PING_INTERVAL] = g_param_spec_uint ("ping-interval", NULL, NULL, 0, G_MAXUINT, PEER_RECEIVER_DEFAULT_PING_INTERVAL, flags);

  /**
   * PeerReceiver:ping-attempts: (getter get_ping_attempts) (setter set_ping_attempts)
   *
   * How often it asks while there is no connection; they are counted anew
   * whenever there is one.
   */
  properties[PROP_PING_ATTEMPTS] = g_param_spec_uint ("ping-attempts", NULL, NULL, 0, G_MAXUINT, PEER_RECEIVER_DEFAULT_PING_ATTEMPTS, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}
