/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

#include "libpeerglib/peer-serializer-private.h"

/* A format with text only, each letter moved by one. */
#define TEST_TYPE_SERIALIZER (test_serializer_get_type ())
G_DECLARE_FINAL_TYPE (TestSerializer, test_serializer, TEST, SERIALIZER, GObject)

struct _TestSerializer
{
  GObject parent_instance;

  char *name;
};

static void test_serializer_iface_init (PeerSerializerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestSerializer, test_serializer, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PEER_TYPE_SERIALIZER, test_serializer_iface_init))

static char *
shift (const char *text,
       gsize length,
       int by)
{
  char *shifted = g_strndup (text, length);

  for (gsize i = 0; i < length; i++)
    shifted[i] = (char) (shifted[i] + by);

  return shifted;
}

static const char *
test_serializer_get_name (PeerSerializer *serializer)
{
  return TEST_SERIALIZER (serializer)->name;
}

static GBytes *
test_serializer_serialize (PeerSerializer *serializer,
                           GVariant *value,
                           GError **error)
{
  gsize length;
  const char *text;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "Only text");
      return NULL;
    }

  text = g_variant_get_string (value, &length);

  return g_bytes_new_take (shift (text, length, 1), length);
}

static GVariant *
test_serializer_deserialize (PeerSerializer *serializer,
                             GBytes *bytes,
                             GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  if (length == 0 || text[0] == '!')
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, "Not of this format");
      return NULL;
    }

  return g_variant_new_take_string (shift (text, length, -1));
}

static void
test_serializer_iface_init (PeerSerializerInterface *iface)
{
  iface->get_name = test_serializer_get_name;
  iface->serialize = test_serializer_serialize;
  iface->deserialize = test_serializer_deserialize;
}

static void
test_serializer_finalize (GObject *object)
{
  g_free (TEST_SERIALIZER (object)->name);

  G_OBJECT_CLASS (test_serializer_parent_class)->finalize (object);
}

static void
test_serializer_class_init (TestSerializerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_serializer_finalize;
}

static void
test_serializer_init (TestSerializer *self)
{
}

static PeerSerializer *
serializer_new (const char *name)
{
  TestSerializer *self = g_object_new (TEST_TYPE_SERIALIZER, NULL);

  self->name = g_strdup (name);

  return PEER_SERIALIZER (self);
}

static void
pair_open (PeerTestPair *pair,
           PeerSerializer *serializer)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "serializer", serializer, NULL);

  peer_test_pair_init (pair);
  peer_peer_add_serializer (pair->bob, serializer);
  peer_test_pair_connect (pair, options);
  peer_test_wait_events (pair->outgoing_events, "open");
  peer_test_wait_events (pair->incoming_events, "open");
}

static void
test_both_ways (void)
{
  PeerTestPair pair;
  PeerSerializer *serializer = serializer_new ("shifted");

  pair_open (&pair, serializer);
  g_assert_true (peer_data_connection_get_serializer (pair.outgoing) == serializer);
  g_assert_true (peer_data_connection_get_serializer (pair.incoming) == serializer);
  g_assert_cmpint (peer_data_connection_get_serialization (pair.outgoing), ==, PEER_SERIALIZATION_CUSTOM);
  g_assert_cmpint (peer_data_connection_get_serialization (pair.incoming), ==, PEER_SERIALIZATION_CUSTOM);
  g_assert_nonnull (strstr (peer_test_server_get_last (pair.server, "OFFER"), "\"serialization\":\"shifted\""));
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "abc", NULL));
  g_assert_true (peer_data_connection_send_text (pair.incoming, "def", NULL));
  peer_test_wait_events (pair.incoming_events, "open data:'abc'");
  peer_test_wait_events (pair.outgoing_events, "open data:'def'");
  peer_data_connection_close_flush (pair.outgoing);
  peer_test_wait_events (pair.incoming_events, "open data:'abc' close");

  peer_test_pair_clear (&pair);
  g_assert_finalize_object (serializer);
}

static void
test_replaced (void)
{
  PeerTestPair pair;
  PeerSerializer *old = serializer_new ("json");
  PeerSerializer *serializer = serializer_new ("json");
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "serializer", serializer, NULL);

  /* It goes before the library's own of that name, too. */
  peer_test_pair_init (&pair);
  peer_peer_add_serializer (pair.bob, old);
  peer_peer_add_serializer (pair.bob, serializer);
  g_assert_finalize_object (old);
  peer_test_pair_connect (&pair, options);
  peer_test_wait_events (pair.outgoing_events, "open");
  g_assert_true (peer_data_connection_get_serializer (pair.incoming) == serializer);

  peer_test_pair_clear (&pair);
  g_clear_object (&options);
  g_assert_finalize_object (serializer);
}

static void
test_unknown_ignored (void)
{
  PeerTestPair pair;
  PeerSerializer *serializer = serializer_new ("shifted");
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "serializer", serializer, NULL);

  peer_test_pair_init (&pair);
  pair.outgoing = g_object_ref (peer_peer_connect_to (pair.alice, "bob", options));
  pair.outgoing_events = peer_test_recorder_new (pair.outgoing);
  peer_test_wait (peer_test_server_count (pair.server, "OFFER") == 1);
  peer_test_server_send (pair.server, "bob", "{\"type\":\"ERROR\"}");
  peer_test_wait_events (pair.bob_events, "error:server-error disconnected:bob");

  peer_test_pair_clear (&pair);
  g_clear_object (&options);
  g_assert_finalize_object (serializer);
}

static void
test_failure_to_serialize (void)
{
  PeerTestPair pair;
  PeerSerializer *serializer = serializer_new ("shifted");
  g_autoptr (GError) error = NULL;

  pair_open (&pair, serializer);
  g_assert_false (peer_data_connection_send (pair.outgoing, g_variant_new_boolean (TRUE), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "abc", NULL));
  peer_test_wait_events (pair.incoming_events, "open data:'abc'");
  peer_test_assert_events (pair.outgoing_events, "open");

  peer_test_pair_clear (&pair);
  g_assert_finalize_object (serializer);
}

static void
test_failure_to_deserialize (void)
{
  PeerTestPair pair;
  PeerSerializer *serializer = serializer_new ("shifted");

  pair_open (&pair, serializer);
  g_assert_true (peer_data_connection_send_text (pair.outgoing, " ", NULL));
  g_assert_true (peer_data_connection_send_text (pair.outgoing, "abc", NULL));
  peer_test_wait_events (pair.incoming_events, "open error:invalid-data data:'abc'");

  peer_test_pair_clear (&pair);
  g_assert_finalize_object (serializer);
}

static void
test_too_big (void)
{
  PeerTestPair pair;
  PeerSerializer *serializer = serializer_new ("shifted");
  g_autofree char *text = g_strnfill (2000, 'a');
  g_autoptr (GError) error = NULL;

  pair_open (&pair, serializer);
  peer_loopback_transport_set_max_message_size (peer_test_get_transport (pair.outgoing), 1000);
  g_assert_false (peer_data_connection_send_text (pair.outgoing, text, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG);
  text[1000] = '\0';
  g_assert_true (peer_data_connection_send_text (pair.outgoing, text, NULL));
  peer_test_wait_events (pair.incoming_events, "open data:s");

  peer_test_pair_clear (&pair);
  g_assert_finalize_object (serializer);
}

static void
test_too_big_to_receive (void)
{
  PeerSerializer *serializer = serializer_new ("shifted");
  PeerCodecLimits limits = PEER_CODEC_LIMITS_DEFAULT;
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abcd", 4);
  g_autoptr (GError) error = NULL;
  gboolean close_requested = FALSE;
  PeerCodec *codec;

  limits.max_value_size = 3;
  codec = peer_serializer_codec_new (serializer, &limits);
  g_assert_false (peer_codec_decode (codec, bytes, FALSE, values, &close_requested, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_null (peer_codec_encode_close (codec));
  peer_codec_free (codec);
  g_assert_finalize_object (serializer);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Formats of the application");

  g_test_add_func ("/serializer/both-ways", test_both_ways);
  g_test_add_func ("/serializer/replaced", test_replaced);
  g_test_add_func ("/serializer/unknown-ignored", test_unknown_ignored);
  g_test_add_func ("/serializer/failure-to-serialize", test_failure_to_serialize);
  g_test_add_func ("/serializer/failure-to-deserialize", test_failure_to_deserialize);
  g_test_add_func ("/serializer/too-big", test_too_big);
  g_test_add_func ("/serializer/too-big-to-receive", test_too_big_to_receive);

  return g_test_run ();
}
