/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <libpeerglib/peer-enums.h>

#include "peer-pending-budget-private.h"

G_BEGIN_DECLS

/* A codec turns the values of one data connection into the messages that
 * carry them and back. It has a state: the chunks that wait for the rest of
 * their value, or the tail of a stream. */
typedef struct _PeerCodec PeerCodec;

/* The messages that carry one value, made as they are asked for. */
typedef struct _PeerFrames PeerFrames;

typedef struct
{
  gsize max_value_size;   /* bytes of one value as received */
  gsize max_pending_size; /* bytes that incomplete values may hold together */
  guint max_chunks;       /* chunks of one value */
  guint max_depth;        /* arrays and objects inside each other */

  PeerPendingBudget *budget; /* nullable: shared by several codecs, which hold a reference */
} PeerCodecLimits;

#define PEER_CODEC_LIMITS_DEFAULT                            \
  ((PeerCodecLimits){ .max_value_size = 256 * 1024 * 1024,   \
                      .max_pending_size = 512 * 1024 * 1024, \
                      .max_chunks = 32 * 1024,               \
                      .max_depth = 128 })

typedef struct
{
  PeerFrames *(*encode) (PeerCodec *codec,
                         GVariant *value,
                         gsize max_message_size,
                         GError **error);
  gboolean (*decode) (PeerCodec *codec,
                      GBytes *message,
                      gboolean is_text,
                      GPtrArray *values,
                      gboolean *close_requested,
                      GError **error);
  PeerFrames *(*encode_close) (PeerCodec *codec);
  void (*free) (PeerCodec *codec);
} PeerCodecClass;

struct _PeerCodec
{
  const PeerCodecClass *klass;
  PeerCodecLimits limits;
};

/* Not for PEER_SERIALIZATION_CUSTOM. */
PeerCodec *peer_codec_new (PeerSerialization serialization,
                           const PeerCodecLimits *limits);
void peer_codec_free (PeerCodec *codec);

/* Encodes a value of any GVariant type. max_message_size is what the other
 * side accepts in one message, 0 for no limit. Errors:
 * PEER_ERROR_UNSUPPORTED_VALUE, PEER_ERROR_MESSAGE_TOO_BIG. */
PeerFrames *peer_codec_encode (PeerCodec *codec,
                               GVariant *value,
                               gsize max_message_size,
                               GError **error);

/* Decodes one message. Appends the complete values, sunk, to values and sets
 * close_requested when the other side asks to close. What came before an
 * error stays in values. Errors: PEER_ERROR_INVALID_DATA,
 * PEER_ERROR_LIMIT_EXCEEDED. */
gboolean peer_codec_decode (PeerCodec *codec,
                            GBytes *message,
                            gboolean is_text,
                            GPtrArray *values,
                            gboolean *close_requested,
                            GError **error);

/* The message {"__peerData":{"type":"close"}}; NULL where the format has no
 * form for it (raw). */
PeerFrames *peer_codec_encode_close (PeerCodec *codec);

/* One message that is there already. */
PeerFrames *peer_frames_new (GBytes *message,
                             gboolean is_text);

/* The next message, NULL after the last. */
GBytes *peer_frames_next (PeerFrames *frames,
                          gboolean *is_text);

/* Whether they are the chunks of one value, between which those of other
 * values may go if order does not matter. */
gboolean peer_frames_are_chunks (PeerFrames *frames);

/* Bytes of the messages still to come, framing included. */
gsize peer_frames_get_size (PeerFrames *frames);
void peer_frames_free (PeerFrames *frames);

/* The name that OFFER carries: binary, json, raw, MsgPack. */
const char *peer_serialization_to_wire (PeerSerialization serialization);
gboolean peer_serialization_from_wire (const char *name,
                                       PeerSerialization *serialization);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerCodec, peer_codec_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerFrames, peer_frames_free)

G_END_DECLS
