/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "endpoint-pair.h"

#include "libpeerglib/protocol/peer-json-private.h"

static void
add_event (EndpointEnd *self,
           const char *name,
           const char *id,
           const char *detail)
{
  if (self->events->len > 0)
    g_string_append_c (self->events, ' ');
  g_string_append_printf (self->events, "%s:%s", name, id != NULL ? id : "");
  if (detail != NULL)
    g_string_append_printf (self->events, ":%s", detail);
}

static const char *
get_nick (const GError *error)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (PEER_TYPE_ERROR);

  g_assert_true (error->domain == PEER_ERROR);

  return g_enum_get_value (codes, error->code)->value_nick;
}

static void
error_cb (EndpointEnd *self,
          const char *id,
          const GError *error)
{
  add_event (self, "error", id, get_nick (error));
}

/* The states that receivers get with their signals are those of the moment. */
static void
assert_state (EndpointEnd *self,
              const char *id,
              GVariant *state)
{
  GVariant *kept = peer_receiver_get_sender_state (PEER_RECEIVER (self->endpoint), id);

  g_assert_true (kept == state);
}

static void
connect_cb (EndpointEnd *self,
            const char *id,
            PeerDataConnection *connection)
{
  g_assert_cmpstr (peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (connection)), ==, id);
  g_assert_true (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection)));
  add_event (self, "connect", id, NULL);
}

static void
channel_cb (EndpointEnd *self,
            const char *id,
            PeerDataConnection *channel)
{
  const char *label = peer_base_connection_get_label (PEER_BASE_CONNECTION (channel));

  g_assert_true (peer_endpoint_get_channel (self->endpoint, id, label) == channel);
  add_event (self, "channel", id, label);
}

static void
add_message (EndpointEnd *self,
             const char *id,
             GVariant *message)
{
  g_autofree char *text = g_variant_print (message, FALSE);

  add_event (self, "message", id, text);
}

static void
sender_message_cb (EndpointEnd *self,
                   const char *id,
                   GVariant *message)
{
  add_message (self, id, message);
}

static void
sender_dispose_cb (EndpointEnd *self,
                   const char *id,
                   PeerDataConnection *connection,
                   const GError *error)
{
  g_assert_null (peer_endpoint_get_channel (self->endpoint, id, NULL));
  add_event (self, "dispose", id, error != NULL ? get_nick (error) : NULL);
}

static void
receiver_message_cb (EndpointEnd *self,
                     const char *id,
                     GVariant *message,
                     GVariant *state)
{
  assert_state (self, id, state);
  add_message (self, id, message);
}

static void
receiver_dispose_cb (EndpointEnd *self,
                     const char *id,
                     PeerDataConnection *connection,
                     GVariant *state,
                     const GError *error)
{
  sender_dispose_cb (self, id, connection, error);
}

static void
sync_cb (EndpointEnd *self,
         const char *id,
         GVariant *state)
{
  g_autofree char *text = state != NULL ? g_variant_print (state, FALSE) : NULL;

  assert_state (self, id, state);
  add_event (self, "sync", id, text);
}

EndpointEnd *
endpoint_end_new (GType type,
                  PeerSignaling *bus,
                  const char *id)
{
  EndpointEnd *self = g_new0 (EndpointEnd, 1);
  g_autoptr (GListStore) no_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);

  self->events = g_string_new (NULL);
  self->line = peer_test_line_new (bus);
  self->endpoint = g_object_new (type, "signaling", self->line, "id", id, "room", "room", "ice-servers", no_servers, NULL);
  self->endpoint->links->transport_factory = peer_loopback_transport_new;
  self->endpoint->links->certificate = g_bytes_new_static ("test", 4);

  g_signal_connect_swapped (self->endpoint, "error", G_CALLBACK (error_cb), self);
  g_signal_connect_swapped (self->endpoint, "connect", G_CALLBACK (connect_cb), self);
  g_signal_connect_swapped (self->endpoint, "channel", G_CALLBACK (channel_cb), self);
  if (type == PEER_TYPE_SENDER)
    {
      g_signal_connect_swapped (self->endpoint, "message", G_CALLBACK (sender_message_cb), self);
      g_signal_connect_swapped (self->endpoint, "dispose", G_CALLBACK (sender_dispose_cb), self);
    }
  else
    {
      g_signal_connect_swapped (self->endpoint, "message", G_CALLBACK (receiver_message_cb), self);
      g_signal_connect_swapped (self->endpoint, "dispose", G_CALLBACK (receiver_dispose_cb), self);
      g_signal_connect_swapped (self->endpoint, "sync", G_CALLBACK (sync_cb), self);
    }

  return self;
}

/* Nothing may be emitted by an end that is gone, and nobody may hold it. */
void
endpoint_end_free (EndpointEnd *self)
{
  gsize length = self->events->len;

  g_assert_finalize_object (self->endpoint);
  g_assert_cmpuint (self->events->len, ==, length);
  g_assert_finalize_object (self->line);
  g_string_free (self->events, TRUE);
  g_free (self);
}

void
endpoint_pair_init (EndpointPair *self,
                    gconstpointer data)
{
  self->bus = peer_memory_signaling_new ();
  self->sender = endpoint_end_new (PEER_TYPE_SENDER, self->bus, "sender");
  self->receiver = endpoint_end_new (PEER_TYPE_RECEIVER, self->bus, "receiver");
}

void
endpoint_pair_clear (EndpointPair *self,
                     gconstpointer data)
{
  g_clear_pointer (&self->sender, endpoint_end_free);
  g_clear_pointer (&self->receiver, endpoint_end_free);
  peer_test_settle ();
  g_assert_finalize_object (self->bus);
}

void
endpoint_pair_connect (EndpointPair *self)
{
  peer_sender_start (PEER_SENDER (self->sender->endpoint));
  peer_receiver_start (PEER_RECEIVER (self->receiver->endpoint));
  endpoint_end_wait (self->sender, "connect:receiver channel:receiver:receiver");
  endpoint_end_wait (self->receiver, "connect:sender channel:sender:receiver");
}

void
endpoint_pair_publish (EndpointPair *self,
                       const char *topic,
                       const char *text)
{
  g_auto (GStrv) parts = g_strsplit (topic, ":", -1);
  g_autoptr (GVariant) message = peer_json_parse (text, strlen (text), PEER_JSON_MAX_DEPTH, NULL);

  g_assert_nonnull (message);
  g_assert_true (peer_signaling_publish (self->bus, (const char *const *) parts, message, NULL));
  peer_test_settle ();
}
