/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-listener-private.h"

#include <glib/gi18n-lib.h>
#include <sys/socket.h>

#define BACKLOG 4096

static GSocket *
listen_at (GInetAddress *address,
           guint16 port,
           GError **error)
{
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new (address, port);
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;

  /* For IPv6 GSocket has turned IPV6_V6ONLY off. */
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, socket_address, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;

  return g_steal_pointer (&socket);
}

static GInetAddress *
resolve (const char *host,
         GError **error)
{
  g_autoptr (GResolver) resolver = NULL;
  g_autolist (GInetAddress) addresses = NULL;

  if (g_hostname_is_ip_address (host))
    return g_inet_address_new_from_string (host);

  resolver = g_resolver_get_default ();
  addresses = g_resolver_lookup_by_name (resolver, host, NULL, error);

  return addresses == NULL ? NULL : g_object_ref (addresses->data);
}

GSocket *
peer_listener_open (const char *host,
                    guint16 port,
                    GError **error)
{
  gboolean is_any = host == NULL || g_strcmp0 (host, "::") == 0;
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (GError) local_error = NULL;
  GSocket *socket;

  if (!is_any)
    {
      address = resolve (host, error);
      return address == NULL ? NULL : listen_at (address, port, error);
    }

  address = g_inet_address_new_any (G_SOCKET_FAMILY_IPV6);
  socket = listen_at (address, port, &local_error);

  /* A machine without IPv6. */
  if (socket == NULL && !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    {
      g_clear_error (&local_error);
      g_clear_object (&address);
      address = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
      socket = listen_at (address, port, &local_error);
    }

  if (socket == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return socket;
}

gboolean
peer_listener_check (GSocket *socket,
                     GError **error)
{
  gboolean is_tcp = (g_socket_get_family (socket) == G_SOCKET_FAMILY_IPV4 || g_socket_get_family (socket) == G_SOCKET_FAMILY_IPV6) &&
                    g_socket_get_socket_type (socket) == G_SOCKET_TYPE_STREAM;
  int is_listening = 0;

  if (is_tcp && g_socket_get_option (socket, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, NULL) && is_listening)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("This is not a TCP socket that listens"));

  return FALSE;
}
