/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "workers.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "activation.h"
#include "log.h"
#include "notify.h"
#include "service.h"
#include "settings.h"
#include "worker-process.h"
#include "worker-sockets.h"

/* A worker that ends sooner than this has failed to start. */
#define SETTLE_TIME (10 * G_TIME_SPAN_SECOND)
#define FIRST_DELAY 100 /* ms, twice as long after each failure */
#define MAX_FAILURES 6

/* Workers end within a second; one that does not is stuck. */
#define END_TIMEOUT 5000 /* ms */

#define MAX_WORKERS 1024

typedef struct _Workers Workers;

typedef struct
{
  Workers *workers;
  guint index;
  GSocket *socket;
  WorkerProcess *process; /* nullable: between two */
  gint64 started_at;
  guint n_failures; /* in a row */
  guint restart_source;
} Worker;

struct _Workers
{
  PeerServer *server; /* for its settings; it does not listen */
  Service *service;
  const char *const *arguments;
  GMainLoop *loop;
  GPtrArray *workers;
  gboolean is_ready;
  gboolean is_stopping;
  guint end_source;
  int exit_status;
};

static void worker_start (Worker *self);

/* Returns 0 for nonsense. */
static guint
parse_count (const char *text)
{
  guint64 count;

  if (text == NULL)
    return 1;
  if (g_str_equal (text, "auto"))
    return g_get_num_processors ();

  return g_ascii_string_to_unsigned (text, 10, 1, MAX_WORKERS, &count, NULL) ? (guint) count : 0;
}

gboolean
workers_check (Options *options,
               GError **error)
{
  guint count = parse_count (options_get_text (options, "workers"));

  if (count == 0)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _ ("--workers takes a number from 1 to %u, or “auto”"), MAX_WORKERS);
  else if (count > 1 && options_get_text (options, "redis") == NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         _ ("More than one worker needs --redis: it is where they find each other’s clients"));
  else if (count > 1 && options_get_flag (options, "hub"))
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         _ ("--hub needs a single worker: the clients of a room have to be at the same one"));
  else if (count > 1 && options_get_flag (options, "signaling"))
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         _ ("--signaling needs a single worker: workers do not hear each other’s messages"));
  else
    return TRUE;

  return FALSE;
}

guint
workers_get_count (Options *options)
{
  if (options_get_text (options, "worker") != NULL)
    return 1;

  return parse_count (options_get_text (options, "workers"));
}

static guint
workers_count (Workers *self,
               gboolean (*test) (Worker *))
{
  guint n = 0;

  for (guint i = 0; i < self->workers->len; i++)
    n += test (g_ptr_array_index (self->workers, i));

  return n;
}

static gboolean
worker_is_running (Worker *self)
{
  return self->process != NULL;
}

static gboolean
worker_is_ready (Worker *self)
{
  return self->process != NULL && worker_process_is_ready (self->process);
}

static void
workers_signal (Workers *self,
                int signal_number)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      Worker *worker = g_ptr_array_index (self->workers, i);

      if (worker->process != NULL)
        worker_process_signal (worker->process, signal_number);
    }
}

static gboolean
end_cb (gpointer user_data)
{
  Workers *self = user_data;

  self->end_source = 0;
  self->exit_status = EXIT_FAILURE;
  g_printerr ("peer-server: %s\n", _ ("Workers do not end and are killed"));
  workers_signal (self, SIGKILL);

  return G_SOURCE_REMOVE;
}

static void
workers_stop (Workers *self,
              int exit_status)
{
  if (self->is_stopping)
    return;

  self->is_stopping = TRUE;
  self->exit_status = exit_status;
  service_stopping (self->service);
  for (guint i = 0; i < self->workers->len; i++)
    {
      Worker *worker = g_ptr_array_index (self->workers, i);

      g_clear_handle_id (&worker->restart_source, g_source_remove);

      /* Nobody is to wait for what does not come. */
      g_socket_close (worker->socket, NULL);
    }

  if (workers_count (self, worker_is_running) == 0)
    {
      g_main_loop_quit (self->loop);
      return;
    }

  self->end_source = g_timeout_add (END_TIMEOUT, end_cb, self);
  workers_signal (self, SIGTERM);
}

static gboolean
terminate_cb (gpointer user_data)
{
  workers_stop (user_data, EXIT_SUCCESS);

  return G_SOURCE_CONTINUE;
}

static void
workers_tell_ready (Workers *self)
{
  g_autofree char *state = g_strdup_printf ("READY=1\nSTATUS=%u workers", self->workers->len);

  notify_send (state);
}

/* Nothing but a worker that is ready knows what the signal means. */
static gboolean
reload_cb (gpointer user_data)
{
  Workers *self = user_data;

  if (!self->is_ready || self->is_stopping)
    return G_SOURCE_CONTINUE;

  service_reloading (self->service);
  for (guint i = 0; i < self->workers->len; i++)
    {
      Worker *worker = g_ptr_array_index (self->workers, i);

      if (worker_is_ready (worker))
        worker_process_signal (worker->process, SIGHUP);
    }
  workers_tell_ready (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
restart_cb (gpointer user_data)
{
  Worker *self = user_data;

  self->restart_source = 0;
  worker_start (self);

  return G_SOURCE_REMOVE;
}

static void
worker_failed (Worker *self)
{
  Workers *workers = self->workers;

  if (g_get_monotonic_time () - self->started_at > SETTLE_TIME)
    self->n_failures = 0;
  self->n_failures++;

  /* What keeps a worker from its first start keeps it from every other. */
  if (!workers->is_ready || self->n_failures >= MAX_FAILURES)
    {
      g_printerr ("peer-server: %s\n", _ ("Workers end as soon as they start"));
      workers_stop (workers, EXIT_FAILURE);
      return;
    }

  self->restart_source = g_timeout_add (FIRST_DELAY << (self->n_failures - 1), restart_cb, self);
}

static void
worker_ended (int wait_status,
              gpointer user_data)
{
  Worker *self = user_data;
  Workers *workers = self->workers;
  g_autofree char *message = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->process, worker_process_free);

  if (workers->is_stopping)
    {
      if (workers_count (workers, worker_is_running) == 0)
        g_main_loop_quit (workers->loop);
      return;
    }

  g_spawn_check_wait_status (wait_status, &error);
  message = g_strdup_printf ("Worker %u has ended", self->index);
  log_event (G_LOG_LEVEL_WARNING, &(LogEvent){ .event = "worker-ended", .reason = error != NULL ? error->message : NULL },
             message);
  worker_failed (self);
}

static void
workers_print_start (Workers *self)
{
  Worker *first = g_ptr_array_index (self->workers, 0);
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (first->socket, NULL);
  GInetSocketAddress *inet_address = G_INET_SOCKET_ADDRESS (address);
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (inet_address));
  g_autofree char *path = NULL;

  g_object_get (self->server, "path", &path, NULL);
  printf ("Started PeerServer on %s, port: %u, path: %s\n",
          host, g_inet_socket_address_get_port (inet_address), path);
}

static void
worker_ready (gpointer user_data)
{
  Worker *self = user_data;
  Workers *workers = self->workers;

  if (workers->is_ready || workers->is_stopping ||
      workers_count (workers, worker_is_ready) < workers->workers->len)
    return;

  workers->is_ready = TRUE;
  workers_print_start (workers);
  workers_tell_ready (workers);
}

static void
worker_start (Worker *self)
{
  g_autoptr (GError) error = NULL;

  self->started_at = g_get_monotonic_time ();
  self->process = worker_process_new (self->workers->arguments, self->index, self->socket,
                                      worker_ready, worker_ended, self, &error);
  if (self->process != NULL)
    return;

  g_printerr ("peer-server: %s\n", error->message);
  worker_failed (self);
}

static void
worker_free (gpointer data)
{
  Worker *self = data;

  g_object_unref (self->socket);
  g_free (self);
}

/* What a service manager has passed is one socket, which all workers accept
 * from. */
static GPtrArray *
open_sockets (PeerServer *server,
              guint n_workers,
              GError **error)
{
  g_autofree char *host = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GSocket) passed = activation_take_socket (&local_error);
  GPtrArray *sockets;
  guint port;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (passed != NULL)
    {
      sockets = g_ptr_array_new_with_free_func (g_object_unref);
      while (sockets->len < n_workers)
        g_ptr_array_add (sockets, g_object_ref (passed));
      return sockets;
    }

  g_object_get (server, "host", &host, "port", &port, NULL);
  sockets = worker_sockets_open (host, (guint16) port, n_workers, error);
  if (sockets == NULL)
    g_prefix_error (error, _ ("Could not listen at %s, port %u: "), host != NULL ? host : "::", port);

  return sockets;
}

static gboolean
workers_open (Workers *self,
              guint n_workers,
              GError **error)
{
  g_autoptr (GPtrArray) sockets = open_sockets (self->server, n_workers, error);

  if (sockets == NULL)
    return FALSE;

  for (guint i = 0; i < n_workers; i++)
    {
      Worker *worker = g_new0 (Worker, 1);

      worker->workers = self;
      worker->index = i;
      worker->socket = g_object_ref (g_ptr_array_index (sockets, i));
      g_ptr_array_add (self->workers, worker);
    }

  return TRUE;
}

static int
workers_loop (Workers *self)
{
  g_unix_signal_add (SIGTERM, terminate_cb, self);
  g_unix_signal_add (SIGINT, terminate_cb, self);
  g_unix_signal_add (SIGHUP, reload_cb, self);

  for (guint i = 0; i < self->workers->len && !self->is_stopping; i++)
    worker_start (g_ptr_array_index (self->workers, i));
  if (!self->is_stopping || workers_count (self, worker_is_running) > 0)
    g_main_loop_run (self->loop);

  g_clear_handle_id (&self->end_source, g_source_remove);
  printf ("Http server closed.\n");

  return self->exit_status;
}

int
workers_run (Options *options,
             const char *const *arguments)
{
  g_autoptr (PeerServer) server = peer_server_new ();
  g_autoptr (Service) service = service_new (server);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GPtrArray) workers = g_ptr_array_new_with_free_func (worker_free);
  g_autoptr (GError) error = NULL;
  Workers self = { .server = server, .service = service, .arguments = arguments, .loop = loop, .workers = workers };

  if (settings_apply (options, server, &error) && workers_open (&self, workers_get_count (options), &error))
    return workers_loop (&self);

  g_printerr ("peer-server: %s\n", error->message);

  return EXIT_FAILURE;
}
