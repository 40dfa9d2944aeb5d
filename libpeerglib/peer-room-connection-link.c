/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-connection-link-private.h"

#include "peer-base-connection-private.h"

struct _PeerRoomConnectionLink
{
  PeerRoomLink parent_instance;

  PeerDataConnection *connection;
  GError *error; /* the last one, which may be why it closes */
};

G_DEFINE_FINAL_TYPE (PeerRoomConnectionLink, peer_room_connection_link, PEER_TYPE_ROOM_LINK)

static void
open_cb (PeerRoomLink *link)
{
  peer_room_link_emit_open (link);
}

static void
data_cb (PeerRoomLink *link,
         GVariant *value)
{
  peer_room_link_emit_value (link, value);
}

static void
error_cb (PeerRoomConnectionLink *self,
          const GError *error)
{
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

static void
close_cb (PeerRoomConnectionLink *self)
{
  g_autoptr (PeerRoomConnectionLink) keep_alive = g_object_ref (self);

  peer_room_link_emit_closed (PEER_ROOM_LINK (self), self->error);
}

PeerRoomLink *
peer_room_connection_link_new (PeerDataConnection *connection,
                               gboolean is_outgoing)
{
  PeerRoomConnectionLink *self = g_object_new (PEER_TYPE_ROOM_CONNECTION_LINK,
                                               "remote-id", peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (connection)),
                                               "is-outgoing", is_outgoing,
                                               NULL);

  self->connection = g_object_ref (connection);
  g_signal_connect_object (connection, "open", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connection, "data", G_CALLBACK (data_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connection, "error", G_CALLBACK (error_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connection, "close", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);

  return PEER_ROOM_LINK (self);
}

static gboolean
peer_room_connection_link_send (PeerRoomLink *link,
                                GVariant *value,
                                GError **error)
{
  return peer_data_connection_send (PEER_ROOM_CONNECTION_LINK (link)->connection, value, error);
}

static void
peer_room_connection_link_check (PeerRoomLink *link)
{
  peer_base_connection_check (PEER_BASE_CONNECTION (PEER_ROOM_CONNECTION_LINK (link)->connection));
}

static void
peer_room_connection_link_close (PeerRoomLink *link)
{
  PeerRoomConnectionLink *self = PEER_ROOM_CONNECTION_LINK (link);

  g_signal_handlers_disconnect_by_data (self->connection, self);
  peer_data_connection_close_flush (self->connection);
}

static GObject *
peer_room_connection_link_get_connection (PeerRoomLink *link)
{
  return G_OBJECT (PEER_ROOM_CONNECTION_LINK (link)->connection);
}

static void
peer_room_connection_link_finalize (GObject *object)
{
  PeerRoomConnectionLink *self = PEER_ROOM_CONNECTION_LINK (object);

  g_clear_object (&self->connection);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (peer_room_connection_link_parent_class)->finalize (object);
}

static void
peer_room_connection_link_class_init (PeerRoomConnectionLinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerRoomLinkClass *link_class = PEER_ROOM_LINK_CLASS (klass);

  object_class->finalize = peer_room_connection_link_finalize;
  link_class->send = peer_room_connection_link_send;
  link_class->check = peer_room_connection_link_check;
  link_class->close = peer_room_connection_link_close;
  link_class->get_connection = peer_room_connection_link_get_connection;
}

static void
peer_room_connection_link_init (PeerRoomConnectionLink *self)
{
}
