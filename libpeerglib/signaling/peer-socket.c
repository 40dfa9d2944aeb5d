/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-socket-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <libpeerglib/peer-source-private.h>
#include <libsoup/soup.h>

#include "peer-http-private.h"
#include "peer-keepalive-private.h"
#include "peer-outbox-private.h"
#include "peer-request-private.h"
#include "peer-websocket-drop-private.h"
#include "protocol/peer-json-private.h"

#define MAX_ID_SIZE 1024
#define MAX_LIST_SIZE (16 * 1024 * 1024)
#define MAX_MESSAGE_SIZE (1024 * 1024)

/* Seconds after which a server that does not go on with its answer is given
 * up. It does not hold for a WebSocket once that is there. */
#define ANSWER_TIMEOUT 30

/* Milliseconds after which a server that accepted the socket, answers pings
 * and says nothing else is taken to have let us take over our own id: the
 * reference server sends no OPEN then. */
#define SILENT_OPEN_DELAY 1500

/* Milliseconds after which one that does not even answer pings is given up. */
#define OPEN_TIMEOUT 10000

struct _PeerSocket
{
  GObject parent_instance;

  GMainContext *context;
  GUri *uri;
  char *key;
  char *token;
  guint ping_interval;
  guint silent_delay;
  guint open_timeout;
  guint answer_timeout;
  GTlsDatabase *tls_database;
  SoupSession *session;

  char *id;
  GCancellable *cancellable; /* of the attempt under way */
  SoupWebsocketConnection *connection;
  gboolean is_open;
  PeerOutbox *outbox;
  PeerKeepalive *keepalive;
  GSource *heartbeat;
  GSource *silent_open;
  GSource *open_deadline;
};

G_DEFINE_FINAL_TYPE (PeerSocket, peer_socket, G_TYPE_OBJECT)

enum
{
  OPEN,
  MESSAGE,
  ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
peer_socket_close (PeerSocket *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  peer_source_clear (&self->heartbeat);
  peer_source_clear (&self->silent_open);
  peer_source_clear (&self->open_deadline);
  g_clear_pointer (&self->keepalive, peer_keepalive_free);
  self->is_open = FALSE;
  peer_outbox_confirm (self->outbox);
  if (self->connection != NULL)
    peer_websocket_drop (g_steal_pointer (&self->connection), self);
}

static void
peer_socket_end (PeerSocket *self,
                 PeerError code,
                 gboolean refused,
                 const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, (int) code, message);

  g_debug ("Socket of %s ended: %s", self->id != NULL ? self->id : "a new peer", message);
  peer_socket_close (self);
  g_signal_emit (self, signals[ENDED], 0, error, refused);
}

static void
peer_socket_end_with_io_error (PeerSocket *self,
                               const GError *cause)
{
  g_autofree char *message = NULL;
  PeerError code = PEER_ERROR_NETWORK;

  if (cause->domain == G_TLS_ERROR)
    code = PEER_ERROR_SSL_UNAVAILABLE;
  else if (cause->domain == SOUP_WEBSOCKET_ERROR)
    code = PEER_ERROR_SOCKET_ERROR;

  message = g_strdup_printf (_ ("No connection to the server: %s"), cause->message);
  peer_socket_end (self, code, FALSE, message);
}

/* FALSE when the server has begun to close, or when sending showed that the
 * line is gone: the socket has ended then, and said so. */
static gboolean
peer_socket_send_now (PeerSocket *self,
                      GBytes *message)
{
  g_autoptr (PeerSocket) keep_alive = g_object_ref (self);

  if (soup_websocket_connection_get_state (self->connection) != SOUP_WEBSOCKET_STATE_OPEN)
    return FALSE;

  soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_TEXT, message);

  return self->connection != NULL;
}

static gboolean
heartbeat_cb (gpointer user_data)
{
  PeerSocket *self = PEER_SOCKET (user_data);
  g_autoptr (GBytes) message = peer_envelope_build ("HEARTBEAT", NULL, NULL, NULL, 0);

  peer_socket_send_now (self, message);

  return G_SOURCE_CONTINUE;
}

static void
peer_socket_send_waiting (PeerSocket *self)
{
  GBytes *message;

  while (self->is_open && (message = peer_outbox_peek (self->outbox)) != NULL && peer_socket_send_now (self, message))
    peer_outbox_sent (self->outbox);
}

static void
peer_socket_set_open (PeerSocket *self)
{
  g_autoptr (PeerSocket) keep_alive = g_object_ref (self);

  peer_source_clear (&self->silent_open);
  peer_source_clear (&self->open_deadline);
  if (self->is_open)
    return;

  self->is_open = TRUE;
  if (self->ping_interval > 0)
    self->heartbeat = peer_source_new_timeout (self->context, self->ping_interval, "[libpeerglib] heartbeat", heartbeat_cb, self);

  peer_socket_send_waiting (self);
  if (self->connection != NULL)
    g_signal_emit (self, signals[OPEN], 0, self->id);
}

static gboolean
silent_open_cb (gpointer user_data)
{
  PeerSocket *self = PEER_SOCKET (user_data);

  peer_source_clear (&self->silent_open);
  if (peer_keepalive_is_answered (self->keepalive))
    peer_socket_set_open (self);

  return G_SOURCE_REMOVE;
}

static gboolean
open_deadline_cb (gpointer user_data)
{
  g_autoptr (PeerSocket) self = g_object_ref (PEER_SOCKET (user_data));

  peer_socket_end (self, PEER_ERROR_NETWORK, FALSE, _ ("The server accepts connections and says nothing"));

  return G_SOURCE_REMOVE;
}

static void
keepalive_cb (PeerKeepaliveEvent event,
              gpointer user_data)
{
  g_autoptr (PeerSocket) self = g_object_ref (PEER_SOCKET (user_data));

  if (event == PEER_KEEPALIVE_LOST)
    {
      peer_outbox_recover (self->outbox);
      peer_socket_end (self, PEER_ERROR_NETWORK, FALSE, _ ("The server is not heard any more"));
    }
  else if (!self->is_open && self->silent_open == NULL)
    {
      peer_socket_set_open (self);
    }
}

static void
peer_socket_refuse (PeerSocket *self,
                    PeerError code,
                    const PeerEnvelope *envelope,
                    const char *fallback)
{
  g_autofree char *message = peer_request_parse_refusal (envelope, fallback);

  peer_socket_end (self, code, TRUE, message);
}

static void
peer_socket_handle (PeerSocket *self,
                    PeerEnvelope *envelope)
{
  switch (envelope->type)
    {
    case PEER_MESSAGE_TYPE_OPEN:
      peer_socket_set_open (self);
      break;

    case PEER_MESSAGE_TYPE_ERROR:
      peer_socket_refuse (self, PEER_ERROR_SERVER_ERROR, envelope, _ ("The server reported an error"));
      break;

    case PEER_MESSAGE_TYPE_ID_TAKEN:
      peer_socket_refuse (self, PEER_ERROR_UNAVAILABLE_ID, envelope, _ ("The id is taken"));
      break;

    case PEER_MESSAGE_TYPE_INVALID_KEY:
      peer_socket_refuse (self, PEER_ERROR_INVALID_KEY, envelope, _ ("The server does not know the key"));
      break;

    case PEER_MESSAGE_TYPE_LEAVE:
    case PEER_MESSAGE_TYPE_EXPIRE:
    case PEER_MESSAGE_TYPE_OFFER:
    case PEER_MESSAGE_TYPE_ANSWER:
    case PEER_MESSAGE_TYPE_CANDIDATE:
      peer_socket_set_open (self);
      if (self->is_open)
        g_signal_emit (self, signals[MESSAGE], 0, envelope);
      break;

    case PEER_MESSAGE_TYPE_HEARTBEAT:
    case PEER_MESSAGE_TYPE_UNKNOWN:
    default:
      g_debug ("Ignoring a message of type %s", envelope->type_name != NULL ? envelope->type_name : "(none)");
    }
}

static void
message_cb (PeerSocket *self,
            int type,
            GBytes *message,
            SoupWebsocketConnection *connection)
{
  g_autoptr (PeerSocket) keep_alive = g_object_ref (self);
  g_auto (PeerEnvelope) envelope = { 0 };
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (message, &length);

  peer_outbox_confirm (self->outbox);
  if (peer_envelope_parse (&envelope, text, length, PEER_JSON_MAX_DEPTH, &error))
    peer_socket_handle (self, &envelope);
  else
    g_debug ("Ignoring a malformed message from the server: %s", error->message);
}

static void
pong_cb (PeerSocket *self)
{
  peer_outbox_confirm (self->outbox);
}

static void
error_cb (PeerSocket *self,
          const GError *error)
{
  g_autoptr (PeerSocket) keep_alive = g_object_ref (self);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    peer_outbox_recover (self->outbox);
  peer_socket_end_with_io_error (self, error);
}

static void
closed_cb (PeerSocket *self)
{
  g_autoptr (PeerSocket) keep_alive = g_object_ref (self);

  /* PeerJS makes no difference between a server that says goodbye and one
   * that does not. */
  peer_socket_end (self, PEER_ERROR_NETWORK, FALSE, _ ("Lost the connection to the server"));
}

static void
peer_socket_watch_connection (PeerSocket *self,
                              SoupWebsocketConnection *connection)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);

  self->connection = g_object_ref (connection);
  soup_websocket_connection_set_max_incoming_payload_size (connection, MAX_MESSAGE_SIZE);
  g_signal_connect_swapped (connection, "message", G_CALLBACK (message_cb), self);
  g_signal_connect_swapped (connection, "pong", G_CALLBACK (pong_cb), self);
  g_signal_connect_swapped (connection, "error", G_CALLBACK (error_cb), self);
  g_signal_connect_swapped (connection, "closed", G_CALLBACK (closed_cb), self);
  self->keepalive = peer_keepalive_new (connection, self->ping_interval, keepalive_cb, self);
  self->silent_open = peer_source_new_timeout (self->context, self->silent_delay, "[libpeerglib] silent server", silent_open_cb, self);
  self->open_deadline = peer_source_new_timeout (self->context, self->open_timeout, "[libpeerglib] open deadline", open_deadline_cb, self);
}

static void
websocket_connect_cb (GObject *object,
                      GAsyncResult *result,
                      gpointer user_data)
{
  g_autoptr (PeerSocket) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection = soup_session_websocket_connect_finish (SOUP_SESSION (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (connection == NULL)
    {
      peer_socket_end_with_io_error (self, error);
      return;
    }

  peer_socket_watch_connection (self, connection);
}

static void
peer_socket_open_websocket (PeerSocket *self)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (SoupMessage) request = peer_request_new_websocket (self->uri, self->key, self->id, self->token);

  soup_session_websocket_connect_async (self->session, request, NULL, NULL, G_PRIORITY_DEFAULT,
                                        self->cancellable, websocket_connect_cb, g_object_ref (self));
}

static void
id_cb (GObject *object,
       GAsyncResult *result,
       gpointer user_data)
{
  g_autoptr (PeerSocket) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = peer_http_get_finish (SOUP_SESSION (object), result, &error);
  g_autofree char *id = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (body == NULL && error->domain != PEER_ERROR)
    {
      peer_socket_end_with_io_error (self, error);
      return;
    }

  id = body != NULL ? peer_request_parse_id (body) : NULL;
  if (id == NULL)
    {
      g_autofree char *message = g_strdup_printf (_ ("Could not get an id from the server: %s"),
                                                  error != NULL ? error->message : _ ("the answer is not an id"));
      peer_socket_end (self, PEER_ERROR_SERVER_ERROR, TRUE, message);
      return;
    }

  self->id = g_steal_pointer (&id);
  peer_socket_open_websocket (self);
}

/* A session keeps the addresses that a name once had, and what else it knew of
 * a network that may be another one now. */
static void
peer_socket_renew_session (PeerSocket *self)
{
  g_clear_object (&self->session);
  self->session = soup_session_new_with_options ("user-agent", "libpeerglib/" PACKAGE_VERSION,
                                                 "timeout", self->answer_timeout,
                                                 NULL);
  if (self->tls_database != NULL)
    soup_session_set_tls_database (self->session, self->tls_database);
}

void
peer_socket_open (PeerSocket *self,
                  const char *id)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);

  peer_socket_close (self);
  peer_socket_renew_session (self);
  self->cancellable = g_cancellable_new ();
  g_free (self->id);
  self->id = g_strdup (id);

  if (self->id != NULL)
    {
      peer_socket_open_websocket (self);
    }
  else
    {
      g_autoptr (SoupMessage) request = peer_request_new_http (self->uri, self->key, "id");

      peer_http_get_async (self->session, request, MAX_ID_SIZE, self->cancellable, id_cb, g_object_ref (self));
    }
}

void
peer_socket_probe (PeerSocket *self)
{
  if (self->keepalive != NULL)
    peer_keepalive_probe (self->keepalive);
}

PeerKeepalive *
peer_socket_get_keepalive (PeerSocket *self)
{
  return self->keepalive;
}

void
peer_socket_set_silent_delay (PeerSocket *self,
                              guint milliseconds)
{
  self->silent_delay = milliseconds;
}

void
peer_socket_set_open_timeout (PeerSocket *self,
                              guint milliseconds)
{
  self->open_timeout = milliseconds;
}

void
peer_socket_set_answer_timeout (PeerSocket *self,
                                guint seconds)
{
  self->answer_timeout = seconds;
}

void
peer_socket_send (PeerSocket *self,
                  const char *type,
                  const char *dst,
                  const char *payload)
{
  g_autoptr (GBytes) message = peer_envelope_build (type, NULL, dst, payload, payload != NULL ? strlen (payload) : 0);

  peer_outbox_add (self->outbox, message);
  peer_socket_send_waiting (self);
}

static void
list_peers_cb (GObject *object,
               GAsyncResult *result,
               gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) body = peer_http_get_finish (SOUP_SESSION (object), result, &error);
  char **ids = body != NULL ? peer_request_parse_peers (body, &error) : NULL;

  if (ids != NULL)
    g_task_return_pointer (task, ids, (GDestroyNotify) g_strfreev);
  else
    g_task_return_error (task, error);
}

void
peer_socket_list_peers_async (PeerSocket *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (SoupMessage) request = peer_request_new_http (self->uri, self->key, "peers");

  g_task_set_source_tag (task, peer_socket_list_peers_async);
  peer_http_get_async (self->session, request, MAX_LIST_SIZE, cancellable, list_peers_cb, task);
}

char **
peer_socket_list_peers_finish (PeerSocket *self,
                               GAsyncResult *result,
                               GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_socket_list_peers_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
peer_socket_dispose (GObject *object)
{
  PeerSocket *self = PEER_SOCKET (object);

  peer_socket_close (self);
  g_clear_object (&self->session);
  g_clear_object (&self->tls_database);

  G_OBJECT_CLASS (peer_socket_parent_class)->dispose (object);
}

static void
peer_socket_finalize (GObject *object)
{
  PeerSocket *self = PEER_SOCKET (object);

  peer_outbox_free (self->outbox);
  g_main_context_unref (self->context);
  g_uri_unref (self->uri);
  g_free (self->key);
  g_free (self->token);
  g_free (self->id);

  G_OBJECT_CLASS (peer_socket_parent_class)->finalize (object);
}

static void
peer_socket_class_init (PeerSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = peer_socket_dispose;
  object_class->finalize = peer_socket_finalize;

  signals[OPEN] = g_signal_new ("open", PEER_TYPE_SOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[MESSAGE] = g_signal_new ("message", PEER_TYPE_SOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[ENDED] = g_signal_new ("ended", PEER_TYPE_SOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_ERROR, G_TYPE_BOOLEAN);
}

static void
peer_socket_init (PeerSocket *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->outbox = peer_outbox_new ();
  self->silent_delay = SILENT_OPEN_DELAY;
  self->open_timeout = OPEN_TIMEOUT;
  self->answer_timeout = ANSWER_TIMEOUT;
}

PeerSocket *
peer_socket_new (GUri *uri,
                 const char *key,
                 const char *token,
                 guint ping_interval,
                 GTlsDatabase *tls_database)
{
  PeerSocket *self = g_object_new (PEER_TYPE_SOCKET, NULL);

  self->uri = g_uri_ref (uri);
  self->key = g_strdup (key);
  self->token = g_strdup (token);
  self->ping_interval = ping_interval;
  self->tls_database = tls_database != NULL ? g_object_ref (tls_database) : NULL;
  peer_socket_renew_session (self);

  return self;
}
