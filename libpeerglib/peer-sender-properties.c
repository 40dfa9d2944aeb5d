/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-sender-private.h"

typedef enum
{
  PROP_STATE = 1,
  PROP_CHANNELS,
} PeerSenderProperty;

static GParamSpec *properties[PROP_CHANNELS + 1];

/**
 * peer_sender_get_state: (get-property state)
 * @self: a sender
 *
 * Gets what the sender tells of itself.
 *
 * Returns: (transfer none): the state
 */
GVariant *
peer_sender_get_state (PeerSender *self)
{
  g_return_val_if_fail (PEER_IS_SENDER (self), NULL);

  return self->state;
}

/**
 * peer_sender_set_state: (set-property state)
 * @self: a sender
 * @state: (nullable): the new state, or %NULL for an empty one
 *
 * Sets what the sender tells of itself: [method@Peer.Sender.sync] with
 * `PEER_SYNC_MODE_REPLACE`, which reports its errors with
 * [signal@Peer.Endpoint::error].
 */
void
peer_sender_set_state (PeerSender *self,
                       GVariant *state)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (PEER_IS_SENDER (self));

  if (state == NULL)
    state = g_variant_new ("a{sv}", NULL);
  if (!peer_sender_sync (self, state, PEER_SYNC_MODE_REPLACE, &error))
    peer_endpoint_report (PEER_ENDPOINT (self), NULL, error);
}

/**
 * peer_sender_get_channels: (get-property channels)
 * @self: a sender
 *
 * Gets the channels that each connection has.
 *
 * Returns: (transfer none) (nullable): a list of [class@Peer.ConnectOptions], or
 *   %NULL for one channel whose label is the receiver's id
 */
GListModel *
peer_sender_get_channels (PeerSender *self)
{
  g_return_val_if_fail (PEER_IS_SENDER (self), NULL);

  return self->channels;
}

/**
 * peer_sender_set_channels: (set-property channels)
 * @self: a sender
 * @channels: (nullable): a list of [class@Peer.ConnectOptions]
 *
 * Sets the channels that each connection has; those made from now on.
 */
void
peer_sender_set_channels (PeerSender *self,
                          GListModel *channels)
{
  g_return_if_fail (PEER_IS_SENDER (self));
  g_return_if_fail (channels == NULL || g_type_is_a (g_list_model_get_item_type (channels), PEER_TYPE_CONNECT_OPTIONS));

  if (g_set_object (&self->channels, channels))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHANNELS]);
}

static void
peer_sender_get_property (GObject *object,
                          guint prop_id,
                          GValue *value,
                          GParamSpec *pspec)
{
  PeerSender *self = PEER_SENDER (object);

  switch ((PeerSenderProperty) prop_id)
    {
    case PROP_STATE:
      g_value_set_variant (value, self->state);
      break;
    case PROP_CHANNELS:
      g_value_set_object (value, self->channels);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_sender_set_property (GObject *object,
                          guint prop_id,
                          const GValue *value,
                          GParamSpec *pspec)
{
  PeerSender *self = PEER_SENDER (object);

  switch ((PeerSenderProperty) prop_id)
    {
    case PROP_STATE:
      peer_sender_set_state (self, g_value_get_variant (value));
      break;
    case PROP_CHANNELS:
      peer_sender_set_channels (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

void
peer_sender_install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_sender_get_property;
  object_class->set_property = peer_sender_set_property;

  /**
   * PeerSender:state: (getter get_state) (setter set_state)
   *
   * What the sender tells of itself to every receiver, any value that JSON has
   * a form for; usually an `a{sv}`, such as whether its microphone is on.
   */
  properties[PROP_STATE] = g_param_spec_variant ("state", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  /**
   * PeerSender:channels: (getter get_channels) (setter set_channels)
   *
   * The data channels that each connection has, a list of
   * [class@Peer.ConnectOptions]. Each must have another label. When it is %NULL
   * or empty there is one channel, reliable and ordered, whose label is the
   * receiver's id. Their serialization is that of the sender, and their
   * metadata and reconnect are not used.
   */
  properties[PROP_CHANNELS] = g_param_spec_object ("channels", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}
