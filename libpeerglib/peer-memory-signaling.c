/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-memory-signaling.h"

#include "peer-signaling-private.h"

/**
 * PeerMemorySignaling:
 *
 * A signaling inside a process: all who use the same object reach each other.
 *
 * It is for tests and for examples. Its line is there from the beginning and
 * never lost, and it carries any value.
 */
struct _PeerMemorySignaling
{
  GObject parent_instance;
};

static void peer_memory_signaling_iface_init (PeerSignalingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerMemorySignaling, peer_memory_signaling, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PEER_TYPE_SIGNALING, peer_memory_signaling_iface_init))

static void
peer_memory_signaling_subscribe_topic (PeerSignaling *signaling,
                                       const char *const *topic)
{
}

static void
peer_memory_signaling_unsubscribe_topic (PeerSignaling *signaling,
                                         const char *const *topic)
{
}

static gboolean
peer_memory_signaling_publish (PeerSignaling *signaling,
                               const char *const *topic,
                               GVariant *message,
                               GError **error)
{
  peer_signaling_deliver (signaling, topic, message);

  return TRUE;
}

static void
peer_memory_signaling_iface_init (PeerSignalingInterface *iface)
{
  iface->subscribe_topic = peer_memory_signaling_subscribe_topic;
  iface->unsubscribe_topic = peer_memory_signaling_unsubscribe_topic;
  iface->publish = peer_memory_signaling_publish;
}

static void
peer_memory_signaling_class_init (PeerMemorySignalingClass *klass)
{
}

static void
peer_memory_signaling_init (PeerMemorySignaling *self)
{
  peer_signaling_setup (PEER_SIGNALING (self));
}

/**
 * peer_memory_signaling_new:
 *
 * Makes a signaling inside the process.
 *
 * Returns: (transfer full): a new signaling
 */
PeerSignaling *
peer_memory_signaling_new (void)
{
  return g_object_new (PEER_TYPE_MEMORY_SIGNALING, NULL);
}
