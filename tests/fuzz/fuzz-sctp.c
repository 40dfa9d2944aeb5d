/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz-values.h"
#include "libpeerglib/protocol/peer-sctp-flight-private.h"
#include "libpeerglib/protocol/peer-sctp-private.h"

static void
read_chunk (PeerSctpFlight *flight,
            const PeerSctpChunk *chunk,
            gsize *n_bytes)
{
  PeerSctpData data;
  const guint8 *info;
  guint32 tsn;
  gsize size;

  if (peer_sctp_read_data (chunk, &data))
    {
      g_assert_cmpuint (data.size, <=, chunk->size);
      peer_sctp_flight_send (flight, data.tsn, data.stream, 1);
      ++*n_bytes;
    }
  if (peer_sctp_read_sack (chunk, &tsn))
    {
      guint16 stream;
      gsize n_acknowledged;

      while (peer_sctp_flight_acknowledge (flight, tsn, &stream, &n_acknowledged))
        {
          g_assert_cmpuint (n_acknowledged, <=, *n_bytes);
          *n_bytes -= n_acknowledged;
        }
    }
  if (peer_sctp_read_heartbeat (chunk, &info, &size))
    g_assert_true (info >= chunk->value && info + size <= chunk->value + chunk->size);
}

/* Chunks are within the packet and one behind the other, no more is
 * acknowledged than was sent, and a HEARTBEAT comes back as it was. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree guint8 *packet = g_memdup2 (data, size);
  g_autoptr (PeerSctpFlight) flight = peer_sctp_flight_new ();
  g_autoptr (GBytes) heartbeat = NULL;
  const guint8 *end = packet, *info;
  gsize n_bytes = 0, offset = 0, heartbeat_size, info_size;
  PeerSctpHeader header;
  PeerSctpChunk chunk;

  while (peer_sctp_read_chunk (packet, size, &offset, &chunk))
    {
      g_assert_true (chunk.value >= end && chunk.value + chunk.size <= packet + size);
      end = chunk.value + chunk.size;
      read_chunk (flight, &chunk, &n_bytes);
    }

  if (!peer_sctp_read_header (packet, size, &header))
    return 0;

  heartbeat = peer_sctp_print_heartbeat (&header, packet, MIN (size, 1024));
  offset = 0;
  data = g_bytes_get_data (heartbeat, &heartbeat_size);
  g_assert_true (peer_sctp_read_chunk (data, heartbeat_size, &offset, &chunk));
  g_assert_true (peer_sctp_read_heartbeat (&chunk, &info, &info_size));
  g_assert_cmpmem (info, info_size, packet, MIN (size, 1024));

  return 0;
}
