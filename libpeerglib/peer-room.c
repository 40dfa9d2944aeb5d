/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-private.h"

#include "peer-source-private.h"

/**
 * PeerRoom:
 *
 * A room: all who join one of the same name at the same place are its members,
 * hear of each other and talk to each other.
 *
 * The place is a [iface@Peer.Signaling], a PeerJS server, a
 * [class@Peer.SignalingManager] or a [class@Peer.Hub]; see
 * [enum@Peer.RoomService]. Through a hub everything passes that server; with the
 * others every member has a connection to every other.
 *
 * The room is a [iface@Gio.ListModel] of its members
 * ([class@Peer.RoomMember]), this one included, in the order in which they
 * joined. The first of them is the host: all members compute it from the same
 * list, so they agree without a vote, and when it leaves, the next one is it.
 *
 * ```c
 * static void
 * message_cb (PeerRoom *room, PeerRoomMember *sender, GVariant *message)
 * {
 *   g_autofree char *text = g_variant_print (message, FALSE);
 *
 *   g_print ("%s: %s\n", peer_room_member_get_id (sender), text);
 * }
 *
 * g_autoptr (PeerRoom) room = peer_room_new_for_server ("lobby", "http://127.0.0.1:9000/");
 * g_signal_connect (room, "message", G_CALLBACK (message_cb), NULL);
 * peer_room_join_async (room, NULL, NULL, NULL);
 * peer_room_send_message (room, g_variant_new_string ("Hello everyone!"), NULL);
 * ```
 *
 * What is sent before the room is open waits until it is, up to
 * [property@Peer.Room:queue-size]. Nobody hears himself. The messages of one
 * member arrive in the order in which it sent them.
 *
 * A room that loses its way to the others joins again by itself; see
 * [property@Peer.Room:max-reconnect-attempts]. The others then see it leave and
 * join, and so does it see them.
 *
 * A room belongs to the main context that was the thread default when it was
 * made. It can be left and joined again, any number of times. See
 * [rooms](rooms.html).
 */
static void peer_room_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerRoom, peer_room, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, peer_room_list_model_init))

enum
{
  OPEN,
  CLOSE,
  ERROR,
  MESSAGE,
  EVENT,
  ANY_EVENT,
  PEER_JOINED,
  PEER_LEFT,
  ROOM_UPDATED,
  STATUS_CHANGED,
  AUTHORIZE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
peer_room_emit_open (PeerRoom *self)
{
  g_signal_emit (self, signals[OPEN], 0);
}

void
peer_room_emit_close (PeerRoom *self)
{
  g_signal_emit (self, signals[CLOSE], 0);
}

void
peer_room_report_error (PeerRoom *self,
                        const GError *error)
{
  g_signal_emit (self, signals[ERROR], 0, error);
}

void
peer_room_emit_message (PeerRoom *self,
                        PeerRoomMember *sender,
                        GVariant *message)
{
  g_signal_emit (self, signals[MESSAGE], 0, sender, message);
}

void
peer_room_emit_any_event (PeerRoom *self,
                          PeerRoomMember *sender,
                          const char *name,
                          GVariant *value)
{
  g_signal_emit (self, signals[ANY_EVENT], 0, sender, name, value);
}

/* A quark is never freed, so names from elsewhere get none: who connects to one makes it. */
void
peer_room_emit_named_event (PeerRoom *self,
                            PeerRoomMember *sender,
                            const char *name,
                            GVariant *value)
{
  g_signal_emit (self, signals[EVENT], g_quark_try_string (name), sender, value);
}

void
peer_room_emit_peer_joined (PeerRoom *self,
                            PeerRoomMember *member)
{
  g_signal_emit (self, signals[PEER_JOINED], 0, member);
}

void
peer_room_emit_peer_left (PeerRoom *self,
                          PeerRoomMember *member)
{
  g_signal_emit (self, signals[PEER_LEFT], 0, member);
}

void
peer_room_emit_updated (PeerRoom *self)
{
  g_signal_emit (self, signals[ROOM_UPDATED], 0);
}

gboolean
peer_room_emit_authorize (PeerRoom *self,
                          PeerJoinRequest *request)
{
  gboolean is_taken = FALSE;

  g_signal_emit (self, signals[AUTHORIZE], 0, request, &is_taken);

  return is_taken;
}

void
peer_room_set_status (PeerRoom *self,
                      const char *status)
{
  if (g_strcmp0 (self->status, status) == 0)
    return;

  g_debug ("Room “%s”: %s", self->name, status);
  g_free (self->status);
  self->status = g_strdup (status);
  peer_room_notify (self, PEER_ROOM_PROP_STATUS);
  g_signal_emit (self, signals[STATUS_CHANGED], 0, status);
}

static GType
peer_room_get_item_type (GListModel *model)
{
  return PEER_TYPE_ROOM_MEMBER;
}

static guint
peer_room_get_n_items (GListModel *model)
{
  return peer_room_roster_get_size (PEER_ROOM (model)->roster);
}

static gpointer
peer_room_get_item (GListModel *model,
                    guint position)
{
  gpointer member = peer_room_roster_get (PEER_ROOM (model)->roster, position);

  return member != NULL ? g_object_ref (member) : NULL;
}

static void
peer_room_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = peer_room_get_item_type;
  iface->get_n_items = peer_room_get_n_items;
  iface->get_item = peer_room_get_item;
}

static void
peer_room_constructed (GObject *object)
{
  PeerRoom *self = PEER_ROOM (object);

  G_OBJECT_CLASS (peer_room_parent_class)->constructed (object);

  if (self->peer_id == NULL)
    self->peer_id = g_uuid_string_random ();
}

static void
peer_room_dispose (GObject *object)
{
  PeerRoom *self = PEER_ROOM (object);

  peer_source_clear (&self->next_source);
  peer_source_clear (&self->dropped_source);
  g_clear_pointer (&self->farewell, peer_room_farewell_free);
  peer_room_drop_network (self);

  G_OBJECT_CLASS (peer_room_parent_class)->dispose (object);
}

static void
peer_room_finalize (GObject *object)
{
  PeerRoom *self = PEER_ROOM (object);

  g_free (self->name);
  g_free (self->uri);
  g_clear_object (&self->signaling);
  g_free (self->peer_id);
  peer_link_settings_unref (self->links);
  g_clear_pointer (&self->credentials, g_variant_unref);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_free (self->token);
  peer_wait_queue_free (self->joins);
  peer_wait_queue_free (self->abandoned_joins);
  peer_wait_queue_free (self->leaves);
  g_free (self->status);
  peer_room_roster_free (self->roster);
  g_clear_object (&self->own);
  g_clear_object (&self->server);
  g_clear_object (&self->host);
  g_variant_unref (self->state);
  peer_shared_state_free (self->shared);
  peer_room_backlog_free (self->backlog);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_room_parent_class)->finalize (object);
}

static void
peer_room_install_roster_signals (GObjectClass *object_class)
{
  GType type = G_OBJECT_CLASS_TYPE (object_class);

  /**
   * PeerRoom::peer-joined:
   * @self: the room
   * @member: the new member
   *
   * Another member is in the room. It comes once for each, also for those that
   * were there before; for them it may come before [signal@Peer.Room::open].
   */
  signals[PEER_JOINED] = g_signal_new ("peer-joined", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                       PEER_TYPE_ROOM_MEMBER);

  /**
   * PeerRoom::peer-left:
   * @self: the room
   * @member: the member, which is not in the list any more
   *
   * Another member has left or was lost. It comes once for each that joined,
   * unless this member leaves first.
   */
  signals[PEER_LEFT] = g_signal_new ("peer-left", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                     PEER_TYPE_ROOM_MEMBER);

  /**
   * PeerRoom::room-updated:
   * @self: the room
   *
   * The members, the host or a state have changed.
   */
  signals[ROOM_UPDATED] = g_signal_new ("room-updated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * PeerRoom::authorize:
   * @self: the room
   * @request: who asks
   *
   * Somebody wants to join. In a mesh every member that is there already decides
   * for itself, so all should come to the same conclusion.
   *
   * A handler that returns %TRUE calls [method@Peer.JoinRequest.accept] or
   * [method@Peer.JoinRequest.refuse], now or later. Without one the request is
   * accepted. It is refused without asking when the room has
   * [property@Peer.Room:max-members].
   *
   * Returns: %TRUE if the handler decides
   */
  signals[AUTHORIZE] = g_signal_new ("authorize", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL,
                                     NULL, G_TYPE_BOOLEAN, 1, PEER_TYPE_JOIN_REQUEST);
}

static void
peer_room_install_stay_signals (GObjectClass *object_class)
{
  GType type = G_OBJECT_CLASS_TYPE (object_class);

  /**
   * PeerRoom::open:
   * @self: the room
   *
   * The room was joined: for the first time, or again after it was lost.
   */
  signals[OPEN] = g_signal_new ("open", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * PeerRoom::close:
   * @self: the room
   *
   * The room was left, could not be joined or was lost for good. It comes once
   * for each joining, and nothing comes after it until the room is joined again.
   */
  signals[CLOSE] = g_signal_new ("close", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * PeerRoom::error:
   * @self: the room
   * @error: what went wrong
   *
   * Something went wrong. Of a joining that fails:
   * `PEER_ERROR_REFUSED` when the members or the hub do not want this one,
   * `PEER_ERROR_UNAVAILABLE_ID` when somebody else has the id, `PEER_ERROR_NETWORK`
   * when the server cannot be reached, `PEER_ERROR_INVALID_ID` for an id that the
   * service does not take; [signal@Peer.Room::close] follows. While the room is
   * open: `PEER_ERROR_LIMIT_EXCEEDED` when the queue was full and its oldest
   * messages were dropped, what another member or the hub did not take, what
   * could not be sent when the room opened.
   */
  signals[ERROR] = g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * PeerRoom::status-changed:
   * @self: the room
   * @status: [property@Peer.Room:status]
   *
   * What the room is doing has changed. The text is translated, and meant for
   * people.
   */
  signals[STATUS_CHANGED] = g_signal_new ("status-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                          G_TYPE_STRING);
}

static void
peer_room_install_message_signals (GObjectClass *object_class)
{
  GType type = G_OBJECT_CLASS_TYPE (object_class);

  /**
   * PeerRoom::message:
   * @self: the room
   * @sender: who sent it
   * @message: the message
   *
   * A message to all or to this member, sent with
   * [method@Peer.Room.send_message] or [method@Peer.Room.send_message_to]; in
   * the frames of a hub `{"peer_id": …, "message": …}`. A hub that speaks itself
   * has the id `server` and is not in the list of members.
   */
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                   PEER_TYPE_ROOM_MEMBER, G_TYPE_VARIANT);

  /**
   * PeerRoom::event:
   * @self: the room
   * @sender: who sent it
   * @value: the data of the event
   *
   * An event, sent with [method@Peer.Room.emit_event] or
   * [method@Peer.Room.broadcast]; in the frames of a hub the actions `EVENT` and
   * `BROADCAST`. The detail is its name: connect to `event::move` for the events
   * `move`, or to [signal@Peer.Room::any-event] for all, with their names.
   */
  signals[EVENT] = g_signal_new ("event", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                 PEER_TYPE_ROOM_MEMBER, G_TYPE_VARIANT);

  /**
   * PeerRoom::any-event:
   * @self: the room
   * @sender: who sent it
   * @name: the name of the event
   * @value: the data of the event
   *
   * An event of any name. It is emitted before [signal@Peer.Room::event].
   */
  signals[ANY_EVENT] = g_signal_new ("any-event", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                     PEER_TYPE_ROOM_MEMBER, G_TYPE_STRING, G_TYPE_VARIANT);
}

static void
peer_room_class_init (PeerRoomClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = peer_room_constructed;
  object_class->dispose = peer_room_dispose;
  object_class->finalize = peer_room_finalize;

  peer_room_install_properties (object_class);
  peer_room_install_stay_signals (object_class);
  peer_room_install_roster_signals (object_class);
  peer_room_install_message_signals (object_class);
}

static void
peer_room_init (PeerRoom *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->links = peer_link_settings_new ();
  self->network_factory = peer_room_service_create_network;
  self->joins = peer_wait_queue_new (self->context);
  self->abandoned_joins = peer_wait_queue_new (self->context);
  self->leaves = peer_wait_queue_new (self->context);
  self->roster = peer_room_roster_new ();
  self->state = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  self->shared = peer_shared_state_new ();
  self->backlog = peer_room_backlog_new ();
}

/**
 * peer_room_new:
 * @name: the name of the room
 * @signaling: what carries the signals of the members to each other
 *
 * Makes a room whose members have connections to each other, made over a
 * [iface@Peer.Signaling].
 *
 * Returns: (transfer full): a new room, which is not joined
 */
PeerRoom *
peer_room_new (const char *name,
               PeerSignaling *signaling)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (PEER_IS_SIGNALING (signaling), NULL);

  return g_object_new (PEER_TYPE_ROOM, "name", name, "service", PEER_ROOM_SERVICE_SIGNALING, "signaling", signaling, NULL);
}

/**
 * peer_room_new_for_server:
 * @name: the name of the room
 * @uri: the address of a PeerJS server, as in `http://127.0.0.1:9000/`
 *
 * Makes a room whose members have connections to each other, made over a PeerJS
 * server: [class@Peer.Server] or any other.
 *
 * Returns: (transfer full): a new room, which is not joined
 */
PeerRoom *
peer_room_new_for_server (const char *name,
                          const char *uri)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (PEER_TYPE_ROOM, "name", name, "service", PEER_ROOM_SERVICE_PEERJS, "uri", uri, NULL);
}

/**
 * peer_room_new_for_manager:
 * @name: the name of the room
 * @uri: the address of the WebSocket, as in `ws://localhost:8080/webrtc`
 *
 * Makes a room whose members have connections to each other, made over a
 * [class@Peer.SignalingManager].
 *
 * Returns: (transfer full): a new room, which is not joined
 */
PeerRoom *
peer_room_new_for_manager (const char *name,
                           const char *uri)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (PEER_TYPE_ROOM, "name", name, "service", PEER_ROOM_SERVICE_MANAGER, "uri", uri, NULL);
}

/**
 * peer_room_new_for_hub:
 * @name: the name of the room
 * @uri: the address below which the hub answers, as in `http://localhost:5000/`
 *
 * Makes a room whose members talk through a [class@Peer.Hub].
 *
 * Returns: (transfer full): a new room, which is not joined
 */
PeerRoom *
peer_room_new_for_hub (const char *name,
                       const char *uri)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (PEER_TYPE_ROOM, "name", name, "service", PEER_ROOM_SERVICE_HUB, "uri", uri, NULL);
}

PeerRoom *
peer_room_new_served (PeerRoomNetwork *network)
{
  PeerRoomSelf *description = peer_room_network_get_self (network);
  PeerRoom *self = g_object_new (PEER_TYPE_ROOM, "name", description->room, "peer-id", description->id, "service",
                                 PEER_ROOM_SERVICE_HUB, NULL);

  self->is_served = TRUE;
  self->stage = PEER_ROOM_JOINING;
  self->description = peer_room_self_ref (description);
  self->network = g_object_ref (network);
  peer_room_watch_network (self);
  peer_room_network_open (network);

  return self;
}

void
peer_room_set_network_factory (PeerRoom *self,
                               PeerRoomNetworkFactory factory,
                               gpointer user_data)
{
  self->network_factory = factory;
  self->network_factory_data = user_data;
}
