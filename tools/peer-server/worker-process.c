/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "worker-process.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Where systemd puts the first socket that it hands over. */
#define LISTEN_FD 3

#define PID_VARIABLE "LISTEN_PID="
#define PID_DIGITS 10

struct _WorkerProcess
{
  GPid pid;
  guint child_source;
  GSocket *notify_socket;
  GSource *notify_source;
  gboolean is_ready;

  void (*ready) (gpointer user_data);
  void (*ended) (int wait_status,
                 gpointer user_data);
  gpointer user_data;
};

typedef struct
{
  pid_t parent;
  char *pid_text; /* in its environment */
} ChildSetup;

/* Nothing here but what a signal handler may do. */
static void
child_setup_cb (gpointer user_data)
{
  ChildSetup *setup = user_data;
  char digits[PID_DIGITS];
  guint n = 0;

  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != setup->parent)
    _exit (1);

  for (pid_t pid = getpid (); pid > 0 && n < PID_DIGITS; pid /= 10)
    digits[n++] = (char) ('0' + pid % 10);
  for (guint i = 0; i < n; i++)
    setup->pid_text[i] = digits[n - 1 - i];
  setup->pid_text[n] = '\0';
}

/* Binds to an abstract name that the system chooses; returns it as
 * NOTIFY_SOCKET has it. */
static char *
bind_to_any_name (GSocket *socket,
                  GError **error)
{
  struct sockaddr native = { .sa_family = AF_UNIX };
  g_autoptr (GSocketAddress) address = NULL;

  if (bind (g_socket_get_fd (socket), &native, sizeof native.sa_family) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
      return NULL;
    }
  address = g_socket_get_local_address (socket, error);

  return address == NULL ? NULL : g_strconcat ("@", g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)), NULL);
}

static gboolean
notified_cb (GSocket *socket,
             GIOCondition condition,
             gpointer user_data)
{
  WorkerProcess *self = user_data;
  char text[4096];
  gssize length = g_socket_receive (socket, text, sizeof text - 1, NULL, NULL);
  g_auto (GStrv) lines = NULL;

  if (length < 0)
    return G_SOURCE_CONTINUE;

  text[length] = '\0';
  lines = g_strsplit (text, "\n", -1);
  if (self->is_ready || !g_strv_contains ((const char *const *) lines, "READY=1"))
    return G_SOURCE_CONTINUE;

  self->is_ready = TRUE;
  self->ready (self->user_data);

  return G_SOURCE_CONTINUE;
}

static char *
open_notify_socket (WorkerProcess *self,
                    GError **error)
{
  self->notify_socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  if (self->notify_socket == NULL)
    return NULL;

  g_socket_set_blocking (self->notify_socket, FALSE);
  self->notify_source = g_socket_create_source (self->notify_socket, G_IO_IN, NULL);
  g_source_set_static_name (self->notify_source, "[peer-server] worker notifies");
  g_source_set_callback (self->notify_source, G_SOURCE_FUNC (notified_cb), self, NULL);
  g_source_attach (self->notify_source, NULL);

  return bind_to_any_name (self->notify_socket, error);
}

static void
ended_cb (GPid pid,
          int wait_status,
          gpointer user_data)
{
  WorkerProcess *self = user_data;

  self->child_source = 0;
  self->pid = 0;
  self->ended (wait_status, self->user_data);
}

static gboolean
spawn (WorkerProcess *self,
       const char *const *arguments,
       guint index,
       int listen_fd,
       const char *notify_address,
       GError **error)
{
  static const int target_fd = LISTEN_FD;
  g_autofree char *file = g_file_read_link ("/proc/self/exe", error);
  g_autofree char *option = g_strdup_printf ("--worker=%u", index);
  g_autofree char *pid_variable = g_strdup_printf ("%s%0*d", PID_VARIABLE, PID_DIGITS, 0);
  g_autoptr (GStrvBuilder) argv_builder = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) environment_builder = g_strv_builder_new ();
  g_auto (GStrv) inherited = g_get_environ ();
  g_auto (GStrv) environment = NULL;
  g_auto (GStrv) argv = NULL;
  ChildSetup setup = { .parent = getpid () };

  if (file == NULL)
    return FALSE;

  /* The file to run, and then what it sees. */
  g_strv_builder_add_many (argv_builder, file, arguments[0], option, NULL);
  g_strv_builder_addv (argv_builder, (const char **) arguments + 1);
  argv = g_strv_builder_end (argv_builder);

  inherited = g_environ_setenv (inherited, "NOTIFY_SOCKET", notify_address, TRUE);
  inherited = g_environ_setenv (inherited, "LISTEN_FDS", "1", TRUE);
  inherited = g_environ_unsetenv (inherited, "LISTEN_FDNAMES");
  inherited = g_environ_unsetenv (inherited, "LISTEN_PID");
  inherited = g_environ_unsetenv (inherited, "WATCHDOG_PID");
  inherited = g_environ_unsetenv (inherited, "WATCHDOG_USEC");
  g_strv_builder_add (environment_builder, pid_variable);
  g_strv_builder_addv (environment_builder, (const char **) inherited);
  environment = g_strv_builder_end (environment_builder);
  setup.pid_text = environment[0] + strlen (PID_VARIABLE);

  return g_spawn_async_with_pipes_and_fds (NULL, (const char *const *) argv, (const char *const *) environment,
                                           G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO,
                                           child_setup_cb, &setup, -1, -1, -1, &listen_fd, &target_fd, 1,
                                           &self->pid, NULL, NULL, NULL, error);
}

WorkerProcess *
worker_process_new (const char *const *arguments,
                    guint index,
                    GSocket *socket,
                    void (*ready) (gpointer user_data),
                    void (*ended) (int wait_status,
                                   gpointer user_data),
                    gpointer user_data,
                    GError **error)
{
  g_autoptr (WorkerProcess) self = g_new0 (WorkerProcess, 1);
  g_autofree char *notify_address = open_notify_socket (self, error);

  self->ready = ready;
  self->ended = ended;
  self->user_data = user_data;

  if (notify_address == NULL ||
      !spawn (self, arguments, index, g_socket_get_fd (socket), notify_address, error))
    return NULL;

  self->child_source = g_child_watch_add (self->pid, ended_cb, self);

  return g_steal_pointer (&self);
}

void
worker_process_free (WorkerProcess *self)
{
  g_clear_handle_id (&self->child_source, g_source_remove);
  if (self->notify_source != NULL)
    g_source_destroy (self->notify_source);
  g_clear_pointer (&self->notify_source, g_source_unref);
  g_clear_object (&self->notify_socket);
  g_free (self);
}

gboolean
worker_process_is_ready (WorkerProcess *self)
{
  return self->is_ready;
}

void
worker_process_signal (WorkerProcess *self,
                       int signal_number)
{
  if (self->pid != 0)
    kill (self->pid, signal_number);
}
