/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "rooms.h"

#include "broker.h"
#include "log.h"
#include "settings.h"

struct _Rooms
{
  PeerServer *server;
  PeerSignalingManager *manager;
};

/* What both have. */
static const struct
{
  const char *option;
  const char *property;
} shared_options[] = {
  { "alive-timeout", "session-timeout" },
  { "concurrent-limit", "max-sessions" },
  { "clients-per-address", "sessions-per-address" },
  { "max-message-size", "max-message-size" },
  { "messages-per-second", "messages-per-second" },
  { "message-burst", "message-burst" },
  { "send-buffer-size", "send-buffer-size" },
  { "max-id-length", "max-id-length" },
  { "max-depth", "max-depth" },
  { "proxied", "proxied" },
  { "allowed-origin", "allowed-origins" },
};

static void
log_session (const char *event,
             const char *message,
             PeerSession *session)
{
  log_event (G_LOG_LEVEL_INFO,
             &(LogEvent){ .event = event, .client = peer_session_get_id (session), .address = peer_session_get_address (session) },
             message);
}

static void
joined_cb (PeerSignalingManager *manager,
           const char *room,
           PeerSession *session,
           gpointer user_data)
{
  log_session ("session-joined", "Joined a room", session);
}

static void
left_cb (PeerSignalingManager *manager,
         const char *room,
         PeerSession *session,
         gpointer user_data)
{
  log_session ("session-left", "Left a room", session);
}

static void
error_cb (PeerSignalingManager *manager,
          GError *error,
          gpointer user_data)
{
  log_event (G_LOG_LEVEL_WARNING, &(LogEvent){ .event = "session-error", .reason = error->message }, "A session made an error");
}

/* With secrets the credentials are the token that a client of the server has. */
static gboolean
authorize_cb (PeerSignalingManager *manager,
              PeerJoinRequest *request,
              gpointer user_data)
{
  Rooms *self = user_data;
  GVariant *credentials = peer_join_request_get_credentials (request);
  const char *token = NULL;

  if (credentials != NULL && g_variant_is_of_type (credentials, G_VARIANT_TYPE_STRING))
    token = g_variant_get_string (credentials, NULL);
  if (peer_server_check_token (self->server, peer_join_request_get_peer_id (request), token))
    peer_join_request_accept (request);
  else
    peer_join_request_refuse (request, "Invalid token provided");

  return TRUE;
}

Rooms *
rooms_new (Options *options,
           PeerServer *server,
           GError **error)
{
  const char *key = options_get_text (options, "key");
  g_autofree char *rooms_key = g_strconcat (key != NULL ? key : "peerjs", ":rooms", NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (PeerBroker) broker = broker_new (options, &local_error);
  Rooms *self;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  self = g_new0 (Rooms, 1);
  self->server = g_object_ref (server);
  self->manager = g_object_new (PEER_TYPE_SIGNALING_MANAGER, "broker", broker, "key", rooms_key, NULL);
  g_signal_connect (self->manager, "session-joined", G_CALLBACK (joined_cb), NULL);
  g_signal_connect (self->manager, "session-left", G_CALLBACK (left_cb), NULL);
  g_signal_connect (self->manager, "error", G_CALLBACK (error_cb), NULL);
  g_signal_connect (self->manager, "authorize", G_CALLBACK (authorize_cb), self);
  rooms_configure (self, options);

  return self;
}

void
rooms_free (Rooms *self)
{
  g_signal_handlers_disconnect_by_data (self->manager, self);
  g_object_unref (self->manager);
  g_object_unref (self->server);
  g_free (self);
}

PeerSignalingManager *
rooms_get_manager (Rooms *self)
{
  return self->manager;
}

gboolean
rooms_start (Rooms *self,
             GError **error)
{
  return peer_signaling_manager_attach (self->manager, peer_server_get_soup_server (self->server), NULL, error);
}

void
rooms_stop (Rooms *self)
{
  peer_signaling_manager_stop (self->manager);
}

void
rooms_configure (Rooms *self,
                 Options *options)
{
  for (guint i = 0; i < G_N_ELEMENTS (shared_options); i++)
    settings_set_property (options, G_OBJECT (self->manager), shared_options[i].property, shared_options[i].option);
}
