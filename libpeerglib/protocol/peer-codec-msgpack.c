/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-codec-classes-private.h"
#include "peer-control-private.h"
#include "peer-frames-private.h"
#include "peer-pack-private.h"
#include "peer-pack-scanner-private.h"

/* PeerJS writes its stream in messages of this size. */
#define MAX_MESSAGE_SIZE 32768

typedef struct
{
  PeerCodec parent;
  PeerPackScanner scanner;
  PeerBuffer pending; /* the start of a value that is not complete */
  gsize taken;        /* for it, of the shared budget */
  GError *broken;     /* nullable: after an error nothing tells where a value starts */
} MsgpackCodec;

static PeerFrames *
msgpack_encode (PeerCodec *codec,
                GVariant *value,
                gsize max_message_size,
                GError **error)
{
  g_autoptr (GVariant) prepared = peer_value_prepare (value);
  g_auto (PeerRope) packed = { { NULL } };
  PeerValue view;

  peer_value_init (&view, prepared);
  if (!peer_control_check_value (&view, error))
    return NULL;
  if (!peer_pack_append (&packed, PEER_PACK_FORMAT_MESSAGE_PACK, prepared, codec->limits.max_depth, error))
    return NULL;

  return peer_frames_new_sliced (&packed, max_message_size == 0 ? MAX_MESSAGE_SIZE
                                                                : MIN (max_message_size, MAX_MESSAGE_SIZE));
}

static gboolean
decode_value (MsgpackCodec *self,
              GBytes *packed,
              GPtrArray *values,
              gboolean *close_requested,
              GError **error)
{
  g_autoptr (GVariant) value = NULL;

  value = peer_unpack (packed, PEER_PACK_FORMAT_MESSAGE_PACK, self->parent.limits.max_depth,
                       peer_codec_get_max_memory (&self->parent), error);
  if (value == NULL)
    return FALSE;

  if (peer_control_find (value) == PEER_CONTROL_CLOSE)
    *close_requested = TRUE;
  else
    g_ptr_array_add (values, g_steal_pointer (&value));

  return TRUE;
}

/* Decodes the complete values at the start of the stream; what is left stays
 * pending. size is that of the first one, if it is known already. */
static gboolean
decode_stream (MsgpackCodec *self,
               GBytes *stream,
               gsize size,
               GPtrArray *values,
               gboolean *close_requested,
               GError **error)
{
  gsize available;
  const guint8 *data = peer_bytes_get_data (stream, &available);
  gsize position = 0;

  for (;;)
    {
      g_autoptr (GBytes) packed = NULL;

      if (size == 0 && !peer_pack_scanner_scan (&self->scanner, data + position, available - position, &size, error))
        return FALSE;
      if (size == 0)
        break;

      packed = g_bytes_new_from_bytes (stream, position, size);
      if (!decode_value (self, packed, values, close_requested, error))
        return FALSE;
      position += size;
      size = 0;
    }

  peer_buffer_append (&self->pending, data + position, available - position);

  return TRUE;
}

/* The bytes of a value stay where they are while it grows, and become a
 * stream of their own when its end is there. */
static gboolean
decode_message (MsgpackCodec *self,
                GBytes *message,
                GPtrArray *values,
                gboolean *close_requested,
                GError **error)
{
  g_autoptr (GBytes) stream = NULL;
  gsize size;
  const guint8 *data = peer_bytes_get_data (message, &size);

  if (self->pending.length == 0)
    return decode_stream (self, message, 0, values, close_requested, error);

  peer_buffer_append (&self->pending, data, size);
  if (!peer_pack_scanner_scan (&self->scanner, self->pending.data, self->pending.length, &size, error))
    return FALSE;
  if (size == 0)
    return TRUE;

  stream = peer_buffer_steal_bytes (&self->pending);

  return decode_stream (self, stream, size, values, close_requested, error);
}

/* Takes from the shared budget what is pending now, or gives it back. */
static gboolean
update_budget (MsgpackCodec *self,
               GError **error)
{
  PeerPendingBudget *budget = self->parent.limits.budget;

  if (budget == NULL)
    return TRUE;

  peer_pending_budget_give_back (budget, self->taken);
  self->taken = self->pending.length;
  peer_pending_budget_take (budget, self->taken);
  if (self->taken == 0 || !peer_pending_budget_is_exceeded (budget))
    return TRUE;

  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                       _ ("A value was given up: too many bytes wait for the rest of theirs"));

  return FALSE;
}

static gboolean
msgpack_decode (PeerCodec *codec,
                GBytes *message,
                gboolean is_text,
                GPtrArray *values,
                gboolean *close_requested,
                GError **error)
{
  MsgpackCodec *self = (MsgpackCodec *) codec;

  if (self->broken == NULL && is_text)
    self->broken = g_error_new_literal (PEER_ERROR, PEER_ERROR_INVALID_DATA,
                                        _ ("A text message is not MessagePack"));

  if (self->broken == NULL &&
      decode_message (self, message, values, close_requested, &self->broken) &&
      update_budget (self, &self->broken))
    return TRUE;

  peer_buffer_clear (&self->pending);
  update_budget (self, NULL);
  if (error != NULL)
    *error = g_error_copy (self->broken);

  return FALSE;
}

static PeerFrames *
msgpack_encode_close (PeerCodec *codec)
{
  g_autoptr (GVariant) value = peer_control_new_close ();
  g_auto (PeerRope) packed = { { NULL } };

  peer_pack_append (&packed, PEER_PACK_FORMAT_MESSAGE_PACK, value, codec->limits.max_depth, NULL);

  return peer_frames_new_sliced (&packed, MAX_MESSAGE_SIZE);
}

static void
msgpack_free (PeerCodec *codec)
{
  MsgpackCodec *self = (MsgpackCodec *) codec;

  peer_buffer_clear (&self->pending);
  update_budget (self, NULL);
  g_clear_pointer (&self->parent.limits.budget, peer_pending_budget_unref);
  g_clear_error (&self->broken);
  g_free (self);
}

PeerCodec *
peer_codec_msgpack_new (const PeerCodecLimits *limits)
{
  static const PeerCodecClass msgpack_class = {
    .encode = msgpack_encode,
    .decode = msgpack_decode,
    .encode_close = msgpack_encode_close,
    .free = msgpack_free,
  };
  MsgpackCodec *self = g_new0 (MsgpackCodec, 1);

  self->parent.klass = &msgpack_class;
  self->parent.limits = *limits;
  if (limits->budget != NULL)
    peer_pending_budget_ref (limits->budget);
  peer_pack_scanner_init (&self->scanner, limits->max_depth,
                          MIN (limits->max_value_size, limits->max_pending_size));

  return &self->parent;
}
