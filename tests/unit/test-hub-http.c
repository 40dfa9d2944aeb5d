/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-hub.h"

/* How clients come to a hub: over HTTP, or what an application has instead. */

#define SDP "\"offer\":{\"sdp\":\"v=0\",\"type\":\"offer\"}"

static void
assert_error (PeerTestHub *hub,
              const char *path,
              const char *body,
              guint expected)
{
  guint status;
  g_autofree char *answer = peer_test_hub_post (hub, path, body, &status);

  g_assert_cmpuint (status, ==, expected);
  g_assert_true (g_str_has_prefix (answer, "{\"error\":\""));
}

/* A page that shows a token and is there, but has not said so. */
static PeerTestPage *
open_page (PeerTestHub *hub,
           const char *id,
           const char *token)
{
  PeerTestPage *page = peer_test_page_new (hub, "lobby", id);

  page->token = g_strdup (token);
  peer_test_page_offer (page);
  peer_test_wait (peer_test_page_is_open (page));

  return page;
}

static void
test_malformed (void)
{
  static const struct
  {
    const char *path;
    const char *body;
  } requests[] = {
    { "offer", "" },
    { "offer", "no JSON" },
    { "offer", "[1]" },
    { "offer", "{\"peer_id\":\"alice\"," SDP "}" },
    { "offer", "{\"room\":\"lobby\"," SDP "}" },
    { "offer", "{\"room\":\"lobby\",\"peer_id\":\"alice\"}" },
    { "offer", "{\"room\":\"lobby\",\"peer_id\":7," SDP "}" },
    { "offer", "{\"room\":\"\",\"peer_id\":\"alice\"," SDP "}" },
    { "offer", "{\"room\":\"lobby\",\"peer_id\":\"server\"," SDP "}" },
    { "offer", "{\"room\":\"lobby\",\"peer_id\":\"a\\u0007\"," SDP "}" },
    { "offer", "{\"room\":\"lobby\",\"peer_id\":\"alice\",\"offer\":\"v=0\"}" },
    { "offer", "{\"room\":\"lobby\",\"peer_id\":\"alice\",\"offer\":{\"sdp\":\"v=0\",\"type\":\"answer\"}}" },
    { "candidate", "{\"room\":\"lobby\",\"peer_id\":\"alice\"}" },
    { "candidate", "{\"room\":\"lobby\",\"peer_id\":\"alice\",\"candidate\":7}" },
    { "leave", "{\"room\":\"lobby\"}" },
  };
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autofree char *long_name = g_strnfill (129, 'x');
  g_autofree char *body = g_strdup_printf ("{\"room\":\"%s\",\"peer_id\":\"alice\"," SDP "}", long_name);

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    assert_error (hub, requests[i].path, requests[i].body, SOUP_STATUS_BAD_REQUEST);
  assert_error (hub, "offer", body, SOUP_STATUS_BAD_REQUEST);
  g_assert_cmpuint (g_hash_table_size (hub->hub->rooms), ==, 0);
}

static void
test_routes (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "my lobby", "alice");
  g_autofree char *padding = g_strnfill (70000, ' ');
  guint status;
  g_autofree char *preflight = peer_test_hub_request (hub, "OPTIONS", "offer", NULL, &status);
  g_autofree char *wrong_method = NULL;
  g_autofree char *hidden = NULL;
  g_autofree char *rooms = NULL;
  g_autofree char *room = NULL;
  g_autofree char *none = NULL;

  g_assert_cmpuint (status, ==, SOUP_STATUS_NO_CONTENT);
  wrong_method = peer_test_hub_request (hub, "GET", "offer", NULL, &status);
  g_assert_cmpuint (status, ==, SOUP_STATUS_NOT_FOUND);
  assert_error (hub, "offer", padding, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE);

  hidden = peer_test_hub_request (hub, "GET", "rooms", NULL, &status);
  g_assert_cmpuint (status, ==, SOUP_STATUS_NOT_FOUND);
  g_assert_null (strstr (hidden, "alice"));

  g_object_set (hub->hub, "admin-routes", TRUE, NULL);
  rooms = peer_test_hub_request (hub, "GET", "rooms", NULL, &status);
  g_assert_cmpstr (rooms, ==, "{\"my lobby\":{\"peer_count\":1,\"peers\":[\"alice\"],\"host_id\":\"alice\"}}");
  room = peer_test_hub_request (hub, "GET", "room-status/my%20lobby", NULL, &status);
  g_assert_cmpuint (status, ==, SOUP_STATUS_OK);
  g_assert_nonnull (strstr (room, "\"count\":1"));
  g_assert_nonnull (strstr (room, "\"host_id\":\"alice\""));
  none = peer_test_hub_request (hub, "GET", "room-status/cellar", NULL, &status);
  g_assert_cmpuint (status, ==, SOUP_STATUS_NOT_FOUND);
}

static void
test_leave (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = NULL;
  guint status;
  g_autofree char *unknown = peer_test_hub_post (hub, "leave", "{\"room\":\"lobby\",\"peer_id\":\"carol\"}", &status);
  g_autofree char *left = NULL;
  g_autofree char *left_too = NULL;

  g_assert_cmpstr (unknown, ==, "{\"status\":\"ok\"}");
  g_assert_cmpuint (status, ==, SOUP_STATUS_OK);

  bob = open_page (hub, "bob", "secret");
  peer_test_page_say_join (bob);
  peer_test_wait (peer_test_page_has (bob, "HOST_CHANGE", ""));

  /* Only who knows the token speaks for bob. */
  assert_error (hub, "leave", "{\"room\":\"lobby\",\"peer_id\":\"bob\"}", SOUP_STATUS_FORBIDDEN);
  assert_error (hub, "leave", "{\"room\":\"lobby\",\"peer_id\":\"bob\",\"token\":\"guess\"}", SOUP_STATUS_FORBIDDEN);
  assert_error (hub, "candidate", "{\"room\":\"lobby\",\"peer_id\":\"bob\",\"candidate\":{\"candidate\":\"candidate:x\"}}",
                SOUP_STATUS_FORBIDDEN);
  left = peer_test_hub_post (hub, "leave", "{\"room\":\"lobby\",\"peer_id\":\"bob\",\"token\":\"secret\"}", &status);
  g_assert_cmpstr (left, ==, "{\"status\":\"ok\"}");
  peer_test_wait (bob->is_closed);
  peer_test_wait (peer_test_page_has (alice, "PEER_LEAVE", "\"peer_id\":\"bob\""));

  /* Without one, who has the same address. */
  g_free (peer_hub_network_lookup (peer_hub_lookup (hub->hub, "lobby")->network, "alice")->address);
  peer_hub_network_lookup (peer_hub_lookup (hub->hub, "lobby")->network, "alice")->address = g_strdup ("192.0.2.1");
  assert_error (hub, "leave", "{\"room\":\"lobby\",\"peer_id\":\"alice\"}", SOUP_STATUS_FORBIDDEN);
  g_free (peer_hub_network_lookup (peer_hub_lookup (hub->hub, "lobby")->network, "alice")->address);
  peer_hub_network_lookup (peer_hub_lookup (hub->hub, "lobby")->network, "alice")->address = g_strdup ("127.0.0.1");
  left_too = peer_test_hub_post (hub, "leave", "{\"room\":\"lobby\",\"peer_id\":\"alice\"}", &status);
  g_assert_cmpstr (left_too, ==, "{\"status\":\"ok\"}");
  peer_test_hub_wait_events (hub, "joined:lobby/alice joined:lobby/bob left:lobby/bob left:lobby/alice");
}

static void
test_taken_id (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) thief = peer_test_page_new (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) elsewhere = peer_test_page_join (hub, "cellar", "alice");

  thief->token = g_strdup ("anything");
  peer_test_page_offer (thief);
  peer_test_wait (thief->error != NULL);
  g_assert_error (thief->error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID);
  g_assert_true (peer_test_page_is_open (alice));
  peer_test_hub_wait_events (hub, "joined:lobby/alice joined:cellar/alice");
}

/* Who is asked for because somebody wants his id, and says nothing, loses it. */
static void
test_vanished_holder (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) again = NULL;

  peer_test_page_vanish (alice);
  while (again == NULL || !peer_test_page_is_open (again))
    {
      g_clear_pointer (&again, peer_test_page_free);
      again = peer_test_page_new (hub, "lobby", "alice");
      peer_test_page_offer (again);
      peer_test_wait (again->error != NULL || peer_test_page_is_open (again));
    }
  peer_test_page_say_join (again);
  peer_test_wait (g_str_has_suffix (hub->events->str, "left:lobby/alice joined:lobby/alice"));
}

static void
test_comes_again (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = peer_test_page_join (hub, "lobby", "alice");
  g_autoptr (PeerTestPage) bob = open_page (hub, "bob", "secret");
  g_autoptr (PeerTestPage) again = NULL;

  peer_test_page_say_join (bob);
  peer_test_wait (peer_test_page_has (alice, "PEER_JOIN", "bob"));

  again = open_page (hub, "bob", "secret");
  peer_test_page_say_join (again);
  peer_test_wait (peer_test_page_count (alice, "PEER_JOIN", "bob") == 2);
  g_assert_cmpuint (peer_test_page_count (alice, "PEER_LEAVE", "bob"), ==, 1);
  peer_test_wait (bob->is_closed);
  peer_test_hub_wait_events (hub, "joined:lobby/alice joined:lobby/bob left:lobby/bob joined:lobby/bob");
}

/* The only one in a room comes again. */
static void
test_comes_again_alone (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) bob = open_page (hub, "bob", "secret");
  g_autoptr (PeerTestPage) again = open_page (hub, "bob", "secret");

  g_assert_cmpuint (hub->hub->settings->n_peers, ==, 1);
  peer_test_page_say_join (again);
  peer_test_hub_wait_events (hub, "joined:lobby/bob");
}

/* Authorization */

static gboolean
refuse_cb (PeerHub *hub,
           PeerJoinRequest *request,
           gpointer user_data)
{
  if (!g_str_equal (peer_join_request_get_peer_id (request), "mallory"))
    return FALSE;

  g_assert_cmpstr (peer_join_request_get_room (request), ==, "lobby");
  g_assert_cmpstr (g_variant_get_string (peer_join_request_get_credentials (request), NULL), ==, "guess");
  g_assert_cmpstr (g_variant_get_string (peer_join_request_get_metadata (request), NULL), ==, "data");
  peer_join_request_refuse (request, "We know you");

  return TRUE;
}

static void
test_refused (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = NULL;
  g_autoptr (PeerTestPage) mallory = peer_test_page_new (hub, "lobby", "mallory");

  g_signal_connect (hub->hub, "authorize", G_CALLBACK (refuse_cb), NULL);
  mallory->credentials = g_variant_ref_sink (g_variant_new_string ("guess"));
  mallory->metadata = g_variant_ref_sink (g_variant_new_string ("data"));
  peer_test_page_offer (mallory);
  peer_test_wait (mallory->error != NULL);
  g_assert_error (mallory->error, PEER_ERROR, PEER_ERROR_REFUSED);
  g_assert_cmpstr (mallory->error->message, ==, "We know you");
  g_assert_cmpuint (g_hash_table_size (hub->hub->rooms), ==, 0);
  g_assert_cmpuint (hub->hub->settings->n_peers, ==, 0);

  alice = peer_test_page_join (hub, "lobby", "alice");
  peer_test_hub_wait_events (hub, "joined:lobby/alice");
}

static gboolean
keep_cb (PeerHub *hub,
         PeerJoinRequest *request,
         GPtrArray *requests)
{
  g_ptr_array_add (requests, g_object_ref (request));

  return TRUE;
}

/* A page whose request is there, the last one. */
static PeerTestPage *
ask (PeerTestHub *hub,
     const char *id,
     GPtrArray *requests)
{
  PeerTestPage *page = peer_test_page_new (hub, "lobby", id);
  guint n_requests = requests->len;

  peer_test_page_offer (page);
  peer_test_wait (requests->len == n_requests + 1);

  return page;
}

static void
test_decided_later (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (PeerTestPage) alice = NULL;
  g_autoptr (PeerTestPage) bob = NULL;
  g_autoptr (PeerTestPage) carol = NULL;

  g_signal_connect (hub->hub, "authorize", G_CALLBACK (keep_cb), requests);
  alice = ask (hub, "alice", requests);
  bob = ask (hub, "bob", requests);
  carol = ask (hub, "carol", requests);
  g_assert_false (peer_test_page_is_open (alice));

  /* One is let in, one turned away, one forgotten. */
  peer_join_request_accept (g_ptr_array_index (requests, 0));
  peer_join_request_refuse (g_ptr_array_index (requests, 1), "no");
  g_ptr_array_set_size (requests, 0);
  peer_test_wait (peer_test_page_is_open (alice));
  peer_test_wait (bob->error != NULL && carol->error != NULL);
  g_assert_error (bob->error, PEER_ERROR, PEER_ERROR_REFUSED);
  g_assert_error (carol->error, PEER_ERROR, PEER_ERROR_REFUSED);
}

/* Nobody decides; somebody goes before it is decided. */
static void
test_never_decided (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) bob = peer_test_page_new (hub, "lobby", "bob");
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (PeerTestPage) alice = NULL;

  g_signal_connect (hub->hub, "authorize", G_CALLBACK (keep_cb), requests);
  alice = ask (hub, "alice", requests);
  g_assert_true (peer_hub_leave (hub->hub, "lobby", "alice"));
  peer_join_request_accept (g_ptr_array_index (requests, 0));
  peer_test_wait (alice->error != NULL);
  g_assert_error (alice->error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);

  g_object_set (hub->hub, "authorize-timeout", 1, NULL);
  peer_test_page_offer (bob);
  peer_test_wait (bob->error != NULL);
  g_assert_error (bob->error, PEER_ERROR, PEER_ERROR_REFUSED);
  g_assert_cmpuint (g_hash_table_size (hub->hub->rooms), ==, 0);
}

/* The hub goes while somebody waits for an answer. */
static void
test_stop_while_waiting (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (PeerTestPage) alice = NULL;

  g_signal_connect (hub->hub, "authorize", G_CALLBACK (keep_cb), requests);
  alice = ask (hub, "alice", requests);
  peer_hub_stop (hub->hub);
  peer_test_wait (alice->error != NULL);
  g_assert_error (alice->error, PEER_ERROR, PEER_ERROR_SERVER_ERROR);
  peer_join_request_accept (g_ptr_array_index (requests, 0));
}

/* Limits */

static void
assert_full (PeerTestHub *hub,
             const char *room,
             const char *id)
{
  g_autoptr (PeerTestPage) page = peer_test_page_new (hub, room, id);

  peer_test_page_offer (page);
  peer_test_wait (page->error != NULL);
  g_assert_error (page->error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED);
}

static void
test_limits (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerTestPage) alice = NULL;
  g_autoptr (PeerTestPage) bob = NULL;
  g_autoptr (PeerTestPage) carol = NULL;

  g_object_set (hub->hub, "max-members", 2, "max-peers", 3, "max-rooms", 2, NULL);
  alice = peer_test_page_join (hub, "lobby", "alice");
  bob = peer_test_page_join (hub, "lobby", "bob");
  assert_full (hub, "lobby", "dave");
  carol = peer_test_page_join (hub, "cellar", "carol");
  assert_full (hub, "cellar", "dave");
  assert_full (hub, "attic", "dave");
  g_assert_cmpuint (g_hash_table_size (hub->hub->rooms), ==, 2);

  /* There is room again. */
  peer_hub_leave (hub->hub, "cellar", "carol");
  assert_full (hub, "lobby", "dave");
  peer_test_page_free (g_steal_pointer (&carol));
  carol = peer_test_page_join (hub, "attic", "carol");
}

/* A storm of those who ask and never come. */
static void
test_storm (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_test_page_free);
  guint n_refused = 0;

  g_object_set (hub->hub, "max-peers", 20, "max-members", 100, NULL);
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *id = g_strdup_printf ("storm-%u", i);
      PeerTestPage *page = peer_test_page_new (hub, "lobby", id);

      g_ptr_array_add (pages, page);
      peer_test_page_offer (page);
      peer_test_wait (page->error != NULL || peer_test_page_is_open (page));
      n_refused += page->error != NULL;
    }
  g_assert_cmpuint (n_refused, ==, 40);
  g_assert_cmpuint (hub->hub->settings->n_peers, ==, 20);
  g_ptr_array_set_size (pages, 0);
  peer_test_wait (hub->hub->settings->n_peers == 0);
  g_assert_cmpstr (hub->events->str, ==, "");
}

/* Candidates that overtake their offer, and what says that no more will come. */
static void
test_early_candidates (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  guint status;
  g_autofree char *early = peer_test_hub_post (hub, "candidate",
                                               "{\"room\":\"lobby\",\"peer_id\":\"alice\",\"candidate\":{\"candidate\":\"candidate:1\","
                                               "\"sdpMid\":\"0\",\"sdpMLineIndex\":0,\"foundation\":\"1\",\"port\":9}}",
                                               &status);
  g_autofree char *end = NULL;
  g_autoptr (PeerTestPage) alice = NULL;

  g_assert_cmpstr (early, ==, "{\"status\":\"ok\"}");
  g_assert_cmpuint (peer_early_candidates_get_n_connections (hub->hub->early_candidates), ==, 1);
  alice = peer_test_page_join (hub, "lobby", "alice");
  g_assert_cmpuint (peer_early_candidates_get_n_connections (hub->hub->early_candidates), ==, 0);
  end = peer_test_hub_post (hub, "candidate", "{\"room\":\"lobby\",\"peer_id\":\"alice\",\"candidate\":null}", &status);
  g_assert_cmpstr (end, ==, "{\"status\":\"ok\"}");

  /* Only so many are kept. */
  for (guint i = 0; i < 2 * PEER_EARLY_CONNECTIONS_MAX; i++)
    {
      g_autofree char *id = g_strdup_printf ("nobody-%u", i);

      g_assert_true (peer_hub_candidate (hub->hub, "cellar", id, g_variant_new_parsed ("{'candidate': <'candidate:1'>}"), NULL));
    }
  g_assert_cmpuint (peer_early_candidates_get_n_connections (hub->hub->early_candidates), <=, PEER_EARLY_CONNECTIONS_MAX);
}

/* Without HTTP */

static void
answered_cb (GObject *object,
             GAsyncResult *result,
             gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GVariant *
offer (PeerHub *hub,
       const char *room,
       const char *peer_id,
       GVariant *description,
       GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  peer_hub_offer_async (hub, room, peer_id, description, NULL, answered_cb, &result);
  peer_test_wait (result != NULL);

  return peer_hub_offer_finish (hub, result, error);
}

static void
description_cb (PeerExchange *exchange,
                const char *remote_id,
                const char *type,
                const PeerPayload *payload,
                char **sdp)
{
  if (g_str_equal (type, "OFFER"))
    *sdp = g_strdup (payload->sdp);
}

static void
test_methods (void)
{
  g_autoptr (PeerTestHub) hub = peer_test_hub_new ();
  g_autoptr (PeerExchange) exchange = peer_exchange_new (hub->hub->settings->links);
  g_autofree char *sdp = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (PeerPayload) payload = { .sdp_m_line_index = -1 };
  PeerDataConnection *connection;
  GVariant *variant;

  g_signal_connect (exchange, "signal", G_CALLBACK (description_cb), &sdp);
  connection = peer_exchange_offer (exchange, "server", NULL);
  peer_test_wait (sdp != NULL);
  variant = g_variant_new_parsed ("{'type': <'offer'>, 'sdp': <%s>, 'token': <'t'>, 'metadata': <'m'>}", sdp);
  answer = offer (hub->hub, "lobby", "alice", variant, &error);
  g_assert_no_error (error);
  peer_payload_read_description (&payload, answer);
  g_assert_cmpstr (payload.sdp_type, ==, "answer");
  peer_exchange_handle_answer (exchange, "server", &payload);
  peer_test_wait (peer_base_connection_get_is_open (PEER_BASE_CONNECTION (connection)));

  g_assert_false (peer_hub_candidate (hub->hub, "lobby", "alice", g_variant_new_parsed ("{'candidate': <'candidate:1'>}"), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_true (peer_hub_candidate (hub->hub, "lobby", "alice",
                                     g_variant_new_parsed ("{'candidate': <'candidate:1'>, 'token': <'t'>}"), &error));
  g_assert_no_error (error);
  g_assert_false (peer_hub_candidate (hub->hub, "lobby", "server", g_variant_new_parsed ("{'candidate': <'c'>}"), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_ID);
  g_clear_error (&error);

  g_assert_null (offer (hub->hub, "lobby", "bob", g_variant_new_parsed ("{'type': <'answer'>}"), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_null (offer (hub->hub, "", "bob", g_variant_new_parsed ("{'type': <'offer'>, 'sdp': <''>}"), &error));
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_ID);
  g_clear_error (&error);
  peer_exchange_close (exchange);
}

static void
unexpected_cb (const char *sdp,
               const GError *error,
               gpointer user_data)
{
  g_assert_not_reached ();
}

/* An answer has all candidates in it, wherever they belong. */
static void
test_candidates_in_answer (void)
{
  PeerHubRequest request = { .payload.sdp_m_line_index = -1 };
  g_autoptr (PeerHubClient) client = peer_hub_client_new (NULL, &request, NULL, unexpected_cb, NULL);
  const PeerPayload description = { .sdp = (char *) "v=0\r\nm=application 9 x\r\na=mid:data\r\nm=audio 0 x\r\na=mid:a\r\n" };
  const PeerPayload first = { .candidate = (char *) "candidate:1", .sdp_mid = (char *) "data", .sdp_m_line_index = 1 };
  const PeerPayload second = { .candidate = (char *) "candidate:2", .sdp_m_line_index = 0 };
  const PeerPayload third = { .candidate = (char *) "candidate:3", .sdp_m_line_index = 1 };
  const PeerPayload forged = { .candidate = (char *) "candidate:4\r\na=x", .sdp_m_line_index = 0 };

  peer_hub_client_add_signal (client, "CANDIDATE", &first);
  g_assert_null (client->answer);
  peer_hub_client_add_signal (client, "ANSWER", &description);
  peer_hub_client_add_signal (client, "CANDIDATE", &first);
  peer_hub_client_add_signal (client, "CANDIDATE", &second);
  peer_hub_client_add_signal (client, "CANDIDATE", &third);
  peer_hub_client_add_signal (client, "CANDIDATE", &forged);
  g_assert_cmpstr (client->answer->str, ==,
                   "v=0\r\nm=application 9 x\r\na=mid:data\r\na=candidate:1\r\na=candidate:2\r\n"
                   "m=audio 0 x\r\na=mid:a\r\na=candidate:3\r\n");
  g_string_free (g_steal_pointer (&client->answer), TRUE);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/hub-http/malformed", test_malformed);
  g_test_add_func ("/hub-http/routes", test_routes);
  g_test_add_func ("/hub-http/leave", test_leave);
  g_test_add_func ("/hub-http/taken-id", test_taken_id);
  g_test_add_func ("/hub-http/vanished-holder", test_vanished_holder);
  g_test_add_func ("/hub-http/comes-again", test_comes_again);
  g_test_add_func ("/hub-http/comes-again-alone", test_comes_again_alone);
  g_test_add_func ("/hub-http/refused", test_refused);
  g_test_add_func ("/hub-http/decided-later", test_decided_later);
  g_test_add_func ("/hub-http/never-decided", test_never_decided);
  g_test_add_func ("/hub-http/stop-while-waiting", test_stop_while_waiting);
  g_test_add_func ("/hub-http/limits", test_limits);
  g_test_add_func ("/hub-http/storm", test_storm);
  g_test_add_func ("/hub-http/early-candidates", test_early_candidates);
  g_test_add_func ("/hub-http/methods", test_methods);
  g_test_add_func ("/hub-http/candidates-in-answer", test_candidates_in_answer);

  return g_test_run ();
}
