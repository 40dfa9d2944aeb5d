/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "gated-signaling.h"

#include "libpeerglib/peer-signaling-private.h"

struct _GatedSignaling
{
  GObject parent_instance;

  PeerSignaling *bus;
  GHashTable *subscriptions; /* joined topic → id */
  gboolean is_open;
};

static void gated_signaling_iface_init (PeerSignalingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GatedSignaling, gated_signaling, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PEER_TYPE_SIGNALING, gated_signaling_iface_init))

static void
message_cb (PeerSignaling *bus,
            const char *const *topic,
            GVariant *message,
            gpointer user_data)
{
  GatedSignaling *self = user_data;

  if (self->is_open)
    peer_signaling_deliver (PEER_SIGNALING (self), topic, message);
}

static void
gated_signaling_subscribe_topic (PeerSignaling *signaling,
                                 const char *const *topic)
{
  GatedSignaling *self = TEST_GATED_SIGNALING (signaling);
  guint id = peer_signaling_subscribe (self->bus, topic, message_cb, self, NULL);

  g_hash_table_insert (self->subscriptions, peer_signaling_join_topic (topic), GUINT_TO_POINTER (id));
}

static void
gated_signaling_unsubscribe_topic (PeerSignaling *signaling,
                                   const char *const *topic)
{
  GatedSignaling *self = TEST_GATED_SIGNALING (signaling);
  g_autofree char *key = peer_signaling_join_topic (topic);

  peer_signaling_unsubscribe (self->bus, GPOINTER_TO_UINT (g_hash_table_lookup (self->subscriptions, key)));
  g_hash_table_remove (self->subscriptions, key);
}

static gboolean
gated_signaling_publish (PeerSignaling *signaling,
                         const char *const *topic,
                         GVariant *message,
                         GError **error)
{
  GatedSignaling *self = TEST_GATED_SIGNALING (signaling);

  if (self->is_open)
    return peer_signaling_publish (self->bus, topic, message, error);

  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, "The way is cut");

  return FALSE;
}

static void
gated_signaling_iface_init (PeerSignalingInterface *iface)
{
  iface->subscribe_topic = gated_signaling_subscribe_topic;
  iface->unsubscribe_topic = gated_signaling_unsubscribe_topic;
  iface->publish = gated_signaling_publish;
}

static void
gated_signaling_finalize (GObject *object)
{
  GatedSignaling *self = TEST_GATED_SIGNALING (object);

  g_assert_cmpuint (g_hash_table_size (self->subscriptions), ==, 0);
  g_hash_table_unref (self->subscriptions);
  g_object_unref (self->bus);

  G_OBJECT_CLASS (gated_signaling_parent_class)->finalize (object);
}

static void
gated_signaling_class_init (GatedSignalingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gated_signaling_finalize;
}

static void
gated_signaling_init (GatedSignaling *self)
{
  peer_signaling_setup (PEER_SIGNALING (self));
  self->subscriptions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->is_open = TRUE;
}

PeerSignaling *
gated_signaling_new (PeerSignaling *bus)
{
  GatedSignaling *self = g_object_new (TEST_TYPE_GATED_SIGNALING, NULL);

  self->bus = g_object_ref (bus);

  return PEER_SIGNALING (self);
}

void
gated_signaling_set_open (GatedSignaling *self,
                          gboolean is_open)
{
  self->is_open = is_open;
  if (is_open)
    g_signal_emit_by_name (self, "available");
}
