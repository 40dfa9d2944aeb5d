/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-codec-private.h"

G_BEGIN_DECLS

/* One for each serialization; peer_codec_new() fills in the limits. */
PeerCodec *peer_codec_binary_new (const PeerCodecLimits *limits);
PeerCodec *peer_codec_json_new (const PeerCodecLimits *limits);
PeerCodec *peer_codec_raw_new (const PeerCodecLimits *limits);
PeerCodec *peer_codec_msgpack_new (const PeerCodecLimits *limits);

/* Refuses a value of more bytes than the limit allows. */
gboolean peer_codec_check_value_size (PeerCodec *codec,
                                      gsize size,
                                      GError **error);

/* Refuses a message larger than the other side takes; max_size 0 is no limit. */
gboolean peer_codec_check_message_size (gsize size,
                                        gsize max_size,
                                        GError **error);

/* How much memory a value may need when it is not bytes any more: a GVariant
 * takes up to 24 times what one-byte elements of an array do. */
gsize peer_codec_get_max_memory (PeerCodec *codec);

G_END_DECLS
