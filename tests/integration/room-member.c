/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "stdin-end.h"

#include <libpeerglib/peer.h>

/* A member of a room, to be killed.
 *
 *   room-member SERVICE URI ROOM ID
 *
 * It ends with its standard input, too. */

int
main (int argc,
      char *argv[])
{
  g_autoptr (GListStore) no_ice_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  g_autoptr (GEnumClass) services = g_type_class_ref (PEER_TYPE_ROOM_SERVICE);
  g_autoptr (PeerRoom) room = NULL;

  if (argc != 5)
    return 2;

  room = g_object_new (PEER_TYPE_ROOM,
                       "service", g_enum_get_value_by_nick (services, argv[1])->value,
                       "uri", argv[2],
                       "name", argv[3],
                       "peer-id", argv[4],
                       "ice-servers", no_ice_servers,
                       NULL);
  peer_room_join_async (room, NULL, NULL, NULL);
  stdin_run_until_end ();

  return 0;
}
