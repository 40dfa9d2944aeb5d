/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-internal-private.h"

#include "peer-source-private.h"

/* How long the last words of a relay may take when it stops. */
#define STOP_TIMEOUT 450

G_DEFINE_FINAL_TYPE (PeerRelay, peer_relay, G_TYPE_OBJECT)

PeerRelayDecision
peer_relay_ask (PeerRelay *self,
                PeerRelayAdmission *admission,
                const PeerRelayRequest *request,
                char **reason)
{
  PeerRelayDecision decision = PEER_RELAY_ACCEPTED;

  if (self->events != NULL)
    decision = self->events->authenticate (request, admission, reason, self->events_data);

  return decision;
}

void
peer_relay_tell_connected (PeerRelay *self,
                           PeerRelayClient *client)
{
  if (self->events != NULL)
    self->events->connected (client, self->events_data);
}

static void
peer_relay_tell_disconnected (PeerRelay *self,
                              PeerRelayClient *client)
{
  if (self->events != NULL)
    self->events->disconnected (client, self->events_data);
}

void
peer_relay_tell_message (PeerRelay *self,
                         PeerRelayClient *client,
                         const PeerEnvelope *envelope)
{
  if (self->events != NULL)
    self->events->message (client, envelope->type_name, envelope->dst, self->events_data);
}

void
peer_relay_tell_failed (PeerRelay *self,
                        const GError *error)
{
  if (self->events != NULL)
    self->events->failed (error, self->events_data);
}

void
peer_relay_tell_changed (PeerRelay *self)
{
  if (self->events != NULL)
    self->events->changed (self->events_data);
}

void
peer_relay_register (PeerRelay *self,
                     PeerRelayClient *client)
{
  client->is_registered = TRUE;
  g_hash_table_insert (self->clients, client->id, peer_relay_client_ref (client));
  g_queue_push_tail_link (&self->clients_in_order, &client->link);
}

void
peer_relay_unregister (PeerRelay *self,
                       PeerRelayClient *client)
{
  if (!client->is_registered)
    return;

  client->is_registered = FALSE;
  g_queue_unlink (&self->clients_in_order, &client->link);
  g_hash_table_remove (self->clients, client->id);
  peer_broker_release (self->broker, client->id);
  peer_relay_tell_changed (self);
}

void
peer_relay_drop_client (PeerRelay *self,
                        PeerRelayClient *client,
                        gushort code,
                        const char *reason)
{
  g_autoptr (PeerRelay) kept = g_object_ref (self);
  g_autoptr (PeerRelayClient) dropped = peer_relay_client_ref (client);
  PeerRelaySocket *socket = g_steal_pointer (&client->socket);

  if (socket == NULL)
    return;

  client->relay = NULL;
  peer_relay_close_socket (self, socket, code, reason);
  peer_relay_client_unref (client);

  peer_relay_unregister (self, client);
  peer_relay_tell_disconnected (self, client);
}

static void
alive_expired (gpointer item,
               gpointer user_data)
{
  PeerRelaySocket *socket = item;
  PeerRelay *self = PEER_RELAY (user_data);

  if (socket->client != NULL)
    peer_relay_drop_client (self, socket->client, 0, NULL);
  else
    peer_relay_close_socket (self, socket, 0, NULL);
}

static void
peer_relay_check_stopped (PeerRelay *self)
{
  if (self->stopped_source != NULL && self->is_broker_stopped && peer_poll_hub_get_n_streams (self->hub) == 0)
    g_source_set_ready_time (self->stopped_source, 0);
}

static void
hub_empty (gpointer user_data)
{
  peer_relay_check_stopped (PEER_RELAY (user_data));
}

static void
broker_stopped_cb (GObject *source,
                   GAsyncResult *result,
                   gpointer user_data)
{
  g_autoptr (PeerRelay) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!peer_broker_stop_finish (PEER_BROKER (source), result, &error))
    g_debug ("The broker has left something behind: %s", error->message);

  self->is_broker_stopped = TRUE;
  peer_relay_check_stopped (self);
}

static gboolean
stopped_cb (gpointer user_data)
{
  g_autoptr (PeerRelay) self = g_object_ref (user_data);

  /* What other servers still have to get is worth a moment more. */
  if (!self->is_broker_stopped && !self->is_stop_extended)
    {
      self->is_stop_extended = TRUE;
      return G_SOURCE_CONTINUE;
    }

  g_clear_pointer (&self->stopped_source, g_source_unref);
  if (self->events != NULL)
    self->events->stopped (self->events_data);

  return G_SOURCE_REMOVE;
}

static void
peer_relay_dispose (GObject *object)
{
  PeerRelay *self = PEER_RELAY (object);

  peer_relay_clear_events (self);
  peer_relay_stop (self);
  peer_source_clear (&self->stopped_source);

  G_OBJECT_CLASS (peer_relay_parent_class)->dispose (object);
}

static void
peer_relay_finalize (GObject *object)
{
  PeerRelay *self = PEER_RELAY (object);

  g_clear_pointer (&self->alive_timeouts, peer_timeout_queue_free);
  g_clear_pointer (&self->auth_timeouts, peer_timeout_queue_free);
  g_clear_object (&self->broker);
  g_clear_pointer (&self->claiming, g_hash_table_unref);
  g_clear_pointer (&self->clients, g_hash_table_unref);
  g_string_free (self->text, TRUE);
  g_clear_pointer (&self->sockets_per_network, g_hash_table_unref);
  g_clear_pointer (&self->config.key, g_free);
  g_clear_pointer (&self->config.extra_types, g_strfreev);
  g_clear_pointer (&self->config.auth_secrets, g_strfreev);
  g_clear_pointer (&self->context, g_main_context_unref);
  if (self->hub != NULL)
    peer_poll_hub_set_empty_func (self->hub, NULL, NULL);
  g_clear_object (&self->hub);

  G_OBJECT_CLASS (peer_relay_parent_class)->finalize (object);
}

static void
peer_relay_class_init (PeerRelayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = peer_relay_dispose;
  object_class->finalize = peer_relay_finalize;
}

static void
peer_relay_init (PeerRelay *self)
{
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) peer_relay_client_unref);
  self->sockets_per_network = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->claiming = g_hash_table_new (g_str_hash, g_str_equal);
  self->text = g_string_new (NULL);
}

PeerRelay *
peer_relay_new (GMainContext *context,
                const PeerRelayEvents *events,
                gpointer user_data,
                GError **error)
{
  g_autoptr (PeerRelay) self = g_object_new (PEER_TYPE_RELAY, NULL);

  self->hub = peer_poll_hub_new (context, error);
  if (self->hub == NULL)
    return NULL;

  self->context = g_main_context_ref (context);
  self->events = events;
  self->events_data = user_data;
  self->alive_timeouts = peer_timeout_queue_new (context, "[libpeerglib] alive", alive_expired, self);
  self->auth_timeouts = peer_timeout_queue_new (context, "[libpeerglib] authentication", peer_relay_admission_expired, self);
  peer_poll_hub_set_empty_func (self->hub, hub_empty, self);

  return g_steal_pointer (&self);
}

PeerRelayConfig *
peer_relay_get_config (PeerRelay *self)
{
  return &self->config;
}

PeerRelaySocketLimits *
peer_relay_get_socket_limits (PeerRelay *self)
{
  return &self->socket_limits;
}

PeerPollHub *
peer_relay_get_hub (PeerRelay *self)
{
  return self->hub;
}

void
peer_relay_configure (PeerRelay *self)
{
  peer_timeout_queue_set_interval (self->alive_timeouts, self->config.alive_timeout);
  peer_poll_hub_set_max_pending (self->hub, self->socket_limits.max_pending_output);
  peer_timeout_queue_set_interval (self->auth_timeouts, self->config.auth_timeout);
}

void
peer_relay_count_handshake (PeerRelay *self)
{
  self->stats.n_violations++;
  self->stats.n_handshakes++;
}

const PeerRelayStats *
peer_relay_get_stats (PeerRelay *self)
{
  return &self->stats;
}

void
peer_relay_set_broker (PeerRelay *self,
                       PeerBroker *broker)
{
  self->broker = g_object_ref (broker);
  peer_relay_watch_broker (self);
}

PeerBroker *
peer_relay_get_broker (PeerRelay *self)
{
  return self->broker;
}

guint
peer_relay_get_n_sockets (PeerRelay *self)
{
  return self->sockets.length;
}

guint
peer_relay_get_n_clients (PeerRelay *self)
{
  return g_hash_table_size (self->clients);
}

PeerRelayClient *
peer_relay_get_client (PeerRelay *self,
                       const char *id)
{
  return g_hash_table_lookup (self->clients, id);
}

GPtrArray *
peer_relay_list_clients (PeerRelay *self)
{
  GPtrArray *clients = g_ptr_array_new_full (self->clients_in_order.length, (GDestroyNotify) peer_relay_client_unref);

  for (GList *link = self->clients_in_order.head; link != NULL; link = link->next)
    g_ptr_array_add (clients, peer_relay_client_ref (link->data));

  return clients;
}

void
peer_relay_stop (PeerRelay *self)
{
  g_autoptr (PeerRelay) kept = g_object_ref (self);

  if (self->is_stopped || self->hub == NULL)
    return;
  self->is_stopped = TRUE;

  peer_poll_hub_set_linger_timeout (self->hub, STOP_TIMEOUT);

  self->stopped_source = peer_source_new_timeout (self->context, STOP_TIMEOUT, "[libpeerglib] stop", stopped_cb, self);

  while (self->sockets.head != NULL)
    {
      PeerRelaySocket *socket = self->sockets.head->data;

      if (socket->client != NULL)
        peer_relay_drop_client (self, socket->client, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
      else
        peer_relay_close_socket (self, socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    }

  peer_broker_stop_async (self->broker, NULL, broker_stopped_cb, g_object_ref (self));
}

void
peer_relay_clear_events (PeerRelay *self)
{
  self->events = NULL;
}
