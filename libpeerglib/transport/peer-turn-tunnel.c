/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-turn-tunnel-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#define SCHEME "turns://"
#define DEFAULT_PORT 5349

/* libnice makes one for each address of this computer. */
#define MAX_CONNECTIONS 64

struct _PeerTurnTunnel
{
  GSocketService *service;
  GSocketConnectable *server;
  GTlsDatabase *database;
  GCancellable *cancellable;
  GPtrArray *uris;
  guint n_connections;
};

/* One connection through the tunnel, which may outlive it by its last turn of
 * the main loop. */
typedef struct
{
  GIOStream *near;
  GIOStream *far;
  GCancellable *cancellable;
  guint n_directions;
} Passage;

static void
passage_free (Passage *self)
{
  g_clear_object (&self->near);
  g_clear_object (&self->far);
  g_clear_object (&self->cancellable);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Passage, passage_free)

/* STUN is short messages that somebody waits for. */
static void
send_at_once (GIOStream *stream)
{
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));

  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
}

static void
spliced_cb (GObject *object,
            GAsyncResult *result,
            gpointer user_data)
{
  Passage *self = user_data;
  g_autoptr (GError) error = NULL;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (object), result, &error) < 0)
    g_debug ("A connection to a TURN server ended: %s", error->message);

  /* Where one direction has ended, nothing comes of the other. */
  g_cancellable_cancel (self->cancellable);
  if (--self->n_directions == 0)
    passage_free (self);
}

static void
splice (Passage *self,
        GIOStream *from,
        GIOStream *to)
{
  self->n_directions++;
  g_output_stream_splice_async (g_io_stream_get_output_stream (to), g_io_stream_get_input_stream (from),
                                G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, self->cancellable, spliced_cb, self);
}

static void
connected_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (Passage) self = user_data;
  g_autoptr (GError) error = NULL;
  Passage *passage;

  self->far = G_IO_STREAM (g_socket_client_connect_finish (G_SOCKET_CLIENT (object), result, &error));
  if (self->far == NULL)
    {
      g_debug ("No connection to a TURN server over TLS: %s", error->message);
      return;
    }

  send_at_once (self->near);
  send_at_once (self->far);
  passage = g_steal_pointer (&self);
  splice (passage, passage->near, passage->far);
  splice (passage, passage->far, passage->near);
}

static void
on_event (GSocketClient *client,
          GSocketClientEvent event,
          GSocketConnectable *server,
          GIOStream *stream,
          GTlsDatabase *database)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_tls_connection_set_database (G_TLS_CONNECTION (stream), database);
}

static void
cancel_cb (GCancellable *all,
           GCancellable *one)
{
  g_cancellable_cancel (one);
}

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *near,
             GObject *source,
             PeerTurnTunnel *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Passage *passage;

  if (self->n_connections >= MAX_CONNECTIONS)
    return TRUE;
  self->n_connections++;

  passage = g_new0 (Passage, 1);
  passage->near = G_IO_STREAM (g_object_ref (near));
  passage->cancellable = g_cancellable_new ();
  g_signal_connect_object (self->cancellable, "cancelled", G_CALLBACK (cancel_cb), passage->cancellable, 0);

  g_socket_client_set_tls (client, TRUE);
  if (self->database != NULL)
    g_signal_connect_object (client, "event", G_CALLBACK (on_event), self->database, 0);
  g_socket_client_connect_async (client, self->server, passage->cancellable, connected_cb, passage);

  return TRUE;
}

/* A computer may have one family of addresses only. */
static void
listen_at (PeerTurnTunnel *self,
           GSocketFamily family,
           const char *userinfo)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_loopback (family);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (address, 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autofree char *text = g_inet_address_to_string (address);
  gboolean is_v6 = family == G_SOCKET_FAMILY_IPV6;

  if (g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted, G_SOCKET_TYPE_STREAM,
                                     G_SOCKET_PROTOCOL_TCP, NULL, &effective, NULL))
    g_ptr_array_add (self->uris, g_strdup_printf ("turn://%s@%s%s%s:%u?transport=tcp",
                                                  userinfo, is_v6 ? "[" : "", text, is_v6 ? "]" : "",
                                                  g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective))));
}

PeerTurnTunnel *
peer_turn_tunnel_new (const char *uri,
                      GTlsDatabase *database,
                      GError **error)
{
  g_autoptr (PeerTurnTunnel) self = g_new0 (PeerTurnTunnel, 1);
  const char *start = uri + strlen (SCHEME);
  const char *at = strchr (start, '@');
  g_autofree char *userinfo = NULL;
  g_autofree char *server = NULL;

  g_return_val_if_fail (g_str_has_prefix (uri, SCHEME) && at != NULL, NULL);

  userinfo = g_strndup (start, (gsize) (at - start));
  server = g_strndup (at + 1, strcspn (at + 1, "?"));
  self->server = g_network_address_parse (server, DEFAULT_PORT, error);
  if (self->server == NULL)
    return NULL;

  g_set_object (&self->database, database);
  self->cancellable = g_cancellable_new ();
  self->uris = g_ptr_array_new_null_terminated (2, g_free, TRUE);
  self->service = g_socket_service_new ();
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  listen_at (self, G_SOCKET_FAMILY_IPV4, userinfo);
  listen_at (self, G_SOCKET_FAMILY_IPV6, userinfo);

  return g_steal_pointer (&self);
}

const char *const *
peer_turn_tunnel_get_uris (PeerTurnTunnel *self)
{
  return (const char *const *) self->uris->pdata;
}

void
peer_turn_tunnel_free (PeerTurnTunnel *self)
{
  if (self->service != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->service, self);
      g_socket_service_stop (self->service);
      g_socket_listener_close (G_SOCKET_LISTENER (self->service));
    }
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->service);
  g_clear_object (&self->server);
  g_clear_object (&self->database);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->uris, g_ptr_array_unref);
  g_free (self);
}
