/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>
#include <libpeerglib/peer-enums.h>

G_BEGIN_DECLS

#define PEER_TYPE_BASE_CONNECTION (peer_base_connection_get_type ())
#define PEER_BASE_CONNECTION(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), PEER_TYPE_BASE_CONNECTION, PeerBaseConnection))
#define PEER_IS_BASE_CONNECTION(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), PEER_TYPE_BASE_CONNECTION))

typedef struct _PeerPeer PeerPeer;
typedef struct _PeerBaseConnection PeerBaseConnection;
typedef struct _PeerBaseConnectionClass PeerBaseConnectionClass;

PEER_AVAILABLE_IN_1_0
GType peer_base_connection_get_type (void) G_GNUC_CONST;

PEER_AVAILABLE_IN_1_0
PeerPeer *peer_base_connection_get_peer (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
const char *peer_base_connection_get_peer_id (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
const char *peer_base_connection_get_connection_id (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
const char *peer_base_connection_get_label (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
GVariant *peer_base_connection_get_metadata (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_base_connection_get_is_open (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
PeerConnectionType peer_base_connection_get_connection_type (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
guint peer_base_connection_get_connect_timeout (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
void peer_base_connection_set_connect_timeout (PeerBaseConnection *self,
                                               guint seconds);

PEER_AVAILABLE_IN_1_0
guint peer_base_connection_get_disconnect_timeout (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
void peer_base_connection_set_disconnect_timeout (PeerBaseConnection *self,
                                                  guint seconds);

PEER_AVAILABLE_IN_1_0
void peer_base_connection_close (PeerBaseConnection *self);

PEER_AVAILABLE_IN_1_0
void peer_base_connection_get_stats_async (PeerBaseConnection *self,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

PEER_AVAILABLE_IN_1_0
GVariant *peer_base_connection_get_stats_finish (PeerBaseConnection *self,
                                                 GAsyncResult *result,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerBaseConnection, g_object_unref)

G_END_DECLS
