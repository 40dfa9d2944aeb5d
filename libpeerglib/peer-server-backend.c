/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-auth-request-private.h"
#include "peer-server-client-private.h"
#include "peer-server-private.h"
#include "protocol/peer-auth-token-private.h"
#include "protocol/peer-ice-answer-private.h"
#include "protocol/peer-json-private.h"

PeerAuthRequest *
peer_server_authenticate (PeerServer *self,
                          const PeerRelayRequest *request)
{
  g_autoptr (PeerServer) kept = g_object_ref (self);
  g_autoptr (PeerAuthRequest) auth_request = NULL;
  gboolean is_handled = FALSE;

  if (!g_signal_has_handler_pending (self, peer_server_signals[SERVER_AUTHENTICATE], 0, TRUE))
    return NULL;

  auth_request = peer_auth_request_new (request);
  g_signal_emit (self, peer_server_signals[SERVER_AUTHENTICATE], 0, auth_request, &is_handled);

  return is_handled ? g_steal_pointer (&auth_request) : NULL;
}

static void
admission_decided (gpointer admission,
                   gboolean is_accepted,
                   const char *reason)
{
  peer_relay_admission_decide (admission, is_accepted, reason);
}

static PeerRelayDecision
relay_authenticate (const PeerRelayRequest *request,
                    PeerRelayAdmission *admission,
                    char **reason,
                    gpointer user_data)
{
  g_autoptr (PeerAuthRequest) auth_request = peer_server_authenticate (user_data, request);

  if (auth_request == NULL)
    return PEER_RELAY_ACCEPTED;

  return peer_auth_request_decide_for (auth_request, peer_relay_admission_ref (admission), admission_decided,
                                       (GDestroyNotify) peer_relay_admission_unref, reason);
}

static void
relay_connected (PeerRelayClient *client,
                 gpointer user_data)
{
  g_autoptr (PeerServer) self = g_object_ref (user_data);

  if (g_signal_has_handler_pending (self, peer_server_signals[SERVER_CONNECTION], 0, TRUE))
    g_signal_emit (self, peer_server_signals[SERVER_CONNECTION], 0, peer_server_client_for (client));
}

static void
relay_disconnected (PeerRelayClient *client,
                    gpointer user_data)
{
  g_autoptr (PeerServer) self = g_object_ref (user_data);

  if (!self->is_disposed && g_signal_has_handler_pending (self, peer_server_signals[SERVER_DISCONNECT], 0, TRUE))
    g_signal_emit (self, peer_server_signals[SERVER_DISCONNECT], 0, peer_server_client_for (client));

  peer_server_client_release (client);
}

static void
relay_message (PeerRelayClient *client,
               const char *type,
               const char *dst,
               gpointer user_data)
{
  g_autoptr (PeerServer) self = NULL;

  if (!g_signal_has_handler_pending (user_data, peer_server_signals[SERVER_MESSAGE], 0, TRUE))
    return;

  self = g_object_ref (user_data);
  g_signal_emit (self, peer_server_signals[SERVER_MESSAGE], 0, peer_server_client_for (client), type, dst);
}

static void
relay_failed (const GError *error,
              gpointer user_data)
{
  g_autoptr (PeerServer) self = g_object_ref (user_data);

  g_signal_emit (self, peer_server_signals[SERVER_ERROR], 0, error);
}

static void
relay_changed (gpointer user_data)
{
  PeerServer *self = PEER_SERVER (user_data);

  if (!self->is_disposed)
    g_object_notify_by_pspec (G_OBJECT (self), peer_server_props[PROP_N_CLIENTS]);
}

void
peer_server_handle_stopped (gpointer user_data)
{
  g_autoptr (PeerServer) self = g_object_ref (user_data);
  g_autoptr (PeerRelay) stopped = g_steal_pointer (&self->stopping);

  peer_relay_clear_events (stopped);
  g_signal_emit (self, peer_server_signals[SERVER_CLOSE], 0);
}

const PeerRelayEvents peer_server_relay_events = {
  .authenticate = relay_authenticate,
  .connected = relay_connected,
  .disconnected = relay_disconnected,
  .message = relay_message,
  .failed = relay_failed,
  .changed = relay_changed,
  .stopped = peer_server_handle_stopped,
};

#define MAX_GENERATED_IDS 16

static char *
http_generate_id (gpointer user_data)
{
  g_autoptr (PeerServer) self = g_object_ref (user_data);

  for (guint i = 0; i < MAX_GENERATED_IDS; i++)
    {
      g_autofree char *id = NULL;

      g_signal_emit (self, peer_server_signals[SERVER_GENERATE_ID], 0, &id);
      if (id != NULL && peer_server_get_client (self, id) == NULL)
        return g_steal_pointer (&id);
    }

  return g_uuid_string_random ();
}

static void
append_id (GString *list,
           const char *id)
{
  g_string_append_c (list, list->len == 0 ? '[' : ',');
  peer_json_append_string (list, id);
}

static char *
end_list (GString *list)
{
  g_string_append (list, list->len == 0 ? "[]" : "]");

  return g_string_free (list, FALSE);
}

static char *
list_own_clients (PeerRelay *relay)
{
  g_autoptr (GPtrArray) clients = peer_relay_list_clients (relay);
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < clients->len; i++)
    append_id (list, peer_relay_client_get_id (g_ptr_array_index (clients, i)));

  return end_list (list);
}

typedef struct
{
  PeerRelay *relay;
  SoupServerMessage *message;
  gboolean is_finished;
} ListRequest;

static void
list_request_free (ListRequest *self)
{
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_object_unref (self->message);
  g_object_unref (self->relay);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ListRequest, list_request_free)

static void
finished_cb (SoupServerMessage *message,
             ListRequest *request)
{
  request->is_finished = TRUE;
}

/* While the others cannot be reached, our own are all. */
static void
listed_cb (GObject *source,
           GAsyncResult *result,
           gpointer user_data)
{
  g_autoptr (ListRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = peer_broker_list_ids_finish (PEER_BROKER (source), result, &error);
  g_autofree char *list = NULL;

  if (ids == NULL)
    {
      g_debug ("Only the clients of this server are listed: %s", error->message);
      list = list_own_clients (request->relay);
    }
  else
    {
      GString *text = g_string_new (NULL);

      for (guint i = 0; ids[i] != NULL; i++)
        append_id (text, ids[i]);
      list = end_list (text);
    }

  if (!request->is_finished)
    peer_http_api_answer_list (request->message, list);
}

static char *
http_list_clients (SoupServerMessage *message,
                   gpointer user_data)
{
  PeerServer *self = PEER_SERVER (user_data);
  PeerBroker *broker = peer_relay_get_broker (self->relay);
  ListRequest *request;

  if (!peer_broker_can_list_ids (broker))
    return list_own_clients (self->relay);

  request = g_new0 (ListRequest, 1);
  request->relay = g_object_ref (self->relay);
  request->message = g_object_ref (message);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), request);
  peer_broker_list_ids_async (broker, NULL, listed_cb, request);

  return NULL;
}

static gboolean
may_have_ice_servers (PeerServer *self,
                      const char *key,
                      const char *id,
                      const char *token)
{
  const char *const *secrets = (const char *const *) self->settings.auth_secrets;

  if (g_strcmp0 (key, self->settings.key) != 0)
    return FALSE;
  if (secrets == NULL)
    return TRUE;

  return id != NULL && *id != '\0' && g_utf8_validate (id, -1, NULL) && token != NULL &&
         peer_auth_token_check (token, secrets, key, id, g_get_real_time () / G_USEC_PER_SEC) == PEER_AUTH_TOKEN_VALID;
}

static char *
http_list_ice_servers (const char *key,
                       GHashTable *query,
                       gpointer user_data)
{
  PeerServer *self = PEER_SERVER (user_data);
  const PeerServerSettings *settings = &self->settings;
  const char *id = g_hash_table_lookup (query, "id");
  PeerIceAnswer answer = {
    .stun_uris = (const char *const *) settings->stun_uris,
    .turn_uris = (const char *const *) settings->turn_uris,
    .turn_secret = settings->turn_secret,
    .ttl = settings->numbers[PROP_TURN_TTL],
  };

  if (!may_have_ice_servers (self, key, id, g_hash_table_lookup (query, "token")))
    return NULL;

  /* Without tokens the id is only a claim. */
  return peer_ice_answer_build (&answer, settings->auth_secrets != NULL ? id : "peer", g_get_real_time () / G_USEC_PER_SEC);
}

static gboolean
has_ice_servers (const PeerServerSettings *settings)
{
  return (settings->stun_uris != NULL && settings->stun_uris[0] != NULL) ||
         (settings->turn_uris != NULL && settings->turn_uris[0] != NULL &&
          settings->turn_secret != NULL && *settings->turn_secret != '\0');
}

static void
peer_server_configure_relay (PeerServer *self)
{
  const guint *numbers = self->settings.numbers;
  PeerRelayConfig *config = peer_relay_get_config (self->relay);
  PeerBrokerSettings broker = {
    .key = self->settings.key,
    .expire_timeout = numbers[PROP_EXPIRE_TIMEOUT],
    .cleanup_interval = numbers[PROP_CLEANUP_INTERVAL],
    .queue_limit = numbers[PROP_QUEUE_LIMIT],
    .queue_total_limit = numbers[PROP_QUEUE_TOTAL_LIMIT],
    .queue_total_size = numbers[PROP_QUEUE_TOTAL_SIZE],
  };
  PeerRelaySocketLimits *socket = peer_relay_get_socket_limits (self->relay);

  g_free (config->key);
  config->key = g_strdup (self->settings.key);
  g_strfreev (config->extra_types);
  config->extra_types = g_strdupv (self->settings.extra_message_types);
  g_strfreev (config->auth_secrets);
  config->auth_secrets = g_strdupv (self->settings.auth_secrets);
  config->alive_timeout = numbers[PROP_ALIVE_TIMEOUT];
  config->auth_timeout = numbers[PROP_AUTHENTICATE_TIMEOUT];
  config->max_held_messages = numbers[PROP_QUEUE_LIMIT];
  config->concurrent_limit = numbers[PROP_CONCURRENT_LIMIT];
  config->clients_per_address = numbers[PROP_CLIENTS_PER_ADDRESS];
  config->max_id_length = numbers[PROP_MAX_ID_LENGTH];
  config->max_depth = numbers[PROP_MAX_DEPTH] > 0 ? numbers[PROP_MAX_DEPTH] : G_MAXUINT;

  socket->max_message_size = numbers[PROP_MAX_MESSAGE_SIZE];
  socket->frames_per_second = numbers[PROP_MESSAGES_PER_SECOND];
  socket->frame_burst = numbers[PROP_MESSAGE_BURST];
  socket->max_pending_output = numbers[PROP_SEND_BUFFER_SIZE];

  peer_relay_configure (self->relay);
  peer_broker_start (peer_relay_get_broker (self->relay), &broker);
}

static void
peer_server_configure_http (PeerServer *self)
{
  const PeerServerSettings *settings = &self->settings;
  PeerHttpServerConfig *config = peer_http_server_get_config (self->http);

  config->proxied = settings->proxied;
  config->handshake_timeout = settings->numbers[PROP_HANDSHAKE_TIMEOUT];
  config->handshake_limit = settings->numbers[PROP_HANDSHAKE_LIMIT];
  config->api.mount = config->mount;
  config->api.key = settings->strict_http_key ? settings->key : NULL;
  config->api.allow_discovery = settings->allow_discovery;
  config->api.cors_origins = (const char *const *) settings->cors_origins;
  config->api.allowed_origins = (const char *const *) settings->allowed_origins;
  config->api.list_ice_servers = has_ice_servers (settings) ? http_list_ice_servers : NULL;
  config->api.generate_id = http_generate_id;
  config->api.list_clients = http_list_clients;
  config->api.user_data = self;
  peer_http_server_set_certificate (self->http, settings->tls_certificate);
}

void
peer_server_configure_backend (PeerServer *self)
{
  if (self->relay != NULL)
    peer_server_configure_relay (self);
  if (self->http != NULL)
    peer_server_configure_http (self);
  if (self->topics != NULL)
    peer_server_configure_signaling (self);
}
