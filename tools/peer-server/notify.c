/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "notify.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

/* A path, or an abstract name after an @. */
static GSocketAddress *
parse_address (const char *text)
{
  if (*text == '@')
    return g_unix_socket_address_new_with_type (text + 1, (int) strlen (text + 1), G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  if (*text == '/')
    return g_unix_socket_address_new (text);

  return NULL;
}

void
notify_send (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  g_autoptr (GSocketAddress) address = path != NULL ? parse_address (path) : NULL;
  g_autoptr (GSocket) socket = NULL;

  if (address == NULL)
    return;

  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  if (socket == NULL)
    return;

  /* A manager that does not read must not hold up the clients. */
  g_socket_set_blocking (socket, FALSE);
  g_socket_send_to (socket, address, state, strlen (state), NULL, NULL);
}

guint64
notify_get_watchdog (void)
{
  const char *pid = g_getenv ("WATCHDOG_PID");
  const char *interval = g_getenv ("WATCHDOG_USEC");
  guint64 number;

  if (pid != NULL && (!g_ascii_string_to_unsigned (pid, 10, 1, G_MAXINT, &number, NULL) || (pid_t) number != getpid ()))
    return 0;

  return interval != NULL && g_ascii_string_to_unsigned (interval, 10, 1, G_MAXUINT64, &number, NULL) ? number : 0;
}
