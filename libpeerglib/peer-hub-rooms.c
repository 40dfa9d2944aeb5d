/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-hub-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "protocol/peer-vardict-private.h"

static void
message_cb (PeerRoom *room,
            PeerRoomMember *sender,
            GVariant *message,
            PeerHub *self)
{
  g_signal_emit (self, peer_hub_signals[HUB_MESSAGE], 0, room, sender, message);
}

/* Only who connected to an event has made a quark of its name. */
static void
any_event_cb (PeerRoom *room,
              PeerRoomMember *sender,
              const char *name,
              GVariant *value,
              PeerHub *self)
{
  GQuark detail = g_quark_try_string (name);

  if (detail != 0)
    g_signal_emit (self, peer_hub_signals[HUB_EVENT], detail, room, sender, value);
  g_signal_emit (self, peer_hub_signals[HUB_ANY_EVENT], 0, room, sender, name, value);
}

static void
peer_joined_cb (PeerRoom *room,
                PeerRoomMember *member,
                PeerHub *self)
{
  if (!g_list_store_find (self->shown_rooms, room, NULL))
    g_list_store_append (self->shown_rooms, room);
  g_object_notify_by_pspec (G_OBJECT (self), peer_hub_props[PROP_N_PEERS]);
  g_signal_emit (self, peer_hub_signals[HUB_PEER_JOINED], 0, room, member);
}

static void
peer_left_cb (PeerRoom *room,
              PeerRoomMember *member,
              PeerHub *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), peer_hub_props[PROP_N_PEERS]);
  g_signal_emit (self, peer_hub_signals[HUB_PEER_LEFT], 0, room, member);
}

static gboolean
authorize_cb (PeerRoom *room,
              PeerJoinRequest *request,
              PeerHub *self)
{
  gboolean is_taken = FALSE;

  g_signal_emit (self, peer_hub_signals[HUB_AUTHORIZE], 0, request, &is_taken);

  return is_taken;
}

static void
empty_cb (PeerHubNetwork *network,
          PeerHubRoom *room)
{
  PeerHub *self = room->hub;
  guint position;

  if (g_list_store_find (self->shown_rooms, room->room, &position))
    g_list_store_remove (self->shown_rooms, position);
  g_hash_table_remove (self->rooms, peer_room_get_name (room->room));
}

void
peer_hub_room_free (PeerHubRoom *self)
{
  g_autoptr (PeerHubNetwork) network = self->network;
  g_autoptr (PeerRoom) room = self->room;

  g_signal_handlers_disconnect_by_data (room, self->hub);
  g_signal_handlers_disconnect_by_data (network, self);
  peer_room_network_close (PEER_ROOM_NETWORK (network));
  g_free (self);
}

static PeerHubRoom *
peer_hub_room_new (PeerHub *hub,
                   const char *name)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (hub->context);
  PeerHubRoom *self = g_new0 (PeerHubRoom, 1);

  self->hub = hub;
  self->network = peer_hub_network_new (name, hub->settings);
  self->room = peer_room_new_served (PEER_ROOM_NETWORK (self->network));
  peer_room_set_max_members (self->room, G_MAXUINT); /* the network sees to that */
  g_signal_connect (self->network, "empty", G_CALLBACK (empty_cb), self);
  g_signal_connect (self->room, "message", G_CALLBACK (message_cb), hub);
  g_signal_connect (self->room, "any-event", G_CALLBACK (any_event_cb), hub);
  g_signal_connect (self->room, "peer-joined", G_CALLBACK (peer_joined_cb), hub);
  g_signal_connect (self->room, "peer-left", G_CALLBACK (peer_left_cb), hub);
  g_signal_connect (self->room, "authorize", G_CALLBACK (authorize_cb), hub);

  return self;
}

PeerHubRoom *
peer_hub_lookup (PeerHub *self,
                 const char *name)
{
  return g_hash_table_lookup (self->rooms, name);
}

/* Those that overtook the offer that makes the room. */
static void
hand_over_early_candidates (PeerHub *self,
                            PeerHubRoom *room,
                            const char *peer_id)
{
  const char *name = peer_room_get_name (room->room);
  g_autoptr (GPtrArray) texts = peer_early_candidates_take (self->early_candidates, name, peer_id);

  for (guint i = 0; texts != NULL && i < texts->len; i++)
    {
      g_auto (PeerHubRequest) request = { 0 };
      gsize length;
      const char *text = g_bytes_get_data (g_ptr_array_index (texts, i), &length);

      if (peer_hub_request_parse (&request, PEER_HUB_REQUEST_CANDIDATE, text, length, NULL))
        peer_hub_network_candidate (room->network, &request, NULL);
    }
}

static gboolean
keep_candidate (PeerHub *self,
                PeerHubRequest *request)
{
  g_autofree char *text = peer_hub_request_print (request, PEER_HUB_REQUEST_CANDIDATE, NULL);

  peer_early_candidates_add (self->early_candidates, request->room, request->peer_id, text, strlen (text));

  return TRUE;
}

void
peer_hub_handle_offer (PeerHub *self,
                       PeerHubRequest *request,
                       const char *address,
                       PeerHubAnswerFunc func,
                       gpointer user_data)
{
  PeerHubRoom *room = peer_hub_lookup (self, request->room);
  g_autoptr (PeerHubNetwork) network = NULL;

  if (room == NULL && g_hash_table_size (self->rooms) >= self->settings->numbers[PROP_MAX_ROOMS])
    {
      g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("There are too many rooms"));

      func (NULL, error, user_data);
      return;
    }

  if (room == NULL)
    {
      room = peer_hub_room_new (self, request->room);
      g_hash_table_insert (self->rooms, g_strdup (request->room), room);
    }

  network = g_object_ref (room->network);
  hand_over_early_candidates (self, room, request->peer_id);
  peer_hub_network_offer (network, request, address, func, user_data);
  if (g_hash_table_size (network->clients) == 0 && !peer_room_network_is_closed (PEER_ROOM_NETWORK (network)))
    empty_cb (network, room);
}

gboolean
peer_hub_handle_candidate (PeerHub *self,
                           PeerHubRequest *request,
                           GError **error)
{
  PeerHubRoom *room = peer_hub_lookup (self, request->room);

  if (room != NULL)
    return peer_hub_network_candidate (room->network, request, error);

  return request->payload.candidate == NULL || keep_candidate (self, request);
}

gboolean
peer_hub_handle_leave (PeerHub *self,
                       PeerHubRequest *request,
                       const char *address,
                       GError **error)
{
  PeerHubRoom *room = peer_hub_lookup (self, request->room);
  PeerHubClient *client = room != NULL ? peer_hub_network_lookup (room->network, request->peer_id) : NULL;

  /* It may have said so over its link already. */
  if (client == NULL)
    return TRUE;

  if (client->token != NULL ? !peer_hub_client_knows_token (client, request->token)
                            : g_strcmp0 (client->address, address) != 0)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_REFUSED, _ ("“%s” is somebody else"), request->peer_id);
      return FALSE;
    }

  peer_hub_network_remove (room->network, client, NULL);

  return TRUE;
}

GVariant *
peer_hub_room_describe (PeerHubRoom *self)
{
  GPtrArray *members = self->network->members;
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  PeerHubClient *client = NULL;
  GVariantBuilder builder;

  for (guint i = members->len; i > 0; i--)
    {
      client = g_ptr_array_index (members, i - 1);
      g_ptr_array_insert (ids, 0, client->presence.id);
    }

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add (&builder, "peer_count", g_variant_new_int64 (members->len));
  peer_vardict_add (&builder, "peers", g_variant_new_strv ((const char *const *) ids->pdata, (gssize) ids->len));
  if (client != NULL)
    peer_vardict_add_string (&builder, "host_id", client->presence.id);

  return g_variant_builder_end (&builder);
}
