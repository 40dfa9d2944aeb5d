/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "peer-buffer-private.h"
#include "peer-codec-classes-private.h"
#include "peer-control-private.h"
#include "peer-json-private.h"

/* PeerJS refuses to send more, although it would receive it. */
#define MAX_MESSAGE_SIZE 16299

static PeerFrames *
json_encode (PeerCodec *codec,
             GVariant *value,
             gsize max_message_size,
             GError **error)
{
  g_autoptr (GVariant) prepared = peer_value_prepare (value);
  g_autoptr (GBytes) message = NULL;
  gsize max_size = max_message_size == 0 ? MAX_MESSAGE_SIZE : MIN (max_message_size, MAX_MESSAGE_SIZE);
  PeerValue view;
  gsize length;
  char *text;

  peer_value_init (&view, prepared);
  if (!peer_control_check_value (&view, error))
    return NULL;
  text = peer_json_print (prepared, &length, error);
  if (text == NULL)
    return NULL;

  message = g_bytes_new_take (text, length);
  if (!peer_codec_check_message_size (length, max_size, error))
    return NULL;

  return peer_frames_new (message, FALSE);
}

/* PeerJS up to 1.4 sends text messages, later ones send UTF-8 in binary
 * messages. */
static gboolean
json_decode (PeerCodec *codec,
             GBytes *message,
             gboolean is_text,
             GPtrArray *values,
             gboolean *close_requested,
             GError **error)
{
  gsize size;
  const char *text = (const char *) peer_bytes_get_data (message, &size);
  g_autoptr (GVariant) value = NULL;

  if (!peer_codec_check_value_size (codec, size, error))
    return FALSE;
  value = peer_json_parse (text, size, codec->limits.max_depth, error);
  if (value == NULL)
    return FALSE;

  if (peer_control_find (value) == PEER_CONTROL_CLOSE)
    *close_requested = TRUE;
  else
    g_ptr_array_add (values, g_steal_pointer (&value));

  return TRUE;
}

static PeerFrames *
json_encode_close (PeerCodec *codec)
{
  g_autoptr (GVariant) value = peer_control_new_close ();
  g_autoptr (GBytes) message = NULL;
  gsize length;
  char *text = peer_json_print (value, &length, NULL);

  message = g_bytes_new_take (text, length);

  return peer_frames_new (message, FALSE);
}

PeerCodec *
peer_codec_json_new (const PeerCodecLimits *limits)
{
  static const PeerCodecClass json_class = {
    .encode = json_encode,
    .decode = json_decode,
    .encode_close = json_encode_close,
    .free = (void (*) (PeerCodec *)) g_free,
  };
  PeerCodec *codec = g_new0 (PeerCodec, 1);

  codec->klass = &json_class;
  codec->limits = *limits;

  return codec;
}
