/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How a GVariant of any type looks in the data model: variants and maybes are
 * taken out of their boxes; arrays, tuples and dictionary entries are arrays,
 * dictionaries objects, `ay` is bytes, object paths and signatures are text,
 * `("date", x)` is a date. */
typedef enum
{
  PEER_VALUE_NULL,
  PEER_VALUE_BOOLEAN,
  PEER_VALUE_INTEGER,
  PEER_VALUE_UNSIGNED, /* only above the range of an integer */
  PEER_VALUE_NUMBER,
  PEER_VALUE_TEXT,
  PEER_VALUE_BYTES,
  PEER_VALUE_DATE,
  PEER_VALUE_ARRAY,
  PEER_VALUE_OBJECT,
} PeerValueKind;

/* A view into the serialized form of a GVariant, valid as long as that is. */
typedef struct
{
  PeerValueKind kind;
  gint64 integer;           /* booleans, integers; dates: microseconds */
  guint64 unsigned_integer; /* the larger integers */
  double number;
  const guint8 *data; /* text and bytes; else the serialized form */
  gsize size;         /* of text without its terminator */
  const char *type;
} PeerValue;

typedef struct
{
  const PeerValue *container;
  const char *type;     /* of the next element */
  const char *type_end; /* of the container */
  gsize n_elements;
  gsize index;
  gsize position;        /* where the previous element ended */
  gsize offsets;         /* where the framing offsets start */
  gsize fixed_size;      /* of each element, 0 when they vary; not for tuples */
  guint alignment;       /* of each element; not for tuples */
  gboolean has_variants; /* the elements are {sv} */
  gboolean is_array_of_variants;
  guint offset_width;    /* of a framing offset */
  guint n_tuple_offsets; /* used up so far */
} PeerValueIter;

/* A GVariant that a view can be made of: sunk, serialized, in normal form. */
GVariant *peer_value_prepare (GVariant *variant);
void peer_value_init (PeerValue *value,
                      GVariant *prepared);

/* For arrays and objects. The number of elements is known at once. */
void peer_value_iter_init (PeerValueIter *iter,
                           const PeerValue *container);
gboolean peer_value_iter_next (PeerValueIter *iter,
                               PeerValue *element);

/* For objects. A key of another type than text arrives as what it is. */
gboolean peer_value_iter_next_member (PeerValueIter *iter,
                                      PeerValue *key,
                                      PeerValue *member);

/* A scalar as JavaScript writes it in the place of a key; NULL for arrays,
 * objects, bytes and dates. The buffer holds what is not text already. */
#define PEER_VALUE_KEY_SIZE 32
const char *peer_value_get_key (const PeerValue *key,
                                char buffer[PEER_VALUE_KEY_SIZE],
                                gsize *length);

/* FALSE for null, false, 0, NaN, empty text; as in JavaScript. */
gboolean peer_value_is_truthy (const PeerValue *value);

/* Looks a member up. */
gboolean peer_value_lookup (const PeerValue *object,
                            const char *name,
                            PeerValue *member);

G_END_DECLS
