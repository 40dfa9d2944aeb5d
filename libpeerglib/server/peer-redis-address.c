/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-redis-address-private.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>

#define DEFAULT_PORT 6379
#define MAX_DATABASE 65535
#define URI_FLAGS (G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_PARSE_RELAXED)

static const char *
skip_slash (const char *path)
{
  return *path == '/' ? path + 1 : path;
}

static gboolean
read_database (PeerRedisAddress *self,
               const char *text)
{
  guint64 number;

  if (text == NULL || *text == '\0')
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, MAX_DATABASE, &number, NULL))
    return FALSE;

  self->database = (guint) number;

  return TRUE;
}

static gboolean
read_inet (PeerRedisAddress *self,
           GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  int port = g_uri_get_port (uri);

  if (host == NULL || *host == '\0' || port == 0 || !read_database (self, skip_slash (g_uri_get_path (uri))))
    return FALSE;

  if (port < 0)
    port = DEFAULT_PORT;
  self->connectable = g_network_address_new (host, (guint16) port);
  self->text = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%d" : "%s:%d", host, port);

  return TRUE;
}

static gboolean
read_unix (PeerRedisAddress *self,
           GUri *uri)
{
  const char *path = g_uri_get_path (uri);
  const char *query = g_uri_get_query (uri);

  if (!g_path_is_absolute (path) || (query != NULL && !g_str_has_prefix (query, "db=")) ||
      !read_database (self, query != NULL ? query + strlen ("db=") : NULL))
    return FALSE;

  self->connectable = G_SOCKET_CONNECTABLE (g_unix_socket_address_new (path));
  self->text = g_strdup (path);

  return TRUE;
}

static gboolean
peer_redis_address_read (PeerRedisAddress *self,
                         const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, URI_FLAGS, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  self->is_tls = g_str_equal (scheme, "rediss");
  if (self->is_tls || g_str_equal (scheme, "redis"))
    {
      if (!read_inet (self, uri))
        return FALSE;
    }
  else if (!g_str_equal (scheme, "unix") || !read_unix (self, uri))
    {
      return FALSE;
    }

  self->user = g_strdup (g_uri_get_user (uri));
  self->password = g_strdup (g_uri_get_password (uri));

  return TRUE;
}

PeerRedisAddress *
peer_redis_address_new (const char *text,
                        GError **error)
{
  PeerRedisAddress *self = g_new0 (PeerRedisAddress, 1);

  if (peer_redis_address_read (self, text))
    return self;

  /* It may hold a password, so the message does not repeat it. */
  peer_redis_address_free (self);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       _ ("The address of Redis is not like redis://HOST:PORT/DATABASE, rediss://… or unix:///PATH"));

  return NULL;
}

void
peer_redis_address_free (PeerRedisAddress *self)
{
  g_clear_object (&self->connectable);
  g_free (self->user);
  g_free (self->password);
  g_free (self->text);
  g_free (self);
}
