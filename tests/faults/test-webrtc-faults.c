/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>
#include <string.h>

#include "fault-world.h"
#include "libpeerglib/transport/peer-webrtc-link-private.h"
#include "libpeerglib/transport/peer-webrtc-transport-private.h"

static void
test_seeds (void)
{
  g_autoptr (PeerServer) server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", NULL);
  g_autoptr (GError) error = NULL;
  FaultWorlds worlds = {
    .factory = peer_webrtc_transport_new,
    .quiet = 3000,
    .n_seeds = g_getenv ("PEER_TEST_LONG") != NULL ? 200 : 20,
    .n_at_once = 10,
  };
  FaultTally tally;

  g_test_summary ("The same faults over WebRTC: a connection works or ends with one error");

  peer_server_listen (server, &error);
  g_assert_no_error (error);
  worlds.server = peer_server_get_uri (server);
  tally = fault_worlds_run (&worlds);
  g_test_message ("%u ends opened, %u failed, %u reconnected, %u stayed open",
                  tally.n_opened, tally.n_failed, tally.n_reconnected, tally.n_stayed);
  if (g_getenv ("PEER_FAULT_COUNT") == NULL)
    {
      g_assert_cmpuint (tally.n_stayed, >, worlds.n_seeds / 10);
      g_assert_cmpuint (tally.n_failed, >, worlds.n_seeds / 10);
    }
  while (peer_webrtc_link_get_n_links () > 0)
    g_main_context_iteration (NULL, FALSE);
  peer_server_stop (server);
}

/* webrtcbin 1.22 complains of itself when a channel is dropped while its last
 * data is on the way; everybody else's criticals are fatal. */
static gboolean
is_fatal (const char *domain,
          GLogLevelFlags level,
          const char *message,
          gpointer user_data)
{
  return strstr (message, "channel->sctp_transport") == NULL;
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_log_set_fatal_handler (is_fatal, NULL);

  g_test_add_func ("/webrtc-faults/seeds", test_seeds);

  return g_test_run ();
}
