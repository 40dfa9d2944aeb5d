/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The candidates of both sides and which pair of them carries the link. Not
 * thread-safe. */
typedef struct _PeerWebrtcPath PeerWebrtcPath;

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

/* By their foundations. */
void peer_webrtc_path_select (PeerWebrtcPath *self,
                              const char *local_foundation,
                              const char *remote_foundation);

/* host, srflx, prflx or relay; NULL while none is selected. */
const char *peer_webrtc_path_get_local_type (PeerWebrtcPath *self);
const char *peer_webrtc_path_get_remote_type (PeerWebrtcPath *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerWebrtcPath, peer_webrtc_path_free)

G_END_DECLS
