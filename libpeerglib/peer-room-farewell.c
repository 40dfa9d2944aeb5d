/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-farewell-private.h"
#include "peer-source-private.h"

/* Milliseconds. */
#define PATIENCE 5000

struct _PeerRoomFarewell
{
  GMainContext *context;
  GPtrArray *connections; /* that are not closed */
  GPtrArray *tasks;       /* NULL until it is to finish */
  GSource *timeout;
};

PeerRoomFarewell *
peer_room_farewell_new (GMainContext *context)
{
  PeerRoomFarewell *self = g_new0 (PeerRoomFarewell, 1);

  self->context = g_main_context_ref (context);
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

void
peer_room_farewell_free (PeerRoomFarewell *self)
{
  for (guint i = 0; i < self->connections->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->connections, i), self);
  g_ptr_array_unref (self->connections);
  g_clear_pointer (&self->tasks, g_ptr_array_unref);
  peer_source_clear (&self->timeout);
  g_main_context_unref (self->context);
  g_free (self);
}

static void
end (PeerRoomFarewell *self)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->tasks);

  peer_room_farewell_free (self);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
}

static void
close_cb (PeerBaseConnection *connection,
          gpointer user_data)
{
  PeerRoomFarewell *self = user_data;

  g_signal_handlers_disconnect_by_data (connection, self);
  g_ptr_array_remove_fast (self->connections, connection);
  if (self->connections->len == 0 && self->tasks != NULL)
    end (self);
}

static gboolean
timeout_cb (gpointer user_data)
{
  end (user_data);

  return G_SOURCE_REMOVE;
}

void
peer_room_farewell_add (PeerRoomFarewell *self,
                        PeerDataConnection *connection)
{
  if (!peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection)))
    return;

  g_ptr_array_add (self->connections, g_object_ref (connection));
  g_signal_connect (connection, "close", G_CALLBACK (close_cb), self);
}

void
peer_room_farewell_finish (PeerRoomFarewell *self,
                           PeerWaitQueue *tasks)
{
  GTask *task;

  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  while ((task = peer_wait_queue_pop (tasks)) != NULL)
    g_ptr_array_add (self->tasks, task);
  if (self->connections->len == 0)
    end (self);
  else
    self->timeout = peer_source_new_timeout (self->context, PATIENCE, "[peerglib] see connections off", timeout_cb, self);
}
