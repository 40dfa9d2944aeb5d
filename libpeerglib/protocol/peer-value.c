/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "peer-value-private.h"

/* Alignment and size of a serialized type; the size is 0 when it varies. */
typedef struct
{
  guint alignment;
  gsize fixed_size;
} Layout;

static inline gsize
align (gsize offset,
       guint alignment)
{
  return (offset + alignment - 1) & ~(gsize) (alignment - 1);
}

static const char *get_layout (const char *type,
                               Layout *layout);

/* type points to what follows the bracket. */
static const char *
get_tuple_layout (const char *type,
                  Layout *layout)
{
  gboolean is_fixed = TRUE;
  gsize size = 0;

  layout->alignment = 1;
  while (*type != ')' && *type != '}')
    {
      Layout member;

      type = get_layout (type, &member);
      layout->alignment = MAX (layout->alignment, member.alignment);
      is_fixed = is_fixed && member.fixed_size > 0;
      size = align (size, member.alignment) + member.fixed_size;
    }

  layout->fixed_size = is_fixed ? MAX (align (size, layout->alignment), 1) : 0;

  return type + 1;
}

/* Returns the end of the type. */
static const char *
get_layout (const char *type,
            Layout *layout)
{
  switch (*type)
    {
    case 'b':
    case 'y':
      *layout = (Layout){ 1, 1 };
      return type + 1;
    case 'n':
    case 'q':
      *layout = (Layout){ 2, 2 };
      return type + 1;
    case 'i':
    case 'u':
    case 'h':
      *layout = (Layout){ 4, 4 };
      return type + 1;
    case 'x':
    case 't':
    case 'd':
      *layout = (Layout){ 8, 8 };
      return type + 1;
    case 's':
    case 'o':
    case 'g':
      *layout = (Layout){ 1, 0 };
      return type + 1;
    case 'v':
      *layout = (Layout){ 8, 0 };
      return type + 1;
    case 'a':
    case 'm':
      type = get_layout (type + 1, layout);
      layout->fixed_size = 0;
      return type;
    case '(':
    case '{':
      return get_tuple_layout (type + 1, layout);
    default:
      g_assert_not_reached ();
    }
}

static guint
get_offset_width (gsize size)
{
  /* GLib takes no bytes at all for a tuple of empty members, too. */
  if (size == 0)
    return 0;
  if (size <= G_MAXUINT8)
    return 1;
  if (size <= G_MAXUINT16)
    return 2;
  if (size <= G_MAXUINT32)
    return 4;

  return 8;
}

static inline gsize
read_offset (const guint8 *data,
             guint width)
{
  guint64 offset = 0;

  /* copies of constant size are loads */
  switch (width)
    {
    case 0:
      return 0;
    case 1:
      return *data;
    case 2:
      memcpy (&offset, data, 2);
      break;
    case 4:
      memcpy (&offset, data, 4);
      break;
    default:
      memcpy (&offset, data, 8);
      break;
    }

  return (gsize) GUINT64_FROM_LE (offset);
}

/* Takes data of the given type out of variants and maybes. Returns NULL for
 * nothing. */
static inline const char *
unbox (const char *type,
       const guint8 **data,
       gsize *size)
{
  while (*type == 'v' || *type == 'm')
    {
      if (*type == 'v')
        {
          const guint8 *nul = *data + *size - 1;

          while (*nul != '\0')
            nul--;
          type = (const char *) nul + 1;
          *size = (gsize) (nul - *data);
        }
      else
        {
          Layout layout;

          if (*size == 0)
            return NULL;
          get_layout (++type, &layout);
          if (layout.fixed_size == 0)
            (*size)--;
        }
    }

  return type;
}

/* The type of what is in a variant ends where the next byte may be anything, or
 * not be there: it is read no further than it has to be. */
static inline gboolean
type_begins_with (const char *type,
                  const char *beginning)
{
  while (*beginning != '\0' && *type == *beginning)
    {
      type++;
      beginning++;
    }

  return *beginning == '\0';
}

#define LOAD(data, Type)                       \
  ({                                           \
    Type loaded_;                              \
    memcpy (&loaded_, (data), sizeof loaded_); \
    loaded_;                                   \
  })

static inline void
set_integer (PeerValue *value,
             gint64 integer)
{
  value->kind = PEER_VALUE_INTEGER;
  value->integer = integer;
}

static inline void
set_unsigned (PeerValue *value,
              guint64 integer)
{
  set_integer (value, (gint64) integer);
  if (integer > G_MAXINT64)
    {
      value->kind = PEER_VALUE_UNSIGNED;
      value->unsigned_integer = integer;
    }
}

static void
load_tuple (PeerValue *value)
{
  static const char name[] = "date";

  value->kind = PEER_VALUE_ARRAY;
  if (type_begins_with (value->type, "(sx)") && value->size == 17 &&
      memcmp (value->data, name, sizeof name) == 0)
    {
      value->kind = PEER_VALUE_DATE;
      value->integer = LOAD (value->data + 8, gint64);
    }
}

static inline void
load_array (PeerValue *value)
{
  if (value->type[1] == 'y')
    value->kind = PEER_VALUE_BYTES;
  else
    value->kind = value->type[1] == '{' ? PEER_VALUE_OBJECT : PEER_VALUE_ARRAY;
}

static inline void
load (PeerValue *value,
      const char *type,
      const guint8 *data,
      gsize size)
{
  type = unbox (type, &data, &size);
  value->kind = PEER_VALUE_NULL;
  value->type = type;
  value->data = data;
  value->size = size;
  if (type == NULL)
    return;

  switch (*type)
    {
    case 'b':
      value->kind = PEER_VALUE_BOOLEAN;
      value->integer = *data;
      break;
    case 'y':
      set_integer (value, *data);
      break;
    case 'n':
      set_integer (value, LOAD (data, gint16));
      break;
    case 'q':
      set_integer (value, LOAD (data, guint16));
      break;
    case 'i':
    case 'h':
      set_integer (value, LOAD (data, gint32));
      break;
    case 'u':
      set_integer (value, LOAD (data, guint32));
      break;
    case 'x':
      set_integer (value, LOAD (data, gint64));
      break;
    case 't':
      set_unsigned (value, LOAD (data, guint64));
      break;
    case 'd':
      value->kind = PEER_VALUE_NUMBER;
      value->number = LOAD (data, double);
      break;
    case 's':
    case 'o':
    case 'g':
      value->kind = PEER_VALUE_TEXT;
      value->size--;
      break;
    case 'a':
      load_array (value);
      break;
    case '(':
      load_tuple (value);
      break;
    case '{':
      value->kind = PEER_VALUE_ARRAY;
      break;
    default:
      g_assert_not_reached ();
    }
}

/* What is in a variant. Most have a type of one letter, which the byte before
 * it tells: there is no zero in a type. */
static inline void
load_boxed (PeerValue *value,
            const guint8 *data,
            gsize size)
{
  const char *type = (const char *) data + size - 1;

  if (size < 2 || type[-1] != '\0')
    {
      load (value, "v", data, size);
      return;
    }

  value->type = type;
  value->data = data;
  value->size = size - 2;
  switch (*type)
    {
    case 'x':
      set_integer (value, LOAD (data, gint64));
      break;
    case 'd':
      value->kind = PEER_VALUE_NUMBER;
      value->number = LOAD (data, double);
      break;
    case 's':
      value->kind = PEER_VALUE_TEXT;
      value->size--;
      break;
    case 'b':
      value->kind = PEER_VALUE_BOOLEAN;
      value->integer = *data;
      break;
    default:
      load (value, "v", data, size);
    }
}

GVariant *
peer_value_prepare (GVariant *variant)
{
  g_autoptr (GVariant) held = g_variant_ref_sink (variant);

  return g_variant_get_normal_form (held);
}

void
peer_value_init (PeerValue *value,
                 GVariant *prepared)
{
  const guint8 *data = g_variant_get_data (prepared);

  load (value, g_variant_get_type_string (prepared),
        data != NULL ? data : (const guint8 *) "", g_variant_get_size (prepared));
}

static void
init_array (PeerValueIter *iter,
            gsize size)
{
  Layout layout = { 8, 0 };

  iter->is_array_of_variants = *iter->type == 'v';
  iter->has_variants = type_begins_with (iter->type, "{sv}");
  if (*iter->type != 'v' && !iter->has_variants)
    get_layout (iter->type, &layout);
  iter->alignment = layout.alignment;
  iter->fixed_size = layout.fixed_size;
  iter->n_elements = 0;
  if (size == 0)
    return;

  if (iter->fixed_size > 0)
    {
      iter->n_elements = size / iter->fixed_size;
      return;
    }

  iter->offsets = read_offset (iter->container->data + size - iter->offset_width, iter->offset_width);
  iter->n_elements = (size - iter->offsets) / iter->offset_width;
}

static void
init_tuple (PeerValueIter *iter)
{
  const char *type = iter->type;
  guint n_varying = 0;
  gboolean last_varies = FALSE;

  iter->n_elements = 0;
  while (*type != ')' && *type != '}')
    {
      Layout layout;

      type = get_layout (type, &layout);
      last_varies = layout.fixed_size == 0;
      n_varying += last_varies;
      iter->n_elements++;
    }

  /* the last member's end is where the offsets start */
  iter->offsets = iter->container->size - (n_varying - last_varies) * iter->offset_width;
}

static void
init_iter (PeerValueIter *iter,
           const PeerValue *container,
           const char *type)
{
  iter->container = container;
  iter->type = type + 1;
  iter->index = 0;
  iter->position = 0;
  iter->n_tuple_offsets = 0;
  iter->is_array_of_variants = FALSE;
  iter->offset_width = get_offset_width (container->size);

  if (*type == 'a')
    init_array (iter, container->size);
  else
    init_tuple (iter);
}

void
peer_value_iter_init (PeerValueIter *iter,
                      const PeerValue *container)
{
  init_iter (iter, container, container->type);
}

static inline void
next_in_array (PeerValueIter *iter,
               const guint8 **data,
               gsize *size)
{
  const guint8 *base = iter->container->data;
  gsize start;
  gsize end;

  if (iter->fixed_size > 0)
    {
      start = iter->index * iter->fixed_size;
      end = start + iter->fixed_size;
    }
  else
    {
      start = align (iter->position, iter->alignment);
      end = read_offset (base + iter->offsets + iter->index * iter->offset_width, iter->offset_width);
      iter->position = end;
    }

  *data = base + start;
  *size = end - start;
}

static const char *
next_in_tuple (PeerValueIter *iter,
               const guint8 **data,
               gsize *size)
{
  const guint8 *base = iter->container->data;
  const char *type = iter->type;
  Layout layout;
  gsize start;

  iter->type = get_layout (type, &layout);
  start = align (iter->position, layout.alignment);
  if (layout.fixed_size > 0)
    iter->position = start + layout.fixed_size;
  else if (iter->index + 1 == iter->n_elements)
    iter->position = iter->offsets;
  else
    iter->position = read_offset (base + iter->container->size - ++iter->n_tuple_offsets * iter->offset_width,
                                  iter->offset_width);

  *data = base + start;
  *size = iter->position - start;

  return type;
}

gboolean
peer_value_iter_next (PeerValueIter *iter,
                      PeerValue *element)
{
  const char *type = iter->type;
  const guint8 *data;
  gsize size;

  if (iter->index == iter->n_elements)
    return FALSE;

  if (iter->is_array_of_variants)
    {
      next_in_array (iter, &data, &size);
      iter->index++;
      load_boxed (element, data, size);
      return TRUE;
    }

  if (iter->container->type[0] == 'a')
    next_in_array (iter, &data, &size);
  else
    type = next_in_tuple (iter, &data, &size);
  iter->index++;
  load (element, type, data, size);

  return TRUE;
}

gboolean
peer_value_iter_next_member (PeerValueIter *iter,
                             PeerValue *key,
                             PeerValue *member)
{
  PeerValue entry;
  PeerValueIter entry_iter;
  const guint8 *data;

  if (iter->index == iter->n_elements)
    return FALSE;

  next_in_array (iter, &data, &entry.size);
  iter->index++;

  if (iter->has_variants)
    {
      guint width = get_offset_width (entry.size);
      gsize key_size = read_offset (data + entry.size - width, width);
      gsize start = align (key_size, 8);

      key->kind = PEER_VALUE_TEXT;
      key->data = data;
      key->size = key_size - 1;
      load_boxed (member, data + start, entry.size - width - start);
      return TRUE;
    }

  entry.type = iter->type;
  entry.data = data;
  init_iter (&entry_iter, &entry, iter->type);

  return peer_value_iter_next (&entry_iter, key) && peer_value_iter_next (&entry_iter, member);
}
