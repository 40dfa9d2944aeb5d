/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-sctp-private.h"

#include "protocol/peer-sctp-private.h"

#include <gst/base/gstdataqueue.h>
#include <string.h>

#define DRAIN_MICROSECONDS (2 * G_USEC_PER_SEC)
#define DRAIN_STEP_MICROSECONDS 200

/* sctpdec's pad, the same in every release from 1.16 to 1.28. */
typedef struct
{
  GstPad parent;
  GstDataQueue *packet_queue;
} SctpDecPad;

gboolean
peer_webrtc_sctp_may_reset (GstBuffer *packet)
{
  GstMapInfo info;
  gsize offset = 0;
  PeerSctpChunk chunk;
  gboolean found = FALSE;

  if (!gst_buffer_map (packet, &info, GST_MAP_READ))
    return FALSE;

  while (!found && peer_sctp_read_chunk (info.data, info.size, &offset, &chunk))
    found = chunk.type == PEER_SCTP_RE_CONFIG;
  gst_buffer_unmap (packet, &info);

  return found;
}

int
peer_webrtc_sctp_get_stream_id (GstPad *pad)
{
  const char *name = GST_PAD_NAME (pad);

  return g_str_has_prefix (name, "src_") ? (int) g_ascii_strtoll (name + strlen ("src_"), NULL, 10) : -1;
}

static GstDataQueue *
get_queue (GstPad *pad)
{
  GTypeQuery query;

  g_type_query (G_OBJECT_TYPE (pad), &query);
  if (g_strcmp0 (query.type_name, "GstSctpDecPad") != 0 || query.instance_size != sizeof (SctpDecPad))
    return NULL;

  return ((SctpDecPad *) pad)->packet_queue;
}

void
peer_webrtc_sctp_drain (GstPad *pad)
{
  GstDataQueue *queue = get_queue (pad);
  gint64 deadline = g_get_monotonic_time () + DRAIN_MICROSECONDS;

  while (queue != NULL && !gst_data_queue_is_empty (queue) && g_get_monotonic_time () < deadline)
    g_usleep (DRAIN_STEP_MICROSECONDS);
}
