/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <libpeerglib/peer.h>

int
main (void)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NETWORK, "no network");
  g_autoptr (GEnumClass) errors = g_type_class_ref (PEER_TYPE_ERROR);

  g_print ("%s\n", g_enum_get_value (errors, error->code)->value_nick);

  return PEER_CHECK_VERSION (0, 99, 0) ? 0 : 1;
}
