/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-liveness-private.h"
#include "peer-transport-queue-private.h"

G_BEGIN_DECLS

/* What a loopback transport and its counterpart, which may be on another
 * thread, share; it outlives the transport while the counterpart knows it. */
typedef struct _Half PeerLoopbackHalf;

struct _Half
{
  gatomicrefcount ref_count;
  PeerTransportQueue *queue;
  gboolean is_offerer;
  gboolean is_ordered;
  gsize low_threshold;
  char *label;       /* nullable */
  char *fingerprint; /* nullable: of the certificate that it would show */
  GSource *timer;    /* of the first channel of a link only */

  /* All below under the lock. */
  guint token;
  PeerLoopbackHalf *counterpart;
  PeerLoopbackHalf *first; /* nullable: of the link, when this is a further channel */
  GPtrArray *further;      /* of PeerLoopbackHalf: the other channels, of the first */
  gboolean is_incoming;
  gboolean is_taken; /* by a transport, when it is incoming */
  gboolean has_remote_description;
  gboolean is_open;
  gboolean has_ended;
  gboolean is_stalled;
  gboolean is_silent;
  char *remote_fingerprint;
  PeerLiveness liveness;
  GQueue unsent;
  gsize buffered_amount;
  gsize unacknowledged_threshold;
  gsize max_message_size;
  guint64 bytes_sent;
  guint64 bytes_received;
  guint64 messages_sent;
  guint64 messages_received;
};

PeerLoopbackHalf *peer_loopback_half_ref (PeerLoopbackHalf *self);
PeerLoopbackHalf *peer_loopback_half_new (PeerTransport *transport,
                                          const PeerTransportConfig *config);
void peer_loopback_half_unref (PeerLoopbackHalf *self);

/* One lock for all of them. Everything below is called with it. */
void peer_loopback_half_lock (void);
void peer_loopback_half_unlock (void);

/* Makes the offer. */
void peer_loopback_half_offer (PeerLoopbackHalf *self);
void peer_loopback_half_accept (PeerLoopbackHalf *self,
                                const char *type,
                                const char *sdp);
gboolean peer_loopback_half_send (PeerLoopbackHalf *self,
                                  GBytes *bytes,
                                  gboolean is_text,
                                  GError **error);

/* After a change to what holds messages back or keeps silence. */
void peer_loopback_half_update (PeerLoopbackHalf *self);

/* One more channel. NULL when the link has ended. */
PeerLoopbackHalf *peer_loopback_half_add_channel (PeerLoopbackHalf *self,
                                                  const PeerTransportChannel *options);

/* Ends the channel after what was sent. */
void peer_loopback_half_close (PeerLoopbackHalf *self);

/* Ends the link at once. */
void peer_loopback_half_break (PeerLoopbackHalf *self,
                               const GError *error);

G_END_DECLS
