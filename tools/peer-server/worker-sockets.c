/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "worker-sockets.h"

#include <errno.h>
#include <sys/socket.h>

#define BACKLOG 4096

static GSocket *
new_socket (GSocketAddress *address,
            GError **error)
{
  GSocket *socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, error);

  if (socket != NULL)
    g_socket_set_listen_backlog (socket, BACKLOG);

  return socket;
}

/* Two programs that both asked for a shared port would both get it, and each a
 * part of the other's clients. So the port is shared only when the first socket
 * has it to itself. */
static GSocket *
open_first (GSocketAddress *address,
            GError **error)
{
  g_autoptr (GSocket) socket = new_socket (address, error);

  if (socket == NULL ||
      !g_socket_bind (socket, address, TRUE, error) ||
      !g_socket_listen (socket, error) ||
      !g_socket_set_option (socket, SOL_SOCKET, SO_REUSEPORT, TRUE, error))
    return NULL;

  return g_steal_pointer (&socket);
}

/* g_socket_bind() would turn sharing off. */
static gboolean
bind_shared (GSocket *socket,
             GSocketAddress *address,
             GError **error)
{
  struct sockaddr_storage native;

  if (!g_socket_set_option (socket, SOL_SOCKET, SO_REUSEPORT, TRUE, error) ||
      !g_socket_address_to_native (address, &native, sizeof native, error))
    return FALSE;
  if (bind (g_socket_get_fd (socket), (struct sockaddr *) &native, g_socket_address_get_native_size (address)) == 0)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));

  return FALSE;
}

static GSocket *
open_another (GSocketAddress *address,
              GError **error)
{
  g_autoptr (GSocket) socket = new_socket (address, error);

  if (socket == NULL || !bind_shared (socket, address, error) || !g_socket_listen (socket, error))
    return NULL;

  return g_steal_pointer (&socket);
}

static GPtrArray *
open_at (GSocketAddress *wanted,
         guint n_sockets,
         GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocketAddress) address = NULL;
  GSocket *socket = open_first (wanted, error);

  if (socket == NULL)
    return NULL;
  g_ptr_array_add (sockets, socket);

  /* With the port that it got. */
  address = g_socket_get_local_address (socket, error);
  if (address == NULL)
    return NULL;

  while (sockets->len < n_sockets)
    {
      socket = open_another (address, error);
      if (socket == NULL)
        return NULL;
      g_ptr_array_add (sockets, socket);
    }

  return g_steal_pointer (&sockets);
}

static GPtrArray *
open_everywhere (guint16 port,
                 guint n_sockets,
                 GError **error)
{
  static const GSocketFamily families[] = { G_SOCKET_FAMILY_IPV6, G_SOCKET_FAMILY_IPV4 };
  g_autoptr (GError) first_error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_autoptr (GInetAddress) any = g_inet_address_new_any (families[i]);
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, port);
      GPtrArray *sockets = open_at (address, n_sockets, first_error == NULL ? &first_error : NULL);

      if (sockets != NULL)
        return sockets;

      /* Anything else is a machine without IPv6. */
      if (g_error_matches (first_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        break;
    }

  g_propagate_error (error, g_steal_pointer (&first_error));

  return NULL;
}

GPtrArray *
worker_sockets_open (const char *host,
                     guint16 port,
                     guint n_sockets,
                     GError **error)
{
  g_autoptr (GSocketConnectable) connectable = NULL;
  g_autoptr (GSocketAddressEnumerator) enumerator = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  if (host == NULL || g_str_equal (host, "::"))
    return open_everywhere (port, n_sockets, error);

  connectable = g_network_address_new (host, port);
  enumerator = g_socket_connectable_enumerate (connectable);
  address = g_socket_address_enumerator_next (enumerator, NULL, error);

  return address == NULL ? NULL : open_at (address, n_sockets, error);
}
