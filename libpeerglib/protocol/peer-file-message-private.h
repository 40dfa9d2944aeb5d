/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The messages of a file transfer: ordinary values of a data connection,
 * {"__peerFile": {"type": …, "id": …, …}}; docs/files.md describes them. */
typedef enum
{
  PEER_FILE_MESSAGE_OFFER,
  PEER_FILE_MESSAGE_ACCEPT,
  PEER_FILE_MESSAGE_REFUSE,
  PEER_FILE_MESSAGE_RESTART,
  PEER_FILE_MESSAGE_PIECE,
  PEER_FILE_MESSAGE_PROGRESS,
  PEER_FILE_MESSAGE_DONE,
  PEER_FILE_MESSAGE_VERIFIED,
  PEER_FILE_MESSAGE_CANCEL,
  PEER_FILE_MESSAGE_ERROR,
} PeerFileMessageType;

#define PEER_FILE_MAX_SIZE G_GINT64_CONSTANT (9007199254740991) /* what a number of JavaScript holds */
#define PEER_FILE_ID_MAX_LENGTH 64
#define PEER_FILE_REASON_MAX_SIZE 512     /* bytes */
#define PEER_FILE_PIECE_MAX_SIZE 65536    /* bytes that are accepted */
#define PEER_FILE_MESSAGE_MAX_SIZE 131072 /* bytes of a message in all */

typedef struct
{
  PeerFileMessageType type;
  char *id;
  char *name;
  char *directory;    /* nullable: where the file belongs, below the one it is received in */
  char *content_type; /* nullable */
  gint64 size;        /* bytes; -1 when it is not known */
  gint64 modified;    /* milliseconds since 1970, UTC; -1 when it is not known */
  gint64 offset;      /* bytes */
  GBytes *data;
  char *sha256; /* nullable, in hexadecimal */
  char *reason; /* nullable, for people */
} PeerFileMessage;

#define PEER_FILE_MESSAGE_INIT(type_, id_) \
  ((PeerFileMessage){ .type = (type_), .id = (id_), .size = -1, .modified = -1 })

/* Whether a value is such a message, well formed or not. */
gboolean peer_file_message_is (GVariant *value);

/* NULL with PEER_ERROR_INVALID_DATA when it is not well formed. The id, as
 * far as there is one, is in `id` either way. A message of a type that is not
 * known is NULL without an error. */
PeerFileMessage *peer_file_message_parse (GVariant *value,
                                          char **id,
                                          GError **error);

/* The value, floating; what the type has no use for is left out. */
GVariant *peer_file_message_to_value (const PeerFileMessage *self);

/* What a message that ends a transfer means to the side that gets it:
 * PEER_ERROR_REFUSED or PEER_ERROR_ABORTED. */
void peer_file_message_set_error (const PeerFileMessage *self,
                                  GError **error);

void peer_file_message_free (PeerFileMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerFileMessage, peer_file_message_free)

G_END_DECLS
