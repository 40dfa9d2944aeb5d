/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include <glib-unix.h>
#include <libintl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "activation.h"
#include "events.h"
#include "hub.h"
#include "log.h"
#include "monitor.h"
#include "options.h"
#include "rooms.h"
#include "service.h"
#include "settings.h"
#include "workers.h"

typedef struct
{
  Options *options;
  PeerServer *server;
  PeerHub *hub;     /* nullable */
  Monitor *monitor; /* nullable */
  Rooms *rooms;     /* nullable */
  Service *service;
  GMainLoop *loop;
} Program;

static void
program_clear (Program *self)
{
  g_clear_pointer (&self->service, service_free);
  g_clear_pointer (&self->monitor, monitor_free);
  g_clear_pointer (&self->rooms, rooms_free);
  g_clear_object (&self->hub);
  g_clear_object (&self->server);
  g_clear_pointer (&self->options, options_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Program, program_clear)

static gboolean
terminate_cb (gpointer user_data)
{
  Program *self = user_data;

  service_stopping (self->service);
  if (self->rooms != NULL)
    rooms_stop (self->rooms);
  if (self->hub != NULL)
    peer_hub_stop (self->hub);
  peer_server_stop (self->server);

  return G_SOURCE_CONTINUE;
}

static gboolean
program_reload (Program *self,
                GError **error)
{
  g_autoptr (Options) options = options_reread (self->options, error);

  if (options == NULL || !settings_apply_again (options, self->server, error))
    return FALSE;

  events_update (self->server);
  if (self->rooms != NULL)
    rooms_configure (self->rooms, options);
  if (self->hub != NULL)
    hub_update (self->hub, options);
  options_free (self->options);
  self->options = g_steal_pointer (&options);

  return TRUE;
}

static gboolean
reload_cb (gpointer user_data)
{
  Program *self = user_data;
  g_autoptr (GError) error = NULL;

  service_reloading (self->service);
  if (program_reload (self, &error))
    log_event (G_LOG_LEVEL_MESSAGE, &(LogEvent){ .event = "reloaded" }, "Configuration, certificate and secrets were read again");
  else
    log_event (G_LOG_LEVEL_CRITICAL, &(LogEvent){ .event = "reload-failed", .reason = error->message },
               "Configuration, certificate and secrets stay as they were");
  service_ready (self->service);

  return G_SOURCE_CONTINUE;
}

/* Every client needs a descriptor. */
static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;

  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
program_listen (Program *self,
                GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GSocket) socket = activation_take_socket (&local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return socket != NULL ? peer_server_listen_socket (self->server, socket, error) : peer_server_listen (self->server, error);
}

static gboolean
program_start_monitor (Program *self,
                       GError **error)
{
  const char *where = options_get_text (self->options, "metrics");
  PeerSignalingManager *rooms = self->rooms != NULL ? rooms_get_manager (self->rooms) : NULL;
  g_autofree char *message = NULL;

  if (where == NULL)
    return TRUE;

  self->monitor = monitor_new (self->server, rooms, where, options_get_number (self->options, "worker"), error);
  if (self->monitor == NULL)
    return FALSE;

  message = g_strdup_printf ("Health and metrics at %s", monitor_get_uri (self->monitor));
  log_event (G_LOG_LEVEL_MESSAGE, &(LogEvent){ .event = "metrics" }, message);

  return TRUE;
}

static gboolean
program_start (Program *self,
               GError **error)
{
  GError *hub_error = NULL;

  if (!settings_apply (self->options, self->server, error))
    return FALSE;

  events_follow (self->server, options_get_text (self->options, "worker") != NULL);
  if (options_get_flag (self->options, "rooms"))
    {
      self->rooms = rooms_new (self->options, self->server, error);
      if (self->rooms == NULL)
        return FALSE;
    }
  if (!program_start_monitor (self, error) || !program_listen (self, error))
    return FALSE;
  if (self->rooms != NULL && !rooms_start (self->rooms, error))
    return FALSE;

  self->hub = hub_start (self->options, self->server, &hub_error);
  if (hub_error != NULL)
    {
      g_propagate_error (error, hub_error);
      return FALSE;
    }

  return TRUE;
}

static int
program_run (Program *self)
{
  g_autoptr (GError) error = NULL;

  /* Before anybody hears that it listens, and may end it. */
  self->service = service_new (self->server);
  g_signal_connect_swapped (self->server, "close", G_CALLBACK (g_main_loop_quit), self->loop);
  g_unix_signal_add (SIGTERM, terminate_cb, self);
  g_unix_signal_add (SIGINT, terminate_cb, self);
  g_unix_signal_add (SIGHUP, reload_cb, self);

  if (!program_start (self, &error))
    {
      g_printerr ("peer-server: %s\n", error->message);
      return EXIT_FAILURE;
    }

  service_ready (self->service);
  g_main_loop_run (self->loop);

  return EXIT_SUCCESS;
}

int
main (int argc,
      char *argv[])
{
  g_auto (Program) self = { 0 };
  int exit_status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  /* Whoever waits for the first line may be behind a pipe, or gone. */
  setvbuf (stdout, NULL, _IOLBF, 0);
  signal (SIGPIPE, SIG_IGN);
  raise_file_limit ();
  log_start ();

  self.options = options_new ((const char *const *) argv, &exit_status);
  if (self.options == NULL)
    return exit_status;

  if (workers_get_count (self.options) > 1)
    return workers_run (self.options, (const char *const *) argv);

  self.server = peer_server_new ();
  self.loop = g_main_loop_new (NULL, FALSE);

  return program_run (&self);
}
