/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-ice-configuration-private.h"

#include "peer-ice-server.h"

#define DEFAULT_STUN_SERVER "stun:stun.l.google.com:19302"

GListModel *
peer_ice_configuration_new_default (void)
{
  GListStore *store = g_list_store_new (PEER_TYPE_ICE_SERVER);
  g_autoptr (PeerIceServer) server = peer_ice_server_new (DEFAULT_STUN_SERVER, NULL, NULL);

  g_list_store_append (store, server);

  return G_LIST_MODEL (store);
}

static gboolean
is_turn (const char *url)
{
  return g_str_has_prefix (url, "turn:") || g_str_has_prefix (url, "turns:");
}

gboolean
peer_ice_configuration_has_turn (GListModel *ice_servers)
{
  guint n_servers = g_list_model_get_n_items (ice_servers);

  for (guint i = 0; i < n_servers; i++)
    {
      g_autoptr (PeerIceServer) server = g_list_model_get_item (ice_servers, i);
      const char *const *urls = peer_ice_server_get_urls (server);

      for (; urls != NULL && *urls != NULL; urls++)
        {
          if (is_turn (*urls))
            return TRUE;
        }
    }

  return FALSE;
}

/* turn:host:port?transport=udp to turn://user:password@host:port?transport=udp */
static char *
turn_uri (const char *url,
          PeerIceServer *server)
{
  const char *colon = strchr (url, ':');
  const char *username = peer_ice_server_get_username (server);
  const char *credential = peer_ice_server_get_credential (server);
  g_autofree char *escaped_username = g_uri_escape_string (username != NULL ? username : "", NULL, FALSE);
  g_autofree char *escaped_credential = g_uri_escape_string (credential != NULL ? credential : "", NULL, FALSE);

  return g_strdup_printf ("%.*s://%s:%s@%s", (int) (colon - url), url,
                          escaped_username, escaped_credential, colon + 1);
}

/* A TURN server answers what a STUN server does, over UDP. */
static char *
stun_uri_of_turn (const char *url)
{
  const char *host = url + strlen ("turn:");
  gsize length = strcspn (host, "?");

  if (!g_str_has_prefix (url, "turn:") || g_str_has_suffix (url, "?transport=tcp"))
    return NULL;

  return g_strdup_printf ("stun://%.*s", (int) length, host);
}

void
peer_ice_configuration_apply (GListModel *ice_servers,
                              PeerTransportConfig *config)
{
  g_autoptr (GStrvBuilder) turn_servers = g_strv_builder_new ();
  g_autofree char *other_stun_server = NULL;
  guint n_servers = g_list_model_get_n_items (ice_servers);

  for (guint i = 0; i < n_servers; i++)
    {
      g_autoptr (PeerIceServer) server = g_list_model_get_item (ice_servers, i);
      const char *const *urls = peer_ice_server_get_urls (server);

      for (; urls != NULL && *urls != NULL; urls++)
        {
          if (g_str_has_prefix (*urls, "stun:") && config->stun_server == NULL)
            {
              config->stun_server = g_strconcat ("stun://", *urls + strlen ("stun:"), NULL);
            }
          else if (is_turn (*urls))
            {
              g_autofree char *uri = turn_uri (*urls, server);

              g_strv_builder_add (turn_servers, uri);
              if (other_stun_server == NULL)
                other_stun_server = stun_uri_of_turn (*urls);
            }
        }
    }

  if (config->stun_server == NULL)
    config->stun_server = g_steal_pointer (&other_stun_server);
  config->turn_servers = g_strv_builder_end (turn_servers);
}
