/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "topic-client.h"

#include <string.h>

static void
test_publish (void)
{
  PeerServer *server = topic_server_new ();
  TopicClient alice = topic_client_join (server);
  TopicClient bob = topic_client_join (server);
  TopicClient carol = topic_client_join (server);

  g_test_summary ("All subscribers hear a message as it was written, the publisher included; others do not");

  test_client_send (alice.client, SUBSCRIBE);
  test_client_send (bob.client, SUBSCRIBE);
  test_client_send (carol.client, "{\"type\":\"subscribe\",\"topic\":[\"room\",\"kitchen\"]}");
  topic_client_pass (&bob);
  topic_client_pass (&carol);
  topic_client_publish (&alice, "{\"a\": [1.50, null] }");
  topic_client_assert_message (&alice, &alice, "{\"a\": [1.50, null] }");
  topic_client_assert_message (&bob, &alice, "{\"a\": [1.50, null] }");
  topic_client_publish (&carol, "\"\\ud83d\\ude00\"");
  topic_client_assert_message (&bob, &carol, "\"\\ud83d\\ude00\"");
  topic_client_pass (&carol);

  topic_client_leave (&alice);
  topic_client_leave (&bob);
  topic_client_leave (&carol);
  test_server_end (server);
}

static void
test_unsubscribe (void)
{
  PeerServer *server = topic_server_new ();
  TopicClient alice = topic_client_join (server);

  g_test_summary ("Who unsubscribes hears nothing more; subscribing twice is once");

  test_client_send (alice.client, SUBSCRIBE);
  test_client_send (alice.client, SUBSCRIBE);
  topic_client_publish (&alice, "1");
  topic_client_assert_message (&alice, &alice, "1");
  test_client_send (alice.client, UNSUBSCRIBE);
  test_client_send (alice.client, UNSUBSCRIBE);
  topic_client_publish (&alice, "2");
  topic_client_pass (&alice);

  topic_client_leave (&alice);
  test_server_end (server);
}

static void
test_sender_is_the_socket (void)
{
  PeerServer *server = topic_server_new ();
  TopicClient alice = topic_client_join (server);
  TopicClient bob = topic_client_join (server);

  g_test_summary ("A sender that a frame claims is not believed");

  test_client_send (bob.client, SUBSCRIBE);
  topic_client_pass (&bob);
  test_client_send (alice.client, "{\"type\":\"publish\"," LOBBY ",\"from\":\"mallory\",\"id\":\"mallory\",\"message\":1}");
  topic_client_assert_message (&bob, &alice, "1");

  topic_client_leave (&alice);
  topic_client_leave (&bob);
  test_server_end (server);
}

static void
test_presence (void)
{
  PeerServer *server = topic_server_new ();
  TopicClient alice = topic_client_join (server);
  TopicClient bob = topic_client_join (server);
  g_auto (RawClient) raw = { 0 };
  g_autofree char *answer = NULL;

  g_test_summary ("Who asks for it is told who is there, who comes and who goes, a crash included");

  test_client_send (alice.client, WATCH);
  topic_client_assert_presence (&alice, "joined", &alice);
  test_client_send (bob.client, SUBSCRIBE);
  topic_client_assert_presence (&alice, "joined", &bob);
  test_client_send (bob.client, UNSUBSCRIBE);
  topic_client_assert_presence (&alice, "left", &bob);
  test_client_send (bob.client, SUBSCRIBE);
  topic_client_assert_presence (&alice, "joined", &bob);
  test_client_free (bob.client);
  topic_client_assert_presence (&alice, "left", &bob);

  answer = topic_client_join_raw (&raw, server, "null");
  raw_client_write_frame (&raw, 0x81, SUBSCRIBE, strlen (SUBSCRIBE));
  g_assert_nonnull (strstr (test_client_read (alice.client), "\"joined\""));
  g_io_stream_close (G_IO_STREAM (raw.connection), NULL, NULL);
  g_assert_nonnull (strstr (test_client_read (alice.client), "\"left\""));

  g_free (bob.id);
  topic_client_leave (&alice);
  test_server_end (server);
}

static void
test_presence_list (void)
{
  PeerServer *server = topic_server_new ();
  TopicClient alice = topic_client_join (server);
  TopicClient bob = topic_client_join (server);
  const char *text;

  g_test_summary ("Who comes later gets all who are there");

  test_client_send (alice.client, SUBSCRIBE);
  topic_client_pass (&alice);
  test_client_send (bob.client, WATCH);
  text = test_client_read (bob.client);
  g_assert_nonnull (strstr (text, alice.id));
  g_assert_nonnull (strstr (text, bob.id));
  topic_client_pass (&alice);

  topic_client_leave (&alice);
  topic_client_leave (&bob);
  test_server_end (server);
}

static void
test_malformed (void)
{
  static const char *const frames[] = {
    "{", "[]", "7", "{\"type\":\"teapot\"}", "{}", "{\"type\":\"open\",\"id\":\"me\"}",
    "{\"type\":\"subscribe\"}", "{\"type\":\"subscribe\",\"topic\":\"room\"}", "{\"type\":\"publish\"," LOBBY "}",
    "{\"type\":\"message\"," LOBBY ",\"message\":1}"
  };
  PeerServer *server = topic_server_new ();
  TopicClient alice = topic_client_join (server);

  g_test_summary ("What makes no sense is answered by its name, and nothing else is lost");

  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      test_client_send (alice.client, frames[i]);
      topic_client_assert_error (alice.client, "invalid-data");
    }
  topic_client_pass (&alice);

  topic_client_leave (&alice);
  test_server_end (server);
}

static gboolean
stop_at_authenticate_cb (PeerServer *server,
                         PeerAuthRequest *request)
{
  peer_server_stop (server);

  return FALSE;
}

static void
stop_at_error_cb (PeerServer *server,
                  const GError *error)
{
  peer_server_stop (server);
}

static void
test_stop_inside (void)
{
  PeerServer *authenticating = topic_server_new ();
  PeerServer *failing = topic_server_new ();
  TestClient *client;
  TopicClient alice;

  g_test_summary ("A server stops in its own handlers");

  g_signal_connect (authenticating, "authenticate", G_CALLBACK (stop_at_authenticate_cb), NULL);
  client = test_client_new (authenticating, "/signaling");
  g_assert_cmpuint (test_client_read_close (client), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  test_client_free (client);

  alice = topic_client_join (failing);
  g_signal_connect (failing, "error", G_CALLBACK (stop_at_error_cb), NULL);
  test_client_send (alice.client, "{");
  topic_client_assert_error (alice.client, "invalid-data");
  g_assert_cmpuint (test_client_read_close (alice.client), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  topic_client_leave (&alice);

  test_server_end (authenticating);
  test_server_end (failing);
}

static void
test_paths (void)
{
  PeerServer *server = test_server_new ("path", "/app", "signaling-path", "/talk/", NULL);
  TestClient *below = test_client_new (server, "/app/talk");
  TestClient *beside = test_client_new (server, "/talk");
  TestClient *peer = test_client_new (server, "/app/peerjs?key=peerjs&id=alice&token=t");

  g_test_summary ("Signaling lies below the server's path, beside PeerJS's own");

  g_free (topic_client_read_id (below));
  g_assert_null (beside->websocket);
  assert_next (peer, "{\"type\":\"OPEN\"}");

  test_client_free (below);
  test_client_free (beside);
  test_client_free (peer);
  test_server_end (server);
}

static void
test_off (void)
{
  PeerServer *server = test_server_new (NULL, NULL);
  TestClient *client = test_client_new (server, "/signaling");

  g_test_summary ("Without a path there is none");

  g_assert_null (client->websocket);

  test_client_free (client);
  test_server_end (server);
}

static void
test_bad_path (void)
{
  static const char *const paths[] = { "", "/", "signaling" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (PeerServer) server = g_object_new (PEER_TYPE_SERVER, "port", 0, "signaling-path", paths[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (peer_server_listen (server, &error));
      g_assert_error (error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
    }
}

static void
test_stop (void)
{
  PeerServer *server = topic_server_new ();
  TopicClient alice = topic_client_join (server);

  g_test_summary ("A server that stops says so with 1001, and can start again");

  test_client_send (alice.client, WATCH);
  topic_client_assert_presence (&alice, "joined", &alice);
  peer_server_stop (server);
  g_assert_cmpuint (test_client_read_close (alice.client), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  topic_client_leave (&alice);

  g_assert_true (peer_server_listen (server, NULL));
  alice = topic_client_join (server);
  topic_client_leave (&alice);
  test_server_end (server);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-signaling/publish", test_publish);
  g_test_add_func ("/server-signaling/unsubscribe", test_unsubscribe);
  g_test_add_func ("/server-signaling/sender-is-the-socket", test_sender_is_the_socket);
  g_test_add_func ("/server-signaling/presence", test_presence);
  g_test_add_func ("/server-signaling/presence-list", test_presence_list);
  g_test_add_func ("/server-signaling/malformed", test_malformed);
  g_test_add_func ("/server-signaling/stop-inside", test_stop_inside);
  g_test_add_func ("/server-signaling/paths", test_paths);
  g_test_add_func ("/server-signaling/off", test_off);
  g_test_add_func ("/server-signaling/bad-path", test_bad_path);
  g_test_add_func ("/server-signaling/stop", test_stop);

  return g_test_run ();
}
