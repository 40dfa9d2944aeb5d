/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-buffer-private.h"
#include "peer-codec-classes-private.h"
#include "peer-utf8-private.h"
#include "peer-value-private.h"
#include "peer-variant-writer-private.h"

static PeerFrames *
raw_encode (PeerCodec *codec,
            GVariant *value,
            gsize max_message_size,
            GError **error)
{
  g_autoptr (GVariant) prepared = peer_value_prepare (value);
  g_autoptr (GBytes) all = g_variant_get_data_as_bytes (prepared);
  g_autoptr (GBytes) message = NULL;
  PeerValue view;
  const guint8 *start;

  peer_value_init (&view, prepared);
  if (view.kind != PEER_VALUE_TEXT && view.kind != PEER_VALUE_BYTES)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE,
                           _ ("Without a serialization only text and bytes can be sent"));
      return NULL;
    }
  if (!peer_codec_check_message_size (view.size, max_message_size, error))
    return NULL;

  start = peer_bytes_get_data (all, NULL);
  message = g_bytes_new_from_bytes (all, view.size > 0 ? (gsize) (view.data - start) : 0, view.size);

  return peer_frames_new (message, view.kind == PEER_VALUE_TEXT);
}

static GVariant *
decode_text (GBytes *message,
             GError **error)
{
  PeerVariantWriter writer;
  gsize size;
  const char *text = (const char *) peer_bytes_get_data (message, &size);
  gsize valid_size;

  if (!peer_utf8_validate (text, size, &valid_size))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("Invalid UTF-8 at byte %zu"), (size_t) valid_size);
      return NULL;
    }

  peer_variant_writer_init (&writer, size);
  peer_variant_writer_add_string (&writer, text, size);

  return peer_variant_writer_end (&writer);
}

static gboolean
raw_decode (PeerCodec *codec,
            GBytes *message,
            gboolean is_text,
            GPtrArray *values,
            gboolean *close_requested,
            GError **error)
{
  GVariant *value;

  if (!peer_codec_check_value_size (codec, g_bytes_get_size (message), error))
    return FALSE;

  if (is_text)
    value = decode_text (message, error);
  else
    value = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, message, TRUE));
  if (value == NULL)
    return FALSE;
  g_ptr_array_add (values, value);

  return TRUE;
}

static PeerFrames *
raw_encode_close (PeerCodec *codec)
{
  return NULL;
}

PeerCodec *
peer_codec_raw_new (const PeerCodecLimits *limits)
{
  static const PeerCodecClass raw_class = {
    .encode = raw_encode,
    .decode = raw_decode,
    .encode_close = raw_encode_close,
    .free = (void (*) (PeerCodec *)) g_free,
  };
  PeerCodec *codec = g_new0 (PeerCodec, 1);

  codec->klass = &raw_class;
  codec->limits = *limits;

  return codec;
}
