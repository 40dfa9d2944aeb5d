/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-nice-private.h"

#include <dlfcn.h>
#include <sys/socket.h>

/* Of all versions of libnice so far. */
#define LIBRARY "libnice.so.10"

/* The kernel counts a packet of SCTP as twice its size, and gives no more than
 * it was configured to. */
#define RECEIVE_BUFFER_SIZE (1024 * 1024)

typedef GPtrArray *(*GetSockets) (GObject *agent,
                                  guint stream,
                                  guint component);

static GetSockets
find_get_sockets (void)
{
  static gsize get_sockets;

  if (g_once_init_enter (&get_sockets))
    {
      void *library = dlopen (LIBRARY, RTLD_LAZY | RTLD_NOLOAD);
      void *symbol = library != NULL ? dlsym (library, "nice_agent_get_sockets") : NULL;

      g_once_init_leave (&get_sockets, symbol != NULL ? (gsize) symbol : 1);
    }

  return get_sockets != 1 ? (GetSockets) get_sockets : NULL;
}

static void
widen (GSocket *socket)
{
  int size = 0;

  if (g_socket_get_socket_type (socket) != G_SOCKET_TYPE_DATAGRAM)
    return;

  g_socket_get_option (socket, SOL_SOCKET, SO_RCVBUF, &size, NULL);
  if (size < RECEIVE_BUFFER_SIZE)
    g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_SIZE, NULL);
}

void
peer_webrtc_nice_widen_sockets (GObject *agent,
                                guint stream,
                                guint component)
{
  GetSockets get_sockets = find_get_sockets ();
  g_autoptr (GPtrArray) sockets = get_sockets != NULL ? get_sockets (agent, stream, component) : NULL;

  for (guint i = 0; sockets != NULL && i < sockets->len; i++)
    widen (g_ptr_array_index (sockets, i));
}
