/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-endpoint-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"

/**
 * PeerEndpoint:
 *
 * What senders and receivers have in common.
 *
 * [class@Peer.Sender]s and [class@Peer.Receiver]s meet in a room: every sender
 * makes a connection to every receiver. They find each other over a
 * [iface@Peer.Signaling], with the messages of the npm package *p2p*, so
 * either side may be a browser. The connections themselves are
 * [class@Peer.DataConnection]s and need the signaling no longer once they
 * are open.
 *
 * An end belongs to the main context in which it was made, and so must its
 * signaling. It must be kept for as long as it is wanted: the last
 * unref stops it.
 *
 * Who can publish in the room can claim any id there. What arrives over a
 * connection, though, comes from whoever is at its other end, and an open
 * connection can be ended only by those two. Where that is not enough, use a
 * signaling that knows its users, or [class@Peer.EncryptedSignaling].
 *
 * The page [Senders and receivers](senders-and-receivers.html) tells the whole.
 */
G_DEFINE_ABSTRACT_TYPE (PeerEndpoint, peer_endpoint, G_TYPE_OBJECT)

enum
{
  ERROR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
peer_endpoint_report (PeerEndpoint *self,
                      const char *remote_id,
                      const GError *error)
{
  g_debug ("%s, %s: %s", self->id, remote_id != NULL ? remote_id : self->room, error->message);
  g_signal_emit (self, signals[ERROR], 0, remote_id, error);
}

gboolean
peer_endpoint_has_room (PeerEndpoint *self,
                        const char *remote_id,
                        guint n_waiting)
{
  g_autoptr (GError) error = NULL;

  if (g_hash_table_size (self->remotes) + n_waiting < self->max_connections)
    return TRUE;

  error = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("There are too many connections"));
  peer_endpoint_report (self, remote_id, error);

  return FALSE;
}

gboolean
peer_endpoint_check_state (PeerEndpoint *self,
                           GVariant *state,
                           GError **error)
{
  if (state == NULL || g_variant_get_size (state) <= self->max_state_size)
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("A state of %" G_GSIZE_FORMAT " bytes is too big"),
               g_variant_get_size (state));

  return FALSE;
}

gboolean
peer_endpoint_publish (PeerEndpoint *self,
                       const char *remote_id,
                       const PeerTopicMessage *message,
                       GError **error)
{
  const char *const topic[] = { PEER_ENDPOINT_GET_CLASS (self)->other_side, self->room, remote_id, NULL };

  return peer_signaling_publish (self->signaling, topic, peer_topic_message_to_value (message), error);
}

void
peer_endpoint_announce (PeerEndpoint *self,
                        const char *remote_id)
{
  PeerTopicMessage message = PEER_TOPIC_MESSAGE_INIT (PEER_TOPIC_MESSAGE_INVOKE, self->id);
  g_autoptr (GError) error = NULL;

  PEER_ENDPOINT_GET_CLASS (self)->fill_message (self, NULL, &message);

  /* Without a line it is done when there is one. */
  if (!peer_endpoint_publish (self, remote_id, &message, &error) &&
      !g_error_matches (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET))
    peer_endpoint_report (self, remote_id, error);
}

/* A connection without its offer or answer comes to nothing. */
static void
signal_cb (PeerEndpoint *self,
           const char *remote_id,
           const char *type,
           const PeerPayload *payload)
{
  PeerTopicMessage message = PEER_TOPIC_MESSAGE_INIT (PEER_TOPIC_MESSAGE_CANDIDATE, self->id);
  PeerEndpointRemote *remote = peer_endpoint_lookup (self, remote_id);
  g_autoptr (GError) error = NULL;

  if (remote == NULL)
    return;

  message.payload = *payload;
  if (g_str_equal (type, "OFFER"))
    {
      message.type = PEER_TOPIC_MESSAGE_OFFER;
      PEER_ENDPOINT_GET_CLASS (self)->fill_message (self, remote, &message);
    }
  else if (g_str_equal (type, "ANSWER"))
    {
      message.type = PEER_TOPIC_MESSAGE_ANSWER;
    }

  if (peer_endpoint_publish (self, remote_id, &message, &error))
    return;

  if (message.type != PEER_TOPIC_MESSAGE_CANDIDATE)
    peer_base_connection_fail (PEER_BASE_CONNECTION (remote->connection), error);
  else
    peer_endpoint_report (self, remote_id, error);
}

/* Anybody can publish this message. A connection that is open shows by itself
 * whether the other side is still there. */
static void
peer_endpoint_handle_dispose (PeerEndpoint *self,
                              PeerEndpointRemote *remote)
{
  if (remote->is_connected)
    {
      for (guint i = 0; i < remote->channels->len; i++)
        peer_base_connection_check (g_ptr_array_index (remote->channels, i));
      return;
    }

  remote->is_told = TRUE;
  peer_endpoint_close_remote (self, remote);
}

static void
peer_endpoint_handle_message (PeerEndpoint *self,
                              PeerTopicMessage *message)
{
  PeerEndpointClass *klass = PEER_ENDPOINT_GET_CLASS (self);
  PeerEndpointRemote *remote = peer_endpoint_lookup (self, message->id);

  switch (message->type)
    {
    case PEER_TOPIC_MESSAGE_INVOKE:
      if (remote == NULL)
        klass->handle_invoke (self, message);
      break;

    case PEER_TOPIC_MESSAGE_OFFER:
      if (klass->handle_offer != NULL)
        klass->handle_offer (self, message);
      break;

    case PEER_TOPIC_MESSAGE_SYNC:
      if (klass->handle_sync != NULL)
        klass->handle_sync (self, message);
      break;

    case PEER_TOPIC_MESSAGE_ANSWER:
      peer_exchange_handle_answer (self->exchange, message->id, &message->payload);
      break;

    case PEER_TOPIC_MESSAGE_CANDIDATE:
      peer_exchange_handle_candidate (self->exchange, message->id, &message->payload);
      break;

    case PEER_TOPIC_MESSAGE_DISPOSE:
    default:
      if (remote != NULL)
        peer_endpoint_handle_dispose (self, remote);
    }
}

static void
topic_cb (PeerSignaling *signaling,
          const char *const *topic,
          GVariant *value,
          gpointer user_data)
{
  g_autoptr (PeerEndpoint) self = g_object_ref (PEER_ENDPOINT (user_data));
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerTopicMessage) message = peer_topic_message_parse (value, &error);
  gboolean is_for_all = g_strv_length ((char **) topic) == 2;

  if (error != NULL)
    peer_endpoint_report (self, NULL, error);
  if (message == NULL || g_str_equal (message->id, self->id))
    return;

  /* Only who is there is everybody's business. */
  if (!is_for_all || message->type == PEER_TOPIC_MESSAGE_INVOKE)
    peer_endpoint_handle_message (self, message);
}

static void
available_cb (PeerEndpoint *self)
{
  PEER_ENDPOINT_GET_CLASS (self)->available (self);
}

static void
signaling_error_cb (PeerEndpoint *self,
                    const GError *error)
{
  peer_endpoint_report (self, NULL, error);
}

void
peer_endpoint_start (PeerEndpoint *self)
{
  PeerEndpointClass *klass = PEER_ENDPOINT_GET_CLASS (self);
  g_autoptr (PeerEndpoint) keep_alive = NULL;
  g_autoptr (GMainContextPusher) pusher = NULL;

  if (self->is_active)
    return;

  keep_alive = g_object_ref (self);
  pusher = g_main_context_pusher_new (self->context);
  peer_endpoint_renew_id (self);
  self->exchange = peer_exchange_new (self->links);
  g_signal_connect_object (self->exchange, "signal", G_CALLBACK (signal_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->signaling, "available", G_CALLBACK (available_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->signaling, "error", G_CALLBACK (signaling_error_cb), self, G_CONNECT_SWAPPED);
  self->subscriptions[0] = peer_signaling_subscribe (self->signaling, (const char *const[]){ klass->own_side, self->room, NULL },
                                                     topic_cb, self, NULL);
  self->subscriptions[1] = peer_signaling_subscribe (self->signaling, (const char *const[]){ klass->own_side, self->room, self->id, NULL },
                                                     topic_cb, self, NULL);
  self->is_active = TRUE;
  peer_endpoint_notify_is_active (self);
  if (self->is_active)
    klass->started (self);
}

/* Deaf from now on. The exchange goes when the connections have gone. */
static PeerExchange *
peer_endpoint_withdraw (PeerEndpoint *self)
{
  g_signal_handlers_disconnect_by_data (self->signaling, self);
  for (guint i = 0; i < G_N_ELEMENTS (self->subscriptions); i++)
    peer_signaling_unsubscribe (self->signaling, self->subscriptions[i]);
  g_queue_clear_full (&self->backlog, (GDestroyNotify) g_variant_unref);
  PEER_ENDPOINT_GET_CLASS (self)->stopped (self);

  return g_steal_pointer (&self->exchange);
}

void
peer_endpoint_stop (PeerEndpoint *self)
{
  g_autoptr (PeerEndpoint) keep_alive = NULL;
  g_autoptr (PeerExchange) exchange = NULL;

  if (!self->is_active)
    return;

  keep_alive = g_object_ref (self);
  self->is_active = FALSE;
  exchange = peer_endpoint_withdraw (self);
  peer_endpoint_close_remotes (self);
  peer_exchange_close (exchange);
  peer_endpoint_notify_is_active (self);
}

static void
peer_endpoint_dispose (GObject *object)
{
  PeerEndpoint *self = PEER_ENDPOINT (object);

  if (self->is_active)
    {
      g_autoptr (PeerExchange) exchange = peer_endpoint_withdraw (self);

      self->is_active = FALSE;
      peer_endpoint_drop_remotes (self);
      peer_exchange_close (exchange);
    }

  G_OBJECT_CLASS (peer_endpoint_parent_class)->dispose (object);
}

static void
peer_endpoint_finalize (GObject *object)
{
  PeerEndpoint *self = PEER_ENDPOINT (object);

  g_hash_table_unref (self->remotes);
  g_object_unref (self->connections);
  g_main_context_unref (self->context);
  peer_endpoint_clear_properties (self);

  G_OBJECT_CLASS (peer_endpoint_parent_class)->finalize (object);
}

static void
peer_endpoint_class_init (PeerEndpointClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = peer_endpoint_dispose;
  object_class->finalize = peer_endpoint_finalize;

  peer_endpoint_install_properties (object_class);

  /**
   * PeerEndpoint::error:
   * @self: a sender or a receiver
   * @id: (nullable): the id of who it has to do with
   * @error: what happened
   *
   * Something went wrong that ends nothing. The error is one of the
   * signaling's, without an id; or a [error@Peer.Error]:
   * `PEER_ERROR_LIMIT_EXCEEDED` for more connections, a bigger state or more
   * waiting messages than allowed, `PEER_ERROR_INVALID_DATA` for a message that
   * cannot be read, or what a connection reports. Why a connection ends comes
   * with the signal `dispose`.
   */
  signals[ERROR] = g_signal_new ("error", PEER_TYPE_ENDPOINT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
}

static void
peer_endpoint_init (PeerEndpoint *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->remotes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) peer_endpoint_remote_unref);
  self->connections = g_list_store_new (PEER_TYPE_DATA_CONNECTION);
  peer_endpoint_init_properties (self);
}
