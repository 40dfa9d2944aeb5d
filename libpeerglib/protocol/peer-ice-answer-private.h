/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a server tells a client that asks for STUN and TURN servers. The
 * credentials are as TURN servers accept them that share a secret with us
 * (coturn's use-auth-secret): the name is when they end, in seconds since
 * 1970, a colon and who uses them, the password its HMAC-SHA-1 in base64. */
typedef struct
{
  const char *const *stun_uris; /* nullable, as the next two */
  const char *const *turn_uris;
  const char *turn_secret; /* without it no TURN server is named */
  guint ttl;               /* s that the credentials are valid */
} PeerIceAnswer;

/* The JSON object {"iceServers":[…],"ttl":…}, whose first member is as
 * RTCPeerConnection takes it; now is in seconds since 1970. */
char *peer_ice_answer_build (const PeerIceAnswer *self,
                             const char *user,
                             gint64 now);

G_END_DECLS
