/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-connect-options.h"

#include "peer-enum-types.h"

/**
 * PeerConnectOptions:
 *
 * How [method@Peer.Peer.connect_to] makes a connection.
 *
 * The defaults are those of PeerJS: `binary`, not reliable (which means
 * unordered), without metadata.
 */
struct _PeerConnectOptions
{
  GObject parent_instance;

  char *label;
  GVariant *metadata;
  PeerSerialization serialization;
  PeerSerializer *serializer;
  gboolean reliable;
  gboolean ordered;
  int max_retransmits;
  int max_packet_life_time;
  gboolean reconnect;
};

G_DEFINE_FINAL_TYPE (PeerConnectOptions, peer_connect_options, G_TYPE_OBJECT)

typedef enum
{
  PROP_LABEL = 1,
  PROP_METADATA,
  PROP_SERIALIZATION,
  PROP_SERIALIZER,
  PROP_RELIABLE,
  PROP_ORDERED,
  PROP_MAX_RETRANSMITS,
  PROP_MAX_PACKET_LIFE_TIME,
  PROP_RECONNECT,
} PeerConnectOptionsProperty;

static GParamSpec *properties[PROP_RECONNECT + 1];

static void
peer_connect_options_get_property (GObject *object,
                                   guint prop_id,
                                   GValue *value,
                                   GParamSpec *pspec)
{
  PeerConnectOptions *self = PEER_CONNECT_OPTIONS (object);

  switch ((PeerConnectOptionsProperty) prop_id)
    {
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;

    case PROP_METADATA:
      g_value_set_variant (value, self->metadata);
      break;

    case PROP_SERIALIZATION:
      g_value_set_enum (value, self->serialization);
      break;

    case PROP_SERIALIZER:
      g_value_set_object (value, self->serializer);
      break;

    case PROP_RELIABLE:
      g_value_set_boolean (value, self->reliable);
      break;

    case PROP_ORDERED:
      g_value_set_boolean (value, self->ordered);
      break;

    case PROP_MAX_RETRANSMITS:
      g_value_set_int (value, self->max_retransmits);
      break;

    case PROP_MAX_PACKET_LIFE_TIME:
      g_value_set_int (value, self->max_packet_life_time);
      break;

    case PROP_RECONNECT:
      g_value_set_boolean (value, self->reconnect);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_connect_options_set_property (GObject *object,
                                   guint prop_id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  PeerConnectOptions *self = PEER_CONNECT_OPTIONS (object);

  switch ((PeerConnectOptionsProperty) prop_id)
    {
    case PROP_LABEL:
      peer_connect_options_set_label (self, g_value_get_string (value));
      break;

    case PROP_METADATA:
      peer_connect_options_set_metadata (self, g_value_get_variant (value));
      break;

    case PROP_SERIALIZATION:
      peer_connect_options_set_serialization (self, g_value_get_enum (value));
      break;

    case PROP_SERIALIZER:
      peer_connect_options_set_serializer (self, g_value_get_object (value));
      break;

    case PROP_RELIABLE:
      peer_connect_options_set_reliable (self, g_value_get_boolean (value));
      break;

    case PROP_ORDERED:
      peer_connect_options_set_ordered (self, g_value_get_boolean (value));
      break;

    case PROP_MAX_RETRANSMITS:
      peer_connect_options_set_max_retransmits (self, g_value_get_int (value));
      break;

    case PROP_MAX_PACKET_LIFE_TIME:
      peer_connect_options_set_max_packet_life_time (self, g_value_get_int (value));
      break;

    case PROP_RECONNECT:
      peer_connect_options_set_reconnect (self, g_value_get_boolean (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_connect_options_finalize (GObject *object)
{
  PeerConnectOptions *self = PEER_CONNECT_OPTIONS (object);

  g_free (self->label);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_clear_object (&self->serializer);

  G_OBJECT_CLASS (peer_connect_options_parent_class)->finalize (object);
}

static void
peer_connect_options_class_init (PeerConnectOptionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_connect_options_get_property;
  object_class->set_property = peer_connect_options_set_property;
  object_class->finalize = peer_connect_options_finalize;

  /**
   * PeerConnectOptions:label: (getter get_label) (setter set_label)
   *
   * The label of the data channel; the connection's id when unset. The
   * other side sees it.
   */
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);

  /**
   * PeerConnectOptions:metadata: (getter get_metadata) (setter set_metadata)
   *
   * A value that the offer carries to the other side, which sees it before
   * the connection opens. It travels as JSON.
   */
  properties[PROP_METADATA] = g_param_spec_variant ("metadata", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  /**
   * PeerConnectOptions:serialization: (getter get_serialization) (setter set_serialization)
   *
   * How values become bytes.
   */
  properties[PROP_SERIALIZATION] = g_param_spec_enum ("serialization", NULL, NULL, PEER_TYPE_SERIALIZATION, PEER_SERIALIZATION_BINARY, flags);

  /**
   * PeerConnectOptions:serializer: (getter get_serializer) (setter set_serializer)
   *
   * A format of the application; when set, it takes the place of
   * [property@Peer.ConnectOptions:serialization].
   */
  properties[PROP_SERIALIZER] = g_param_spec_object ("serializer", NULL, NULL, PEER_TYPE_SERIALIZER, flags);

  /**
   * PeerConnectOptions:reliable: (getter get_reliable) (setter set_reliable)
   *
   * Whether messages arrive in the order they were sent. This is what
   * PeerJS means by the word: without it, nothing is lost either, but messages
   * may overtake each other. `MsgPack` connections are always reliable.
   */
  properties[PROP_RELIABLE] = g_param_spec_boolean ("reliable", NULL, NULL, FALSE, flags);

  /**
   * PeerConnectOptions:ordered: (getter get_ordered) (setter set_ordered)
   *
   * Whether messages arrive in order though [property@Peer.ConnectOptions:reliable]
   * is not set; with a limit below, as far as they arrive.
   */
  properties[PROP_ORDERED] = g_param_spec_boolean ("ordered", NULL, NULL, FALSE, flags);

  /**
   * PeerConnectOptions:max-retransmits: (getter get_max_retransmits) (setter set_max_retransmits)
   *
   * How often a lost message is sent again before it is given up, or -1
   * for no limit, in both directions. Ignored when reliable.
   */
  properties[PROP_MAX_RETRANSMITS] = g_param_spec_int ("max-retransmits", NULL, NULL, -1, G_MAXUINT16, -1, flags);

  /**
   * PeerConnectOptions:max-packet-life-time: (getter get_max_packet_life_time) (setter set_max_packet_life_time)
   *
   * For how long a lost message is sent again before it is given up, in
   * milliseconds, or -1 for no limit. Ignored when reliable.
   */
  properties[PROP_MAX_PACKET_LIFE_TIME] = g_param_spec_int ("max-packet-life-time", NULL, NULL, -1, G_MAXUINT16, -1, flags);

  /**
   * PeerConnectOptions:reconnect: (getter get_reconnect) (setter set_reconnect)
   *
   * Whether the connection outlives its direct link, see
   * [property@Peer.DataConnection:reconnect]. It implies `reliable`. The other
   * side has to know how to; with PeerJS the connection is an ordinary one.
   */
  properties[PROP_RECONNECT] = g_param_spec_boolean ("reconnect", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
peer_connect_options_init (PeerConnectOptions *self)
{
  self->max_retransmits = -1;
  self->max_packet_life_time = -1;
}

/**
 * peer_connect_options_new:
 *
 * Makes options with their defaults.
 *
 * Returns: (transfer full): new options
 */
PeerConnectOptions *
peer_connect_options_new (void)
{
  return g_object_new (PEER_TYPE_CONNECT_OPTIONS, NULL);
}

/**
 * peer_connect_options_get_label: (get-property label)
 * @self: connect options
 *
 * Gets the option. The label of the data channel; the connection's id when unset. The
 * other side sees it.
 *
 * Returns: (nullable): the label
 */
const char *
peer_connect_options_get_label (PeerConnectOptions *self)
{
  g_return_val_if_fail (PEER_IS_CONNECT_OPTIONS (self), NULL);

  return self->label;
}

/**
 * peer_connect_options_set_label: (set-property label)
 * @self: connect options
 * @label: (nullable): the label
 *
 * Sets the option. The label of the data channel; the connection's id when unset. The
 * other side sees it.
 */
void
peer_connect_options_set_label (PeerConnectOptions *self,
                                const char *label)
{
  g_return_if_fail (PEER_IS_CONNECT_OPTIONS (self));

  if (g_strcmp0 (self->label, label) == 0)
    return;

  g_free (self->label);
  self->label = g_strdup (label);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABEL]);
}

/**
 * peer_connect_options_get_metadata: (get-property metadata)
 * @self: connect options
 *
 * Gets the option. A value that the offer carries to the other side, which sees it before
 * the connection opens. It travels as JSON.
 *
 * Returns: (transfer none) (nullable): the metadata
 */
GVariant *
peer_connect_options_get_metadata (PeerConnectOptions *self)
{
  g_return_val_if_fail (PEER_IS_CONNECT_OPTIONS (self), NULL);

  return self->metadata;
}

/**
 * peer_connect_options_set_metadata: (set-property metadata)
 * @self: connect options
 * @metadata: (nullable): the metadata
 *
 * Sets the option. A value that the offer carries to the other side, which sees it before
 * the connection opens. It travels as JSON.
 */
void
peer_connect_options_set_metadata (PeerConnectOptions *self,
                                   GVariant *metadata)
{
  g_return_if_fail (PEER_IS_CONNECT_OPTIONS (self));

  if (self->metadata == metadata)
    return;

  g_clear_pointer (&self->metadata, g_variant_unref);
  if (metadata != NULL)
    self->metadata = g_variant_ref_sink (metadata);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_METADATA]);
}

/**
 * peer_connect_options_get_serialization: (get-property serialization)
 * @self: connect options
 *
 * Gets the option. How values become bytes.
 *
 * Returns: the serialization
 */
PeerSerialization
peer_connect_options_get_serialization (PeerConnectOptions *self)
{
  g_return_val_if_fail (PEER_IS_CONNECT_OPTIONS (self), PEER_SERIALIZATION_BINARY);

  return self->serialization;
}

/**
 * peer_connect_options_set_serialization: (set-property serialization)
 * @self: connect options
 * @serialization: the serialization
 *
 * Sets the option. How values become bytes.
 */
void
peer_connect_options_set_serialization (PeerConnectOptions *self,
                                        PeerSerialization serialization)
{
  g_return_if_fail (PEER_IS_CONNECT_OPTIONS (self));

  if (self->serialization == serialization)
    return;

  self->serialization = serialization;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERIALIZATION]);
}

/**
 * peer_connect_options_get_serializer: (get-property serializer)
 * @self: connect options
 *
 * Gets the option. A format of the application; when set, it takes the place of
 * [property@Peer.ConnectOptions:serialization].
 *
 * Returns: (transfer none) (nullable): the serializer
 */
PeerSerializer *
peer_connect_options_get_serializer (PeerConnectOptions *self)
{
  g_return_val_if_fail (PEER_IS_CONNECT_OPTIONS (self), NULL);

  return self->serializer;
}

/**
 * peer_connect_options_set_serializer: (set-property serializer)
 * @self: connect options
 * @serializer: (nullable): the serializer
 *
 * Sets the option. A format of the application; when set, it takes the place of
 * [property@Peer.ConnectOptions:serialization].
 */
void
peer_connect_options_set_serializer (PeerConnectOptions *self,
                                     PeerSerializer *serializer)
{
  g_return_if_fail (PEER_IS_CONNECT_OPTIONS (self));

  if (!g_set_object (&self->serializer, serializer))
    return;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERIALIZER]);
}

/**
 * peer_connect_options_get_reliable: (get-property reliable)
 * @self: connect options
 *
 * Gets the option. Whether messages arrive in the order they were sent.
 *
 * Returns: whether the connection is reliable
 */
gboolean
peer_connect_options_get_reliable (PeerConnectOptions *self)
{
  g_return_val_if_fail (PEER_IS_CONNECT_OPTIONS (self), FALSE);

  return self->reliable;
}

/**
 * peer_connect_options_set_reliable: (set-property reliable)
 * @self: connect options
 * @reliable: the new value
 *
 * Sets the option. Whether messages arrive in the order they were sent.
 */
void
peer_connect_options_set_reliable (PeerConnectOptions *self,
                                   gboolean reliable)
{
  g_return_if_fail (PEER_IS_CONNECT_OPTIONS (self));

  if (self->reliable == reliable)
    return;

  self->reliable = reliable;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RELIABLE]);
}

/**
 * peer_connect_options_get_ordered: (get-property ordered)
 * @self: connect options
 *
 * Gets the option. Whether messages arrive in order without being reliable.
 *
 * Returns: whether messages arrive in order
 */
gboolean
peer_connect_options_get_ordered (PeerConnectOptions *self)
{
  g_return_val_if_fail (PEER_IS_CONNECT_OPTIONS (self), FALSE);

  return self->ordered;
}

/**
 * peer_connect_options_set_ordered: (set-property ordered)
 * @self: connect options
 * @ordered: the new value
 *
 * Sets the option. Whether messages arrive in order without being reliable.
 */
void
peer_connect_options_set_ordered (PeerConnectOptions *self,
                                  gboolean ordered)
{
  g_return_if_fail (PEER_IS_CONNECT_OPTIONS (self));

  if (self->ordered == ordered)
    return;

  self->ordered = ordered;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ORDERED]);
}

/**
 * peer_connect_options_get_max_retransmits: (get-property max-retransmits)
 * @self: connect options
 *
 * Gets the option. How often a lost message is sent again, or -1 for no limit.
 *
 * Returns: the number of retransmissions
 */
int
peer_connect_options_get_max_retransmits (PeerConnectOptions *self)
{
  g_return_val_if_fail (PEER_IS_CONNECT_OPTIONS (self), -1);

  return self->max_retransmits;
}

/**
 * peer_connect_options_set_max_retransmits: (set-property max-retransmits)
 * @self: connect options
 * @max_retransmits: the number of retransmissions
 *
 * Sets the option. How often a lost message is sent again, or -1 for no limit.
 */
void
peer_connect_options_set_max_retransmits (PeerConnectOptions *self,
                                          int max_retransmits)
{
  g_return_if_fail (PEER_IS_CONNECT_OPTIONS (self));
  g_return_if_fail (max_retransmits >= -1 && max_retransmits <= G_MAXUINT16);

  if (self->max_retransmits == max_retransmits)
    return;

  self->max_retransmits = max_retransmits;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_RETRANSMITS]);
}

/**
 * peer_connect_options_get_max_packet_life_time: (get-property max-packet-life-time)
 * @self: connect options
 *
 * Gets the option. For how long a lost message is sent again, or -1 for no limit.
 *
 * Returns: the time in milliseconds
 */
int
peer_connect_options_get_max_packet_life_time (PeerConnectOptions *self)
{
  g_return_val_if_fail (PEER_IS_CONNECT_OPTIONS (self), -1);

  return self->max_packet_life_time;
}

/**
 * peer_connect_options_set_max_packet_life_time: (set-property max-packet-life-time)
 * @self: connect options
 * @milliseconds: the time in milliseconds
 *
 * Sets the option. For how long a lost message is sent again, or -1 for no limit.
 */
void
peer_connect_options_set_max_packet_life_time (PeerConnectOptions *self,
                                               int milliseconds)
{
  g_return_if_fail (PEER_IS_CONNECT_OPTIONS (self));
  g_return_if_fail (milliseconds >= -1 && milliseconds <= G_MAXUINT16);

  if (self->max_packet_life_time == milliseconds)
    return;

  self->max_packet_life_time = milliseconds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_PACKET_LIFE_TIME]);
}

/**
 * peer_connect_options_get_reconnect: (get-property reconnect)
 * @self: connect options
 *
 * Gets the option. Whether the connection outlives its direct link.
 *
 * Returns: whether to reconnect
 */
gboolean
peer_connect_options_get_reconnect (PeerConnectOptions *self)
{
  g_return_val_if_fail (PEER_IS_CONNECT_OPTIONS (self), FALSE);

  return self->reconnect;
}

/**
 * peer_connect_options_set_reconnect: (set-property reconnect)
 * @self: connect options
 * @reconnect: the new value
 *
 * Sets the option. Whether the connection outlives its direct link.
 */
void
peer_connect_options_set_reconnect (PeerConnectOptions *self,
                                    gboolean reconnect)
{
  g_return_if_fail (PEER_IS_CONNECT_OPTIONS (self));

  if (self->reconnect == reconnect)
    return;

  self->reconnect = reconnect;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECONNECT]);
}
