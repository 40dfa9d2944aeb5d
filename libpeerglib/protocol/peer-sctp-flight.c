/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-sctp-flight-private.h"

/* No sender has as many chunks under way. A number that is further from the
 * others belongs to an association that was begun anew. */
#define MAX_CHUNKS (1u << 20)

/* The array is moved up when so much of it is over. */
#define MIN_SPENT 1024

typedef struct
{
  guint16 stream;
  guint16 n_bytes;
} Chunk;

struct _PeerSctpFlight
{
  GArray *chunks;    /* of Chunk, all from first_tsn on */
  guint n_spent;     /* at the front of the array, before first_tsn */
  guint32 first_tsn; /* when there ever was one */
  gboolean has_begun;
};

PeerSctpFlight *
peer_sctp_flight_new (void)
{
  PeerSctpFlight *self = g_new0 (PeerSctpFlight, 1);

  self->chunks = g_array_new (FALSE, TRUE, sizeof (Chunk));

  return self;
}

void
peer_sctp_flight_free (PeerSctpFlight *self)
{
  g_array_unref (self->chunks);
  g_free (self);
}

static guint
get_length (PeerSctpFlight *self)
{
  return self->chunks->len - self->n_spent;
}

static void
begin (PeerSctpFlight *self,
       guint32 tsn)
{
  g_array_set_size (self->chunks, 0);
  self->n_spent = 0;
  self->first_tsn = tsn;
  self->has_begun = TRUE;
}

void
peer_sctp_flight_send (PeerSctpFlight *self,
                       guint32 tsn,
                       guint16 stream,
                       guint16 n_bytes)
{
  guint32 ahead, behind;

  if (!self->has_begun)
    begin (self, tsn);

  /* Modulo 2³²: one of the two is small. */
  ahead = tsn - self->first_tsn;
  behind = self->first_tsn - tsn;
  if (ahead >= MAX_CHUNKS && behind > MAX_CHUNKS)
    {
      begin (self, tsn);
      ahead = 0;
    }
  else if (ahead >= MAX_CHUNKS || ahead < get_length (self))
    {
      return;
    }

  g_array_set_size (self->chunks, self->n_spent + ahead + 1);
  g_array_index (self->chunks, Chunk, self->n_spent + ahead) = (Chunk){ stream, n_bytes };
}

static void
forget_spent (PeerSctpFlight *self)
{
  if (self->n_spent == self->chunks->len)
    {
      g_array_set_size (self->chunks, 0);
      self->n_spent = 0;
    }
  else if (self->n_spent >= MIN_SPENT && self->n_spent >= self->chunks->len / 2)
    {
      g_array_remove_range (self->chunks, 0, self->n_spent);
      self->n_spent = 0;
    }
}

gboolean
peer_sctp_flight_acknowledge (PeerSctpFlight *self,
                              guint32 cumulative_tsn,
                              guint16 *stream,
                              gsize *n_bytes)
{
  guint32 n_chunks = cumulative_tsn - self->first_tsn + 1;
  guint32 n = 0;

  if (!self->has_begun || n_chunks == 0 || n_chunks > get_length (self))
    return FALSE;

  *stream = g_array_index (self->chunks, Chunk, self->n_spent).stream;
  *n_bytes = 0;
  while (n < n_chunks)
    {
      const Chunk *chunk = &g_array_index (self->chunks, Chunk, self->n_spent + n);

      if (chunk->stream != *stream)
        break;
      *n_bytes += chunk->n_bytes;
      n++;
    }

  self->first_tsn += n;
  self->n_spent += n;
  forget_spent (self);

  return TRUE;
}
