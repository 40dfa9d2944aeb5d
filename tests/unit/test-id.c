/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "libpeerglib/protocol/peer-id-private.h"

static void
test_id_valid (void)
{
  const char *const ids[] = { "a", "0", "a b_c-d", "Alice", "room-1", "a-b-c", "A9 z8" };

  g_test_summary ("Letters and digits joined by single separators are an id");

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_true (peer_id_is_valid (ids[i]));
}

static void
test_id_invalid (void)
{
  const char *const ids[] = {
    "", " ", "-", "a--b", "a_", "_a", "a.b", "a -b", "a ", "é", "a\n", "a/b", "a\tb", "\xff"
  };

  g_test_summary ("Anything else is not an id, the empty string included");

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_false (peer_id_is_valid (ids[i]));
}

static void
test_token (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint counts[256] = { 0 };

  g_test_summary ("Tokens are 22 base-36 digits, all different, each digit as likely");

  for (guint i = 0; i < 2000; i++)
    {
      char *token = peer_token_new ();

      g_assert_cmpuint (strlen (token), ==, 22);
      g_assert_cmpuint (strspn (token, "0123456789abcdefghijklmnopqrstuvwxyz"), ==, 22);
      for (const char *p = token; *p != '\0'; p++)
        counts[(guint8) *p]++;
      g_assert_true (g_hash_table_add (seen, token));
    }

  /* 44,000 digits: 1,222 of each, give or take 35 (one sigma) */
  for (const char *p = "0123456789abcdefghijklmnopqrstuvwxyz"; *p != '\0'; p++)
    {
      g_assert_cmpuint (counts[(guint8) *p], >, 900);
      g_assert_cmpuint (counts[(guint8) *p], <, 1550);
    }
}

static void
test_connection_id (void)
{
  g_autofree char *id = peer_connection_id_new ("dc_");

  g_test_summary ("A connection id is its prefix and a token, and a valid id");

  g_assert_true (g_str_has_prefix (id, "dc_"));
  g_assert_cmpuint (strlen (id), ==, 25);
  g_assert_true (peer_id_is_valid (id));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/id/valid", test_id_valid);
  g_test_add_func ("/id/invalid", test_id_invalid);
  g_test_add_func ("/id/token", test_token);
  g_test_add_func ("/id/connection-id", test_connection_id);

  return g_test_run ();
}
