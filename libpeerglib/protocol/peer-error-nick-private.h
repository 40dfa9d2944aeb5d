/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How messages name errors of this library. What is none of them, or has a
 * name that is not known, counts as PEER_ERROR_SERVER_ERROR. */

const char *peer_error_get_nick (const GError *error);

/* The name may be NULL. */
GError *peer_error_new_for_nick (const char *nick,
                                 const char *message);

G_END_DECLS
