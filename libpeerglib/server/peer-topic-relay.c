/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-topic-relay-internal-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <libsoup/soup.h>

#include "peer-address-private.h"
#include "protocol/peer-topic-frame-private.h"

/* Who is there: sockets, and how they become clients. */

static PeerTopicRelay *
peer_topic_relay_ref (PeerTopicRelay *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

static void
peer_topic_relay_unref (PeerTopicRelay *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->clients.length == 0);
  g_assert (g_hash_table_size (self->topics) == 0);

  g_hash_table_unref (self->sockets_per_network);
  g_hash_table_unref (self->topics);
  peer_timeout_queue_free (self->alive_timeouts);
  peer_timeout_queue_free (self->auth_timeouts);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTopicRelay, peer_topic_relay_unref)

static void
peer_topic_relay_tell_failed (PeerTopicRelay *self,
                              const GError *error)
{
  if (self->events != NULL)
    self->events->failed (error, self->events_data);
}

static guint
peer_topic_relay_count (PeerTopicRelay *self,
                        const char *network,
                        int change)
{
  guint n_sockets = GPOINTER_TO_UINT (g_hash_table_lookup (self->sockets_per_network, network)) + change;

  if (n_sockets == 0)
    g_hash_table_remove (self->sockets_per_network, network);
  else
    g_hash_table_insert (self->sockets_per_network, g_strdup (network), GUINT_TO_POINTER (n_sockets));

  return n_sockets;
}

PeerTopicClient *
peer_topic_client_ref (PeerTopicClient *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_topic_client_unref (PeerTopicClient *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->socket == NULL);

  g_hash_table_unref (self->topics);
  g_free (self->network);
  g_free (self->id);
  g_free (self);
}

static void
peer_topic_client_drop (PeerTopicClient *self,
                        gushort code)
{
  PeerTopicRelay *relay = g_steal_pointer (&self->relay);
  g_autoptr (PeerRelaySocket) socket = g_steal_pointer (&self->socket);

  if (relay == NULL)
    return;

  self->relay = relay;
  peer_topic_client_leave_all (self);
  self->relay = NULL;

  peer_relay_socket_close (socket, code, NULL);
  peer_timeout_queue_cancel (relay->alive_timeouts, &socket->alive_timeout);
  peer_timeout_queue_cancel (relay->auth_timeouts, &self->auth_timeout);
  socket->relay = NULL;
  socket->client = NULL;
  peer_topic_relay_count (relay, self->network, -1);
  if (self->is_open)
    relay->n_open--;
  g_queue_unlink (&relay->clients, &self->link);
  peer_topic_client_unref (self);
}

/* To drop those that read too slowly changes who is subscribed, and makes more
 * to be sent: it is done when what was going on is over. */
static void
peer_topic_relay_settle (PeerTopicRelay *self)
{
  PeerTopicClient *client;

  while ((client = g_queue_pop_head (&self->slow)) != NULL)
    {
      g_autoptr (PeerTopicClient) slow = client;
      g_autoptr (GError) error = NULL;
      gushort code;

      if (slow->relay == NULL)
        continue;

      error = peer_relay_violation_to_error (PEER_RELAY_VIOLATION_SLOW, slow->socket->address, &code);
      peer_topic_client_drop (slow, code);
      peer_topic_relay_tell_failed (self, error);
    }
}

void
peer_topic_client_send (PeerTopicClient *self,
                        const GString *text)
{
  if (self->relay == NULL || self->is_slow || peer_relay_socket_send (self->socket, text->str, text->len))
    return;

  self->is_slow = TRUE;
  g_queue_push_tail (&self->relay->slow, peer_topic_client_ref (self));
}

void
peer_topic_client_send_error (PeerTopicClient *self,
                              const GError *error,
                              char **topic)
{
  g_autoptr (GError) told = g_error_copy (error);
  g_autoptr (GString) text = g_string_new (NULL);

  peer_topic_frame_append_error (text, error, (const char *const *) topic);
  peer_topic_client_send (self, text);

  g_prefix_error (&told, "%s: ", self->socket->address);
  peer_topic_relay_tell_failed (self->relay, told);
}

static void
peer_topic_client_refuse (PeerTopicClient *self,
                          const GError *error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  peer_topic_frame_append_error (text, error, NULL);
  peer_topic_client_send (self, text);
  peer_topic_client_drop (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
}

static void
peer_topic_client_open (PeerTopicClient *self)
{
  PeerTopicFrame frame = { PEER_TOPIC_FRAME_OPEN, .id = self->id };
  g_autoptr (GString) text = g_string_new (NULL);

  self->is_open = TRUE;
  self->relay->n_open++;
  peer_topic_frame_append (&frame, text);
  peer_topic_client_send (self, text);
  peer_poll_stream_resume (self->socket->stream);
}

static void
peer_topic_client_finish (PeerTopicClient *self,
                          gboolean is_accepted,
                          const GError *reason)
{
  g_autoptr (PeerTopicRelay) relay = NULL;
  g_autoptr (PeerTopicClient) kept = peer_topic_client_ref (self);
  g_autoptr (GError) error = NULL;

  if (self->relay == NULL || self->is_open)
    return;

  relay = peer_topic_relay_ref (self->relay);
  peer_timeout_queue_cancel (relay->auth_timeouts, &self->auth_timeout);
  if (!is_accepted)
    error = reason != NULL ? g_error_copy (reason) : g_error_new_literal (PEER_ERROR, PEER_ERROR_REFUSED, _ ("Not authorized"));
  else if (relay->config.concurrent_limit > 0 && relay->n_open >= relay->config.concurrent_limit)
    error = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("The server is full"));

  if (error != NULL)
    peer_topic_client_refuse (self, error);
  else
    peer_topic_client_open (self);
  peer_topic_relay_settle (relay);
}

void
peer_topic_client_decide (PeerTopicClient *self,
                          gboolean is_accepted,
                          const char *reason)
{
  g_autoptr (GError) error = NULL;

  if (reason != NULL)
    error = g_error_new_literal (PEER_ERROR, PEER_ERROR_REFUSED, reason);
  peer_topic_client_finish (self, is_accepted, error);
}

static void
auth_expired (gpointer item,
              gpointer user_data)
{
  peer_topic_client_decide (item, FALSE, _ ("Authorization took too long"));
}

static void
peer_topic_client_authenticate (PeerTopicClient *self,
                                const PeerRelayRequest *request)
{
  PeerTopicRelay *relay = self->relay;
  g_autoptr (GError) error = NULL;

  switch (relay->events->authenticate (request, self, &error, relay->events_data))
    {
    case PEER_RELAY_ACCEPTED:
      peer_topic_client_finish (self, TRUE, NULL);
      break;
    case PEER_RELAY_REFUSED:
      peer_topic_client_finish (self, FALSE, error);
      break;
    case PEER_RELAY_UNDECIDED:
    default:
      if (self->relay != NULL && !self->is_open)
        peer_timeout_queue_arm (relay->auth_timeouts, &self->auth_timeout, self);
      break;
    }
}

static void
socket_active (PeerRelaySocket *socket)
{
  PeerTopicRelay *self = socket->relay;

  peer_timeout_queue_arm (self->alive_timeouts, &socket->alive_timeout, socket);
}

static void
socket_message (PeerRelaySocket *socket,
                const char *text,
                gsize length)
{
  g_autoptr (PeerTopicRelay) self = peer_topic_relay_ref (socket->relay);
  g_autoptr (PeerTopicClient) client = peer_topic_client_ref (socket->client);

  peer_topic_client_handle (client, text, length);
  peer_topic_relay_settle (self);
}

static void
socket_drop (PeerRelaySocket *socket,
             gushort code)
{
  g_autoptr (PeerTopicRelay) self = peer_topic_relay_ref (socket->relay);

  peer_topic_client_drop (socket->client, code);
  peer_topic_relay_settle (self);
}

static void
socket_closed (PeerRelaySocket *socket)
{
  socket_drop (socket, 0);
}

static void
socket_violated (PeerRelaySocket *socket,
                 PeerRelayViolation violation)
{
  g_autoptr (PeerTopicRelay) self = peer_topic_relay_ref (socket->relay);
  gushort code;
  g_autoptr (GError) error = peer_relay_violation_to_error (violation, socket->address, &code);

  socket_drop (socket, code);
  peer_topic_relay_tell_failed (self, error);
}

static const PeerRelaySocketFuncs socket_funcs = {
  .active = socket_active,
  .message = socket_message,
  .closed = socket_closed,
  .violated = socket_violated,
};

static void
alive_expired (gpointer item,
               gpointer user_data)
{
  socket_drop (item, 0);
}

static PeerTopicClient *
peer_topic_client_new (PeerTopicRelay *relay,
                       PeerPollStream *stream,
                       const char *address)
{
  PeerTopicClient *self = g_new0 (PeerTopicClient, 1);

  g_ref_count_init (&self->ref_count);
  self->relay = relay;
  self->id = g_uuid_string_random ();
  self->network = peer_address_get_network (address);
  self->topics = g_hash_table_new (NULL, NULL);
  self->socket = peer_relay_socket_new (stream, &socket_funcs, &relay->config.socket, relay);
  self->socket->address = g_strdup (address);
  self->socket->client = self;
  self->link.data = self;
  g_queue_push_tail_link (&relay->clients, &self->link);
  peer_timeout_queue_arm (relay->alive_timeouts, &self->socket->alive_timeout, self->socket);

  return self;
}

void
peer_topic_relay_accept (PeerTopicRelay *self,
                         PeerPollStream *stream,
                         const PeerRelayRequest *request)
{
  g_autoptr (PeerTopicRelay) kept = peer_topic_relay_ref (self);
  g_autoptr (PeerTopicClient) client = peer_topic_client_ref (peer_topic_client_new (self, stream, request->address));
  guint limit = self->config.clients_per_address;

  /* What comes before the decision waits in the socket. */
  peer_poll_stream_hold (stream);
  if (peer_topic_relay_count (self, client->network, 1) > limit && limit > 0)
    {
      g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("Too many connections from this address"));

      peer_topic_client_refuse (client, error);
      peer_topic_relay_settle (self);
      return;
    }

  peer_topic_client_authenticate (client, request);
}

PeerTopicRelay *
peer_topic_relay_new (PeerPollHub *hub,
                      const PeerTopicRelayEvents *events,
                      gpointer user_data)
{
  PeerTopicRelay *self = g_new0 (PeerTopicRelay, 1);
  GMainContext *context = peer_poll_hub_get_context (hub);

  g_ref_count_init (&self->ref_count);
  self->events = events;
  self->events_data = user_data;
  self->sockets_per_network = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->topics = g_hash_table_new (g_str_hash, g_str_equal);
  self->alive_timeouts = peer_timeout_queue_new (context, "[libpeerglib] alive", alive_expired, self);
  self->auth_timeouts = peer_timeout_queue_new (context, "[libpeerglib] authentication", auth_expired, self);

  return self;
}

PeerTopicRelayConfig *
peer_topic_relay_get_config (PeerTopicRelay *self)
{
  return &self->config;
}

void
peer_topic_relay_configure (PeerTopicRelay *self)
{
  peer_timeout_queue_set_interval (self->alive_timeouts, self->config.alive_timeout);
  peer_timeout_queue_set_interval (self->auth_timeouts, self->config.auth_timeout);
}

void
peer_topic_relay_stop (PeerTopicRelay *self)
{
  GList *link;

  self->events = NULL;
  while ((link = self->clients.head) != NULL)
    peer_topic_client_drop (link->data, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  peer_topic_relay_settle (self);
  peer_topic_relay_unref (self);
}
