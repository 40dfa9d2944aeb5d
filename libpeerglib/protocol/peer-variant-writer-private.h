/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-buffer-private.h"

G_BEGIN_DECLS

#define PEER_VARIANT_WRITER_MAX_FRAMES 62
#define PEER_VARIANT_WRITER_KEY_HASHES 1024
#define PEER_VARIANT_WRITER_FEW_ENDS 32

/* A container that is open. */
typedef struct
{
  gsize start;       /* where it is in the data */
  gsize first_end;   /* its first element's index in ends */
  gsize entry_start; /* of the object's current entry */
  gsize key_end;     /* of the current entry's key, from entry_start */
  gboolean is_object;

  /* A set of hashes of the keys so far: as long as all are different, so are
   * the keys. */
  guint64 key_hashes[PEER_VARIANT_WRITER_KEY_HASHES / 64];
  gboolean may_repeat_keys;
} PeerVariantFrame;

/* Writes a value of the data model in GVariant's serialized form, one piece
 * after the other into one buffer, where a GVariantBuilder would make an
 * object for each. Elements of arrays and values of objects are boxed in
 * variants, the outermost value is not.
 *
 * The caller opens and closes in pairs, adds a key before each value of an
 * object, and passes text that is valid UTF-8. */
typedef struct
{
  PeerBuffer data;
  gsize *ends; /* where the elements of open containers end */
  gsize n_ends;
  gsize max_ends;
  gsize few_ends[PEER_VARIANT_WRITER_FEW_ENDS];
  PeerVariantFrame frames[PEER_VARIANT_WRITER_MAX_FRAMES];
  guint n_frames;
  guint depth;      /* as GVariant counts it */
  const char *type; /* of the outermost value */
} PeerVariantWriter;

/* text_size is the size of what the value is read from. */
void peer_variant_writer_init (PeerVariantWriter *writer,
                               gsize text_size);
void peer_variant_writer_clear (PeerVariantWriter *writer);

void peer_variant_writer_add_null (PeerVariantWriter *writer);
void peer_variant_writer_add_boolean (PeerVariantWriter *writer,
                                      gboolean value);
void peer_variant_writer_add_int64 (PeerVariantWriter *writer,
                                    gint64 value);
void peer_variant_writer_add_uint64 (PeerVariantWriter *writer,
                                     guint64 value);

/* A whole number in the range of an integer becomes one: what JavaScript
 * sends does not tell them apart. */
void peer_variant_writer_add_double (PeerVariantWriter *writer,
                                     double value);

/* U+0000 becomes U+FFFD. */
void peer_variant_writer_add_string (PeerVariantWriter *writer,
                                     const char *text,
                                     gsize length);
void peer_variant_writer_add_bytes (PeerVariantWriter *writer,
                                    gconstpointer data,
                                    gsize length);
void peer_variant_writer_add_date (PeerVariantWriter *writer,
                                   gint64 microseconds);

/* FALSE when GVariant could not reach what is inside: it goes 128 levels deep,
 * of which an array takes two and an object three. */
gboolean peer_variant_writer_open_array (PeerVariantWriter *writer);
void peer_variant_writer_close_array (PeerVariantWriter *writer);
gboolean peer_variant_writer_open_object (PeerVariantWriter *writer);
void peer_variant_writer_add_key (PeerVariantWriter *writer,
                                  const char *text,
                                  gsize length);

/* The same for text of which it is not known that it is valid: FALSE when it
 * is not short ASCII without U+0000, and nothing was added. */
gboolean peer_variant_writer_add_plain_string (PeerVariantWriter *writer,
                                               const char *text,
                                               gsize length);
gboolean peer_variant_writer_add_plain_key (PeerVariantWriter *writer,
                                            const char *text,
                                            gsize length);

/* Of members with equal keys the last one stays. */
void peer_variant_writer_close_object (PeerVariantWriter *writer);

/* The value, sunk. The writer is empty afterwards. */
GVariant *peer_variant_writer_end (PeerVariantWriter *writer);

G_END_DECLS
