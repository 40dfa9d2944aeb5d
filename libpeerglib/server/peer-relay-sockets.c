/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-internal-private.h"

#include "peer-address-private.h"

/* What comes from the sockets, whether they are a client's or not yet. */

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
peer_relay_count_violation (PeerRelay *self,
                            PeerRelayViolation violation)
{
  self->stats.n_violations++;
  switch (violation)
    {
    case PEER_RELAY_VIOLATION_TOO_BIG:
      self->stats.n_too_big++;
      break;
    case PEER_RELAY_VIOLATION_SLOW:
      self->stats.n_slow++;
      break;
    case PEER_RELAY_VIOLATION_INVALID_TEXT:
    case PEER_RELAY_VIOLATION_INVALID:
    default:
      self->stats.n_invalid_frames++;
      break;
    }
}

static void
socket_violated (PeerRelaySocket *socket,
                 PeerRelayViolation violation)
{
  g_autoptr (PeerRelay) self = g_object_ref (socket->relay);
  gushort code;
  g_autoptr (GError) error = peer_relay_violation_to_error (violation, socket->address, &code);

  peer_relay_count_violation (self, violation);
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

PeerRelaySocket *
peer_relay_add_socket (PeerRelay *self,
                       PeerPollStream *stream,
                       const PeerRelayRequest *request)
{
  PeerRelaySocket *added = peer_relay_socket_new (stream, &socket_funcs, &self->socket_limits, self);

  added->address = g_strdup (request->address);
  peer_relay_count_socket (self, added, 1);
  added->link.data = added;
  g_queue_push_tail_link (&self->sockets, &added->link);
  peer_timeout_queue_arm (self->alive_timeouts, &added->alive_timeout, added);

  return added;
}

guint
peer_relay_count_socket (PeerRelay *self,
                         PeerRelaySocket *socket,
                         int change)
{
  g_autofree char *network = peer_address_get_network (socket->address);
  guint n_sockets = GPOINTER_TO_UINT (g_hash_table_lookup (self->sockets_per_network, network)) + change;

  if (n_sockets == 0)
    g_hash_table_remove (self->sockets_per_network, network);
  else if (change != 0)
    g_hash_table_insert (self->sockets_per_network, g_steal_pointer (&network), GUINT_TO_POINTER (n_sockets));

  return n_sockets;
}

static void
peer_relay_forget_socket (PeerRelay *self,
                          PeerRelaySocket *socket)
{
  peer_relay_count_socket (self, socket, -1);
  peer_timeout_queue_cancel (self->alive_timeouts, &socket->alive_timeout);
  g_queue_unlink (&self->sockets, &socket->link);
  if (socket->admission != NULL)
    peer_relay_admission_detach (socket->admission);
  socket->relay = NULL;
  socket->client = NULL;
  peer_relay_socket_unref (socket);
}

void
peer_relay_close_socket (PeerRelay *self,
                         PeerRelaySocket *socket,
                         gushort code,
                         const char *reason)
{
  if (socket->relay == NULL)
    return;

  peer_relay_socket_close (socket, code, reason);
  peer_relay_forget_socket (self, socket);
}

void
peer_relay_refuse (PeerRelay *self,
                   PeerRelaySocket *socket,
                   const char *type,
                   const char *text)
{
  g_autoptr (GBytes) notice = peer_relay_build_notice (type, text);

  self->stats.n_refused++;
  peer_relay_socket_send (socket, g_bytes_get_data (notice, NULL), g_bytes_get_size (notice));
  peer_relay_close_socket (self, socket, 0, NULL);
}
