/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-file-sender-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

struct _PeerFileSender
{
  PeerFileSenderState state;
  gint64 size;         /* -1 when it is not known */
  gint64 offset;       /* where the other side wants to go on */
  char *sha256;        /* of its beginning */
  gint64 sent;         /* the beginning included */
  gint64 acknowledged; /* as well */
};

PeerFileSender *
peer_file_sender_new (gint64 size)
{
  PeerFileSender *self = g_new0 (PeerFileSender, 1);

  self->size = size;

  return self;
}

void
peer_file_sender_free (PeerFileSender *self)
{
  g_free (self->sha256);
  g_free (self);
}

PeerFileSenderState
peer_file_sender_get_state (PeerFileSender *self)
{
  return self->state;
}

static gboolean
fail (PeerFileSender *self,
      GError **error,
      PeerError code,
      const char *text)
{
  self->state = PEER_FILE_SENDER_FAILED;
  g_set_error_literal (error, PEER_ERROR, (int) code, text);

  return FALSE;
}

static gboolean
fail_by_message (PeerFileSender *self,
                 const PeerFileMessage *message,
                 GError **error)
{
  self->state = PEER_FILE_SENDER_FAILED;
  peer_file_message_set_error (message, error);

  return FALSE;
}

static gboolean
handle_accept (PeerFileSender *self,
               const PeerFileMessage *message,
               GError **error)
{
  if (self->state != PEER_FILE_SENDER_OFFERED)
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer accepted a file twice"));
  if (self->size >= 0 && message->offset > self->size)
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer wants to go on after the end of the file"));

  self->state = message->offset > 0 ? PEER_FILE_SENDER_CHECKING : PEER_FILE_SENDER_SENDING;
  self->offset = message->offset;
  g_free (self->sha256);
  self->sha256 = g_strdup (message->sha256);

  return TRUE;
}

static gboolean
handle_progress (PeerFileSender *self,
                 const PeerFileMessage *message,
                 GError **error)
{
  if (self->state != PEER_FILE_SENDER_SENDING && self->state != PEER_FILE_SENDER_DONE)
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer made progress with a file that it has not accepted"));
  if (message->offset > self->sent)
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer acknowledged more of a file than was sent"));

  /* Messages may overtake each other. */
  self->acknowledged = MAX (self->acknowledged, message->offset);

  return TRUE;
}

static gboolean
handle_verified (PeerFileSender *self,
                 GError **error)
{
  if (self->state != PEER_FILE_SENDER_DONE)
    return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer has verified a file that was not sent"));

  self->state = PEER_FILE_SENDER_VERIFIED;
  self->acknowledged = self->sent;

  return TRUE;
}

gboolean
peer_file_sender_handle (PeerFileSender *self,
                         const PeerFileMessage *message,
                         GError **error)
{
  switch (message->type)
    {
    case PEER_FILE_MESSAGE_ACCEPT:
      return handle_accept (self, message, error);
    case PEER_FILE_MESSAGE_PROGRESS:
      return handle_progress (self, message, error);
    case PEER_FILE_MESSAGE_VERIFIED:
      return handle_verified (self, error);
    case PEER_FILE_MESSAGE_REFUSE:
    case PEER_FILE_MESSAGE_CANCEL:
    case PEER_FILE_MESSAGE_ERROR:
      return fail_by_message (self, message, error);
    case PEER_FILE_MESSAGE_OFFER:
    case PEER_FILE_MESSAGE_RESTART:
    case PEER_FILE_MESSAGE_PIECE:
    case PEER_FILE_MESSAGE_DONE:
    default:
      return fail (self, error, PEER_ERROR_INVALID_DATA, _ ("The other peer sent what only the sender of a file says"));
    }
}

gint64
peer_file_sender_get_offset (PeerFileSender *self)
{
  return self->offset;
}

void
peer_file_sender_confirm (PeerFileSender *self,
                          const char *sha256)
{
  g_assert (self->state == PEER_FILE_SENDER_CHECKING);

  if (g_strcmp0 (self->sha256, sha256) != 0)
    {
      self->state = PEER_FILE_SENDER_OFFERED;
      return;
    }

  self->state = PEER_FILE_SENDER_SENDING;
  self->sent = self->offset;
  self->acknowledged = self->offset;
}

gsize
peer_file_sender_get_room (PeerFileSender *self)
{
  gint64 room = self->acknowledged + PEER_FILE_WINDOW - self->sent;

  if (self->state != PEER_FILE_SENDER_SENDING)
    return 0;
  if (self->size >= 0)
    room = MIN (room, self->size - self->sent);

  return (gsize) room;
}

gint64
peer_file_sender_get_sent (PeerFileSender *self)
{
  return self->sent;
}

void
peer_file_sender_add_sent (PeerFileSender *self,
                           gsize size)
{
  g_assert (size <= peer_file_sender_get_room (self));

  self->sent += (gint64) size;
}

void
peer_file_sender_set_done (PeerFileSender *self)
{
  g_assert (self->state == PEER_FILE_SENDER_SENDING);

  self->state = PEER_FILE_SENDER_DONE;
}

gint64
peer_file_sender_get_acknowledged (PeerFileSender *self)
{
  return self->acknowledged;
}
