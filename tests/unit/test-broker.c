/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-netstrings-private.h"
#if PEER_HAVE_REDIS
#include "libpeerglib/server/peer-redis-address-private.h"
#endif

/* The broker of a server that is alone */

static const PeerBrokerSettings settings = {
  .key = (char *) "peerjs",
  .expire_timeout = 20,
  .cleanup_interval = 5,
  .queue_limit = 2,
};

static PeerBroker *
make_broker (void)
{
  PeerBroker *broker = peer_memory_broker_new ();

  peer_broker_start (broker, &settings);

  return broker;
}

static gboolean
publish (PeerBroker *broker,
         const char *src,
         const char *dst,
         const char *text)
{
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));

  return peer_broker_publish (broker, src, dst, message, TRUE);
}

static void
test_memory_claim (void)
{
  g_autoptr (PeerBroker) broker = make_broker ();
  g_autoptr (GPtrArray) messages = NULL;
  guint n_messages;
  guint64 n_bytes;

  g_test_summary ("Every id is free at once; what waited for it is taken in order");

  g_assert_true (publish (broker, "bob", "alice", "one"));
  g_assert_true (publish (broker, "carol", "alice", "two"));
  peer_broker_get_queue_size (broker, &n_messages, &n_bytes);
  g_assert_cmpuint (n_messages, ==, 2);
  g_assert_cmpuint (n_bytes, ==, 6);

  g_assert_cmpint (peer_broker_claim (broker, "alice", "token"), ==, PEER_BROKER_CLAIM_CLAIMED);
  messages = peer_broker_take_messages (broker, "alice");
  g_assert_cmpuint (messages->len, ==, 2);
  g_assert_cmpmem (g_bytes_get_data (messages->pdata[0], NULL), 3, "one", 3);
  g_assert_null (peer_broker_take_messages (broker, "alice"));
  g_assert_true (peer_broker_get_is_connected (broker));
  g_assert_false (peer_broker_can_list_ids (broker));
}

static void
test_memory_limits (void)
{
  g_autoptr (PeerBroker) broker = make_broker ();
  g_autoptr (GBytes) message = g_bytes_new ("x", 1);
  guint n_messages;
  guint64 n_bytes;

  g_test_summary ("A full queue takes no more; what may not wait does not");

  g_assert_true (publish (broker, "bob", "alice", "one"));
  g_assert_true (publish (broker, "bob", "alice", "two"));
  g_assert_false (publish (broker, "bob", "alice", "three"));
  g_assert_true (peer_broker_publish (broker, "bob", "carol", message, FALSE));
  peer_broker_get_queue_size (broker, &n_messages, &n_bytes);
  g_assert_cmpuint (n_messages, ==, 2);
}

static void
expired_cb (PeerBroker *broker,
            const char *src,
            const char *dst,
            GString *log)
{
  g_string_append_printf (log, "%s>%s;", src, dst);
}

static void
test_memory_expiry (void)
{
  g_autoptr (PeerBroker) broker = make_broker ();
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_summary ("Messages that wait for too long expire, once for each sender");

  g_signal_connect (broker, "expired", G_CALLBACK (expired_cb), log);
  g_assert_true (publish (broker, "bob", "alice", "one"));
  g_assert_true (publish (broker, "bob", "alice", "two"));
  while (log->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (log->str, ==, "bob>alice;");
  g_assert_null (peer_broker_take_messages (broker, "alice"));
}

static void
keep_result_cb (GObject *source,
                GAsyncResult *result,
                gpointer user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static void
test_memory_async (void)
{
  g_autoptr (PeerBroker) broker = make_broker ();
  g_autoptr (GAsyncResult) claim = NULL;
  g_autoptr (GAsyncResult) lookup = NULL;
  g_autoptr (GAsyncResult) stop = NULL;
  g_autoptr (GError) error = NULL;
  guint n_messages;
  guint64 n_bytes;

  g_test_summary ("The slow ways lead there, too; a stopped broker keeps nothing");

  g_assert_true (publish (broker, "bob", "alice", "one"));
  peer_broker_claim_async (broker, "carol", "t", NULL, keep_result_cb, &claim);
  peer_broker_lookup_async (broker, "alice", NULL, keep_result_cb, &lookup);
  peer_broker_stop_async (broker, NULL, keep_result_cb, &stop);
  while (claim == NULL || lookup == NULL || stop == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpint (peer_broker_claim_finish (broker, claim, &error), ==, PEER_BROKER_CLAIM_CLAIMED);
  g_assert_no_error (error);
  g_assert_false (peer_broker_lookup_finish (broker, lookup, &error));
  g_assert_no_error (error);
  g_assert_true (peer_broker_stop_finish (broker, stop, &error));
  g_assert_no_error (error);
  peer_broker_get_queue_size (broker, &n_messages, &n_bytes);
  g_assert_cmpuint (n_messages, ==, 0);
}

static void
test_server_property (void)
{
  g_autoptr (PeerServer) server = peer_server_new ();
  g_autoptr (PeerBroker) broker = NULL;
  g_autoptr (PeerBroker) other = peer_memory_broker_new ();
  g_autoptr (PeerBroker) again = NULL;

  g_test_summary ("A server has a broker in memory until it gets another");

  g_object_get (server, "broker", &broker, NULL);
  g_assert_true (PEER_IS_MEMORY_BROKER (broker));
  g_object_set (server, "broker", other, NULL);
  g_object_get (server, "broker", &again, NULL);
  g_assert_true (again == other);
  g_clear_object (&again);
  g_object_set (server, "broker", NULL, NULL);
  g_object_get (server, "broker", &again, NULL);
  g_assert_true (PEER_IS_MEMORY_BROKER (again) && again != other);
}

/* What nodes say to each other */

static void
test_netstrings (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  PeerNetstring parts[3];
  g_autofree char *first = NULL;

  g_test_summary ("What was put together comes apart, and nothing else does");

  peer_netstrings_append (text, "hello", 5);
  peer_netstrings_append (text, "", 0);
  peer_netstrings_append (text, "a\0b", 3);
  g_assert_cmpmem (text->str, text->len, "5:hello,0:,3:a\0b,", 17);
  g_assert_cmpuint (peer_netstrings_split (text->str, text->len, parts, 3), ==, 3);
  first = peer_netstring_dup (&parts[0], 5);
  g_assert_cmpstr (first, ==, "hello");
  g_assert_null (peer_netstring_dup (&parts[0], 4));
  g_assert_null (peer_netstring_dup (&parts[2], 10));
  g_assert_cmpuint (peer_netstrings_split (text->str, text->len, parts, 2), ==, 0);
}

static void
test_netstrings_invalid (void)
{
  static const char *const cases[] = {
    "5:hell,",
    "5:hello",
    "5:hello;",
    "5hello,",
    ":hello,",
    "-1:,",
    "5 :hello,",
    "1:a,x",
    "9999999999:a,",
    "18446744073709551616:a,",
    "1:a,1:",
  };
  PeerNetstring parts[3];

  g_test_summary ("Wrong lengths and what is left over are found");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i]);
      g_assert_cmpuint (peer_netstrings_split (cases[i], strlen (cases[i]), parts, 3), ==, 0);
    }
}

#if PEER_HAVE_REDIS
static void
test_redis_address (void)
{
  static const struct
  {
    const char *uri;
    const char *text;
    const char *user;
    const char *password;
    guint database;
    gboolean is_tls;
  } cases[] = {
    { "redis://localhost", "localhost:6379", NULL, NULL, 0, FALSE },
    { "redis://10.0.0.1:7000/3", "10.0.0.1:7000", NULL, NULL, 3, FALSE },
    { "redis://:se%40cret@host/", "host:6379", "", "se@cret", 0, FALSE },
    { "rediss://me:secret@[::1]:7000/1", "[::1]:7000", "me", "secret", 1, TRUE },
    { "unix:///run/redis.sock", "/run/redis.sock", NULL, NULL, 0, FALSE },
    { "unix:///run/redis.sock?db=2", "/run/redis.sock", NULL, NULL, 2, FALSE },
  };

  g_test_summary ("An address of Redis is a URI of one of three kinds");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PeerRedisAddress) address = peer_redis_address_new (cases[i].uri, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (address->text, ==, cases[i].text);
      g_assert_cmpstr (address->user, ==, cases[i].user);
      g_assert_cmpstr (address->password, ==, cases[i].password);
      g_assert_cmpuint (address->database, ==, cases[i].database);
      g_assert_cmpint (address->is_tls, ==, cases[i].is_tls);
    }
}

static void
test_redis_address_invalid (void)
{
  static const char *const cases[] = {
    "",
    "localhost",
    "http://localhost",
    "redis://",
    "redis://host/x",
    "redis://host:99999",
    "redis://host/1/2",
    "redis://host:0",
    "unix:relative",
    "unix:///a?db=x",
    "unix:///a?x=1",
  };

  g_test_summary ("Anything else is an error that does not tell the password");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i]);
      g_assert_null (peer_redis_broker_new (cases[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_redis_properties (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerBroker) broker = peer_redis_broker_new ("redis://127.0.0.1:1/4", &error);
  g_autofree char *uri = NULL;
  guint lease;

  g_test_summary ("A broker over Redis connects to nothing by itself");

  g_assert_no_error (error);
  g_object_get (broker, "uri", &uri, "lease", &lease, NULL);
  g_assert_cmpstr (uri, ==, "redis://127.0.0.1:1/4");
  g_assert_cmpuint (lease, ==, 30000);
  g_assert_cmpstr (peer_redis_broker_get_node (PEER_REDIS_BROKER (broker)), ==, g_get_host_name ());
  g_assert_false (peer_broker_get_is_connected (broker));
  g_assert_true (peer_broker_can_list_ids (broker));
  g_assert_cmpint (peer_broker_claim (broker, "alice", "t"), ==, PEER_BROKER_CLAIM_PENDING);
}
#endif

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/broker/memory/claim", test_memory_claim);
  g_test_add_func ("/broker/memory/limits", test_memory_limits);
  g_test_add_func ("/broker/memory/expiry", test_memory_expiry);
  g_test_add_func ("/broker/memory/async", test_memory_async);
  g_test_add_func ("/broker/server-property", test_server_property);
  g_test_add_func ("/broker/netstrings", test_netstrings);
  g_test_add_func ("/broker/netstrings-invalid", test_netstrings_invalid);
#if PEER_HAVE_REDIS
  g_test_add_func ("/broker/redis/address", test_redis_address);
  g_test_add_func ("/broker/redis/address-invalid", test_redis_address_invalid);
  g_test_add_func ("/broker/redis/properties", test_redis_properties);
#endif

  return g_test_run ();
}
