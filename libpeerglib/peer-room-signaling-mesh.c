/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-signaling-mesh-private.h"

#include "peer-source-private.h"
#include "protocol/peer-topic-message-private.h"
#include "server/peer-token-bucket-private.h"

/* Members that hear of a newcomer answer at once. */
#define ANSWER_TIMEOUT 1000

/* Announcements that are answered, per second and at once: anybody can say
 * that he is a newcomer as often as he likes. */
#define ANSWER_RATE 50
#define ANSWER_BURST 500

struct _PeerRoomSignalingMesh
{
  PeerRoomExchangeMesh parent_instance;

  GMainContext *context;
  PeerSignaling *signaling;
  guint subscriptions[2];
  guint answer_timeout;
  GSource *answer_timer;
  gboolean is_announced;
  PeerTokenBucket answers;
};

G_DEFINE_FINAL_TYPE (PeerRoomSignalingMesh, peer_room_signaling_mesh, PEER_TYPE_ROOM_EXCHANGE_MESH)

static const char *
get_id (PeerRoomSignalingMesh *self)
{
  return peer_mesh_network_get_id (PEER_MESH_NETWORK (self));
}

static const char *
get_room (PeerRoomSignalingMesh *self)
{
  return peer_room_network_get_self (PEER_ROOM_NETWORK (self))->room;
}

/* To one member, or to all when id is NULL. */
static gboolean
publish (PeerRoomSignalingMesh *self,
         const char *id,
         const PeerTopicMessage *message)
{
  const char *const topic[] = { "room", get_room (self), id, NULL };
  g_autoptr (GError) error = NULL;

  if (peer_signaling_publish (self->signaling, topic, peer_topic_message_to_value (message), &error))
    return TRUE;

  g_debug ("The room %s is not told of %s: %s", get_room (self), get_id (self), error->message);

  return FALSE;
}

static GVariant *
new_session_value (PeerRoomSignalingMesh *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "session", "s", peer_mesh_network_get_session (PEER_MESH_NETWORK (self)));

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
invoke (PeerRoomSignalingMesh *self,
        const char *id)
{
  PeerTopicMessage message = PEER_TOPIC_MESSAGE_INIT (PEER_TOPIC_MESSAGE_INVOKE, get_id (self));
  g_autoptr (GVariant) session = new_session_value (self);

  message.credentials = session;

  return publish (self, id, &message);
}

static void
settle (PeerRoomSignalingMesh *self)
{
  peer_source_clear (&self->answer_timer);
  peer_mesh_network_settle (PEER_MESH_NETWORK (self));
}

static gboolean
on_answer_timeout (gpointer user_data)
{
  settle (user_data);

  return G_SOURCE_REMOVE;
}

static void
announce (PeerRoomSignalingMesh *self)
{
  if (!invoke (self, NULL) || self->is_announced)
    return;

  self->is_announced = TRUE;
  self->answer_timer = peer_source_new_timeout (self->context, self->answer_timeout, "[libpeerglib] room answers",
                                                on_answer_timeout, self);
}

/* Who is about to have a link to this session of the member need not answer. */
static void
handle_announcement (PeerRoomSignalingMesh *self,
                     const char *id,
                     const char *session)
{
  if (!peer_mesh_network_needs_link (PEER_MESH_NETWORK (self), id, session) ||
      !peer_token_bucket_fill (&self->answers, ANSWER_RATE, ANSWER_BURST, g_get_monotonic_time ()))
    return;

  peer_token_bucket_take (&self->answers, 1);
  invoke (self, id);
}

static void
handle_invoke (PeerRoomSignalingMesh *self,
               const PeerTopicMessage *message,
               gboolean is_for_all)
{
  const char *session = NULL;

  if (message->credentials != NULL && g_variant_is_of_type (message->credentials, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (message->credentials, "session", "&s", &session);
  if (peer_mesh_network_challenge (PEER_MESH_NETWORK (self), message->id))
    return;

  if (is_for_all)
    handle_announcement (self, message->id, session);
  else
    peer_mesh_network_heard_of (PEER_MESH_NETWORK (self), message->id, session);
}

static void
handle_message (PeerRoomSignalingMesh *self,
                PeerTopicMessage *message,
                gboolean is_for_all)
{
  PeerRoomExchangeMesh *mesh = PEER_ROOM_EXCHANGE_MESH (self);

  switch (message->type)
    {
    case PEER_TOPIC_MESSAGE_INVOKE:
      handle_invoke (self, message, is_for_all);
      break;
    case PEER_TOPIC_MESSAGE_OFFER:
      message->payload.metadata = g_steal_pointer (&message->state);
      peer_room_exchange_mesh_handle_signal (mesh, message->id, "OFFER", &message->payload);
      break;
    case PEER_TOPIC_MESSAGE_ANSWER:
      peer_room_exchange_mesh_handle_signal (mesh, message->id, "ANSWER", &message->payload);
      break;
    case PEER_TOPIC_MESSAGE_CANDIDATE:
      peer_room_exchange_mesh_handle_signal (mesh, message->id, "CANDIDATE", &message->payload);
      break;
    case PEER_TOPIC_MESSAGE_DISPOSE:
      peer_mesh_network_lost_sight_of (PEER_MESH_NETWORK (self), message->id);
      break;
    case PEER_TOPIC_MESSAGE_SYNC:
    default:
      break;
    }
}

static void
message_cb (PeerSignaling *signaling,
            const char *const *topic,
            GVariant *value,
            gpointer user_data)
{
  PeerRoomSignalingMesh *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PeerTopicMessage) message = peer_topic_message_parse (value, &error);

  if (error != NULL)
    g_debug ("Ignoring a message in the room %s: %s", get_room (self), error->message);
  if (message == NULL || g_str_equal (message->id, get_id (self)))
    return;

  g_object_ref (self);
  handle_message (self, message, topic[2] == NULL);
  g_object_unref (self);
}

static void
peer_room_signaling_mesh_send_signal (PeerRoomExchangeMesh *mesh,
                                      const char *id,
                                      const char *type,
                                      const PeerPayload *payload)
{
  PeerRoomSignalingMesh *self = PEER_ROOM_SIGNALING_MESH (mesh);
  PeerTopicMessage message = PEER_TOPIC_MESSAGE_INIT (PEER_TOPIC_MESSAGE_CANDIDATE, get_id (self));

  if (g_str_equal (type, "OFFER"))
    message.type = PEER_TOPIC_MESSAGE_OFFER;
  else if (g_str_equal (type, "ANSWER"))
    message.type = PEER_TOPIC_MESSAGE_ANSWER;
  message.payload = *payload;
  message.state = payload->metadata;
  publish (self, id, &message);
}

static void
available_cb (PeerRoomSignalingMesh *self)
{
  announce (self);
}

static void
peer_room_signaling_mesh_start (PeerMeshNetwork *network)
{
  PeerRoomSignalingMesh *self = PEER_ROOM_SIGNALING_MESH (network);
  const char *const for_all[] = { "room", get_room (self), NULL };
  const char *const own[] = { "room", get_room (self), get_id (self), NULL };

  self->subscriptions[0] = peer_signaling_subscribe (self->signaling, for_all, message_cb, self, NULL);
  self->subscriptions[1] = peer_signaling_subscribe (self->signaling, own, message_cb, self, NULL);
  g_signal_connect_object (self->signaling, "available", G_CALLBACK (available_cb), self, G_CONNECT_SWAPPED);
  announce (self);
}

static void
peer_room_signaling_mesh_stop (PeerMeshNetwork *network)
{
  PeerRoomSignalingMesh *self = PEER_ROOM_SIGNALING_MESH (network);
  PeerTopicMessage message = PEER_TOPIC_MESSAGE_INIT (PEER_TOPIC_MESSAGE_DISPOSE, get_id (self));

  peer_source_clear (&self->answer_timer);
  g_signal_handlers_disconnect_by_data (self->signaling, self);
  publish (self, NULL, &message);
  for (guint i = 0; i < G_N_ELEMENTS (self->subscriptions); i++)
    peer_signaling_unsubscribe (self->signaling, self->subscriptions[i]);
}

/* Who is there offers. */
static void
peer_room_signaling_mesh_look_for (PeerMeshNetwork *network,
                                   const char *id)
{
  invoke (PEER_ROOM_SIGNALING_MESH (network), id);
}

/* By now the others have heard of this member, too. */
static void
peer_room_signaling_mesh_member_joined (PeerMeshNetwork *network,
                                        const char *id)
{
  settle (PEER_ROOM_SIGNALING_MESH (network));
}

static void
peer_room_signaling_mesh_finalize (GObject *object)
{
  PeerRoomSignalingMesh *self = PEER_ROOM_SIGNALING_MESH (object);

  g_object_unref (self->signaling);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_room_signaling_mesh_parent_class)->finalize (object);
}

static void
peer_room_signaling_mesh_class_init (PeerRoomSignalingMeshClass *klass)
{
  PeerMeshNetworkClass *mesh_class = PEER_MESH_NETWORK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = peer_room_signaling_mesh_finalize;
  mesh_class->ids_are_claims = TRUE;
  mesh_class->start = peer_room_signaling_mesh_start;
  mesh_class->stop = peer_room_signaling_mesh_stop;
  mesh_class->look_for = peer_room_signaling_mesh_look_for;
  mesh_class->member_joined = peer_room_signaling_mesh_member_joined;
  PEER_ROOM_EXCHANGE_MESH_CLASS (klass)->send_signal = peer_room_signaling_mesh_send_signal;
}

static void
peer_room_signaling_mesh_init (PeerRoomSignalingMesh *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->answer_timeout = ANSWER_TIMEOUT;
}

PeerRoomNetwork *
peer_room_signaling_mesh_new (PeerRoomSelf *self,
                              PeerSignaling *signaling,
                              PeerLinkSettings *links)
{
  PeerRoomSignalingMesh *mesh = g_object_new (PEER_TYPE_ROOM_SIGNALING_MESH, "self", self, "links", links, NULL);

  mesh->signaling = g_object_ref (signaling);

  return PEER_ROOM_NETWORK (mesh);
}

void
peer_room_signaling_mesh_set_answer_timeout (PeerRoomSignalingMesh *self,
                                             guint milliseconds)
{
  self->answer_timeout = milliseconds;
}
