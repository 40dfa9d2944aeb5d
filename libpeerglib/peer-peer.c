/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-peer-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "protocol/peer-id-private.h"

/**
 * PeerPeer:
 *
 * A peer: it has an id at a PeerJS server, connects to other peers by theirs
 * and is connected to.
 *
 * A new peer contacts its server on the next turn of its main context, so
 * there is time to connect to its signals. The main context is the one that
 * was the thread default when the peer was made; all signals and callbacks of
 * the peer and its connections run there.
 *
 * ```c
 * static void
 * open_cb (PeerPeer *peer, const char *id)
 * {
 *   g_print ("I am %s\n", id);
 * }
 *
 * g_autoptr (PeerPeer) peer = peer_peer_new_for_uri ("http://127.0.0.1:9000/", NULL);
 * g_signal_connect (peer, "open", G_CALLBACK (open_cb), NULL);
 * ```
 *
 * Losing the server does not touch connections that are open. The peer then
 * reconnects by itself with the same id, unless
 * [property@Peer.Peer:auto-reconnect] is unset; see
 * [reconnecting](reconnecting.html).
 */
G_DEFINE_FINAL_TYPE_WITH_CODE (PeerPeer, peer_peer, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PEER_TYPE_CONNECTION_OWNER, peer_peer_owner_init))

enum
{
  OPEN,
  CONNECTION,
  DISCONNECTED,
  CLOSE,
  ERROR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
peer_peer_report_error (PeerPeer *self,
                        const GError *error)
{
  if (!self->is_destroyed)
    g_signal_emit (self, signals[ERROR], 0, error);
}

void
peer_peer_send_signal (PeerPeer *self,
                       const char *type,
                       const char *peer_id,
                       const char *payload)
{
  PeerSocket *socket = peer_peer_ensure_socket (self);

  if (socket != NULL)
    peer_socket_send (socket, type, peer_id, payload);
}

void
peer_peer_emit_open (PeerPeer *self)
{
  g_signal_emit (self, signals[OPEN], 0, self->id);
}

void
peer_peer_emit_disconnected (PeerPeer *self)
{
  g_signal_emit (self, signals[DISCONNECTED], 0, self->id);
}

void
peer_peer_emit_connection (PeerPeer *self,
                           PeerDataConnection *connection)
{
  g_signal_emit (self, signals[CONNECTION], 0, connection);
}

void
peer_peer_set_link_settings (PeerPeer *self,
                             PeerLinkSettings *links)
{
  peer_link_settings_ref (links);
  peer_link_settings_unref (self->links);
  self->links = links;
}

void
peer_peer_set_transport_factory (PeerPeer *self,
                                 PeerTransportFactory factory)
{
  self->links->transport_factory = factory;
}

/**
 * peer_peer_open_async:
 * @self: a peer
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when the peer is open or cannot be
 * @user_data: (closure): data for @callback
 *
 * Waits until the peer is open. Cancelling ends the waiting and leaves the peer
 * as it is.
 */
void
peer_peer_open_async (PeerPeer *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (PEER_IS_PEER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_peer_open_async);
  if (self->is_open)
    g_task_return_pointer (task, g_strdup (self->id), g_free);
  else if (!peer_peer_can_connect (self))
    g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_DISCONNECTED, _ ("The peer is disconnected from the server"));
  else
    peer_wait_queue_push (self->opens, task);
}

/**
 * peer_peer_open_finish:
 * @self: a peer
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.Peer.open_async]. Errors: those that
 * [signal@Peer.Peer::error] tells of before the peer is open,
 * `PEER_ERROR_DISCONNECTED` and `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): the id of the peer
 */
char *
peer_peer_open_finish (PeerPeer *self,
                       GAsyncResult *result,
                       GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_peer_open_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
peer_peer_leave_server (PeerPeer *self)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_DISCONNECTED,
                                                  _ ("The peer is disconnected from the server"));

  peer_peer_unregister (self, error);
}

/**
 * peer_peer_disconnect_from_server:
 * @self: a peer
 *
 * Gives up the id at the server: PeerJS's `disconnect()`. Connections live on;
 * new ones cannot be made until [method@Peer.Peer.reconnect].
 */
void
peer_peer_disconnect_from_server (PeerPeer *self)
{
  g_autoptr (PeerPeer) keep_alive = NULL;

  g_return_if_fail (PEER_IS_PEER (self));

  if (self->is_destroyed)
    return;

  keep_alive = g_object_ref (self);
  peer_peer_leave_server (self);
}

/**
 * peer_peer_reconnect:
 * @self: a peer
 *
 * Opens the peer again after it was disconnected, with its old id and token. It
 * does nothing when the peer is not disconnected, or destroyed.
 */
void
peer_peer_reconnect (PeerPeer *self)
{
  g_return_if_fail (PEER_IS_PEER (self));

  if (self->is_destroyed || !self->is_disconnected)
    return;

  peer_peer_register_again (self);
}

static void
peer_peer_close_connections (PeerPeer *self)
{
  g_autoptr (GPtrArray) connections = peer_connection_table_list (self->connections, NULL);

  for (guint i = 0; i < connections->len; i++)
    peer_base_connection_close (g_ptr_array_index (connections, i));
}

/**
 * peer_peer_destroy:
 * @self: a peer
 *
 * Closes all connections and the line to the server, for good. May be called at
 * any time, and twice. [signal@Peer.Peer::close] is emitted before it returns,
 * and nothing after it. Letting go of the last reference does the same, without
 * signals of the peer.
 */
void
peer_peer_destroy (PeerPeer *self)
{
  g_autoptr (PeerPeer) keep_alive = NULL;

  g_return_if_fail (PEER_IS_PEER (self));

  if (self->is_destroyed)
    return;

  keep_alive = g_object_ref (self);
  peer_peer_set_destroyed (self);
  peer_peer_leave_server (self);
  peer_peer_close_connections (self);

  g_signal_emit (self, signals[CLOSE], 0);
}

static void
list_all_peers_cb (GObject *object,
                   GAsyncResult *result,
                   gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char **ids = peer_socket_list_peers_finish (PEER_SOCKET (object), result, &error);

  if (ids != NULL)
    g_task_return_pointer (task, ids, (GDestroyNotify) g_strfreev);
  else
    g_task_return_error (task, error);
}

/**
 * peer_peer_list_all_peers_async:
 * @self: a peer
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): called when the list is there
 * @user_data: (closure): data for @callback
 *
 * Asks the server for the ids of all its peers: PeerJS's `listAllPeers()`. A
 * server only tells when it allows discovery.
 */
void
peer_peer_list_all_peers_async (PeerPeer *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  PeerSocket *socket;

  g_return_if_fail (PEER_IS_PEER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_peer_list_all_peers_async);
  socket = self->is_destroyed ? NULL : peer_peer_ensure_socket (self);
  if (socket != NULL)
    peer_socket_list_peers_async (socket, cancellable, list_all_peers_cb, g_steal_pointer (&task));
  else
    g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_DISCONNECTED, _ ("The peer is disconnected from the server"));
}

/**
 * peer_peer_list_all_peers_finish:
 * @self: a peer
 * @result: the result
 * @error: return location for an error
 *
 * Finishes [method@Peer.Peer.list_all_peers_async]. Errors:
 * `PEER_ERROR_SERVER_ERROR` when the server refuses, `PEER_ERROR_INVALID_DATA`
 * when its answer is no list, `PEER_ERROR_DISCONNECTED` when the peer was
 * destroyed, those of GIO and libsoup.
 *
 * Returns: (transfer full) (array zero-terminated=1): the ids
 */
char **
peer_peer_list_all_peers_finish (PeerPeer *self,
                                 GAsyncResult *result,
                                 GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_peer_list_all_peers_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
peer_peer_constructed (GObject *object)
{
  PeerPeer *self = PEER_PEER (object);

  G_OBJECT_CLASS (peer_peer_parent_class)->constructed (object);

  if (self->token == NULL)
    self->token = peer_token_new ();

  peer_peer_register (self);
}

static void
peer_peer_dispose (GObject *object)
{
  PeerPeer *self = PEER_PEER (object);

  /* The same as destroy(), for nobody who could listen. */
  self->is_destroyed = TRUE;
  self->is_open = FALSE;
  self->is_disconnected = TRUE;
  self->is_reconnecting = FALSE;
  peer_peer_leave_server (self);
  peer_peer_close_connections (self);
  peer_peer_clear_reconnect (self);
  g_clear_object (&self->socket);

  G_OBJECT_CLASS (peer_peer_parent_class)->dispose (object);
}

static void
peer_peer_finalize (GObject *object)
{
  PeerPeer *self = PEER_PEER (object);

  g_free (self->id);
  g_free (self->host);
  g_free (self->path);
  g_free (self->key);
  g_free (self->token);
  g_hash_table_unref (self->serializers);
  peer_link_settings_unref (self->links);
  peer_connection_table_free (self->connections);
  peer_early_candidates_free (self->early_candidates);
  peer_wait_queue_free (self->opens);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_peer_parent_class)->finalize (object);
}

static void
peer_peer_class_init (PeerPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = peer_peer_constructed;
  object_class->dispose = peer_peer_dispose;
  object_class->finalize = peer_peer_finalize;

  peer_peer_install_properties (object_class);

  /**
   * PeerPeer::open:
   * @self: a peer
   * @id: the peer's id
   *
   * The server holds the peer's id for it: other peers can connect. It is
   * emitted again after each reconnection.
   */
  signals[OPEN] = g_signal_new ("open", PEER_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * PeerPeer::connection:
   * @self: a peer
   * @connection: the new connection
   *
   * Another peer connects to this one. The connection opens later; to refuse
   * it, close it.
   */
  signals[CONNECTION] = g_signal_new ("connection", PEER_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 1, PEER_TYPE_DATA_CONNECTION);

  /**
   * PeerPeer::disconnected:
   * @self: a peer
   * @id: (nullable): the peer's id, if it had one
   *
   * The line to the server is gone. Connections live on. It is emitted once
   * for each loss, however many attempts to reconnect follow.
   */
  signals[DISCONNECTED] = g_signal_new ("disconnected", PEER_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * PeerPeer::close:
   * @self: a peer
   *
   * The peer was destroyed. It is the last signal.
   */
  signals[CLOSE] = g_signal_new ("close", PEER_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * PeerPeer::error:
   * @self: a peer
   * @error: what happened, a [error@Peer.Error]
   *
   * Something went wrong. Before the peer was open for the first time, a
   * refusal by the server destroys it, as in PeerJS; later, it is only
   * disconnected. A line that is lost is told once, before
   * [signal@Peer.Peer::disconnected]; attempts to reconnect that fail are
   * not, until the peer gives up.
   */
  signals[ERROR] = g_signal_new ("error", PEER_TYPE_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
peer_peer_init (PeerPeer *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->links = peer_link_settings_new ();
  self->connections = peer_connection_table_new ();
  self->early_candidates = peer_early_candidates_new ();
  self->opens = peer_wait_queue_new (self->context);
  self->serializers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  peer_peer_init_reconnect (self);
}
