/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

#include "peer-enum-types.h"

typedef struct
{
  const char *condition;
  const char *location;
} Wait;

static gboolean
deadline_cb (gpointer user_data)
{
  Wait *wait = user_data;

  g_printerr ("%s: waited too long for %s\n", wait->location, wait->condition);
  g_assert_not_reached ();
}

void
peer_test_iterate (GMainContext *context,
                   gint64 deadline,
                   const char *condition,
                   const char *location)
{
  Wait wait = { condition, location };
  GSource *source = g_timeout_source_new (0);

  g_source_set_ready_time (source, deadline);
  g_source_set_callback (source, deadline_cb, &wait, NULL);
  g_source_attach (source, context);
  g_main_context_iteration (context, TRUE);
  g_source_destroy (source);
  g_source_unref (source);
}

void
peer_test_settle (void)
{
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;
}

static gboolean
count_turn_cb (gpointer user_data)
{
  guint *n_turns = user_data;

  (*n_turns)++;

  return G_SOURCE_CONTINUE;
}

void
peer_test_pause (guint interval,
                 guint n_turns)
{
  g_autoptr (GSource) source = g_timeout_source_new (interval);
  guint n_due = 0;

  g_source_set_callback (source, count_turn_cb, &n_due, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  peer_test_wait (n_due >= n_turns);
  g_source_destroy (source);
}

static void
record (PeerTestRecorder *self,
        const char *name,
        const char *argument)
{
  if (self->is_closed)
    g_printerr ("%s after %s\n", name, self->events->str);
  g_assert_false (self->is_closed);
  g_assert_true (g_thread_self () == self->thread);

  if (self->events->len > 0)
    g_string_append_c (self->events, ' ');
  g_string_append (self->events, name);
  if (argument != NULL)
    g_string_append_printf (self->events, ":%s", argument);
}

static void
on_open_peer (PeerPeer *peer,
              const char *id,
              PeerTestRecorder *self)
{
  g_assert_true (peer_peer_get_is_open (peer));
  record (self, "open", id);
}

static void
on_connection (PeerPeer *peer,
               PeerDataConnection *connection,
               PeerTestRecorder *self)
{
  record (self, "connection", NULL);
  g_ptr_array_add (self->connections, g_object_ref (connection));
}

static void
on_disconnected (PeerPeer *peer,
                 const char *id,
                 PeerTestRecorder *self)
{
  g_assert_false (peer_peer_get_is_open (peer));
  g_assert_true (peer_peer_get_is_disconnected (peer));
  record (self, "disconnected", id);
}

static void
on_open_connection (PeerBaseConnection *connection,
                    PeerTestRecorder *self)
{
  g_assert_true (peer_base_connection_get_is_open (connection));
  record (self, "open", NULL);
}

static void
on_data (PeerDataConnection *connection,
         GVariant *value,
         PeerTestRecorder *self)
{
  g_autofree char *text = g_variant_get_size (value) <= 128 ? g_variant_print (value, FALSE) : NULL;

  g_assert_true (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection)));
  record (self, "data", text != NULL ? text : g_variant_get_type_string (value));
  g_ptr_array_add (self->values, g_variant_ref (value));
}

static void
on_drained (PeerDataConnection *connection,
            PeerTestRecorder *self)
{
  record (self, "drained", NULL);
}

static void
on_ice_state (PeerDataConnection *connection,
              PeerIceConnectionState state,
              PeerTestRecorder *self)
{
  g_assert_false (self->is_closed);
}

static void
on_error (gpointer object,
          const GError *error,
          PeerTestRecorder *self)
{
  g_autoptr (GEnumClass) errors = g_type_class_ref (PEER_TYPE_ERROR);

  if (error->domain == PEER_ERROR)
    record (self, "error", g_enum_get_value (errors, error->code)->value_nick);
  else
    record (self, "error", g_quark_to_string (error->domain));
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

static void
on_close (gpointer object,
          PeerTestRecorder *self)
{
  record (self, "close", NULL);
  self->is_closed = TRUE;
}

PeerTestRecorder *
peer_test_recorder_new (gpointer object)
{
  PeerTestRecorder *self = g_new0 (PeerTestRecorder, 1);

  g_set_weak_pointer (&self->object, object);
  self->thread = g_thread_self ();
  self->events = g_string_new (NULL);
  self->values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);

  if (PEER_IS_PEER (object))
    {
      g_signal_connect (object, "open", G_CALLBACK (on_open_peer), self);
      g_signal_connect (object, "connection", G_CALLBACK (on_connection), self);
      g_signal_connect (object, "disconnected", G_CALLBACK (on_disconnected), self);
    }
  else
    {
      g_signal_connect (object, "open", G_CALLBACK (on_open_connection), self);
      g_signal_connect (object, "data", G_CALLBACK (on_data), self);
      g_signal_connect (object, "drained", G_CALLBACK (on_drained), self);
      g_signal_connect (object, "ice-state-changed", G_CALLBACK (on_ice_state), self);
    }
  g_signal_connect (object, "error", G_CALLBACK (on_error), self);
  g_signal_connect (object, "close", G_CALLBACK (on_close), self);

  return self;
}

void
peer_test_recorder_free (PeerTestRecorder *self)
{
  if (self->object != NULL)
    g_signal_handlers_disconnect_by_data (self->object, self);
  g_clear_weak_pointer (&self->object);
  g_string_free (self->events, TRUE);
  g_ptr_array_unref (self->values);
  g_ptr_array_unref (self->connections);
  g_clear_error (&self->error);
  g_free (self);
}

void
peer_test_wait_event_text (PeerTestRecorder *self,
                           const char *expected,
                           const char *location)
{
  gint64 deadline = g_get_monotonic_time () + PEER_TEST_DEADLINE;

  while (!g_str_equal (self->events->str, expected))
    {
      if (!g_str_has_prefix (expected, self->events->str))
        g_printerr ("%s:\n", location);
      g_assert_cmpstr (g_str_has_prefix (expected, self->events->str) ? expected : self->events->str, ==, expected);
      peer_test_iterate (g_main_context_get_thread_default (), deadline, expected, location);
    }
}

typedef struct
{
  PeerTestAction action;
  gpointer user_data;
} Action;

static void
action_marshal (GClosure *closure,
                GValue *result,
                guint n_values,
                const GValue *values,
                gpointer hint,
                gpointer marshal_data)
{
  Action *action = closure->data;

  action->action (action->user_data);
}

static void
action_free (gpointer data,
             GClosure *closure)
{
  g_free (data);
}

int
peer_test_find_text (PeerTestRecorder *self,
                     const char *text)
{
  for (guint i = 0; i < self->values->len; i++)
    {
      GVariant *value = g_ptr_array_index (self->values, i);

      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && g_str_equal (g_variant_get_string (value, NULL), text))
        return (int) i;
    }

  return -1;
}

void
peer_test_on (gpointer object,
              const char *detailed_signal,
              PeerTestAction action,
              gpointer user_data)
{
  Action *data = g_new (Action, 1);
  GClosure *closure = g_closure_new_simple (sizeof (GClosure), data);

  data->action = action;
  data->user_data = user_data;
  g_closure_set_marshal (closure, action_marshal);
  g_closure_add_finalize_notifier (closure, data, action_free);
  g_signal_connect_closure (object, detailed_signal, closure, FALSE);
}

PeerPeer *
peer_test_peer_new (PeerTestServer *server,
                    const char *id)
{
  PeerPeer *peer = peer_peer_new_for_uri (server->uri, id);

  peer_peer_set_transport_factory (peer, peer_loopback_transport_new);
  /* A real one takes longer than all the rest. */
  peer->links->certificate = g_bytes_new_static ("test", 4);

  return peer;
}

void
peer_test_peer_wait_open (PeerPeer *peer)
{
  peer_test_wait (peer_peer_get_is_open (peer));
}

void
peer_test_hurry (PeerPeer *peer)
{
  peer_test_wait (peer->reconnect_source != NULL);
  g_source_set_ready_time (peer->reconnect_source, 0);
}

void
peer_test_peer_finish (PeerPeer *peer)
{
  peer_peer_destroy (peer);
  g_assert_finalize_object (peer);
}

PeerLoopbackTransport *
peer_test_get_transport (gpointer connection)
{
  PeerTransport *transport = PEER_BASE_CONNECTION (connection)->transport;

  if (PEER_IS_RESUMABLE_TRANSPORT (transport))
    transport = peer_resumable_transport_get_link (PEER_RESUMABLE_TRANSPORT (transport));

  return transport != NULL ? PEER_LOOPBACK_TRANSPORT (transport) : NULL;
}

void
peer_test_pair_init (PeerTestPair *self)
{
  *self = (PeerTestPair){ 0 };
  self->server = peer_test_server_new ();
  self->alice = peer_test_peer_new (self->server, "alice");
  self->bob = peer_test_peer_new (self->server, "bob");
  peer_test_peer_wait_open (self->alice);
  peer_test_peer_wait_open (self->bob);
  self->alice_events = peer_test_recorder_new (self->alice);
  self->bob_events = peer_test_recorder_new (self->bob);
}

static void
incoming_cb (PeerPeer *bob,
             PeerDataConnection *connection,
             PeerTestPair *self)
{
  self->incoming = g_object_ref (connection);
  self->incoming_events = peer_test_recorder_new (connection);
  g_signal_handlers_disconnect_by_func (bob, incoming_cb, self);
}

void
peer_test_pair_connect (PeerTestPair *self,
                        PeerConnectOptions *options)
{
  g_signal_connect (self->bob, "connection", G_CALLBACK (incoming_cb), self);
  self->outgoing = g_object_ref (peer_peer_connect_to (self->alice, "bob", options));
  self->outgoing_events = peer_test_recorder_new (self->outgoing);
  peer_test_wait (self->incoming != NULL);
}

void
peer_test_pair_open (PeerTestPair *self,
                     PeerConnectOptions *options)
{
  peer_test_pair_init (self);
  peer_test_pair_connect (self, options);
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (self->outgoing)));
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (self->incoming)));
  g_string_truncate (self->outgoing_events->events, 0);
  g_string_truncate (self->incoming_events->events, 0);
}

void
peer_test_pair_open_in (PeerTestPair *self,
                        PeerSerialization serialization)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS, "serialization", serialization, NULL);

  peer_test_pair_open (self, options);
}

void
peer_test_pair_stall (PeerTestPair *self,
                      gboolean is_stalled)
{
  peer_loopback_transport_set_stalled (peer_test_get_transport (self->outgoing), is_stalled);
}

gboolean
peer_test_send_zeros (PeerDataConnection *connection,
                      gsize size,
                      GError **error)
{
  g_autofree guint8 *data = g_malloc0 (size);
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  return peer_data_connection_send_bytes (connection, bytes, error);
}

void
peer_test_pair_clear (PeerTestPair *self)
{
  peer_peer_destroy (self->alice);
  peer_peer_destroy (self->bob);
  g_clear_pointer (&self->alice_events, peer_test_recorder_free);
  g_clear_pointer (&self->bob_events, peer_test_recorder_free);
  if (self->outgoing != NULL)
    {
      g_assert_true (self->outgoing_events->is_closed);
      g_clear_pointer (&self->outgoing_events, peer_test_recorder_free);
      g_assert_finalize_object (g_steal_pointer (&self->outgoing));
    }
  if (self->incoming != NULL)
    {
      g_assert_true (self->incoming_events->is_closed);
      g_clear_pointer (&self->incoming_events, peer_test_recorder_free);
      g_assert_finalize_object (g_steal_pointer (&self->incoming));
    }
  g_assert_finalize_object (g_steal_pointer (&self->alice));
  g_assert_finalize_object (g_steal_pointer (&self->bob));
  g_clear_pointer (&self->server, peer_test_server_free);
}
