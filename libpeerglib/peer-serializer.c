/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-serializer-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"

/**
 * PeerSerializer:
 *
 * A format of the application for the values of data connections.
 *
 * It has a name, which an offer carries, and turns one value into the bytes
 * of one message and back. Both sides register it under the same name: with
 * [method@Peer.Peer.add_serializer] here, with the `serializers` option in
 * PeerJS. A connection uses it when [property@Peer.ConnectOptions:serializer]
 * is set.
 */
G_DEFINE_INTERFACE (PeerSerializer, peer_serializer, G_TYPE_OBJECT)

static void
peer_serializer_default_init (PeerSerializerInterface *iface)
{
}

/**
 * peer_serializer_get_name:
 * @self: a serializer
 *
 * Gets the name under which both sides know the format, the `serialization`
 * member of an OFFER message.
 *
 * Returns: (transfer none): the name
 */
const char *
peer_serializer_get_name (PeerSerializer *self)
{
  g_return_val_if_fail (PEER_IS_SERIALIZER (self), NULL);

  return PEER_SERIALIZER_GET_IFACE (self)->get_name (self);
}

/**
 * peer_serializer_serialize:
 * @self: a serializer
 * @value: a value
 * @error: return location for an error
 *
 * Makes the bytes of one value. The errors are those of the format;
 * `PEER_ERROR_UNSUPPORTED_VALUE` is for a value that it has no form for.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
peer_serializer_serialize (PeerSerializer *self,
                           GVariant *value,
                           GError **error)
{
  g_return_val_if_fail (PEER_IS_SERIALIZER (self), NULL);
  g_return_val_if_fail (value != NULL, NULL);

  return PEER_SERIALIZER_GET_IFACE (self)->serialize (self, value, error);
}

/**
 * peer_serializer_deserialize:
 * @self: a serializer
 * @bytes: the bytes of a message
 * @error: return location for an error
 *
 * Reads one value. The errors are those of the format;
 * `PEER_ERROR_INVALID_DATA` is for bytes that are not of the format. The
 * bytes come from the other peer and cannot be trusted.
 *
 * Returns: (transfer full): the value
 */
GVariant *
peer_serializer_deserialize (PeerSerializer *self,
                             GBytes *bytes,
                             GError **error)
{
  g_return_val_if_fail (PEER_IS_SERIALIZER (self), NULL);
  g_return_val_if_fail (bytes != NULL, NULL);

  return PEER_SERIALIZER_GET_IFACE (self)->deserialize (self, bytes, error);
}

typedef struct
{
  PeerCodec codec;
  PeerSerializer *serializer;
} SerializerCodec;

static PeerFrames *
serializer_codec_encode (PeerCodec *codec,
                         GVariant *value,
                         gsize max_message_size,
                         GError **error)
{
  SerializerCodec *self = (SerializerCodec *) codec;
  g_autoptr (GBytes) bytes = peer_serializer_serialize (self->serializer, value, error);

  if (bytes == NULL)
    return NULL;

  if (max_message_size != 0 && g_bytes_get_size (bytes) > max_message_size)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG,
                   _ ("The value takes %" G_GSIZE_FORMAT " bytes; the other peer accepts %" G_GSIZE_FORMAT),
                   g_bytes_get_size (bytes), max_message_size);
      return NULL;
    }

  return peer_frames_new (bytes, FALSE);
}

static gboolean
serializer_codec_decode (PeerCodec *codec,
                         GBytes *message,
                         gboolean is_text,
                         GPtrArray *values,
                         gboolean *close_requested,
                         GError **error)
{
  SerializerCodec *self = (SerializerCodec *) codec;
  GVariant *value;

  if (g_bytes_get_size (message) > codec->limits.max_value_size)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                   _ ("A message of %" G_GSIZE_FORMAT " bytes is larger than allowed"),
                   g_bytes_get_size (message));
      return FALSE;
    }

  value = peer_serializer_deserialize (self->serializer, message, error);
  if (value == NULL)
    return FALSE;

  g_ptr_array_add (values, g_variant_take_ref (value));

  return TRUE;
}

static PeerFrames *
serializer_codec_encode_close (PeerCodec *codec)
{
  return NULL;
}

static void
serializer_codec_free (PeerCodec *codec)
{
  SerializerCodec *self = (SerializerCodec *) codec;

  g_object_unref (self->serializer);
  g_free (self);
}

static const PeerCodecClass serializer_codec_class = {
  .encode = serializer_codec_encode,
  .decode = serializer_codec_decode,
  .encode_close = serializer_codec_encode_close,
  .free = serializer_codec_free,
};

PeerCodec *
peer_serializer_codec_new (PeerSerializer *serializer,
                           const PeerCodecLimits *limits)
{
  SerializerCodec *self = g_new0 (SerializerCodec, 1);

  self->codec.klass = &serializer_codec_class;
  self->codec.limits = *limits;
  self->serializer = g_object_ref (serializer);

  return &self->codec;
}
