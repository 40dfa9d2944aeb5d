/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "stdin-end.h"

#include <libpeerglib/peer.h>

/* A peer for others to attack: it sends every value back. Low limits show
 * sooner that they hold.
 *
 *   victim SERVER-URI ID
 *
 * It ends with its standard input. */

#define BLOCKED_MICROSECONDS (4 * G_USEC_PER_SEC)

/* Seconds; a busy machine may need them. */
#define CONNECT_TIMEOUT 100

static void
data_cb (PeerDataConnection *connection,
         GVariant *value)
{
  /* As a program does that is busy with other things. */
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && g_str_equal (g_variant_get_string (value, NULL), "block"))
    g_usleep (BLOCKED_MICROSECONDS);

  peer_data_connection_send (connection, value, NULL);
}

static void
connection_cb (PeerPeer *peer,
               PeerDataConnection *connection)
{
  peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (connection), CONNECT_TIMEOUT);
  peer_data_connection_set_max_buffered_amount (connection, 8 * 1024 * 1024);
  g_signal_connect (connection, "data", G_CALLBACK (data_cb), NULL);
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (PeerPeer) peer = NULL;

  if (argc != 3)
    return 2;

  peer = peer_peer_new_for_uri (argv[1], argv[2]);
  g_list_store_remove_all (G_LIST_STORE (peer_peer_get_ice_servers (peer)));
  peer_peer_set_max_message_size (peer, 1024 * 1024);
  peer_peer_set_max_pending_size (peer, 16 * 1024 * 1024);
  g_signal_connect (peer, "connection", G_CALLBACK (connection_cb), NULL);
  stdin_run_until_end ();

  return 0;
}
