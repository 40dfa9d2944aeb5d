/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

static const char *
error_nick (PeerError code)
{
  g_autoptr (GEnumClass) enum_class = g_type_class_ref (PEER_TYPE_ERROR);

  return g_enum_get_value (enum_class, (int) code)->value_nick;
}

static void
test_error_nicks (void)
{
  g_test_summary ("Errors have the names that PeerJS gives them");

  g_assert_cmpstr (error_nick (PEER_ERROR_BROWSER_INCOMPATIBLE), ==, "browser-incompatible");
  g_assert_cmpstr (error_nick (PEER_ERROR_PEER_UNAVAILABLE), ==, "peer-unavailable");
  g_assert_cmpstr (error_nick (PEER_ERROR_SERVER_ERROR), ==, "server-error");
  g_assert_cmpstr (error_nick (PEER_ERROR_UNAVAILABLE_ID), ==, "unavailable-id");
  g_assert_cmpstr (error_nick (PEER_ERROR_WEBRTC), ==, "webrtc");
  g_assert_cmpstr (error_nick (PEER_ERROR_MESSAGE_TOO_BIG), ==, "message-too-big");
  g_assert_cmpstr (g_quark_to_string (PEER_ERROR), ==, "peer-error-quark");
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/nicks", test_error_nicks);

  return g_test_run ();
}
