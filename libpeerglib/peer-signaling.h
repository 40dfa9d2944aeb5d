/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>

#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_SIGNALING (peer_signaling_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (PeerSignaling, peer_signaling, PEER, SIGNALING, GObject)

/**
 * PeerSignalingFunc:
 * @self: the signaling
 * @topic: (array zero-terminated=1): the topic
 * @message: the message
 * @user_data: what was given with the function
 *
 * Takes a message of a topic that it was subscribed to with
 * [method@Peer.Signaling.subscribe].
 */
typedef void (*PeerSignalingFunc) (PeerSignaling *self,
                                   const char *const *topic,
                                   GVariant *message,
                                   gpointer user_data);

/**
 * PeerSignalingInterface:
 * @parent_iface: the parent interface
 * @subscribe_topic: a topic has its first subscriber
 * @unsubscribe_topic: a topic has lost its last subscriber
 * @publish: sends a message to all subscribers of a topic, everywhere
 *
 * What a signaling implements. It passes what arrives on with
 * [method@Peer.Signaling.deliver].
 */
struct _PeerSignalingInterface
{
  GTypeInterface parent_iface;

  void (*subscribe_topic) (PeerSignaling *self,
                           const char *const *topic);
  void (*unsubscribe_topic) (PeerSignaling *self,
                             const char *const *topic);
  gboolean (*publish) (PeerSignaling *self,
                       const char *const *topic,
                       GVariant *message,
                       GError **error);
};

PEER_AVAILABLE_IN_1_0
guint peer_signaling_subscribe (PeerSignaling *self,
                                const char *const *topic,
                                PeerSignalingFunc callback,
                                gpointer user_data,
                                GDestroyNotify notify);
PEER_AVAILABLE_IN_1_0
void peer_signaling_unsubscribe (PeerSignaling *self,
                                 guint id);
PEER_AVAILABLE_IN_1_0
gboolean peer_signaling_publish (PeerSignaling *self,
                                 const char *const *topic,
                                 GVariant *message,
                                 GError **error);

PEER_AVAILABLE_IN_1_0
void peer_signaling_deliver (PeerSignaling *self,
                             const char *const *topic,
                             GVariant *message);

PEER_AVAILABLE_IN_1_0
char *peer_signaling_join_topic (const char *const *topic) G_GNUC_WARN_UNUSED_RESULT;
PEER_AVAILABLE_IN_1_0
char **peer_signaling_split_topic (const char *text) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
char *peer_signaling_print_message (GVariant *message,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
PEER_AVAILABLE_IN_1_0
GVariant *peer_signaling_parse_message (const char *text,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
