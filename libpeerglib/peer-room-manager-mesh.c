/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-manager-mesh-private.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "peer-error.h"
#include "protocol/peer-error-nick-private.h"
#include "protocol/peer-manager-message-private.h"
#include "signaling/peer-line-private.h"

#define MAX_MESSAGE_SIZE (1024 * 1024)
#define MAX_DEPTH 32

struct _PeerRoomManagerMesh
{
  PeerRoomExchangeMesh parent_instance;

  PeerLine *line;
  gboolean has_joined; /* by the line that is there: the manager has told who is in the room */
  gboolean was_joined; /* by any line */
};

G_DEFINE_FINAL_TYPE (PeerRoomManagerMesh, peer_room_manager_mesh, PEER_TYPE_ROOM_EXCHANGE_MESH)

static gboolean
send_message (PeerRoomManagerMesh *self,
              const PeerManagerMessage *message,
              GError **error)
{
  g_autofree char *text = peer_manager_message_print (message, error);

  if (text == NULL)
    return FALSE;

  peer_line_send (self->line, text, strlen (text));

  return TRUE;
}

static void
open_cb (PeerRoomManagerMesh *self)
{
  PeerRoomSelf *own = peer_room_network_get_self (PEER_ROOM_NETWORK (self));
  PeerManagerMessage join = {
    .type = PEER_MANAGER_MESSAGE_JOIN,
    .room_id = own->room,
    .session_id = own->id,
    .token = own->token,
    .metadata = own->metadata,
    .credentials = own->credentials,
  };
  g_autoptr (GError) error = NULL;

  if (!send_message (self, &join, &error))
    peer_mesh_network_fail (PEER_MESH_NETWORK (self), error);
}

/* Whoever is there already waits for the newcomer's offer. */
static void
handle_peers_list (PeerRoomManagerMesh *self,
                   const PeerManagerMessage *message)
{
  PeerMeshNetwork *network = PEER_MESH_NETWORK (self);

  self->has_joined = self->was_joined = TRUE;
  for (guint i = 0; message->peers[i] != NULL; i++)
    peer_mesh_network_heard_of (network, message->peers[i], NULL);
  peer_mesh_network_settle (network);
}

/* What add_session() put into an offer, as the metadata of its connection. */
static GVariant *
new_session_value (const PeerManagerMessage *message)
{
  const char *session;
  GVariantDict dict;

  if (message->type != PEER_MANAGER_MESSAGE_OFFER || !g_variant_lookup (message->payload, "session", "&s", &session))
    return NULL;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "session", "s", session);

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
handle_signal (PeerRoomManagerMesh *self,
               const PeerManagerMessage *message,
               const char *type)
{
  g_auto (PeerPayload) payload = { NULL };
  g_autoptr (GError) error = NULL;

  if (message->sender_id == NULL || g_strcmp0 (message->sender_id, peer_mesh_network_get_id (PEER_MESH_NETWORK (self))) == 0)
    return;

  if (!peer_manager_message_get_payload (message, &payload, &error))
    {
      g_debug ("Ignoring a signal of %s: %s", message->sender_id, error->message);
      return;
    }

  payload.metadata = new_session_value (message);
  peer_room_exchange_mesh_handle_signal (PEER_ROOM_EXCHANGE_MESH (self), message->sender_id, type, &payload);
}

static GError *
new_manager_error (const PeerManagerMessage *message)
{
  return peer_error_new_for_nick (message->code,
                                  message->text != NULL ? message->text : _ ("The signaling manager reports an error"));
}

/* Either a signal did not reach somebody, or this member cannot be in the
 * room. Anything else does not end what is there. */
static void
handle_error (PeerRoomManagerMesh *self,
              const PeerManagerMessage *message)
{
  g_autoptr (GError) error = new_manager_error (message);

  if (message->peer_id != NULL)
    peer_mesh_network_lost_sight_of (PEER_MESH_NETWORK (self), message->peer_id);
  else if (!self->has_joined)
    peer_mesh_network_fail (PEER_MESH_NETWORK (self), error);
  else
    g_debug ("The signaling manager reports: %s", error->message);
}

static void
handle_message (PeerRoomManagerMesh *self,
                const PeerManagerMessage *message)
{
  switch (message->type)
    {
    case PEER_MANAGER_MESSAGE_PEERS_LIST:
      handle_peers_list (self, message);
      break;
    case PEER_MANAGER_MESSAGE_PEER_LEFT:
      peer_mesh_network_lost_sight_of (PEER_MESH_NETWORK (self), message->peer_id);
      break;
    case PEER_MANAGER_MESSAGE_OFFER:
      handle_signal (self, message, "OFFER");
      break;
    case PEER_MANAGER_MESSAGE_ANSWER:
      handle_signal (self, message, "ANSWER");
      break;
    case PEER_MANAGER_MESSAGE_CANDIDATE:
      handle_signal (self, message, "CANDIDATE");
      break;
    case PEER_MANAGER_MESSAGE_ERROR:
      handle_error (self, message);
      break;
    case PEER_MANAGER_MESSAGE_PEER_JOINED:
    case PEER_MANAGER_MESSAGE_UNKNOWN:
    case PEER_MANAGER_MESSAGE_JOIN:
    case PEER_MANAGER_MESSAGE_LEAVE_ROOM:
    default:
      break;
    }
}

static void
message_cb (PeerRoomManagerMesh *self,
            GBytes *text)
{
  g_autoptr (PeerRoomManagerMesh) keep_alive = g_object_ref (self);
  g_auto (PeerManagerMessage) message = { 0 };
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  if (peer_manager_message_parse (&message, data, length, MAX_DEPTH, &error))
    handle_message (self, &message);
  else
    g_debug ("Ignoring a message of the signaling manager: %s", error->message);
}

/* The first line must come about; after that the members do without one. */
static void
lost_cb (PeerRoomManagerMesh *self,
         const GError *error)
{
  self->has_joined = FALSE;
  if (!self->was_joined)
    peer_mesh_network_fail (PEER_MESH_NETWORK (self), error);
  else
    peer_room_network_emit_status (PEER_ROOM_NETWORK (self), _ ("Reconnecting to the signaling manager"));
}

static PeerManagerMessageType
get_message_type (const char *type)
{
  if (g_str_equal (type, "OFFER"))
    return PEER_MANAGER_MESSAGE_OFFER;
  if (g_str_equal (type, "ANSWER"))
    return PEER_MANAGER_MESSAGE_ANSWER;

  return PEER_MANAGER_MESSAGE_CANDIDATE;
}

/* The original clients ignore it. */
static void
add_session (PeerRoomManagerMesh *self,
             PeerManagerMessage *message)
{
  g_autoptr (GVariant) payload = g_steal_pointer (&message->payload);
  GVariantDict dict;

  g_variant_dict_init (&dict, payload);
  g_variant_dict_insert (&dict, "session", "s", peer_mesh_network_get_session (PEER_MESH_NETWORK (self)));
  message->payload = g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
peer_room_manager_mesh_send_signal (PeerRoomExchangeMesh *mesh,
                                    const char *id,
                                    const char *type,
                                    const PeerPayload *payload)
{
  PeerRoomManagerMesh *self = PEER_ROOM_MANAGER_MESH (mesh);
  g_auto (PeerManagerMessage) message = { 0 };
  g_autoptr (GError) error = NULL;

  peer_manager_message_init_signal (&message, get_message_type (type), peer_mesh_network_get_id (PEER_MESH_NETWORK (self)),
                                    id, payload);
  if (message.type == PEER_MANAGER_MESSAGE_OFFER)
    add_session (self, &message);
  if (!send_message (self, &message, &error))
    g_debug ("A signal to %s is not sent: %s", id, error->message);
}

/* Without the manager nobody can be offered anything. */
static PeerRoomLink *
peer_room_manager_mesh_connect_to (PeerMeshNetwork *network,
                                   const char *id)
{
  if (!PEER_ROOM_MANAGER_MESH (network)->has_joined)
    return NULL;

  return PEER_MESH_NETWORK_CLASS (peer_room_manager_mesh_parent_class)->connect_to (network, id);
}

static void
peer_room_manager_mesh_start (PeerMeshNetwork *network)
{
  peer_line_open (PEER_ROOM_MANAGER_MESH (network)->line);
}

static void
peer_room_manager_mesh_stop (PeerMeshNetwork *network)
{
  PeerRoomManagerMesh *self = PEER_ROOM_MANAGER_MESH (network);
  PeerManagerMessage leave = { .type = PEER_MANAGER_MESSAGE_LEAVE_ROOM };

  if (self->has_joined)
    send_message (self, &leave, NULL);
  peer_line_close (self->line);
}

static void
peer_room_manager_mesh_finalize (GObject *object)
{
  PeerRoomManagerMesh *self = PEER_ROOM_MANAGER_MESH (object);

  g_clear_object (&self->line);

  G_OBJECT_CLASS (peer_room_manager_mesh_parent_class)->finalize (object);
}

static void
peer_room_manager_mesh_class_init (PeerRoomManagerMeshClass *klass)
{
  PeerMeshNetworkClass *mesh_class = PEER_MESH_NETWORK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = peer_room_manager_mesh_finalize;
  mesh_class->start = peer_room_manager_mesh_start;
  mesh_class->stop = peer_room_manager_mesh_stop;
  mesh_class->connect_to = peer_room_manager_mesh_connect_to;
  PEER_ROOM_EXCHANGE_MESH_CLASS (klass)->send_signal = peer_room_manager_mesh_send_signal;
}

static void
peer_room_manager_mesh_init (PeerRoomManagerMesh *self)
{
}

PeerRoomNetwork *
peer_room_manager_mesh_new (PeerRoomSelf *self,
                            const char *uri,
                            PeerLinkSettings *links,
                            GError **error)
{
  g_autoptr (GUri) address = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  PeerRoomManagerMesh *mesh;

  if (address == NULL || g_uri_get_host (address) == NULL)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR, _ ("“%s” is not the address of a signaling manager"), uri);
      return NULL;
    }

  mesh = g_object_new (PEER_TYPE_ROOM_MANAGER_MESH, "self", self, "links", links, NULL);
  mesh->line = peer_line_new (address);
  peer_line_set_max_message_size (mesh->line, MAX_MESSAGE_SIZE);
  peer_line_set_tls_database (mesh->line, links->tls_database);
  g_signal_connect_object (mesh->line, "open", G_CALLBACK (open_cb), mesh, G_CONNECT_SWAPPED);
  g_signal_connect_object (mesh->line, "message", G_CALLBACK (message_cb), mesh, G_CONNECT_SWAPPED);
  g_signal_connect_object (mesh->line, "lost", G_CALLBACK (lost_cb), mesh, G_CONNECT_SWAPPED);

  return PEER_ROOM_NETWORK (mesh);
}

void
peer_room_manager_mesh_set_line_delay (PeerRoomManagerMesh *self,
                                       guint milliseconds)
{
  peer_line_set_reconnect_delay (self->line, milliseconds);
}
