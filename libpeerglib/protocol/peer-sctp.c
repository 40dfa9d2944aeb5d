/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-sctp-private.h"

#include <string.h>

#define COMMON_HEADER_SIZE 12
#define CHECKSUM_OFFSET 8
#define CHUNK_HEADER_SIZE 4
#define PARAMETER_HEADER_SIZE 4

/* After the header of their chunk. */
#define DATA_HEADER_SIZE 12
#define SACK_HEADER_SIZE 12

#define PARAMETER_HEARTBEAT_INFO 1

/* Castagnoli's polynomial, least significant bit first. */
#define POLYNOMIAL 0x82f63b78u

static guint16
read_16 (const guint8 *data)
{
  return (guint16) (data[0] << 8 | data[1]);
}

static guint32
read_32 (const guint8 *data)
{
  return (guint32) read_16 (data) << 16 | read_16 (data + 2);
}

static void
append_16 (GByteArray *array,
           guint value)
{
  guint16 data = GUINT16_TO_BE ((guint16) value);

  g_byte_array_append (array, (const guint8 *) &data, sizeof data);
}

static void
append_32 (GByteArray *array,
           guint32 value)
{
  guint32 data = GUINT32_TO_BE (value);

  g_byte_array_append (array, (const guint8 *) &data, sizeof data);
}

static gsize
pad (gsize size)
{
  return (size + 3) & ~(gsize) 3;
}

gboolean
peer_sctp_read_header (const guint8 *packet,
                       gsize size,
                       PeerSctpHeader *header)
{
  if (size < COMMON_HEADER_SIZE)
    return FALSE;

  header->source_port = read_16 (packet);
  header->destination_port = read_16 (packet + 2);
  header->verification_tag = read_32 (packet + 4);

  return TRUE;
}

gboolean
peer_sctp_read_chunk (const guint8 *packet,
                      gsize size,
                      gsize *offset,
                      PeerSctpChunk *chunk)
{
  gsize start = MAX (*offset, COMMON_HEADER_SIZE);
  gsize length;

  if (size < CHUNK_HEADER_SIZE || start > size - CHUNK_HEADER_SIZE)
    return FALSE;

  length = read_16 (packet + start + 2);
  if (length < CHUNK_HEADER_SIZE || length > size - start)
    return FALSE;

  chunk->type = packet[start];
  chunk->value = packet + start + CHUNK_HEADER_SIZE;
  chunk->size = length - CHUNK_HEADER_SIZE;
  *offset = start + pad (length);

  return TRUE;
}

gboolean
peer_sctp_read_data (const PeerSctpChunk *chunk,
                     PeerSctpData *data)
{
  if (chunk->type != PEER_SCTP_DATA || chunk->size < DATA_HEADER_SIZE)
    return FALSE;

  data->tsn = read_32 (chunk->value);
  data->stream = read_16 (chunk->value + 4);
  data->ppid = read_32 (chunk->value + 8);
  data->size = chunk->size - DATA_HEADER_SIZE;

  return TRUE;
}

gboolean
peer_sctp_read_sack (const PeerSctpChunk *chunk,
                     guint32 *cumulative_tsn)
{
  if (chunk->type != PEER_SCTP_SACK || chunk->size < SACK_HEADER_SIZE)
    return FALSE;

  *cumulative_tsn = read_32 (chunk->value);

  return TRUE;
}

gboolean
peer_sctp_read_heartbeat (const PeerSctpChunk *chunk,
                          const guint8 **info,
                          gsize *size)
{
  gsize length;

  if (chunk->type != PEER_SCTP_HEARTBEAT && chunk->type != PEER_SCTP_HEARTBEAT_ACK)
    return FALSE;
  if (chunk->size < PARAMETER_HEADER_SIZE || read_16 (chunk->value) != PARAMETER_HEARTBEAT_INFO)
    return FALSE;

  length = read_16 (chunk->value + 2);
  if (length < PARAMETER_HEADER_SIZE || length > chunk->size)
    return FALSE;

  *info = chunk->value + PARAMETER_HEADER_SIZE;
  *size = length - PARAMETER_HEADER_SIZE;

  return TRUE;
}

GBytes *
peer_sctp_print_heartbeat (const PeerSctpHeader *header,
                           const guint8 *info,
                           gsize size)
{
  static const guint8 padding[3];
  GByteArray *packet = g_byte_array_new ();
  gsize length = PARAMETER_HEADER_SIZE + size;
  guint32 checksum;

  g_assert (size <= G_MAXUINT16 - CHUNK_HEADER_SIZE - PARAMETER_HEADER_SIZE - sizeof padding);

  append_16 (packet, header->source_port);
  append_16 (packet, header->destination_port);
  append_32 (packet, header->verification_tag);
  append_32 (packet, 0);
  append_16 (packet, PEER_SCTP_HEARTBEAT << 8);
  append_16 (packet, (guint) (CHUNK_HEADER_SIZE + length));
  append_16 (packet, PARAMETER_HEARTBEAT_INFO);
  append_16 (packet, (guint) length);
  g_byte_array_append (packet, info, (guint) size);
  g_byte_array_append (packet, padding, (guint) (pad (length) - length));

  /* Of the packet with a checksum of 0, and the only number in it that is
   * little endian. */
  checksum = GUINT32_TO_LE (peer_sctp_crc32c (packet->data, packet->len));
  memcpy (packet->data + CHECKSUM_OFFSET, &checksum, sizeof checksum);

  return g_byte_array_free_to_bytes (packet);
}

static guint32
shift_out (guint32 value)
{
  for (int bit = 0; bit < 8; bit++)
    value = value >> 1 ^ ((value & 1) != 0 ? POLYNOMIAL : 0);

  return value;
}

guint32
peer_sctp_crc32c (const guint8 *data,
                  gsize size)
{
  guint32 checksum = G_MAXUINT32;

  for (gsize i = 0; i < size; i++)
    checksum = shift_out ((checksum ^ data[i]) & 0xff) ^ checksum >> 8;

  return ~checksum;
}
