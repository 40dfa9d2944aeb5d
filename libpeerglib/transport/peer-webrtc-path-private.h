/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The candidates of both sides and which pair of them carries the link. Not
 * thread-safe. */
typedef struct _PeerWebrtcPath PeerWebrtcPath;

/* One end of the pair that carries the link. */
typedef struct
{
  const char *type;     /* host, srflx, prflx or relay */
  const char *protocol; /* udp or tcp; nullable */
  const char *address;  /* with the port; nullable, as one that was never announced has no known address */
} PeerWebrtcPathEnd;

PeerWebrtcPath *peer_webrtc_path_new (void);
void peer_webrtc_path_free (PeerWebrtcPath *self);

/* Whether libnice can be given this candidate. A name of mDNS, behind which
 * browsers hide their addresses, is not worth looking up: their packets reach
 * us all the same. */
gboolean peer_webrtc_path_is_usable (const char *candidate);

void peer_webrtc_path_add_local (PeerWebrtcPath *self,
                                 const char *candidate);
void peer_webrtc_path_add_remote (PeerWebrtcPath *self,
                                  const char *candidate);

/* A candidate of the other side that is not usable. */
void peer_webrtc_path_leave_out (PeerWebrtcPath *self,
                                 const char *candidate);

/* By their foundations. */
void peer_webrtc_path_select (PeerWebrtcPath *self,
                              const char *local_foundation,
                              const char *remote_foundation);

/* NULL while none is selected. */
const PeerWebrtcPathEnd *peer_webrtc_path_get_local (PeerWebrtcPath *self);
const PeerWebrtcPathEnd *peer_webrtc_path_get_remote (PeerWebrtcPath *self);

/* What there was to try, for an error message, translated. NULL when nothing
 * was. */
char *peer_webrtc_path_describe (PeerWebrtcPath *self,
                                 gboolean has_stun_server,
                                 guint n_turn_servers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebrtcPath, peer_webrtc_path_free)

G_END_DECLS
