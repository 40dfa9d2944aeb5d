/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-serializer.h"
#include "protocol/peer-codec-private.h"

G_BEGIN_DECLS

/* The codec of a data connection that uses a format of the application. */
PeerCodec *peer_serializer_codec_new (PeerSerializer *serializer,
                                      const PeerCodecLimits *limits);

G_END_DECLS
