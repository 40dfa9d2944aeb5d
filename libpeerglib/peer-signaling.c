/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-private.h"

#include "peer-subscriptions-private.h"
#include "protocol/peer-json-private.h"
#include "protocol/peer-topic-name-private.h"

/**
 * PeerSignaling:
 *
 * A way to exchange small messages with others before there are connections
 * to them: publish and subscribe on topics.
 *
 * A topic is an array of texts, such as `["room", "lobby"]` or `["sender",
 * "lobby", "b7c1"]`. What is published on a topic goes to all who are
 * subscribed to exactly that topic at that time, the publisher included if it
 * is one of them. Messages are values as [method@Peer.DataConnection.send]
 * takes them; those that have no form in JSON may be refused. Their order is
 * kept, from one publisher to one subscriber; nothing is kept for those who
 * come later.
 *
 * There are three kinds: [class@Peer.MemorySignaling] inside a process,
 * [class@Peer.WebsocketSignaling] over a [class@Peer.Server], and
 * [class@Peer.EncryptedSignaling], which hides what another one carries from
 * those who carry it. A program can add its own in any language, over whatever
 * it has: it implements the virtual functions `subscribe_topic`,
 * `unsubscribe_topic` and `publish`, calls [method@Peer.Signaling.deliver] for
 * what arrives, and emits [signal@Peer.Signaling::available] and
 * [signal@Peer.Signaling::error].
 */
G_DEFINE_INTERFACE (PeerSignaling, peer_signaling, G_TYPE_OBJECT)

enum
{
  AVAILABLE,
  ERROR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
peer_signaling_default_init (PeerSignalingInterface *iface)
{
  GType type = G_TYPE_FROM_INTERFACE (iface);

  /**
   * PeerSignaling::available:
   * @self: the signaling
   *
   * The line to the others is there, or there again after it was lost, and
   * all subscriptions hold. Others may have come and messages may have been
   * lost meanwhile, so whoever has announced himself does so anew. A
   * signaling whose line is never lost need not emit it.
   */
  signals[AVAILABLE] = g_signal_new ("available", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0);

  /**
   * PeerSignaling::error:
   * @self: the signaling
   * @error: the error
   *
   * Something went wrong: the line was lost, a topic cannot be subscribed to,
   * what arrived was damaged. What the signaling recovers from by itself is
   * followed by [signal@Peer.Signaling::available].
   */
  signals[ERROR] = g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

/**
 * PeerSignalingInterface::subscribe_topic:
 * @self: the signaling
 * @topic: (array zero-terminated=1): the topic
 *
 * A topic has its first subscriber: from now on its messages are wanted.
 */

/**
 * PeerSignalingInterface::unsubscribe_topic:
 * @self: the signaling
 * @topic: (array zero-terminated=1): the topic
 *
 * A topic has lost its last subscriber.
 */

static PeerSubscriptions *
get_subscriptions (PeerSignaling *self)
{
  static const char key[] = "libpeerglib-subscriptions";
  PeerSubscriptions *subscriptions = g_object_get_data (G_OBJECT (self), key);

  if (subscriptions == NULL)
    {
      subscriptions = peer_subscriptions_new (self);
      g_object_set_data_full (G_OBJECT (self), key, subscriptions, (GDestroyNotify) peer_subscriptions_free);
    }

  return subscriptions;
}

void
peer_signaling_setup (PeerSignaling *self)
{
  get_subscriptions (self);
}

GPtrArray *
peer_signaling_get_topics (PeerSignaling *self)
{
  return peer_subscriptions_get_topics (get_subscriptions (self));
}

static gboolean
is_topic (const char *const *topic)
{
  if (topic == NULL || *topic == NULL)
    return FALSE;

  for (; *topic != NULL; topic++)
    if (!g_utf8_validate (*topic, -1, NULL))
      return FALSE;

  return TRUE;
}

/**
 * peer_signaling_subscribe:
 * @self: a signaling
 * @topic: (array zero-terminated=1): a topic: at least one text
 * @callback: (scope notified) (closure user_data) (destroy notify): what to
 *   call for each message
 * @user_data: what to give it
 * @notify: what to call with @user_data after the last call
 *
 * Wants the messages of a topic. Several may want those of one topic; each
 * gets all of them.
 *
 * @callback is called from the main context, never inside
 * [method@Peer.Signaling.publish], and not after
 * [method@Peer.Signaling.unsubscribe].
 *
 * Returns: the id of the subscription, never 0
 */
guint
peer_signaling_subscribe (PeerSignaling *self,
                          const char *const *topic,
                          PeerSignalingFunc callback,
                          gpointer user_data,
                          GDestroyNotify notify)
{
  gboolean is_first;
  guint id;

  g_return_val_if_fail (PEER_IS_SIGNALING (self), 0);
  g_return_val_if_fail (is_topic (topic), 0);
  g_return_val_if_fail (callback != NULL, 0);

  id = peer_subscriptions_add (get_subscriptions (self), topic, callback, user_data, notify, &is_first);
  if (is_first)
    PEER_SIGNALING_GET_IFACE (self)->subscribe_topic (self, topic);

  return id;
}

/**
 * peer_signaling_unsubscribe:
 * @self: a signaling
 * @id: what [method@Peer.Signaling.subscribe] returned
 *
 * Ends a subscription. It may be called in its callback.
 */
void
peer_signaling_unsubscribe (PeerSignaling *self,
                            guint id)
{
  g_auto (GStrv) topic = NULL;
  gboolean was_there;

  g_return_if_fail (PEER_IS_SIGNALING (self));

  topic = peer_subscriptions_remove (get_subscriptions (self), id, &was_there);
  g_return_if_fail (was_there);

  if (topic != NULL)
    PEER_SIGNALING_GET_IFACE (self)->unsubscribe_topic (self, (const char *const *) topic);
}

/**
 * peer_signaling_publish: (virtual publish)
 * @self: a signaling
 * @topic: (array zero-terminated=1): a topic: at least one text
 * @message: the message
 * @error: return location for an error
 *
 * Sends a message to all who are subscribed to a topic.
 *
 * That it was sent does not mean that anybody heard it. While the line to the
 * others is not there it fails with `PEER_ERROR_NOT_OPEN_YET`; when it is
 * there, [signal@Peer.Signaling::available] is emitted. A value that the
 * signaling cannot carry fails with `PEER_ERROR_UNSUPPORTED_VALUE` or
 * `PEER_ERROR_MESSAGE_TOO_BIG`.
 *
 * Returns: %TRUE if the message was sent
 */
gboolean
peer_signaling_publish (PeerSignaling *self,
                        const char *const *topic,
                        GVariant *message,
                        GError **error)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (PEER_IS_SIGNALING (self), FALSE);
  g_return_val_if_fail (is_topic (topic), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  value = g_variant_ref_sink (message);

  return PEER_SIGNALING_GET_IFACE (self)->publish (self, topic, value, error);
}

/**
 * peer_signaling_deliver:
 * @self: a signaling
 * @topic: (array zero-terminated=1): the topic of the message
 * @message: the message
 *
 * Passes a message that has arrived on to the subscribers of its topic. For
 * implementations, which call it in the main context of the signaling; the
 * subscribers are called from there on a later turn, in the order of these
 * calls.
 */
void
peer_signaling_deliver (PeerSignaling *self,
                        const char *const *topic,
                        GVariant *message)
{
  g_return_if_fail (PEER_IS_SIGNALING (self));
  g_return_if_fail (is_topic (topic));
  g_return_if_fail (message != NULL);

  peer_subscriptions_deliver (get_subscriptions (self), topic, message);
}

/**
 * peer_signaling_join_topic:
 * @topic: (array zero-terminated=1): a topic: at least one text
 *
 * Makes one text of a topic, for implementations whose topics are texts: its
 * parts with `:` between them. A `:` or `%` in a part is written as `%3A` or
 * `%25`, so different topics have different texts.
 *
 * Returns: the text
 */
char *
peer_signaling_join_topic (const char *const *topic)
{
  g_return_val_if_fail (topic != NULL, NULL);

  return peer_topic_name_join (topic);
}

/**
 * peer_signaling_split_topic:
 * @text: a text
 *
 * Takes a text of [func@Peer.Signaling.join_topic] apart.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the topic, or
 *   %NULL if the text is not one of those
 */
char **
peer_signaling_split_topic (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return peer_topic_name_split (text);
}

/**
 * peer_signaling_print_message:
 * @message: a message
 * @error: return location for an error
 *
 * Makes JSON of a message, for implementations that carry text. Fails with
 * `PEER_ERROR_UNSUPPORTED_VALUE` when JSON has no form for it: bytes, NaN and
 * infinities.
 *
 * Returns: (transfer full): the JSON text
 */
char *
peer_signaling_print_message (GVariant *message,
                              GError **error)
{
  g_autoptr (GVariant) value = NULL;
  gsize length;

  g_return_val_if_fail (message != NULL, NULL);

  value = g_variant_ref_sink (message);

  return peer_json_print (value, &length, error);
}

/**
 * peer_signaling_parse_message:
 * @text: text that has arrived
 * @error: return location for an error
 *
 * Reads a message from JSON, for implementations that carry text. It comes
 * from others and cannot be trusted: what is no JSON fails with
 * `PEER_ERROR_INVALID_DATA`, what lies deeper than 128 arrays and objects with
 * `PEER_ERROR_LIMIT_EXCEEDED`. Integers become `x`, other numbers `d`, arrays
 * `av` and objects `a{sv}`; null is an empty `mv`.
 *
 * Returns: (transfer full): the message
 */
GVariant *
peer_signaling_parse_message (const char *text,
                              GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  return peer_json_parse (text, strlen (text), PEER_JSON_MAX_DEPTH, error);
}
