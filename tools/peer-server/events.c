/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "events.h"

#include <stdio.h>

#include "log.h"

/* Programs read what is printed and logged, so it is not translated. */

static void
print_open_cb (PeerServer *server,
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
open_cb (PeerServer *server,
         const char *uri,
         gpointer user_data)
{
  g_autofree char *message = g_strdup_printf ("Listening at %s", uri);

  log_event (G_LOG_LEVEL_MESSAGE, &(LogEvent){ .event = "listening" }, message);
}

static void
log_client (const char *event,
            const char *message,
            PeerServerClient *client)
{
  log_event (G_LOG_LEVEL_INFO,
             &(LogEvent){ .event = event, .client = peer_server_client_get_id (client), .address = peer_server_client_get_address (client) },
             message);
}

static void
connection_cb (PeerServer *server,
               PeerServerClient *client,
               gpointer user_data)
{
  printf ("Client connected: %s\n", peer_server_client_get_id (client));
  log_client ("client-connected", "Client connected", client);
}

static void
disconnect_cb (PeerServer *server,
               PeerServerClient *client,
               gpointer user_data)
{
  printf ("Client disconnected: %s\n", peer_server_client_get_id (client));
  log_client ("client-disconnected", "Client disconnected", client);
}

static void
message_cb (PeerServer *server,
            PeerServerClient *client,
            const char *type,
            const char *dst,
            gpointer user_data)
{
  log_event (G_LOG_LEVEL_DEBUG,
             &(LogEvent){ .event = "message",
                          .client = peer_server_client_get_id (client),
                          .address = peer_server_client_get_address (client),
                          .destination = dst,
                          .type = type },
             "Message arrived");
}

static void
error_cb (PeerServer *server,
          GError *error,
          gpointer user_data)
{
  log_event (G_LOG_LEVEL_WARNING, &(LogEvent){ .event = "client-error", .reason = error->message }, "A client made an error");
}

static void
print_close_cb (PeerServer *server,
                gpointer user_data)
{
  printf ("Http server closed.\n");
}

static void
close_cb (PeerServer *server,
          gpointer user_data)
{
  log_event (G_LOG_LEVEL_MESSAGE, &(LogEvent){ .event = "closed" }, "Closed");
}

void
events_follow (PeerServer *server,
               gboolean is_worker)
{
  if (!is_worker)
    {
      g_signal_connect (server, "open", G_CALLBACK (print_open_cb), NULL);
      g_signal_connect (server, "close", G_CALLBACK (print_close_cb), NULL);
    }
  g_signal_connect (server, "open", G_CALLBACK (open_cb), NULL);
  g_signal_connect (server, "connection", G_CALLBACK (connection_cb), NULL);
  g_signal_connect (server, "disconnect", G_CALLBACK (disconnect_cb), NULL);
  g_signal_connect (server, "error", G_CALLBACK (error_cb), NULL);
  g_signal_connect (server, "close", G_CALLBACK (close_cb), NULL);
  events_update (server);
}

void
events_update (PeerServer *server)
{
  g_signal_handlers_disconnect_by_func (server, message_cb, NULL);

  /* It costs something for each message. */
  if (log_is_enabled (G_LOG_LEVEL_DEBUG))
    g_signal_connect (server, "message", G_CALLBACK (message_cb), NULL);
}
