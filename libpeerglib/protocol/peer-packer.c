/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <float.h>
#include <math.h>

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-number-private.h"
#include "peer-pack-private.h"

#define NANOSECONDS_PER_MICROSECOND 1000

/* The largest integer up to which a Number holds all. */
#define MAX_SAFE_INTEGER 0x1p53

/* Text and bytes of at least this size are not copied where they need not be. */
#define MIN_REFERRED_SIZE (16 * 1024)

/* Room to begin with; longer than most values. */
#define MAX_RESERVED_SIZE (64 * 1024)

typedef struct
{
  PeerBuffer *buffer;
  PeerPackFormat format;
  guint max_depth;
  PeerRope *rope;    /* whose buffer that is */
  GVariant *variant; /* what the value is in */
} Packer;

/* The tags of text or bytes with lengths of 8, 16, 32 bits; 0 for none. */
typedef struct
{
  guint8 short_tag;
  guint8 max_short_length;
  guint8 tags[3];
} LengthTags;

static const LengthTags text_tags[] = {
  [PEER_PACK_FORMAT_BINARY_PACK] = { 0xb0, 15, { 0, 0xd8, 0xd9 } },
  [PEER_PACK_FORMAT_MESSAGE_PACK] = { 0xa0, 31, { 0xd9, 0xda, 0xdb } },
};
static const LengthTags bytes_tags[] = {
  [PEER_PACK_FORMAT_BINARY_PACK] = { 0xa0, 15, { 0, 0xda, 0xdb } },
  [PEER_PACK_FORMAT_MESSAGE_PACK] = { 0, 0, { 0xc4, 0xc5, 0xc6 } },
};
static const LengthTags array_tags = { 0x90, 15, { 0, 0xdc, 0xdd } };
static const LengthTags map_tags = { 0x80, 15, { 0, 0xde, 0xdf } };

static gboolean pack_value (Packer *packer,
                            const PeerValue *value,
                            guint depth,
                            GError **error);

static gboolean
refuse (const char *reason,
        GError **error)
{
  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE, reason);

  return FALSE;
}

static inline void
append_tagged (PeerBuffer *buffer,
               guint8 tag,
               guint64 number,
               guint width)
{
  peer_buffer_reserve (buffer, 1 + 8);
  buffer->data[buffer->length++] = tag;
  peer_buffer_append_word (buffer, GUINT64_TO_BE (number << (64 - 8 * width)), width);
}

static inline void
append_length (PeerBuffer *buffer,
               const LengthTags *tags,
               gsize length)
{
  if (length <= tags->max_short_length && tags->short_tag != 0)
    peer_buffer_append_byte (buffer, (guint8) (tags->short_tag | length));
  else if (length <= G_MAXUINT8 && tags->tags[0] != 0)
    append_tagged (buffer, tags->tags[0], length, 1);
  else if (length <= G_MAXUINT16)
    append_tagged (buffer, tags->tags[1], length, 2);
  else
    append_tagged (buffer, tags->tags[2], length, 4);
}

static void
append_double (PeerBuffer *buffer,
               double number)
{
  guint64 bits;

  memcpy (&bits, &number, sizeof bits);
  append_tagged (buffer, 0xcb, bits, 8);
}

/* The JavaScript decoder of BinaryPack adds the two halves of a negative
 * 64-bit integer up as a double before it subtracts 2⁶⁴: near there only the
 * multiples of 2048 exist. */
static void
append_long_negative (PeerBuffer *buffer,
                      PeerPackFormat format,
                      gint64 integer)
{
  if (format == PEER_PACK_FORMAT_BINARY_PACK && integer % 2048 != 0 && (gint64) (double) integer == integer)
    append_double (buffer, (double) integer);
  else
    append_tagged (buffer, 0xd3, (guint64) integer, 8);
}

void
peer_pack_append_integer (PeerBuffer *buffer,
                          PeerPackFormat format,
                          gint64 integer)
{
  guint64 bits = (guint64) integer;

  if (integer >= -32 && integer <= G_MAXINT8)
    peer_buffer_append_byte (buffer, (guint8) bits);
  else if (integer > G_MAXUINT32)
    append_tagged (buffer, format == PEER_PACK_FORMAT_BINARY_PACK ? 0xd3 : 0xcf, bits, 8);
  else if (integer > G_MAXUINT16)
    append_tagged (buffer, 0xce, bits, 4);
  else if (integer > G_MAXUINT8)
    append_tagged (buffer, 0xcd, bits, 2);
  else if (integer > 0)
    append_tagged (buffer, 0xcc, bits, 1);
  else if (integer >= G_MININT8)
    append_tagged (buffer, 0xd0, bits, 1);
  else if (integer >= G_MININT16)
    append_tagged (buffer, 0xd1, bits, 2);
  else if (integer >= G_MININT32)
    append_tagged (buffer, 0xd2, bits, 4);
  else
    append_long_negative (buffer, format, integer);
}

void
peer_pack_append_text (PeerBuffer *buffer,
                       PeerPackFormat format,
                       const char *text,
                       gsize length)
{
  const LengthTags *tags = &text_tags[format];
  guint8 *output;

  if (length > tags->max_short_length)
    {
      append_length (buffer, tags, length);
      peer_buffer_append (buffer, text, length);
      return;
    }

  output = peer_buffer_extend (buffer, 1 + length);
  *output = (guint8) (tags->short_tag | length);
  peer_buffer_copy_short (output + 1, text, length);
}

void
peer_pack_append_bytes_head (PeerBuffer *buffer,
                             PeerPackFormat format,
                             gsize length)
{
  append_length (buffer, &bytes_tags[format], length);
}

void
peer_pack_append_map (PeerBuffer *buffer,
                      gsize n_members)
{
  append_length (buffer, &map_tags, n_members);
}

static gboolean
pack_number (Packer *packer,
             double number,
             GError **error)
{
  gboolean is_binary_pack = packer->format == PEER_PACK_FORMAT_BINARY_PACK;
  double max_integer = is_binary_pack ? 0x1p63 : MAX_SAFE_INTEGER;

  if (is_binary_pack && isnan (number))
    return refuse (_ ("NaN cannot be sent in BinaryPack: JavaScript would read it as Infinity"), error);
  if (is_binary_pack && fabs (number) < DBL_MIN)
    number = 0;

  if (number >= -max_integer && number < max_integer && number == trunc (number))
    peer_pack_append_integer (packer->buffer, packer->format, (gint64) number);
  else if (is_binary_pack && number >= 0x1p63 && number < 0x1p64)
    append_tagged (packer->buffer, 0xcf, (guint64) number, 8);
  else
    append_double (packer->buffer, number);

  return TRUE;
}

static gboolean
pack_date_text (Packer *packer,
                gint64 microseconds,
                GError **error)
{
  char text[PEER_DATE_SIZE];

  if (!peer_date_print (microseconds, text))
    return refuse (_ ("The date is out of range"), error);
  peer_pack_append_text (packer->buffer, packer->format, text, strlen (text));

  return TRUE;
}

/* MessagePack's timestamp in the smallest of its three sizes. */
static void
pack_timestamp (Packer *packer,
                gint64 microseconds)
{
  guint32 fraction;
  gint64 seconds = peer_date_split (microseconds, &fraction);
  guint64 nanoseconds = (guint64) fraction * NANOSECONDS_PER_MICROSECOND;
  guint64 big_endian;

  if (seconds < 0 || seconds >> 34 != 0)
    {
      append_tagged (packer->buffer, 0xc7, 12, 1);
      append_tagged (packer->buffer, 0xff, nanoseconds, 4);
      big_endian = GUINT64_TO_BE ((guint64) seconds);
      peer_buffer_append (packer->buffer, &big_endian, sizeof big_endian);
    }
  else if (nanoseconds > 0 || seconds > G_MAXUINT32)
    {
      peer_buffer_append_byte (packer->buffer, 0xd7);
      append_tagged (packer->buffer, 0xff, nanoseconds << 34 | (guint64) seconds, 8);
    }
  else
    {
      peer_buffer_append_byte (packer->buffer, 0xd6);
      append_tagged (packer->buffer, 0xff, (guint64) seconds, 4);
    }
}

static gboolean
pack_array (Packer *packer,
            const PeerValue *array,
            guint depth,
            GError **error)
{
  PeerValueIter iter;
  PeerValue element;

  peer_value_iter_init (&iter, array);
  if (iter.n_elements > G_MAXUINT32)
    return refuse (_ ("The array has too many elements"), error);

  append_length (packer->buffer, &array_tags, iter.n_elements);
  while (peer_value_iter_next (&iter, &element))
    {
      if (!pack_value (packer, &element, depth, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
pack_object (Packer *packer,
             const PeerValue *object,
             guint depth,
             GError **error)
{
  PeerValueIter iter;
  PeerValue key;
  PeerValue member;

  peer_value_iter_init (&iter, object);
  if (iter.n_elements > G_MAXUINT32)
    return refuse (_ ("The object has too many members"), error);

  append_length (packer->buffer, &map_tags, iter.n_elements);
  while (peer_value_iter_next_member (&iter, &key, &member))
    {
      char buffer[PEER_VALUE_KEY_SIZE];
      gsize length;
      const char *name = (const char *) key.data;

      length = key.size;
      if (key.kind != PEER_VALUE_TEXT)
        name = peer_value_get_key (&key, buffer, &length);
      if (length > G_MAXUINT32)
        return refuse (_ ("The key is too long"), error);
      if (G_UNLIKELY (length == strlen ("__proto__") && memcmp (name, "__proto__", length) == 0))
        return refuse (_ ("The key “__proto__” cannot be sent: in JavaScript it is not a member"), error);

      peer_pack_append_text (packer->buffer, packer->format, name, length);
      if (!pack_value (packer, &member, depth, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
pack_container (Packer *packer,
                const PeerValue *value,
                guint depth,
                GError **error)
{
  if (depth == packer->max_depth)
    return refuse (_ ("The value is nested too deep"), error);

  if (value->kind == PEER_VALUE_ARRAY)
    return pack_array (packer, value, depth + 1, error);

  return pack_object (packer, value, depth + 1, error);
}

static void
append_reference (Packer *packer,
                  const guint8 *data,
                  gsize size)
{
  g_autoptr (GBytes) all = g_variant_get_data_as_bytes (packer->variant);
  gsize offset = (gsize) (data - peer_bytes_get_data (all, NULL));
  g_autoptr (GBytes) bytes = g_bytes_new_from_bytes (all, offset, size);

  peer_rope_refer (packer->rope, bytes);
}

static gboolean
pack_text_or_bytes (Packer *packer,
                    const PeerValue *value,
                    GError **error)
{
  if (value->size > G_MAXUINT32)
    return refuse (_ ("The text or the bytes are too long"), error);

  if (value->kind == PEER_VALUE_TEXT && value->size < MIN_REFERRED_SIZE)
    {
      peer_pack_append_text (packer->buffer, packer->format, (const char *) value->data, value->size);
      return TRUE;
    }

  append_length (packer->buffer, &(value->kind == PEER_VALUE_TEXT ? text_tags : bytes_tags)[packer->format], value->size);
  if (value->size >= MIN_REFERRED_SIZE)
    append_reference (packer, value->data, value->size);
  else
    peer_buffer_append (packer->buffer, value->data, value->size);

  return TRUE;
}

static gboolean
pack_value (Packer *packer,
            const PeerValue *value,
            guint depth,
            GError **error)
{
  switch (value->kind)
    {
    case PEER_VALUE_NULL:
      peer_buffer_append_byte (packer->buffer, 0xc0);
      return TRUE;
    case PEER_VALUE_BOOLEAN:
      peer_buffer_append_byte (packer->buffer, value->integer ? 0xc3 : 0xc2);
      return TRUE;
    case PEER_VALUE_INTEGER:
      peer_pack_append_integer (packer->buffer, packer->format, value->integer);
      return TRUE;
    case PEER_VALUE_UNSIGNED:
      append_tagged (packer->buffer, 0xcf, value->unsigned_integer, 8);
      return TRUE;
    case PEER_VALUE_NUMBER:
      return pack_number (packer, value->number, error);
    case PEER_VALUE_TEXT:
    case PEER_VALUE_BYTES:
      return pack_text_or_bytes (packer, value, error);
    case PEER_VALUE_DATE:
      if (packer->format == PEER_PACK_FORMAT_BINARY_PACK)
        return pack_date_text (packer, value->integer, error);
      pack_timestamp (packer, value->integer);
      return TRUE;
    case PEER_VALUE_ARRAY:
    case PEER_VALUE_OBJECT:
      return pack_container (packer, value, depth, error);
    default:
      g_assert_not_reached ();
    }
}

gboolean
peer_pack_append (PeerRope *rope,
                  PeerPackFormat format,
                  GVariant *prepared,
                  guint max_depth,
                  GError **error)
{
  Packer packer = { &rope->buffer, format, max_depth, rope, prepared };
  PeerValue value;

  peer_value_init (&value, prepared);
  peer_buffer_reserve (&rope->buffer, MIN (value.size, MAX_RESERVED_SIZE) + 16);

  return pack_value (&packer, &value, 0, error);
}
