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
#include "notify.h"
#include "options.h"
#include "settings.h"

typedef struct
{
  PeerServer *server;
  GMainLoop *loop;
} Program;

/* Programs read these lines, so they are not translated. */

static void
open_cb (PeerServer *server,
         const char *uri,
         gpointer user_data)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  g_autofree char *path = NULL;

  g_object_get (server, "path", &path, NULL);
  printf ("Started PeerServer on %s, port: %u, path: %s\n",
          g_uri_get_host (parsed), peer_server_get_port (server), path);
}

static void
connection_cb (PeerServer *server,
               PeerServerClient *client,
               gpointer user_data)
{
  printf ("Client connected: %s\n", peer_server_client_get_id (client));
}

static void
disconnect_cb (PeerServer *server,
               PeerServerClient *client,
               gpointer user_data)
{
  printf ("Client disconnected: %s\n", peer_server_client_get_id (client));
}

static void
error_cb (PeerServer *server,
          GError *error,
          gpointer user_data)
{
  g_printerr ("Error: %s\n", error->message);
}

static void
close_cb (PeerServer *server,
          gpointer user_data)
{
  Program *self = user_data;

  printf ("Http server closed.\n");
  g_main_loop_quit (self->loop);
}

static gboolean
terminate_cb (gpointer user_data)
{
  Program *self = user_data;

  notify_send ("STOPPING=1");
  peer_server_stop (self->server);

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
open_server (Program *self,
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

static int
run (Program *self)
{
  g_autoptr (GError) error = NULL;

  g_signal_connect (self->server, "open", G_CALLBACK (open_cb), NULL);
  g_signal_connect (self->server, "connection", G_CALLBACK (connection_cb), NULL);
  g_signal_connect (self->server, "disconnect", G_CALLBACK (disconnect_cb), NULL);
  g_signal_connect (self->server, "error", G_CALLBACK (error_cb), NULL);
  g_signal_connect (self->server, "close", G_CALLBACK (close_cb), self);
  g_unix_signal_add (SIGTERM, terminate_cb, self);
  g_unix_signal_add (SIGINT, terminate_cb, self);

  if (!open_server (self, &error))
    {
      g_printerr ("peer-server: %s\n", error->message);
      return EXIT_FAILURE;
    }

  notify_send ("READY=1");
  g_main_loop_run (self->loop);

  return EXIT_SUCCESS;
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (Options) options = NULL;
  g_autoptr (PeerServer) server = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) error = NULL;
  Program self;
  int exit_status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  /* Whoever waits for the first line may be behind a pipe, or gone. */
  setvbuf (stdout, NULL, _IOLBF, 0);
  signal (SIGPIPE, SIG_IGN);
  raise_file_limit ();

  options = options_new ((const char *const *) argv, &exit_status);
  if (options == NULL)
    return exit_status;

  server = peer_server_new ();
  if (!settings_apply (options, server, &error))
    {
      g_printerr ("peer-server: %s\n", error->message);
      return EXIT_FAILURE;
    }

  loop = g_main_loop_new (NULL, FALSE);
  self = (Program){ .server = server, .loop = loop };

  return run (&self);
}
