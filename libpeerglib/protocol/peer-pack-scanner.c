/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>

#include <libpeerglib/peer-error.h>

#include "peer-pack-head-private.h"
#include "peer-pack-scanner-private.h"

static gboolean
refuse_size (PeerPackScanner *scanner,
             GError **error)
{
  g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
               _ ("A value is over the limit of %zu bytes"), (size_t) scanner->max_size);

  return FALSE;
}

static gboolean
enter (PeerPackScanner *scanner,
       guint64 n_elements,
       GError **error)
{
  if (n_elements > scanner->max_size - MIN (scanner->position, scanner->max_size))
    return refuse_size (scanner, error);
  if (scanner->n_levels >= scanner->max_depth)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                   _ ("The message is nested too deep at byte %zu"), (size_t) scanner->position);
      return FALSE;
    }

  scanner->remaining[scanner->n_levels++] = n_elements;

  return TRUE;
}

static void
leave (PeerPackScanner *scanner)
{
  while (scanner->n_levels > 0 && --scanner->remaining[scanner->n_levels - 1] == 0)
    scanner->n_levels--;
  scanner->found_end = scanner->n_levels == 0;
}

static gboolean
pass_head (PeerPackScanner *scanner,
           const PeerPackHead *head,
           gsize head_size,
           GError **error)
{
  scanner->position += head_size;

  switch (head->kind)
    {
    case PEER_PACK_KIND_ARRAY:
    case PEER_PACK_KIND_MAP:
      if (head->length > 0)
        return enter (scanner, (guint64) head->length * (head->kind == PEER_PACK_KIND_MAP ? 2 : 1), error);
      break;
    case PEER_PACK_KIND_TEXT:
    case PEER_PACK_KIND_BYTES:
    case PEER_PACK_KIND_EXTENSION:
      scanner->position += head->length;
      break;
    case PEER_PACK_KIND_UNASSIGNED:
      g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA,
                   _ ("Unassigned tag 0x%02x at byte %zu"), 0xc1, (size_t) (scanner->position - head_size));
      return FALSE;
    case PEER_PACK_KIND_NULL:
    case PEER_PACK_KIND_UNDEFINED:
    case PEER_PACK_KIND_BOOLEAN:
    case PEER_PACK_KIND_INTEGER:
    case PEER_PACK_KIND_UNSIGNED:
    case PEER_PACK_KIND_NUMBER:
    default:
      break;
    }

  if (scanner->position > scanner->max_size)
    return refuse_size (scanner, error);
  leave (scanner);

  return TRUE;
}

void
peer_pack_scanner_init (PeerPackScanner *scanner,
                        guint max_depth,
                        gsize max_size)
{
  scanner->max_depth = MIN (max_depth, PEER_PACK_MAX_DEPTH);
  scanner->max_size = max_size;
  scanner->position = 0;
  scanner->n_levels = 0;
  scanner->found_end = FALSE;
}

gboolean
peer_pack_scanner_scan (PeerPackScanner *scanner,
                        const guint8 *data,
                        gsize available,
                        gsize *size,
                        GError **error)
{
  *size = 0;

  while (!scanner->found_end)
    {
      PeerPackHead head;
      gsize head_size = 0;

      if (scanner->position < available)
        head_size = peer_pack_read_head (data + scanner->position, available - scanner->position,
                                         PEER_PACK_FORMAT_MESSAGE_PACK, &head);
      if (head_size == 0)
        return TRUE;
      if (!pass_head (scanner, &head, head_size, error))
        return FALSE;
    }

  if (scanner->position <= available)
    {
      *size = scanner->position;
      peer_pack_scanner_init (scanner, scanner->max_depth, scanner->max_size);
    }

  return TRUE;
}
