/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <math.h>

#include "peer-utf8-private.h"
#include "peer-variant-members-private.h"
#include "peer-variant-writer-private.h"

/* The serialized form, as far as the data model needs it: a variant is its
 * child, a zero byte and the child's type; all variants and entries start at
 * multiples of 8; an array ends with the offsets where its elements end, an
 * entry with the offset where its key ends, each as wide as the container's
 * whole size needs. Offsets count from the container's start, so elements can
 * be moved as they are. */

/* Room for what surrounds a value: padding, the type, the end of a key, and
 * for a number as well, each written as a word. It is reserved before a value
 * and after text, bytes or offsets. */
#define ROOM (6 * 8)

/* The array or the dictionary and its entry, and the variant inside; what is
 * left at the bottom is for the type of the innermost value. */
#define MAX_DEPTH 124
#define ARRAY_DEPTH 2
#define OBJECT_DEPTH 3

G_STATIC_ASSERT (MAX_DEPTH / ARRAY_DEPTH <= PEER_VARIANT_WRITER_MAX_FRAMES);

/* Small values with all their types and offsets are up to four times as long
 * as the text they are made from. */
#define GROWTH 4
#define MAX_RESERVED_SIZE (64 * 1024)

static inline PeerVariantFrame *
top_frame (PeerVariantWriter *writer)
{
  g_assert (writer->n_frames > 0);

  return &writer->frames[writer->n_frames - 1];
}

/* The ends of the elements of the container that is open. */
static inline gsize *
get_ends (PeerVariantWriter *writer,
          PeerVariantFrame *frame,
          gsize *n_ends)
{
  *n_ends = writer->n_ends - frame->first_end;

  return writer->ends + frame->first_end;
}

static inline void
add_padding (PeerVariantWriter *writer)
{
  peer_buffer_append_word (&writer->data, 0, peer_variant_align (writer->data.length) - writer->data.length);
}

static guint
get_offset_width (gsize body_size,
                  gsize n_offsets)
{
  if (body_size + n_offsets <= G_MAXUINT8)
    return 1;
  if (body_size + 2 * n_offsets <= G_MAXUINT16)
    return 2;
  if (body_size + 4 * n_offsets <= G_MAXUINT32)
    return 4;

  return 8;
}

static inline void
append_offset (PeerBuffer *data,
               gsize offset,
               guint width)
{
  peer_buffer_append_word (data, GUINT64_TO_LE ((guint64) offset), width);
}

static inline void
begin_value (PeerVariantWriter *writer)
{
  peer_buffer_reserve (&writer->data, ROOM);
  if (writer->n_frames > 0)
    add_padding (writer);
}

static void
grow_ends (PeerVariantWriter *writer)
{
  gsize *old_ends = writer->ends == writer->few_ends ? NULL : writer->ends;

  writer->max_ends *= 4;
  writer->ends = g_renew (gsize, old_ends, writer->max_ends);
  if (old_ends == NULL)
    memcpy (writer->ends, writer->few_ends, sizeof writer->few_ends);
}

/* suffix is what follows a value in a variant: zero and its type. */
static inline void
end_value (PeerVariantWriter *writer,
           const char suffix[8],
           gsize suffix_length)
{
  PeerVariantFrame *frame;

  if (writer->n_frames == 0)
    {
      writer->type = suffix + 1;
      return;
    }

  frame = top_frame (writer);

  peer_buffer_append_word (&writer->data, peer_utf8_load_word (suffix), suffix_length);

  if (frame->is_object)
    append_offset (&writer->data, frame->key_end,
                   get_offset_width (writer->data.length - frame->entry_start, 1));

  if (G_UNLIKELY (writer->n_ends == writer->max_ends))
    grow_ends (writer);
  writer->ends[writer->n_ends++] = writer->data.length - frame->start;
}

#define END_VALUE(writer, type)                            \
  G_STMT_START                                             \
  {                                                        \
    static const char suffix_[8] = "\0" type;              \
    end_value ((writer), suffix_, sizeof ("\0" type) - 1); \
  }                                                        \
  G_STMT_END

static inline void
begin_fixed (PeerVariantWriter *writer,
             gconstpointer value)
{
  begin_value (writer);
  peer_buffer_append_word (&writer->data, peer_utf8_load_word (value), 8);
}

static inline void
append_plain_text (PeerBuffer *data,
                   const char *text,
                   gsize length)
{
  guint8 *output;

  peer_buffer_reserve (data, length + 1 + ROOM);
  output = data->data + data->length;
  peer_buffer_copy_short (output, text, length);
  output[length] = '\0';
  data->length += length + 1;
}

static void
append_text (PeerBuffer *data,
             const char *text,
             gsize length)
{
  const char *end = text + length;

  for (;;)
    {
      const char *nul = length > 0 ? memchr (text, '\0', length) : NULL;

      peer_buffer_append (data, text, nul != NULL ? (gsize) (nul - text) : length);
      if (nul == NULL)
        break;
      peer_buffer_append (data, PEER_UTF8_REPLACEMENT, strlen (PEER_UTF8_REPLACEMENT));
      text = nul + 1;
      length = (gsize) (end - text);
    }

  peer_buffer_reserve (data, 1 + ROOM);
  peer_buffer_append_word (data, 0, 1);
}

static gboolean
open_container (PeerVariantWriter *writer,
                gboolean is_object)
{
  PeerVariantFrame *frame;
  guint depth = writer->depth + (is_object ? OBJECT_DEPTH : ARRAY_DEPTH);

  if (depth > MAX_DEPTH)
    return FALSE;

  writer->depth = depth;
  begin_value (writer);
  frame = &writer->frames[writer->n_frames++];
  frame->start = writer->data.length;
  frame->first_end = writer->n_ends;
  frame->is_object = is_object;
  memset (frame->key_hashes, 0, sizeof frame->key_hashes);
  frame->may_repeat_keys = FALSE;

  return TRUE;
}

static void
close_container (PeerVariantWriter *writer)
{
  PeerVariantFrame *frame = top_frame (writer);
  gsize n_ends;
  const gsize *ends = get_ends (writer, frame, &n_ends);
  gsize body_size = writer->data.length - frame->start;
  guint width = get_offset_width (body_size, n_ends);

  peer_buffer_reserve (&writer->data, n_ends * width + ROOM);
  for (gsize i = 0; i < n_ends; i++)
    append_offset (&writer->data, ends[i], width);

  writer->n_ends = frame->first_end;
  writer->n_frames--;
  writer->depth -= frame->is_object ? OBJECT_DEPTH : ARRAY_DEPTH;
}

static void
remove_repeated_members (PeerVariantWriter *writer)
{
  PeerVariantFrame *frame = top_frame (writer);
  gsize n_members;
  gsize *ends = get_ends (writer, frame, &n_members);
  gsize size;

  if (!frame->may_repeat_keys)
    return;

  size = peer_variant_members_remove_repeated (writer->data.data + frame->start, ends, &n_members);
  writer->data.length = frame->start + size;
  writer->n_ends = frame->first_end + n_members;
}

void
peer_variant_writer_init (PeerVariantWriter *writer,
                          gsize text_size)
{
  writer->data = (PeerBuffer){ NULL };
  writer->ends = writer->few_ends;
  writer->n_ends = 0;
  writer->max_ends = PEER_VARIANT_WRITER_FEW_ENDS;
  writer->n_frames = 0;
  writer->depth = 0;
  writer->type = NULL;

  peer_buffer_grow (&writer->data, MIN (text_size, MAX_RESERVED_SIZE) * GROWTH);
}

void
peer_variant_writer_clear (PeerVariantWriter *writer)
{
  peer_buffer_clear (&writer->data);
  if (writer->ends != writer->few_ends)
    g_free (writer->ends);
  writer->ends = writer->few_ends;
  writer->n_ends = 0;
}

void
peer_variant_writer_add_null (PeerVariantWriter *writer)
{
  begin_value (writer);
  END_VALUE (writer, "mv");
}

void
peer_variant_writer_add_boolean (PeerVariantWriter *writer,
                                 gboolean value)
{
  begin_value (writer);
  peer_buffer_append_word (&writer->data, GUINT64_TO_LE (value ? 1 : 0), 1);
  END_VALUE (writer, "b");
}

void
peer_variant_writer_add_int64 (PeerVariantWriter *writer,
                               gint64 value)
{
  begin_fixed (writer, &value);
  END_VALUE (writer, "x");
}

void
peer_variant_writer_add_uint64 (PeerVariantWriter *writer,
                                guint64 value)
{
  if (value <= G_MAXINT64)
    {
      peer_variant_writer_add_int64 (writer, (gint64) value);
      return;
    }

  begin_fixed (writer, &value);
  END_VALUE (writer, "t");
}

void
peer_variant_writer_add_double (PeerVariantWriter *writer,
                                double value)
{
  if (value >= -0x1p63 && value < 0x1p63 && value == trunc (value))
    peer_variant_writer_add_int64 (writer, (gint64) value);
  else if (value >= 0x1p63 && value < 0x1p64)
    peer_variant_writer_add_uint64 (writer, (guint64) value);
  else
    {
      begin_fixed (writer, &value);
      END_VALUE (writer, "d");
    }
}

gboolean
peer_variant_writer_add_plain_string (PeerVariantWriter *writer,
                                      const char *text,
                                      gsize length)
{
  if (!peer_utf8_is_short_and_plain (text, length))
    return FALSE;

  begin_value (writer);
  append_plain_text (&writer->data, text, length);
  END_VALUE (writer, "s");

  return TRUE;
}

void
peer_variant_writer_add_string (PeerVariantWriter *writer,
                                const char *text,
                                gsize length)
{
  begin_value (writer);
  append_text (&writer->data, text, length);
  END_VALUE (writer, "s");
}

void
peer_variant_writer_add_bytes (PeerVariantWriter *writer,
                               gconstpointer data,
                               gsize length)
{
  begin_value (writer);
  peer_buffer_append (&writer->data, data, length);
  peer_buffer_reserve (&writer->data, ROOM);
  END_VALUE (writer, "ay");
}

void
peer_variant_writer_add_date (PeerVariantWriter *writer,
                              gint64 microseconds)
{
  static const char name[8] = "date";

  begin_value (writer);
  peer_buffer_append_word (&writer->data, peer_utf8_load_word (name), sizeof name);
  peer_buffer_append_word (&writer->data, (guint64) microseconds, sizeof microseconds);
  peer_buffer_append_word (&writer->data, GUINT64_TO_LE (strlen (name) + 1), 1);
  END_VALUE (writer, "(sx)");
}

gboolean
peer_variant_writer_open_array (PeerVariantWriter *writer)
{
  return open_container (writer, FALSE);
}

void
peer_variant_writer_close_array (PeerVariantWriter *writer)
{
  close_container (writer);
  END_VALUE (writer, "av");
}

gboolean
peer_variant_writer_open_object (PeerVariantWriter *writer)
{
  return open_container (writer, TRUE);
}

static inline guint
hash_key (const char *text,
          gsize length)
{
  guint64 word;

  if (length < 8)
    word = peer_utf8_load_few (text, length);
  else
    word = peer_utf8_load_word (text) ^ (peer_utf8_load_word (text + length - 8) * 31);

  word = (word ^ length) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  word = (word ^ word >> 32) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return (guint) (word >> 54);
}

/* The key is the last that was written. */
static inline void
end_key (PeerVariantWriter *writer,
         PeerVariantFrame *frame)
{
  guint hash;
  guint64 bit;

  frame->key_end = writer->data.length - frame->entry_start;
  hash = hash_key ((const char *) writer->data.data + frame->entry_start, frame->key_end - 1);
  bit = G_GUINT64_CONSTANT (1) << (hash % 64);

  frame->may_repeat_keys |= (frame->key_hashes[hash / 64] & bit) != 0;
  frame->key_hashes[hash / 64] |= bit;
}

static inline PeerVariantFrame *
begin_key (PeerVariantWriter *writer)
{
  PeerVariantFrame *frame = top_frame (writer);

  peer_buffer_reserve (&writer->data, ROOM);
  add_padding (writer);
  frame->entry_start = writer->data.length;

  return frame;
}

gboolean
peer_variant_writer_add_plain_key (PeerVariantWriter *writer,
                                   const char *text,
                                   gsize length)
{
  PeerVariantFrame *frame;

  if (!peer_utf8_is_short_and_plain (text, length))
    return FALSE;

  frame = begin_key (writer);
  append_plain_text (&writer->data, text, length);
  end_key (writer, frame);

  return TRUE;
}

void
peer_variant_writer_add_key (PeerVariantWriter *writer,
                             const char *text,
                             gsize length)
{
  PeerVariantFrame *frame = begin_key (writer);

  append_text (&writer->data, text, length);
  end_key (writer, frame);
}

void
peer_variant_writer_close_object (PeerVariantWriter *writer)
{
  remove_repeated_members (writer);
  close_container (writer);
  END_VALUE (writer, "a{sv}");
}

GVariant *
peer_variant_writer_end (PeerVariantWriter *writer)
{
  g_autoptr (GBytes) bytes = NULL;
  GVariant *value;

  g_assert (writer->n_frames == 0 && writer->type != NULL);

  bytes = peer_buffer_steal_bytes (&writer->data);
  /* the macro would look at the type, which is one of ours */
  value = g_variant_new_from_bytes ((const GVariantType *) writer->type, bytes, TRUE);
  peer_variant_writer_clear (writer);

  return g_variant_ref_sink (value);
}
