/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-receiver-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-source-private.h"

/**
 * PeerReceiver:
 *
 * Receives values from every [class@Peer.Sender] of a room: p2p's `Receiver`.
 *
 * It asks the senders of the room for connections, and answers their offers.
 * It keeps asking, every [property@Peer.Receiver:ping-interval] seconds, so
 * that it finds senders again that it has lost. It can send values to them, too.
 *
 * ```c
 * g_autoptr (PeerReceiver) receiver = peer_receiver_new (signaling);
 *
 * peer_endpoint_set_room (PEER_ENDPOINT (receiver), "demo-room");
 * g_signal_connect (receiver, "message", G_CALLBACK (message_cb), NULL);
 * peer_receiver_start (receiver);
 * ```
 */
struct _PeerReceiverClass
{
  PeerEndpointClass parent_class;
};

G_DEFINE_FINAL_TYPE (PeerReceiver, peer_receiver, PEER_TYPE_ENDPOINT)

enum
{
  CONNECT,
  DISPOSE,
  CHANNEL,
  MESSAGE,
  SYNC,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
peer_receiver_fill_message (PeerEndpoint *endpoint,
                            PeerEndpointRemote *remote,
                            PeerTopicMessage *message)
{
  message->credentials = PEER_RECEIVER (endpoint)->credentials;
}

static void
peer_receiver_handle_invoke (PeerEndpoint *endpoint,
                             const PeerTopicMessage *message)
{
  if (peer_endpoint_has_room (endpoint, message->id, 0))
    peer_endpoint_announce (endpoint, message->id);
}

static void
peer_receiver_handle_offer (PeerEndpoint *endpoint,
                            const PeerTopicMessage *message)
{
  PeerEndpointRemote *remote = peer_endpoint_lookup (endpoint, message->id);
  PeerDataConnection *connection;
  g_autoptr (GError) error = NULL;

  if (remote != NULL)
    {
      /* Perhaps the sender has lost it. Then it is missed here, too, and asked for anew. */
      peer_base_connection_check (PEER_BASE_CONNECTION (remote->connection));
      return;
    }
  if (!peer_endpoint_has_room (endpoint, message->id, 0))
    return;
  if (!peer_endpoint_check_state (endpoint, message->state, &error))
    {
      peer_endpoint_report (endpoint, message->id, error);
      return;
    }

  connection = peer_exchange_handle_offer (endpoint->exchange, message->id, &message->payload, endpoint->serialization);
  if (connection == NULL)
    {
      error = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("Too many connections are opening"));
      peer_endpoint_report (endpoint, message->id, error);
      return;
    }

  remote = peer_endpoint_add_remote (endpoint, connection);
  remote->state = message->state != NULL ? g_variant_ref (message->state) : NULL;
}

static void
peer_receiver_handle_sync (PeerEndpoint *endpoint,
                           const PeerTopicMessage *message)
{
  PeerEndpointRemote *remote = peer_endpoint_lookup (endpoint, message->id);
  g_autoptr (GError) error = NULL;

  if (remote == NULL)
    return;
  if (!peer_endpoint_check_state (endpoint, message->state, &error))
    {
      peer_endpoint_report (endpoint, message->id, error);
      return;
    }

  g_clear_pointer (&remote->state, g_variant_unref);
  remote->state = message->state != NULL ? g_variant_ref (message->state) : NULL;
  g_signal_emit (endpoint, signals[SYNC], 0, message->id, message->state);
}

static gboolean
ping_cb (gpointer user_data)
{
  PeerReceiver *self = PEER_RECEIVER (user_data);
  PeerEndpoint *endpoint = PEER_ENDPOINT (self);

  if (g_hash_table_size (endpoint->remotes) > 0)
    self->n_pings_left = self->ping_attempts;
  if (self->n_pings_left > 0)
    {
      self->n_pings_left--;
      peer_endpoint_announce (endpoint, NULL);
    }

  return G_SOURCE_CONTINUE;
}

void
peer_receiver_start_pings (PeerReceiver *self)
{
  peer_source_clear (&self->ping_source);
  self->n_pings_left = self->ping_attempts;
  if (self->ping_interval > 0)
    self->ping_source = peer_source_new_timeout (self->parent_instance.context, MIN (self->ping_interval, G_MAXUINT / 1000) * 1000,
                                                 "[libpeerglib] receiver's pings", ping_cb, self);
}

static void
peer_receiver_started (PeerEndpoint *endpoint)
{
  peer_receiver_start_pings (PEER_RECEIVER (endpoint));
  peer_endpoint_announce (endpoint, NULL);
}

static void
peer_receiver_stopped (PeerEndpoint *endpoint)
{
  peer_source_clear (&PEER_RECEIVER (endpoint)->ping_source);
}

static void
peer_receiver_available (PeerEndpoint *endpoint)
{
  peer_endpoint_announce (endpoint, NULL);
}

static void
peer_receiver_connected (PeerEndpoint *endpoint,
                         PeerEndpointRemote *remote)
{
  g_signal_emit (endpoint, signals[CONNECT], 0, remote->id, remote->connection, remote->state);
}

/* A sender that was lost is asked for once at once. */
static void
peer_receiver_disposed (PeerEndpoint *endpoint,
                        PeerEndpointRemote *remote)
{
  if (remote->is_connected && remote->error != NULL && endpoint->is_active)
    peer_endpoint_announce (endpoint, remote->id);
  g_signal_emit (endpoint, signals[DISPOSE], 0, remote->id, remote->connection, remote->state, remote->error);
}

static void
peer_receiver_channel (PeerEndpoint *endpoint,
                       PeerEndpointRemote *remote,
                       PeerDataConnection *channel)
{
  g_signal_emit (endpoint, signals[CHANNEL], 0, remote->id, channel, remote->state);
}

static void
peer_receiver_message (PeerEndpoint *endpoint,
                       PeerEndpointRemote *remote,
                       PeerDataConnection *channel,
                       GVariant *value)
{
  GQuark label = g_quark_try_string (peer_base_connection_get_label (PEER_BASE_CONNECTION (channel)));

  g_signal_emit (endpoint, signals[MESSAGE], label, remote->id, value, remote->state);
}

/**
 * peer_receiver_new:
 * @signaling: over what to meet the senders
 *
 * Makes a receiver for the room `default`; see [property@Peer.Endpoint:room].
 *
 * Returns: (transfer full): a new receiver
 */
PeerReceiver *
peer_receiver_new (PeerSignaling *signaling)
{
  g_return_val_if_fail (PEER_IS_SIGNALING (signaling), NULL);

  return g_object_new (PEER_TYPE_RECEIVER, "signaling", signaling, NULL);
}

/**
 * peer_receiver_start:
 * @self: a receiver
 *
 * Begins to look for senders. Does nothing when it is active.
 *
 * Subscribes to `["receiver", room]` and `["receiver", room, id]` and publishes
 * an `invoke` to `["sender", room]`, again at each ping and whenever the
 * signaling is available anew.
 */
void
peer_receiver_start (PeerReceiver *self)
{
  g_return_if_fail (PEER_IS_RECEIVER (self));

  peer_endpoint_start (PEER_ENDPOINT (self));
}

/**
 * peer_receiver_stop:
 * @self: a receiver
 *
 * Closes all connections and looks for no more. Each sender gets a `dispose`
 * message, which p2p's own receivers do not send, and
 * [signal@Peer.Receiver::dispose] is emitted for each before this returns. May be
 * called at any time, and twice; the receiver can be started again.
 */
void
peer_receiver_stop (PeerReceiver *self)
{
  g_return_if_fail (PEER_IS_RECEIVER (self));

  peer_endpoint_stop (PEER_ENDPOINT (self));
}

/**
 * peer_receiver_send:
 * @self: a receiver
 * @value: the value; see [method@Peer.DataConnection.send]
 * @sender_id: (nullable): a sender's id, or %NULL for all senders
 * @error: return location for an error
 *
 * Sends a value on the first channel of one sender or of all; the queue and the
 * errors are those of [method@Peer.Sender.send]. Senders of p2p take
 * messages since its version 0.5.
 *
 * Returns: %TRUE if the value was sent or waits
 */
gboolean
peer_receiver_send (PeerReceiver *self,
                    GVariant *value,
                    const char *sender_id,
                    GError **error)
{
  g_return_val_if_fail (PEER_IS_RECEIVER (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  return peer_endpoint_send (PEER_ENDPOINT (self), value, sender_id, error);
}

/**
 * peer_receiver_get_sender_state:
 * @self: a receiver
 * @sender_id: a sender's id
 *
 * Gets what a sender told of itself last. It cannot be trusted.
 *
 * Returns: (transfer none) (nullable): the state, or %NULL if it told none or
 *   there is no connection to it
 */
GVariant *
peer_receiver_get_sender_state (PeerReceiver *self,
                                const char *sender_id)
{
  PeerEndpointRemote *remote;

  g_return_val_if_fail (PEER_IS_RECEIVER (self), NULL);
  g_return_val_if_fail (sender_id != NULL, NULL);

  remote = peer_endpoint_lookup (PEER_ENDPOINT (self), sender_id);

  return remote != NULL ? remote->state : NULL;
}

static void
peer_receiver_finalize (GObject *object)
{
  PeerReceiver *self = PEER_RECEIVER (object);

  g_clear_pointer (&self->credentials, g_variant_unref);

  G_OBJECT_CLASS (peer_receiver_parent_class)->finalize (object);
}

static void
install_signals (GType type)
{
  /**
   * PeerReceiver::connect:
   * @self: a receiver
   * @id: the sender's id
   * @connection: the connection: its first channel
   * @state: (nullable): what the sender told of itself
   *
   * A sender is connected.
   */
  signals[CONNECT] = g_signal_new ("connect", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 3, G_TYPE_STRING, PEER_TYPE_DATA_CONNECTION, G_TYPE_VARIANT);

  /**
   * PeerReceiver::dispose:
   * @self: a receiver
   * @id: the sender's id
   * @connection: the connection: its first channel
   * @state: (nullable): what the sender told of itself
   * @error: (nullable): why, or %NULL if one of the sides wanted it
   *
   * The connection to a sender has ended, whether it was open or not.
   */
  signals[DISPOSE] = g_signal_new ("dispose", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 4, G_TYPE_STRING, PEER_TYPE_DATA_CONNECTION, G_TYPE_VARIANT, G_TYPE_ERROR);

  /**
   * PeerReceiver::channel:
   * @self: a receiver
   * @id: the sender's id
   * @channel: the channel
   * @state: (nullable): what the sender told of itself
   *
   * A channel to a sender is open, the first one included; see
   * [property@Peer.BaseConnection:label].
   */
  signals[CHANNEL] = g_signal_new ("channel", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 3, G_TYPE_STRING, PEER_TYPE_DATA_CONNECTION, G_TYPE_VARIANT);

  /**
   * PeerReceiver::message:
   * @self: a receiver
   * @id: the sender's id
   * @message: the value
   * @state: (nullable): what the sender told of itself
   *
   * A sender sent a value. It cannot be trusted. The detail of the signal is
   * the label of the channel: `message::chat`.
   */
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_VARIANT, G_TYPE_VARIANT);

  /**
   * PeerReceiver::sync:
   * @self: a receiver
   * @id: the sender's id
   * @state: (nullable): what the sender tells of itself now
   *
   * A sender changed its state.
   */
  signals[SYNC] = g_signal_new ("sync", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
}

static void
peer_receiver_class_init (PeerReceiverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerEndpointClass *endpoint_class = PEER_ENDPOINT_CLASS (klass);

  object_class->finalize = peer_receiver_finalize;

  endpoint_class->own_side = "receiver";
  endpoint_class->other_side = "sender";
  endpoint_class->fill_message = peer_receiver_fill_message;
  endpoint_class->handle_invoke = peer_receiver_handle_invoke;
  endpoint_class->handle_offer = peer_receiver_handle_offer;
  endpoint_class->handle_sync = peer_receiver_handle_sync;
  endpoint_class->started = peer_receiver_started;
  endpoint_class->stopped = peer_receiver_stopped;
  endpoint_class->available = peer_receiver_available;
  endpoint_class->connected = peer_receiver_connected;
  endpoint_class->disposed = peer_receiver_disposed;
  endpoint_class->channel = peer_receiver_channel;
  endpoint_class->message = peer_receiver_message;

  peer_receiver_install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
peer_receiver_init (PeerReceiver *self)
{
  self->ping_interval = PEER_RECEIVER_DEFAULT_PING_INTERVAL;
  self->ping_attempts = PEER_RECEIVER_DEFAULT_PING_ATTEMPTS;
}
