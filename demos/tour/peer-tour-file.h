/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

/* Sends a file as pieces of bytes, then an object with its name, size and
 * SHA-256. */
void tour_file_send_async (PeerDataConnection *connection,
                           GFile *file,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean tour_file_send_finish (PeerDataConnection *connection,
                                GAsyncResult *result,
                                GError **error);

/* Makes a file of a size with contents that do not compress. */
GFile *tour_file_new (gsize size,
                      GError **error);

G_END_DECLS
