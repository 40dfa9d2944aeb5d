/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-peerjs-mesh-private.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "peer-error.h"
#include "peer-peer-private.h"
#include "peer-room-connection-link-private.h"
#include "peer-room-door-private.h"
#include "peer-source-private.h"
#include "protocol/peer-id-private.h"
#include "protocol/peer-room-presence-private.h"

/* How often the host looks who holds the room's name when it does not itself,
 * in milliseconds: whoever came while nobody held it is alone there. */
#define WATCH_INTERVAL 30000

/* How long the door may fail before a stay that has not begun fails, too.
 * Servers keep the name of a holder that has gone without a word for a minute
 * or a minute and a half. */
#define DOOR_PATIENCE (2 * G_TIME_SPAN_MINUTE)

struct _PeerRoomPeerjsMesh
{
  PeerMeshNetwork parent_instance;

  GMainContext *context;
  char *uri;
  PeerLinkSettings *links;

  PeerPeer *peer; /* from start to stop, as the following */
  PeerRoomDoor *door;
  GSource *watch;
  gboolean is_settled;  /* it is known who is there */
  gint64 failing_since; /* the door; 0 when it does not */
  GError *error;        /* the last one of the peer */
};

G_DEFINE_FINAL_TYPE (PeerRoomPeerjsMesh, peer_room_peerjs_mesh, PEER_TYPE_MESH_NETWORK)

/* Tells those who come from now on who is there. */
static void
peer_room_peerjs_mesh_update_greeting (PeerRoomPeerjsMesh *self)
{
  PeerMeshNetwork *mesh = PEER_MESH_NETWORK (self);
  g_auto (GStrv) ids = peer_mesh_network_list_members (mesh);
  g_auto (PeerRoomState) state;
  g_autoptr (PeerRoomFrame) frame = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) greeting = NULL;

  peer_room_state_init (&state);
  state.host_id = g_strdup (peer_mesh_network_get_host_id (mesh));
  for (guint i = 0; i <= g_strv_length (ids); i++)
    {
      PeerRoomPresence *presence = g_new0 (PeerRoomPresence, 1);

      presence->id = g_strdup (ids[i] != NULL ? ids[i] : peer_mesh_network_get_id (mesh));
      g_ptr_array_add (state.peers, presence);
    }

  value = peer_room_state_to_variant (&state);
  frame = peer_room_frame_new (PEER_ROOM_FRAME_ROOM_STATE, peer_mesh_network_get_id (mesh), NULL, NULL, value);
  greeting = peer_room_frame_to_variant (frame);
  peer_room_door_set_greeting (self->door, greeting);
}

static gboolean
peer_room_peerjs_mesh_is_host (PeerRoomPeerjsMesh *self)
{
  PeerMeshNetwork *mesh = PEER_MESH_NETWORK (self);

  return g_strcmp0 (peer_mesh_network_get_host_id (mesh), peer_mesh_network_get_id (mesh)) == 0;
}

/* One member sees to it that the name is held: the host, whoever holds it. */
static void
peer_room_peerjs_mesh_watch_door (PeerRoomPeerjsMesh *self)
{
  if (!self->is_settled || peer_room_peerjs_mesh_is_host (self))
    peer_room_door_check (self->door);
}

static gboolean
watch_cb (gpointer user_data)
{
  peer_room_peerjs_mesh_watch_door (PEER_ROOM_PEERJS_MESH (user_data));

  return G_SOURCE_CONTINUE;
}

static void
peer_room_peerjs_mesh_settle (PeerRoomPeerjsMesh *self)
{
  self->failing_since = 0;
  if (self->is_settled)
    return;

  self->is_settled = TRUE;
  peer_mesh_network_settle (PEER_MESH_NETWORK (self));
}

static gboolean
door_greeted_cb (PeerRoomPeerjsMesh *self,
                 GVariant *greeting)
{
  g_autoptr (PeerRoomPeerjsMesh) keep_alive = g_object_ref (self);
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_from_variant (greeting, NULL);
  g_auto (PeerRoomState) state = { 0 };

  if (frame == NULL || frame->kind != PEER_ROOM_FRAME_ROOM_STATE)
    return FALSE;

  peer_room_state_init_from_variant (&state, frame->value);
  if (state.peers->len == 0)
    return FALSE;

  for (guint i = 0; i < state.peers->len; i++)
    {
      PeerRoomPresence *presence = g_ptr_array_index (state.peers, i);

      peer_mesh_network_heard_of (PEER_MESH_NETWORK (self), presence->id, presence->session);
    }
  peer_room_peerjs_mesh_settle (self);

  return TRUE;
}

/* Nothing that time would mend. */
static gboolean
is_final (const GError *error)
{
  return g_error_matches (error, PEER_ERROR, PEER_ERROR_INVALID_ID) ||
         g_error_matches (error, PEER_ERROR, PEER_ERROR_INVALID_KEY) ||
         g_error_matches (error, PEER_ERROR, PEER_ERROR_BROWSER_INCOMPATIBLE);
}

static void
door_failed_cb (PeerRoomPeerjsMesh *self,
                const GError *error)
{
  gint64 now = g_get_monotonic_time ();

  if (self->failing_since == 0)
    self->failing_since = now;

  if (!self->is_settled && (is_final (error) || now - self->failing_since > DOOR_PATIENCE))
    peer_mesh_network_fail (PEER_MESH_NETWORK (self), error);
  else
    peer_room_network_emit_status (PEER_ROOM_NETWORK (self), error->message);
}

static void
peer_open_cb (PeerRoomPeerjsMesh *self,
              const char *id)
{
  PeerRoomSelf *description = peer_room_network_get_self (PEER_ROOM_NETWORK (self));

  if (description->id == NULL)
    description->id = g_strdup (id);
  peer_room_network_emit_status (PEER_ROOM_NETWORK (self), _ ("Connected to the server"));
  if (self->door == NULL)
    return;

  peer_room_peerjs_mesh_update_greeting (self);
  peer_room_peerjs_mesh_watch_door (self);
}

/* The session of a member comes with its offer, so that one who lost its links
 * is told from one who comes back. */
static char *
dup_session (PeerBaseConnection *connection)
{
  GVariant *metadata = peer_base_connection_get_metadata (connection);
  char *session = NULL;

  if (metadata != NULL && g_variant_is_of_type (metadata, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (metadata, "session", "s", &session);

  return session;
}

/* When both sides offered, this one's offer may have gone to a line that the
 * other has lost since; that it is there now is certain. */
static void
peer_room_peerjs_mesh_refuse (PeerRoomPeerjsMesh *self,
                              PeerBaseConnection *connection,
                              const char *session)
{
  PeerMeshNetwork *mesh = PEER_MESH_NETWORK (self);
  const char *id = peer_base_connection_get_peer_id (connection);

  peer_base_connection_close (connection);
  peer_mesh_network_lost_sight_of (mesh, id);
  peer_mesh_network_heard_of (mesh, id, session);
}

static void
peer_connection_cb (PeerRoomPeerjsMesh *self,
                    PeerDataConnection *connection)
{
  PeerBaseConnection *base = PEER_BASE_CONNECTION (connection);
  PeerMeshNetwork *mesh = PEER_MESH_NETWORK (self);
  g_autofree char *session = dup_session (base);
  g_autoptr (PeerRoomLink) link = NULL;

  if (!peer_mesh_network_takes_offer (mesh, peer_base_connection_get_peer_id (base), session))
    {
      peer_room_peerjs_mesh_refuse (self, base, session);
      return;
    }

  link = peer_room_connection_link_new (connection, FALSE);
  peer_mesh_network_add_link (mesh, link, session);
}

static void
peer_error_cb (PeerRoomPeerjsMesh *self,
               const GError *error)
{
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

/* Members stay linked while the server is away, until the peer gives up. */
static void
peer_lost_cb (PeerRoomPeerjsMesh *self)
{
  g_autoptr (PeerRoomPeerjsMesh) keep_alive = g_object_ref (self);
  g_autoptr (GError) error = NULL;

  if (!peer_peer_get_is_disconnected (self->peer))
    return;
  if (peer_peer_get_is_reconnecting (self->peer))
    {
      peer_room_network_emit_status (PEER_ROOM_NETWORK (self), _ ("Reconnecting to the server"));
      return;
    }

  error = g_steal_pointer (&self->error);
  if (error == NULL)
    error = g_error_new_literal (PEER_ERROR, PEER_ERROR_DISCONNECTED, _ ("The line to the server was lost"));
  peer_mesh_network_fail (PEER_MESH_NETWORK (self), error);
}

static char *
find_key (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GHashTable) parameters = NULL;

  if (parsed == NULL || g_uri_get_query (parsed) == NULL)
    return NULL;

  parameters = soup_form_decode (g_uri_get_query (parsed));

  return g_strdup (g_hash_table_lookup (parameters, "key"));
}

static PeerPeer *
peer_room_peerjs_mesh_new_peer (PeerRoomPeerjsMesh *self)
{
  PeerRoomSelf *description = peer_room_network_get_self (PEER_ROOM_NETWORK (self));
  g_autoptr (PeerPeer) named = peer_peer_new_for_uri (self->uri, NULL);
  g_autofree char *key = find_key (self->uri);
  PeerPeer *peer = g_object_new (PEER_TYPE_PEER,
                                 "id", description->id,
                                 "host", peer_peer_get_host (named),
                                 "port", peer_peer_get_port (named),
                                 "path", peer_peer_get_path (named),
                                 "secure", peer_peer_get_secure (named),
                                 "key", key != NULL ? key : peer_peer_get_key (named),
                                 "token", description->token,
                                 NULL);

  peer_peer_set_link_settings (peer, self->links);

  return peer;
}

static void
peer_room_peerjs_mesh_start (PeerMeshNetwork *mesh)
{
  PeerRoomPeerjsMesh *self = PEER_ROOM_PEERJS_MESH (mesh);
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);

  self->peer = peer_room_peerjs_mesh_new_peer (self);
  g_signal_connect_object (self->peer, "open", G_CALLBACK (peer_open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->peer, "connection", G_CALLBACK (peer_connection_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->peer, "error", G_CALLBACK (peer_error_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->peer, "disconnected", G_CALLBACK (peer_lost_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->peer, "notify::is-reconnecting", G_CALLBACK (peer_lost_cb), self, G_CONNECT_SWAPPED);

  self->door = peer_room_door_new (self->peer, peer_room_network_get_self (PEER_ROOM_NETWORK (self))->room);
  g_signal_connect_object (self->door, "taken", G_CALLBACK (peer_room_peerjs_mesh_settle), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->door, "greeted", G_CALLBACK (door_greeted_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->door, "failed", G_CALLBACK (door_failed_cb), self, G_CONNECT_SWAPPED);

  self->watch = peer_source_new_timeout (self->context, WATCH_INTERVAL, "[libpeerglib] room name", watch_cb, self);
}

static gboolean
destroy_cb (gpointer peer)
{
  peer_peer_destroy (peer);

  return G_SOURCE_REMOVE;
}

static void
connections_changed_cb (GListModel *connections,
                        guint position,
                        guint removed,
                        guint added,
                        PeerPeer *peer)
{
  g_autoptr (GSource) source = NULL;

  if (g_list_model_get_n_items (connections) > 0)
    return;

  g_signal_handlers_disconnect_by_func (connections, connections_changed_cb, peer);
  source = g_idle_source_new ();
  g_source_set_static_name (source, "[libpeerglib] room peer");
  g_source_set_callback (source, destroy_cb, peer, g_object_unref);
  g_source_attach (source, peer->context);
}

/* The peer's connections first say what they have to; takes the peer. */
static void
let_go (PeerPeer *peer)
{
  GListModel *connections = peer_peer_get_connections (peer);

  peer_peer_disconnect_from_server (peer);
  g_signal_connect (connections, "items-changed", G_CALLBACK (connections_changed_cb), peer);
  connections_changed_cb (connections, 0, 0, 0, peer);
}

static void
peer_room_peerjs_mesh_stop (PeerMeshNetwork *mesh)
{
  PeerRoomPeerjsMesh *self = PEER_ROOM_PEERJS_MESH (mesh);
  g_autoptr (PeerRoomDoor) door = g_steal_pointer (&self->door);
  g_autoptr (PeerPeer) peer = g_steal_pointer (&self->peer);

  peer_source_clear (&self->watch);
  if (door != NULL)
    {
      g_signal_handlers_disconnect_by_data (door, self);
      peer_room_door_close (door);
    }
  if (peer != NULL)
    {
      g_signal_handlers_disconnect_by_data (peer, self);
      let_go (g_steal_pointer (&peer));
    }
}

static PeerRoomLink *
peer_room_peerjs_mesh_connect_to (PeerMeshNetwork *mesh,
                                  const char *id)
{
  PeerRoomPeerjsMesh *self = PEER_ROOM_PEERJS_MESH (mesh);
  g_autoptr (PeerConnectOptions) options = NULL;
  g_auto (GVariantDict) metadata = G_VARIANT_DICT_INIT (NULL);
  PeerDataConnection *connection;

  if (!peer_peer_can_connect (self->peer) || !peer_id_is_valid (id))
    return NULL;

  options = peer_connect_options_new ();
  peer_connect_options_set_reliable (options, TRUE);
  g_variant_dict_insert (&metadata, "session", "s", peer_mesh_network_get_session (mesh));
  peer_connect_options_set_metadata (options, g_variant_dict_end (&metadata));
  connection = peer_peer_connect_to (self->peer, id, options);

  return connection != NULL ? peer_room_connection_link_new (connection, TRUE) : NULL;
}

static void
peer_room_peerjs_mesh_member_joined (PeerMeshNetwork *mesh,
                                     const char *id)
{
  PeerRoomPeerjsMesh *self = PEER_ROOM_PEERJS_MESH (mesh);

  if (self->door != NULL)
    peer_room_peerjs_mesh_update_greeting (self);
}

/* It may have been the one who held the name. */
static void
peer_room_peerjs_mesh_member_left (PeerMeshNetwork *mesh,
                                   const char *id)
{
  PeerRoomPeerjsMesh *self = PEER_ROOM_PEERJS_MESH (mesh);

  if (self->door == NULL)
    return;

  peer_room_peerjs_mesh_update_greeting (self);
  peer_room_peerjs_mesh_watch_door (self);
}

PeerRoomNetwork *
peer_room_peerjs_mesh_new (PeerRoomSelf *description,
                           const char *uri,
                           PeerLinkSettings *links)
{
  PeerRoomPeerjsMesh *self = g_object_new (PEER_TYPE_ROOM_PEERJS_MESH, "self", description, NULL);

  self->uri = g_strdup (uri);
  self->links = peer_link_settings_ref (links);

  return PEER_ROOM_NETWORK (self);
}

static void
peer_room_peerjs_mesh_finalize (GObject *object)
{
  PeerRoomPeerjsMesh *self = PEER_ROOM_PEERJS_MESH (object);

  g_clear_error (&self->error);
  g_clear_pointer (&self->links, peer_link_settings_unref);
  g_free (self->uri);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_room_peerjs_mesh_parent_class)->finalize (object);
}

static void
peer_room_peerjs_mesh_class_init (PeerRoomPeerjsMeshClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerMeshNetworkClass *mesh_class = PEER_MESH_NETWORK_CLASS (klass);

  object_class->finalize = peer_room_peerjs_mesh_finalize;

  mesh_class->start = peer_room_peerjs_mesh_start;
  mesh_class->stop = peer_room_peerjs_mesh_stop;
  mesh_class->connect_to = peer_room_peerjs_mesh_connect_to;
  mesh_class->member_joined = peer_room_peerjs_mesh_member_joined;
  mesh_class->member_left = peer_room_peerjs_mesh_member_left;
}

static void
peer_room_peerjs_mesh_init (PeerRoomPeerjsMesh *self)
{
  self->context = g_main_context_ref_thread_default ();
}
