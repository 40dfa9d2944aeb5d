/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-private.h"

#include "peer-join-request.h"
#include "peer-signaling-manager-share-private.h"
#include "peer-source-private.h"

/**
 * PeerSignalingManager:
 *
 * Rooms whose members find each other: it tells each who else is there, who
 * comes and who goes, and passes the offers, answers and candidates on that
 * they make WebRTC connections with.
 *
 * [method@Peer.SignalingManager.attach] is all that it needs to serve clients
 * over WebSockets, at the port of a [class@Peer.Server] or at one of the
 * application's:
 *
 * ```c
 * g_autoptr (PeerSignalingManager) manager = peer_signaling_manager_new ();
 *
 * if (!peer_signaling_manager_attach (manager, peer_server_get_soup_server (server), NULL, &error))
 *   …
 * ```
 *
 * The sender of a signal is the one whose WebSocket it came from, and what is
 * for one session is for no other. The page *Signaling manager* has the
 * messages.
 *
 * An application that has connections of its own adds sessions itself, with
 * [method@Peer.SignalingManager.join_room], and brings messages to them, see
 * [method@Peer.SignalingManager.set_send_func].
 *
 * Managers are independent of each other, unless they share their rooms through
 * a [property@Peer.SignalingManager:broker]. A manager belongs to the main
 * context that was the thread default when it was made. Every handler of its
 * signals may call any of its methods and drop any reference.
 */
G_DEFINE_FINAL_TYPE (PeerSignalingManager, peer_signaling_manager, G_TYPE_OBJECT)

guint peer_signaling_manager_signals[N_MANAGER_SIGNALS];

static void
peer_signaling_manager_get_property (GObject *object,
                                     guint prop_id,
                                     GValue *value,
                                     GParamSpec *pspec)
{
  PeerSignalingManager *self = PEER_SIGNALING_MANAGER (object);

  if (prop_id <= N_MANAGER_NUMBERS)
    {
      g_value_set_uint (value, self->numbers[prop_id]);
      return;
    }

  switch (prop_id)
    {
    case PROP_PROXIED:
      g_value_set_boolean (value, self->proxied);
      break;
    case PROP_ALLOWED_ORIGINS:
      g_value_set_boxed (value, self->allowed_origins);
      break;
    case PROP_BROKER:
      g_value_set_object (value, self->broker);
      break;
    case PROP_KEY:
      g_value_set_string (value, self->key);
      break;
    case PROP_N_SESSIONS:
      g_value_set_uint (value, self->n_sessions);
      break;
    case PROP_N_ROOMS:
      g_value_set_uint (value, g_hash_table_size (self->rooms));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_signaling_manager_set_property (GObject *object,
                                     guint prop_id,
                                     const GValue *value,
                                     GParamSpec *pspec)
{
  PeerSignalingManager *self = PEER_SIGNALING_MANAGER (object);

  if (prop_id <= N_MANAGER_NUMBERS)
    {
      if (self->numbers[prop_id] == g_value_get_uint (value))
        return;
      self->numbers[prop_id] = g_value_get_uint (value);
    }
  else
    {
      switch (prop_id)
        {
        case PROP_PROXIED:
          if (self->proxied == g_value_get_boolean (value))
            return;
          self->proxied = g_value_get_boolean (value);
          break;
        case PROP_ALLOWED_ORIGINS:
          g_strfreev (self->allowed_origins);
          self->allowed_origins = g_value_dup_boxed (value);
          break;
        case PROP_BROKER:
          g_return_if_fail (g_value_get_object (value) == NULL || peer_broker_can_group (g_value_get_object (value)));
          self->broker = g_value_dup_object (value);
          return;
        case PROP_KEY:
          self->key = g_value_dup_string (value);
          return;
        default:
          G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
          return;
        }
    }

  peer_signaling_manager_configure_sockets (self);
  if (prop_id == PROP_REFRESH_INTERVAL)
    peer_manager_share_configure (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
peer_signaling_manager_constructed (GObject *object)
{
  PeerSignalingManager *self = PEER_SIGNALING_MANAGER (object);

  G_OBJECT_CLASS (peer_signaling_manager_parent_class)->constructed (object);

  peer_signaling_manager_configure_sockets (self);
}

static void
peer_signaling_manager_dispose (GObject *object)
{
  PeerSignalingManager *self = PEER_SIGNALING_MANAGER (object);

  peer_signaling_manager_stop (self);
  peer_signaling_manager_set_send_func (self, NULL, NULL, NULL);
  g_clear_object (&self->broker);

  G_OBJECT_CLASS (peer_signaling_manager_parent_class)->dispose (object);
}

static void
peer_signaling_manager_finalize (GObject *object)
{
  PeerSignalingManager *self = PEER_SIGNALING_MANAGER (object);

  g_clear_pointer (&self->silences, peer_timeout_queue_free);
  g_clear_pointer (&self->pings, peer_timeout_queue_free);
  g_clear_pointer (&self->joins, peer_timeout_queue_free);
  g_clear_pointer (&self->ends, peer_timeout_queue_free);
  g_clear_pointer (&self->endpoints, g_ptr_array_unref);
  g_clear_pointer (&self->clients_per_network, g_hash_table_unref);
  g_clear_object (&self->hub);
  g_clear_pointer (&self->rooms, g_hash_table_unref);
  g_clear_pointer (&self->claims, g_hash_table_unref);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->allowed_origins, g_strfreev);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (peer_signaling_manager_parent_class)->finalize (object);
}

static void
install_signals (void)
{
  GType strings = G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE;

  /**
   * PeerSignalingManager::session-joined:
   * @self: the manager
   * @room: the name of its room
   * @session: the session
   *
   * A session has joined a room at this manager.
   */
  peer_signaling_manager_signals[MANAGER_SESSION_JOINED] = g_signal_new ("session-joined", PEER_TYPE_SIGNALING_MANAGER, G_SIGNAL_RUN_LAST, 0,
                                                                         NULL, NULL, NULL, G_TYPE_NONE, 2, strings, PEER_TYPE_SESSION);

  /**
   * PeerSignalingManager::session-left:
   * @self: the manager
   * @room: the name of its room
   * @session: the session
   *
   * A session has left a room, in whatever way. Emitted once for each that has
   * joined.
   */
  peer_signaling_manager_signals[MANAGER_SESSION_LEFT] = g_signal_new ("session-left", PEER_TYPE_SIGNALING_MANAGER, G_SIGNAL_RUN_LAST, 0,
                                                                       NULL, NULL, NULL, G_TYPE_NONE, 2, strings, PEER_TYPE_SESSION);

  /**
   * PeerSignalingManager::room-empty:
   * @self: the manager
   * @room: the name of the room
   *
   * The last session of a room has left, at other managers, too. The room is
   * no more.
   */
  peer_signaling_manager_signals[MANAGER_ROOM_EMPTY] = g_signal_new ("room-empty", PEER_TYPE_SIGNALING_MANAGER, G_SIGNAL_RUN_LAST, 0,
                                                                     NULL, NULL, NULL, G_TYPE_NONE, 1, strings);

  /**
   * PeerSignalingManager::authorize:
   * @self: the manager
   * @request: who asks
   *
   * Somebody wants to join a room over a WebSocket. A handler that decides
   * calls [method@Peer.JoinRequest.accept] or
   * [method@Peer.JoinRequest.refuse], at once or later, and returns %TRUE. A
   * request whose last reference is dropped undecided is refused. Without a
   * handler that returns %TRUE everybody is accepted.
   *
   * Who is refused gets an `error` with the code `refused` and the reason, and
   * may try again.
   *
   * Returns: %TRUE if the handler decides the request
   */
  peer_signaling_manager_signals[MANAGER_AUTHORIZE] = g_signal_new ("authorize", PEER_TYPE_SIGNALING_MANAGER, G_SIGNAL_RUN_LAST, 0,
                                                                    g_signal_accumulator_true_handled, NULL, NULL,
                                                                    G_TYPE_BOOLEAN, 1, PEER_TYPE_JOIN_REQUEST);

  /**
   * PeerSignalingManager::error:
   * @self: the manager
   * @error: the error
   *
   * Somebody broke the protocol of WebSockets (%PEER_ERROR_INVALID_DATA) or
   * crossed a limit (%PEER_ERROR_LIMIT_EXCEEDED), and was disconnected; or the
   * broker has lost what the managers share (%PEER_ERROR_NETWORK). The manager
   * goes on.
   */
  peer_signaling_manager_signals[MANAGER_ERROR] = g_signal_new ("error", PEER_TYPE_SIGNALING_MANAGER, G_SIGNAL_RUN_LAST, 0,
                                                                NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
peer_signaling_manager_class_init (PeerSignalingManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = peer_signaling_manager_get_property;
  object_class->set_property = peer_signaling_manager_set_property;
  object_class->constructed = peer_signaling_manager_constructed;
  object_class->dispose = peer_signaling_manager_dispose;
  object_class->finalize = peer_signaling_manager_finalize;

  peer_signaling_manager_properties_install (object_class);
  install_signals ();
}

static void
peer_signaling_manager_init (PeerSignalingManager *self)
{
  self->context = g_main_context_ref_thread_default ();
  peer_signaling_manager_init_numbers (self);
  self->rooms = peer_signaling_manager_new_rooms ();
  self->claims = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_websocket_endpoint_free);
  self->clients_per_network = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * peer_signaling_manager_new:
 *
 * Makes a manager without rooms.
 *
 * Returns: (transfer full): a new manager
 */
PeerSignalingManager *
peer_signaling_manager_new (void)
{
  return g_object_new (PEER_TYPE_SIGNALING_MANAGER, NULL);
}

/**
 * peer_signaling_manager_set_send_func:
 * @self: a signaling manager
 * @func: (nullable) (scope notified) (closure user_data) (destroy notify): what
 *   brings a message to a session, or %NULL
 * @user_data: what to give it
 * @notify: (nullable): what to call when it is not needed any more
 *
 * Sets how messages get to the sessions that the application has added with
 * [method@Peer.SignalingManager.join_room]. Without it they get none.
 */
void
peer_signaling_manager_set_send_func (PeerSignalingManager *self,
                                      PeerSignalingManagerSendFunc func,
                                      gpointer user_data,
                                      GDestroyNotify notify)
{
  GDestroyNotify old_notify;
  gpointer old_data;

  g_return_if_fail (PEER_IS_SIGNALING_MANAGER (self));

  old_notify = self->send_destroy;
  old_data = self->send_data;
  self->send_func = func;
  self->send_data = user_data;
  self->send_destroy = notify;
  if (old_notify != NULL)
    old_notify (old_data);
}

/**
 * peer_signaling_manager_stop:
 * @self: a signaling manager
 *
 * Takes the manager off the servers that it is attached to, disconnects all
 * WebSockets with code 1001, and ends all other sessions, too, with
 * [signal@Peer.SignalingManager::session-left]. It can be attached again.
 */
void
peer_signaling_manager_stop (PeerSignalingManager *self)
{
  g_autoptr (PeerSignalingManager) kept = NULL;
  g_auto (GStrv) rooms = NULL;

  g_return_if_fail (PEER_IS_SIGNALING_MANAGER (self));

  kept = g_object_ref (self);
  peer_signaling_manager_close_sockets (self);
  rooms = peer_signaling_manager_get_rooms (self);
  for (guint i = 0; rooms[i] != NULL; i++)
    peer_signaling_manager_clear_room (self, rooms[i]);
  peer_manager_share_stop (self);
}
