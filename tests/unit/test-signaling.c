/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/peer-signaling-private.h"

static const char *const lobby[] = { "room", "lobby", NULL };
static const char *const kitchen[] = { "room", "kitchen", NULL };

/* What a subscriber heard: "room:lobby=1 room:lobby=2 ". */
static void
hear (PeerSignaling *signaling,
      const char *const *topic,
      GVariant *message,
      gpointer user_data)
{
  g_autofree char *name = peer_signaling_join_topic (topic);
  g_autofree char *text = g_variant_print (message, FALSE);

  g_string_append_printf (user_data, "%s=%s ", name, text);
}

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
publish (PeerSignaling *signaling,
         const char *const *topic,
         int value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_signaling_publish (signaling, topic, g_variant_new_int32 (value), &error));
  g_assert_no_error (error);
}

static void
test_memory_topics (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) second = g_string_new (NULL);

  g_test_summary ("All subscribers of a topic hear what is published there, in order, and nothing else");

  peer_signaling_subscribe (signaling, lobby, hear, first, NULL);
  peer_signaling_subscribe (signaling, kitchen, hear, first, NULL);
  peer_signaling_subscribe (signaling, lobby, hear, second, NULL);
  publish (signaling, lobby, 1);
  publish (signaling, kitchen, 2);
  publish (signaling, lobby, 3);
  settle ();

  g_assert_cmpstr (first->str, ==, "room:lobby=1 room:kitchen=2 room:lobby=3 ");
  g_assert_cmpstr (second->str, ==, "room:lobby=1 room:lobby=3 ");
}

static void
test_memory_later (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (GString) late = g_string_new (NULL);

  g_test_summary ("Nothing is delivered inside publish, nor to who subscribed after it");

  peer_signaling_subscribe (signaling, lobby, hear, heard, NULL);
  publish (signaling, lobby, 1);
  peer_signaling_subscribe (signaling, lobby, hear, late, NULL);
  g_assert_cmpstr (heard->str, ==, "");
  settle ();
  g_assert_cmpstr (heard->str, ==, "room:lobby=1 ");
  g_assert_cmpstr (late->str, ==, "");
}

static void
test_memory_unsubscribe (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  g_autoptr (GString) heard = g_string_new (NULL);
  guint id = peer_signaling_subscribe (signaling, lobby, hear, heard, NULL);

  g_test_summary ("Who unsubscribed hears nothing, of what is on its way either");

  publish (signaling, lobby, 1);
  peer_signaling_unsubscribe (signaling, id);
  settle ();
  g_assert_cmpstr (heard->str, ==, "");
}

typedef struct
{
  PeerSignaling *signaling;
  guint ids[2];
  guint n_calls;
} Pair;

static void
unsubscribe_both (PeerSignaling *signaling,
                  const char *const *topic,
                  GVariant *message,
                  gpointer user_data)
{
  Pair *pair = user_data;

  pair->n_calls++;
  for (guint i = 0; i < G_N_ELEMENTS (pair->ids); i++)
    peer_signaling_unsubscribe (signaling, pair->ids[i]);
  publish (signaling, lobby, 2);
}

static void
test_memory_unsubscribe_inside (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  Pair pair = { .signaling = signaling };

  g_test_summary ("A callback ends its own subscription and another's, and publishes");

  for (guint i = 0; i < G_N_ELEMENTS (pair.ids); i++)
    pair.ids[i] = peer_signaling_subscribe (signaling, lobby, unsubscribe_both, &pair, NULL);
  publish (signaling, lobby, 1);
  settle ();
  g_assert_cmpuint (pair.n_calls, ==, 1);
}

static void
drop_signaling (PeerSignaling *signaling,
                const char *const *topic,
                GVariant *message,
                gpointer user_data)
{
  Pair *pair = user_data;

  pair->n_calls++;
  g_clear_object (&pair->signaling);
}

static void
count_notify (gpointer user_data)
{
  ((Pair *) user_data)->ids[0]++;
}

static void
test_memory_drop_inside (void)
{
  Pair pair = { .signaling = peer_memory_signaling_new () };
  gpointer signaling = pair.signaling;

  g_test_summary ("A callback drops the last reference; all subscriptions end");

  g_object_add_weak_pointer (G_OBJECT (pair.signaling), &signaling);
  peer_signaling_subscribe (pair.signaling, lobby, drop_signaling, &pair, count_notify);
  peer_signaling_subscribe (pair.signaling, kitchen, drop_signaling, &pair, count_notify);
  publish (pair.signaling, lobby, 1);
  settle ();
  g_assert_null (signaling);
  g_assert_cmpuint (pair.n_calls, ==, 1);
  g_assert_cmpuint (pair.ids[0], ==, 2);
}

static void
test_memory_notify (void)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();
  guint id = peer_signaling_subscribe (signaling, lobby, hear, g_string_new (NULL), free_text);

  g_test_summary ("What was given with the callback is freed when the subscription ends");

  publish (signaling, lobby, 1);
  settle ();
  peer_signaling_unsubscribe (signaling, id);
}

/* The names of topics */

static void
check_name (const char *const *topic,
            const char *name)
{
  g_autofree char *joined = peer_signaling_join_topic (topic);
  g_auto (GStrv) parts = peer_signaling_split_topic (joined);

  g_assert_cmpstr (joined, ==, name);
  g_assert_true (g_strv_equal ((const char *const *) parts, topic));
}

static void
test_names (void)
{
  g_test_summary ("A topic and its text are made of each other; different topics differ");

  check_name (lobby, "room:lobby");
  check_name ((const char *const[]){ "a:b", NULL }, "a%3Ab");
  check_name ((const char *const[]){ "a%3Ab", NULL }, "a%253Ab");
  check_name ((const char *const[]){ "", NULL }, "");
  check_name ((const char *const[]){ "", "", NULL }, ":");
  check_name ((const char *const[]){ "über uns", "ж", NULL }, "über uns:ж");
  g_assert_null (peer_signaling_split_topic ("a%zz"));
  g_assert_null (peer_signaling_split_topic ("a%ff"));
  g_assert_null (peer_signaling_split_topic ("a%00b"));
}

static void
test_json (void)
{
  g_autoptr (GVariant) message = g_variant_ref_sink (g_variant_new_parsed ("{'id': <'b7'>, 'n': <@x 7>, 'l': <@av []>}"));
  g_autofree char *text = peer_signaling_print_message (message, NULL);
  g_autoptr (GVariant) again = peer_signaling_parse_message (text, NULL);
  g_autoptr (GError) invalid = NULL;
  g_autoptr (GError) unsupported = NULL;
  g_autofree char *deep = g_strnfill (200, '[');
  g_autoptr (GError) too_deep = NULL;

  g_test_summary ("Messages and JSON are made of each other");

  g_assert_cmpstr (text, ==, "{\"id\":\"b7\",\"n\":7,\"l\":[]}");
  g_assert_cmpvariant (again, message);
  g_assert_null (peer_signaling_parse_message ("{", &invalid));
  g_assert_error (invalid, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  g_assert_null (peer_signaling_parse_message (deep, &too_deep));
  g_assert_error (too_deep, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  g_assert_null (peer_signaling_print_message (g_variant_new_bytestring ("x"), &unsupported));
  g_assert_error (unsupported, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/signaling/memory/topics", test_memory_topics);
  g_test_add_func ("/signaling/memory/later", test_memory_later);
  g_test_add_func ("/signaling/memory/unsubscribe", test_memory_unsubscribe);
  g_test_add_func ("/signaling/memory/unsubscribe-inside", test_memory_unsubscribe_inside);
  g_test_add_func ("/signaling/memory/drop-inside", test_memory_drop_inside);
  g_test_add_func ("/signaling/memory/notify", test_memory_notify);
  g_test_add_func ("/signaling/names", test_names);
  g_test_add_func ("/signaling/json", test_json);

  return g_test_run ();
}
