/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "contestant.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_MSEC 20000
/* How much of what a server said is repeated. */
#define MAX_EXPLANATION 4000

/* From NAME=COMMAND, or NAME:plain=COMMAND for one that does not know TLS. */
Contestant *
contestant_new (const char *text)
{
  const char *equals = strchr (text, '=');
  g_autofree char *name = NULL;
  Contestant *self;

  if (equals == NULL)
    return NULL;

  name = g_strndup (text, equals - text);
  self = g_new0 (Contestant, 1);
  self->command = g_strdup (equals + 1);
  self->has_tls = !g_str_has_suffix (name, ":plain");
  self->name = g_strndup (name, strcspn (name, ":"));

  return self;
}

void
contestant_free (Contestant *self)
{
  g_free (self->name);
  g_free (self->command);
  g_free (self);
}

/* A free port below those that Linux gives to outgoing connections, which are
 * many here and anybody's. */
static guint16
find_port (void)
{
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);

  for (;;)
    {
      guint16 port = g_random_int_range (20000, 32000);
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, port);
      g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);

      if (g_socket_bind (socket, address, FALSE, NULL))
        return port;
    }
}

static gboolean
is_listening (guint16 port)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);

  return g_socket_connect (socket, address, NULL, NULL);
}

static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
spawn (Server *self,
       const char *options,
       GError **error)
{
  g_autofree char *command = g_strconcat (self->contestant->command, options, NULL);
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "NODE_ENV", "production", TRUE);
  int log = g_file_open_tmp ("bench-server-XXXXXX.log", &self->log, error);
  int null;
  gboolean is_started;

  if (log < 0)
    return FALSE;

  null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  is_started = g_shell_parse_argv (command, NULL, &argv, error) &&
               g_spawn_async_with_fds (NULL, argv, environment, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, end_with_parent, NULL,
                                       &self->pid, null, null, log, error);
  close (null);
  close (log);

  return is_started;
}

static gboolean
wait_until_it_listens (Server *self,
                       guint16 port,
                       GError **error)
{
  for (guint i = 0; i < START_MSEC / 20; i++)
    {
      if (waitpid (self->pid, NULL, WNOHANG) == self->pid)
        {
          self->pid = 0;
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "it has ended");
          return FALSE;
        }
      if (is_listening (port))
        return TRUE;
      g_usleep (20 * 1000);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "it does not listen");

  return FALSE;
}

/* Starts one for so many clients, with TLS when there is a certificate. */
Server *
server_start (const Contestant *contestant,
              guint n_clients,
              const char *certificate,
              GError **error)
{
  g_autoptr (Server) self = g_new0 (Server, 1);
  guint16 port = find_port ();
  g_autoptr (GString) options = g_string_new (NULL);

  /* One more, for whoever looks whether it listens; and silent clients stay. */
  g_string_append_printf (options, " --port %u --concurrent_limit %u --alive_timeout 600000", port, n_clients + 1);
  if (certificate != NULL)
    g_string_append_printf (options, " --sslkey '%s' --sslcert '%s'", certificate, certificate);

  self->contestant = contestant;
  self->uri = g_strdup_printf ("%s://127.0.0.1:%u/", certificate != NULL ? "wss" : "ws", port);
  if (!spawn (self, options->str, error) || !wait_until_it_listens (self, port, error))
    {
      server_explain (self, error);
      return NULL;
    }

  return g_steal_pointer (&self);
}

/* Adds to an error what the server has said last. */
void
server_explain (Server *self,
                GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *tail = NULL;
  gsize size = 0;

  if (error == NULL || *error == NULL)
    return;

  if (self->log != NULL)
    g_file_get_contents (self->log, &text, &size, NULL);
  tail = g_utf8_make_valid (text != NULL ? text + size - MIN (size, MAX_EXPLANATION) : "", -1);
  g_prefix_error (error, "%s: ", self->contestant->name);
  if (*tail != '\0')
    {
      char *message = g_strconcat ((*error)->message, "\nIt said:\n", g_strchomp (tail), NULL);

      g_free ((*error)->message);
      (*error)->message = message;
    }
}

/* Without a chance to say farewell: the reference waits for its clients. */
void
server_stop (Server *self)
{
  if (self->pid != 0)
    {
      kill (self->pid, SIGKILL);
      waitpid (self->pid, NULL, 0);
    }
  if (self->log != NULL)
    g_unlink (self->log);
  g_free (self->log);
  g_free (self->uri);
  g_free (self);
}
