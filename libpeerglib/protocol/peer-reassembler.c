/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <inttypes.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-buffer-private.h"
#include "peer-reassembler-private.h"

/* What a piece costs beside its bytes, so that many empty ones count, too. */
#define PIECE_OVERHEAD 128

/* Ids of values that are done or given up: what still comes of them is
 * ignored, or it would wait for the rest forever. */
#define N_FINISHED_IDS 64

typedef struct
{
  GList link; /* in the order of their latest chunks */
  guint64 id;
  guint64 total;
  gsize size;
  gsize cost;         /* memory that it holds */
  GHashTable *pieces; /* n to GBytes */
} PartialValue;

struct _PeerReassembler
{
  PeerCodecLimits limits;
  GHashTable *values; /* id to PartialValue */
  GQueue by_age;
  gsize pending_size;
  guint64 finished_ids[N_FINISHED_IDS];
  guint next_finished_id;
};

static void
partial_value_free (PartialValue *value)
{
  g_hash_table_unref (value->pieces);
  g_free (value);
}

static void
take (PeerReassembler *reassembler,
      PartialValue *value,
      gsize cost)
{
  value->cost += cost;
  reassembler->pending_size += cost;
  if (reassembler->limits.budget != NULL)
    peer_pending_budget_take (reassembler->limits.budget, cost);
}

static void
give_back (PeerReassembler *reassembler,
           gsize cost)
{
  reassembler->pending_size -= cost;
  if (reassembler->limits.budget != NULL)
    peer_pending_budget_give_back (reassembler->limits.budget, cost);
}

static void
finish (PeerReassembler *reassembler,
        PartialValue *value)
{
  reassembler->finished_ids[reassembler->next_finished_id++ % N_FINISHED_IDS] = value->id;
  give_back (reassembler, value->cost);
  g_queue_unlink (&reassembler->by_age, &value->link);
  g_hash_table_remove (reassembler->values, &value->id);
}

static gboolean
is_finished (PeerReassembler *reassembler,
             guint64 id)
{
  for (guint i = 0; i < N_FINISHED_IDS; i++)
    {
      if (reassembler->finished_ids[i] == id)
        return TRUE;
    }

  return FALSE;
}

static PartialValue *
add_value (PeerReassembler *reassembler,
           const PeerChunk *chunk)
{
  PartialValue *value = g_new0 (PartialValue, 1);

  value->link.data = value;
  value->id = chunk->id;
  value->total = chunk->total;
  value->pieces = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_bytes_unref);
  g_hash_table_insert (reassembler->values, &value->id, value);
  g_queue_push_tail_link (&reassembler->by_age, &value->link);

  return value;
}

static gboolean
is_repeated (PartialValue *value,
             const PeerChunk *chunk)
{
  return chunk->total == value->total &&
         g_hash_table_contains (value->pieces, GSIZE_TO_POINTER ((gsize) chunk->n));
}

static gboolean
check_chunk (PeerReassembler *reassembler,
             PartialValue *value,
             const PeerChunk *chunk,
             GError **error)
{
  if (chunk->n >= chunk->total)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("Chunk %" PRIu64 " of %" PRIu64 " cannot be"), chunk->n, chunk->total);
      return FALSE;
    }
  if (value != NULL && chunk->total != value->total)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("A value of %" PRIu64 " chunks now has %" G_GUINT64_FORMAT), value->total, chunk->total);
      return FALSE;
    }
  if (chunk->total > reassembler->limits.max_chunks)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                   _ ("A value of %" PRIu64 " chunks is over the limit of %u"),
                   chunk->total, reassembler->limits.max_chunks);
      return FALSE;
    }
  if (chunk->length > reassembler->limits.max_value_size - (value != NULL ? value->size : 0))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                   _ ("A value is over the limit of %zu bytes"), (size_t) reassembler->limits.max_value_size);
      return FALSE;
    }

  return TRUE;
}

static void
keep_piece (PeerReassembler *reassembler,
            PartialValue *value,
            const PeerChunk *chunk,
            GBytes *message)
{
  gsize size;
  const guint8 *start = peer_bytes_get_data (message, &size);
  GBytes *piece;
  gsize held_size = chunk->length;

  /* a piece that is most of its message need not be copied */
  if (chunk->length >= size / 2 && chunk->data >= start && chunk->data + chunk->length <= start + size)
    {
      piece = g_bytes_new_from_bytes (message, (gsize) (chunk->data - start), chunk->length);
      held_size = size;
    }
  else
    {
      piece = g_bytes_new (chunk->data, chunk->length);
    }

  g_hash_table_insert (value->pieces, GSIZE_TO_POINTER ((gsize) chunk->n), piece);
  value->size += chunk->length;
  take (reassembler, value, held_size + PIECE_OVERHEAD);
  g_queue_unlink (&reassembler->by_age, &value->link);
  g_queue_push_tail_link (&reassembler->by_age, &value->link);
}

static GBytes *
join (PartialValue *value)
{
  PeerBuffer buffer = { NULL };

  peer_buffer_grow (&buffer, value->size);
  for (guint64 n = 0; n < value->total; n++)
    {
      GBytes *piece = g_hash_table_lookup (value->pieces, GSIZE_TO_POINTER ((gsize) n));
      gsize size;
      const guint8 *data = peer_bytes_get_data (piece, &size);

      peer_buffer_append (&buffer, data, size);
    }

  return peer_buffer_steal_bytes (&buffer);
}

static gboolean
is_over_limits (PeerReassembler *reassembler)
{
  return reassembler->pending_size > reassembler->limits.max_pending_size ||
         g_queue_get_length (&reassembler->by_age) > PEER_REASSEMBLER_MAX_VALUES ||
         (reassembler->limits.budget != NULL && peer_pending_budget_is_exceeded (reassembler->limits.budget));
}

/* Gives up values until the rest is within the limits; the newest stays
 * unless it is over them alone. */
static gboolean
make_room (PeerReassembler *reassembler,
           GError **error)
{
  guint64 id = 0;

  while (is_over_limits (reassembler) && !g_queue_is_empty (&reassembler->by_age))
    {
      PartialValue *oldest = g_queue_peek_head (&reassembler->by_age);

      id = oldest->id;
      finish (reassembler, oldest);
    }

  if (id == 0)
    return TRUE;

  g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
               _ ("Value %" PRIu64 " was given up: too many wait for their chunks"), id);

  return FALSE;
}

PeerReassembler *
peer_reassembler_new (const PeerCodecLimits *limits)
{
  PeerReassembler *reassembler = g_new0 (PeerReassembler, 1);

  reassembler->limits = *limits;
  if (limits->budget != NULL)
    peer_pending_budget_ref (limits->budget);
  reassembler->values = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                               (GDestroyNotify) partial_value_free);

  return reassembler;
}

void
peer_reassembler_free (PeerReassembler *reassembler)
{
  give_back (reassembler, reassembler->pending_size);
  g_clear_pointer (&reassembler->limits.budget, peer_pending_budget_unref);
  g_hash_table_unref (reassembler->values);
  g_free (reassembler);
}

gboolean
peer_reassembler_add (PeerReassembler *reassembler,
                      const PeerChunk *chunk,
                      GBytes *message,
                      GBytes **value,
                      GError **error)
{
  PartialValue *partial = g_hash_table_lookup (reassembler->values, &chunk->id);

  *value = NULL;
  if (partial == NULL ? is_finished (reassembler, chunk->id) : is_repeated (partial, chunk))
    return TRUE;

  if (!check_chunk (reassembler, partial, chunk, error))
    {
      if (partial == NULL)
        partial = add_value (reassembler, chunk);
      finish (reassembler, partial);
      return FALSE;
    }

  if (partial == NULL)
    partial = add_value (reassembler, chunk);

  keep_piece (reassembler, partial, chunk, message);
  if (g_hash_table_size (partial->pieces) == partial->total)
    {
      *value = join (partial);
      finish (reassembler, partial);
      return TRUE;
    }

  return make_room (reassembler, error);
}

gsize
peer_reassembler_get_pending_size (PeerReassembler *reassembler)
{
  return reassembler->pending_size;
}
