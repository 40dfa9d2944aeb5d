/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-network-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-source-private.h"

/* Longer than a link is given for its answer. */
#define CHECK_INTERVAL (10 * G_TIME_SPAN_SECOND)

G_DEFINE_FINAL_TYPE (PeerHubNetwork, peer_hub_network, PEER_TYPE_ROOM_NETWORK)

enum
{
  SIGNAL_EMPTY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

PeerHubClient *
peer_hub_network_lookup (PeerHubNetwork *self,
                         const char *id)
{
  return g_hash_table_lookup (self->clients, id);
}

static PeerHubClient *
peer_hub_network_lookup_connection (PeerHubNetwork *self,
                                    gpointer connection)
{
  return peer_hub_network_lookup (self, peer_base_connection_get_peer_id (connection));
}

void
peer_hub_network_remove (PeerHubNetwork *self,
                         PeerHubClient *client,
                         const GError *error)
{
  g_autoptr (PeerHubNetwork) kept = g_object_ref (self);
  g_autoptr (PeerHubClient) kept_client = peer_hub_client_ref (client);
  const char *id = client->presence.id;
  gboolean was_member = client->is_member;
  gboolean was_host = was_member && g_ptr_array_index (self->members, 0) == client;

  if (peer_hub_network_lookup (self, id) != client)
    return;

  if (client->connection != NULL)
    g_signal_handlers_disconnect_by_data (client->connection, self);
  client->is_member = FALSE;
  g_ptr_array_remove (self->members, client);
  g_ptr_array_remove (self->doomed, client);
  g_hash_table_remove (self->clients, id);
  self->settings->n_peers--;
  peer_hub_client_end (client, error);

  if (peer_room_network_is_closed (PEER_ROOM_NETWORK (self)))
    return;

  if (was_member)
    {
      peer_hub_relay_left (self, id, was_host);
      peer_room_network_emit_member_left (PEER_ROOM_NETWORK (self), id);
    }
  if (g_hash_table_size (self->clients) == 0 && !self->is_replacing)
    g_signal_emit (self, signals[SIGNAL_EMPTY], 0);
}

static void
error_cb (PeerDataConnection *connection,
          const GError *error,
          PeerHubNetwork *self)
{
  PeerHubClient *client = peer_hub_network_lookup_connection (self, connection);

  /* What ends a link that was not open is the answer to the offer. */
  g_debug ("A client of the hub: %s", error->message);
  if (client != NULL && client->func != NULL)
    peer_hub_network_remove (self, client, error);
}

static gboolean
doomed_cb (gpointer user_data)
{
  g_autoptr (PeerHubNetwork) self = g_object_ref (user_data);
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The connection was closed"));

  peer_source_clear (&self->doom_source);
  while (self->doomed->len > 0)
    peer_hub_network_remove (self, g_ptr_array_index (self->doomed, self->doomed->len - 1), error);

  return G_SOURCE_REMOVE;
}

void
peer_hub_network_doom (PeerHubNetwork *self,
                       PeerHubClient *client)
{
  if (!g_ptr_array_find (self->doomed, client, NULL))
    g_ptr_array_add (self->doomed, client);
  if (self->doom_source == NULL)
    self->doom_source = peer_source_new_timeout (self->context, 0, "[libpeerglib] hub clients", doomed_cb, self);
}

/* May happen while it is sent to, in the midst of others. */
static void
close_cb (PeerDataConnection *connection,
          PeerHubNetwork *self)
{
  PeerHubClient *client = peer_hub_network_lookup_connection (self, connection);

  if (client != NULL)
    peer_hub_network_doom (self, client);
}

static void
data_cb (PeerDataConnection *connection,
         GVariant *value,
         PeerHubNetwork *self)
{
  PeerHubClient *client = peer_hub_network_lookup_connection (self, connection);
  g_autoptr (GError) error = NULL;

  if (client == NULL)
    return;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      peer_hub_relay_text (self, client, g_variant_get_string (value, NULL));
      return;
    }

  error = g_error_new_literal (PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("Frames have to be text"));
  peer_hub_relay_error (self, client, error);
}

static gboolean
gathered_late_cb (gpointer user_data)
{
  PeerHubClient *client = user_data;

  peer_hub_client_answer (client);

  return G_SOURCE_REMOVE;
}

static void
signal_cb (PeerHubNetwork *self,
           const char *id,
           const char *type,
           const PeerPayload *payload)
{
  PeerHubClient *client = peer_hub_network_lookup (self, id);

  if (client == NULL || client->func == NULL)
    return;

  peer_hub_client_add_signal (client, type, payload);
  if (client->answer != NULL && client->timer == NULL)
    client->timer = peer_source_new_timeout (self->context, self->settings->numbers[PROP_GATHER_TIMEOUT],
                                             "[libpeerglib] hub gathering", gathered_late_cb, client);
}

static void
gathered_cb (PeerHubNetwork *self,
             PeerDataConnection *connection)
{
  PeerHubClient *client = peer_hub_network_lookup_connection (self, connection);

  if (client != NULL)
    peer_hub_client_answer (client);
}

static void
peer_hub_network_accept (PeerHubNetwork *self,
                         PeerHubClient *client)
{
  PeerDataConnection *connection = peer_exchange_handle_offer (self->exchange, client->presence.id, &client->offer,
                                                               PEER_SERIALIZATION_NONE);

  if (connection == NULL)
    {
      g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                                                      _ ("Too many clients want to join at once"));

      peer_hub_network_remove (self, client, error);
      return;
    }

  peer_payload_clear (&client->offer);
  client->connection = g_object_ref (connection);
  g_signal_connect_object (connection, "data", G_CALLBACK (data_cb), self, 0);
  g_signal_connect_object (connection, "error", G_CALLBACK (error_cb), self, 0);
  g_signal_connect_object (connection, "close", G_CALLBACK (close_cb), self, 0);
}

static void
peer_hub_network_refuse (PeerHubNetwork *self,
                         PeerHubClient *client,
                         const char *reason)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_REFUSED,
                                                  reason != NULL ? reason : _ ("The hub does not want this client"));

  peer_hub_network_remove (self, client, error);
}

/* Not called for a client that has gone. */
static void
decided_cb (gboolean is_accepted,
            const char *reason,
            gpointer user_data)
{
  PeerHubClient *client = user_data;

  client->admission = NULL;
  peer_source_clear (&client->timer);
  if (is_accepted)
    peer_hub_network_accept (client->network, client);
  else
    peer_hub_network_refuse (client->network, client, reason);
}

static gboolean
decided_late_cb (gpointer user_data)
{
  PeerHubClient *client = user_data;

  peer_hub_network_refuse (client->network, client, _ ("Nobody decided in time whether the client may join"));

  return G_SOURCE_REMOVE;
}

/* If it is gone without a word, its id is free in a few seconds; asking again
 * and again would only give it more time. */
static void
peer_hub_network_check (PeerHubClient *client)
{
  gint64 now = g_get_monotonic_time ();

  if (client->connection == NULL || (client->checked_at != 0 && now - client->checked_at < CHECK_INTERVAL))
    return;

  client->checked_at = now;
  peer_base_connection_check (PEER_BASE_CONNECTION (client->connection));
}

/* Whether an id can be had: nobody else has it, or not any more. */
static gboolean
peer_hub_network_make_room (PeerHubNetwork *self,
                            PeerHubRequest *request,
                            GError **error)
{
  PeerHubClient *existing = peer_hub_network_lookup (self, request->peer_id);
  const guint *limits = self->settings->numbers;

  if (existing != NULL && peer_hub_client_knows_token (existing, request->token))
    {
      g_autoptr (GError) replaced = g_error_new_literal (PEER_ERROR, PEER_ERROR_ABORTED, _ ("The client has come again"));

      self->is_replacing = TRUE;
      peer_hub_network_remove (self, existing, replaced);
      self->is_replacing = FALSE;
    }
  else if (existing != NULL)
    {
      peer_hub_network_check (existing);
      g_set_error (error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID, _ ("The id “%s” is taken"), request->peer_id);
      return FALSE;
    }

  if (g_hash_table_size (self->clients) < limits[PROP_MAX_MEMBERS] && self->settings->n_peers < limits[PROP_MAX_PEERS])
    return TRUE;

  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("The room is full"));

  return FALSE;
}

void
peer_hub_network_offer (PeerHubNetwork *self,
                        PeerHubRequest *request,
                        const char *address,
                        PeerHubAnswerFunc func,
                        gpointer user_data)
{
  g_autoptr (PeerHubNetwork) kept = g_object_ref (self);
  g_autoptr (GError) error = NULL;
  PeerHubClient *client;

  if (!peer_hub_network_make_room (self, request, &error))
    {
      func (NULL, error, user_data);
      return;
    }

  client = peer_hub_client_new (self, request, address, func, user_data);
  g_hash_table_insert (self->clients, client->presence.id, client);
  self->settings->n_peers++;
  client->timer = peer_source_new_timeout (self->context, self->settings->numbers[PROP_AUTHORIZE_TIMEOUT],
                                           "[libpeerglib] hub authorization", decided_late_cb, client);
  client->admission = peer_room_admission_new (client->presence.id, request->credentials, client->presence.metadata,
                                               decided_cb, client);
  peer_room_network_authorize (PEER_ROOM_NETWORK (self), client->admission);
}

gboolean
peer_hub_network_candidate (PeerHubNetwork *self,
                            PeerHubRequest *request,
                            GError **error)
{
  PeerHubClient *client = peer_hub_network_lookup (self, request->peer_id);

  if (client != NULL && client->token != NULL && !peer_hub_client_knows_token (client, request->token))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_REFUSED, _ ("“%s” is somebody else"), request->peer_id);
      return FALSE;
    }

  if (request->payload.candidate != NULL)
    peer_exchange_handle_candidate (self->exchange, request->peer_id, &request->payload);

  return TRUE;
}

static gboolean
opened_cb (gpointer user_data)
{
  PeerHubNetwork *self = user_data;

  peer_source_clear (&self->open_source);
  peer_room_network_emit_opened (PEER_ROOM_NETWORK (self), 0);

  return G_SOURCE_REMOVE;
}

static void
peer_hub_network_open (PeerRoomNetwork *network)
{
  PeerHubNetwork *self = PEER_HUB_NETWORK (network);

  self->open_source = peer_source_new_timeout (self->context, 0, "[libpeerglib] hub room", opened_cb, self);
}

static void
peer_hub_network_close (PeerRoomNetwork *network)
{
  PeerHubNetwork *self = PEER_HUB_NETWORK (network);
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The hub has closed the room"));
  GHashTableIter iter;
  gpointer client;

  peer_source_clear (&self->open_source);
  peer_source_clear (&self->doom_source);
  while (g_hash_table_iter_init (&iter, self->clients), g_hash_table_iter_next (&iter, NULL, &client))
    peer_hub_network_remove (self, client, error);
  peer_exchange_close (self->exchange);
}

static gboolean
peer_hub_network_send (PeerRoomNetwork *network,
                       const char *member_id,
                       const PeerRoomFrame *frame,
                       GError **error)
{
  return peer_hub_relay_send (PEER_HUB_NETWORK (network), member_id, frame, error);
}

static void
peer_hub_network_finalize (GObject *object)
{
  PeerHubNetwork *self = PEER_HUB_NETWORK (object);

  g_hash_table_unref (self->clients);
  g_ptr_array_unref (self->members);
  g_ptr_array_unref (self->doomed);
  g_object_unref (self->exchange);
  peer_hub_settings_unref (self->settings);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_hub_network_parent_class)->finalize (object);
}

static void
peer_hub_network_class_init (PeerHubNetworkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerRoomNetworkClass *network_class = PEER_ROOM_NETWORK_CLASS (klass);

  object_class->finalize = peer_hub_network_finalize;
  network_class->open = peer_hub_network_open;
  network_class->close = peer_hub_network_close;
  network_class->send = peer_hub_network_send;

  signals[SIGNAL_EMPTY] = g_signal_new ("empty", PEER_TYPE_HUB_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
}

static void
peer_hub_network_init (PeerHubNetwork *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) peer_hub_client_unref);
  self->members = g_ptr_array_new ();
  self->doomed = g_ptr_array_new ();
}

PeerHubNetwork *
peer_hub_network_new (const char *room,
                      PeerHubSettings *settings)
{
  g_autoptr (PeerRoomSelf) description = peer_room_self_new (room, PEER_HUB_SERVER_ID);
  PeerHubNetwork *self = g_object_new (PEER_TYPE_HUB_NETWORK, "self", description, NULL);

  self->settings = peer_hub_settings_ref (settings);
  self->exchange = peer_exchange_new (settings->links);
  g_signal_connect_object (self->exchange, "signal", G_CALLBACK (signal_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->exchange, "gathered", G_CALLBACK (gathered_cb), self, G_CONNECT_SWAPPED);

  return self;
}
