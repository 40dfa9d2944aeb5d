/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Members of objects, `a{sv}`. What is NULL is not there. */

void peer_vardict_add (GVariantBuilder *builder,
                       const char *key,
                       GVariant *value);
void peer_vardict_add_string (GVariantBuilder *builder,
                              const char *key,
                              const char *string);

/* Ends the object. Errors: those of peer_json_print(). */
char *peer_vardict_print (GVariantBuilder *builder,
                          GError **error);

/* NULL unless it is a string. */
char *peer_vardict_dup_string (GVariant *object,
                               const char *key);

G_END_DECLS
