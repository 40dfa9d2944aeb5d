/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/protocol/peer-resumption-private.h"
#include "fuzz-values.h"

/* The bytes as messages of a hostile peer, each with its length before it. */
static void
receive_messages (const guint8 *data,
                  gsize size)
{
  g_autoptr (PeerResumption) resumption = peer_resumption_new ();
  g_autoptr (GBytes) sent = g_bytes_new_static ("12345", 5);

  for (guint i = 0; i < 4; i++)
    {
      peer_resumption_push (resumption, sent, i % 2 == 0);
      if (i < 2)
        g_bytes_unref (peer_resumption_next (resumption));
    }

  while (size >= 1)
    {
      gsize length = MIN ((gsize) (data[0] & 0x3f), size - 1);
      g_autoptr (GBytes) message = g_bytes_new (data + 1, length);
      g_autoptr (GBytes) payload = NULL;
      g_autoptr (GError) error = NULL;
      PeerResumptionKind kind;

      if ((data[0] & 0x80) != 0)
        g_bytes_unref (peer_resumption_begin (resumption));
      if (!peer_resumption_receive (resumption, message, (data[0] & 0x40) != 0, &kind, &payload, &error))
        g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
      else
        g_assert_true ((payload != NULL) == (kind <= PEER_RESUMPTION_TEXT));
      g_assert_cmpuint (peer_resumption_get_unsent_size (resumption), <=, peer_resumption_get_unacknowledged_size (resumption));
      g_assert_cmpuint (peer_resumption_get_unacknowledged_size (resumption), <=, 4 * 6);

      data += 1 + length;
      size -= 1 + length;
    }
}

/* One of two honest sides with the link's direction away from it. */
typedef struct
{
  PeerResumption *resumption;
  GQueue link; /* of GBytes */
  guint32 n_pushed;
  guint32 n_received;
} Side;

static void
side_fill (Side *self)
{
  GBytes *message;

  while ((message = peer_resumption_next (self->resumption)) != NULL)
    g_queue_push_tail (&self->link, message);
}

static void
side_push (Side *self)
{
  g_autoptr (GBytes) message = g_bytes_new (&self->n_pushed, sizeof self->n_pushed);

  peer_resumption_push (self->resumption, message, self->n_pushed % 3 == 0);
  self->n_pushed++;
}

static void
side_take (Side *self,
           Side *other)
{
  g_autoptr (GBytes) message = g_queue_pop_head (&other->link);
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (GError) error = NULL;
  PeerResumptionKind kind;

  if (message == NULL)
    return;

  g_assert_true (peer_resumption_receive (self->resumption, message, FALSE, &kind, &payload, &error));
  g_assert_no_error (error);
  if (payload == NULL)
    return;

  g_assert_true (memcmp (g_bytes_get_data (payload, NULL), &self->n_received, sizeof self->n_received) == 0);
  g_assert_cmpint (kind, ==, self->n_received % 3 == 0 ? PEER_RESUMPTION_TEXT : PEER_RESUMPTION_BINARY);
  self->n_received++;
}

static void
sides_cut (Side *sides)
{
  for (guint i = 0; i < 2; i++)
    {
      g_queue_clear_full (&sides[i].link, (GDestroyNotify) g_bytes_unref);
      g_queue_push_tail (&sides[i].link, peer_resumption_begin (sides[i].resumption));
    }
}

/* The bytes as what happens between two sides, in this order. */
static void
exchange (const guint8 *data,
          gsize size)
{
  Side sides[2] = { { .resumption = peer_resumption_new () }, { .resumption = peer_resumption_new () } };

  for (gsize i = 0; i < size; i++)
    {
      Side *self = &sides[data[i] & 1];
      Side *other = &sides[~data[i] & 1];

      switch ((data[i] >> 1) % 6)
        {
        case 0:
          side_push (self);
          break;

        case 1:
          side_fill (self);
          break;

        case 2:
        case 3:
          side_take (self, other);
          break;

        case 4:
          if (peer_resumption_get_due (self->resumption) != PEER_RESUMPTION_NOT_DUE)
            g_queue_push_tail (&self->link, peer_resumption_acknowledge (self->resumption));
          break;

        default:
          sides_cut (sides);
        }
    }

  sides_cut (sides);
  for (guint i = 0; i < 2; i++)
    side_take (&sides[i], &sides[1 - i]);
  for (guint i = 0; i < 2; i++)
    {
      side_fill (&sides[1 - i]);
      while (!g_queue_is_empty (&sides[1 - i].link))
        side_take (&sides[i], &sides[1 - i]);
      g_assert_cmpuint (sides[i].n_received, ==, sides[1 - i].n_pushed);
    }
  for (guint i = 0; i < 2; i++)
    peer_resumption_free (sides[i].resumption);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  receive_messages (data, size);
  exchange (data, size);

  return 0;
}
