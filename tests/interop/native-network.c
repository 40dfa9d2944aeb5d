/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "native-network.h"

#include "native-wire.h"

static char **urls;
static char *username;
static char *credential;
static char *authorities;
static gboolean relay_only;
static int disconnect_timeout = -1;

void
native_network_add_options (GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "ice-server", 0, 0, G_OPTION_ARG_STRING_ARRAY, &urls, "STUN or TURN server", "URL" },
    { "username", 0, 0, G_OPTION_ARG_STRING, &username, "User name for TURN servers", "NAME" },
    { "credential", 0, 0, G_OPTION_ARG_STRING, &credential, "Password for TURN servers", "PASSWORD" },
    { "relay-only", 0, 0, G_OPTION_ARG_NONE, &relay_only, "Connect over TURN servers only", NULL },
    { "authorities", 0, 0, G_OPTION_ARG_FILENAME, &authorities, "Certificates to trust", "FILE" },
    { "disconnect-timeout", 0, 0, G_OPTION_ARG_INT, &disconnect_timeout, "How long the other side may be silent", "SECONDS" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

GListModel *
native_network_make_ice_servers (void)
{
  GListStore *store = g_list_store_new (PEER_TYPE_ICE_SERVER);

  for (guint i = 0; urls != NULL && urls[i] != NULL; i++)
    {
      g_autoptr (PeerIceServer) server = peer_ice_server_new (urls[i], username, credential);

      g_list_store_append (store, server);
    }

  return G_LIST_MODEL (store);
}

PeerIceTransportPolicy
native_network_get_policy (void)
{
  return relay_only ? PEER_ICE_TRANSPORT_POLICY_RELAY : PEER_ICE_TRANSPORT_POLICY_ALL;
}

GTlsDatabase *
native_network_make_tls_database (GError **error)
{
  return authorities != NULL ? g_tls_file_database_new (authorities, error) : NULL;
}

static void
on_is_reconnecting (PeerDataConnection *connection)
{
  gboolean is_reconnecting = peer_data_connection_get_is_reconnecting (connection);
  JsonBuilder *builder = native_wire_begin_event (is_reconnecting ? "connection-reconnecting" : "connection-reconnected");

  native_wire_add_string (builder, "connection", peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (connection)));
  native_wire_end_event (builder);
}

void
native_network_watch (PeerDataConnection *connection)
{
  if (disconnect_timeout >= 0)
    peer_base_connection_set_disconnect_timeout (PEER_BASE_CONNECTION (connection), (guint) disconnect_timeout);
  g_signal_connect (connection, "notify::is-reconnecting", G_CALLBACK (on_is_reconnecting), NULL);
}

static void
on_stats (GObject *source,
          GAsyncResult *result,
          gpointer user_data)
{
  JsonBuilder *builder = native_wire_begin_event ("stats");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) stats = peer_base_connection_get_stats_finish (PEER_BASE_CONNECTION (source), result, &error);

  native_wire_add_string (builder, "connection", peer_base_connection_get_connection_id (PEER_BASE_CONNECTION (source)));
  if (stats == NULL)
    {
      native_wire_add_error (builder, error);
    }
  else
    {
      json_builder_set_member_name (builder, "stats");
      json_builder_add_value (builder, json_gvariant_serialize (stats));
    }
  native_wire_end_event (builder);
}

void
native_network_report_stats (PeerDataConnection *connection)
{
  peer_base_connection_get_stats_async (PEER_BASE_CONNECTION (connection), NULL, on_stats, NULL);
}
