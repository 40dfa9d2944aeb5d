/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-broker.h"

#include "peer-enum-types.h"

/**
 * PeerBroker:
 *
 * What makes several servers one: it knows which id belongs to a client of
 * which server, brings messages there, and keeps those for clients that have
 * not come yet.
 *
 * A [class@Peer.Server] has a broker of its own, in
 * [property@Peer.Server:broker]. The default, [class@Peer.MemoryBroker], knows
 * of no other server; [class@Peer.RedisBroker] finds the others in Redis. A
 * server asks its broker only about ids that none of its own clients holds:
 * messages between clients of one server never get here.
 *
 * A program can implement a broker of its own. The server calls it, and it
 * tells the server through its signals; all in the server's main context.
 */
G_DEFINE_INTERFACE (PeerBroker, peer_broker, G_TYPE_OBJECT)

enum
{
  MESSAGE,
  EVICTED,
  EXPIRED,
  ERROR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
peer_broker_default_init (PeerBrokerInterface *iface)
{
  GType type = G_TYPE_FROM_INTERFACE (iface);

  /**
   * PeerBroker:is-connected:
   *
   * Whether the broker reaches what it shares with the other servers. While
   * it does not, the server's own clients reach each other, and messages for
   * others wait.
   */
  g_object_interface_install_property (iface,
                                       g_param_spec_boolean ("is-connected", NULL, NULL, FALSE,
                                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY));

  /**
   * PeerBroker::message:
   * @self: the broker
   * @src: the id of the sender
   * @dst: the id of the client it is for
   * @message: the whole message, as it goes over the client's WebSocket
   *
   * A message has arrived from another server, for an id that is held here.
   *
   * Returns: %TRUE if there is such a client
   */
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0,
                                   g_signal_accumulator_true_handled, NULL, NULL,
                                   G_TYPE_BOOLEAN, 3, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE,
                                   G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_BYTES);

  /**
   * PeerBroker::evicted:
   * @self: the broker
   * @id: an id that was held here
   * @reason: why it is not any more
   *
   * An id belongs to a client of another server now.
   */
  signals[EVICTED] = g_signal_new ("evicted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, PEER_TYPE_BROKER_EVICTION);

  /**
   * PeerBroker::expired:
   * @self: the broker
   * @src: the id of the sender, which is held here
   * @dst: the id that did not come
   *
   * Messages have waited for too long. Emitted once for each sender.
   */
  signals[EXPIRED] = g_signal_new ("expired", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE,
                                   G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);

  /**
   * PeerBroker::error:
   * @self: the broker
   * @error: the error
   *
   * Something went wrong that the broker recovers from by itself, such as a
   * lost connection. The server emits it as its own
   * [signal@Peer.Server::error].
   */
  signals[ERROR] = g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

/**
 * peer_broker_start: (virtual start)
 * @self: a broker
 * @settings: what to know of the server
 *
 * Begins to work for a server. The server calls it when it begins to listen,
 * and again when one of the settings has changed.
 */
void
peer_broker_start (PeerBroker *self,
                   const PeerBrokerSettings *settings)
{
  g_return_if_fail (PEER_IS_BROKER (self));
  g_return_if_fail (settings != NULL);

  PEER_BROKER_GET_IFACE (self)->start (self, settings);
}

/**
 * peer_broker_stop_async: (virtual stop_async)
 * @self: a broker
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): what to call when it has ended
 * @user_data: what to give it
 *
 * Gives all ids up, passes on what is on its way and ends the work for the
 * server. The server waits a moment for it when it stops, not for ever.
 */
void
peer_broker_stop_async (PeerBroker *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (PEER_IS_BROKER (self));

  PEER_BROKER_GET_IFACE (self)->stop_async (self, cancellable, callback, user_data);
}

/**
 * peer_broker_stop_finish: (virtual stop_finish)
 * @self: a broker
 * @result: what the callback got
 * @error: return location for an error
 *
 * Completes [method@Peer.Broker.stop_async].
 *
 * Returns: %TRUE if nothing was left behind
 */
gboolean
peer_broker_stop_finish (PeerBroker *self,
                         GAsyncResult *result,
                         GError **error)
{
  g_return_val_if_fail (PEER_IS_BROKER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);

  return PEER_BROKER_GET_IFACE (self)->stop_finish (self, result, error);
}

/**
 * peer_broker_claim: (virtual claim)
 * @self: a broker
 * @id: an id that no client of the server holds
 * @owner: what only the owner of the id knows: the client's token
 *
 * Claims an id for a client, if the broker can decide that at once. An id that
 * a client of another server holds with the same owner is taken over.
 *
 * Returns: what came of it; %PEER_BROKER_CLAIM_PENDING if it takes longer
 */
PeerBrokerClaim
peer_broker_claim (PeerBroker *self,
                   const char *id,
                   const char *owner)
{
  PeerBrokerInterface *iface;

  g_return_val_if_fail (PEER_IS_BROKER (self), PEER_BROKER_CLAIM_TAKEN);
  g_return_val_if_fail (id != NULL, PEER_BROKER_CLAIM_TAKEN);
  g_return_val_if_fail (owner != NULL, PEER_BROKER_CLAIM_TAKEN);

  iface = PEER_BROKER_GET_IFACE (self);

  return iface->claim != NULL ? iface->claim (self, id, owner) : PEER_BROKER_CLAIM_PENDING;
}

/**
 * peer_broker_claim_async: (virtual claim_async)
 * @self: a broker
 * @id: an id that no client of the server holds, and that is not being claimed
 * @owner: what only the owner of the id knows: the client's token
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): what to call when it is decided
 * @user_data: what to give it
 *
 * Claims an id for a client, as [method@Peer.Broker.claim] does. From when it
 * is claimed until [method@Peer.Broker.take_messages] the broker keeps the
 * messages that arrive for it.
 */
void
peer_broker_claim_async (PeerBroker *self,
                         const char *id,
                         const char *owner,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (PEER_IS_BROKER (self));
  g_return_if_fail (id != NULL);
  g_return_if_fail (owner != NULL);

  PEER_BROKER_GET_IFACE (self)->claim_async (self, id, owner, cancellable, callback, user_data);
}

/**
 * peer_broker_claim_finish: (virtual claim_finish)
 * @self: a broker
 * @result: what the callback got
 * @error: return location for an error
 *
 * Completes [method@Peer.Broker.claim_async]. With an error, whatever it is,
 * the client is told that it cannot be served.
 *
 * Returns: what came of it; %PEER_BROKER_CLAIM_PENDING with an error
 */
PeerBrokerClaim
peer_broker_claim_finish (PeerBroker *self,
                          GAsyncResult *result,
                          GError **error)
{
  g_return_val_if_fail (PEER_IS_BROKER (self), PEER_BROKER_CLAIM_PENDING);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), PEER_BROKER_CLAIM_PENDING);

  return PEER_BROKER_GET_IFACE (self)->claim_finish (self, result, error);
}

/**
 * peer_broker_take_messages: (virtual take_messages)
 * @self: a broker
 * @id: an id that was claimed
 *
 * Takes the messages that waited for an id, in order. What arrives from now on
 * is emitted as [signal@Peer.Broker::message].
 *
 * Returns: (transfer full) (nullable) (element-type GBytes): the messages, or
 *   %NULL if there are none
 */
GPtrArray *
peer_broker_take_messages (PeerBroker *self,
                           const char *id)
{
  g_return_val_if_fail (PEER_IS_BROKER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return PEER_BROKER_GET_IFACE (self)->take_messages (self, id);
}

/**
 * peer_broker_release: (virtual release)
 * @self: a broker
 * @id: an id
 *
 * Gives an id up. Does nothing if it is not held here.
 */
void
peer_broker_release (PeerBroker *self,
                     const char *id)
{
  g_return_if_fail (PEER_IS_BROKER (self));
  g_return_if_fail (id != NULL);

  PEER_BROKER_GET_IFACE (self)->release (self, id);
}

/**
 * peer_broker_publish: (virtual publish)
 * @self: a broker
 * @src: the id of the sender
 * @dst: an id that no client of the server holds
 * @message: the whole message, as it goes over the client's WebSocket
 * @may_wait: whether it may wait until somebody holds the id
 *
 * Takes a message for a client of another server. If there is none it waits
 * for one; when that takes too long [signal@Peer.Broker::expired] is emitted
 * at the server that the sender is a client of then.
 *
 * Returns: %FALSE if a limit leaves no room for it
 */
gboolean
peer_broker_publish (PeerBroker *self,
                     const char *src,
                     const char *dst,
                     GBytes *message,
                     gboolean may_wait)
{
  g_return_val_if_fail (PEER_IS_BROKER (self), FALSE);
  g_return_val_if_fail (src != NULL, FALSE);
  g_return_val_if_fail (dst != NULL, FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  return PEER_BROKER_GET_IFACE (self)->publish (self, src, dst, message, may_wait);
}

/**
 * peer_broker_lookup_async: (virtual lookup_async)
 * @self: a broker
 * @id: an id
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): what to call with the answer
 * @user_data: what to give it
 *
 * Asks whether a client of any server holds an id.
 */
void
peer_broker_lookup_async (PeerBroker *self,
                          const char *id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (PEER_IS_BROKER (self));
  g_return_if_fail (id != NULL);

  PEER_BROKER_GET_IFACE (self)->lookup_async (self, id, cancellable, callback, user_data);
}

/**
 * peer_broker_lookup_finish: (virtual lookup_finish)
 * @self: a broker
 * @result: what the callback got
 * @error: return location for an error
 *
 * Completes [method@Peer.Broker.lookup_async].
 *
 * Returns: %TRUE if somebody holds the id; %FALSE, and no error, if nobody does
 */
gboolean
peer_broker_lookup_finish (PeerBroker *self,
                           GAsyncResult *result,
                           GError **error)
{
  g_return_val_if_fail (PEER_IS_BROKER (self), FALSE);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), FALSE);

  return PEER_BROKER_GET_IFACE (self)->lookup_finish (self, result, error);
}

/**
 * peer_broker_can_list_ids:
 * @self: a broker
 *
 * Gets whether the broker knows of clients of other servers, so that it makes
 * sense to ask it for a list.
 *
 * Returns: whether [method@Peer.Broker.list_ids_async] may be called
 */
gboolean
peer_broker_can_list_ids (PeerBroker *self)
{
  g_return_val_if_fail (PEER_IS_BROKER (self), FALSE);

  return PEER_BROKER_GET_IFACE (self)->list_ids_async != NULL;
}

/**
 * peer_broker_list_ids_async: (virtual list_ids_async)
 * @self: a broker
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): what to call with the list
 * @user_data: what to give it
 *
 * Asks for the ids of all clients of all servers.
 */
void
peer_broker_list_ids_async (PeerBroker *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (peer_broker_can_list_ids (self));

  PEER_BROKER_GET_IFACE (self)->list_ids_async (self, cancellable, callback, user_data);
}

/**
 * peer_broker_list_ids_finish: (virtual list_ids_finish)
 * @self: a broker
 * @result: what the callback got
 * @error: return location for an error
 *
 * Completes [method@Peer.Broker.list_ids_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): the ids
 */
char **
peer_broker_list_ids_finish (PeerBroker *self,
                             GAsyncResult *result,
                             GError **error)
{
  g_return_val_if_fail (peer_broker_can_list_ids (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  return PEER_BROKER_GET_IFACE (self)->list_ids_finish (self, result, error);
}

/**
 * peer_broker_get_queue_size: (virtual get_queue_size)
 * @self: a broker
 * @n_messages: (out): return location for the number of messages
 * @n_bytes: (out): return location for the number of their bytes
 *
 * Gets how much waits in this process, whether for its destination or for
 * what the broker shares with other servers.
 */
void
peer_broker_get_queue_size (PeerBroker *self,
                            guint *n_messages,
                            guint64 *n_bytes)
{
  g_return_if_fail (PEER_IS_BROKER (self));
  g_return_if_fail (n_messages != NULL);
  g_return_if_fail (n_bytes != NULL);

  PEER_BROKER_GET_IFACE (self)->get_queue_size (self, n_messages, n_bytes);
}

/**
 * peer_broker_can_group:
 * @self: a broker
 *
 * Gets whether the broker keeps groups of ids.
 *
 * Returns: whether [method@Peer.Broker.join_group_async] may be called
 */
gboolean
peer_broker_can_group (PeerBroker *self)
{
  g_return_val_if_fail (PEER_IS_BROKER (self), FALSE);

  return PEER_BROKER_GET_IFACE (self)->join_group_async != NULL;
}

/**
 * peer_broker_join_group_async: (virtual join_group_async)
 * @self: a broker that keeps groups
 * @group: the name of the group
 * @ids: (array zero-terminated=1): ids that are held here
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): what to call with the ids
 * @user_data: what to give it
 *
 * Puts ids into a group, those that are in it already, too, and asks for all
 * that are in it. An id leaves its groups when it is released, or when its
 * holder dies. A group lasts as long as somebody asks for it once in a minute.
 */
void
peer_broker_join_group_async (PeerBroker *self,
                              const char *group,
                              const char *const *ids,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (peer_broker_can_group (self));
  g_return_if_fail (group != NULL);
  g_return_if_fail (ids != NULL);

  PEER_BROKER_GET_IFACE (self)->join_group_async (self, group, ids, cancellable, callback, user_data);
}

/**
 * peer_broker_join_group_finish: (virtual join_group_finish)
 * @self: a broker
 * @result: what the callback got
 * @error: return location for an error
 *
 * Completes [method@Peer.Broker.join_group_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): the ids that are in the
 *   group, in the order in which they joined it
 */
char **
peer_broker_join_group_finish (PeerBroker *self,
                               GAsyncResult *result,
                               GError **error)
{
  g_return_val_if_fail (peer_broker_can_group (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  return PEER_BROKER_GET_IFACE (self)->join_group_finish (self, result, error);
}

/**
 * peer_broker_get_is_connected: (get-property is-connected)
 * @self: a broker
 *
 * Gets whether the broker reaches what it shares with the other servers.
 *
 * Returns: whether it does
 */
gboolean
peer_broker_get_is_connected (PeerBroker *self)
{
  gboolean is_connected;

  g_return_val_if_fail (PEER_IS_BROKER (self), FALSE);

  g_object_get (self, "is-connected", &is_connected, NULL);

  return is_connected;
}

/**
 * peer_broker_message:
 * @self: a broker
 * @src: the id of the sender
 * @dst: the id of the client it is for
 * @message: the message
 *
 * Emits [signal@Peer.Broker::message]; only for implementations.
 *
 * Returns: %TRUE if there is such a client
 */
gboolean
peer_broker_message (PeerBroker *self,
                     const char *src,
                     const char *dst,
                     GBytes *message)
{
  gboolean is_handled = FALSE;

  g_return_val_if_fail (PEER_IS_BROKER (self), FALSE);

  g_signal_emit (self, signals[MESSAGE], 0, src, dst, message, &is_handled);

  return is_handled;
}

/**
 * peer_broker_evicted:
 * @self: a broker
 * @id: an id that was held here
 * @reason: why it is not any more
 *
 * Emits [signal@Peer.Broker::evicted]; only for implementations.
 */
void
peer_broker_evicted (PeerBroker *self,
                     const char *id,
                     PeerBrokerEviction reason)
{
  g_return_if_fail (PEER_IS_BROKER (self));

  g_signal_emit (self, signals[EVICTED], 0, id, reason);
}

/**
 * peer_broker_expired:
 * @self: a broker
 * @src: the id of the sender
 * @dst: the id that did not come
 *
 * Emits [signal@Peer.Broker::expired]; only for implementations.
 */
void
peer_broker_expired (PeerBroker *self,
                     const char *src,
                     const char *dst)
{
  g_return_if_fail (PEER_IS_BROKER (self));

  g_signal_emit (self, signals[EXPIRED], 0, src, dst);
}

/**
 * peer_broker_error:
 * @self: a broker
 * @error: the error
 *
 * Emits [signal@Peer.Broker::error]; only for implementations.
 */
void
peer_broker_error (PeerBroker *self,
                   const GError *error)
{
  g_return_if_fail (PEER_IS_BROKER (self));

  g_signal_emit (self, signals[ERROR], 0, error);
}
