/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-websocket-signaling-private.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "peer-error.h"
#include "peer-signaling-private.h"
#include "peer-source-private.h"
#include "protocol/peer-json-private.h"
#include "protocol/peer-topic-frame-private.h"

/* What a frame from the server has around what was published, at most. */
#define FRAME_SIZE (64 * 1024)

/**
 * PeerWebsocketSignaling:
 *
 * A signaling over a WebSocket to a [class@Peer.Server] that has a
 * [property@Peer.Server:signaling-path]. What the two say to each other is
 * JSON that pages speak easily, too; it is in [Signaling](signaling.html).
 *
 * A new one contacts its server on the next turn of its main context, and
 * emits [signal@Peer.Signaling::available] when it is accepted. A line that
 * is lost or refused is emitted as [signal@Peer.Signaling::error] and tried
 * again after pauses that grow from half a second to a minute, until
 * [method@Peer.WebsocketSignaling.close]; then all subscriptions are made
 * anew.
 *
 * Messages travel as JSON: integers arrive as `x`, other numbers as `d`,
 * arrays as `av` and objects as `a{sv}`. Bytes have no form in it.
 */
static void peer_websocket_signaling_iface_init (PeerSignalingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerWebsocketSignaling, peer_websocket_signaling, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PEER_TYPE_SIGNALING, peer_websocket_signaling_iface_init))

enum
{
  PRESENCE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
send_frame (PeerWebsocketSignaling *self,
            const PeerTopicFrame *frame)
{
  g_autoptr (GString) text = g_string_new (NULL);

  peer_topic_frame_append (frame, text);

  return peer_line_send (self->line, text->str, text->len);
}

static void
set_open (PeerWebsocketSignaling *self,
          const char *client_id)
{
  g_free (self->client_id);
  self->client_id = g_strdup (client_id);
  self->is_open = client_id != NULL;
  g_object_notify_by_pspec (G_OBJECT (self), peer_websocket_signaling_props[PROP_IS_OPEN]);
  g_object_notify_by_pspec (G_OBJECT (self), peer_websocket_signaling_props[PROP_CLIENT_ID]);
}

void
peer_websocket_signaling_subscribe_all (PeerWebsocketSignaling *self)
{
  g_autoptr (GPtrArray) topics = peer_signaling_get_topics (PEER_SIGNALING (self));

  for (guint i = 0; i < topics->len && self->is_open; i++)
    send_frame (self, &(PeerTopicFrame){ PEER_TOPIC_FRAME_SUBSCRIBE,
                                         .topic = topics->pdata[i],
                                         .wants_presence = self->tracks_presence });
}

static void
opened (PeerWebsocketSignaling *self,
        const char *client_id)
{
  set_open (self, client_id);
  peer_websocket_signaling_subscribe_all (self);
  if (self->is_open)
    g_signal_emit_by_name (self, "available");
}

static void
report (PeerWebsocketSignaling *self,
        const GError *error)
{
  if (!self->is_closed)
    g_signal_emit_by_name (self, "error", error);
}

static void
emit_presence (PeerWebsocketSignaling *self,
               const char *const *topic,
               const char *id,
               gboolean is_present)
{
  if (!self->is_closed)
    g_signal_emit (self, signals[PRESENCE], 0, topic, id, is_present);
}

static void
message_arrived (PeerWebsocketSignaling *self,
                 const PeerTopicFrame *frame,
                 GError **error)
{
  g_autoptr (GVariant) message = peer_json_parse (frame->message, frame->message_length, PEER_JSON_MAX_DEPTH, error);

  if (message != NULL)
    peer_signaling_deliver (PEER_SIGNALING (self), (const char *const *) frame->topic, message);
}

/* Of a topic that is left already nothing is told. */
static gboolean
is_subscribed (PeerWebsocketSignaling *self,
               char **topic)
{
  g_autoptr (GPtrArray) topics = peer_signaling_get_topics (PEER_SIGNALING (self));

  for (guint i = 0; i < topics->len; i++)
    if (g_strv_equal (topics->pdata[i], (const char *const *) topic))
      return TRUE;

  return FALSE;
}

static void
presence_changed (PeerWebsocketSignaling *self,
                  const PeerTopicFrame *frame)
{
  const char *const *topic = (const char *const *) frame->topic;

  if (!self->tracks_presence || !is_subscribed (self, frame->topic))
    return;

  for (gsize i = 0; frame->joined != NULL && frame->joined[i] != NULL; i++)
    if (peer_presence_add (self->presence, topic, frame->joined[i]))
      emit_presence (self, topic, frame->joined[i], TRUE);
  for (gsize i = 0; frame->left != NULL && frame->left[i] != NULL; i++)
    if (peer_presence_remove (self->presence, topic, frame->left[i]))
      emit_presence (self, topic, frame->left[i], FALSE);
}

static void
handle_frame (PeerWebsocketSignaling *self,
              const PeerTopicFrame *frame,
              GError **error)
{
  g_autoptr (GError) told = NULL;

  switch (frame->type)
    {
    case PEER_TOPIC_FRAME_OPEN:
      if (!self->is_open)
        opened (self, frame->id);
      break;
    case PEER_TOPIC_FRAME_MESSAGE:
      message_arrived (self, frame, error);
      break;
    case PEER_TOPIC_FRAME_PRESENCE:
      presence_changed (self, frame);
      break;
    case PEER_TOPIC_FRAME_ERROR:
      told = peer_topic_frame_dup_error (frame);
      if (self->is_open)
        report (self, told);
      else
        peer_line_give_up (self->line, told);
      break;
    case PEER_TOPIC_FRAME_SUBSCRIBE:
    case PEER_TOPIC_FRAME_UNSUBSCRIBE:
    case PEER_TOPIC_FRAME_PUBLISH:
    case PEER_TOPIC_FRAME_PING:
    case PEER_TOPIC_FRAME_PONG:
    case PEER_TOPIC_FRAME_UNKNOWN:
    default:
      g_debug ("Ignoring a frame of a type that servers do not send");
    }
}

static void
line_message_cb (PeerWebsocketSignaling *self,
                 GBytes *bytes)
{
  g_autoptr (PeerWebsocketSignaling) keep_alive = g_object_ref (self);
  g_auto (PeerTopicFrame) frame = { 0 };
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  if (peer_topic_frame_parse (&frame, text, length, PEER_JSON_MAX_DEPTH + 1, &error))
    handle_frame (self, &frame, &error);
  if (error != NULL)
    report (self, error);
}

static void
line_lost_cb (PeerWebsocketSignaling *self,
              const GError *error)
{
  g_autoptr (PeerWebsocketSignaling) keep_alive = g_object_ref (self);
  g_auto (GStrv) topic = NULL;
  g_autofree char *id = NULL;

  if (self->is_open)
    set_open (self, NULL);

  while (peer_presence_take (self->presence, &topic, &id))
    {
      emit_presence (self, (const char *const *) topic, id, FALSE);
      g_clear_pointer (&topic, g_strfreev);
      g_clear_pointer (&id, g_free);
    }

  report (self, error);
}

/* The token belongs to the query. */
static GUri *
make_line_uri (PeerWebsocketSignaling *self)
{
  g_autoptr (GUri) uri = g_uri_parse (self->uri, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GString) query = NULL;

  if (uri == NULL || self->token == NULL)
    return g_steal_pointer (&uri);

  query = g_string_new (g_uri_get_query (uri));
  g_string_append (query, query->len > 0 ? "&token=" : "token=");
  g_string_append_uri_escaped (query, self->token, NULL, FALSE);

  return g_uri_build_with_user (g_uri_get_flags (uri), g_uri_get_scheme (uri), g_uri_get_user (uri), g_uri_get_password (uri),
                                g_uri_get_auth_params (uri), g_uri_get_host (uri), g_uri_get_port (uri),
                                g_uri_get_path (uri), query->str, NULL);
}

static gboolean
is_websocket_uri (GUri *uri)
{
  const char *const schemes[] = { "ws", "wss", "http", "https", NULL };

  return g_uri_get_host (uri) != NULL && g_strv_contains (schemes, g_uri_get_scheme (uri));
}

static void
open_line (PeerWebsocketSignaling *self)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (GUri) uri = make_line_uri (self);

  if (uri == NULL || !is_websocket_uri (uri))
    {
      g_autoptr (GError) error = g_error_new (PEER_ERROR, PEER_ERROR_NETWORK, _ ("“%s” is no URI of a WebSocket"), self->uri);

      report (self, error);
      return;
    }

  self->line = peer_line_new (uri);
  peer_line_set_tls_database (self->line, self->tls_database);
  peer_line_set_reconnect_delay (self->line, self->reconnect_delay);
  peer_line_set_max_message_size (self->line, (gsize) self->max_message_size + FRAME_SIZE);
  g_signal_connect_swapped (self->line, "message", G_CALLBACK (line_message_cb), self);
  g_signal_connect_swapped (self->line, "lost", G_CALLBACK (line_lost_cb), self);
  peer_line_open (self->line);
}

void
peer_websocket_signaling_renew_uri (PeerWebsocketSignaling *self)
{
  g_autoptr (GUri) uri = NULL;

  if (self->line == NULL || self->is_closed)
    return;

  uri = make_line_uri (self);
  peer_line_set_uri (self->line, uri);
  if (!self->is_open)
    peer_line_open (self->line);
}

static gboolean
start_cb (gpointer user_data)
{
  g_autoptr (PeerWebsocketSignaling) self = g_object_ref (user_data);

  peer_source_clear (&self->start);
  open_line (self);

  return G_SOURCE_REMOVE;
}

static void
peer_websocket_signaling_subscribe_topic (PeerSignaling *signaling,
                                          const char *const *topic)
{
  PeerWebsocketSignaling *self = PEER_WEBSOCKET_SIGNALING (signaling);

  if (self->is_open)
    send_frame (self, &(PeerTopicFrame){ PEER_TOPIC_FRAME_SUBSCRIBE,
                                         .topic = (char **) topic,
                                         .wants_presence = self->tracks_presence });
}

static void
peer_websocket_signaling_unsubscribe_topic (PeerSignaling *signaling,
                                            const char *const *topic)
{
  PeerWebsocketSignaling *self = PEER_WEBSOCKET_SIGNALING (signaling);

  peer_presence_forget (self->presence, topic);
  if (self->is_open)
    send_frame (self, &(PeerTopicFrame){ PEER_TOPIC_FRAME_UNSUBSCRIBE, .topic = (char **) topic });
}

static gboolean
peer_websocket_signaling_publish (PeerSignaling *signaling,
                                  const char *const *topic,
                                  GVariant *message,
                                  GError **error)
{
  PeerWebsocketSignaling *self = PEER_WEBSOCKET_SIGNALING (signaling);
  PeerTopicFrame frame = { PEER_TOPIC_FRAME_PUBLISH, .topic = (char **) topic };
  g_autofree char *json = peer_json_print (message, &frame.message_length, error);
  g_autoptr (GString) text = NULL;

  if (json == NULL)
    return FALSE;

  text = g_string_sized_new (frame.message_length + 256);
  frame.message = json;
  peer_topic_frame_append (&frame, text);
  if (self->max_message_size > 0 && text->len > self->max_message_size)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG, _ ("The message is larger than %u bytes"), self->max_message_size);
      return FALSE;
    }

  if (self->is_open && peer_line_send (self->line, text->str, text->len))
    return TRUE;

  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("There is no connection to the signaling server"));

  return FALSE;
}

static void
peer_websocket_signaling_iface_init (PeerSignalingInterface *iface)
{
  iface->subscribe_topic = peer_websocket_signaling_subscribe_topic;
  iface->unsubscribe_topic = peer_websocket_signaling_unsubscribe_topic;
  iface->publish = peer_websocket_signaling_publish;
}

static void
peer_websocket_signaling_dispose (GObject *object)
{
  PeerWebsocketSignaling *self = PEER_WEBSOCKET_SIGNALING (object);

  peer_websocket_signaling_close (self);
  g_clear_object (&self->line);
  g_clear_object (&self->tls_database);

  G_OBJECT_CLASS (peer_websocket_signaling_parent_class)->dispose (object);
}

static void
peer_websocket_signaling_finalize (GObject *object)
{
  PeerWebsocketSignaling *self = PEER_WEBSOCKET_SIGNALING (object);

  g_main_context_unref (self->context);
  peer_presence_free (self->presence);
  g_free (self->client_id);
  g_free (self->token);
  g_free (self->uri);

  G_OBJECT_CLASS (peer_websocket_signaling_parent_class)->finalize (object);
}

static void
peer_websocket_signaling_class_init (PeerWebsocketSignalingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = peer_websocket_signaling_dispose;
  object_class->finalize = peer_websocket_signaling_finalize;

  peer_websocket_signaling_install_properties (object_class);

  /**
   * PeerWebsocketSignaling::presence:
   * @self: the signaling
   * @topic: a topic that this client is subscribed to
   * @client_id: the id of a client, this one included
   * @is_present: whether it is subscribed to the topic, too
   *
   * With [property@Peer.WebsocketSignaling:tracks-presence]: somebody has
   * subscribed to a topic, has unsubscribed, or is gone. Emitted for those who
   * are there already, as well; when the line is lost they all are gone.
   */
  signals[PRESENCE] = g_signal_new ("presence", PEER_TYPE_WEBSOCKET_SIGNALING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 3, G_TYPE_STRV | G_SIGNAL_TYPE_STATIC_SCOPE,
                                    G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_BOOLEAN);
}

static void
peer_websocket_signaling_init (PeerWebsocketSignaling *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->presence = peer_presence_new ();
  peer_signaling_setup (PEER_SIGNALING (self));
  self->start = peer_source_new_timeout (self->context, 0, "[libpeerglib] signaling", start_cb, self);
}

/**
 * peer_websocket_signaling_new:
 * @uri: the URI of the server's signaling, such as
 *   `wss://example.org/signaling`
 *
 * Makes a signaling over a WebSocket.
 *
 * Returns: (transfer full): a new signaling
 */
PeerSignaling *
peer_websocket_signaling_new (const char *uri)
{
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (PEER_TYPE_WEBSOCKET_SIGNALING, "uri", uri, NULL);
}

/**
 * peer_websocket_signaling_close:
 * @self: a signaling
 *
 * Ends the line for good. Nothing is emitted after it, and nothing arrives.
 * It may be called at any time, also twice.
 */
void
peer_websocket_signaling_close (PeerWebsocketSignaling *self)
{
  g_return_if_fail (PEER_IS_WEBSOCKET_SIGNALING (self));

  self->is_closed = TRUE;
  peer_source_clear (&self->start);
  if (self->line != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->line, self);
      peer_line_close (self->line);
    }
  if (self->is_open)
    set_open (self, NULL);
}
