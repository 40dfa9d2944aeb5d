/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-line-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-backoff-private.h>
#include <libpeerglib/peer-error.h>
#include <libpeerglib/peer-source-private.h>

#include "peer-keepalive-private.h"
#include "peer-network-watch-private.h"
#include "peer-request-private.h"
#include "peer-websocket-drop-private.h"

#define MAX_MESSAGE_SIZE (1024 * 1024)
#define PING_INTERVAL 5000

/* Seconds that the other side may take to answer the request. */
#define ANSWER_TIMEOUT 30

/* A line that is lost sooner than this was none: the next attempt's pause goes
 * on growing. It has at most so many doublings behind it then. */
#define SHORT_LINE (10 * G_TIME_SPAN_SECOND)
#define MAX_SHORT_LINE_ATTEMPT 4

struct _PeerLine
{
  GObject parent_instance;

  GMainContext *context;
  GUri *uri;
  GTlsDatabase *tls_database;
  SoupSession *session;
  PeerNetworkWatch *network_watch;
  guint reconnect_delay;
  gsize max_message_size;

  gboolean is_wanted;
  GCancellable *cancellable; /* of the attempt under way */
  SoupWebsocketConnection *connection;
  PeerKeepalive *keepalive;
  gint64 opened_at;
  guint attempt;
  GSource *reconnect;
};

G_DEFINE_FINAL_TYPE (PeerLine, peer_line, G_TYPE_OBJECT)

enum
{
  OPEN,
  MESSAGE,
  LOST,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void peer_line_attempt (PeerLine *self);

static void
peer_line_drop (PeerLine *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  peer_source_clear (&self->reconnect);
  g_clear_pointer (&self->keepalive, peer_keepalive_free);
  if (self->connection != NULL)
    peer_websocket_drop (g_steal_pointer (&self->connection), self);
}

void
peer_line_close (PeerLine *self)
{
  self->is_wanted = FALSE;
  g_clear_object (&self->network_watch);
  peer_line_drop (self);
}

static gboolean
reconnect_cb (gpointer user_data)
{
  PeerLine *self = PEER_LINE (user_data);

  peer_source_clear (&self->reconnect);
  peer_line_attempt (self);

  return G_SOURCE_REMOVE;
}

void
peer_line_give_up (PeerLine *self,
                   const GError *error)
{
  g_autoptr (PeerLine) keep_alive = g_object_ref (self);
  guint delay;

  if (!self->is_wanted)
    return;

  if (self->connection != NULL)
    self->attempt = g_get_monotonic_time () - self->opened_at < SHORT_LINE ? MIN (self->attempt, MAX_SHORT_LINE_ATTEMPT) : 0;

  delay = peer_backoff_delay (self->reconnect_delay, self->attempt++);
  g_debug ("Lost a line, which is tried again in %u ms: %s", delay, error->message);
  peer_line_drop (self);
  self->reconnect = peer_source_new_timeout (self->context, delay, "[libpeerglib] line", reconnect_cb, self);
  g_signal_emit (self, signals[LOST], 0, error);
}

static void
peer_line_lose (PeerLine *self,
                PeerError code,
                const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, (int) code, message);

  peer_line_give_up (self, error);
}

static void
peer_line_lose_with_io_error (PeerLine *self,
                              const GError *cause)
{
  g_autofree char *message = g_strdup_printf (_ ("No connection to the server: %s"), cause->message);
  PeerError code = PEER_ERROR_NETWORK;

  if (cause->domain == G_TLS_ERROR)
    code = PEER_ERROR_SSL_UNAVAILABLE;
  else if (cause->domain == SOUP_WEBSOCKET_ERROR)
    code = PEER_ERROR_SOCKET_ERROR;

  peer_line_lose (self, code, message);
}

/* A network that has changed has a new way, or none for the line that is there. */
static void
network_changed_cb (PeerLine *self)
{
  if (self->keepalive != NULL)
    peer_keepalive_probe (self->keepalive);
  else if (self->reconnect != NULL)
    g_source_set_ready_time (self->reconnect, 0);
}

static void
message_cb (PeerLine *self,
            int type,
            GBytes *message,
            SoupWebsocketConnection *connection)
{
  g_autoptr (PeerLine) keep_alive = g_object_ref (self);

  if (type == SOUP_WEBSOCKET_DATA_TEXT)
    g_signal_emit (self, signals[MESSAGE], 0, message);
}

static void
error_cb (PeerLine *self,
          const GError *error)
{
  peer_line_lose_with_io_error (self, error);
}

static void
closed_cb (PeerLine *self)
{
  peer_line_lose (self, PEER_ERROR_NETWORK, _ ("Lost the connection to the server"));
}

static void
keepalive_cb (PeerKeepaliveEvent event,
              gpointer user_data)
{
  if (event == PEER_KEEPALIVE_LOST)
    peer_line_lose (user_data, PEER_ERROR_NETWORK, _ ("The server is not heard any more"));
}

static void
peer_line_opened (PeerLine *self,
                  SoupWebsocketConnection *connection)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);

  self->connection = g_object_ref (connection);
  self->opened_at = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (connection, self->max_message_size);
  g_signal_connect_swapped (connection, "message", G_CALLBACK (message_cb), self);
  g_signal_connect_swapped (connection, "error", G_CALLBACK (error_cb), self);
  g_signal_connect_swapped (connection, "closed", G_CALLBACK (closed_cb), self);
  self->keepalive = peer_keepalive_new (connection, PING_INTERVAL, keepalive_cb, self);

  g_signal_emit (self, signals[OPEN], 0);
}

static void
websocket_connect_cb (GObject *object,
                      GAsyncResult *result,
                      gpointer user_data)
{
  g_autoptr (PeerLine) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection = soup_session_websocket_connect_finish (SOUP_SESSION (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->cancellable);
  if (connection != NULL)
    peer_line_opened (self, connection);
  else
    peer_line_lose_with_io_error (self, error);
}

/* With a session of its own: one keeps the addresses that a name once had, and
 * what else it knew of a network that may be another one now. */
static void
peer_line_attempt (PeerLine *self)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (SoupMessage) request = soup_message_new_from_uri (SOUP_METHOD_GET, self->uri);

  g_clear_object (&self->session);
  self->session = soup_session_new_with_options ("user-agent", "libpeerglib/" PACKAGE_VERSION,
                                                 "timeout", ANSWER_TIMEOUT,
                                                 NULL);
  if (self->tls_database != NULL)
    soup_session_set_tls_database (self->session, self->tls_database);

  peer_request_expect_acknowledgements (request);
  self->cancellable = g_cancellable_new ();
  soup_session_websocket_connect_async (self->session, request, NULL, NULL, G_PRIORITY_DEFAULT,
                                        self->cancellable, websocket_connect_cb, g_object_ref (self));
}

void
peer_line_open (PeerLine *self)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);

  peer_line_close (self);
  self->is_wanted = TRUE;
  self->attempt = 0;
  self->network_watch = peer_network_watch_new (NULL);
  g_signal_connect_object (self->network_watch, "changed", G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
  peer_line_attempt (self);
}

gboolean
peer_line_send (PeerLine *self,
                const char *text,
                gsize length)
{
  g_autoptr (PeerLine) keep_alive = g_object_ref (self);
  g_autoptr (GBytes) message = NULL;

  if (!peer_line_is_open (self))
    return FALSE;

  message = g_bytes_new (text, length);
  soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_TEXT, message);

  return self->connection != NULL;
}

gboolean
peer_line_is_open (PeerLine *self)
{
  return self->connection != NULL &&
         soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void
peer_line_dispose (GObject *object)
{
  PeerLine *self = PEER_LINE (object);

  peer_line_close (self);
  g_clear_object (&self->session);
  g_clear_object (&self->tls_database);

  G_OBJECT_CLASS (peer_line_parent_class)->dispose (object);
}

static void
peer_line_finalize (GObject *object)
{
  PeerLine *self = PEER_LINE (object);

  g_uri_unref (self->uri);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_line_parent_class)->finalize (object);
}

static void
peer_line_class_init (PeerLineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = peer_line_dispose;
  object_class->finalize = peer_line_finalize;

  signals[OPEN] = g_signal_new ("open", PEER_TYPE_LINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[MESSAGE] = g_signal_new ("message", PEER_TYPE_LINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_BYTES);
  signals[LOST] = g_signal_new ("lost", PEER_TYPE_LINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
peer_line_init (PeerLine *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->reconnect_delay = PEER_BACKOFF_FIRST;
  self->max_message_size = MAX_MESSAGE_SIZE;
}

PeerLine *
peer_line_new (GUri *uri)
{
  PeerLine *self = g_object_new (PEER_TYPE_LINE, NULL);

  self->uri = g_uri_ref (uri);

  return self;
}

void
peer_line_set_uri (PeerLine *self,
                   GUri *uri)
{
  g_autoptr (GUri) old = g_steal_pointer (&self->uri);

  self->uri = g_uri_ref (uri);
}

void
peer_line_set_tls_database (PeerLine *self,
                            GTlsDatabase *tls_database)
{
  g_set_object (&self->tls_database, tls_database);
}

void
peer_line_set_reconnect_delay (PeerLine *self,
                               guint milliseconds)
{
  self->reconnect_delay = milliseconds;
}

void
peer_line_set_max_message_size (PeerLine *self,
                                gsize size)
{
  self->max_message_size = size;
}
