/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-sender-private.h"

#include "peer-join-request-private.h"

/**
 * PeerSender:
 *
 * Sends values to every [class@Peer.Receiver] of a room: p2p's `Sender`.
 *
 * It makes a connection to each receiver that asks for one and is let in, see
 * [signal@Peer.Sender::authorize], and tells its
 * [property@Peer.Sender:state], which [method@Peer.Sender.sync] changes.
 * Receivers can send values, too.
 *
 * ```c
 * g_autoptr (PeerSender) sender = peer_sender_new (signaling);
 *
 * peer_endpoint_set_room (PEER_ENDPOINT (sender), "demo-room");
 * g_signal_connect (sender, "connect", G_CALLBACK (connect_cb), NULL);
 * peer_sender_start (sender);
 * ```
 */
struct _PeerSenderClass
{
  PeerEndpointClass parent_class;
};

G_DEFINE_FINAL_TYPE (PeerSender, peer_sender, PEER_TYPE_ENDPOINT)

enum
{
  AUTHORIZE,
  CONNECT,
  DISPOSE,
  CHANNEL,
  MESSAGE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* A receiver that waits to be let in. */
typedef struct
{
  GWeakRef sender;
  char *id;
} Admission;

static void
admission_free (Admission *admission)
{
  g_weak_ref_clear (&admission->sender);
  g_free (admission->id);
  g_free (admission);
}

static void
peer_sender_fill_message (PeerEndpoint *endpoint,
                          PeerEndpointRemote *remote,
                          PeerTopicMessage *message)
{
  PeerSender *self = PEER_SENDER (endpoint);

  message->state = self->state;
  if (remote != NULL)
    remote->state_version = self->state_version;
}

/* As the receiver may be told: by its own id, as p2p has it, when there are no
 * names for channels. */
static PeerConnectOptions *
peer_sender_new_options (PeerSender *self,
                         PeerConnectOptions *channel,
                         const char *id)
{
  PeerSerialization serialization = self->parent_instance.serialization;

  if (channel == NULL)
    return g_object_new (PEER_TYPE_CONNECT_OPTIONS, "label", id, "reliable", TRUE, "serialization", serialization, NULL);

  return g_object_new (PEER_TYPE_CONNECT_OPTIONS,
                       "label", peer_connect_options_get_label (channel),
                       "serialization", serialization,
                       "reliable", peer_connect_options_get_reliable (channel),
                       "ordered", peer_connect_options_get_ordered (channel),
                       "max-retransmits", peer_connect_options_get_max_retransmits (channel),
                       "max-packet-life-time", peer_connect_options_get_max_packet_life_time (channel),
                       NULL);
}

static void
peer_sender_offer (PeerSender *self,
                   const char *id)
{
  PeerEndpoint *endpoint = PEER_ENDPOINT (self);
  guint n_channels = self->channels != NULL ? g_list_model_get_n_items (self->channels) : 0;
  g_autoptr (PeerConnectOptions) first = n_channels > 0 ? g_list_model_get_item (self->channels, 0) : NULL;
  g_autoptr (PeerConnectOptions) options = peer_sender_new_options (self, first, id);
  PeerEndpointRemote *remote = peer_endpoint_add_remote (endpoint, peer_exchange_offer (endpoint->exchange, id, options));

  for (guint i = 1; i < n_channels; i++)
    {
      g_autoptr (PeerConnectOptions) next = g_list_model_get_item (self->channels, i);
      g_autoptr (PeerConnectOptions) next_options = peer_sender_new_options (self, next, id);

      peer_endpoint_open_channel (endpoint, remote, next_options);
    }
}

static void
decided_cb (gboolean is_accepted,
            const char *reason,
            gpointer user_data)
{
  Admission *admission = user_data;
  g_autoptr (PeerSender) self = g_weak_ref_get (&admission->sender);

  /* It may have been stopped, and started anew. */
  if (self == NULL || g_hash_table_lookup (self->waiting, admission->id) != admission)
    return;

  g_hash_table_remove (self->waiting, admission->id);
  if (is_accepted)
    peer_sender_offer (self, admission->id);
}

static void
peer_sender_handle_invoke (PeerEndpoint *endpoint,
                           const PeerTopicMessage *message)
{
  PeerSender *self = PEER_SENDER (endpoint);
  Admission *admission;
  PeerJoinRequest *request;
  gboolean is_taken = FALSE;

  if (g_hash_table_contains (self->waiting, message->id) ||
      !peer_endpoint_has_room (endpoint, message->id, g_hash_table_size (self->waiting)))
    return;

  admission = g_new0 (Admission, 1);
  g_weak_ref_init (&admission->sender, self);
  admission->id = g_strdup (message->id);
  g_hash_table_insert (self->waiting, g_strdup (message->id), admission);

  request = peer_join_request_new (endpoint->room, message->id, message->credentials, NULL,
                                   decided_cb, admission, (GDestroyNotify) admission_free);
  g_signal_emit (self, signals[AUTHORIZE], 0, request, &is_taken);
  peer_join_request_settle (request, is_taken);
}

static void
peer_sender_started (PeerEndpoint *endpoint)
{
  peer_endpoint_announce (endpoint, NULL);
}

static void
peer_sender_stopped (PeerEndpoint *endpoint)
{
  g_hash_table_remove_all (PEER_SENDER (endpoint)->waiting);
}

static gboolean
peer_sender_tell_state (PeerSender *self,
                        PeerEndpointRemote *remote,
                        GError **error)
{
  PeerEndpoint *endpoint = PEER_ENDPOINT (self);
  PeerTopicMessage message = PEER_TOPIC_MESSAGE_INIT (PEER_TOPIC_MESSAGE_SYNC, endpoint->id);

  message.state = self->state;
  if (!peer_endpoint_publish (endpoint, remote->id, &message, error))
    return FALSE;

  remote->state_version = self->state_version;

  return TRUE;
}

/* Those who are connected and do not know of the last change. */
static gboolean
peer_sender_tell_states (PeerSender *self,
                         GError **error)
{
  g_autoptr (GPtrArray) remotes = peer_endpoint_list_remotes (PEER_ENDPOINT (self));

  for (guint i = 0; i < remotes->len; i++)
    {
      PeerEndpointRemote *remote = g_ptr_array_index (remotes, i);

      if (remote->is_connected && remote->state_version != self->state_version &&
          !peer_sender_tell_state (self, remote, error))
        return FALSE;
    }

  return TRUE;
}

static void
peer_sender_available (PeerEndpoint *endpoint)
{
  peer_endpoint_announce (endpoint, NULL);
  peer_sender_tell_states (PEER_SENDER (endpoint), NULL);
}

static void
peer_sender_connected (PeerEndpoint *endpoint,
                       PeerEndpointRemote *remote)
{
  PeerSender *self = PEER_SENDER (endpoint);

  if (remote->state_version != self->state_version)
    peer_sender_tell_state (self, remote, NULL);
  g_signal_emit (self, signals[CONNECT], 0, remote->id, remote->connection);
}

static void
peer_sender_disposed (PeerEndpoint *endpoint,
                      PeerEndpointRemote *remote)
{
  g_signal_emit (endpoint, signals[DISPOSE], 0, remote->id, remote->connection, remote->error);
}

static void
peer_sender_channel (PeerEndpoint *endpoint,
                     PeerEndpointRemote *remote,
                     PeerDataConnection *channel)
{
  g_signal_emit (endpoint, signals[CHANNEL], 0, remote->id, channel);
}

static void
peer_sender_message (PeerEndpoint *endpoint,
                     PeerEndpointRemote *remote,
                     PeerDataConnection *channel,
                     GVariant *value)
{
  GQuark label = g_quark_try_string (peer_base_connection_get_label (PEER_BASE_CONNECTION (channel)));

  g_signal_emit (endpoint, signals[MESSAGE], label, remote->id, value);
}

/**
 * peer_sender_new:
 * @signaling: over what to meet the receivers
 *
 * Makes a sender for the room `default`; see [property@Peer.Endpoint:room].
 *
 * Returns: (transfer full): a new sender
 */
PeerSender *
peer_sender_new (PeerSignaling *signaling)
{
  g_return_val_if_fail (PEER_IS_SIGNALING (signaling), NULL);

  return g_object_new (PEER_TYPE_SENDER, "signaling", signaling, NULL);
}

/**
 * peer_sender_start:
 * @self: a sender
 *
 * Begins to look for receivers. Does nothing when it is active.
 *
 * Subscribes to `["sender", room]` and `["sender", room, id]` and publishes an
 * `invoke` to `["receiver", room]`, again whenever the signaling is
 * available anew.
 */
void
peer_sender_start (PeerSender *self)
{
  g_return_if_fail (PEER_IS_SENDER (self));

  peer_endpoint_start (PEER_ENDPOINT (self));
}

/**
 * peer_sender_stop:
 * @self: a sender
 *
 * Closes all connections and looks for no more. Each receiver gets a `dispose`
 * message, and [signal@Peer.Sender::dispose] is emitted for each before this
 * returns. May be called at any time, and twice; the sender can be started again.
 */
void
peer_sender_stop (PeerSender *self)
{
  g_return_if_fail (PEER_IS_SENDER (self));

  peer_endpoint_stop (PEER_ENDPOINT (self));
}

/**
 * peer_sender_send:
 * @self: a sender
 * @value: the value; see [method@Peer.DataConnection.send]
 * @receiver_id: (nullable): a receiver's id, or %NULL for all receivers
 * @error: return location for an error
 *
 * Sends a value on the first channel of one receiver or of all.
 *
 * What is for a receiver whose connection is opening waits for it; and what is
 * for all waits for the first while there is none. No more than
 * [property@Peer.Endpoint:queue-size] wait: then the oldest is dropped, and
 * [signal@Peer.Endpoint::error] is emitted before this returns.
 *
 * Errors: `PEER_ERROR_NOT_OPEN_YET` when the sender is not active, or nothing
 * may wait; `PEER_ERROR_PEER_UNAVAILABLE` for an id to which there is no
 * connection; those of [method@Peer.DataConnection.send]. When it fails for one
 * of several receivers the others have got the value.
 *
 * Returns: %TRUE if the value was sent or waits
 */
gboolean
peer_sender_send (PeerSender *self,
                  GVariant *value,
                  const char *receiver_id,
                  GError **error)
{
  g_return_val_if_fail (PEER_IS_SENDER (self), FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  return peer_endpoint_send (PEER_ENDPOINT (self), value, receiver_id, error);
}

/* The members of the new state and those of the old one that it has not. */
static GVariant *
merge (GVariant *old,
       GVariant *new)
{
  g_autoptr (GVariantDict) dict = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *member;

  if (!g_variant_is_of_type (old, G_VARIANT_TYPE_VARDICT) || !g_variant_is_of_type (new, G_VARIANT_TYPE_VARDICT))
    return g_variant_ref (new);

  dict = g_variant_dict_new (old);
  g_variant_iter_init (&iter, new);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &member))
    g_variant_dict_insert_value (dict, name, member);

  return g_variant_ref_sink (g_variant_dict_end (dict));
}

/**
 * peer_sender_sync:
 * @self: a sender
 * @state: the new state; usually an `a{sv}`
 * @mode: what becomes of the old one
 * @error: return location for an error
 *
 * Changes the state and tells it to all receivers that are connected, in a
 * `sync` message. Those that connect later get it with the offer. Merging is
 * shallow, and takes two dictionaries; anything else is replaced.
 *
 * Errors: `PEER_ERROR_LIMIT_EXCEEDED` for a state above
 * [property@Peer.Endpoint:max-state-size], which changes nothing; those of
 * [method@Peer.Signaling.publish]. After `PEER_ERROR_NOT_OPEN_YET` the state is
 * told when the signaling is available again.
 *
 * Returns: %TRUE if the state was changed and told
 */
gboolean
peer_sender_sync (PeerSender *self,
                  GVariant *state,
                  PeerSyncMode mode,
                  GError **error)
{
  g_autoptr (GVariant) sunk = NULL;
  g_autoptr (GVariant) whole = NULL;

  g_return_val_if_fail (PEER_IS_SENDER (self), FALSE);
  g_return_val_if_fail (state != NULL, FALSE);

  sunk = g_variant_ref_sink (state);
  whole = mode == PEER_SYNC_MODE_MERGE ? merge (self->state, sunk) : g_variant_ref (sunk);
  if (!peer_endpoint_check_state (PEER_ENDPOINT (self), whole, error))
    return FALSE;

  g_variant_unref (self->state);
  self->state = g_steal_pointer (&whole);
  self->state_version++;
  g_object_notify (G_OBJECT (self), "state");

  return peer_sender_tell_states (self, error);
}

static void
peer_sender_finalize (GObject *object)
{
  PeerSender *self = PEER_SENDER (object);

  g_variant_unref (self->state);
  g_clear_object (&self->channels);
  g_hash_table_unref (self->waiting);

  G_OBJECT_CLASS (peer_sender_parent_class)->finalize (object);
}

static void
install_signals (GType type)
{
  /**
   * PeerSender::authorize:
   * @self: a sender
   * @request: who asks, with the credentials of the `invoke` message
   *
   * A receiver asks for a connection: p2p's `verify`. A handler looks at the
   * request, calls [method@Peer.JoinRequest.accept] or
   * [method@Peer.JoinRequest.refuse], at once or later, and returns %TRUE. When
   * no handler does, the receiver is accepted. One that is refused hears
   * nothing of it, and may ask again.
   *
   * Returns: %TRUE if the handler decides the request
   */
  signals[AUTHORIZE] = g_signal_new ("authorize", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                                     G_TYPE_BOOLEAN, 1, PEER_TYPE_JOIN_REQUEST);

  /**
   * PeerSender::connect:
   * @self: a sender
   * @id: the receiver's id
   * @connection: the connection: its first channel
   *
   * A receiver is connected.
   */
  signals[CONNECT] = g_signal_new ("connect", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING, PEER_TYPE_DATA_CONNECTION);

  /**
   * PeerSender::dispose:
   * @self: a sender
   * @id: the receiver's id
   * @connection: the connection: its first channel
   * @error: (nullable): why, or %NULL if one of the sides wanted it
   *
   * The connection to a receiver has ended, whether it was open or not.
   */
  signals[DISPOSE] = g_signal_new ("dispose", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 3, G_TYPE_STRING, PEER_TYPE_DATA_CONNECTION, G_TYPE_ERROR);

  /**
   * PeerSender::channel:
   * @self: a sender
   * @id: the receiver's id
   * @channel: the channel
   *
   * A channel to a receiver is open, the first one included; see
   * [property@Peer.BaseConnection:label].
   */
  signals[CHANNEL] = g_signal_new ("channel", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING, PEER_TYPE_DATA_CONNECTION);

  /**
   * PeerSender::message:
   * @self: a sender
   * @id: the receiver's id
   * @message: the value
   *
   * A receiver sent a value. It cannot be trusted. The detail of the signal is
   * the label of the channel: `message::chat`.
   */
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
}

static void
peer_sender_class_init (PeerSenderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerEndpointClass *endpoint_class = PEER_ENDPOINT_CLASS (klass);

  object_class->finalize = peer_sender_finalize;

  endpoint_class->own_side = "sender";
  endpoint_class->other_side = "receiver";
  endpoint_class->fill_message = peer_sender_fill_message;
  endpoint_class->handle_invoke = peer_sender_handle_invoke;
  endpoint_class->started = peer_sender_started;
  endpoint_class->stopped = peer_sender_stopped;
  endpoint_class->available = peer_sender_available;
  endpoint_class->connected = peer_sender_connected;
  endpoint_class->disposed = peer_sender_disposed;
  endpoint_class->channel = peer_sender_channel;
  endpoint_class->message = peer_sender_message;

  peer_sender_install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
peer_sender_init (PeerSender *self)
{
  self->state = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  self->waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}
