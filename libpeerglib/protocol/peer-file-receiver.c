/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-file-receiver-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

typedef struct
{
  gint64 offset;
  GBytes *data;
} Piece;

struct _PeerFileReceiver
{
  PeerFileReceiverState state;
  gint64 size;      /* -1 when it is not known */
  gint64 begun;     /* bytes there were when the file was accepted */
  gint64 taken;     /* where the next bytes to store begin */
  gint64 stored;    /* bytes */
  gint64 announced; /* bytes that the other side knows to be stored */
  GQueue pieces;    /* of Piece, by offset, without overlaps */
  guint n_waiting;  /* pieces that are not stored, those that were taken included */
  char *sha256;     /* once the other side is done */
};

static void
piece_free (Piece *piece)
{
  g_bytes_unref (piece->data);
  g_free (piece);
}

PeerFileReceiver *
peer_file_receiver_new (gint64 size)
{
  PeerFileReceiver *self = g_new0 (PeerFileReceiver, 1);

  self->size = size;

  return self;
}

void
peer_file_receiver_free (PeerFileReceiver *self)
{
  g_queue_clear_full (&self->pieces, (GDestroyNotify) piece_free);
  g_free (self->sha256);
  g_free (self);
}

PeerFileReceiverState
peer_file_receiver_get_state (PeerFileReceiver *self)
{
  return self->state;
}

static void
check_complete (PeerFileReceiver *self)
{
  if (self->state == PEER_FILE_RECEIVER_RECEIVING && self->sha256 != NULL && self->stored == self->size)
    self->state = PEER_FILE_RECEIVER_COMPLETE;
}

void
peer_file_receiver_accept (PeerFileReceiver *self,
                           gint64 offset)
{
  g_assert (self->state == PEER_FILE_RECEIVER_OFFERED || (self->state == PEER_FILE_RECEIVER_RESTARTING && offset == 0));

  self->state = PEER_FILE_RECEIVER_RECEIVING;
  self->begun = offset;
  self->taken = offset;
  self->stored = offset;
  self->announced = offset;
}

static gboolean
fail (PeerFileReceiver *self,
      GError **error,
      PeerError code,
      const char *text)
{
  self->state = PEER_FILE_RECEIVER_FAILED;
  g_set_error_literal (error, PEER_ERROR, (int) code, text);

  return FALSE;
}

/* Where a piece belongs among those that wait: the one before it. */
static GList *
find_predecessor (PeerFileReceiver *self,
                  gint64 offset)
{
  GList *link = self->pieces.tail;

  while (link != NULL && ((Piece *) link->data)->offset > offset)
    link = link->prev;

  return link;
}

static gboolean
insert (PeerFileReceiver *self,
        gint64 offset,
        GBytes *data)
{
  GList *before = find_predecessor (self, offset);
  GList *after = before != NULL ? before->next : self->pieces.head;
  Piece *piece;

  if (before != NULL)
    {
      Piece *previous = before->data;

      if (previous->offset + (gint64) g_bytes_get_size (previous->data) > offset)
        return FALSE;
    }
  if (after != NULL && offset + (gint64) g_bytes_get_size (data) > ((Piece *) after->data)->offset)
    return FALSE;

  piece = g_new (Piece, 1);
  piece->offset = offset;
  piece->data = g_bytes_ref (data);
  if (before != NULL)
    g_queue_insert_after (&self->pieces, before, piece);
  else
    g_queue_push_head (&self->pieces, piece);

  return TRUE;
}

static gboolean
handle_piece (PeerFileReceiver *self,
              const PeerFileMessage *message,
              GError **error)
{
  gint64 size = (gint64) g_bytes_get_size (message->data);

  if (self->state != PEER_FILE_RECEIVER_RECEIVING)
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer sent a piece of a file that it should not send now"));
  if (self->size >= 0 && message->offset > self->size - size)
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer sent more of a file than it announced"));
  if (message->offset > self->announced + PEER_FILE_WINDOW - size || self->n_waiting == PEER_FILE_MAX_PIECES)
    return fail (self, error, PEER_ERROR_LIMIT_EXCEEDED, _ ("The other peer sent more of a file than can be held"));
  if (message->offset < self->taken || !insert (self, message->offset, message->data))
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer sent a piece of a file twice"));

  self->n_waiting++;

  return TRUE;
}

static gboolean
handle_restart (PeerFileReceiver *self,
                GError **error)
{
  if (self->state != PEER_FILE_RECEIVER_RECEIVING || self->begun == 0 || self->taken > self->begun ||
      !g_queue_is_empty (&self->pieces) || self->sha256 != NULL)
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer began a file anew that it had not gone on with"));

  self->state = PEER_FILE_RECEIVER_RESTARTING;

  return TRUE;
}

static gint64
get_end (PeerFileReceiver *self)
{
  Piece *last = g_queue_peek_tail (&self->pieces);

  return last != NULL ? last->offset + (gint64) g_bytes_get_size (last->data) : self->taken;
}

static gboolean
handle_done (PeerFileReceiver *self,
             const PeerFileMessage *message,
             GError **error)
{
  if (self->state != PEER_FILE_RECEIVER_RECEIVING || self->sha256 != NULL)
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer ended a file that it was not sending"));
  if ((self->size >= 0 && message->size != self->size) || message->size < get_end (self))
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer sent a file of another size than it said"));

  self->size = message->size;
  self->sha256 = g_strdup (message->sha256);
  check_complete (self);

  return TRUE;
}

gboolean
peer_file_receiver_handle (PeerFileReceiver *self,
                           const PeerFileMessage *message,
                           GError **error)
{
  switch (message->type)
    {
    case PEER_FILE_MESSAGE_PIECE:
      return handle_piece (self, message, error);
    case PEER_FILE_MESSAGE_RESTART:
      return handle_restart (self, error);
    case PEER_FILE_MESSAGE_DONE:
      return handle_done (self, message, error);
    case PEER_FILE_MESSAGE_CANCEL:
    case PEER_FILE_MESSAGE_ERROR:
      self->state = PEER_FILE_RECEIVER_FAILED;
      peer_file_message_set_error (message, error);
      return FALSE;
    case PEER_FILE_MESSAGE_OFFER:
    case PEER_FILE_MESSAGE_ACCEPT:
    case PEER_FILE_MESSAGE_REFUSE:
    case PEER_FILE_MESSAGE_PROGRESS:
    case PEER_FILE_MESSAGE_VERIFIED:
    default:
      return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer sent what only the receiver of a file says"));
    }
}

GBytes *
peer_file_receiver_take (PeerFileReceiver *self)
{
  Piece *piece = g_queue_peek_head (&self->pieces);
  GBytes *data;

  if (piece == NULL || piece->offset != self->taken)
    return NULL;

  data = g_bytes_ref (piece->data);
  self->taken += (gint64) g_bytes_get_size (data);
  piece_free (g_queue_pop_head (&self->pieces));

  return data;
}

gboolean
peer_file_receiver_add_stored (PeerFileReceiver *self,
                               gsize size)
{
  g_assert (self->stored + (gint64) size <= self->taken);

  self->stored += (gint64) size;
  self->n_waiting = g_queue_get_length (&self->pieces);
  check_complete (self);
  if (self->stored - self->announced < PEER_FILE_PROGRESS_STEP)
    return FALSE;

  self->announced = self->stored;

  return TRUE;
}

gint64
peer_file_receiver_get_stored (PeerFileReceiver *self)
{
  return self->stored;
}

const char *
peer_file_receiver_get_sha256 (PeerFileReceiver *self)
{
  return self->sha256;
}
