/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Variants and entries start at multiples of 8. */
static inline gsize
peer_variant_align (gsize offset)
{
  return (offset + 7) & ~(gsize) 7;
}

/* Of the entries of a serialized dictionary that have equal keys the last one
 * stays: moves it over the others, sets where the entries end and how many
 * there are, and returns the size. */
gsize peer_variant_members_remove_repeated (guint8 *body,
                                            gsize *ends,
                                            gsize *n_members);

G_END_DECLS
