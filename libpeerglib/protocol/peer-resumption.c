/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-resumption-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-buffer-private.h"

/* What may be received before it is acknowledged. */
#define MAX_UNREPORTED_MESSAGES 32
#define MAX_UNREPORTED_SIZE (64 * 1024)

#define COUNT_SIZE (PEER_RESUMPTION_HEAD_SIZE + sizeof (guint64))

struct _PeerResumption
{
  /* Sending */
  GQueue kept;          /* of GBytes, with their heads: those not acknowledged */
  GList *next;          /* in kept: the first that the link has not got */
  guint64 acknowledged; /* messages before those in kept */
  guint64 sent;         /* messages before the next one */
  gsize unsent_size;
  gsize kept_size;

  /* Receiving */
  guint64 received;
  guint64 unreported;
  gsize unreported_size;

  gboolean awaits_greeting;
};

PeerResumption *
peer_resumption_new (void)
{
  return g_new0 (PeerResumption, 1);
}

void
peer_resumption_free (PeerResumption *self)
{
  g_queue_clear_full (&self->kept, (GDestroyNotify) g_bytes_unref);
  g_free (self);
}

void
peer_resumption_push (PeerResumption *self,
                      GBytes *message,
                      gboolean is_text)
{
  g_auto (PeerBuffer) buffer = { 0 };
  gsize size;
  const guint8 *data = peer_bytes_get_data (message, &size);

  peer_buffer_reserve (&buffer, PEER_RESUMPTION_HEAD_SIZE + size);
  peer_buffer_append_byte (&buffer, is_text ? PEER_RESUMPTION_TEXT : PEER_RESUMPTION_BINARY);
  peer_buffer_append (&buffer, data, size);
  g_queue_push_tail (&self->kept, peer_buffer_steal_bytes (&buffer));
  if (self->next == NULL)
    self->next = self->kept.tail;

  self->unsent_size += PEER_RESUMPTION_HEAD_SIZE + size;
  self->kept_size += PEER_RESUMPTION_HEAD_SIZE + size;
}

GBytes *
peer_resumption_next (PeerResumption *self)
{
  GBytes *message;

  if (self->awaits_greeting || self->next == NULL)
    return NULL;

  message = self->next->data;
  self->next = self->next->next;
  self->sent++;
  self->unsent_size -= g_bytes_get_size (message);

  return g_bytes_ref (message);
}

static GBytes *
peer_resumption_report (PeerResumption *self,
                        PeerResumptionKind kind)
{
  g_auto (PeerBuffer) buffer = { 0 };
  guint64 count = GUINT64_TO_BE (self->received);

  self->unreported = 0;
  self->unreported_size = 0;
  peer_buffer_append_byte (&buffer, kind);
  peer_buffer_append (&buffer, &count, sizeof count);

  return peer_buffer_steal_bytes (&buffer);
}

GBytes *
peer_resumption_begin (PeerResumption *self)
{
  self->awaits_greeting = TRUE;

  return peer_resumption_report (self, PEER_RESUMPTION_GREETING);
}

GBytes *
peer_resumption_acknowledge (PeerResumption *self)
{
  return peer_resumption_report (self, PEER_RESUMPTION_ACKNOWLEDGEMENT);
}

GBytes *
peer_resumption_close (void)
{
  static const guint8 message[] = { PEER_RESUMPTION_CLOSE };

  return g_bytes_new_static (message, sizeof message);
}

gboolean
peer_resumption_awaits_greeting (PeerResumption *self)
{
  return self->awaits_greeting;
}

PeerResumptionDue
peer_resumption_get_due (PeerResumption *self)
{
  if (self->unreported == 0)
    return PEER_RESUMPTION_NOT_DUE;
  if (self->unreported >= MAX_UNREPORTED_MESSAGES || self->unreported_size >= MAX_UNREPORTED_SIZE)
    return PEER_RESUMPTION_DUE_NOW;

  return PEER_RESUMPTION_DUE_SOON;
}

/* The other side has this many; the link may have carried more. */
static gboolean
peer_resumption_let_go (PeerResumption *self,
                        guint64 count,
                        GError **error)
{
  if (count < self->acknowledged || count > self->sent)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("The other side says it received %" G_GUINT64_FORMAT " messages; it can be %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT),
                   count, self->acknowledged, self->sent);
      return FALSE;
    }

  for (; self->acknowledged < count; self->acknowledged++)
    {
      g_autoptr (GBytes) message = g_queue_pop_head (&self->kept);

      self->kept_size -= g_bytes_get_size (message);
    }

  return TRUE;
}

static gboolean
peer_resumption_greet (PeerResumption *self,
                       guint64 count,
                       GError **error)
{
  if (!peer_resumption_let_go (self, count, error))
    return FALSE;

  self->awaits_greeting = FALSE;
  self->next = self->kept.head;
  self->sent = count;
  self->unsent_size = self->kept_size;

  return TRUE;
}

static void
peer_resumption_take (PeerResumption *self,
                      GBytes *message,
                      GBytes **payload)
{
  gsize size = g_bytes_get_size (message) - PEER_RESUMPTION_HEAD_SIZE;

  self->received++;
  self->unreported++;
  self->unreported_size += size;
  *payload = g_bytes_new_from_bytes (message, PEER_RESUMPTION_HEAD_SIZE, size);
}

static gboolean
is_well_formed (PeerResumptionKind kind,
                gsize size)
{
  switch (kind)
    {
    case PEER_RESUMPTION_BINARY:
    case PEER_RESUMPTION_TEXT:
      return TRUE;

    case PEER_RESUMPTION_ACKNOWLEDGEMENT:
    case PEER_RESUMPTION_GREETING:
      return size == COUNT_SIZE;

    case PEER_RESUMPTION_CLOSE:
      return size == PEER_RESUMPTION_HEAD_SIZE;

    default:
      return FALSE;
    }
}

static guint64
read_count (const guint8 *data)
{
  guint64 count;

  memcpy (&count, data + PEER_RESUMPTION_HEAD_SIZE, sizeof count);

  return GUINT64_FROM_BE (count);
}

gboolean
peer_resumption_receive (PeerResumption *self,
                         GBytes *message,
                         gboolean is_text,
                         PeerResumptionKind *kind,
                         GBytes **payload,
                         GError **error)
{
  gsize size;
  const guint8 *data = peer_bytes_get_data (message, &size);

  if (is_text || size == 0 || !is_well_formed (data[0], size))
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A message on a connection that can be resumed is malformed"));
      return FALSE;
    }

  *kind = data[0];
  if (*kind != PEER_RESUMPTION_CLOSE && (*kind == PEER_RESUMPTION_GREETING) != self->awaits_greeting)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A message on a connection that was resumed is out of order"));
      return FALSE;
    }

  if (*kind == PEER_RESUMPTION_GREETING)
    return peer_resumption_greet (self, read_count (data), error);
  if (*kind == PEER_RESUMPTION_ACKNOWLEDGEMENT)
    return peer_resumption_let_go (self, read_count (data), error);
  if (*kind != PEER_RESUMPTION_CLOSE)
    peer_resumption_take (self, message, payload);

  return TRUE;
}

gsize
peer_resumption_get_unsent_size (PeerResumption *self)
{
  return self->unsent_size;
}

gsize
peer_resumption_get_unacknowledged_size (PeerResumption *self)
{
  return self->kept_size;
}
