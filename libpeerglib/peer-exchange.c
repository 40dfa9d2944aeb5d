/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-exchange-private.h"

#include "peer-connect-options-private.h"
#include "peer-connection-owner-private.h"
#include "signaling/peer-early-candidates-private.h"

/* Offers of others that may be under way at once; more are ignored. */
#define MAX_CONNECTING 256

struct _PeerExchange
{
  GObject parent_instance;

  GMainContext *context;
  PeerLinkSettings *settings;
  GHashTable *connections; /* remote id to PeerDataConnection */
  PeerEarlyCandidates *early_candidates;
  gboolean is_closed;
};

static void peer_exchange_owner_init (PeerConnectionOwnerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerExchange, peer_exchange, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PEER_TYPE_CONNECTION_OWNER, peer_exchange_owner_init))

enum
{
  SIGNAL,
  GATHERED,
  CONNECTION_CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GHashTable *
peer_exchange_new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

static PeerLinkSettings *
peer_exchange_get_link_settings (PeerConnectionOwner *owner)
{
  return PEER_EXCHANGE (owner)->settings;
}

static gboolean
peer_exchange_send_signal (PeerConnectionOwner *owner,
                           PeerBaseConnection *connection,
                           const char *type,
                           const PeerPayload *payload,
                           GError **error)
{
  PeerExchange *self = PEER_EXCHANGE (owner);

  if (!self->is_closed)
    g_signal_emit (self, signals[SIGNAL], 0, peer_base_connection_get_peer_id (connection), type, payload);

  return TRUE;
}

/* The connection has told it already. */
static void
peer_exchange_report_error (PeerConnectionOwner *owner,
                            const GError *error)
{
}

static void
peer_exchange_forget_connection (PeerConnectionOwner *owner,
                                 PeerBaseConnection *connection)
{
  PeerExchange *self = PEER_EXCHANGE (owner);
  const char *remote_id = peer_base_connection_get_peer_id (connection);

  if (g_hash_table_lookup (self->connections, remote_id) != connection)
    return;

  g_hash_table_remove (self->connections, remote_id);
  if (!self->is_closed)
    g_signal_emit (self, signals[CONNECTION_CLOSED], 0, connection);
}

static void
peer_exchange_owner_init (PeerConnectionOwnerInterface *iface)
{
  iface->get_link_settings = peer_exchange_get_link_settings;
  iface->send_signal = peer_exchange_send_signal;
  iface->report_error = peer_exchange_report_error;
  iface->forget_connection = peer_exchange_forget_connection;
}

static PeerBaseConnection *
peer_exchange_get_connection (PeerExchange *self,
                              const char *remote_id)
{
  return g_hash_table_lookup (self->connections, remote_id);
}

/* One connection for each: the new one takes the place of the old one. */
static PeerDataConnection *
peer_exchange_add_connection (PeerExchange *self,
                              const PeerDataConnectionDescription *description)
{
  PeerBaseConnection *existing = peer_exchange_get_connection (self, description->peer_id);
  PeerDataConnection *connection;

  if (existing != NULL)
    peer_base_connection_close (existing);
  if (self->is_closed)
    return NULL;

  connection = peer_data_connection_new (PEER_CONNECTION_OWNER (self), description);
  g_hash_table_replace (self->connections, g_strdup (description->peer_id), connection);

  return connection;
}

static PeerDataConnectionDescription
peer_exchange_describe (PeerExchange *self,
                        const char *remote_id)
{
  return (PeerDataConnectionDescription){
    .peer_id = remote_id,
    .connection_id = remote_id,
    .max_message_size = (gsize) self->settings->max_message_size,
    .pending_budget = self->settings->pending_budget,
  };
}

static void
gathered_cb (PeerTransport *transport,
             PeerDataConnection *connection)
{
  PeerConnectionOwner *owner = PEER_BASE_CONNECTION (connection)->owner;

  if (owner != NULL && !PEER_EXCHANGE (owner)->is_closed)
    g_signal_emit (owner, signals[GATHERED], 0, connection);
}

static PeerTransport *
peer_exchange_new_transport (PeerExchange *self,
                             PeerDataConnection *connection,
                             const PeerTransportConfig *config)
{
  PeerTransport *transport = self->settings->transport_factory (config);

  g_signal_connect_object (transport, "gathered", G_CALLBACK (gathered_cb), connection, 0);

  return transport;
}

PeerDataConnection *
peer_exchange_offer (PeerExchange *self,
                     const char *remote_id,
                     PeerConnectOptions *options)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (PeerTransportConfig) config = peer_link_settings_new_transport_config (self->settings);
  g_autoptr (PeerTransport) transport = NULL;
  PeerDataConnectionDescription description = peer_exchange_describe (self, remote_id);
  PeerDataConnection *connection;

  peer_connect_options_apply (options, &description, config);
  connection = peer_exchange_add_connection (self, &description);
  if (connection == NULL)
    return NULL;

  transport = peer_exchange_new_transport (self, connection, config);
  peer_base_connection_offer (PEER_BASE_CONNECTION (connection), transport);

  return connection;
}

static guint
peer_exchange_count_connecting (PeerExchange *self)
{
  guint n = 0;
  GHashTableIter iter;
  PeerBaseConnection *connection;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &connection))
    n += connection->state == PEER_CONNECTION_STATE_CONNECTING;

  return n;
}

static void
peer_exchange_hand_over_early_candidates (PeerExchange *self,
                                          PeerBaseConnection *connection)
{
  const char *remote_id = peer_base_connection_get_peer_id (connection);
  g_autoptr (GPtrArray) payloads = peer_early_candidates_take (self->early_candidates, remote_id, remote_id);

  peer_base_connection_handle_early_candidates (connection, payloads);
}

PeerDataConnection *
peer_exchange_handle_offer (PeerExchange *self,
                            const char *remote_id,
                            const PeerPayload *payload,
                            PeerSerialization serialization)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (PeerTransportConfig) config = NULL;
  g_autoptr (PeerTransport) transport = NULL;
  PeerDataConnectionDescription description = peer_exchange_describe (self, remote_id);
  PeerDataConnection *connection;

  if (payload->sdp == NULL || peer_exchange_count_connecting (self) >= MAX_CONNECTING)
    {
      g_debug ("Ignoring an offer of %s: %s", remote_id, payload->sdp == NULL ? "no description" : "too many connections are opening");
      return NULL;
    }

  description.label = payload->label;
  description.metadata = payload->metadata;
  description.reliable = payload->reliable;
  description.serialization = serialization;
  connection = peer_exchange_add_connection (self, &description);
  if (connection == NULL)
    return NULL;

  config = peer_link_settings_new_transport_config (self->settings);
  transport = peer_exchange_new_transport (self, connection, config);
  peer_exchange_hand_over_early_candidates (self, PEER_BASE_CONNECTION (connection));
  peer_base_connection_answer (PEER_BASE_CONNECTION (connection), transport, payload->sdp);

  return connection;
}

void
peer_exchange_handle_answer (PeerExchange *self,
                             const char *remote_id,
                             const PeerPayload *payload)
{
  PeerBaseConnection *connection = peer_exchange_get_connection (self, remote_id);

  if (connection != NULL)
    peer_base_connection_handle_answer (connection, payload);
  else
    g_debug ("Ignoring an answer of %s, to whom nothing was offered", remote_id);
}

static void
peer_exchange_keep_candidate (PeerExchange *self,
                              const char *remote_id,
                              const PeerPayload *payload)
{
  PeerPayload named = *payload;
  g_autofree char *text = NULL;

  named.connection_id = (char *) remote_id;
  named.type = (char *) "data";
  text = peer_payload_print_candidate (&named);
  if (strlen (text) <= PEER_CANDIDATE_SIZE_MAX)
    peer_early_candidates_add (self->early_candidates, remote_id, remote_id, text, strlen (text));
}

void
peer_exchange_handle_candidate (PeerExchange *self,
                                const char *remote_id,
                                PeerPayload *payload)
{
  PeerBaseConnection *connection = peer_exchange_get_connection (self, remote_id);

  if (connection != NULL)
    peer_base_connection_handle_candidate (connection, payload);
  else if (payload->candidate != NULL && !self->is_closed)
    peer_exchange_keep_candidate (self, remote_id, payload);
}

PeerDataConnection *
peer_exchange_lookup (PeerExchange *self,
                      const char *remote_id)
{
  return g_hash_table_lookup (self->connections, remote_id);
}

void
peer_exchange_close (PeerExchange *self)
{
  g_autoptr (GHashTable) connections = NULL;
  GHashTableIter iter;
  gpointer connection;

  if (self->is_closed)
    return;

  self->is_closed = TRUE;
  connections = g_steal_pointer (&self->connections);
  self->connections = peer_exchange_new_table ();
  g_hash_table_iter_init (&iter, connections);
  while (g_hash_table_iter_next (&iter, NULL, &connection))
    peer_base_connection_close (connection);
}

static void
peer_exchange_dispose (GObject *object)
{
  peer_exchange_close (PEER_EXCHANGE (object));

  G_OBJECT_CLASS (peer_exchange_parent_class)->dispose (object);
}

static void
peer_exchange_finalize (GObject *object)
{
  PeerExchange *self = PEER_EXCHANGE (object);

  g_hash_table_unref (self->connections);
  peer_early_candidates_free (self->early_candidates);
  peer_link_settings_unref (self->settings);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_exchange_parent_class)->finalize (object);
}

static void
peer_exchange_class_init (PeerExchangeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = peer_exchange_dispose;
  object_class->finalize = peer_exchange_finalize;

  signals[SIGNAL] = g_signal_new ("signal", PEER_TYPE_EXCHANGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_POINTER);
  signals[GATHERED] = g_signal_new ("gathered", PEER_TYPE_EXCHANGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, PEER_TYPE_DATA_CONNECTION);
  signals[CONNECTION_CLOSED] = g_signal_new ("connection-closed", PEER_TYPE_EXCHANGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                             G_TYPE_NONE, 1, PEER_TYPE_DATA_CONNECTION);
}

static void
peer_exchange_init (PeerExchange *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->connections = peer_exchange_new_table ();
  self->early_candidates = peer_early_candidates_new ();
}

PeerExchange *
peer_exchange_new (PeerLinkSettings *settings)
{
  PeerExchange *self = g_object_new (PEER_TYPE_EXCHANGE, NULL);

  self->settings = peer_link_settings_ref (settings);

  return self;
}
