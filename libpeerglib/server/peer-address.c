/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-address-private.h"

#include <string.h>

#include <gio/gio.h>

#define MAPPED_PREFIX "::ffff:"
#define NETWORK_SIZE 8

static char *
normalize (const char *address)
{
  if (g_ascii_strncasecmp (address, MAPPED_PREFIX, strlen (MAPPED_PREFIX)) == 0 && strchr (address, '.') != NULL)
    address += strlen (MAPPED_PREFIX);

  return g_strdup (address);
}

static char *
get_last_entry (const char *list)
{
  const char *comma = strrchr (list, ',');

  return g_strstrip (g_strdup (comma != NULL ? comma + 1 : list));
}

char *
peer_address_new (const char *remote,
                  const char *forwarded)
{
  g_autofree char *entry = forwarded != NULL ? get_last_entry (forwarded) : NULL;

  if (entry != NULL && g_hostname_is_ip_address (entry))
    return normalize (entry);

  return normalize (remote != NULL ? remote : "");
}

char *
peer_address_get_network (const char *address)
{
  g_autoptr (GInetAddress) parsed = NULL;
  g_autoptr (GInetAddress) network = NULL;
  guint8 bytes[16] = { 0 };

  if (strchr (address, ':') != NULL)
    parsed = g_inet_address_new_from_string (address);
  if (parsed == NULL || g_inet_address_get_family (parsed) != G_SOCKET_FAMILY_IPV6)
    return g_strdup (address);

  memcpy (bytes, g_inet_address_to_bytes (parsed), NETWORK_SIZE);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);

  return g_inet_address_to_string (network);
}
