/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz-values.h"
#include "libpeerglib/transport/peer-webrtc-path-private.h"

static void
assert_is_type (const char *type)
{
  const char *const types[] = { "host", "srflx", "prflx", "relay", NULL };

  g_assert_true (g_strv_contains (types, type));
}

/* What is handed to libnice is short and plain, and whatever is selected has
 * a type. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (PeerWebrtcPath) path = peer_webrtc_path_new ();
  g_auto (GStrv) fields = NULL;
  g_autofree char *description = NULL;

  if (peer_webrtc_path_is_usable (text))
    {
      g_assert_true (g_str_is_ascii (text));
      g_assert_cmpuint (strlen (text), <=, 1024);
    }

  peer_webrtc_path_add_local (path, text);
  peer_webrtc_path_add_remote (path, text);
  g_assert_null (peer_webrtc_path_get_local (path));
  fields = g_strsplit_set (text, ": ", 3);
  peer_webrtc_path_select (path, fields[0] != NULL ? fields[0] : "", fields[0] != NULL && fields[1] != NULL ? fields[1] : "");
  assert_is_type (peer_webrtc_path_get_local (path)->type);
  assert_is_type (peer_webrtc_path_get_remote (path)->type);
  peer_webrtc_path_leave_out (path, text);
  description = peer_webrtc_path_describe (path, TRUE, 1);
  g_assert_true (description == NULL || g_utf8_validate (description, -1, NULL));

  return 0;
}
