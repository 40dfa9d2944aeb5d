/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>
#include <libpeerglib/peer-enums.h>

G_BEGIN_DECLS

#define PEER_TYPE_FILE_TRANSFER (peer_file_transfer_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (PeerFileTransfer, peer_file_transfer, PEER, FILE_TRANSFER, GObject)

PEER_AVAILABLE_IN_1_0
const char *peer_file_transfer_get_name (PeerFileTransfer *self);

PEER_AVAILABLE_IN_1_0
const char *peer_file_transfer_get_directory (PeerFileTransfer *self);

PEER_AVAILABLE_IN_1_0
const char *peer_file_transfer_get_content_type (PeerFileTransfer *self);

PEER_AVAILABLE_IN_1_0
gint64 peer_file_transfer_get_size (PeerFileTransfer *self);

PEER_AVAILABLE_IN_1_0
GDateTime *peer_file_transfer_get_modified (PeerFileTransfer *self);

PEER_AVAILABLE_IN_1_0
gint64 peer_file_transfer_get_transferred (PeerFileTransfer *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_file_transfer_get_is_incoming (PeerFileTransfer *self);

PEER_AVAILABLE_IN_1_0
PeerFileTransferState peer_file_transfer_get_state (PeerFileTransfer *self);

PEER_AVAILABLE_IN_1_0
const GError *peer_file_transfer_get_error (PeerFileTransfer *self);

PEER_AVAILABLE_IN_1_0
void peer_file_transfer_accept_async (PeerFileTransfer *self,
                                      GFile *destination,
                                      PeerFileAcceptFlags flags,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

PEER_AVAILABLE_IN_1_0
GFile *peer_file_transfer_accept_finish (PeerFileTransfer *self,
                                         GAsyncResult *result,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
void peer_file_transfer_accept_stream_async (PeerFileTransfer *self,
                                             GOutputStream *stream,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);

PEER_AVAILABLE_IN_1_0
gboolean peer_file_transfer_accept_stream_finish (PeerFileTransfer *self,
                                                  GAsyncResult *result,
                                                  GError **error);

PEER_AVAILABLE_IN_1_0
void peer_file_transfer_refuse (PeerFileTransfer *self,
                                const char *reason);

PEER_AVAILABLE_IN_1_0
void peer_file_transfer_cancel (PeerFileTransfer *self);

G_END_DECLS
