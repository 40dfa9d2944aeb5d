/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <libpeerglib/peer-enums.h>

#include "protocol/peer-sha256-private.h"

G_BEGIN_DECLS

/* A file on its way in: it has a name of its own until it is complete, and
 * what is there of it from earlier is gone on with. One process at a time
 * holds it. Nothing but the digest of what it holds has to be remembered, and
 * that is computed anew. */
typedef struct _PeerFilePart PeerFilePart;

PeerFilePart *peer_file_part_ref (PeerFilePart *self);
void peer_file_part_unref (PeerFilePart *self);

/* It will be let go soon: whoever opens the same part waits for it. */
void peer_file_part_abandon (PeerFilePart *self);

/* In a thread: opens the part of a file that is to become `destination`, or
 * `name` in `directory` (nullable) below it when that is a directory. The size
 * is -1 when it is not known. */
void peer_file_part_open_async (GFile *destination,
                                const char *directory,
                                const char *name,
                                gint64 size,
                                PeerFileAcceptFlags flags,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/* Errors: those of files, G_IO_ERROR_NOT_SUPPORTED when the destination is not
 * a local one. */
PeerFilePart *peer_file_part_open_finish (GAsyncResult *result,
                                          GError **error);

/* How much is there, and its digest; the digest goes on with what is written. */
gint64 peer_file_part_get_offset (PeerFilePart *self);
PeerSha256 *peer_file_part_get_sha256 (PeerFilePart *self);

/* Where to write what follows. */
GOutputStream *peer_file_part_get_stream (PeerFilePart *self);

typedef enum
{
  PEER_FILE_PART_EMPTY,   /* what was there is of another file */
  PEER_FILE_PART_COMMIT,  /* it is complete: it gets its name */
  PEER_FILE_PART_DISCARD, /* it is of no use */
} PeerFilePartAction;

/* In a thread. */
void peer_file_part_run_async (PeerFilePart *self,
                               PeerFilePartAction action,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean peer_file_part_run_finish (GAsyncResult *result,
                                    GError **error);

/* What it has become, once it is committed. */
GFile *peer_file_part_get_file (PeerFilePart *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerFilePart, peer_file_part_unref)

G_END_DECLS
