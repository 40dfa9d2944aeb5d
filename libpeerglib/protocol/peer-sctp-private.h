/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The packets of SCTP, RFC 9260, as far as one has to read them that passes
 * them on. Nothing is taken for granted of what comes from a network. */

enum
{
  PEER_SCTP_DATA = 0,
  PEER_SCTP_INIT = 1,
  PEER_SCTP_INIT_ACK = 2,
  PEER_SCTP_SACK = 3,
  PEER_SCTP_HEARTBEAT = 4,
  PEER_SCTP_HEARTBEAT_ACK = 5,
  PEER_SCTP_ABORT = 6,
  PEER_SCTP_SHUTDOWN = 7,
  PEER_SCTP_SHUTDOWN_COMPLETE = 14,
  PEER_SCTP_RE_CONFIG = 130, /* RFC 6525 */
};

typedef struct
{
  guint16 source_port;
  guint16 destination_port;
  guint32 verification_tag;
} PeerSctpHeader;

typedef struct
{
  guint8 type;
  const guint8 *value;
  gsize size; /* of the value, without padding */
} PeerSctpChunk;

/* FALSE when it is no packet. */
gboolean peer_sctp_read_header (const guint8 *packet,
                                gsize size,
                                PeerSctpHeader *header);

/* Reads the chunk at an offset, which is 0 for the first, and moves it to the
 * next. FALSE at the end, and where something else than a chunk begins. */
gboolean peer_sctp_read_chunk (const guint8 *packet,
                               gsize size,
                               gsize *offset,
                               PeerSctpChunk *chunk);

typedef struct
{
  guint32 tsn;
  guint16 stream;
  guint32 ppid;
  gsize size; /* of the user data */
} PeerSctpData;

/* Of a chunk of that type; FALSE when it is too short. */
gboolean peer_sctp_read_data (const PeerSctpChunk *chunk,
                              PeerSctpData *data);
gboolean peer_sctp_read_sack (const PeerSctpChunk *chunk,
                              guint32 *cumulative_tsn);

/* The sender's own information in a HEARTBEAT or in the answer to it. */
gboolean peer_sctp_read_heartbeat (const PeerSctpChunk *chunk,
                                   const guint8 **info,
                                   gsize *size);

/* A packet with one HEARTBEAT, which the other side has to answer. */
GBytes *peer_sctp_print_heartbeat (const PeerSctpHeader *header,
                                   const guint8 *info,
                                   gsize size);

/* RFC 3385 */
guint32 peer_sctp_crc32c (const guint8 *data,
                          gsize size);

G_END_DECLS
