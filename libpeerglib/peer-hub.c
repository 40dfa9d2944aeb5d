/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "protocol/peer-vardict-private.h"

/**
 * PeerHub:
 *
 * A server that is itself a peer in every room: each client has one data
 * channel, to the hub, which brings what one says to all others. A client needs
 * one link only, however many others there are, and the hub hears everything.
 *
 * It is not peer-to-peer, therefore: all that is said goes through the hub, and
 * ends when the hub does. A room without a hub is a mesh; see
 * [class@Peer.Room].
 *
 * Clients introduce themselves over HTTP, at a server that the hub is attached
 * to:
 *
 * ```c
 * g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
 * g_autoptr (PeerHub) hub = peer_hub_new ();
 *
 * if (!soup_server_listen_all (server, 5000, 0, &error) || !peer_hub_attach (hub, server, "/", &error))
 *   …
 * ```
 *
 * or over anything else that brings what is given to
 * [method@Peer.Hub.offer_async] and [method@Peer.Hub.candidate].
 *
 * Who a frame is from, the hub knows from the link that it came over, never from
 * what it says. Who is in a room, and who is its host, is for the hub alone to
 * say. A client that is gone, with or without a word, has left for everybody.
 *
 * It belongs to the main context that was the thread default when it was
 * made. Every handler of its signals may call any of its methods and drop any
 * reference.
 */
G_DEFINE_FINAL_TYPE (PeerHub, peer_hub, G_TYPE_OBJECT)

GParamSpec *peer_hub_props[N_HUB_PROPS];
guint peer_hub_signals[N_HUB_SIGNALS];

static void
peer_hub_get_property (GObject *object,
                       guint prop_id,
                       GValue *value,
                       GParamSpec *pspec)
{
  PeerHub *self = PEER_HUB (object);

  if (peer_hub_settings_get (self->settings, prop_id, value))
    return;

  switch (prop_id)
    {
    case PROP_ROOMS:
      g_value_set_object (value, self->shown_rooms);
      break;
    case PROP_N_PEERS:
      g_value_set_uint (value, peer_hub_get_n_peers (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_hub_set_property (GObject *object,
                       guint prop_id,
                       const GValue *value,
                       GParamSpec *pspec)
{
  PeerHub *self = PEER_HUB (object);
  gboolean changed = FALSE;

  if (!peer_hub_settings_set (self->settings, prop_id, value, &changed))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  if (!changed)
    return;

  peer_hub_configure_attachments (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
peer_hub_dispose (GObject *object)
{
  peer_hub_stop (PEER_HUB (object));

  G_OBJECT_CLASS (peer_hub_parent_class)->dispose (object);
}

static void
peer_hub_finalize (GObject *object)
{
  PeerHub *self = PEER_HUB (object);

  g_ptr_array_unref (self->attachments);
  g_hash_table_unref (self->rooms);
  g_object_unref (self->shown_rooms);
  peer_early_candidates_free (self->early_candidates);
  peer_hub_settings_unref (self->settings);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_hub_parent_class)->finalize (object);
}

static void
peer_hub_install_signals (void)
{
  /**
   * PeerHub::message:
   * @self: the hub
   * @room: where it was said
   * @sender: who said it
   * @message: what was said
   *
   * A client said something to all others, or to the hub: a frame
   * `{peer_id, message}`. The others have it already.
   */
  peer_hub_signals[HUB_MESSAGE] = g_signal_new ("message", PEER_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                G_TYPE_NONE, 3, PEER_TYPE_ROOM, PEER_TYPE_ROOM_MEMBER, G_TYPE_VARIANT);

  /**
   * PeerHub::event:
   * @self: the hub
   * @room: where it happened
   * @sender: whose event it is
   * @value: what comes with it
   *
   * A client emitted an event, or broadcast it. The detail is the event's
   * name, as in `event::draw`; see [signal@Peer.Hub::any-event] for all of them.
   */
  peer_hub_signals[HUB_EVENT] = g_signal_new ("event", PEER_TYPE_HUB, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL,
                                              G_TYPE_NONE, 3, PEER_TYPE_ROOM, PEER_TYPE_ROOM_MEMBER, G_TYPE_VARIANT);

  /**
   * PeerHub::any-event:
   * @self: the hub
   * @room: where it happened
   * @sender: whose event it is
   * @name: the event's name
   * @value: what comes with it
   *
   * A client emitted an event, or broadcast it, whatever its name is.
   */
  peer_hub_signals[HUB_ANY_EVENT] = g_signal_new ("any-event", PEER_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                  G_TYPE_NONE, 4, PEER_TYPE_ROOM, PEER_TYPE_ROOM_MEMBER, G_TYPE_STRING,
                                                  G_TYPE_VARIANT);

  /**
   * PeerHub::peer-joined:
   * @self: the hub
   * @room: the room
   * @member: who joined
   *
   * A client has joined a room; the others know.
   */
  peer_hub_signals[HUB_PEER_JOINED] = g_signal_new ("peer-joined", PEER_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                    G_TYPE_NONE, 2, PEER_TYPE_ROOM, PEER_TYPE_ROOM_MEMBER);

  /**
   * PeerHub::peer-left:
   * @self: the hub
   * @room: the room
   * @member: who left
   *
   * A client has left a room, in whatever way: it said so, over its link or
   * HTTP, its link broke, or it was sent away. The others know.
   */
  peer_hub_signals[HUB_PEER_LEFT] = g_signal_new ("peer-left", PEER_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                  G_TYPE_NONE, 2, PEER_TYPE_ROOM, PEER_TYPE_ROOM_MEMBER);

  /**
   * PeerHub::authorize:
   * @self: the hub
   * @request: who wants to join which room
   *
   * Somebody offers a link to join a room. A handler that decides calls
   * [method@Peer.JoinRequest.accept] or [method@Peer.JoinRequest.refuse] and
   * returns %TRUE. One that has to ask elsewhere keeps a reference of the
   * request, returns %TRUE and decides later, within
   * [property@Peer.Hub:authorize-timeout]. Who is refused gets status 403 and
   * the reason. Without a handler that returns %TRUE everybody is accepted.
   *
   * Returns: %TRUE if the handler decides the request
   */
  peer_hub_signals[HUB_AUTHORIZE] = g_signal_new ("authorize", PEER_TYPE_HUB, G_SIGNAL_RUN_LAST, 0,
                                                  g_signal_accumulator_true_handled, NULL, NULL,
                                                  G_TYPE_BOOLEAN, 1, PEER_TYPE_JOIN_REQUEST);
}

static void
peer_hub_class_init (PeerHubClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = peer_hub_get_property;
  object_class->set_property = peer_hub_set_property;
  object_class->dispose = peer_hub_dispose;
  object_class->finalize = peer_hub_finalize;

  peer_hub_properties_install (object_class, peer_hub_props);
  peer_hub_install_signals ();
}

static void
peer_hub_init (PeerHub *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->settings = peer_hub_settings_new ();
  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) peer_hub_room_free);
  self->shown_rooms = g_list_store_new (PEER_TYPE_ROOM);
  self->early_candidates = peer_early_candidates_new ();
  self->attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_hub_http_free);
}

/**
 * peer_hub_new:
 *
 * Makes a hub, to be set up through its properties.
 *
 * Returns: (transfer full): a new hub
 */
PeerHub *
peer_hub_new (void)
{
  return g_object_new (PEER_TYPE_HUB, NULL);
}

/**
 * peer_hub_stop:
 * @self: a hub
 *
 * Takes the hub off every server that it is attached to and closes the links to
 * all clients. Its rooms are empty then, without a [signal@Peer.Hub::peer-left]
 * for each who was in them.
 *
 * The hub can be attached again.
 */
void
peer_hub_stop (PeerHub *self)
{
  g_autoptr (PeerHub) kept = NULL;

  g_return_if_fail (PEER_IS_HUB (self));

  kept = g_object_ref (self);
  g_ptr_array_set_size (self->attachments, 0);
  g_hash_table_remove_all (self->rooms);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->shown_rooms)) == 0)
    return;

  g_list_store_remove_all (self->shown_rooms);
  g_object_notify_by_pspec (G_OBJECT (self), peer_hub_props[PROP_N_PEERS]);
}

static gboolean
peer_hub_init_request (PeerHubRequest *request,
                       const char *room,
                       const char *peer_id,
                       GError **error)
{
  *request = (PeerHubRequest){ .payload.sdp_m_line_index = -1 };
  if (!peer_hub_name_is_valid (room) || !peer_hub_name_is_valid (peer_id) || g_str_equal (peer_id, PEER_HUB_SERVER_ID))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_ID, _ ("The name of the room or of the peer is not valid"));
      return FALSE;
    }

  request->room = g_strdup (room);
  request->peer_id = g_strdup (peer_id);

  return TRUE;
}

static void
peer_hub_request_free (PeerHubRequest *request)
{
  peer_hub_request_clear (request);
  g_free (request);
}

static void
offer_answered_cb (const char *sdp,
                   const GError *error,
                   gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  /* Borrows all it holds. */
  const PeerPayload payload = { .sdp_type = (char *) "answer", .sdp = (char *) sdp };

  if (sdp == NULL && error == NULL)
    g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_ABORTED, _ ("The client has left"));
  else if (sdp == NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_pointer (task, g_variant_ref_sink (peer_payload_make_description (&payload)),
                           (GDestroyNotify) g_variant_unref);
}

static gboolean
offer_cb (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    peer_hub_handle_offer (g_task_get_source_object (task), g_task_get_task_data (task), NULL, offer_answered_cb,
                           g_object_ref (task));

  return G_SOURCE_REMOVE;
}

/**
 * peer_hub_offer_async:
 * @self: a hub
 * @room: the name of a room, 1 to 128 bytes without control characters
 * @peer_id: the id of a client, likewise; not `server`
 * @offer: an `a{sv}` as WebRTC has it: `type`, which is `offer`, and `sdp`; beside
 *   these `token`, a string, and `credentials` and `metadata` of any value
 * @cancellable: (nullable): a cancellable; it has an effect until the offer is
 *   handled on the next turn of the main context
 * @callback: (scope async): what to call
 * @user_data: what to give it
 *
 * Takes the offer of a client, as `POST /offer` does, for programs that bring it
 * here in another way. The room is made if there is none.
 */
void
peer_hub_offer_async (PeerHub *self,
                      const char *room,
                      const char *peer_id,
                      GVariant *offer,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GSource) source = NULL;
  g_autoptr (GError) error = NULL;
  PeerHubRequest *request;

  g_return_if_fail (PEER_IS_HUB (self));
  g_return_if_fail (room != NULL && peer_id != NULL);
  g_return_if_fail (offer != NULL && g_variant_is_of_type (offer, G_VARIANT_TYPE_VARDICT));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  owned = g_variant_ref_sink (offer);
  request = g_new0 (PeerHubRequest, 1);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, peer_hub_offer_async);
  g_task_set_task_data (task, request, (GDestroyNotify) peer_hub_request_free);

  if (!peer_hub_init_request (request, room, peer_id, &error) || !peer_hub_request_set_offer (request, owned, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  request->token = peer_vardict_dup_string (owned, "token");
  request->credentials = g_variant_lookup_value (owned, "credentials", NULL);
  request->metadata = g_variant_lookup_value (owned, "metadata", NULL);

  source = g_idle_source_new ();
  g_task_attach_source (task, source, offer_cb);
}

/**
 * peer_hub_offer_finish:
 * @self: a hub
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the hub's answer, with all of its candidates in it. Fails with
 * %PEER_ERROR_INVALID_ID, %PEER_ERROR_INVALID_DATA for an offer that is none,
 * %PEER_ERROR_UNAVAILABLE_ID for an id that is taken, %PEER_ERROR_REFUSED when
 * [signal@Peer.Hub::authorize] said so, %PEER_ERROR_LIMIT_EXCEEDED,
 * %PEER_ERROR_ABORTED when the client left, or with the error of its link.
 *
 * Returns: (transfer full): an `a{sv}` of `type` and `sdp`
 */
GVariant *
peer_hub_offer_finish (PeerHub *self,
                       GAsyncResult *result,
                       GError **error)
{
  g_return_val_if_fail (PEER_IS_HUB (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * peer_hub_candidate:
 * @self: a hub
 * @room: the name of a room
 * @peer_id: the id of a client
 * @candidate: an `a{sv}` as WebRTC has it: `candidate`, `sdpMid`, `sdpMLineIndex`
 *   and `usernameFragment`; beside these the client's `token` if it has one
 * @error: return location for an error
 *
 * Takes a candidate of a client, as `POST /candidate` does. One that comes before
 * the offer is kept for it.
 *
 * Fails with %PEER_ERROR_INVALID_ID, %PEER_ERROR_INVALID_DATA for what is no
 * candidate, and %PEER_ERROR_REFUSED when the token is not that of the client.
 *
 * Returns: %TRUE if it was taken
 */
gboolean
peer_hub_candidate (PeerHub *self,
                    const char *room,
                    const char *peer_id,
                    GVariant *candidate,
                    GError **error)
{
  g_auto (PeerHubRequest) request = { 0 };
  g_autoptr (GVariant) owned = NULL;

  g_return_val_if_fail (PEER_IS_HUB (self), FALSE);
  g_return_val_if_fail (room != NULL && peer_id != NULL, FALSE);
  g_return_val_if_fail (candidate != NULL && g_variant_is_of_type (candidate, G_VARIANT_TYPE_VARDICT), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  owned = g_variant_ref_sink (candidate);
  if (!peer_hub_init_request (&request, room, peer_id, error) || !peer_hub_request_set_candidate (&request, owned, error))
    return FALSE;
  request.token = peer_vardict_dup_string (owned, "token");

  return peer_hub_handle_candidate (self, &request, error);
}

/**
 * peer_hub_leave:
 * @self: a hub
 * @room: the name of a room
 * @peer_id: the id of a client
 *
 * Lets a client leave a room, whether it wants to or not: its link is closed and
 * the others are told. [signal@Peer.Hub::peer-left] is emitted before this
 * returns.
 *
 * Returns: %TRUE if it was there
 */
gboolean
peer_hub_leave (PeerHub *self,
                const char *room,
                const char *peer_id)
{
  g_autoptr (PeerHub) kept = NULL;
  PeerHubRoom *found;
  PeerHubClient *client;

  g_return_val_if_fail (PEER_IS_HUB (self), FALSE);
  g_return_val_if_fail (room != NULL && peer_id != NULL, FALSE);

  kept = g_object_ref (self);
  found = peer_hub_lookup (self, room);
  client = found != NULL ? peer_hub_network_lookup (found->network, peer_id) : NULL;
  if (client == NULL)
    return FALSE;

  peer_hub_network_remove (found->network, client, NULL);

  return TRUE;
}
