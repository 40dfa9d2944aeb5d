/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-link-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

typedef struct
{
  char *remote_id;
  gboolean is_outgoing;
  gboolean is_open;
  gboolean has_ended;
} PeerRoomLinkPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (PeerRoomLink, peer_room_link, G_TYPE_OBJECT)

typedef enum
{
  PROP_REMOTE_ID = 1,
  PROP_IS_OUTGOING,
} PeerRoomLinkProperty;

static GParamSpec *props[PROP_IS_OUTGOING + 1];

enum
{
  OPEN,
  VALUE,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
peer_room_link_get_property (GObject *object,
                             guint prop_id,
                             GValue *value,
                             GParamSpec *pspec)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (PEER_ROOM_LINK (object));

  switch ((PeerRoomLinkProperty) prop_id)
    {
    case PROP_REMOTE_ID:
      g_value_set_string (value, priv->remote_id);
      break;
    case PROP_IS_OUTGOING:
      g_value_set_boolean (value, priv->is_outgoing);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_room_link_set_property (GObject *object,
                             guint prop_id,
                             const GValue *value,
                             GParamSpec *pspec)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (PEER_ROOM_LINK (object));

  switch ((PeerRoomLinkProperty) prop_id)
    {
    case PROP_REMOTE_ID:
      priv->remote_id = g_value_dup_string (value);
      break;
    case PROP_IS_OUTGOING:
      priv->is_outgoing = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_room_link_dispose (GObject *object)
{
  peer_room_link_close (PEER_ROOM_LINK (object));

  G_OBJECT_CLASS (peer_room_link_parent_class)->dispose (object);
}

static void
peer_room_link_finalize (GObject *object)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (PEER_ROOM_LINK (object));

  g_free (priv->remote_id);

  G_OBJECT_CLASS (peer_room_link_parent_class)->finalize (object);
}

static GObject *
peer_room_link_real_get_connection (PeerRoomLink *self)
{
  return NULL;
}

static void
peer_room_link_real_check (PeerRoomLink *self)
{
}

static void
peer_room_link_class_init (PeerRoomLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = peer_room_link_get_property;
  object_class->set_property = peer_room_link_set_property;
  object_class->dispose = peer_room_link_dispose;
  object_class->finalize = peer_room_link_finalize;
  klass->get_connection = peer_room_link_real_get_connection;
  klass->check = peer_room_link_real_check;

  props[PROP_REMOTE_ID] = g_param_spec_string ("remote-id", NULL, NULL, NULL, flags);
  props[PROP_IS_OUTGOING] = g_param_spec_boolean ("is-outgoing", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  signals[OPEN] = g_signal_new ("open", PEER_TYPE_ROOM_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[VALUE] = g_signal_new ("value", PEER_TYPE_ROOM_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[CLOSED] = g_signal_new ("closed", PEER_TYPE_ROOM_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
peer_room_link_init (PeerRoomLink *self)
{
}

const char *
peer_room_link_get_remote_id (PeerRoomLink *self)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (self);

  return priv->remote_id;
}

gboolean
peer_room_link_get_is_outgoing (PeerRoomLink *self)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (self);

  return priv->is_outgoing;
}

gboolean
peer_room_link_get_is_open (PeerRoomLink *self)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (self);

  return priv->is_open;
}

GObject *
peer_room_link_get_connection (PeerRoomLink *self)
{
  return PEER_ROOM_LINK_GET_CLASS (self)->get_connection (self);
}

gboolean
peer_room_link_send (PeerRoomLink *self,
                     GVariant *value,
                     GError **error)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (self);
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);

  if (priv->has_ended)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The connection to %s is closed"), priv->remote_id);
      return FALSE;
    }
  if (!priv->is_open)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("The connection to %s is not open yet"), priv->remote_id);
      return FALSE;
    }

  return PEER_ROOM_LINK_GET_CLASS (self)->send (self, sunk, error);
}

void
peer_room_link_check (PeerRoomLink *self)
{
  if (peer_room_link_get_is_open (self))
    PEER_ROOM_LINK_GET_CLASS (self)->check (self);
}

void
peer_room_link_close (PeerRoomLink *self)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (self);

  if (priv->has_ended)
    return;

  priv->has_ended = TRUE;
  priv->is_open = FALSE;
  PEER_ROOM_LINK_GET_CLASS (self)->close (self);
}

void
peer_room_link_emit_open (PeerRoomLink *self)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (self);

  if (priv->has_ended || priv->is_open)
    return;

  priv->is_open = TRUE;
  g_signal_emit (self, signals[OPEN], 0);
}

void
peer_room_link_emit_value (PeerRoomLink *self,
                           GVariant *value)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (self);

  if (priv->is_open)
    g_signal_emit (self, signals[VALUE], 0, value);
}

void
peer_room_link_emit_closed (PeerRoomLink *self,
                            const GError *error)
{
  PeerRoomLinkPrivate *priv = peer_room_link_get_instance_private (self);

  if (priv->has_ended)
    return;

  priv->has_ended = TRUE;
  priv->is_open = FALSE;
  g_signal_emit (self, signals[CLOSED], 0, error);
}
