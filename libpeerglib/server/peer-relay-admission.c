/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-internal-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

/* The texts are PeerJS's, as far as it has any. */
#define ERROR_PARAMETERS "No id, token, or key supplied to websocket server"
#define ERROR_KEY "Invalid key provided"
#define ERROR_ID "Invalid id or token provided"
#define ERROR_FULL "Server has reached its concurrent user limit"
#define ERROR_ADDRESS "Too many connections from this address"
#define ERROR_REFUSED "Not authorized"

static void
socket_active (PeerRelaySocket *socket)
{
  PeerRelay *self = socket->relay;

  peer_timeout_queue_arm (self->alive_timeouts, &socket->alive_timeout, socket);
}

static void
socket_closed (PeerRelaySocket *socket)
{
  PeerRelay *self = socket->relay;

  if (socket->client != NULL)
    peer_relay_drop_client (self, socket->client, 0, NULL);
  else
    peer_relay_close_socket (self, socket, 0, NULL);
}

static void
socket_violated (PeerRelaySocket *socket,
                 PeerPollViolation violation)
{
  g_autoptr (PeerRelay) self = g_object_ref (socket->relay);
  g_autofree char *address = g_strdup (socket->address);
  g_autoptr (GError) error = NULL;
  gushort code = SOUP_WEBSOCKET_CLOSE_PROTOCOL_ERROR;

  self->stats.n_violations++;
  switch (violation)
    {
    case PEER_POLL_VIOLATION_TOO_BIG:
      error = g_error_new (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("%s: message is too big"), address);
      code = SOUP_WEBSOCKET_CLOSE_TOO_BIG;
      break;
    case PEER_POLL_VIOLATION_SLOW:
      error = g_error_new (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("%s: reads too slowly"), address);
      self->stats.n_slow++;
      code = SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION;
      break;
    case PEER_POLL_VIOLATION_INVALID:
    default:
      error = g_error_new (PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("%s: invalid WebSocket frame"), address);
      break;
    }

  if (socket->client != NULL)
    peer_relay_drop_client (self, socket->client, code, NULL);
  else
    peer_relay_close_socket (self, socket, code, NULL);
  peer_relay_tell_failed (self, error);
}

static const PeerRelaySocketFuncs socket_funcs = {
  .active = socket_active,
  .message = peer_relay_handle_message,
  .closed = socket_closed,
  .violated = socket_violated,
};

static gboolean
is_acceptable_id (PeerRelay *self,
                  const char *id)
{
  if (self->config.max_id_length > 0 && strlen (id) > self->config.max_id_length)
    return FALSE;

  for (const char *p = id; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;

  return g_utf8_validate (id, -1, NULL);
}

static PeerRelaySocket *
peer_relay_add_socket (PeerRelay *self,
                       GIOStream *stream,
                       GSocket *socket,
                       const PeerRelayRequest *request)
{
  PeerRelaySocket *added = peer_relay_socket_new (self->hub, stream, socket, &socket_funcs, self);

  if (added == NULL)
    return NULL;

  added->address = g_strdup (request->address);
  peer_relay_count_socket (self, added, 1);
  added->link.data = added;
  g_queue_push_tail_link (&self->sockets, &added->link);
  peer_timeout_queue_arm (self->alive_timeouts, &added->alive_timeout, added);

  return added;
}

static void
peer_relay_attach_socket (PeerRelay *self,
                          PeerRelayClient *client,
                          PeerRelaySocket *socket)
{
  g_autoptr (PeerRelay) kept = g_object_ref (self);
  g_autoptr (PeerRelayClient) attached = peer_relay_client_ref (client);
  g_autoptr (GPtrArray) waiting = NULL;

  if (client->socket != NULL)
    {
      PeerRelaySocket *old = g_steal_pointer (&client->socket);

      old->client = NULL;
      peer_relay_close_socket (self, old, SOUP_WEBSOCKET_CLOSE_NORMAL, "Replaced by a newer connection");
    }
  else
    peer_relay_client_ref (client); /* held as long as there is a socket */

  client->socket = socket;
  socket->client = client;
  g_free (client->address);
  client->address = g_strdup (socket->address);

  peer_relay_client_notify (client, "OPEN", NULL, NULL);
  waiting = peer_message_store_take (self->store, client->id);
  for (guint i = 0; waiting != NULL && i < waiting->len; i++)
    if (peer_relay_client_send (client, g_ptr_array_index (waiting, i)))
      self->stats.n_relayed++;

  if (client->socket == socket)
    peer_relay_tell_connected (self, client);
}

/* Returns whether the socket may go on; otherwise it was told why not. */
static gboolean
peer_relay_check (PeerRelay *self,
                  PeerRelaySocket *socket,
                  const PeerRelayRequest *request)
{
  g_autofree char *reason = NULL;
  const char *error = NULL;

  if (request->id == NULL || *request->id == '\0' || request->token == NULL || *request->token == '\0' ||
      request->key == NULL || *request->key == '\0')
    error = ERROR_PARAMETERS;
  else if (g_strcmp0 (request->key, self->config.key) != 0)
    error = ERROR_KEY;
  else if (!is_acceptable_id (self, request->id) || !is_acceptable_id (self, request->token))
    error = ERROR_ID;
  else if (self->config.clients_per_address > 0 &&
           peer_relay_count_socket (self, socket, 0) > self->config.clients_per_address)
    error = ERROR_ADDRESS;
  else if ((error = peer_relay_check_token (self, request)) == NULL && !peer_relay_ask (self, request, &reason))
    error = reason != NULL ? reason : ERROR_REFUSED;

  /* The application may have stopped everything. */
  if (socket->relay == NULL)
    return FALSE;
  if (error == NULL)
    return TRUE;

  peer_relay_refuse (self, socket, "ERROR", error);

  return FALSE;
}

void
peer_relay_accept (PeerRelay *self,
                   GIOStream *stream,
                   GSocket *gsocket,
                   const PeerRelayRequest *request)
{
  g_autoptr (PeerRelay) kept = g_object_ref (self);
  PeerRelaySocket *added = self->is_stopped ? NULL : peer_relay_add_socket (self, stream, gsocket, request);
  g_autoptr (PeerRelaySocket) socket = NULL;
  PeerRelayClient *client;

  if (added == NULL)
    return;

  socket = peer_relay_socket_ref (added);
  if (!peer_relay_check (self, socket, request))
    return;

  client = g_hash_table_lookup (self->clients, request->id);
  if (client != NULL && !peer_relay_client_is_owned_by (client, peer_relay_get_owner (self, request)))
    {
      peer_relay_refuse (self, socket, "ID-TAKEN", "ID is taken");
      return;
    }

  self->stats.n_connections++;
  if (client != NULL)
    {
      peer_relay_client_set_token (client, request->token);
      peer_relay_attach_socket (self, client, socket);
    }
  else if (self->config.concurrent_limit > 0 &&
           g_hash_table_size (self->clients) >= self->config.concurrent_limit)
    peer_relay_refuse (self, socket, "ERROR", ERROR_FULL);
  else
    {
      g_autoptr (PeerRelayClient) newcomer = peer_relay_client_new (self, request->id, request->token);

      peer_relay_register (self, newcomer);
      peer_relay_attach_socket (self, newcomer, socket);
      peer_relay_tell_changed (self);
    }
}
