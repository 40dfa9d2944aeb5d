/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <math.h>

#include "peer-utf8-private.h"
#include "peer-variant-writer-private.h"

/* The serialized form, as far as the data model needs it: a variant is its
 * child, a zero byte and the child's type; all variants and entries start at
 * multiples of 8; an array ends with the offsets where its elements end, an
 * entry with the offset where its key ends, each as wide as the container's
 * whole size needs. Offsets count from the container's start, so elements can
 * be moved as they are. */

#define ALIGNMENT 8
#define FEW_MEMBERS 16

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
#define FEW_ENDS 32

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
  gsize *ends = (gsize *) writer->ends.data;

  *n_ends = writer->ends.length / sizeof (gsize) - frame->first_end;

  return *n_ends > 0 ? ends + frame->first_end : NULL;
}

static inline gsize
align (gsize offset)
{
  return (offset + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1);
}

static inline void
add_padding (PeerVariantWriter *writer)
{
  peer_buffer_append_word (&writer->data, 0, align (writer->data.length) - writer->data.length);
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

/* suffix is what follows a value in a variant: zero and its type. */
static inline void
end_value (PeerVariantWriter *writer,
           const char suffix[8],
           gsize suffix_length)
{
  PeerVariantFrame *frame;
  gsize end;

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

  end = writer->data.length - frame->start;
  peer_buffer_append (&writer->ends, &end, sizeof end);
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

static void
append_text (PeerBuffer *data,
             const char *text,
             gsize length)
{
  const char *end = text + length;

  if (peer_utf8_is_short_and_plain (text, length))
    {
      char *output;

      peer_buffer_reserve (data, length + 1 + ROOM);
      output = (char *) data->data + data->length;
      memcpy (output, text, length);
      output[length] = '\0';
      data->length += length + 1;
      return;
    }

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
  frame->first_end = writer->ends.length / sizeof (gsize);
  frame->is_object = is_object;

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

  writer->ends.length = frame->first_end * sizeof (gsize);
  writer->n_frames--;
  writer->depth -= frame->is_object ? OBJECT_DEPTH : ARRAY_DEPTH;
}

/* Entries are padded to 8 bytes, so there is always a whole word to read, and
 * what follows the end of a short key in it is zero. */
static inline guint64
get_key_prefix (const guint8 *key)
{
  return GUINT64_FROM_BE (peer_utf8_load_word (key));
}

typedef struct
{
  guint64 prefix;
  const guint8 *key;
  gsize index;
} Member;

static int
compare_members (gconstpointer a,
                 gconstpointer b,
                 gpointer user_data)
{
  const Member *first = a;
  const Member *second = b;
  int order;

  if (first->prefix != second->prefix)
    return first->prefix < second->prefix ? -1 : 1;

  order = strcmp ((const char *) first->key, (const char *) second->key);
  if (order != 0)
    return order;

  return first->index < second->index ? -1 : 1;
}

static inline gboolean
same_key (const Member *a,
          const Member *b)
{
  return a->prefix == b->prefix && strcmp ((const char *) a->key, (const char *) b->key) == 0;
}

static gboolean
mark_among_few (const Member *members,
                gsize n_members,
                gboolean *obsolete)
{
  gboolean found = FALSE;

  for (gsize i = 0; i < n_members; i++)
    {
      for (gsize j = i + 1; j < n_members && !obsolete[i]; j++)
        {
          obsolete[i] = same_key (&members[i], &members[j]);
          found |= obsolete[i];
        }
    }

  return found;
}

static gboolean
mark_among_many (Member *members,
                 gsize n_members,
                 gboolean *obsolete)
{
  gboolean found = FALSE;

  g_qsort_with_data (members, (int) n_members, sizeof *members, compare_members, NULL);
  for (gsize i = 0; i + 1 < n_members; i++)
    {
      if (same_key (&members[i], &members[i + 1]))
        {
          obsolete[members[i].index] = TRUE;
          found = TRUE;
        }
    }

  return found;
}

/* Moves the members that stay over those that do not. */
static void
remove_members (PeerVariantWriter *writer,
                PeerVariantFrame *frame,
                const gboolean *obsolete)
{
  guint8 *body = writer->data.data + frame->start;
  gsize n_ends;
  gsize *ends = get_ends (writer, frame, &n_ends);
  gsize start = 0;
  gsize kept_end = 0;
  gsize n_kept = 0;

  for (gsize i = 0; i < n_ends; i++)
    {
      gsize end = ends[i];

      if (!obsolete[i])
        {
          gsize kept_start = align (kept_end);

          memset (body + kept_end, 0, kept_start - kept_end);
          memmove (body + kept_start, body + start, end - start);
          kept_end = kept_start + end - start;
          ends[n_kept++] = kept_end;
        }
      start = align (end);
    }

  writer->data.length = frame->start + kept_end;
  writer->ends.length = (frame->first_end + n_kept) * sizeof (gsize);
}

static void
remove_repeated_members (PeerVariantWriter *writer)
{
  PeerVariantFrame *frame = top_frame (writer);
  gsize n_members;
  const gsize *ends = get_ends (writer, frame, &n_members);
  const guint8 *body;
  Member few_members[FEW_MEMBERS];
  gboolean few_obsolete[FEW_MEMBERS] = { FALSE };
  g_autofree Member *many_members = NULL;
  g_autofree gboolean *many_obsolete = NULL;
  Member *members = few_members;
  gboolean *obsolete = few_obsolete;
  gboolean found;

  if (n_members < 2)
    return;

  if (n_members > FEW_MEMBERS)
    {
      members = many_members = g_new (Member, n_members);
      obsolete = many_obsolete = g_new0 (gboolean, n_members);
    }

  body = writer->data.data + frame->start;
  for (gsize i = 0; i < n_members; i++)
    {
      members[i].key = body + (i > 0 ? align (ends[i - 1]) : 0);
      members[i].prefix = get_key_prefix (members[i].key);
      members[i].index = i;
    }

  if (n_members > FEW_MEMBERS)
    found = mark_among_many (members, n_members, obsolete);
  else
    found = mark_among_few (members, n_members, obsolete);

  if (found)
    remove_members (writer, frame, obsolete);
}

void
peer_variant_writer_init (PeerVariantWriter *writer,
                          gsize text_size)
{
  writer->data = (PeerBuffer){ NULL };
  writer->ends = (PeerBuffer){ NULL };
  writer->n_frames = 0;
  writer->depth = 0;
  writer->type = NULL;

  peer_buffer_grow (&writer->data, MIN (text_size, MAX_RESERVED_SIZE) * GROWTH);
  peer_buffer_grow (&writer->ends, FEW_ENDS * sizeof (gsize));
}

void
peer_variant_writer_clear (PeerVariantWriter *writer)
{
  peer_buffer_clear (&writer->data);
  peer_buffer_clear (&writer->ends);
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

void
peer_variant_writer_add_key (PeerVariantWriter *writer,
                             const char *text,
                             gsize length)
{
  PeerVariantFrame *frame = top_frame (writer);

  peer_buffer_reserve (&writer->data, ROOM);
  add_padding (writer);
  frame->entry_start = writer->data.length;
  append_text (&writer->data, text, length);
  frame->key_end = writer->data.length - frame->entry_start;
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
  value = g_variant_new_from_bytes (G_VARIANT_TYPE (writer->type), bytes, TRUE);
  peer_variant_writer_clear (writer);

  return g_variant_ref_sink (value);
}
