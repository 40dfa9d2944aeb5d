/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-relays-private.h"

#include "peer-turn-tunnel-private.h"
#include "peer-webrtc-link-struct-private.h"
#include "peer-webrtc-worker-private.h"

/* Where the first packet has to be sent twice, as with one symmetric NAT, it
 * is libnice's 500 ms until a direct way is found. */
#define DIRECT_MILLISECONDS 500
#define STEP_MILLISECONDS 250

typedef enum
{
  STEP_UDP = 1,
  STEP_TCP,
  STEP_TLS,
  STEP_NONE
} Step;

typedef struct
{
  PeerWebrtcLink *link;
  Step step;
} Turn;

struct _PeerWebrtcRelays
{
  GPtrArray *tunnels; /* PeerTurnTunnel */
};

PeerWebrtcRelays *
peer_webrtc_relays_new (void)
{
  PeerWebrtcRelays *self = g_new0 (PeerWebrtcRelays, 1);

  self->tunnels = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_turn_tunnel_free);

  return self;
}

void
peer_webrtc_relays_free (PeerWebrtcRelays *self)
{
  g_ptr_array_unref (self->tunnels);
  g_free (self);
}

static void
turn_free (Turn *turn)
{
  peer_webrtc_link_unref (turn->link);
  g_free (turn);
}

static void
add_server (PeerWebrtcLink *link,
            const char *uri)
{
  gboolean is_added = FALSE;

  g_signal_emit_by_name (link->webrtcbin, "add-turn-server", uri, &is_added);
  if (!is_added)
    g_debug ("A TURN server was refused");
}

static void
add_tunnel (PeerWebrtcLink *link,
            const char *uri)
{
  g_autoptr (GError) error = NULL;
  PeerTurnTunnel *tunnel = peer_turn_tunnel_new (uri, link->config->tls_database, &error);

  if (tunnel == NULL)
    {
      g_debug ("A TURN server was refused: %s", error->message);
      return;
    }

  g_ptr_array_add (link->relays->tunnels, tunnel);
  for (const char *const *uris = peer_turn_tunnel_get_uris (tunnel); *uris != NULL; uris++)
    add_server (link, *uris);
}

/* There is no DTLS. */
static gboolean
is_of_step (const char *uri,
            Step step)
{
  gboolean is_udp = g_str_has_suffix (uri, "?transport=udp");
  gboolean is_tcp = g_str_has_suffix (uri, "?transport=tcp");

  if (g_str_has_prefix (uri, "turns:"))
    return step == STEP_TLS && !is_udp;

  return (step == STEP_UDP && !is_tcp) || (step == STEP_TCP && !is_udp);
}

static gboolean
take_step (gpointer user_data)
{
  const Turn *turn = user_data;
  PeerWebrtcLink *link = turn->link;
  gboolean has_path;

  g_mutex_lock (&link->lock);
  has_path = link->has_path;
  g_mutex_unlock (&link->lock);
  if (has_path || link->webrtcbin == NULL || link->is_torn_down || peer_webrtc_link_is_closing (link))
    return G_SOURCE_REMOVE;

  for (guint i = 0; link->config->turn_servers[i] != NULL; i++)
    {
      const char *uri = link->config->turn_servers[i];

      if (!is_of_step (uri, turn->step))
        continue;
      if (turn->step == STEP_TLS)
        {
          add_tunnel (link, uri);
        }
      else
        {
          g_autofree char *plain = g_strndup (uri, strcspn (uri, "?"));
          g_autofree char *full = g_strconcat (plain, turn->step == STEP_UDP ? "?transport=udp" : "?transport=tcp", NULL);

          add_server (link, full);
        }
    }

  return G_SOURCE_REMOVE;
}

static gboolean
has_step (PeerWebrtcLink *link,
          Step step)
{
  for (guint i = 0; link->config->turn_servers[i] != NULL; i++)
    {
      if (is_of_step (link->config->turn_servers[i], step))
        return TRUE;
    }

  return FALSE;
}

/* Steps that nothing is to be done in take no time. */
void
peer_webrtc_relays_start (PeerWebrtcLink *link)
{
  gboolean is_relay_only = link->config->ice_transport_policy == PEER_ICE_TRANSPORT_POLICY_RELAY;
  guint delay = is_relay_only ? 0 : DIRECT_MILLISECONDS;

  if (link->config->turn_servers == NULL)
    return;

  for (Step step = STEP_UDP; step < STEP_NONE; step++)
    {
      Turn *turn;

      if (!has_step (link, step))
        continue;
      turn = g_new0 (Turn, 1);
      turn->link = peer_webrtc_link_ref (link);
      turn->step = step;
      peer_webrtc_worker_add_timeout (delay, take_step, turn, (GDestroyNotify) turn_free);
      delay += STEP_MILLISECONDS;
    }
}
