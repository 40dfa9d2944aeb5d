/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "activation.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <unistd.h>

#define FIRST_FD 3

/* How many sockets there are for this process and not for its parent. */
static guint
count_sockets (void)
{
  const char *pid = g_getenv ("LISTEN_PID");
  const char *n_sockets = g_getenv ("LISTEN_FDS");
  guint64 number;

  if (pid == NULL || !g_ascii_string_to_unsigned (pid, 10, 1, G_MAXINT, &number, NULL) || (pid_t) number != getpid ())
    return 0;
  if (n_sockets == NULL || !g_ascii_string_to_unsigned (n_sockets, 10, 0, G_MAXINT, &number, NULL))
    return 0;

  return (guint) number;
}

gboolean
activation_has_socket (void)
{
  return count_sockets () > 0;
}

GSocket *
activation_take_socket (GError **error)
{
  guint n_sockets = count_sockets ();

  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");

  if (n_sockets == 0)
    return NULL;
  if (n_sockets > 1)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("%u sockets were passed, and there is use for one"), n_sockets);
      return NULL;
    }

  fcntl (FIRST_FD, F_SETFD, FD_CLOEXEC);

  return g_socket_new_from_fd (FIRST_FD, error);
}
