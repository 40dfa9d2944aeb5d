/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-endpoint-private.h"

#include <glib/gi18n-lib.h>

#include "peer-connect-options-private.h"
#include "peer-error.h"

static void
clear_remote (gpointer data)
{
  PeerEndpointRemote *remote = data;

  g_free (remote->id);
  g_clear_object (&remote->connection);
  g_ptr_array_unref (remote->channels);
  g_clear_error (&remote->error);
  g_queue_clear_full (&remote->queue, (GDestroyNotify) g_variant_unref);
  g_clear_pointer (&remote->state, g_variant_unref);
}

void
peer_endpoint_remote_unref (PeerEndpointRemote *remote)
{
  g_rc_box_release_full (remote, clear_remote);
}

PeerEndpointRemote *
peer_endpoint_lookup (PeerEndpoint *self,
                      const char *id)
{
  return g_hash_table_lookup (self->remotes, id);
}

/* Who is at the other end of a channel. It is listed as long as its channels
 * are followed. */
static PeerEndpointRemote *
get_remote (PeerEndpoint *self,
            PeerDataConnection *channel)
{
  return g_rc_box_acquire (peer_endpoint_lookup (self, peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (channel))));
}

static gboolean
is_current (PeerEndpoint *self,
            PeerEndpointRemote *remote)
{
  return peer_endpoint_lookup (self, remote->id) == remote;
}

static void
flush (PeerEndpoint *self,
       PeerEndpointRemote *remote)
{
  GVariant *value;

  while ((value = g_queue_pop_head (&remote->queue)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (!peer_data_connection_send (remote->connection, value, &error))
        peer_endpoint_report (self, remote->id, error);
      g_variant_unref (value);
    }
}

static void
open_cb (PeerEndpoint *self,
         PeerDataConnection *channel)
{
  PeerEndpointClass *klass = PEER_ENDPOINT_GET_CLASS (self);
  g_autoptr (PeerEndpoint) keep_alive = g_object_ref (self);
  g_autoptr (PeerEndpointRemote) remote = get_remote (self, channel);
  gboolean is_first;

  is_first = !remote->is_connected;
  remote->is_connected = TRUE;
  if (channel == remote->connection)
    flush (self, remote);
  if (is_first && is_current (self, remote))
    klass->connected (self, remote);
  if (is_current (self, remote) && peer_data_connection_is_open (channel))
    klass->channel (self, remote, channel);
}

static void
data_cb (PeerEndpoint *self,
         GVariant *value,
         PeerDataConnection *channel)
{
  g_autoptr (PeerEndpoint) keep_alive = g_object_ref (self);
  g_autoptr (PeerEndpointRemote) remote = get_remote (self, channel);

  PEER_ENDPOINT_GET_CLASS (self)->message (self, remote, channel, value);
}

/* What ends a channel is told when the last one has ended. */
static void
error_cb (PeerEndpoint *self,
          const GError *error,
          PeerDataConnection *channel)
{
  g_autoptr (PeerEndpointRemote) remote = get_remote (self, channel);

  if (!PEER_BASE_CONNECTION (channel)->is_failing)
    {
      peer_endpoint_report (self, remote->id, error);
      return;
    }

  g_clear_error (&remote->error);
  remote->error = g_error_copy (error);
}

static void
tell_end (PeerEndpoint *self,
          PeerEndpointRemote *remote)
{
  PeerTopicMessage message = PEER_TOPIC_MESSAGE_INIT (PEER_TOPIC_MESSAGE_DISPOSE, self->id);

  if (remote->is_told)
    return;

  remote->is_told = TRUE;
  PEER_ENDPOINT_GET_CLASS (self)->fill_message (self, remote, &message);
  peer_endpoint_publish (self, remote->id, &message, NULL);
}

static void
unlist (PeerEndpoint *self,
        PeerDataConnection *channel)
{
  guint position;

  if (g_list_store_find (self->connections, channel, &position))
    g_list_store_remove (self->connections, position);
}

static void
close_cb (PeerEndpoint *self,
          PeerDataConnection *channel)
{
  g_autoptr (PeerEndpoint) keep_alive = g_object_ref (self);
  g_autoptr (PeerEndpointRemote) remote = get_remote (self, channel);

  g_signal_handlers_disconnect_by_data (channel, self);
  g_ptr_array_remove (remote->channels, channel);
  if (remote->channels->len == 0)
    {
      g_hash_table_remove (self->remotes, remote->id);
      tell_end (self, remote);
    }
  unlist (self, channel);
  if (remote->channels->len == 0)
    PEER_ENDPOINT_GET_CLASS (self)->disposed (self, remote);
  else if (!remote->is_connected && channel == remote->connection)
    peer_endpoint_close_remote (self, remote);
}

static void
add_channel (PeerEndpoint *self,
             PeerEndpointRemote *remote,
             PeerDataConnection *channel)
{
  g_ptr_array_add (remote->channels, g_object_ref (channel));
  g_signal_connect_object (channel, "open", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (channel, "data", G_CALLBACK (data_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (channel, "error", G_CALLBACK (error_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (channel, "close", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);
  peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (channel), self->connection_timeout);
  g_list_store_append (self->connections, channel);
}

static void
add_further_channel (PeerEndpoint *self,
                     PeerEndpointRemote *remote,
                     PeerTransport *transport,
                     const char *label,
                     gboolean is_reliable)
{
  PeerDataConnectionDescription description = {
    .peer_id = remote->id,
    .connection_id = remote->id,
    .label = label,
    .serialization = self->serialization,
    .reliable = is_reliable,
    .max_message_size = (gsize) self->links->max_message_size,
    .pending_budget = self->links->pending_budget,
  };
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (PeerDataConnection) channel = peer_data_connection_new_for_channel (transport, &description);

  add_channel (self, remote, channel);
}

static void
channel_cb (PeerEndpoint *self,
            PeerTransport *transport,
            const char *label,
            PeerTransport *first)
{
  GHashTableIter iter;
  PeerEndpointRemote *remote;

  g_hash_table_iter_init (&iter, self->remotes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &remote))
    {
      if (PEER_BASE_CONNECTION (remote->connection)->transport == first)
        {
          add_further_channel (self, remote, transport, label, FALSE);
          return;
        }
    }
}

void
peer_endpoint_open_channel (PeerEndpoint *self,
                            PeerEndpointRemote *remote,
                            PeerConnectOptions *options)
{
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  PeerDataConnectionDescription description = { .connection_id = remote->id };
  PeerTransportChannel channel;
  g_autoptr (PeerTransport) transport = NULL;

  peer_connect_options_apply (options, &description, config);
  channel = (PeerTransportChannel){
    .label = config->label,
    .ordered = config->ordered,
    .max_retransmits = config->max_retransmits,
    .max_packet_life_time = config->max_packet_life_time,
  };
  transport = peer_transport_add_channel (PEER_BASE_CONNECTION (remote->connection)->transport, &channel);
  if (transport != NULL)
    add_further_channel (self, remote, transport, config->label, description.reliable);
}

PeerEndpointRemote *
peer_endpoint_add_remote (PeerEndpoint *self,
                          PeerDataConnection *connection)
{
  PeerEndpointRemote *remote = g_rc_box_new0 (PeerEndpointRemote);

  remote->id = g_strdup (peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (connection)));
  remote->connection = g_object_ref (connection);
  remote->channels = g_ptr_array_new_with_free_func (g_object_unref);
  remote->queue = self->backlog;
  g_queue_init (&self->backlog);
  g_hash_table_replace (self->remotes, remote->id, remote);
  add_channel (self, remote, connection);
  g_signal_connect_object (PEER_BASE_CONNECTION (connection)->transport, "channel", G_CALLBACK (channel_cb), self, G_CONNECT_SWAPPED);

  return remote;
}

void
peer_endpoint_close_remote (PeerEndpoint *self,
                            PeerEndpointRemote *remote)
{
  g_autoptr (PeerEndpointRemote) keep_alive = g_rc_box_acquire (remote);

  while (remote->channels->len > 0)
    peer_base_connection_close (g_ptr_array_index (remote->channels, remote->channels->len - 1));
}

GPtrArray *
peer_endpoint_list_remotes (PeerEndpoint *self)
{
  GPtrArray *remotes = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_endpoint_remote_unref);
  GHashTableIter iter;
  gpointer remote;

  g_hash_table_iter_init (&iter, self->remotes);
  while (g_hash_table_iter_next (&iter, NULL, &remote))
    g_ptr_array_add (remotes, g_rc_box_acquire (remote));

  return remotes;
}

void
peer_endpoint_close_remotes (PeerEndpoint *self)
{
  g_autoptr (GPtrArray) remotes = peer_endpoint_list_remotes (self);

  for (guint i = 0; i < remotes->len; i++)
    tell_end (self, g_ptr_array_index (remotes, i));
  for (guint i = 0; i < remotes->len; i++)
    peer_endpoint_close_remote (self, g_ptr_array_index (remotes, i));
}

void
peer_endpoint_drop_remotes (PeerEndpoint *self)
{
  g_autoptr (GPtrArray) remotes = peer_endpoint_list_remotes (self);

  g_hash_table_remove_all (self->remotes);
  for (guint i = 0; i < remotes->len; i++)
    {
      PeerEndpointRemote *remote = g_ptr_array_index (remotes, i);

      tell_end (self, remote);
      for (guint j = 0; j < remote->channels->len; j++)
        {
          PeerBaseConnection *channel = g_ptr_array_index (remote->channels, j);

          g_signal_handlers_disconnect_by_data (channel, self);
          peer_base_connection_close (channel);
        }
    }
}

/* Makes room by dropping the oldest, and says so. */
static gboolean
enqueue (PeerEndpoint *self,
         GQueue *queue,
         const char *remote_id,
         GVariant *value,
         GError **error)
{
  g_autoptr (GVariant) oldest = NULL;

  if (self->queue_size == 0)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("There is no open connection"));
      return FALSE;
    }

  if (queue->length >= self->queue_size)
    oldest = g_queue_pop_head (queue);
  g_queue_push_tail (queue, g_variant_ref (value));
  if (oldest != NULL)
    {
      g_autoptr (GError) dropped = g_error_new_literal (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                                                        _ ("The oldest message that waited was dropped"));

      peer_endpoint_report (self, remote_id, dropped);
    }

  return TRUE;
}

static gboolean
send_to_remote (PeerEndpoint *self,
                PeerEndpointRemote *remote,
                GVariant *value,
                GError **error)
{
  if (PEER_BASE_CONNECTION (remote->connection)->state == PEER_CONNECTION_STATE_CONNECTING)
    return enqueue (self, &remote->queue, remote->id, value, error);

  return peer_data_connection_send (remote->connection, value, error);
}

static gboolean
send_to_all (PeerEndpoint *self,
             GVariant *value,
             GError **error)
{
  g_autoptr (GPtrArray) remotes = peer_endpoint_list_remotes (self);
  g_autoptr (GError) first_error = NULL;

  if (remotes->len == 0)
    return enqueue (self, &self->backlog, NULL, value, error);

  for (guint i = 0; i < remotes->len; i++)
    send_to_remote (self, g_ptr_array_index (remotes, i), value, first_error == NULL ? &first_error : NULL);
  if (first_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&first_error));

  return FALSE;
}

gboolean
peer_endpoint_send (PeerEndpoint *self,
                    GVariant *value,
                    const char *remote_id,
                    GError **error)
{
  g_autoptr (PeerEndpoint) keep_alive = g_object_ref (self);
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  g_autoptr (PeerEndpointRemote) remote = NULL;

  if (!self->is_active)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET, _ ("It was not started"));
      return FALSE;
    }
  if (remote_id == NULL)
    return send_to_all (self, sunk, error);

  remote = peer_endpoint_lookup (self, remote_id);
  if (remote == NULL)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, _ ("There is no connection to “%s”"), remote_id);
      return FALSE;
    }
  g_rc_box_acquire (remote);

  return send_to_remote (self, remote, sunk, error);
}

/**
 * peer_endpoint_get_channel:
 * @self: a sender or a receiver
 * @id: the id of one at the other side
 * @label: (nullable): the label of a channel, or %NULL for the first
 *
 * Gets a channel to one at the other side. Each is a connection of its own, which
 * sends and receives for itself; closing the last one ends the connection.
 *
 * Returns: (transfer none) (nullable): the channel, or %NULL if there is none
 */
PeerDataConnection *
peer_endpoint_get_channel (PeerEndpoint *self,
                           const char *id,
                           const char *label)
{
  PeerEndpointRemote *remote;

  g_return_val_if_fail (PEER_IS_ENDPOINT (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  remote = peer_endpoint_lookup (self, id);
  for (guint i = 0; remote != NULL && i < remote->channels->len; i++)
    {
      PeerDataConnection *channel = g_ptr_array_index (remote->channels, i);

      if (label == NULL || g_str_equal (peer_base_connection_get_label (PEER_BASE_CONNECTION (channel)), label))
        return channel;
    }

  return NULL;
}
