/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-codec-classes-private.h"
#include "peer-pack-private.h"

#define MEMORY_FACTOR 4

PeerCodec *
peer_codec_new (PeerSerialization serialization,
                const PeerCodecLimits *limits)
{
  PeerCodecLimits own_limits = limits != NULL ? *limits : PEER_CODEC_LIMITS_DEFAULT;

  switch (serialization)
    {
    case PEER_SERIALIZATION_BINARY:
    case PEER_SERIALIZATION_BINARY_UTF8:
      return peer_codec_binary_new (&own_limits);
    case PEER_SERIALIZATION_JSON:
      return peer_codec_json_new (&own_limits);
    case PEER_SERIALIZATION_NONE:
      return peer_codec_raw_new (&own_limits);
    case PEER_SERIALIZATION_MSGPACK:
      return peer_codec_msgpack_new (&own_limits);
    case PEER_SERIALIZATION_CUSTOM:
    default:
      g_return_val_if_reached (NULL);
    }
}

void
peer_codec_free (PeerCodec *codec)
{
  codec->klass->free (codec);
}

PeerFrames *
peer_codec_encode (PeerCodec *codec,
                   GVariant *value,
                   gsize max_message_size,
                   GError **error)
{
  g_return_val_if_fail (codec != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);

  return codec->klass->encode (codec, value, max_message_size, error);
}

gboolean
peer_codec_decode (PeerCodec *codec,
                   GBytes *message,
                   gboolean is_text,
                   GPtrArray *values,
                   gboolean *close_requested,
                   GError **error)
{
  g_return_val_if_fail (codec != NULL, FALSE);
  g_return_val_if_fail (message != NULL, FALSE);
  g_return_val_if_fail (values != NULL, FALSE);
  g_return_val_if_fail (close_requested != NULL, FALSE);

  return codec->klass->decode (codec, message, is_text, values, close_requested, error);
}

PeerFrames *
peer_codec_encode_close (PeerCodec *codec)
{
  g_return_val_if_fail (codec != NULL, NULL);

  return codec->klass->encode_close (codec);
}

gboolean
peer_codec_check_value_size (PeerCodec *codec,
                             gsize size,
                             GError **error)
{
  if (size <= codec->limits.max_value_size)
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
               _ ("A value is over the limit of %zu bytes"), (size_t) codec->limits.max_value_size);

  return FALSE;
}

gboolean
peer_codec_check_message_size (gsize size,
                               gsize max_size,
                               GError **error)
{
  if (max_size == 0 || size <= max_size)
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG,
               _ ("The message has %zu bytes and may have %zu"), (size_t) size, (size_t) max_size);

  return FALSE;
}

gsize
peer_codec_get_max_memory (PeerCodec *codec)
{
  return MIN (codec->limits.max_value_size, G_MAXSIZE / 8 / MEMORY_FACTOR) * MEMORY_FACTOR + 4096;
}

const char *
peer_serialization_to_wire (PeerSerialization serialization)
{
  switch (serialization)
    {
    case PEER_SERIALIZATION_BINARY:
    case PEER_SERIALIZATION_BINARY_UTF8:
      return "binary";
    case PEER_SERIALIZATION_JSON:
      return "json";
    case PEER_SERIALIZATION_NONE:
      return "raw";
    case PEER_SERIALIZATION_MSGPACK:
      return "MsgPack";
    case PEER_SERIALIZATION_CUSTOM:
    default:
      return NULL;
    }
}

gboolean
peer_serialization_from_wire (const char *name,
                              PeerSerialization *serialization)
{
  /* the names of PeerJS before 1.5 included */
  static const struct
  {
    const char *name;
    PeerSerialization serialization;
  } names[] = {
    { "binary", PEER_SERIALIZATION_BINARY },
    { "binary-utf8", PEER_SERIALIZATION_BINARY_UTF8 },
    { "json", PEER_SERIALIZATION_JSON },
    { "raw", PEER_SERIALIZATION_NONE },
    { "none", PEER_SERIALIZATION_NONE },
    { "MsgPack", PEER_SERIALIZATION_MSGPACK },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (g_strcmp0 (name, names[i].name) == 0)
        {
          *serialization = names[i].serialization;
          return TRUE;
        }
    }

  return FALSE;
}
