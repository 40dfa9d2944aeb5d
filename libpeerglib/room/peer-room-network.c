/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-room-network-private.h"

typedef struct
{
  PeerRoomSelf *self;
  gboolean is_closed;
} PeerRoomNetworkPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (PeerRoomNetwork, peer_room_network, G_TYPE_OBJECT)

typedef enum
{
  PROP_SELF = 1,
} PeerRoomNetworkProperty;

typedef enum
{
  SIGNAL_OPENED,
  SIGNAL_MEMBER_JOINED,
  SIGNAL_MEMBER_LEFT,
  SIGNAL_FRAME,
  SIGNAL_AUTHORIZE,
  SIGNAL_FAILED,
  SIGNAL_STATUS,
} PeerRoomNetworkSignal;

static GParamSpec *props[PROP_SELF + 1];
static guint signals[SIGNAL_STATUS + 1];

static void
peer_room_self_clear (gpointer data)
{
  PeerRoomSelf *self = data;

  g_free (self->room);
  g_free (self->id);
  g_free (self->session);
  g_free (self->token);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_clear_pointer (&self->credentials, g_variant_unref);
  g_clear_pointer (&self->state, g_variant_unref);
  g_clear_pointer (&self->shared, g_variant_unref);
}

PeerRoomSelf *
peer_room_self_new (const char *room,
                    const char *id)
{
  PeerRoomSelf *self = g_rc_box_new0 (PeerRoomSelf);

  self->room = g_strdup (room);
  self->id = g_strdup (id);
  self->session = g_uuid_string_random ();
  self->state = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  self->shared = g_variant_ref (self->state);
  self->max_members = G_MAXUINT;

  return self;
}

PeerRoomSelf *
peer_room_self_ref (PeerRoomSelf *self)
{
  return g_rc_box_acquire (self);
}

void
peer_room_self_unref (PeerRoomSelf *self)
{
  g_rc_box_release_full (self, peer_room_self_clear);
}

void
peer_room_self_set_state (PeerRoomSelf *self,
                          GVariant *state)
{
  g_variant_unref (self->state);
  self->state = g_variant_ref (state);
}

void
peer_room_self_set_shared (PeerRoomSelf *self,
                           GVariant *shared)
{
  g_variant_unref (self->shared);
  self->shared = g_variant_ref (shared);
}

static void
peer_room_network_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  PeerRoomNetworkPrivate *priv = peer_room_network_get_instance_private (PEER_ROOM_NETWORK (object));

  switch ((PeerRoomNetworkProperty) prop_id)
    {
    case PROP_SELF:
      priv->self = peer_room_self_ref (g_value_get_pointer (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_room_network_dispose (GObject *object)
{
  peer_room_network_close (PEER_ROOM_NETWORK (object));

  G_OBJECT_CLASS (peer_room_network_parent_class)->dispose (object);
}

static void
peer_room_network_finalize (GObject *object)
{
  PeerRoomNetworkPrivate *priv = peer_room_network_get_instance_private (PEER_ROOM_NETWORK (object));

  g_clear_pointer (&priv->self, peer_room_self_unref);

  G_OBJECT_CLASS (peer_room_network_parent_class)->finalize (object);
}

static guint
new_signal (const char *name,
            guint n_params,
            GType first,
            GType second)
{
  return g_signal_new (name, PEER_TYPE_ROOM_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, n_params, first,
                       second);
}

static void
peer_room_network_class_init (PeerRoomNetworkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = peer_room_network_set_property;
  object_class->dispose = peer_room_network_dispose;
  object_class->finalize = peer_room_network_finalize;

  props[PROP_SELF] = g_param_spec_pointer ("self", NULL, NULL,
                                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  signals[SIGNAL_OPENED] = new_signal ("opened", 1, G_TYPE_INT64, G_TYPE_NONE);
  signals[SIGNAL_MEMBER_JOINED] = new_signal ("member-joined", 1, G_TYPE_POINTER, G_TYPE_NONE);
  signals[SIGNAL_MEMBER_LEFT] = new_signal ("member-left", 1, G_TYPE_STRING, G_TYPE_NONE);
  signals[SIGNAL_FRAME] = new_signal ("frame", 2, G_TYPE_STRING, G_TYPE_POINTER);
  signals[SIGNAL_AUTHORIZE] = new_signal ("authorize", 1, G_TYPE_POINTER, G_TYPE_NONE);
  signals[SIGNAL_FAILED] = new_signal ("failed", 1, G_TYPE_ERROR, G_TYPE_NONE);
  signals[SIGNAL_STATUS] = new_signal ("status", 1, G_TYPE_STRING, G_TYPE_NONE);
}

static void
peer_room_network_init (PeerRoomNetwork *self)
{
}

PeerRoomSelf *
peer_room_network_get_self (PeerRoomNetwork *self)
{
  PeerRoomNetworkPrivate *priv = peer_room_network_get_instance_private (self);

  return priv->self;
}

gboolean
peer_room_network_is_closed (PeerRoomNetwork *self)
{
  PeerRoomNetworkPrivate *priv = peer_room_network_get_instance_private (self);

  return priv->is_closed;
}

void
peer_room_network_open (PeerRoomNetwork *self)
{
  PEER_ROOM_NETWORK_GET_CLASS (self)->open (self);
}

void
peer_room_network_close (PeerRoomNetwork *self)
{
  PeerRoomNetworkPrivate *priv = peer_room_network_get_instance_private (self);

  if (priv->is_closed)
    return;

  priv->is_closed = TRUE;
  PEER_ROOM_NETWORK_GET_CLASS (self)->close (self);
}

gboolean
peer_room_network_send (PeerRoomNetwork *self,
                        const char *member_id,
                        const PeerRoomFrame *frame,
                        GError **error)
{
  if (peer_room_network_is_closed (self))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The room was left"));
      return FALSE;
    }

  return PEER_ROOM_NETWORK_GET_CLASS (self)->send (self, member_id, frame, error);
}

GObject *
peer_room_network_get_link (PeerRoomNetwork *self)
{
  PeerRoomNetworkClass *klass = PEER_ROOM_NETWORK_GET_CLASS (self);

  return klass->get_link != NULL ? klass->get_link (self) : NULL;
}

void
peer_room_network_emit_opened (PeerRoomNetwork *self,
                               gint64 serial)
{
  if (!peer_room_network_is_closed (self))
    g_signal_emit (self, signals[SIGNAL_OPENED], 0, serial);
}

void
peer_room_network_emit_member_joined (PeerRoomNetwork *self,
                                      const PeerRoomMemberDescription *member)
{
  if (!peer_room_network_is_closed (self))
    g_signal_emit (self, signals[SIGNAL_MEMBER_JOINED], 0, member);
}

void
peer_room_network_emit_member_left (PeerRoomNetwork *self,
                                    const char *member_id)
{
  if (!peer_room_network_is_closed (self))
    g_signal_emit (self, signals[SIGNAL_MEMBER_LEFT], 0, member_id);
}

void
peer_room_network_emit_frame (PeerRoomNetwork *self,
                              const char *member_id,
                              const PeerRoomFrame *frame)
{
  if (!peer_room_network_is_closed (self))
    g_signal_emit (self, signals[SIGNAL_FRAME], 0, member_id, frame);
}

void
peer_room_network_authorize (PeerRoomNetwork *self,
                             PeerRoomAdmission *admission)
{
  g_autoptr (PeerRoomAdmission) owned = admission;

  if (!peer_room_network_is_closed (self))
    g_signal_emit (self, signals[SIGNAL_AUTHORIZE], 0, owned);
}

void
peer_room_network_fail (PeerRoomNetwork *self,
                        const GError *error)
{
  g_autoptr (PeerRoomNetwork) kept = g_object_ref (self);

  if (peer_room_network_is_closed (self))
    return;

  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
  peer_room_network_close (self);
}

void
peer_room_network_emit_status (PeerRoomNetwork *self,
                               const char *status)
{
  if (!peer_room_network_is_closed (self))
    g_signal_emit (self, signals[SIGNAL_STATUS], 0, status);
}
