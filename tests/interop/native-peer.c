/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A peer that does as it is told. */

#include "native-commands.h"
#include "native-measure.h"
#include "native-network.h"

#include <locale.h>

typedef struct
{
  PeerPeer *peer;
  GHashTable *connections; /* connection id -> PeerDataConnection */
} NativePeer;

static void
add_connection (JsonBuilder *builder,
                PeerDataConnection *connection)
{
  g_autofree char *id = NULL;
  g_autofree char *peer_id = NULL;
  g_autofree char *label = NULL;
  g_autoptr (GVariant) metadata = NULL;
  PeerSerialization serialization;
  gboolean reliable;

  g_object_get (connection,
                "connection-id", &id,
                "peer-id", &peer_id,
                "label", &label,
                "metadata", &metadata,
                "serialization", &serialization,
                "reliable", &reliable,
                NULL);
  native_wire_add_string (builder, "connection", id);
  native_wire_add_string (builder, "peer", peer_id);
  native_wire_add_string (builder, "label", label);
  native_wire_add_value (builder, "metadata", metadata);
  native_wire_add_string (builder, "serialization", native_wire_serialization_name (serialization));
  json_builder_set_member_name (builder, "reliable");
  json_builder_add_boolean_value (builder, reliable);
  json_builder_set_member_name (builder, "reconnect");
  json_builder_add_boolean_value (builder, peer_data_connection_get_reconnect (connection));
}

static JsonBuilder *
begin_connection_event (const char *name,
                        PeerDataConnection *connection)
{
  JsonBuilder *builder = native_wire_begin_event (name);
  g_autofree char *id = NULL;

  g_object_get (connection, "connection-id", &id, NULL);
  native_wire_add_string (builder, "connection", id);
  return builder;
}

static void
on_connection_open (PeerDataConnection *connection,
                    NativePeer *self)
{
  native_wire_end_event (begin_connection_event ("connection-open", connection));
}

static void
on_connection_close (PeerDataConnection *connection,
                     NativePeer *self)
{
  native_wire_end_event (begin_connection_event ("connection-close", connection));
}

static void
on_connection_error (PeerDataConnection *connection,
                     const GError *error,
                     NativePeer *self)
{
  JsonBuilder *builder = begin_connection_event ("connection-error", connection);

  native_wire_add_error (builder, error);
  native_wire_end_event (builder);
}

static void
on_data (PeerDataConnection *connection,
         GVariant *value,
         NativePeer *self)
{
  JsonBuilder *builder = begin_connection_event ("data", connection);

  native_wire_add_value (builder, "value", value);
  native_wire_end_event (builder);
}

static void
watch (NativePeer *self,
       PeerDataConnection *connection)
{
  char *id;

  g_object_get (connection, "connection-id", &id, NULL);
  g_hash_table_insert (self->connections, id, g_object_ref (connection));

  native_network_watch (connection);
  g_signal_connect (connection, "open", G_CALLBACK (on_connection_open), self);
  g_signal_connect (connection, "close", G_CALLBACK (on_connection_close), self);
  g_signal_connect (connection, "error", G_CALLBACK (on_connection_error), self);
  g_signal_connect (connection, "data", G_CALLBACK (on_data), self);
}

static void
on_open (PeerPeer *peer,
         const char *id,
         NativePeer *self)
{
  JsonBuilder *builder = native_wire_begin_event ("open");

  native_wire_add_string (builder, "id", id);
  native_wire_end_event (builder);
}

static void
on_connection (PeerPeer *peer,
               PeerDataConnection *connection,
               NativePeer *self)
{
  JsonBuilder *builder = native_wire_begin_event ("connection");

  watch (self, connection);
  add_connection (builder, connection);
  native_wire_end_event (builder);
}

static void
on_disconnected (PeerPeer *peer,
                 const char *id,
                 NativePeer *self)
{
  JsonBuilder *builder = native_wire_begin_event ("disconnected");

  native_wire_add_string (builder, "id", id);
  native_wire_end_event (builder);
}

static void
on_close (PeerPeer *peer,
          NativePeer *self)
{
  native_wire_end_event (native_wire_begin_event ("close"));
}

static void
on_error (PeerPeer *peer,
          const GError *error,
          NativePeer *self)
{
  JsonBuilder *builder = native_wire_begin_event ("error");

  native_wire_add_error (builder, error);
  native_wire_end_event (builder);
}

static PeerDataConnection *
find_connection (NativePeer *self,
                 JsonObject *parameters,
                 GError **error)
{
  const char *id = json_object_get_string_member (parameters, "connection");
  PeerDataConnection *connection = g_hash_table_lookup (self->connections, id);

  if (connection == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no connection %s", id);
  return connection;
}

static PeerConnectOptions *
get_connect_options (JsonObject *parameters,
                     GError **error)
{
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();
  const char *name = json_object_get_string_member_with_default (parameters, "serialization", "binary");
  PeerSerialization serialization;

  if (!native_wire_parse_serialization (name, &serialization))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "There is no serialization %s", name);
      return NULL;
    }
  peer_connect_options_set_serialization (options, serialization);
  peer_connect_options_set_reliable (options, json_object_get_boolean_member_with_default (parameters, "reliable", FALSE));
  peer_connect_options_set_reconnect (options, json_object_get_boolean_member_with_default (parameters, "reconnect", FALSE));
  peer_connect_options_set_max_retransmits (options, (int) json_object_get_int_member_with_default (parameters, "max-retransmits", -1));
  peer_connect_options_set_label (options, json_object_get_string_member_with_default (parameters, "label", NULL));

  if (json_object_has_member (parameters, "metadata"))
    {
      g_autoptr (GVariant) metadata = native_wire_get_value (json_object_get_object_member (parameters, "metadata"), error);

      if (metadata == NULL)
        return NULL;
      peer_connect_options_set_metadata (options, metadata);
    }
  return g_steal_pointer (&options);
}

static gboolean
run_connect (NativePeer *self,
             JsonObject *parameters,
             JsonBuilder *answer,
             GError **error)
{
  g_autoptr (PeerConnectOptions) options = get_connect_options (parameters, error);
  PeerDataConnection *connection;

  if (options == NULL)
    return FALSE;
  connection = peer_peer_connect_to (self->peer, json_object_get_string_member (parameters, "peer"), options);
  if (connection == NULL)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_DISCONNECTED, "Disconnected from the server");
      return FALSE;
    }

  if (json_object_has_member (parameters, "timeout"))
    peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (connection),
                                              (guint) json_object_get_int_member (parameters, "timeout"));
  watch (self, connection);
  add_connection (answer, connection);
  return TRUE;
}

static gboolean
run_send (NativePeer *self,
          JsonObject *parameters,
          JsonBuilder *answer,
          GError **error)
{
  PeerDataConnection *connection = find_connection (self, parameters, error);
  g_autoptr (GVariant) value = NULL;

  if (connection == NULL)
    return FALSE;
  value = native_wire_get_value (json_object_get_object_member (parameters, "value"), error);
  return value != NULL && peer_data_connection_send (connection, value, error);
}

static gboolean
run_burst (NativePeer *self,
           JsonObject *parameters,
           JsonBuilder *answer,
           GError **error)
{
  PeerDataConnection *connection = find_connection (self, parameters, error);
  JsonArray *values = json_object_get_array_member (parameters, "values");

  if (connection == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (values); i++)
    {
      g_autoptr (GVariant) value = native_wire_get_value (json_array_get_object_element (values, i), error);

      if (value == NULL || !peer_data_connection_send (connection, value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_close (NativePeer *self,
           JsonObject *parameters,
           JsonBuilder *answer,
           GError **error)
{
  PeerDataConnection *connection = find_connection (self, parameters, error);

  if (connection != NULL)
    peer_base_connection_close (PEER_BASE_CONNECTION (connection));
  return connection != NULL;
}

static gboolean
run_flush (NativePeer *self,
           JsonObject *parameters,
           JsonBuilder *answer,
           GError **error)
{
  PeerDataConnection *connection = find_connection (self, parameters, error);

  if (connection != NULL)
    peer_data_connection_close_flush (connection);
  return connection != NULL;
}

static gboolean
run_stats (NativePeer *self,
           JsonObject *parameters,
           JsonBuilder *answer,
           GError **error)
{
  PeerDataConnection *connection = find_connection (self, parameters, error);

  if (connection != NULL)
    native_network_report_stats (connection);
  return connection != NULL;
}

static gboolean
run_watch (NativePeer *self,
           JsonObject *parameters,
           JsonBuilder *answer,
           GError **error)
{
  PeerDataConnection *connection = find_connection (self, parameters, error);

  if (connection != NULL)
    peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (connection),
                                                 (guint) json_object_get_int_member (parameters, "seconds"));
  return connection != NULL;
}

static gboolean
run_print (NativePeer *self,
           JsonObject *parameters,
           JsonBuilder *answer,
           GError **error)
{
  g_autoptr (GVariant) value = native_wire_get_value (json_object_get_object_member (parameters, "value"), error);
  g_autofree char *text = NULL;

  if (value == NULL)
    return FALSE;
  text = g_variant_print (value, TRUE);
  native_wire_add_string (answer, "variant", text);
  return TRUE;
}

static gboolean
run_measure (NativePeer *self,
             JsonObject *parameters,
             JsonBuilder *answer,
             GError **error)
{
  PeerDataConnection *connection = find_connection (self, parameters, error);

  if (connection == NULL)
    return FALSE;
  g_signal_handlers_disconnect_by_func (connection, on_data, self);
  return native_measure (connection, parameters, error);
}

static gboolean
run_openings (NativePeer *self,
              JsonObject *parameters,
              JsonBuilder *answer,
              GError **error)
{
  native_measure_openings (self->peer,
                           json_object_get_string_member (parameters, "peer"),
                           json_object_get_int_member (parameters, "count"));
  return TRUE;
}

static gboolean
run_disconnect (NativePeer *self,
                JsonObject *parameters,
                JsonBuilder *answer,
                GError **error)
{
  peer_peer_disconnect_from_server (self->peer);
  return TRUE;
}

static gboolean
run_reconnect (NativePeer *self,
               JsonObject *parameters,
               JsonBuilder *answer,
               GError **error)
{
  peer_peer_reconnect (self->peer);
  return TRUE;
}

static gboolean
run_destroy (NativePeer *self,
             JsonObject *parameters,
             JsonBuilder *answer,
             GError **error)
{
  peer_peer_destroy (self->peer);
  return TRUE;
}

static const NativeCommand commands[] = {
  NATIVE_COMMAND ("connect", run_connect),
  NATIVE_COMMAND ("send", run_send),
  NATIVE_COMMAND ("burst", run_burst),
  NATIVE_COMMAND ("close", run_close),
  NATIVE_COMMAND ("flush", run_flush),
  NATIVE_COMMAND ("stats", run_stats),
  NATIVE_COMMAND ("watch", run_watch),
  NATIVE_COMMAND ("print", run_print),
  NATIVE_COMMAND ("measure", run_measure),
  NATIVE_COMMAND ("openings", run_openings),
  NATIVE_COMMAND ("disconnect", run_disconnect),
  NATIVE_COMMAND ("reconnect", run_reconnect),
  NATIVE_COMMAND ("destroy", run_destroy),
  { NULL },
};

static PeerPeer *
create_peer (NativePeer *self,
             const char *server,
             const char *id,
             const char *token,
             int ping_interval,
             GError **error)
{
  g_autoptr (GListModel) ice_servers = native_network_make_ice_servers ();
  g_autoptr (GTlsDatabase) tls_database = NULL;
  g_autoptr (GUri) uri = g_uri_parse (server, G_URI_FLAGS_NONE, error);
  PeerPeer *peer;

  if (uri == NULL)
    return NULL;
  tls_database = native_network_make_tls_database (error);
  if (*error != NULL)
    return NULL;
  peer = g_object_new (PEER_TYPE_PEER,
                       "id", id,
                       "token", token,
                       "host", g_uri_get_host (uri),
                       "port", g_uri_get_port (uri),
                       "path", g_uri_get_path (uri),
                       "secure", g_str_equal (g_uri_get_scheme (uri), "https"),
                       "ping-interval", ping_interval,
                       "ice-servers", ice_servers,
                       "ice-transport-policy", native_network_get_policy (),
                       "tls-database", tls_database,
                       NULL);
  g_signal_connect (peer, "open", G_CALLBACK (on_open), self);
  g_signal_connect (peer, "connection", G_CALLBACK (on_connection), self);
  g_signal_connect (peer, "disconnected", G_CALLBACK (on_disconnected), self);
  g_signal_connect (peer, "close", G_CALLBACK (on_close), self);
  g_signal_connect (peer, "error", G_CALLBACK (on_error), self);
  return peer;
}

int
main (int argc,
      char **argv)
{
  g_autofree char *server = NULL;
  g_autofree char *id = NULL;
  g_autofree char *token = NULL;
  int ping_interval = 5000;
  const GOptionEntry entries[] = {
    { "server", 0, 0, G_OPTION_ARG_STRING, &server, "Address of the server", "URL" },
    { "id", 0, 0, G_OPTION_ARG_STRING, &id, "Id to register", "ID" },
    { "token", 0, 0, G_OPTION_ARG_STRING, &token, "Token of the id", "TOKEN" },
    { "ping-interval", 0, 0, G_OPTION_ARG_INT, &ping_interval, "Time between heartbeats", "MILLISECONDS" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  NativePeer self = { 0 };
  int status;

  setlocale (LC_ALL, "");
  g_log_writer_default_set_use_stderr (TRUE);
  g_option_context_add_main_entries (context, entries, NULL);
  native_network_add_options (context);
  if (!g_option_context_parse (context, &argc, &argv, &error) || (self.peer = create_peer (&self, server, id, token, ping_interval, &error)) == NULL)
    {
      g_printerr ("native-peer: %s\n", error->message);
      return 2;
    }

  self.connections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  status = native_commands_run (commands, &self);

  peer_peer_destroy (self.peer);
  g_hash_table_unref (self.connections);
  g_object_unref (self.peer);
  return status;
}
