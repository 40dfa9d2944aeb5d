/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-base-connection.h"
#include "peer-connection-owner-private.h"
#include "peer-connection-table-private.h"
#include "peer-data-connection-private.h"
#include "peer-link-settings-private.h"
#include "peer-peer.h"
#include "peer-wait-queue-private.h"
#include "protocol/peer-envelope-private.h"
#include "signaling/peer-early-candidates-private.h"
#include "signaling/peer-network-watch-private.h"
#include "signaling/peer-socket-private.h"
#include "transport/peer-transport-private.h"

G_BEGIN_DECLS

struct _PeerPeer
{
  GObject parent_instance;

  /* Settings */
  char *id;
  char *host;
  guint port;
  char *path;
  gboolean secure;
  char *key;
  char *token;
  guint ping_interval;
  PeerLinkSettings *links;
  gboolean auto_reconnect;
  guint max_reconnect_attempts; /* 0: without end */
  guint reconnect_delay;        /* milliseconds */
  GHashTable *serializers;      /* name to PeerSerializer */

  /* State */
  GMainContext *context;
  gboolean was_open; /* once at least */
  gboolean is_open;
  gboolean is_disconnected;
  gboolean is_destroyed;
  guint registration; /* counts what the application did to it */
  PeerSocket *socket;
  GSource *start_source;
  PeerWaitQueue *opens; /* open_async() */
  PeerConnectionTable *connections;
  PeerEarlyCandidates *early_candidates;

  /* Reconnecting */
  gboolean is_reconnecting; /* by itself */
  GSource *reconnect_source;
  guint reconnect_attempt;
  guint n_reconnects_failed; /* of those that count */
  gint64 opened_at;
  gint64 refused_since;    /* on the way back; 0 when it was not */
  gint64 refusal_patience; /* microseconds */
  PeerNetworkWatch *network_watch;
  gboolean trusts_network_watch; /* it knew of the network that led to the server */
};

/* peer-peer-properties.c */
void peer_peer_install_properties (GObjectClass *object_class);
void peer_peer_set_id (PeerPeer *self,
                       const char *id);
void peer_peer_set_state (PeerPeer *self,
                          gboolean is_open,
                          gboolean is_disconnected,
                          gboolean is_reconnecting);
void peer_peer_set_destroyed (PeerPeer *self);

/* peer-peer-settings.c */
char *peer_peer_normalize_path (const char *path);

/* peer-peer-registration.c */

/* Borrowed; NULL when the settings make no address. */
PeerSocket *peer_peer_ensure_socket (PeerPeer *self);

/* Contacts the server on the next turn of the main context. */
void peer_peer_register (PeerPeer *self);

/* The same after the peer was disconnected. */
void peer_peer_register_again (PeerPeer *self);

/* Leaves the server; whoever waits for the peer to open gets the error. */
void peer_peer_unregister (PeerPeer *self,
                           const GError *error);

/* peer-peer-reconnect.c */
void peer_peer_init_reconnect (PeerPeer *self);
void peer_peer_clear_reconnect (PeerPeer *self);

/* Whether the peer, whose line has ended or whose attempt has failed, tries
 * again. Counts the failure. */
gboolean peer_peer_comes_back (PeerPeer *self,
                               const GError *error,
                               gboolean refused);

/* Tries again after a pause. */
void peer_peer_schedule_reconnect (PeerPeer *self);

/* What was counted is forgotten. */
void peer_peer_reset_reconnect (PeerPeer *self);

/* The peer is open. */
void peer_peer_end_reconnect (PeerPeer *self);

/* From now on a change of network is noticed. To ask the system may take some
 * milliseconds. */
void peer_peer_follow_network (PeerPeer *self);

/* For tests: another than the system's; before the peer is open. */
void peer_peer_set_network_watch (PeerPeer *self,
                                  PeerNetworkWatch *watch);

/* peer-peer-messages.c */
void peer_peer_owner_init (PeerConnectionOwnerInterface *iface);
void peer_peer_handle_message (PeerPeer *self,
                               const PeerEnvelope *envelope);

/* peer-peer-connect.c */

/* Whether the line to the server is there, or on its way. */
gboolean peer_peer_can_connect (PeerPeer *self);

/* Makes a connection and lists it; transfer full. */
PeerDataConnection *peer_peer_add_connection (PeerPeer *self,
                                              const PeerDataConnectionDescription *description);

/* peer-peer.c */
void peer_peer_emit_open (PeerPeer *self);
void peer_peer_emit_disconnected (PeerPeer *self);
void peer_peer_emit_connection (PeerPeer *self,
                                PeerDataConnection *connection);
void peer_peer_report_error (PeerPeer *self,
                             const GError *error);

/* Sends a message for a connection; the payload is JSON text. */
void peer_peer_send_signal (PeerPeer *self,
                            const char *type,
                            const char *peer_id,
                            const char *payload);

/* Makes links with the settings of another owner of links. */
void peer_peer_set_link_settings (PeerPeer *self,
                                  PeerLinkSettings *links);

/* For tests: what makes the transports of new connections. */
void peer_peer_set_transport_factory (PeerPeer *self,
                                      PeerTransportFactory factory);

G_END_DECLS
