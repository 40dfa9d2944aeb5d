/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-server-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "server/peer-listener-private.h"

/* Makes what both ways of running need. */
static gboolean
peer_server_prepare (PeerServer *self,
                     GError **error)
{
  g_autofree char *mount = peer_http_api_normalize_path (self->settings.path);

  if (self->relay != NULL)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR, _ ("The server is running already"));
      return FALSE;
    }
  if (mount == NULL)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR, _ ("The path “%s” does not begin with a slash"),
                   self->settings.path != NULL ? self->settings.path : "");
      return FALSE;
    }

  if (!peer_server_check_signaling (self, error))
    return FALSE;

  /* Its last connections do not stand in the way of the new ones. */
  if (self->stopping != NULL)
    peer_server_handle_stopped (self);

  self->relay = peer_relay_new (self->context, &peer_server_relay_events, self, error);
  if (self->relay == NULL)
    return FALSE;

  peer_relay_set_broker (self->relay, self->settings.broker);
  self->http = peer_http_server_new (self->context, self->relay);
  peer_http_server_get_config (self->http)->mount = g_steal_pointer (&mount);
  peer_server_configure_backend (self);

  return TRUE;
}

static void
peer_server_set_uri (PeerServer *self,
                     const char *uri)
{
  if (g_strcmp0 (self->uri, uri) == 0)
    return;

  g_free (self->uri);
  self->uri = g_strdup (uri);
  g_object_notify_by_pspec (G_OBJECT (self), peer_server_props[PROP_URI]);
}

static void
peer_server_opened (PeerServer *self,
                    GUri *uri)
{
  g_autoptr (PeerServer) kept = g_object_ref (self);
  g_autofree char *text = uri != NULL ? g_uri_to_string (uri) : g_strdup (self->settings.path);
  guint port = uri != NULL ? (guint) g_uri_get_port (uri) : self->port;

  if (self->port != port)
    {
      self->port = port;
      g_object_notify_by_pspec (G_OBJECT (self), peer_server_props[PROP_PORT]);
    }
  peer_server_set_uri (self, text);
  g_object_notify_by_pspec (G_OBJECT (self), peer_server_props[PROP_SOUP_SERVER]);
  g_signal_emit (self, peer_server_signals[SERVER_OPEN], 0, text);
}

/* Takes the socket, and fails without one. */
static gboolean
peer_server_listen_at (PeerServer *self,
                       GSocket *socket,
                       GError **error)
{
  g_autoptr (GUri) uri = NULL;

  if (socket != NULL)
    {
      g_main_context_push_thread_default (self->context);
      uri = peer_http_server_listen (self->http, socket, self->settings.tls_certificate, error);
      g_main_context_pop_thread_default (self->context);
    }

  if (uri == NULL)
    {
      g_clear_pointer (&self->http, peer_http_server_free);
      g_clear_object (&self->relay);
      return FALSE;
    }

  peer_server_start_signaling (self);
  peer_server_opened (self, uri);

  return TRUE;
}

/**
 * peer_server_listen:
 * @self: a server
 * @error: return location for an error
 *
 * Begins to listen at the server's host and port. A name among them is looked
 * up first, which may block.
 *
 * Returns: %TRUE if it listens
 */
gboolean
peer_server_listen (PeerServer *self,
                    GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  const char *host;

  g_return_val_if_fail (PEER_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!peer_server_prepare (self, error))
    return FALSE;

  host = self->settings.host;
  socket = peer_listener_open (host, self->port, error);
  if (peer_server_listen_at (self, socket, error))
    return TRUE;

  g_prefix_error (error, _ ("Could not listen at %s, port %u: "), host != NULL ? host : "::", self->port);

  return FALSE;
}

/**
 * peer_server_listen_socket:
 * @self: a server
 * @socket: a TCP socket that listens already
 * @error: return location for an error
 *
 * Accepts connections from a socket that somebody else has opened, such as a
 * service manager that starts the server when the first client comes. The
 * server's port becomes that of the socket; its host plays no part.
 *
 * The socket is closed when the server stops. Fails with
 * %G_IO_ERROR_INVALID_ARGUMENT when it is not a TCP socket, or does not listen.
 *
 * Returns: %TRUE if the server accepts connections
 */
gboolean
peer_server_listen_socket (PeerServer *self,
                           GSocket *socket,
                           GError **error)
{
  g_return_val_if_fail (PEER_IS_SERVER (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET (socket), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return peer_listener_check (socket, error) && peer_server_prepare (self, error) &&
         peer_server_listen_at (self, socket, error);
}

/**
 * peer_server_attach:
 * @self: a server
 * @server: a server of the application, on the same main context
 * @error: return location for an error
 *
 * Makes the server a part of another one, below its path. Host, port and
 * certificate are that one's business then. Its handlers for the path are
 * replaced.
 *
 * Returns: %TRUE if it is attached
 */
gboolean
peer_server_attach (PeerServer *self,
                    SoupServer *server,
                    GError **error)
{
  g_autoptr (GUri) uri = NULL;
  GSList *uris;

  g_return_val_if_fail (PEER_IS_SERVER (self), FALSE);
  g_return_val_if_fail (SOUP_IS_SERVER (server), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!peer_server_prepare (self, error))
    return FALSE;

  peer_http_server_attach (self->http, server);
  peer_server_start_signaling (self);

  uris = soup_server_get_uris (server);
  if (uris != NULL)
    uri = g_uri_parse_relative (uris->data, self->settings.path, G_URI_FLAGS_NONE, NULL);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  peer_server_opened (self, uri);

  return TRUE;
}

/**
 * peer_server_stop:
 * @self: a server
 *
 * Ends listening, or takes the server off the one that it is attached to, and
 * disconnects all clients with code 1001. What is on its way to them still is
 * sent for half a second at most; then [signal@Peer.Server::close] is emitted.
 *
 * Does nothing when the server is not running.
 */
void
peer_server_stop (PeerServer *self)
{
  g_autoptr (PeerServer) kept = NULL;
  PeerTopicRelay *topics;

  g_return_if_fail (PEER_IS_SERVER (self));

  if (self->relay == NULL)
    return;

  kept = g_object_ref (self);
  self->stopping = g_steal_pointer (&self->relay);
  topics = g_steal_pointer (&self->topics);
  g_clear_pointer (&self->endpoint, peer_websocket_endpoint_free);
  g_clear_pointer (&self->http, peer_http_server_free);
  peer_relay_stop (self->stopping);
  g_clear_pointer (&topics, peer_topic_relay_stop);

  if (self->is_disposed)
    return;

  peer_server_set_uri (self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), peer_server_props[PROP_SOUP_SERVER]);
}
