/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-hub-star-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-hub-call-private.h"
#include "peer-source-private.h"
#include "protocol/peer-room-presence-private.h"

/* Seconds for an answer: a handler at the hub may have to ask elsewhere. */
#define REQUEST_TIMEOUT 60

G_DEFINE_FINAL_TYPE (PeerRoomHubStar, peer_room_hub_star, PEER_TYPE_ROOM_NETWORK)

static PeerRoomSelf *
get_self (PeerRoomHubStar *self)
{
  return peer_room_network_get_self (PEER_ROOM_NETWORK (self));
}

static void
fail (PeerRoomHubStar *self,
      const GError *error)
{
  peer_room_network_fail (PEER_ROOM_NETWORK (self), error);
}

static gboolean
say (PeerRoomHubStar *self,
     const PeerRoomFrame *frame,
     GError **error)
{
  PeerRoomFrame named = *frame;
  g_autofree char *text = NULL;

  named.sender = get_self (self)->id;
  text = peer_room_frame_print (&named, error);

  return text != NULL && peer_data_connection_send_text (self->connection, text, error);
}

static void
say_kind (PeerRoomHubStar *self,
          PeerRoomFrameKind kind,
          GVariant *value)
{
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (kind, NULL, NULL, NULL, value);
  g_autoptr (GError) error = NULL;

  if (!say (self, frame, &error))
    g_debug ("The hub did not hear it: %s", error->message);
}

static void
handle_left (PeerRoomHubStar *self,
             const char *id)
{
  if (g_hash_table_remove (self->members, id))
    peer_room_network_emit_member_left (PEER_ROOM_NETWORK (self), id);
}

static void
handle_joined (PeerRoomHubStar *self,
               const char *id,
               const PeerRoomPresence *presence)
{
  PeerRoomMemberDescription description = {
    .id = id,
    .session = presence->session,
    .serial = presence->serial,
    .joined_at = presence->joined_at,
    .metadata = presence->metadata,
    .state = presence->state,
    .shared = presence->shared,
  };

  if (g_str_equal (id, PEER_ROOM_SERVER_ID) || !g_hash_table_add (self->members, g_strdup (id)))
    return;

  peer_room_network_emit_member_joined (PEER_ROOM_NETWORK (self), &description);
}

/* The frame that has ourselves in it is the last that tells who was there. */
static void
handle_room_state (PeerRoomHubStar *self,
                   const PeerRoomFrame *frame)
{
  g_auto (PeerRoomState) state = { 0 };
  gint64 serial = 0;

  peer_room_state_init_from_variant (&state, frame->value);
  for (guint i = 0; i < state.peers->len; i++)
    {
      const PeerRoomPresence *presence = g_ptr_array_index (state.peers, i);

      if (g_str_equal (presence->id, get_self (self)->id))
        serial = presence->serial;
      else
        handle_joined (self, presence->id, presence);
    }

  if (serial == 0 || self->is_opened)
    return;

  self->is_opened = TRUE;
  peer_room_network_emit_opened (PEER_ROOM_NETWORK (self), serial);
}

static void
handle_join (PeerRoomHubStar *self,
             const PeerRoomFrame *frame)
{
  g_auto (PeerRoomPresence) presence = { 0 };

  peer_room_presence_init_from_variant (&presence, frame->value);
  handle_joined (self, frame->sender, &presence);
}

/* What the hub says is wrong before we are in keeps us out. */
static void
handle_error (PeerRoomHubStar *self,
              const PeerRoomFrame *frame)
{
  g_autoptr (GError) error = NULL;

  if (self->is_opened)
    {
      peer_room_network_emit_frame (PEER_ROOM_NETWORK (self), PEER_ROOM_SERVER_ID, frame);
      return;
    }

  error = peer_room_frame_dup_error (frame);
  fail (self, error);
}

static void
handle_frame (PeerRoomHubStar *self,
              const PeerRoomFrame *frame)
{
  gboolean is_server = g_strcmp0 (frame->sender, PEER_ROOM_SERVER_ID) == 0;

  if (frame->kind == PEER_ROOM_FRAME_ROOM_STATE && is_server)
    handle_room_state (self, frame);
  else if (frame->kind == PEER_ROOM_FRAME_ERROR && is_server)
    handle_error (self, frame);
  else if (frame->sender == NULL || frame->kind == PEER_ROOM_FRAME_HOST_CHANGE)
    g_debug ("Ignoring what the hub says");
  else if (frame->kind == PEER_ROOM_FRAME_JOIN)
    handle_join (self, frame);
  else if (frame->kind == PEER_ROOM_FRAME_LEAVE)
    handle_left (self, frame->sender);
  else if (is_server || g_hash_table_contains (self->members, frame->sender))
    peer_room_network_emit_frame (PEER_ROOM_NETWORK (self), frame->sender, frame);
}

static void
data_cb (PeerRoomHubStar *self,
         GVariant *value)
{
  g_autoptr (PeerRoomHubStar) kept = g_object_ref (self);
  g_autoptr (PeerRoomFrame) frame = NULL;
  const char *text;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return;

  text = g_variant_get_string (value, NULL);
  frame = peer_room_frame_parse (text, strlen (text), NULL);
  if (frame != NULL)
    handle_frame (self, frame);
}

/* Metadata and credentials came with the offer. */
static void
open_cb (PeerRoomHubStar *self)
{
  PeerRoomSelf *description = get_self (self);
  PeerRoomPresence presence = {
    .session = description->session,
    .user_agent = (char *) "peerglib",
    .joined_at = g_get_real_time () / 1000,
    .state = description->state,
    .shared = description->shared,
  };
  g_autoptr (GVariant) value = peer_room_presence_to_variant (&presence);

  say_kind (self, PEER_ROOM_FRAME_JOIN, value);
}

static void
error_cb (PeerRoomHubStar *self,
          const GError *error)
{
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

static gboolean
closed_cb (gpointer user_data)
{
  PeerRoomHubStar *self = user_data;

  peer_source_clear (&self->next_source);
  if (self->error == NULL)
    self->error = g_error_new_literal (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("The hub has closed the connection"));
  fail (self, self->error);

  return G_SOURCE_REMOVE;
}

/* May happen while something is sent. */
static void
close_cb (PeerRoomHubStar *self)
{
  peer_source_clear (&self->next_source);
  self->next_source = peer_source_new_timeout (self->context, 0, "[libpeerglib] lose hub", closed_cb, self);
}

/* Borrows all it holds. */
static PeerHubRequest
new_request (PeerRoomHubStar *self)
{
  PeerRoomSelf *description = get_self (self);

  return (PeerHubRequest){
    .room = description->room,
    .peer_id = description->id,
    .token = description->token,
    .credentials = description->credentials,
    .metadata = description->metadata,
  };
}

static void
offered_cb (GObject *object,
            GAsyncResult *result,
            gpointer user_data)
{
  g_autoptr (PeerRoomHubStar) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = peer_hub_call_finish (SOUP_SESSION (object), result, &error);
  g_auto (PeerPayload) answer = { .sdp_m_line_index = -1 };

  if (peer_room_network_is_closed (PEER_ROOM_NETWORK (self)))
    return;

  if (text != NULL)
    answer.sdp = peer_hub_answer_parse (g_bytes_get_data (text, NULL), g_bytes_get_size (text), &error);
  if (answer.sdp == NULL)
    {
      fail (self, error);
      return;
    }

  answer.sdp_type = g_strdup ("answer");
  peer_room_network_emit_status (PEER_ROOM_NETWORK (self), _ ("Connecting to the hub"));
  peer_exchange_handle_answer (self->exchange, PEER_ROOM_SERVER_ID, &answer);
}

/* One that the hub does not take leaves others. */
static void
announced_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = peer_hub_call_finish (SOUP_SESSION (object), result, &error);

  if (text == NULL)
    g_debug ("The hub was not told: %s", error->message);
}

static void
signal_cb (PeerRoomHubStar *self,
           const char *remote_id,
           const char *type,
           const PeerPayload *payload)
{
  PeerHubRequest request = new_request (self);

  request.payload = *payload;
  if (g_str_equal (type, "OFFER"))
    peer_hub_call_async (self->session, self->uri, PEER_HUB_REQUEST_OFFER, &request, self->cancellable, offered_cb,
                         g_object_ref (self));
  else
    peer_hub_call_async (self->session, self->uri, PEER_HUB_REQUEST_CANDIDATE, &request, self->cancellable, announced_cb, NULL);
}

static gboolean
begin_cb (gpointer user_data)
{
  PeerRoomHubStar *self = user_data;
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS,
                                                         "label", "chat",
                                                         "serialization", PEER_SERIALIZATION_NONE,
                                                         "reliable", TRUE,
                                                         NULL);

  peer_source_clear (&self->next_source);
  peer_room_network_emit_status (PEER_ROOM_NETWORK (self), _ ("Asking the hub"));
  if (peer_room_network_is_closed (PEER_ROOM_NETWORK (self)))
    return G_SOURCE_REMOVE;

  self->connection = g_object_ref (peer_exchange_offer (self->exchange, PEER_ROOM_SERVER_ID, options));
  g_signal_connect_object (self->connection, "data", G_CALLBACK (data_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->connection, "open", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->connection, "error", G_CALLBACK (error_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->connection, "close", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);

  return G_SOURCE_REMOVE;
}

static void
peer_room_hub_star_open (PeerRoomNetwork *network)
{
  PeerRoomHubStar *self = PEER_ROOM_HUB_STAR (network);

  self->next_source = peer_source_new_timeout (self->context, 0, "[libpeerglib] join hub", begin_cb, self);
}

static void
flushed_cb (PeerDataConnection *connection,
            PeerExchange *exchange)
{
  peer_exchange_close (exchange);
}

/* The link stays until what was said has arrived, whatever becomes of the
 * network. */
static void
say_goodbye (PeerRoomHubStar *self)
{
  say_kind (self, PEER_ROOM_FRAME_LEAVE, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  g_signal_connect_data (self->connection, "close", G_CALLBACK (flushed_cb), g_object_ref (self->exchange),
                         (GClosureNotify) g_object_unref, 0);
  peer_data_connection_close_flush (self->connection);
}

static void
peer_room_hub_star_close (PeerRoomNetwork *network)
{
  PeerRoomHubStar *self = PEER_ROOM_HUB_STAR (network);
  PeerHubRequest request = new_request (self);

  peer_source_clear (&self->next_source);
  g_cancellable_cancel (self->cancellable);
  g_signal_handlers_disconnect_by_data (self->exchange, self);
  if (self->connection == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->connection, self);
  if (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (self->connection)))
    {
      say_goodbye (self);
      return;
    }

  peer_hub_call_async (self->session, self->uri, PEER_HUB_REQUEST_LEAVE, &request, NULL, announced_cb, NULL);
  peer_exchange_close (self->exchange);
}

static gboolean
peer_room_hub_star_send (PeerRoomNetwork *network,
                         const char *member_id,
                         const PeerRoomFrame *frame,
                         GError **error)
{
  PeerRoomHubStar *self = PEER_ROOM_HUB_STAR (network);
  PeerRoomFrame addressed = *frame;

  if (!self->is_opened)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("The room is not open yet"));
      return FALSE;
    }

  addressed.target = (char *) member_id;

  return say (self, &addressed, error);
}

static GObject *
peer_room_hub_star_get_link (PeerRoomNetwork *network)
{
  return (GObject *) PEER_ROOM_HUB_STAR (network)->connection;
}

static void
peer_room_hub_star_finalize (GObject *object)
{
  PeerRoomHubStar *self = PEER_ROOM_HUB_STAR (object);

  g_clear_object (&self->connection);
  g_object_unref (self->exchange);
  g_object_unref (self->session);
  g_object_unref (self->cancellable);
  g_uri_unref (self->uri);
  g_hash_table_unref (self->members);
  g_clear_error (&self->error);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_room_hub_star_parent_class)->finalize (object);
}

static void
peer_room_hub_star_class_init (PeerRoomHubStarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerRoomNetworkClass *network_class = PEER_ROOM_NETWORK_CLASS (klass);

  object_class->finalize = peer_room_hub_star_finalize;
  network_class->open = peer_room_hub_star_open;
  network_class->close = peer_room_hub_star_close;
  network_class->send = peer_room_hub_star_send;
  network_class->get_link = peer_room_hub_star_get_link;
}

static void
peer_room_hub_star_init (PeerRoomHubStar *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  self->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

PeerRoomNetwork *
peer_room_hub_star_new (PeerRoomSelf *description,
                        const char *uri,
                        PeerLinkSettings *links,
                        GError **error)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  PeerRoomHubStar *self;

  if (parsed == NULL || g_uri_get_host (parsed) == NULL || *g_uri_get_host (parsed) == '\0' ||
      (!g_str_equal (g_uri_get_scheme (parsed), "http") && !g_str_equal (g_uri_get_scheme (parsed), "https")))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR, _ ("“%s” is not the URI of a hub"), uri);
      return NULL;
    }

  self = g_object_new (PEER_TYPE_ROOM_HUB_STAR, "self", description, NULL);
  self->uri = g_steal_pointer (&parsed);
  self->session = soup_session_new_with_options ("timeout", REQUEST_TIMEOUT, NULL);
  if (links->tls_database != NULL)
    soup_session_set_tls_database (self->session, links->tls_database);
  self->exchange = peer_exchange_new (links);
  g_signal_connect_object (self->exchange, "signal", G_CALLBACK (signal_cb), self, G_CONNECT_SWAPPED);

  return PEER_ROOM_NETWORK (self);
}
