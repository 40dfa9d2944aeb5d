/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Sends a request and reads a body of at most max_size bytes. Errors: those of
 * libsoup and GIO, PEER_ERROR_SERVER_ERROR for a status other than 200 or a
 * larger body. */
void peer_http_get_async (SoupSession *session,
                          SoupMessage *message,
                          gsize max_size,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
GBytes *peer_http_get_finish (SoupSession *session,
                              GAsyncResult *result,
                              GError **error);

/* The same whatever the status is. */
void peer_http_send_async (SoupSession *session,
                           SoupMessage *message,
                           gsize max_size,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
GBytes *peer_http_send_finish (SoupSession *session,
                               GAsyncResult *result,
                               GError **error);

G_END_DECLS
