/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-http-listener-private.h"

#include "peer-acceptor-private.h"
#include "peer-replay-stream-private.h"
#include "peer-timeout-queue-private.h"

#include <netdb.h>
#include <unistd.h>

/* A head that is longer is none of a handshake. */
#define MAX_HEAD_SIZE (16 * 1024)

/* A source of its own, not the hub's turn, calls the application, which may
 * run a main loop to decide. */
struct _PeerHttpListener
{
  GSource source;

  PeerPollHub *hub;
  PeerAcceptor *acceptor;
  GTlsCertificate *certificate; /* nullable */
  PeerTimeoutQueue *timeouts;
  GQueue waiting; /* connections whose head is not there yet */
  GQueue ready;   /* and those whose is */
  guint max_waiting;

  const PeerHttpListenerFuncs *funcs;
  gpointer user_data;
};

typedef struct
{
  PeerHttpListener *listener; /* NULL once ended, in a TLS handshake */
  GQueue *queue;
  GList link;
  PeerTimeout timeout;
  PeerPollStream *stream;    /* NULL as long as TLS shakes hands */
  GCancellable *cancellable; /* that, and only then */
  struct sockaddr_storage address;
  socklen_t address_length;
} Connection;

static void
connection_free (Connection *connection)
{
  g_clear_object (&connection->cancellable);
  g_free (connection);
}

static void
connection_unlink (Connection *connection)
{
  g_queue_unlink (connection->queue, &connection->link);
  peer_timeout_queue_cancel (connection->listener->timeouts, &connection->timeout);
}

/* After it is out of its queue. */
static void
connection_close (Connection *connection)
{
  peer_timeout_queue_cancel (connection->listener->timeouts, &connection->timeout);

  if (connection->cancellable != NULL)
    {
      /* Its end frees the connection. */
      connection->listener = NULL;
      g_cancellable_cancel (connection->cancellable);
      return;
    }

  peer_poll_stream_finish (connection->stream);
  peer_poll_stream_unref (connection->stream);
  connection_free (connection);
}

static void
connection_end (Connection *connection)
{
  connection_unlink (connection);
  connection_close (connection);
}

static void
peer_http_listener_cut_off (PeerHttpListener *self,
                            Connection *connection)
{
  connection_end (connection);
  self->funcs->cut_off (self->user_data);
}

/* Those that only wait make room for those that come. */
static void
peer_http_listener_make_room (PeerHttpListener *self)
{
  if (self->max_waiting == 0 || self->waiting.length + self->ready.length < self->max_waiting)
    return;

  g_debug ("Closing the oldest of too many connections that ask for nothing");
  peer_http_listener_cut_off (self, peer_timeout_queue_get_oldest (self->timeouts));
}

static void
connection_expired (gpointer item,
                    gpointer user_data)
{
  Connection *connection = item;

  g_debug ("Closing a connection that took too long to ask for something");
  peer_http_listener_cut_off (connection->listener, connection);
}

static gsize
stream_received (guint8 *data,
                 gsize length,
                 gpointer user_data)
{
  Connection *connection = user_data;
  PeerHttpListener *self = connection->listener;

  if (length > MAX_HEAD_SIZE || peer_handshake_find_end (data, length) > 0)
    {
      peer_poll_stream_hold (connection->stream);
      g_queue_unlink (connection->queue, &connection->link);
      connection->queue = &self->ready;
      g_queue_push_tail_link (connection->queue, &connection->link);
    }

  return 0;
}

static void
stream_ended (gpointer user_data)
{
  connection_end (user_data);
}

static const PeerPollStreamFuncs stream_funcs = {
  .received = stream_received,
  .ended = stream_ended,
};

static void
connection_start (Connection *connection)
{
  peer_poll_stream_set_funcs (connection->stream, &stream_funcs, connection);
}

static GSocket *
find_socket (GIOStream *stream)
{
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_TLS_CONNECTION (stream))
    g_object_get (stream, "base-io-stream", &base, NULL);

  return g_socket_connection_get_socket (G_SOCKET_CONNECTION (base != NULL ? base : stream));
}

static void
hand_over (PeerHttpListener *self,
           PeerPollStream *stream,
           GSocketAddress *remote_address)
{
  gsize length;
  const guint8 *data = peer_poll_stream_peek (stream, &length);
  g_autoptr (GBytes) beginning = g_bytes_new (data, length);
  g_autoptr (GIOStream) base = peer_poll_stream_release (stream, NULL);
  g_autoptr (GIOStream) replay = NULL;

  if (base == NULL || remote_address == NULL)
    return;

  replay = peer_replay_stream_new (base, beginning);
  self->funcs->connected (replay, find_socket (base), remote_address, self->user_data);
}

static gboolean
parse_head (PeerPollStream *stream,
            PeerHandshake *handshake,
            gsize *head_length)
{
  gsize length;
  const guint8 *data = peer_poll_stream_peek (stream, &length);

  *head_length = peer_handshake_find_end (data, length);

  return *head_length > 0 && peer_handshake_parse (handshake, (const char *) data, *head_length);
}

static void
peer_http_listener_decide (PeerHttpListener *self,
                           Connection *connection)
{
  g_autoptr (PeerPollStream) stream = g_steal_pointer (&connection->stream);
  g_autoptr (GSocketAddress) address = NULL;
  g_auto (PeerHandshake) handshake = { 0 };
  g_autofree char *answer = NULL;
  char host[NI_MAXHOST] = "";
  gsize head_length;

  getnameinfo ((struct sockaddr *) &connection->address, connection->address_length, host, sizeof host, NULL, 0, NI_NUMERICHOST);
  address = g_socket_address_new_from_native (&connection->address, connection->address_length);
  peer_poll_stream_set_funcs (stream, NULL, NULL);
  connection_unlink (connection);
  connection_free (connection);

  if (!parse_head (stream, &handshake, &head_length) || !self->funcs->admits (&handshake, host, self->user_data))
    {
      hand_over (self, stream, address);
      return;
    }

  answer = peer_handshake_build_answer (&handshake);
  peer_poll_stream_skip (stream, head_length);
  peer_poll_stream_write (stream, answer, strlen (answer), NULL, 0);
  self->funcs->upgraded (g_steal_pointer (&stream), &handshake, host, self->user_data);
}

static gboolean
peer_http_listener_prepare (GSource *source,
                            int *timeout)
{
  *timeout = -1;

  return ((PeerHttpListener *) source)->ready.length > 0;
}

static gboolean
peer_http_listener_dispatch (GSource *source,
                             GSourceFunc callback,
                             gpointer user_data)
{
  PeerHttpListener *self = (PeerHttpListener *) source;

  while (!g_source_is_destroyed (source) && self->ready.head != NULL)
    peer_http_listener_decide (self, self->ready.head->data);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs peer_http_listener_source_funcs = {
  .prepare = peer_http_listener_prepare,
  .dispatch = peer_http_listener_dispatch,
};

static void
handshake_cb (GObject *source,
              GAsyncResult *result,
              gpointer user_data)
{
  Connection *connection = user_data;
  GIOStream *stream = G_IO_STREAM (source);
  g_autoptr (GError) error = NULL;
  gboolean succeeded = g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error);

  if (!succeeded)
    g_debug ("TLS: %s", error->message);
  else if (connection->listener != NULL)
    connection->stream = peer_poll_stream_new_for_io_stream (connection->listener->hub, stream, find_socket (stream));

  g_clear_object (&connection->cancellable);
  if (connection->stream != NULL)
    {
      connection_start (connection);
      return;
    }

  g_socket_close (find_socket (stream), NULL);
  if (connection->listener != NULL)
    connection_unlink (connection);
  connection_free (connection);
}

/* Returns whether it began. */
static gboolean
connection_encrypt (Connection *connection,
                    int fd,
                    GMainContext *context,
                    GTlsCertificate *certificate)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (GSocketConnection) base = NULL;
  g_autoptr (GIOStream) stream = NULL;

  if (socket == NULL)
    {
      close (fd);
      return FALSE;
    }

  base = g_socket_connection_factory_create_connection (socket);
  /* Unless told that there is no database GIO loads the system's certificates
   * for each connection: megabytes and milliseconds, to check nobody. */
  stream = g_initable_new (g_tls_backend_get_server_connection_type (g_tls_backend_get_default ()), NULL, NULL,
                           "base-io-stream", base,
                           "certificate", certificate,
                           "database", NULL,
                           "require-close-notify", FALSE,
                           NULL);
  if (stream == NULL)
    return FALSE;

  connection->cancellable = g_cancellable_new ();
  g_main_context_push_thread_default (context);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (stream), G_PRIORITY_DEFAULT, connection->cancellable,
                                    handshake_cb, connection);
  g_main_context_pop_thread_default (context);

  return TRUE;
}

static void
accepted (int fd,
          const struct sockaddr *address,
          socklen_t address_length,
          gpointer user_data)
{
  PeerHttpListener *self = user_data;
  Connection *connection = g_new0 (Connection, 1);

  peer_http_listener_make_room (self);
  memcpy (&connection->address, address, address_length);
  connection->address_length = address_length;

  if (self->certificate == NULL)
    connection->stream = peer_poll_stream_new (self->hub, fd);
  if (self->certificate == NULL ? connection->stream == NULL : !connection_encrypt (connection, fd, g_source_get_context (&self->source), self->certificate))
    {
      connection_free (connection);
      return;
    }

  connection->listener = self;
  connection->queue = &self->waiting;
  connection->link.data = connection;
  g_queue_push_tail_link (connection->queue, &connection->link);
  peer_timeout_queue_arm (self->timeouts, &connection->timeout, connection);
  if (connection->stream != NULL)
    connection_start (connection);
}

PeerHttpListener *
peer_http_listener_new (PeerPollHub *hub,
                        GSocket *socket,
                        GTlsCertificate *certificate,
                        const PeerHttpListenerFuncs *funcs,
                        gpointer user_data)
{
  GSource *source = g_source_new (&peer_http_listener_source_funcs, sizeof (PeerHttpListener));
  PeerHttpListener *self = (PeerHttpListener *) source;
  GMainContext *context = peer_poll_hub_get_context (hub);

  self->hub = g_object_ref (hub);
  self->acceptor = peer_acceptor_new (hub, socket, accepted, self);
  self->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  self->timeouts = peer_timeout_queue_new (context, "[libpeerglib] handshake", connection_expired, self);
  g_queue_init (&self->waiting);
  g_queue_init (&self->ready);
  self->funcs = funcs;
  self->user_data = user_data;

  g_source_set_static_name (source, "[libpeerglib] PeerHttpListener");
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, context);

  return self;
}

void
peer_http_listener_free (PeerHttpListener *self)
{
  GList *link;

  g_clear_pointer (&self->acceptor, peer_acceptor_free);
  while ((link = g_queue_pop_head_link (&self->waiting)) != NULL)
    connection_close (link->data);
  while ((link = g_queue_pop_head_link (&self->ready)) != NULL)
    connection_close (link->data);
  g_clear_pointer (&self->timeouts, peer_timeout_queue_free);
  g_clear_object (&self->certificate);
  g_clear_object (&self->hub);

  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

void
peer_http_listener_set_limits (PeerHttpListener *self,
                               guint timeout,
                               guint n_waiting)
{
  peer_timeout_queue_set_interval (self->timeouts, timeout);
  self->max_waiting = n_waiting;
}

void
peer_http_listener_set_certificate (PeerHttpListener *self,
                                    GTlsCertificate *certificate)
{
  if (self->certificate != NULL)
    g_set_object (&self->certificate, certificate);
}
