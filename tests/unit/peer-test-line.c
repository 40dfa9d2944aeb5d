/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-line.h"

#include "libpeerglib/protocol/peer-json-private.h"

static void peer_test_line_signaling_init (PeerSignalingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerTestLine, peer_test_line, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PEER_TYPE_SIGNALING, peer_test_line_signaling_init))

static void
message_cb (PeerSignaling *bus,
            const char *const *topic,
            GVariant *message,
            gpointer user_data)
{
  peer_signaling_deliver (PEER_SIGNALING (user_data), topic, message);
}

static void
peer_test_line_subscribe_topic (PeerSignaling *signaling,
                                const char *const *topic)
{
  PeerTestLine *self = PEER_TEST_LINE (signaling);
  guint id = peer_signaling_subscribe (self->bus, topic, message_cb, self, NULL);

  g_hash_table_insert (self->subscriptions, peer_signaling_join_topic (topic), GUINT_TO_POINTER (id));
}

static void
peer_test_line_unsubscribe_topic (PeerSignaling *signaling,
                                  const char *const *topic)
{
  PeerTestLine *self = PEER_TEST_LINE (signaling);
  g_autofree char *text = peer_signaling_join_topic (topic);

  peer_signaling_unsubscribe (self->bus, GPOINTER_TO_UINT (g_hash_table_lookup (self->subscriptions, text)));
  g_hash_table_remove (self->subscriptions, text);
}

static gboolean
peer_test_line_publish (PeerSignaling *signaling,
                        const char *const *topic,
                        GVariant *message,
                        GError **error)
{
  PeerTestLine *self = PEER_TEST_LINE (signaling);
  g_autofree char *name = peer_signaling_join_topic (topic);
  g_autofree char *text = peer_json_print (message, NULL, error);

  if (text == NULL)
    return FALSE;
  if (self->is_lost)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, "The line is cut");
      return FALSE;
    }

  g_ptr_array_add (self->published, g_strconcat (name, " ", text, NULL));

  return self->is_deaf || peer_signaling_publish (self->bus, topic, message, error);
}

static void
peer_test_line_signaling_init (PeerSignalingInterface *iface)
{
  iface->subscribe_topic = peer_test_line_subscribe_topic;
  iface->unsubscribe_topic = peer_test_line_unsubscribe_topic;
  iface->publish = peer_test_line_publish;
}

static void
peer_test_line_finalize (GObject *object)
{
  PeerTestLine *self = PEER_TEST_LINE (object);

  g_assert_cmpuint (g_hash_table_size (self->subscriptions), ==, 0);
  g_hash_table_unref (self->subscriptions);
  g_ptr_array_unref (self->published);
  g_object_unref (self->bus);

  G_OBJECT_CLASS (peer_test_line_parent_class)->finalize (object);
}

static void
peer_test_line_class_init (PeerTestLineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = peer_test_line_finalize;
}

static void
peer_test_line_init (PeerTestLine *self)
{
  self->subscriptions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->published = g_ptr_array_new_with_free_func (g_free);
}

PeerTestLine *
peer_test_line_new (PeerSignaling *bus)
{
  PeerTestLine *self = g_object_new (PEER_TEST_TYPE_LINE, NULL);

  self->bus = g_object_ref (bus);

  return self;
}

void
peer_test_line_set_is_lost (PeerTestLine *self,
                            gboolean is_lost)
{
  self->is_lost = is_lost;
  if (!is_lost)
    g_signal_emit_by_name (self, "available");
}

guint
peer_test_line_count (PeerTestLine *self,
                      const char *prefix)
{
  guint n = 0;

  for (guint i = 0; i < self->published->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (self->published, i), prefix);

  return n;
}
