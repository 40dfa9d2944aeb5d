/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-sctp-flight-private.h"
#include "libpeerglib/protocol/peer-sctp-private.h"

#include <string.h>

static const PeerSctpHeader header = { 5000, 5001, 0x01020304 };

static void
test_checksum (void)
{
  static const guint8 zeros[32];

  g_test_summary ("The checksum is that of RFC 3720, B.4");

  g_assert_cmphex (peer_sctp_crc32c (zeros, sizeof zeros), ==, 0x8a9136aa);
  g_assert_cmphex (peer_sctp_crc32c ((const guint8 *) "123456789", 9), ==, 0xe3069283);
}

static void
test_heartbeat (void)
{
  static const guint8 expected[] = {
    0x13, 0x88, 0x13, 0x89,                         /* ports */
    0x01, 0x02, 0x03, 0x04,                         /* verification tag */
    0x00, 0x00, 0x00, 0x00,                         /* checksum, compared below */
    0x04, 0x00, 0x00, 0x0d,                         /* HEARTBEAT */
    0x00, 0x01, 0x00, 0x09, 'h', 'e', 'l', 'l', 'o' /* its information */
  };
  g_autoptr (GBytes) packet = peer_sctp_print_heartbeat (&header, (const guint8 *) "hello", 5);
  gsize size, info_size, offset = 0;
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (packet, &size), g_bytes_get_size (packet));
  guint32 checksum;
  PeerSctpHeader read_header;
  PeerSctpChunk chunk;
  const guint8 *info;

  g_test_summary ("A HEARTBEAT is printed, padded and summed up as the specification has it");

  memcpy (&checksum, data + 8, sizeof checksum);
  memset (data + 8, 0, sizeof checksum);
  g_assert_cmphex (GUINT32_FROM_LE (checksum), ==, peer_sctp_crc32c (data, size));
  g_assert_cmpuint (size, ==, 28);
  g_assert_cmpmem (data, sizeof expected, expected, sizeof expected);

  g_assert_true (peer_sctp_read_header (data, size, &read_header));
  g_assert_cmpuint (read_header.source_port, ==, header.source_port);
  g_assert_cmpuint (read_header.destination_port, ==, header.destination_port);
  g_assert_cmphex (read_header.verification_tag, ==, header.verification_tag);
  g_assert_true (peer_sctp_read_chunk (data, size, &offset, &chunk));
  g_assert_cmpint (chunk.type, ==, PEER_SCTP_HEARTBEAT);
  g_assert_true (peer_sctp_read_heartbeat (&chunk, &info, &info_size));
  g_assert_cmpmem (info, info_size, "hello", 5);
  g_assert_false (peer_sctp_read_chunk (data, size, &offset, &chunk));
}

static void
test_chunks (void)
{
  static const guint8 packet[] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                             /* header */
    0, 3, 0, 17, 0, 0, 0, 9, 0, 2, 0, 0, 0, 0, 0, 51, 'x', 0, 0, 0, /* DATA, padded */
    3, 0, 0, 16, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0,    /* SACK */
    3, 0, 0, 8, 0, 0, 0, 1,                                         /* SACK that is too short */
  };
  gsize offset = 0;
  PeerSctpChunk chunk;
  PeerSctpData data;
  guint32 tsn;
  const guint8 *info;
  gsize size;

  g_test_summary ("Chunks are read one after the other, and only what is whole");

  g_assert_true (peer_sctp_read_chunk (packet, sizeof packet, &offset, &chunk));
  g_assert_true (peer_sctp_read_data (&chunk, &data));
  g_assert_cmpuint (data.tsn, ==, 9);
  g_assert_cmpuint (data.stream, ==, 2);
  g_assert_cmpuint (data.ppid, ==, 51);
  g_assert_cmpuint (data.size, ==, 1);
  g_assert_false (peer_sctp_read_sack (&chunk, &tsn));
  g_assert_false (peer_sctp_read_heartbeat (&chunk, &info, &size));

  g_assert_true (peer_sctp_read_chunk (packet, sizeof packet, &offset, &chunk));
  g_assert_true (peer_sctp_read_sack (&chunk, &tsn));
  g_assert_cmphex (tsn, ==, 0xfffffffe);
  g_assert_false (peer_sctp_read_data (&chunk, &data));

  g_assert_true (peer_sctp_read_chunk (packet, sizeof packet, &offset, &chunk));
  g_assert_false (peer_sctp_read_sack (&chunk, &tsn));
  g_assert_false (peer_sctp_read_chunk (packet, sizeof packet, &offset, &chunk));
}

static void
test_bad_lengths (void)
{
  guint8 packet[20] = { 0 };

  g_test_summary ("No length leads out of a packet or stands still");

  for (guint length = 0; length < 32; length++)
    {
      gsize offset = 0;
      PeerSctpChunk chunk;

      packet[15] = (guint8) length;
      g_assert_cmpint (peer_sctp_read_chunk (packet, sizeof packet, &offset, &chunk), ==, length >= 4 && length <= 8);
    }

  for (gsize size = 0; size < 16; size++)
    {
      gsize offset = 0;
      PeerSctpChunk chunk;
      PeerSctpHeader read_header;

      packet[15] = 4;
      g_assert_false (peer_sctp_read_chunk (packet, size, &offset, &chunk));
      g_assert_cmpint (peer_sctp_read_header (packet, size, &read_header), ==, size >= 12);
    }
}

static gsize
acknowledge (PeerSctpFlight *flight,
             guint32 tsn)
{
  gsize n_bytes = 0;
  gsize n;
  guint16 stream;

  while (peer_sctp_flight_acknowledge (flight, tsn, &stream, &n))
    n_bytes += n;

  return n_bytes;
}

static void
test_flight (void)
{
  g_autoptr (PeerSctpFlight) flight = peer_sctp_flight_new ();

  g_test_summary ("Bytes are acknowledged once, in whatever way chunks and acknowledgements are repeated");

  g_assert_cmpuint (acknowledge (flight, 7), ==, 0);
  peer_sctp_flight_send (flight, G_MAXUINT32 - 1, 1, 10);
  peer_sctp_flight_send (flight, G_MAXUINT32, 1, 20);
  peer_sctp_flight_send (flight, 0, 1, 30);
  peer_sctp_flight_send (flight, G_MAXUINT32, 1, 20);
  g_assert_cmpuint (acknowledge (flight, G_MAXUINT32 - 2), ==, 0);
  g_assert_cmpuint (acknowledge (flight, G_MAXUINT32), ==, 30);
  g_assert_cmpuint (acknowledge (flight, G_MAXUINT32), ==, 0);
  g_assert_cmpuint (acknowledge (flight, 1), ==, 0);

  /* Again, after it was acknowledged; then one that went unseen. */
  peer_sctp_flight_send (flight, G_MAXUINT32, 1, 20);
  peer_sctp_flight_send (flight, 2, 1, 40);
  g_assert_cmpuint (acknowledge (flight, 2), ==, 70);

  /* A new association, with numbers of its own. */
  peer_sctp_flight_send (flight, 0x80000000, 1, 5);
  g_assert_cmpuint (acknowledge (flight, 3), ==, 0);
  g_assert_cmpuint (acknowledge (flight, 0x80000000), ==, 5);
}

static void
test_long_flight (void)
{
  g_autoptr (PeerSctpFlight) flight = peer_sctp_flight_new ();
  gsize n_bytes = 0;

  g_test_summary ("A link that is never idle is counted as well as any");

  for (guint32 tsn = 0; tsn < 100000; tsn++)
    {
      peer_sctp_flight_send (flight, tsn, 1, 3);
      if (tsn >= 5)
        n_bytes += acknowledge (flight, tsn - 5);
    }
  n_bytes += acknowledge (flight, 99999);
  g_assert_cmpuint (n_bytes, ==, 300000);
}

static void
test_flight_of_streams (void)
{
  g_autoptr (PeerSctpFlight) flight = peer_sctp_flight_new ();
  guint16 stream;
  gsize n_bytes;

  g_test_summary ("What is acknowledged is told of each stream, in the order in which it was sent");

  peer_sctp_flight_send (flight, 1, 65534, 10);
  peer_sctp_flight_send (flight, 2, 65534, 20);
  peer_sctp_flight_send (flight, 3, 0, 30);
  peer_sctp_flight_send (flight, 4, 65534, 40);
  g_assert_true (peer_sctp_flight_acknowledge (flight, 3, &stream, &n_bytes));
  g_assert_cmpuint (stream, ==, 65534);
  g_assert_cmpuint (n_bytes, ==, 30);
  g_assert_true (peer_sctp_flight_acknowledge (flight, 3, &stream, &n_bytes));
  g_assert_cmpuint (stream, ==, 0);
  g_assert_cmpuint (n_bytes, ==, 30);
  g_assert_false (peer_sctp_flight_acknowledge (flight, 3, &stream, &n_bytes));
  g_assert_cmpuint (acknowledge (flight, 4), ==, 40);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sctp/checksum", test_checksum);
  g_test_add_func ("/sctp/heartbeat", test_heartbeat);
  g_test_add_func ("/sctp/chunks", test_chunks);
  g_test_add_func ("/sctp/bad-lengths", test_bad_lengths);
  g_test_add_func ("/sctp/flight", test_flight);
  g_test_add_func ("/sctp/long-flight", test_long_flight);
  g_test_add_func ("/sctp/flight-of-streams", test_flight_of_streams);

  return g_test_run ();
}
