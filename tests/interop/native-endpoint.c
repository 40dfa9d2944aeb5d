/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server with signaling, and any number of senders and receivers at it that
 * do as they are told. */

#include "native-commands.h"

typedef struct
{
  PeerServer *server;
  char *uri;
  GHashTable *endpoints; /* name -> PeerEndpoint */
} NativeEndpoints;

static JsonBuilder *
begin_event (PeerEndpoint *endpoint,
             const char *event,
             const char *id)
{
  JsonBuilder *builder = native_wire_begin_event (event);

  native_wire_add_string (builder, "endpoint", g_object_get_data (G_OBJECT (endpoint), "name"));
  native_wire_add_string (builder, "id", id);
  return builder;
}

static void
end_event_with_state (JsonBuilder *builder,
                      GVariant *state)
{
  native_wire_add_value (builder, "state", state);
  native_wire_end_event (builder);
}

static void
end_event_with_error (JsonBuilder *builder,
                      const GError *error)
{
  if (error != NULL)
    native_wire_add_error (builder, error);
  native_wire_end_event (builder);
}

static void
on_error (PeerEndpoint *endpoint,
          const char *id,
          const GError *error)
{
  end_event_with_error (begin_event (endpoint, "error", id), error);
}

static void
on_sender_connect (PeerEndpoint *endpoint,
                   const char *id)
{
  native_wire_end_event (begin_event (endpoint, "connect", id));
}

static void
on_receiver_connect (PeerEndpoint *endpoint,
                     const char *id,
                     PeerDataConnection *connection,
                     GVariant *state)
{
  end_event_with_state (begin_event (endpoint, "connect", id), state);
}

static void
on_channel (PeerEndpoint *endpoint,
            const char *id,
            PeerDataConnection *channel)
{
  JsonBuilder *builder = begin_event (endpoint, "channel", id);

  native_wire_add_string (builder, "label", peer_base_connection_get_label (PEER_BASE_CONNECTION (channel)));
  native_wire_end_event (builder);
}

static void
on_message (PeerEndpoint *endpoint,
            const char *id,
            GVariant *message)
{
  JsonBuilder *builder = begin_event (endpoint, "message", id);

  native_wire_add_value (builder, "value", message);
  native_wire_end_event (builder);
}

static void
on_sync (PeerEndpoint *endpoint,
         const char *id,
         GVariant *state)
{
  end_event_with_state (begin_event (endpoint, "sync", id), state);
}

static void
on_sender_dispose (PeerEndpoint *endpoint,
                   const char *id,
                   PeerDataConnection *connection,
                   const GError *error)
{
  end_event_with_error (begin_event (endpoint, "dispose", id), error);
}

static void
on_receiver_dispose (PeerEndpoint *endpoint,
                     const char *id,
                     PeerDataConnection *connection,
                     GVariant *state,
                     const GError *error)
{
  end_event_with_error (begin_event (endpoint, "dispose", id), error);
}

static gboolean
on_authorize (PeerSender *sender,
              PeerJoinRequest *request,
              GVariant *wanted)
{
  GVariant *credentials = peer_join_request_get_credentials (request);

  if (credentials != NULL && g_variant_equal (credentials, wanted))
    peer_join_request_accept (request);
  else
    peer_join_request_refuse (request, NULL);
  return TRUE;
}

static GVariant *
get_variant (JsonObject *parameters,
             const char *name)
{
  if (!json_object_has_member (parameters, name))
    return NULL;
  return g_variant_new_parsed (json_object_get_string_member (parameters, name));
}

static void
set_up_sender (PeerSender *sender,
               JsonObject *parameters)
{
  GVariant *state = get_variant (parameters, "state");
  GVariant *wanted = get_variant (parameters, "wants");
  g_autoptr (GListStore) channels = g_list_store_new (PEER_TYPE_CONNECT_OPTIONS);
  JsonArray *labels = json_object_has_member (parameters, "channels") ? json_object_get_array_member (parameters, "channels") : NULL;

  for (guint i = 0; labels != NULL && i < json_array_get_length (labels); i++)
    {
      g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();

      peer_connect_options_set_label (options, json_array_get_string_element (labels, i));
      peer_connect_options_set_reliable (options, TRUE);
      g_list_store_append (channels, options);
    }
  peer_sender_set_channels (sender, G_LIST_MODEL (channels));
  if (state != NULL)
    peer_sender_set_state (sender, state);
  if (wanted != NULL)
    g_signal_connect_data (sender, "authorize", G_CALLBACK (on_authorize), g_variant_ref_sink (wanted),
                           (GClosureNotify) g_variant_unref, 0);
  g_signal_connect (sender, "connect", G_CALLBACK (on_sender_connect), NULL);
  g_signal_connect (sender, "dispose", G_CALLBACK (on_sender_dispose), NULL);
}

static void
set_up_receiver (PeerReceiver *receiver,
                 JsonObject *parameters)
{
  GVariant *credentials = get_variant (parameters, "credentials");

  if (credentials != NULL)
    peer_receiver_set_credentials (receiver, credentials);
  g_signal_connect (receiver, "connect", G_CALLBACK (on_receiver_connect), NULL);
  g_signal_connect (receiver, "dispose", G_CALLBACK (on_receiver_dispose), NULL);
  g_signal_connect (receiver, "sync", G_CALLBACK (on_sync), NULL);
}

static gboolean
run_start (NativeEndpoints *self,
           JsonObject *parameters,
           JsonBuilder *answer,
           GError **error)
{
  const char *name = json_object_get_string_member (parameters, "endpoint");
  gboolean is_sender = g_str_equal (json_object_get_string_member (parameters, "role"), "sender");
  g_autoptr (PeerSignaling) signaling = peer_websocket_signaling_new (self->uri);
  g_autoptr (GListStore) no_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  PeerEndpoint *endpoint = g_object_new (is_sender ? PEER_TYPE_SENDER : PEER_TYPE_RECEIVER,
                                         "signaling", signaling,
                                         "room", json_object_get_string_member (parameters, "room"),
                                         "ice-servers", no_servers,
                                         NULL);

  g_object_set_data_full (G_OBJECT (endpoint), "name", g_strdup (name), g_free);
  g_hash_table_replace (self->endpoints, g_strdup (name), endpoint);
  g_signal_connect (endpoint, "error", G_CALLBACK (on_error), NULL);
  g_signal_connect (endpoint, "channel", G_CALLBACK (on_channel), NULL);
  g_signal_connect (endpoint, "message", G_CALLBACK (on_message), NULL);
  if (is_sender)
    {
      set_up_sender (PEER_SENDER (endpoint), parameters);
      peer_sender_start (PEER_SENDER (endpoint));
    }
  else
    {
      set_up_receiver (PEER_RECEIVER (endpoint), parameters);
      peer_receiver_start (PEER_RECEIVER (endpoint));
    }
  return TRUE;
}

static PeerEndpoint *
get_endpoint (NativeEndpoints *self,
              JsonObject *parameters)
{
  return g_hash_table_lookup (self->endpoints, json_object_get_string_member (parameters, "endpoint"));
}

static gboolean
run_send (NativeEndpoints *self,
          JsonObject *parameters,
          JsonBuilder *answer,
          GError **error)
{
  PeerEndpoint *endpoint = get_endpoint (self, parameters);
  g_autoptr (GVariant) value = native_wire_get_value (json_object_get_object_member (parameters, "value"), error);

  if (value == NULL)
    return FALSE;
  if (json_object_has_member (parameters, "channel"))
    return peer_data_connection_send (peer_endpoint_get_channel (endpoint, json_object_get_string_member (parameters, "to"),
                                                                 json_object_get_string_member (parameters, "channel")),
                                      value, error);
  if (PEER_IS_SENDER (endpoint))
    return peer_sender_send (PEER_SENDER (endpoint), value, NULL, error);
  return peer_receiver_send (PEER_RECEIVER (endpoint), value, NULL, error);
}

static gboolean
run_sync (NativeEndpoints *self,
          JsonObject *parameters,
          JsonBuilder *answer,
          GError **error)
{
  return peer_sender_sync (PEER_SENDER (get_endpoint (self, parameters)), get_variant (parameters, "state"),
                           PEER_SYNC_MODE_MERGE, error);
}

static gboolean
run_stop (NativeEndpoints *self,
          JsonObject *parameters,
          JsonBuilder *answer,
          GError **error)
{
  PeerEndpoint *endpoint = get_endpoint (self, parameters);

  if (PEER_IS_SENDER (endpoint))
    peer_sender_stop (PEER_SENDER (endpoint));
  else
    peer_receiver_stop (PEER_RECEIVER (endpoint));
  return TRUE;
}

static const NativeCommand commands[] = {
  NATIVE_COMMAND ("start", run_start),
  NATIVE_COMMAND ("send", run_send),
  NATIVE_COMMAND ("sync", run_sync),
  NATIVE_COMMAND ("stop", run_stop),
  { NULL },
};

int
main (void)
{
  g_autoptr (GError) error = NULL;
  NativeEndpoints self = { 0 };
  JsonBuilder *builder;
  int status;

  g_log_writer_default_set_use_stderr (TRUE);
  self.server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, "signaling-path", "/signaling", NULL);
  if (!peer_server_listen (self.server, &error))
    {
      g_printerr ("native-endpoint: %s\n", error->message);
      return 2;
    }

  self.uri = g_strdup_printf ("ws://127.0.0.1:%u/signaling", peer_server_get_port (self.server));
  self.endpoints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  builder = native_wire_begin_event ("listening");
  native_wire_add_string (builder, "uri", self.uri);
  native_wire_end_event (builder);
  status = native_commands_run (commands, &self);

  g_hash_table_unref (self.endpoints);
  peer_server_stop (self.server);
  g_object_unref (self.server);
  g_free (self.uri);
  return status;
}
