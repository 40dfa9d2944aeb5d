/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "stdin-end.h"

#include <glib-unix.h>
#include <unistd.h>

static gboolean
stdin_cb (int fd,
          GIOCondition condition,
          gpointer loop)
{
  g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

void
stdin_run_until_end (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_unix_fd_add (STDIN_FILENO, G_IO_HUP, stdin_cb, loop);
  g_main_loop_run (loop);
}
