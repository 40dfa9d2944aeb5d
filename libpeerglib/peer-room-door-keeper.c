/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-door-keeper-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"

struct _PeerRoomDoorKeeper
{
  GObject parent_instance;

  PeerPeer *peer; /* NULL when closed */
  GVariant *greeting;
};

G_DEFINE_FINAL_TYPE (PeerRoomDoorKeeper, peer_room_door_keeper, G_TYPE_OBJECT)

enum
{
  OPEN,
  ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

void
peer_room_door_keeper_set_greeting (PeerRoomDoorKeeper *self,
                                    GVariant *greeting)
{
  g_clear_pointer (&self->greeting, g_variant_unref);
  self->greeting = g_variant_ref_sink (greeting);
}

static void
visitor_open_cb (PeerDataConnection *visitor,
                 PeerRoomDoorKeeper *self)
{
  g_autoptr (GError) error = NULL;

  if (self->greeting != NULL && !peer_data_connection_send (visitor, self->greeting, &error))
    g_debug ("Cannot greet %s: %s", peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (visitor)), error->message);
  peer_data_connection_close_flush (visitor);
}

static void
visitor_cb (PeerRoomDoorKeeper *self,
            PeerDataConnection *visitor)
{
  g_signal_connect_object (visitor, "open", G_CALLBACK (visitor_open_cb), self, G_CONNECT_DEFAULT);
}

static void
peer_room_door_keeper_end (PeerRoomDoorKeeper *self,
                           const GError *error)
{
  if (self->peer == NULL)
    return;

  peer_room_door_keeper_close (self);
  g_signal_emit (self, signals[ENDED], 0, error);
}

static void
disconnected_cb (PeerRoomDoorKeeper *self)
{
  g_autoptr (PeerRoomDoorKeeper) keep_alive = g_object_ref (self);
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NETWORK, _ ("The line to the server was lost"));

  peer_room_door_keeper_end (self, error);
}

static void
open_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  g_autoptr (PeerRoomDoorKeeper) self = PEER_ROOM_DOOR_KEEPER (user_data);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = peer_peer_open_finish (PEER_PEER (object), result, &error);

  if (id == NULL)
    {
      peer_room_door_keeper_end (self, error);
    }
  else if (self->peer != NULL)
    {
      g_signal_connect_object (self->peer, "disconnected", G_CALLBACK (disconnected_cb), self, G_CONNECT_SWAPPED);
      g_signal_emit (self, signals[OPEN], 0);
    }
}

PeerRoomDoorKeeper *
peer_room_door_keeper_new (PeerPeer *member,
                           const char *name)
{
  PeerRoomDoorKeeper *self = g_object_new (PEER_TYPE_ROOM_DOOR_KEEPER, NULL);
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (member->context);

  /* It does not come back by itself: somebody else may hold the name by then. */
  self->peer = g_object_new (PEER_TYPE_PEER,
                             "id", name,
                             "host", peer_peer_get_host (member),
                             "port", peer_peer_get_port (member),
                             "path", peer_peer_get_path (member),
                             "secure", peer_peer_get_secure (member),
                             "key", peer_peer_get_key (member),
                             "token", peer_peer_get_token (member),
                             "ping-interval", peer_peer_get_ping_interval (member),
                             "auto-reconnect", FALSE,
                             NULL);
  peer_peer_set_link_settings (self->peer, member->links);
  g_signal_connect_object (self->peer, "connection", G_CALLBACK (visitor_cb), self, G_CONNECT_SWAPPED);
  peer_peer_open_async (self->peer, NULL, open_cb, g_object_ref (self));

  return self;
}

void
peer_room_door_keeper_close (PeerRoomDoorKeeper *self)
{
  g_autoptr (PeerPeer) peer = g_steal_pointer (&self->peer);

  if (peer == NULL)
    return;

  g_signal_handlers_disconnect_by_data (peer, self);
  peer_peer_destroy (peer);
}

static void
peer_room_door_keeper_dispose (GObject *object)
{
  peer_room_door_keeper_close (PEER_ROOM_DOOR_KEEPER (object));

  G_OBJECT_CLASS (peer_room_door_keeper_parent_class)->dispose (object);
}

static void
peer_room_door_keeper_finalize (GObject *object)
{
  PeerRoomDoorKeeper *self = PEER_ROOM_DOOR_KEEPER (object);

  g_clear_pointer (&self->greeting, g_variant_unref);

  G_OBJECT_CLASS (peer_room_door_keeper_parent_class)->finalize (object);
}

static void
peer_room_door_keeper_class_init (PeerRoomDoorKeeperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = peer_room_door_keeper_dispose;
  object_class->finalize = peer_room_door_keeper_finalize;

  signals[OPEN] = g_signal_new ("open", PEER_TYPE_ROOM_DOOR_KEEPER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ENDED] = g_signal_new ("ended", PEER_TYPE_ROOM_DOOR_KEEPER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
peer_room_door_keeper_init (PeerRoomDoorKeeper *self)
{
}
