/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-upgrades-private.h"

#define SOCKET_KEY "peer-upgrades-socket"

struct _PeerUpgrades
{
  PeerPollHub *hub;
  GHashTable *messages; /* whose answer is on its way */
  PeerUpgradedFunc func;
  gpointer user_data;
};

PeerUpgrades *
peer_upgrades_new (PeerPollHub *hub,
                   PeerUpgradedFunc func,
                   gpointer user_data)
{
  PeerUpgrades *self = g_new0 (PeerUpgrades, 1);

  self->hub = g_object_ref (hub);
  self->messages = g_hash_table_new (NULL, NULL);
  self->func = func;
  self->user_data = user_data;

  return self;
}

void
peer_upgrades_free (PeerUpgrades *self)
{
  GHashTableIter iter;
  gpointer message;

  g_hash_table_iter_init (&iter, self->messages);
  while (g_hash_table_iter_next (&iter, &message, NULL))
    g_signal_handlers_disconnect_by_data (message, self);

  g_hash_table_unref (self->messages);
  g_object_unref (self->hub);
  g_free (self);
}

void
peer_upgrades_set_socket (GSocketAddress *remote_address,
                          GSocket *socket)
{
  /* The connection holds both. */
  g_object_set_data (G_OBJECT (remote_address), SOCKET_KEY, socket);
}

static GSocket *
get_socket (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  if (socket != NULL || address == NULL)
    return socket;

  return g_object_get_data (G_OBJECT (address), SOCKET_KEY);
}

/* libsoup prints a warning when it looks for the address of who is gone. */
static gboolean
is_connected (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_remote_address (socket, NULL);

  return address != NULL;
}

static void
upgraded_cb (SoupServerMessage *message,
             gpointer user_data)
{
  PeerUpgrades *self = user_data;
  g_autoptr (SoupServerMessage) kept = g_object_ref (message);
  g_autoptr (GSocket) socket = g_object_ref (get_socket (message));
  g_autoptr (GIOStream) base = NULL;
  PeerPollStream *stream;

  g_signal_handlers_disconnect_by_data (message, self);
  g_hash_table_remove (self->messages, message);
  if (!is_connected (socket))
    return;

  /* libsoup forgets who it was. */
  soup_server_message_get_remote_host (message);
  base = soup_server_message_steal_connection (message);
  stream = peer_poll_stream_new_for_io_stream (self->hub, base, socket);
  if (stream != NULL)
    self->func (stream, message, self->user_data);
}

static void
finished_cb (SoupServerMessage *message,
             gpointer user_data)
{
  PeerUpgrades *self = user_data;

  g_hash_table_remove (self->messages, message);
}

gboolean
peer_upgrades_is_asked_for (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_message_headers_header_contains (headers, "Connection", "upgrade") &&
         soup_message_headers_get_list (headers, "Upgrade") != NULL;
}

guint
peer_upgrades_begin (PeerUpgrades *self,
                     SoupServerMessage *message)
{
  if (get_socket (message) == NULL || !soup_websocket_server_process_handshake (message, NULL, NULL, NULL, NULL))
    return SOUP_STATUS_BAD_REQUEST;

  g_hash_table_add (self->messages, message);
  g_signal_connect (message, "wrote-informational", G_CALLBACK (upgraded_cb), self);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), self);

  return 0;
}
