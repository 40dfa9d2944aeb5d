/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In seconds; ICE takes most of a minute to give a peer up. */
#define WAIT_UNTIL_DEADLINE 120

/* Runs the default main context until a condition holds; fails at a deadline,
 * and says which condition it was. */
#define WAIT_UNTIL(condition)                                                                                   \
  G_STMT_START                                                                                                  \
  {                                                                                                             \
    guint deadline = g_timeout_add_seconds (WAIT_UNTIL_DEADLINE, wait_until_late_cb, G_STRLOC ": " #condition); \
    while (!(condition))                                                                                        \
      g_main_context_iteration (NULL, TRUE);                                                                    \
    g_source_remove (deadline);                                                                                 \
  }                                                                                                             \
  G_STMT_END

gboolean wait_until_late_cb (gpointer condition);

G_END_DECLS
