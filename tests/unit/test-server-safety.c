/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-auth-token-private.h"
#include "libpeerglib/protocol/peer-ice-answer-private.h"
#include "libpeerglib/server/peer-address-private.h"

#include <string.h>

#define SECRET "correct horse battery staple"
#define EXPIRY 1900000000
/* printf 'v1\npeerjs\nalice\n1900000000' | openssl dgst -sha256 -hmac 'correct horse battery staple' -binary | basenc --base64url */
#define ALICE "v1.1900000000.IbBweTHf019E8hIEGNdSFqP6Vhvu4JMiiTEzWa11lZo"

static const char *const secrets[] = { SECRET, NULL };

static void
test_format (void)
{
  g_autofree char *token = peer_auth_token_new (SECRET, "peerjs", "alice", EXPIRY);

  g_test_summary ("A token is what its description says");

  g_assert_cmpstr (token, ==, ALICE);
  g_assert_cmpint (peer_auth_token_check (token, secrets, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_VALID);
}

static void
test_binding (void)
{
  g_test_summary ("A token is for one key and one id");

  g_assert_cmpint (peer_auth_token_check (ALICE, secrets, "other", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
  g_assert_cmpint (peer_auth_token_check (ALICE, secrets, "peerjs", "alic", 0), ==, PEER_AUTH_TOKEN_INVALID);
  g_assert_cmpint (peer_auth_token_check (ALICE, secrets, "peerjs", "alice2", 0), ==, PEER_AUTH_TOKEN_INVALID);
  g_assert_cmpint (peer_auth_token_check (ALICE, secrets, "", "peerjs\nalice", 0), ==, PEER_AUTH_TOKEN_INVALID);
  g_assert_cmpint (peer_auth_token_check (ALICE, secrets, "peerjs\nalice", "", 0), ==, PEER_AUTH_TOKEN_INVALID);
}

static void
test_line_breaks (void)
{
  g_autofree char *token = peer_auth_token_new (SECRET, "a\nb", "c", EXPIRY);

  g_test_summary ("What is signed cannot be read in two ways");

  g_assert_cmpint (peer_auth_token_check (token, secrets, "a\nb", "c", 0), ==, PEER_AUTH_TOKEN_INVALID);
  g_assert_cmpint (peer_auth_token_check (token, secrets, "a", "b\nc", 0), ==, PEER_AUTH_TOKEN_INVALID);
}

static void
test_expiry (void)
{
  g_test_summary ("A token ends when it says, and nobody can say something else");

  g_assert_cmpint (peer_auth_token_check (ALICE, secrets, "peerjs", "alice", EXPIRY - 1), ==, PEER_AUTH_TOKEN_VALID);
  g_assert_cmpint (peer_auth_token_check (ALICE, secrets, "peerjs", "alice", EXPIRY), ==, PEER_AUTH_TOKEN_EXPIRED);
  g_assert_cmpint (peer_auth_token_check (ALICE, secrets, "peerjs", "bob", EXPIRY), ==, PEER_AUTH_TOKEN_INVALID);

  for (gsize i = strlen ("v1."); i < strlen ("v1.1900000000"); i++)
    {
      g_autofree char *later = g_strdup (ALICE);

      later[i] = later[i] == '9' ? '8' : later[i] + 1;
      g_assert_cmpint (peer_auth_token_check (later, secrets, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
    }
}

static void
test_rotation (void)
{
  static const char *const rotated[] = { "a newer one", SECRET, NULL };
  static const char *const replaced[] = { "a newer one", NULL };
  static const char *const none[] = { NULL };
  static const char *const empty[] = { "", NULL };
  g_autofree char *unkeyed = NULL;

  g_test_summary ("Any of the secrets will do; none, or an empty one, lets nobody in");

  g_assert_cmpint (peer_auth_token_check (ALICE, rotated, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_VALID);
  g_assert_cmpint (peer_auth_token_check (ALICE, replaced, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
  g_assert_cmpint (peer_auth_token_check (ALICE, none, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
  unkeyed = peer_auth_token_new ("", "peerjs", "alice", EXPIRY);
  g_assert_cmpint (peer_auth_token_check (unkeyed, empty, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
}

static void
test_malformed (void)
{
  static const char *const expiries[] = { "", "0", "01900000000", "-1", "+1900000000", " 1900000000", "19e8",
                                          "1234567890123", "99999999999999999999999999" };
  static const char *const tokens[] = { "", "v1", "v1.", "v1..", "v1.1900000000", "v1.1900000000.", "v2.1900000000.x", ".",
                                        "1900000000", "token" };

  g_test_summary ("Nothing but the one form of a token is one");

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    g_assert_cmpint (peer_auth_token_check (tokens[i], secrets, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);

  for (guint i = 0; i < G_N_ELEMENTS (expiries); i++)
    {
      const char *signature = strrchr (ALICE, '.');
      g_autofree char *token = g_strconcat ("v1.", expiries[i], signature, NULL);

      g_assert_cmpint (peer_auth_token_check (token, secrets, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
    }

  for (gsize i = 0; i < strlen (ALICE); i++)
    {
      g_autofree char *shorter = g_strndup (ALICE, i);
      g_autofree char *changed = g_strdup (ALICE);

      changed[i] ^= 1;
      g_assert_cmpint (peer_auth_token_check (shorter, secrets, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
      g_assert_cmpint (peer_auth_token_check (changed, secrets, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
    }
  g_assert_cmpint (peer_auth_token_check (ALICE "A", secrets, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
  g_assert_cmpint (peer_auth_token_check (ALICE "=", secrets, "peerjs", "alice", 0), ==, PEER_AUTH_TOKEN_INVALID);
}

static void
test_equal (void)
{
  g_test_summary ("Secrets are equal when all of them is");

  g_assert_true (peer_secret_equal ("", ""));
  g_assert_true (peer_secret_equal ("abc", "abc"));
  g_assert_false (peer_secret_equal ("abc", "abd"));
  g_assert_false (peer_secret_equal ("abc", "xbc"));
  g_assert_false (peer_secret_equal ("abc", "ab"));
  g_assert_false (peer_secret_equal ("ab", "abc"));
  g_assert_false (peer_secret_equal ("", "a"));
}

static void
test_ice_answer (void)
{
  static const char *const stun[] = { "stun:a", NULL };
  static const char *const turn[] = { "turn:b?transport=udp", "turns:\"c\"", NULL };
  PeerIceAnswer answer = { .ttl = 60 };
  g_autofree char *nothing = peer_ice_answer_build (&answer, "alice", 1000);
  g_autofree char *only_stun = NULL;
  g_autofree char *both = NULL;

  g_test_summary ("ICE servers as RTCPeerConnection takes them, with credentials as coturn does");

  g_assert_cmpstr (nothing, ==, "{\"iceServers\":[],\"ttl\":60}");

  answer.stun_uris = stun;
  answer.turn_uris = turn;
  only_stun = peer_ice_answer_build (&answer, "alice", 1000);
  g_assert_cmpstr (only_stun, ==, "{\"iceServers\":[{\"urls\":[\"stun:a\"]}],\"ttl\":60}");

  /* printf 1060:alice | openssl dgst -sha1 -hmac secret -binary | base64 */
  answer.turn_secret = "secret";
  both = peer_ice_answer_build (&answer, "alice", 1000);
  g_assert_cmpstr (both, ==, "{\"iceServers\":[{\"urls\":[\"stun:a\"]},"
                             "{\"urls\":[\"turn:b?transport=udp\",\"turns:\\\"c\\\"\"],"
                             "\"username\":\"1060:alice\",\"credential\":\"hjRtn0ot3SN3N/ZTliyVxIvRyZs=\"}],\"ttl\":60}");
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *remote;
    const char *forwarded;
    const char *address;
    const char *network;
  } cases[] = {
    { "192.0.2.1", NULL, "192.0.2.1", "192.0.2.1" },
    { "::ffff:192.0.2.1", NULL, "192.0.2.1", "192.0.2.1" },
    { "2001:db8:1:2:3:4:5:6", NULL, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
    { "2001:db8:1:2:ffff::", NULL, "2001:db8:1:2:ffff::", "2001:db8:1:2::" },
    { "::1", NULL, "::1", "::" },
    { NULL, NULL, "", "" },
    { "127.0.0.1", "192.0.2.1", "192.0.2.1", "192.0.2.1" },
    { "127.0.0.1", "198.51.100.7, 192.0.2.1 ", "192.0.2.1", "192.0.2.1" },
    { "127.0.0.1", "192.0.2.1,2001:db8::1", "2001:db8::1", "2001:db8::" },
    { "127.0.0.1", "192.0.2.1,", "127.0.0.1", "127.0.0.1" },
    { "127.0.0.1", "unknown", "127.0.0.1", "127.0.0.1" },
    { "127.0.0.1", "", "127.0.0.1", "127.0.0.1" },
  };

  g_test_summary ("Where clients come from, by themselves or through a proxy, and which are counted as one");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *address = peer_address_new (cases[i].remote, cases[i].forwarded);
      g_autofree char *network = peer_address_get_network (address);

      g_assert_cmpstr (address, ==, cases[i].address);
      g_assert_cmpstr (network, ==, cases[i].network);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-safety/format", test_format);
  g_test_add_func ("/server-safety/binding", test_binding);
  g_test_add_func ("/server-safety/line-breaks", test_line_breaks);
  g_test_add_func ("/server-safety/expiry", test_expiry);
  g_test_add_func ("/server-safety/rotation", test_rotation);
  g_test_add_func ("/server-safety/malformed", test_malformed);
  g_test_add_func ("/server-safety/equal", test_equal);
  g_test_add_func ("/server-safety/ice-answer", test_ice_answer);
  g_test_add_func ("/server-safety/addresses", test_addresses);

  return g_test_run ();
}
