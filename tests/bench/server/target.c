/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "target.h"

#include "stream.h"

static GSocketAddress *
create_loopback_address (GUri *uri,
                         GError **error)
{
  const char *host = g_uri_get_host (uri);
  g_autoptr (GInetAddress) address = NULL;

  if (g_strcmp0 (host, "localhost") == 0)
    address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  else if (host != NULL)
    address = g_inet_address_new_from_string (host);

  if (address == NULL || !g_inet_address_get_is_loopback (address) || g_uri_get_port (uri) <= 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "not a port on loopback, and no other machine is loaded");
      return NULL;
    }

  return g_inet_socket_address_new (address, g_uri_get_port (uri));
}

/* From ws://127.0.0.1:9000/ or wss://[::1]:9000/path. */
Target *
target_new (const char *text,
            GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, error);
  g_autoptr (GSocketAddress) address = NULL;
  const char *path;
  Target *self;

  if (uri == NULL || (address = create_loopback_address (uri, error)) == NULL)
    {
      g_prefix_error (error, "%s: ", text);
      return NULL;
    }

  path = g_uri_get_path (uri);
  self = g_new0 (Target, 1);
  self->address = g_steal_pointer (&address);
  self->path = g_str_has_suffix (path, "/") ? g_strdup (path) : g_strconcat (path, "/", NULL);
  if (g_str_equal (g_uri_get_scheme (uri), "wss") || g_str_equal (g_uri_get_scheme (uri), "https"))
    self->tls_context = stream_create_tls_context ();

  return self;
}

void
target_free (Target *self)
{
  g_object_unref (self->address);
  g_free (self->path);
  SSL_CTX_free (self->tls_context);
  g_free (self);
}
