/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PEER_JSON_MAX_DEPTH 128

/* JSON text (RFC 8259, nothing looser) to a value of the data model: null is
 * `mv` nothing, integers `x` (`t` above its range), other numbers `d`, arrays
 * `av`, objects `a{sv}` (of equal keys the last one counts). The result is not
 * floating and is not boxed in a variant. Error: PEER_ERROR_INVALID_DATA,
 * PEER_ERROR_LIMIT_EXCEEDED for the depth. */
GVariant *peer_json_parse (const char *text,
                           gsize length,
                           guint max_depth,
                           GError **error);

/* Any GVariant to JSON text as JSON.stringify() writes it. Bytes are refused:
 * PEER_ERROR_UNSUPPORTED_VALUE. Dates become ISO 8601 text. NaN and
 * infinities are refused, too. */
char *peer_json_print (GVariant *value,
                       gsize *length,
                       GError **error);

/* Appends a string in quotes. */
void peer_json_append_string (GString *text,
                              const char *string);

G_END_DECLS
