/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "fuzz-values.h"
#include "libpeerglib/peer-peer-private.h"
#include "libpeerglib/peer-source-private.h"
#include "libpeerglib/protocol/peer-json-private.h"
#include "libpeerglib/transport/peer-loopback-transport-private.h"

/* A line of the input may say so in place of a number that nobody can know. */
#define TOKEN "a=x-loopback:?"

typedef struct
{
  guint n_connections;
  guint n_closed;
  char *token; /* of an offer that can be answered */
} Seen;

static void
on_connection_close (PeerBaseConnection *connection,
                     Seen *seen)
{
  seen->n_closed++;
}

static void
on_connection (PeerPeer *peer,
               PeerDataConnection *connection,
               Seen *seen)
{
  seen->n_connections++;
  g_signal_connect (connection, "close", G_CALLBACK (on_connection_close), seen);
}

static void
on_offer (PeerTransport *transport,
          const char *type,
          const char *sdp,
          Seen *seen)
{
  const char *attribute = strstr (sdp, "a=x-loopback:");

  g_free (seen->token);
  seen->token = g_strndup (attribute, strcspn (attribute, "\r\n"));
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static PeerTransport *
offer_something (Seen *seen)
{
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  PeerTransport *transport;

  config->is_offerer = TRUE;
  transport = peer_loopback_transport_new (config);
  g_signal_connect (transport, "description", G_CALLBACK (on_offer), seen);
  peer_transport_start (transport);
  settle ();

  return transport;
}

/* A peer that never talks to a server. */
static PeerPeer *
peer_new (Seen *seen)
{
  PeerPeer *peer = peer_peer_new_for_uri ("http://127.0.0.1:9/", "victim");

  peer_source_clear (&peer->start_source);
  peer_peer_set_transport_factory (peer, peer_loopback_transport_new);
  peer->links->certificate = g_bytes_new_static ("test", 4);
  g_signal_connect (peer, "connection", G_CALLBACK (on_connection), seen);

  return peer;
}

static void
handle_line (PeerPeer *peer,
             const char *line,
             const Seen *seen)
{
  g_auto (GStrv) parts = g_strsplit (line, TOKEN, -1);
  g_autofree char *text = g_strjoinv (seen->token, parts);
  g_auto (PeerEnvelope) envelope = { 0 };

  if (peer_envelope_parse (&envelope, text, strlen (text), PEER_JSON_MAX_DEPTH, NULL))
    peer_peer_handle_message (peer, &envelope);
}

/* The lines as messages of the server. Every connection that they bring about
 * closes once. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Seen seen = { 0 };
  PeerTransport *offerer = offer_something (&seen);
  PeerPeer *peer = peer_new (&seen);
  PeerDataConnection *own = g_object_ref (peer_peer_connect_to (peer, "alice", NULL));

  on_connection (peer, own, &seen);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      handle_line (peer, lines[i], &seen);
      if (i % 2 == 0)
        settle ();
    }
  settle ();

  g_assert_cmpuint (g_list_model_get_n_items (peer_peer_get_connections (peer)), ==, seen.n_connections - seen.n_closed);
  peer_peer_destroy (peer);
  g_assert_cmpuint (seen.n_closed, ==, seen.n_connections);
  g_assert_finalize_object (own);
  g_assert_finalize_object (peer);
  g_object_unref (offerer);
  settle ();
  g_free (seen.token);

  return 0;
}
