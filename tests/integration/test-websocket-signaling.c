/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "server-client.h"

#include <string.h>

static const char *const lobby[] = { "room", "lobby", NULL };

/* A client and what it emitted and heard: "available +me lobby=1 ". */
typedef struct
{
  PeerSignaling *signaling;
  GString *events;
  GError *error; /* the last one */
} Client;

static void
available_cb (Client *client)
{
  g_string_append (client->events, "available ");
}

static void
error_cb (Client *client,
          const GError *error)
{
  g_clear_error (&client->error);
  client->error = g_error_copy (error);
  g_string_append (client->events, "error ");
}

static void
presence_cb (Client *client,
             const char *const *topic,
             const char *id,
             gboolean is_present)
{
  gboolean is_self = g_strcmp0 (id, peer_websocket_signaling_get_client_id (PEER_WEBSOCKET_SIGNALING (client->signaling))) == 0;

  g_string_append_printf (client->events, "%c%s ", is_present ? '+' : '-', is_self ? "me" : "other");
}

static void
message_cb (PeerSignaling *signaling,
            const char *const *topic,
            GVariant *message,
            gpointer user_data)
{
  Client *client = user_data;
  g_autofree char *text = g_variant_print (message, FALSE);

  g_string_append_printf (client->events, "%s=%s ", topic[1], text);
}

static char *
make_uri (PeerServer *server)
{
  return g_strdup_printf ("ws://127.0.0.1:%u/signaling", peer_server_get_port (server));
}

static Client
client_new (const char *uri,
            gboolean tracks_presence,
            const char *token)
{
  Client client = { .events = g_string_new (NULL) };

  client.signaling = g_object_new (PEER_TYPE_WEBSOCKET_SIGNALING, "uri", uri, "reconnect-delay", 1,
                                   "tracks-presence", tracks_presence, "token", token, NULL);

  return client;
}

/* To be called where the client stays. */
static void
client_watch (Client *client)
{
  g_signal_connect_swapped (client->signaling, "available", G_CALLBACK (available_cb), client);
  g_signal_connect_swapped (client->signaling, "error", G_CALLBACK (error_cb), client);
  g_signal_connect_swapped (client->signaling, "presence", G_CALLBACK (presence_cb), client);
}

static void
client_end (Client *client)
{
  peer_websocket_signaling_close (PEER_WEBSOCKET_SIGNALING (client->signaling));
  g_assert_false (peer_websocket_signaling_get_is_open (PEER_WEBSOCKET_SIGNALING (client->signaling)));
  g_assert_finalize_object (client->signaling);
  g_string_free (client->events, TRUE);
  g_clear_error (&client->error);
}

#define wait_events(client, text) WAIT_UNTIL (g_str_equal ((client)->events->str, text))

static void
publish (Client *client,
         int value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (peer_signaling_publish (client->signaling, lobby, g_variant_new_int32 (value), &error));
  g_assert_no_error (error);
}

static PeerServer *
start_server (void)
{
  return test_server_new ("signaling-path", "/signaling", NULL);
}

static void
test_talk (void)
{
  PeerServer *server = start_server ();
  g_autofree char *uri = make_uri (server);
  Client alice = client_new (uri, FALSE, NULL);
  Client bob = client_new (uri, FALSE, NULL);

  g_test_summary ("What one publishes all subscribers hear; subscriptions from before it was open hold");

  client_watch (&alice);
  client_watch (&bob);
  peer_signaling_subscribe (alice.signaling, lobby, message_cb, &alice, NULL);
  g_assert_false (peer_signaling_publish (alice.signaling, lobby, g_variant_new_string ("early"), &alice.error));
  g_assert_error (alice.error, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
  wait_events (&alice, "available ");
  wait_events (&bob, "available ");
  g_assert_true (peer_websocket_signaling_get_is_open (PEER_WEBSOCKET_SIGNALING (alice.signaling)));

  publish (&alice, 1);
  wait_events (&alice, "available lobby=1 ");
  publish (&bob, 2);
  wait_events (&alice, "available lobby=1 lobby=2 ");
  g_assert_cmpstr (bob.events->str, ==, "available ");

  client_end (&alice);
  client_end (&bob);
  test_server_end (server);
}

static void
test_unsubscribe (void)
{
  PeerServer *server = start_server ();
  g_autofree char *uri = make_uri (server);
  Client alice = client_new (uri, FALSE, NULL);
  guint id = peer_signaling_subscribe (alice.signaling, lobby, message_cb, &alice, NULL);
  static const char *const other[] = { "room", "other", NULL };

  g_test_summary ("After the last subscriber of a topic nothing of it arrives");

  client_watch (&alice);
  wait_events (&alice, "available ");
  peer_signaling_unsubscribe (alice.signaling, id);
  publish (&alice, 1);
  peer_signaling_subscribe (alice.signaling, other, message_cb, &alice, NULL);
  peer_signaling_publish (alice.signaling, other, g_variant_new_string ("2"), NULL);
  wait_events (&alice, "available other='2' ");

  client_end (&alice);
  test_server_end (server);
}

static void
test_presence (void)
{
  PeerServer *server = start_server ();
  g_autofree char *uri = make_uri (server);
  Client alice = client_new (uri, TRUE, NULL);
  Client bob = client_new (uri, FALSE, NULL);
  guint id;

  g_test_summary ("Who is subscribed to the same topic is told, oneself included");

  client_watch (&alice);
  client_watch (&bob);
  peer_signaling_subscribe (alice.signaling, lobby, message_cb, &alice, NULL);
  wait_events (&alice, "available +me ");
  wait_events (&bob, "available ");
  id = peer_signaling_subscribe (bob.signaling, lobby, message_cb, &bob, NULL);
  wait_events (&alice, "available +me +other ");
  peer_signaling_unsubscribe (bob.signaling, id);
  wait_events (&alice, "available +me +other -other ");
  peer_signaling_subscribe (bob.signaling, lobby, message_cb, &bob, NULL);
  wait_events (&alice, "available +me +other -other +other ");
  client_end (&bob);
  wait_events (&alice, "available +me +other -other +other -other ");

  client_end (&alice);
  test_server_end (server);
}

static void
test_presence_later (void)
{
  PeerServer *server = start_server ();
  g_autofree char *uri = make_uri (server);
  Client alice = client_new (uri, FALSE, NULL);

  g_test_summary ("Presence can be asked for later");

  client_watch (&alice);
  peer_signaling_subscribe (alice.signaling, lobby, message_cb, &alice, NULL);
  wait_events (&alice, "available ");
  peer_websocket_signaling_set_tracks_presence (PEER_WEBSOCKET_SIGNALING (alice.signaling), TRUE);
  wait_events (&alice, "available +me ");

  client_end (&alice);
  test_server_end (server);
}

static void
test_return (void)
{
  PeerServer *server = start_server ();
  g_autofree char *uri = make_uri (server);
  Client alice = client_new (uri, TRUE, NULL);

  g_test_summary ("When the server comes back all subscriptions hold, and those who announced themselves are told");

  client_watch (&alice);
  peer_signaling_subscribe (alice.signaling, lobby, message_cb, &alice, NULL);
  wait_events (&alice, "available +me ");
  peer_server_stop (server);
  WAIT_UNTIL (g_str_has_prefix (alice.events->str, "available +me -other error "));
  g_assert_error (alice.error, PEER_ERROR, PEER_ERROR_NETWORK);
  g_assert_false (peer_signaling_publish (alice.signaling, lobby, g_variant_new_int32 (1), NULL));

  g_assert_true (peer_server_listen (server, NULL));
  WAIT_UNTIL (g_str_has_suffix (alice.events->str, "available +me "));
  publish (&alice, 2);
  WAIT_UNTIL (g_str_has_suffix (alice.events->str, "lobby=2 "));

  client_end (&alice);
  test_server_end (server);
}

static gboolean
authenticate_cb (PeerServer *server,
                 PeerAuthRequest *request)
{
  if (g_strcmp0 (peer_auth_request_get_token (request), "Open Sésame & more") == 0)
    peer_auth_request_accept (request);
  else
    peer_auth_request_refuse (request, "not with that token");

  return TRUE;
}

static void
test_token (void)
{
  PeerServer *server = start_server ();
  g_autofree char *base = make_uri (server);
  g_autofree char *uri = g_strconcat (base, "?a=b", NULL);
  Client alice = client_new (uri, FALSE, "wrong");

  g_test_summary ("Who is refused is told why, tries again, and is accepted with another token");

  client_watch (&alice);
  g_signal_connect (server, "authenticate", G_CALLBACK (authenticate_cb), NULL);
  WAIT_UNTIL (g_str_has_prefix (alice.events->str, "error error "));
  g_assert_error (alice.error, PEER_ERROR, PEER_ERROR_REFUSED);
  g_assert_cmpstr (alice.error->message, ==, "not with that token");
  peer_websocket_signaling_set_token (PEER_WEBSOCKET_SIGNALING (alice.signaling), "Open Sésame & more");
  WAIT_UNTIL (g_str_has_suffix (alice.events->str, "available "));

  client_end (&alice);
  test_server_end (server);
}

static void
test_values (void)
{
  PeerServer *server = start_server ();
  g_autofree char *uri = make_uri (server);
  Client alice = client_new (uri, FALSE, NULL);
  g_autofree char *filler = g_strnfill (1024 * 1024, 'x');
  g_autoptr (GError) too_big = NULL;
  g_autoptr (GError) unsupported = NULL;

  g_test_summary ("Values arrive as JSON has them; what it has not, or what is too big, is an error");

  client_watch (&alice);
  peer_signaling_subscribe (alice.signaling, lobby, message_cb, &alice, NULL);
  wait_events (&alice, "available ");
  g_assert_false (peer_signaling_publish (alice.signaling, lobby, g_variant_new_string (filler), &too_big));
  g_assert_error (too_big, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG);
  g_assert_false (peer_signaling_publish (alice.signaling, lobby, g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, "x", 1, TRUE, NULL, NULL), &unsupported));
  g_assert_error (unsupported, PEER_ERROR, PEER_ERROR_UNSUPPORTED_VALUE);
  g_assert_true (peer_signaling_publish (alice.signaling, lobby, g_variant_new_parsed ("{'l': <['a', 'b']>}"), NULL));
  g_assert_true (peer_signaling_publish (alice.signaling, lobby, g_variant_new_byte (7), NULL));
  wait_events (&alice, "available lobby={'l': <[<'a'>, <'b'>]>} lobby=7 ");

  client_end (&alice);
  test_server_end (server);
}

static void
test_server_limit (void)
{
  PeerServer *server = test_server_new ("signaling-path", "/signaling", "topics-per-client", 1, NULL);
  g_autofree char *uri = make_uri (server);
  Client alice = client_new (uri, FALSE, NULL);
  static const char *const other[] = { "room", "other", NULL };

  g_test_summary ("A limit of the server that is crossed is told, and the rest goes on");

  client_watch (&alice);
  peer_signaling_subscribe (alice.signaling, lobby, message_cb, &alice, NULL);
  wait_events (&alice, "available ");
  peer_signaling_subscribe (alice.signaling, other, message_cb, &alice, NULL);
  wait_events (&alice, "available error ");
  g_assert_error (alice.error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
  publish (&alice, 1);
  wait_events (&alice, "available error lobby=1 ");

  client_end (&alice);
  test_server_end (server);
}

static void
close_cb (PeerSignaling *signaling)
{
  peer_websocket_signaling_close (PEER_WEBSOCKET_SIGNALING (signaling));
}

static void
close_at_error_cb (PeerSignaling *signaling,
                   const GError *error)
{
  close_cb (signaling);
}

static void
test_close_inside (void)
{
  PeerServer *server = start_server ();
  g_autofree char *uri = make_uri (server);
  Client alice = client_new (uri, TRUE, NULL);
  Client bob = client_new ("ws://127.0.0.1:1/", FALSE, NULL);

  g_test_summary ("Closed in a handler, nothing comes after it");

  client_watch (&alice);
  client_watch (&bob);
  peer_signaling_subscribe (alice.signaling, lobby, message_cb, &alice, NULL);
  g_signal_connect (alice.signaling, "available", G_CALLBACK (close_cb), NULL);
  g_signal_connect (bob.signaling, "error", G_CALLBACK (close_at_error_cb), NULL);
  wait_events (&alice, "available ");
  wait_events (&bob, "error ");
  close_cb (alice.signaling);
  test_server_end (server);
  g_assert_cmpstr (alice.events->str, ==, "available ");
  g_assert_cmpstr (bob.events->str, ==, "error ");

  client_end (&alice);
  client_end (&bob);
}

static void
test_no_uri (void)
{
  static const char *const uris[] = { "", "nonsense", "mailto:alice@example.org", "ftp://127.0.0.1/" };

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      Client alice = client_new (uris[i], FALSE, NULL);

      client_watch (&alice);
      wait_events (&alice, "error ");
      g_assert_error (alice.error, PEER_ERROR, PEER_ERROR_NETWORK);
      peer_websocket_signaling_set_token (PEER_WEBSOCKET_SIGNALING (alice.signaling), "t");
      client_end (&alice);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/websocket-signaling/talk", test_talk);
  g_test_add_func ("/websocket-signaling/unsubscribe", test_unsubscribe);
  g_test_add_func ("/websocket-signaling/presence", test_presence);
  g_test_add_func ("/websocket-signaling/presence-later", test_presence_later);
  g_test_add_func ("/websocket-signaling/return", test_return);
  g_test_add_func ("/websocket-signaling/token", test_token);
  g_test_add_func ("/websocket-signaling/values", test_values);
  g_test_add_func ("/websocket-signaling/server-limit", test_server_limit);
  g_test_add_func ("/websocket-signaling/close-inside", test_close_inside);
  g_test_add_func ("/websocket-signaling/no-uri", test_no_uri);

  return g_test_run ();
}
