/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-base-connection.h>
#include <libpeerglib/peer-serializer.h>

G_BEGIN_DECLS

#define PEER_TYPE_DATA_CONNECTION (peer_data_connection_get_type ())
#define PEER_DATA_CONNECTION(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), PEER_TYPE_DATA_CONNECTION, PeerDataConnection))
#define PEER_IS_DATA_CONNECTION(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), PEER_TYPE_DATA_CONNECTION))

typedef struct _PeerDataConnection PeerDataConnection;
typedef struct _PeerDataConnectionClass PeerDataConnectionClass;

PEER_AVAILABLE_IN_1_0
GType peer_data_connection_get_type (void) G_GNUC_CONST;

PEER_AVAILABLE_IN_1_0
PeerSerialization peer_data_connection_get_serialization (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
PeerSerializer *peer_data_connection_get_serializer (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_data_connection_get_reliable (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
gsize peer_data_connection_get_buffered_amount (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
gsize peer_data_connection_get_buffered_amount_low_threshold (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
void peer_data_connection_set_buffered_amount_low_threshold (PeerDataConnection *self,
                                                             gsize threshold);

PEER_AVAILABLE_IN_1_0
gboolean peer_data_connection_send (PeerDataConnection *self,
                                    GVariant *value,
                                    GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_data_connection_send_text (PeerDataConnection *self,
                                         const char *text,
                                         GError **error);

PEER_AVAILABLE_IN_1_0
gboolean peer_data_connection_send_bytes (PeerDataConnection *self,
                                          GBytes *bytes,
                                          GError **error);

PEER_AVAILABLE_IN_1_0
guint64 peer_data_connection_get_max_buffered_amount (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
void peer_data_connection_set_max_buffered_amount (PeerDataConnection *self,
                                                   guint64 amount);

PEER_AVAILABLE_IN_1_0
void peer_data_connection_send_async (PeerDataConnection *self,
                                      GVariant *value,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

PEER_AVAILABLE_IN_1_0
gboolean peer_data_connection_send_finish (PeerDataConnection *self,
                                           GAsyncResult *result,
                                           GError **error);

PEER_AVAILABLE_IN_1_0
void peer_data_connection_close_flush (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
void peer_data_connection_send_file_async (PeerDataConnection *self,
                                           GFile *file,
                                           GCancellable *cancellable,
                                           GFileProgressCallback progress_callback,
                                           gpointer progress_data,
                                           GDestroyNotify progress_data_free,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

PEER_AVAILABLE_IN_1_0
gboolean peer_data_connection_send_file_finish (PeerDataConnection *self,
                                                GAsyncResult *result,
                                                GError **error);

PEER_AVAILABLE_IN_1_0
void peer_data_connection_send_stream_async (PeerDataConnection *self,
                                             GInputStream *stream,
                                             const char *name,
                                             gint64 size,
                                             GCancellable *cancellable,
                                             GFileProgressCallback progress_callback,
                                             gpointer progress_data,
                                             GDestroyNotify progress_data_free,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);

PEER_AVAILABLE_IN_1_0
gboolean peer_data_connection_send_stream_finish (PeerDataConnection *self,
                                                  GAsyncResult *result,
                                                  GError **error);

PEER_AVAILABLE_IN_1_0
GListModel *peer_data_connection_get_file_transfers (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_data_connection_get_reconnect (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_data_connection_get_is_reconnecting (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
guint peer_data_connection_get_reconnect_timeout (PeerDataConnection *self);

PEER_AVAILABLE_IN_1_0
void peer_data_connection_set_reconnect_timeout (PeerDataConnection *self,
                                                 guint seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerDataConnection, g_object_unref)

G_END_DECLS
