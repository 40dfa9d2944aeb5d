/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "protocol/peer-error-nick-private.h"
#include "server/peer-address-private.h"

/* The WebSockets. One is in no room, on its way into one, or a session's. */

#define DEFAULT_PATH "/webrtc"

/* How often a silent one is asked whether it is there, before it is given up. */
#define PINGS_PER_TIMEOUT 3

/* Milliseconds. A message to many goes out before one of them is closed. */
#define END_DELAY 1

PeerManagerClient *
peer_manager_client_ref (PeerManagerClient *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_manager_client_unref (PeerManagerClient *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->manager == NULL);

  peer_relay_socket_unref (self->socket);
  g_free (self);
}

void
peer_manager_client_send (PeerManagerClient *self,
                          const char *text)
{
  if (self->manager == NULL || self->is_slow || peer_relay_socket_send (self->socket, text, strlen (text)))
    return;

  self->is_slow = TRUE;
  peer_timeout_queue_arm (self->manager->ends, &self->end_timeout, self);
}

void
peer_manager_client_send_error (PeerManagerClient *self,
                                const GError *error,
                                const PeerManagerMessage *about)
{
  PeerManagerMessage message = {
    .type = PEER_MANAGER_MESSAGE_ERROR,
    .code = (char *) peer_error_get_nick (error),
    .text = error->message,
  };
  g_autofree char *text = NULL;

  if (about != NULL)
    {
      message.room_id = about->room_id;
      message.session_id = about->session_id;
      message.peer_id = about->target_id;
    }
  text = peer_manager_message_print (&message, NULL);
  peer_manager_client_send (self, text);
}

static void
emit_error (PeerSignalingManager *self,
            const GError *error)
{
  g_signal_emit (self, peer_signaling_manager_signals[MANAGER_ERROR], 0, error);
}

static void
count_client (PeerSignalingManager *self,
              const char *address,
              int change)
{
  g_autofree char *network = peer_address_get_network (address);
  guint n_clients = GPOINTER_TO_UINT (g_hash_table_lookup (self->clients_per_network, network)) + change;

  if (n_clients == 0)
    g_hash_table_remove (self->clients_per_network, network);
  else
    g_hash_table_insert (self->clients_per_network, g_steal_pointer (&network), GUINT_TO_POINTER (n_clients));
}

void
peer_manager_client_close (PeerManagerClient *self,
                           gushort code,
                           const char *reason)
{
  PeerSignalingManager *manager = self->manager;

  if (manager == NULL)
    return;

  self->manager = NULL;
  peer_relay_socket_close (self->socket, code, reason);
  peer_timeout_queue_cancel (manager->silences, &self->socket->alive_timeout);
  peer_timeout_queue_cancel (manager->pings, &self->ping_timeout);
  peer_timeout_queue_cancel (manager->joins, &self->join_timeout);
  peer_timeout_queue_cancel (manager->ends, &self->end_timeout);
  g_queue_unlink (&manager->clients, &self->link);
  count_client (manager, self->socket->address, -1);

  peer_manager_client_cancel_admission (self);
  if (self->session != NULL)
    peer_signaling_manager_remove_session (manager, self->session, TRUE);
  peer_manager_client_unref (self);
}

void
peer_manager_client_set_session (PeerManagerClient *self,
                                 PeerSession *session)
{
  self->session = session;
  if (self->manager == NULL)
    return;

  if (session != NULL)
    peer_timeout_queue_cancel (self->manager->joins, &self->join_timeout);
  else
    peer_timeout_queue_arm (self->manager->joins, &self->join_timeout, self);
}

static void
silence_expired (gpointer item,
                 gpointer user_data)
{
  PeerRelaySocket *socket = item;
  PeerManagerClient *client = socket->client;

  g_debug ("%s was silent for too long", socket->address);
  peer_manager_client_close (client, 0, NULL);
}

static void
ping_expired (gpointer item,
              gpointer user_data)
{
  PeerManagerClient *client = item;

  peer_timeout_queue_arm (client->manager->pings, &client->ping_timeout, client);
  peer_relay_socket_ping (client->socket);
}

static void
join_expired (gpointer item,
              gpointer user_data)
{
  PeerManagerClient *client = item;

  g_debug ("%s was in no room for too long", client->socket->address);
  peer_manager_client_close (client, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, NULL);
}

static void
end_expired (gpointer item,
             gpointer user_data)
{
  g_autoptr (PeerSignalingManager) self = g_object_ref (user_data);
  PeerManagerClient *client = item;
  gushort code;
  g_autoptr (GError) error = peer_relay_violation_to_error (PEER_RELAY_VIOLATION_SLOW, client->socket->address, &code);

  peer_manager_client_close (client, code, NULL);
  emit_error (self, error);
}

static void
socket_active (PeerRelaySocket *socket)
{
  PeerManagerClient *client = socket->client;

  peer_timeout_queue_arm (client->manager->silences, &socket->alive_timeout, socket);
  peer_timeout_queue_arm (client->manager->pings, &client->ping_timeout, client);
}

static void
socket_message (PeerRelaySocket *socket,
                const char *text,
                gsize length)
{
  g_autoptr (PeerManagerClient) client = peer_manager_client_ref (socket->client);

  peer_manager_client_handle (client, text, length);
}

static void
socket_closed (PeerRelaySocket *socket)
{
  peer_manager_client_close (socket->client, 0, NULL);
}

static void
socket_violated (PeerRelaySocket *socket,
                 PeerRelayViolation violation)
{
  PeerManagerClient *client = socket->client;
  g_autoptr (PeerSignalingManager) self = g_object_ref (client->manager);
  gushort code;
  g_autoptr (GError) error = peer_relay_violation_to_error (violation, socket->address, &code);

  peer_manager_client_close (client, code, NULL);
  emit_error (self, error);
}

static const PeerRelaySocketFuncs socket_funcs = {
  .active = socket_active,
  .message = socket_message,
  .closed = socket_closed,
  .violated = socket_violated,
};

/* NULL if it may stay, otherwise what to say. */
static GError *
check_client (PeerSignalingManager *self,
              const char *address)
{
  g_autofree char *network = peer_address_get_network (address);
  guint n_clients = GPOINTER_TO_UINT (g_hash_table_lookup (self->clients_per_network, network));
  guint max_clients = self->numbers[PROP_MAX_SESSIONS];
  guint max_per_address = self->numbers[PROP_SESSIONS_PER_ADDRESS];

  if (max_clients > 0 && self->clients.length > max_clients)
    return g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("There are too many sessions"));
  if (max_per_address > 0 && n_clients > max_per_address)
    return g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("There are too many sessions from this address"));

  return NULL;
}

static void
opened (PeerPollStream *stream,
        const PeerWebsocketRequest *request,
        gpointer user_data)
{
  g_autoptr (PeerSignalingManager) self = g_object_ref (user_data);
  PeerManagerClient *client = g_new0 (PeerManagerClient, 1);
  g_autoptr (GError) error = NULL;

  g_ref_count_init (&client->ref_count);
  client->manager = self;
  client->link.data = client;
  client->socket = peer_relay_socket_new (stream, &socket_funcs, &self->limits, self);
  client->socket->client = client;
  client->socket->address = g_strdup (request->address);
  g_queue_push_tail_link (&self->clients, &client->link);
  count_client (self, request->address, 1);
  peer_timeout_queue_arm (self->joins, &client->join_timeout, client);
  socket_active (client->socket);

  error = check_client (self, request->address);
  if (error != NULL)
    {
      peer_manager_client_send_error (client, error, NULL);
      peer_manager_client_close (client, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, NULL);
      emit_error (self, error);
    }
}

void
peer_signaling_manager_configure_sockets (PeerSignalingManager *self)
{
  guint timeout = self->numbers[PROP_SESSION_TIMEOUT];

  self->limits.max_message_size = self->numbers[PROP_MAX_MESSAGE_SIZE];
  self->limits.frames_per_second = self->numbers[PROP_MESSAGES_PER_SECOND];
  self->limits.frame_burst = self->numbers[PROP_MESSAGE_BURST];
  self->limits.max_pending_output = self->numbers[PROP_SEND_BUFFER_SIZE];
  if (self->hub == NULL)
    return;

  peer_poll_hub_set_max_pending (self->hub, self->limits.max_pending_output);
  peer_timeout_queue_set_interval (self->silences, timeout);
  peer_timeout_queue_set_interval (self->pings, timeout > 0 ? MAX (timeout / PINGS_PER_TIMEOUT, 1) : 0);
  peer_timeout_queue_set_interval (self->joins, self->numbers[PROP_JOIN_TIMEOUT]);
  peer_timeout_queue_set_interval (self->ends, END_DELAY);
  for (guint i = 0; i < self->endpoints->len; i++)
    peer_websocket_endpoint_configure (g_ptr_array_index (self->endpoints, i), (const char *const *) self->allowed_origins, self->proxied);
}

static gboolean
ensure_hub (PeerSignalingManager *self,
            GError **error)
{
  if (self->hub != NULL)
    return TRUE;

  self->hub = peer_poll_hub_new (self->context, error);
  if (self->hub == NULL)
    return FALSE;

  self->silences = peer_timeout_queue_new (self->context, "[libpeerglib] session timeout", silence_expired, self);
  self->pings = peer_timeout_queue_new (self->context, "[libpeerglib] session ping", ping_expired, self);
  self->joins = peer_timeout_queue_new (self->context, "[libpeerglib] join timeout", join_expired, self);
  self->ends = peer_timeout_queue_new (self->context, "[libpeerglib] slow session", end_expired, self);

  return TRUE;
}

/* Stopped, or never attached. */
void
peer_signaling_manager_close_sockets (PeerSignalingManager *self)
{
  g_ptr_array_set_size (self->endpoints, 0);
  while (self->clients.head != NULL)
    peer_manager_client_close (self->clients.head->data, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
}

static PeerWebsocketEndpoint *
find_endpoint (PeerSignalingManager *self,
               SoupServer *server,
               const char *path)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      PeerWebsocketEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      if (peer_websocket_endpoint_get_server (endpoint) == server &&
          strcmp (peer_websocket_endpoint_get_path (endpoint), path) == 0)
        return endpoint;
    }

  return NULL;
}

/**
 * peer_signaling_manager_attach:
 * @self: a signaling manager
 * @server: a server of the application, on the same main context, or what
 *   [property@Peer.Server:soup-server] is
 * @path: (nullable): where clients connect to, beginning with a slash, or
 *   %NULL for `/webrtc`
 * @error: return location for an error
 *
 * Takes WebSockets at a path of a server of libsoup. Who connects there joins
 * rooms by itself: the manager answers all messages, tells the others who joins
 * and who leaves, and takes a session out of its room when its WebSocket closes.
 *
 * A manager may be attached to several paths and servers. What a server has at
 * that path already is replaced.
 *
 * Fails with %PEER_ERROR_SERVER_ERROR when the path is not absolute, and when
 * the system is out of file descriptors.
 *
 * Returns: %TRUE if it is attached
 */
gboolean
peer_signaling_manager_attach (PeerSignalingManager *self,
                               SoupServer *server,
                               const char *path,
                               GError **error)
{
  PeerWebsocketEndpoint *old;

  g_return_val_if_fail (PEER_IS_SIGNALING_MANAGER (self), FALSE);
  g_return_val_if_fail (SOUP_IS_SERVER (server), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (path == NULL)
    path = DEFAULT_PATH;
  if (*path != '/')
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR, _ ("The path “%s” does not begin with a slash"), path);
      return FALSE;
    }
  if (!ensure_hub (self, error))
    return FALSE;

  old = find_endpoint (self, server, path);
  if (old != NULL)
    g_ptr_array_remove (self->endpoints, old);
  g_ptr_array_add (self->endpoints, peer_websocket_endpoint_new (self->hub, server, path, opened, self));
  peer_signaling_manager_configure_sockets (self);

  return TRUE;
}
