/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "hub.h"

#include "log.h"

/* The same servers that clients are told of, if there are any. */
static GListModel *
make_ice_servers (const char *const *uris)
{
  g_autoptr (GListStore) servers = NULL;

  if (uris == NULL)
    return NULL;

  servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  for (; *uris != NULL; uris++)
    {
      g_autoptr (PeerIceServer) server = peer_ice_server_new (*uris, NULL, NULL);

      g_list_store_append (servers, server);
    }

  return G_LIST_MODEL (g_steal_pointer (&servers));
}

void
hub_update (PeerHub *hub,
            Options *options)
{
  g_autoptr (GListModel) ice_servers = make_ice_servers (options_get_list (options, "stun-uri"));

  g_object_set (hub, "cors-origins", options_get_list (options, "cors"),
                "admin-routes", options_get_flag (options, "allow-discovery"),
                "ice-servers", ice_servers,
                NULL);
}

static void
log_member (const char *event,
            PeerRoom *room,
            PeerRoomMember *member)
{
  g_autofree char *text = g_strdup_printf ("“%s” %s the room “%s”", peer_room_member_get_id (member), event,
                                           peer_room_get_name (room));

  log_event (G_LOG_LEVEL_INFO, &(LogEvent){ .event = event, .client = peer_room_member_get_id (member) }, text);
}

static void
joined_cb (PeerHub *hub,
           PeerRoom *room,
           PeerRoomMember *member)
{
  log_member ("joined", room, member);
}

static void
left_cb (PeerHub *hub,
         PeerRoom *room,
         PeerRoomMember *member)
{
  log_member ("left", room, member);
}

PeerHub *
hub_start (Options *options,
           PeerServer *server,
           GError **error)
{
  g_autoptr (PeerHub) hub = NULL;
  g_autofree char *path = NULL;

  if (!options_get_flag (options, "hub"))
    return NULL;

  hub = peer_hub_new ();
  hub_update (hub, options);
  g_signal_connect (hub, "peer-joined", G_CALLBACK (joined_cb), NULL);
  g_signal_connect (hub, "peer-left", G_CALLBACK (left_cb), NULL);
  g_object_get (server, "path", &path, NULL);

  return peer_hub_attach (hub, peer_server_get_soup_server (server), path, error) ? g_steal_pointer (&hub) : NULL;
}
