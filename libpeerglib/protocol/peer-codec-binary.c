/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-codec-classes-private.h"
#include "peer-control-private.h"
#include "peer-frames-private.h"
#include "peer-pack-private.h"
#include "peer-reassembler-private.h"
#include "peer-utf8-private.h"

#define MIN_CHUNK_MESSAGE_SIZE 64

typedef struct
{
  PeerCodec parent;
  PeerReassembler *reassembler;
  guint64 next_chunk_id;
} BinaryCodec;

static PeerFrames *
new_whole (PeerRope *packed)
{
  g_autoptr (GBytes) message = peer_rope_steal_bytes (packed);

  return peer_frames_new (message, FALSE);
}

static PeerFrames *
binary_encode (PeerCodec *codec,
               GVariant *value,
               gsize max_message_size,
               GError **error)
{
  BinaryCodec *self = (BinaryCodec *) codec;
  g_autoptr (GVariant) prepared = peer_value_prepare (value);
  g_auto (PeerRope) packed = { { NULL } };
  gsize size;
  gsize piece_size = PEER_CHUNK_MAX_PAYLOAD;
  PeerValue view;

  peer_value_init (&view, prepared);
  if (!peer_control_check_value (&view, error))
    return NULL;
  if (!peer_pack_append (&packed, PEER_PACK_FORMAT_BINARY_PACK, prepared, codec->limits.max_depth, error))
    return NULL;

  size = peer_rope_get_size (&packed);
  if (size <= PEER_CHUNK_MAX_PAYLOAD && (max_message_size == 0 || size <= max_message_size))
    return new_whole (&packed);

  if (max_message_size != 0)
    {
      if (max_message_size < MIN_CHUNK_MESSAGE_SIZE)
        {
          peer_codec_check_message_size (size, max_message_size, error);
          return NULL;
        }
      piece_size = MIN (piece_size, max_message_size - PEER_CHUNK_OVERHEAD);
    }

  return peer_frames_new_chunked (&packed, piece_size, self->next_chunk_id++);
}

/* The bytes of a “binary string”, one for each character up to U+00FF, in
 * which old browsers sent BinaryPack. */
static GBytes *
convert_binary_string (GBytes *message,
                       GError **error)
{
  gsize size;
  const char *text = (const char *) peer_bytes_get_data (message, &size);
  gsize position;
  g_auto (PeerBuffer) buffer = { NULL };

  if (!peer_utf8_validate (text, size, &position))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("Invalid UTF-8 at byte %zu"), (size_t) position);
      return NULL;
    }

  for (position = 0; position < size; position = (gsize) (g_utf8_next_char (text + position) - text))
    {
      gunichar character = g_utf8_get_char (text + position);

      if (character > 0xff)
        {
          g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                       _ ("A text message is not BinaryPack: U+%04X at byte %zu"),
                       (guint) character, (size_t) position);
          return NULL;
        }
      peer_buffer_append_byte (&buffer, (guint8) character);
    }

  return peer_buffer_steal_bytes (&buffer);
}

static gboolean
decode_value (BinaryCodec *self,
              GBytes *packed,
              GPtrArray *values,
              gboolean *close_requested,
              PeerChunk *chunk,
              GVariant **chunk_value,
              GError **error)
{
  g_autoptr (GVariant) value = NULL;

  value = peer_unpack (packed, PEER_PACK_FORMAT_BINARY_PACK, self->parent.limits.max_depth,
                       peer_codec_get_max_memory (&self->parent), error);
  if (value == NULL)
    return FALSE;

  switch (peer_control_find (value))
    {
    case PEER_CONTROL_NONE:
      g_ptr_array_add (values, g_steal_pointer (&value));
      return TRUE;
    case PEER_CONTROL_CLOSE:
      *close_requested = TRUE;
      return TRUE;
    case PEER_CONTROL_OTHER:
    default:
      if (chunk != NULL && peer_chunk_from_value (chunk, value))
        {
          *chunk_value = g_steal_pointer (&value);
          return TRUE;
        }
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                           _ ("A message with “__peerData” is neither a chunk nor a request to close"));
      return FALSE;
    }
}

static gboolean
decode_packed (BinaryCodec *self,
               GBytes *packed,
               GPtrArray *values,
               gboolean *close_requested,
               GError **error)
{
  g_autoptr (GVariant) chunk_value = NULL;
  g_autoptr (GBytes) whole = NULL;
  PeerChunk chunk;

  if (!peer_codec_check_value_size (&self->parent, g_bytes_get_size (packed), error))
    return FALSE;

  if (!peer_chunk_read (&chunk, packed))
    {
      if (!decode_value (self, packed, values, close_requested, &chunk, &chunk_value, error))
        return FALSE;
      if (chunk_value == NULL)
        return TRUE;
    }

  if (!peer_reassembler_add (self->reassembler, &chunk, packed, &whole, error))
    return FALSE;

  /* a chunk of chunks is nothing that anybody sends, so it is refused */
  return whole == NULL || decode_value (self, whole, values, close_requested, NULL, NULL, error);
}

static gboolean
binary_decode (PeerCodec *codec,
               GBytes *message,
               gboolean is_text,
               GPtrArray *values,
               gboolean *close_requested,
               GError **error)
{
  g_autoptr (GBytes) packed = NULL;

  if (is_text)
    packed = convert_binary_string (message, error);
  else
    packed = g_bytes_ref (message);
  if (packed == NULL)
    return FALSE;

  return decode_packed ((BinaryCodec *) codec, packed, values, close_requested, error);
}

static PeerFrames *
binary_encode_close (PeerCodec *codec)
{
  g_autoptr (GVariant) value = peer_control_new_close ();
  g_auto (PeerRope) packed = { { NULL } };

  peer_pack_append (&packed, PEER_PACK_FORMAT_BINARY_PACK, value, codec->limits.max_depth, NULL);

  return new_whole (&packed);
}

static void
binary_free (PeerCodec *codec)
{
  BinaryCodec *self = (BinaryCodec *) codec;

  peer_reassembler_free (self->reassembler);
  g_free (self);
}

PeerCodec *
peer_codec_binary_new (const PeerCodecLimits *limits)
{
  static const PeerCodecClass binary_class = {
    .encode = binary_encode,
    .decode = binary_decode,
    .encode_close = binary_encode_close,
    .free = binary_free,
  };
  BinaryCodec *self = g_new0 (BinaryCodec, 1);

  self->parent.klass = &binary_class;
  self->parent.limits = *limits;
  self->reassembler = peer_reassembler_new (limits);
  self->next_chunk_id = 1;

  return &self->parent;
}
