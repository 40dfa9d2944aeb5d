/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Room for any number: "-2.2250738585072014e-308" and its terminator. */
#define PEER_NUMBER_SIZE 32

/* A number as JavaScript's Number.toString() writes it: the fewest digits
 * that read back as the same number, "NaN", "-Infinity". Returns the length. */
gsize peer_number_print (double number,
                         char buffer[PEER_NUMBER_SIZE]);

/* Seconds since 1970 split off, rounding down, microseconds remaining. */
gint64 peer_date_split (gint64 microseconds,
                        guint32 *remainder);

/* "2020-01-01T00:00:00.000Z" as Date.toISOString() writes it. NULL for years
 * beyond what JavaScript's dates reach. */
#define PEER_DATE_SIZE 32
gboolean peer_date_print (gint64 microseconds,
                          char buffer[PEER_DATE_SIZE]);

G_END_DECLS
