/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-json-private.h"
#include "peer-vardict-private.h"

void
peer_vardict_add (GVariantBuilder *builder,
                  const char *key,
                  GVariant *value)
{
  if (value != NULL)
    g_variant_builder_add (builder, "{sv}", key, value);
}

void
peer_vardict_add_string (GVariantBuilder *builder,
                         const char *key,
                         const char *string)
{
  if (string != NULL)
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_string (string));
}

char *
peer_vardict_print (GVariantBuilder *builder,
                    GError **error)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_builder_end (builder));

  return peer_json_print (value, NULL, error);
}

char *
peer_vardict_dup_string (GVariant *object,
                         const char *key)
{
  char *string = NULL;

  g_variant_lookup (object, key, "s", &string);

  return string;
}
