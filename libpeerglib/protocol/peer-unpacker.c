/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-pack-head-private.h"
#include "peer-utf8-private.h"
#include "peer-variant-writer-private.h"

/* Bytes of at least this size are not copied but keep the message alive. */
#define MIN_SHARED_SIZE 4096

#define NANOSECONDS_PER_SECOND 1000000000
#define MAX_TIMESTAMP (G_MAXINT64 / G_USEC_PER_SEC - 1)

/* A container that is open, and how many elements or members are still to come
 * of it. */
typedef struct
{
  gsize remaining;
  gboolean is_map;
} Level;

typedef struct
{
  const guint8 *data;
  gsize size;
  gsize position;
  PeerPackFormat format;
  guint max_depth;
  Level levels[PEER_PACK_MAX_DEPTH];
  guint n_levels;
  PeerVariantWriter writer;
} Unpacker;

static gboolean
refuse_truncated (Unpacker *unpacker,
                  gsize position,
                  GError **error)
{
  g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
               _ ("The value at byte %zu is longer than the message"), (size_t) position);

  return FALSE;
}

static gboolean
refuse_depth (Unpacker *unpacker,
              gsize position,
              GError **error)
{
  g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
               _ ("The message is nested too deep at byte %zu"), (size_t) position);

  return FALSE;
}

/* Opens the container unless it claims more than the bytes left can hold. */
static gboolean
open_container (Unpacker *unpacker,
                const PeerPackHead *head,
                gsize position,
                GError **error)
{
  gboolean is_map = head->kind == PEER_PACK_KIND_MAP;
  Level level = { head->length, is_map };

  if ((guint64) head->length * (is_map ? 2 : 1) > unpacker->size - unpacker->position)
    return refuse_truncated (unpacker, position, error);
  if (unpacker->n_levels >= unpacker->max_depth)
    return refuse_depth (unpacker, position, error);
  if (is_map ? !peer_variant_writer_open_object (&unpacker->writer) : !peer_variant_writer_open_array (&unpacker->writer))
    return refuse_depth (unpacker, position, error);

  unpacker->levels[unpacker->n_levels++] = level;

  return TRUE;
}

static void
close_containers (Unpacker *unpacker)
{
  while (unpacker->n_levels > 0 && unpacker->levels[unpacker->n_levels - 1].remaining == 0)
    {
      unpacker->n_levels--;
      if (unpacker->levels[unpacker->n_levels].is_map)
        peer_variant_writer_close_object (&unpacker->writer);
      else
        peer_variant_writer_close_array (&unpacker->writer);
    }
}

/* MessagePack's timestamp in its three sizes. */
static gboolean
add_timestamp (Unpacker *unpacker,
               const PeerPackHead *head,
               const guint8 *data,
               gsize position,
               GError **error)
{
  guint64 number = 0;
  gint64 seconds;
  guint32 nanoseconds = 0;

  if (head->extension != -1 || (head->length != 4 && head->length != 8 && head->length != 12))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("Unknown extension %d of %zu bytes at byte %zu"),
                   head->extension, (size_t) head->length, (size_t) position);
      return FALSE;
    }

  for (gsize i = head->length == 12 ? 4 : 0; i < head->length; i++)
    number = number << 8 | data[i];
  seconds = (gint64) number;
  if (head->length == 8)
    {
      seconds = (gint64) (number & G_GUINT64_CONSTANT (0x3ffffffff));
      nanoseconds = (guint32) (number >> 34);
    }
  else if (head->length == 12)
    {
      memcpy (&nanoseconds, data, sizeof nanoseconds);
      nanoseconds = GUINT32_FROM_BE (nanoseconds);
    }

  if (nanoseconds >= NANOSECONDS_PER_SECOND || seconds > MAX_TIMESTAMP || seconds < -MAX_TIMESTAMP)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("The timestamp at byte %zu is out of range"), (size_t) position);
      return FALSE;
    }

  peer_variant_writer_add_date (&unpacker->writer, seconds * G_USEC_PER_SEC + nanoseconds / 1000);

  return TRUE;
}

/* The bytes of text or bytes or an extension; NULL when they are not there or
 * not UTF-8. */
static const guint8 *
take_bytes (Unpacker *unpacker,
            const PeerPackHead *head,
            gsize position,
            GError **error)
{
  const guint8 *data = unpacker->data + unpacker->position;
  gsize valid_length;

  if (head->length > unpacker->size - unpacker->position)
    {
      refuse_truncated (unpacker, position, error);
      return NULL;
    }

  if (head->kind == PEER_PACK_KIND_TEXT &&
      !peer_utf8_validate ((const char *) data, head->length, &valid_length))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("Invalid UTF-8 at byte %zu"), (size_t) (unpacker->position + valid_length));
      return NULL;
    }

  unpacker->position += head->length;

  return data;
}

static gboolean
add_bytes (Unpacker *unpacker,
           const PeerPackHead *head,
           gsize position,
           GError **error)
{
  const guint8 *data = take_bytes (unpacker, head, position, error);

  if (data == NULL)
    return FALSE;

  if (head->kind == PEER_PACK_KIND_EXTENSION)
    return add_timestamp (unpacker, head, data, position, error);

  peer_variant_writer_add_bytes (&unpacker->writer, data, head->length);

  return TRUE;
}

static gboolean
add_text (Unpacker *unpacker,
          const PeerPackHead *head,
          gsize position,
          GError **error)
{
  const char *text = (const char *) unpacker->data + unpacker->position;

  if (head->length <= unpacker->size - unpacker->position &&
      peer_variant_writer_add_plain_string (&unpacker->writer, text, head->length))
    {
      unpacker->position += head->length;
      return TRUE;
    }

  text = (const char *) take_bytes (unpacker, head, position, error);
  if (text == NULL)
    return FALSE;
  peer_variant_writer_add_string (&unpacker->writer, text, head->length);

  return TRUE;
}

static gboolean
refuse_unassigned (Unpacker *unpacker,
                   gsize position,
                   GError **error)
{
  g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
               _ ("Unassigned tag 0x%02x at byte %zu"), unpacker->data[position], (size_t) position);

  return FALSE;
}

static gboolean
add_value (Unpacker *unpacker,
           const PeerPackHead *head,
           gsize position,
           GError **error)
{
  PeerVariantWriter *writer = &unpacker->writer;

  switch (head->kind)
    {
    case PEER_PACK_KIND_NULL:
    case PEER_PACK_KIND_UNDEFINED:
      peer_variant_writer_add_null (writer);
      return TRUE;
    case PEER_PACK_KIND_BOOLEAN:
      peer_variant_writer_add_boolean (writer, head->integer != 0);
      return TRUE;
    case PEER_PACK_KIND_INTEGER:
      peer_variant_writer_add_int64 (writer, (gint64) head->integer);
      return TRUE;
    case PEER_PACK_KIND_UNSIGNED:
      peer_variant_writer_add_uint64 (writer, head->integer);
      return TRUE;
    case PEER_PACK_KIND_NUMBER:
      peer_variant_writer_add_double (writer, head->number);
      return TRUE;
    case PEER_PACK_KIND_TEXT:
      return add_text (unpacker, head, position, error);
    case PEER_PACK_KIND_BYTES:
    case PEER_PACK_KIND_EXTENSION:
      return add_bytes (unpacker, head, position, error);
    case PEER_PACK_KIND_ARRAY:
    case PEER_PACK_KIND_MAP:
      return open_container (unpacker, head, position, error);
    case PEER_PACK_KIND_UNASSIGNED:
    default:
      return refuse_unassigned (unpacker, position, error);
    }
}

static gboolean
add_scalar_key (Unpacker *unpacker,
                const PeerPackHead *head,
                gsize position,
                GError **error)
{
  PeerValue key = { PEER_VALUE_NULL };
  char buffer[PEER_VALUE_KEY_SIZE];
  const char *text = NULL;
  gsize length = 0;

  key.integer = (gint64) head->integer;
  key.unsigned_integer = head->integer;
  key.number = head->number;

  if (head->kind == PEER_PACK_KIND_UNASSIGNED)
    return refuse_unassigned (unpacker, position, error);
  if (head->kind == PEER_PACK_KIND_UNDEFINED)
    text = "undefined";
  else if (head->kind == PEER_PACK_KIND_BOOLEAN)
    key.kind = PEER_VALUE_BOOLEAN;
  else if (head->kind == PEER_PACK_KIND_INTEGER)
    key.kind = PEER_VALUE_INTEGER;
  else if (head->kind == PEER_PACK_KIND_UNSIGNED)
    key.kind = PEER_VALUE_UNSIGNED;
  else if (head->kind == PEER_PACK_KIND_NUMBER)
    key.kind = PEER_VALUE_NUMBER;
  else if (head->kind != PEER_PACK_KIND_NULL)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("The key at byte %zu is neither text nor a number"), (size_t) position);
      return FALSE;
    }

  if (text == NULL)
    text = peer_value_get_key (&key, buffer, &length);
  else
    length = strlen (text);
  peer_variant_writer_add_key (&unpacker->writer, text, length);

  return TRUE;
}

static gboolean
add_key (Unpacker *unpacker,
         const PeerPackHead *head,
         gsize position,
         GError **error)
{
  const char *text = (const char *) unpacker->data + unpacker->position;

  if (head->kind != PEER_PACK_KIND_TEXT)
    return add_scalar_key (unpacker, head, position, error);

  if (head->length <= unpacker->size - unpacker->position &&
      peer_variant_writer_add_plain_key (&unpacker->writer, text, head->length))
    {
      unpacker->position += head->length;
      return TRUE;
    }

  text = (const char *) take_bytes (unpacker, head, position, error);
  if (text == NULL)
    return FALSE;
  peer_variant_writer_add_key (&unpacker->writer, text, head->length);

  return TRUE;
}

static inline gboolean
read_head (Unpacker *unpacker,
           PeerPackHead *head,
           GError **error)
{
  gsize position = unpacker->position;
  gsize size = peer_pack_read_head (unpacker->data + position, unpacker->size - position, unpacker->format, head);

  if (G_UNLIKELY (size == 0))
    return refuse_truncated (unpacker, position, error);
  unpacker->position += size;

  return TRUE;
}

static inline gboolean
unpack_key (Unpacker *unpacker,
            GError **error)
{
  gsize position = unpacker->position;
  PeerPackHead head = { 0 };

  return read_head (unpacker, &head, error) && add_key (unpacker, &head, position, error);
}

/* A value, with its key where that is due. */
static inline gboolean
unpack_next (Unpacker *unpacker,
             GError **error)
{
  PeerPackHead head = { 0 };
  gsize position;

  if (unpacker->n_levels > 0)
    {
      Level *level = &unpacker->levels[unpacker->n_levels - 1];

      level->remaining--;
      if (level->is_map && !unpack_key (unpacker, error))
        return FALSE;
    }

  position = unpacker->position;

  return read_head (unpacker, &head, error) && add_value (unpacker, &head, position, error);
}

static gboolean
unpack_all (Unpacker *unpacker,
            gsize max_size,
            GError **error)
{
  do
    {
      if (!unpack_next (unpacker, error))
        return FALSE;
      if (unpacker->writer.data.length > max_size)
        {
          g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                       _ ("The value takes more than %zu bytes of memory"), (size_t) max_size);
          return FALSE;
        }
      close_containers (unpacker);
    }
  while (unpacker->n_levels > 0);

  if (unpacker->position < unpacker->size)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("Something follows the value at byte %zu"), (size_t) unpacker->position);
      return FALSE;
    }

  return TRUE;
}

/* A message that is nothing but bytes. */
static GVariant *
share_bytes (GBytes *packed,
             Unpacker *unpacker)
{
  g_autoptr (GBytes) bytes = NULL;
  PeerPackHead head = { 0 };
  gsize head_size;

  if (unpacker->size < MIN_SHARED_SIZE)
    return NULL;

  head_size = peer_pack_read_head (unpacker->data, unpacker->size, unpacker->format, &head);
  if (head.kind != PEER_PACK_KIND_BYTES || head.length != unpacker->size - head_size)
    return NULL;

  bytes = g_bytes_new_from_bytes (packed, head_size, head.length);

  return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

GVariant *
peer_unpack (GBytes *packed,
             PeerPackFormat format,
             guint max_depth,
             gsize max_size,
             GError **error)
{
  Unpacker unpacker;
  GVariant *value;

  unpacker.format = format;
  unpacker.max_depth = MIN (max_depth, PEER_PACK_MAX_DEPTH);
  unpacker.position = 0;
  unpacker.n_levels = 0;
  unpacker.data = peer_bytes_get_data (packed, &unpacker.size);
  value = share_bytes (packed, &unpacker);
  if (value != NULL)
    return value;

  peer_variant_writer_init (&unpacker.writer, unpacker.size);
  if (unpack_all (&unpacker, max_size, error))
    value = peer_variant_writer_end (&unpacker.writer);
  peer_variant_writer_clear (&unpacker.writer);

  return value;
}
