/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-error-nick-private.h"

#include <libpeerglib/peer-enum-types.h>
#include <libpeerglib/peer-error.h>

const char *
peer_error_get_nick (const GError *error)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (PEER_TYPE_ERROR);
  const GEnumValue *code = error->domain == PEER_ERROR ? g_enum_get_value (codes, error->code) : NULL;

  return code != NULL ? code->value_nick : "server-error";
}

GError *
peer_error_new_for_nick (const char *nick,
                         const char *message)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (PEER_TYPE_ERROR);
  const GEnumValue *code = nick != NULL ? g_enum_get_value_by_nick (codes, nick) : NULL;

  return g_error_new_literal (PEER_ERROR, code != NULL ? code->value : PEER_ERROR_SERVER_ERROR, message);
}
