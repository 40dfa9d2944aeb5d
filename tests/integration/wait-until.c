/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "wait-until.h"

gboolean
wait_until_late_cb (gpointer condition)
{
  g_error ("Waited too long for %s", (const char *) condition);

  return G_SOURCE_REMOVE;
}
