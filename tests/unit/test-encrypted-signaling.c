/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-sealer-private.h"

#define PASSWORD "correct horse battery staple"
#define SALT "libpeerglib signaling"
#define ITERATIONS 1000
#define NAME "room:lobby"
#define TEXT "{\"type\":\"invoke\",\"id\":\"b7\"}"

/* Made with Web Crypto. */
#define HIDDEN "0e2c6d14a8a8034184325492b4d184ab314d20b269c896c0184c6c0f9f865a00"
#define SEALED "bm9uY2Ugb2YgMTJiyZVy+qwnhiuk9f4Pm28g4emfUiqHyZBdnj0ZV0jv1vgiDoQEtq4M0DWwAg=="

static const char *const lobby[] = { "room", "lobby", NULL };
static const char *const hidden_lobby[] = { HIDDEN, NULL };

static void
assert_not_unsealed (PeerSealer *sealer,
                     const char *name,
                     const char *sealed)
{
  g_autoptr (GError) error = NULL;
  gsize length;

  g_assert_null (peer_sealer_unseal (sealer, name, sealed, &length, &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
}

static void
test_web_crypto (void)
{
  g_autoptr (PeerSealer) sealer = peer_sealer_new (PASSWORD, SALT, ITERATIONS);
  g_autofree char *hidden = peer_sealer_hide_topic (sealer, NAME);
  g_autoptr (GError) error = NULL;
  gsize length;
  g_autofree char *text = peer_sealer_unseal (sealer, NAME, SEALED, &length, &error);

  g_test_summary ("What a page has encrypted is understood");

  g_assert_no_error (error);
  g_assert_cmpstr (hidden, ==, HIDDEN);
  g_assert_cmpmem (text, length, TEXT, strlen (TEXT));
}

static void
test_tampered (void)
{
  g_autoptr (PeerSealer) sealer = peer_sealer_new (PASSWORD, SALT, ITERATIONS);
  g_autoptr (PeerSealer) other = peer_sealer_new (PASSWORD "!", SALT, ITERATIONS);

  g_test_summary ("Nothing is understood that was changed, moved to another topic or made with another password");

  assert_not_unsealed (other, NAME, SEALED);
  assert_not_unsealed (sealer, "room:kitchen", SEALED);
  assert_not_unsealed (sealer, NAME, "");
  assert_not_unsealed (sealer, NAME, "AAAA");
  assert_not_unsealed (sealer, NAME, "not base64 at all!");
  for (gsize i = 0; i < strlen (SEALED) - 3; i++)
    {
      g_autofree char *changed = g_strdup (SEALED);

      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      assert_not_unsealed (sealer, NAME, changed);
    }
}

static void
test_sealed_differs (void)
{
  g_autoptr (PeerSealer) sealer = peer_sealer_new (PASSWORD, SALT, ITERATIONS);
  g_autofree char *one = peer_sealer_seal (sealer, NAME, TEXT, strlen (TEXT));
  g_autofree char *other = peer_sealer_seal (sealer, NAME, TEXT, strlen (TEXT));
  g_autofree char *empty = peer_sealer_seal (sealer, NAME, "", 0);
  gsize length;
  g_autofree char *text = peer_sealer_unseal (sealer, NAME, one, &length, NULL);
  g_autofree char *nothing = peer_sealer_unseal (sealer, NAME, empty, &length, NULL);

  g_test_summary ("The same message is never the same twice, and each is understood");

  g_assert_cmpstr (one, !=, other);
  g_assert_cmpstr (text, ==, TEXT);
  g_assert_cmpstr (nothing, ==, "");
}

/* The signaling */

static PeerSignaling *
make_signaling (PeerSignaling *carrier,
                const char *password)
{
  return g_object_new (PEER_TYPE_ENCRYPTED_SIGNALING, "signaling", carrier, "password", password, "iterations", ITERATIONS, NULL);
}

static void
hear (PeerSignaling *signaling,
      const char *const *topic,
      GVariant *message,
      gpointer user_data)
{
  g_autofree char *text = g_variant_print (message, FALSE);

  g_string_append_printf (user_data, "%s=%s ", topic[g_strv_length ((char **) topic) - 1], text);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
count_error (PeerSignaling *signaling,
             const GError *error,
             guint *n_errors)
{
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  (*n_errors)++;
}

static void
test_talk (void)
{
  g_autoptr (PeerSignaling) carrier = peer_memory_signaling_new ();
  g_autoptr (PeerSignaling) alice = make_signaling (carrier, PASSWORD);
  g_autoptr (PeerSignaling) bob = make_signaling (carrier, PASSWORD);
  g_autoptr (PeerSignaling) mallory = make_signaling (carrier, "guessed");
  g_autoptr (GString) bobs = g_string_new (NULL);
  g_autoptr (GString) mallorys = g_string_new (NULL);
  g_autoptr (GString) carriers = g_string_new (NULL);

  g_test_summary ("Those with the password reach each other; the carrier sees neither topic nor text");

  peer_signaling_subscribe (bob, lobby, hear, bobs, NULL);
  peer_signaling_subscribe (mallory, lobby, hear, mallorys, NULL);
  peer_signaling_subscribe (carrier, lobby, hear, mallorys, NULL);
  peer_signaling_subscribe (carrier, hidden_lobby, hear, carriers, NULL);
  g_assert_true (peer_signaling_publish (alice, lobby, g_variant_new_string ("hello"), NULL));
  settle ();

  g_assert_cmpstr (bobs->str, ==, "lobby='hello' ");
  g_assert_cmpstr (mallorys->str, ==, "");
  g_assert_true (g_str_has_prefix (carriers->str, HIDDEN "='"));
  g_assert_null (strstr (carriers->str, "hello"));
}

static void
test_forged (void)
{
  g_autoptr (PeerSignaling) carrier = peer_memory_signaling_new ();
  g_autoptr (PeerSignaling) bob = make_signaling (carrier, PASSWORD);
  g_autoptr (GString) heard = g_string_new (NULL);
  guint n_errors = 0;

  g_test_summary ("What the carrier makes up is an error, and nothing else is lost");

  g_signal_connect (bob, "error", G_CALLBACK (count_error), &n_errors);
  peer_signaling_subscribe (bob, lobby, hear, heard, NULL);
  peer_signaling_publish (carrier, hidden_lobby, g_variant_new_string ("hello"), NULL);
  peer_signaling_publish (carrier, hidden_lobby, g_variant_new_int32 (7), NULL);
  peer_signaling_publish (carrier, hidden_lobby, g_variant_new_string (SEALED), NULL);
  settle ();

  g_assert_cmpuint (n_errors, ==, 2);
  g_assert_cmpstr (heard->str, ==, "lobby={'type': <'invoke'>, 'id': <'b7'>} ");
}

static void
test_unsubscribe (void)
{
  g_autoptr (PeerSignaling) carrier = peer_memory_signaling_new ();
  g_autoptr (PeerSignaling) alice = make_signaling (carrier, PASSWORD);
  g_autoptr (GString) heard = g_string_new (NULL);
  guint id = peer_signaling_subscribe (alice, lobby, hear, heard, NULL);

  g_test_summary ("Who unsubscribes hears nothing more, and one that goes leaves nothing behind");

  peer_signaling_unsubscribe (alice, id);
  peer_signaling_publish (alice, lobby, g_variant_new_string ("hello"), NULL);
  settle ();
  g_assert_cmpstr (heard->str, ==, "");

  peer_signaling_subscribe (alice, lobby, hear, heard, NULL);
  peer_signaling_publish (alice, lobby, g_variant_new_string ("hello"), NULL);
  g_assert_finalize_object (g_steal_pointer (&alice));
  settle ();
  g_assert_cmpstr (heard->str, ==, "");
}

static void
test_unsupported (void)
{
  g_autoptr (PeerSignaling) carrier = peer_memory_signaling_new ();
  g_autoptr (PeerSignaling) alice = make_signaling (carrier, PASSWORD);
  g_autoptr (GError) error = NULL;

  g_assert_false (peer_signaling_publish (alice, lobby, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "x", 1, 1), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
}

static void
available_cb (PeerSignaling *signaling,
              gboolean *is_available)
{
  *is_available = TRUE;
}

static void
test_forwarded (void)
{
  g_autoptr (PeerSignaling) carrier = peer_memory_signaling_new ();
  g_autoptr (PeerSignaling) alice = make_signaling (carrier, PASSWORD);
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_INVALID_DATA, "told");
  gboolean is_available = FALSE;
  guint n_errors = 0;

  g_test_summary ("What the carrier tells of its line is told");

  g_signal_connect (alice, "available", G_CALLBACK (available_cb), &is_available);
  g_signal_connect (alice, "error", G_CALLBACK (count_error), &n_errors);
  g_signal_emit_by_name (carrier, "available");
  g_signal_emit_by_name (carrier, "error", error);
  g_assert_true (is_available);
  g_assert_cmpuint (n_errors, ==, 1);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/encrypted-signaling/web-crypto", test_web_crypto);
  g_test_add_func ("/encrypted-signaling/tampered", test_tampered);
  g_test_add_func ("/encrypted-signaling/sealed-differs", test_sealed_differs);
  g_test_add_func ("/encrypted-signaling/talk", test_talk);
  g_test_add_func ("/encrypted-signaling/forged", test_forged);
  g_test_add_func ("/encrypted-signaling/unsubscribe", test_unsubscribe);
  g_test_add_func ("/encrypted-signaling/unsupported", test_unsupported);
  g_test_add_func ("/encrypted-signaling/forwarded", test_forwarded);

  return g_test_run ();
}
