/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "manager-fixture.h"

void
manager_fixture_init (ManagerFixture *self,
                      PeerSignalingManager *manager)
{
  g_autoptr (GError) error = NULL;

  self->server = test_server_new (NULL, NULL);
  self->manager = manager != NULL ? manager : peer_signaling_manager_new ();
  peer_signaling_manager_attach (self->manager, peer_server_get_soup_server (self->server), NULL, &error);
  g_assert_no_error (error);
}

void
manager_fixture_clear (ManagerFixture *self)
{
  peer_signaling_manager_stop (self->manager);
  g_assert_cmpuint (peer_signaling_manager_get_n_sessions (self->manager), ==, 0);
  g_assert_cmpuint (peer_signaling_manager_get_n_rooms (self->manager), ==, 0);
  g_assert_finalize_object (self->manager);
  test_server_end (self->server);
}

TestClient *
manager_fixture_connect (ManagerFixture *self)
{
  TestClient *client = test_client_new (self->server, "/webrtc");

  g_assert_nonnull (client->websocket);

  return client;
}

TestClient *
manager_fixture_join (ManagerFixture *self,
                      const char *room,
                      const char *id)
{
  TestClient *client = manager_fixture_connect (self);
  g_autofree char *text = g_strdup_printf ("{\"action\":\"join\",\"roomId\":\"%s\",\"sessionId\":\"%s\"}", room, id);

  test_client_send (client, text);
  g_assert_true (g_str_has_prefix (test_client_read (client), "{\"type\":\"peers_list\""));

  return client;
}

void
assert_error (TestClient *client,
              const char *code)
{
  g_autofree char *beginning = g_strdup_printf ("{\"type\":\"error\",\"code\":\"%s\",\"message\":\"", code);
  const char *text = test_client_read (client);

  if (!g_str_has_prefix (text, beginning))
    g_assert_cmpstr (text, ==, beginning);
}

/* The answer comes after whatever is on its way. */
void
assert_nothing (TestClient *client)
{
  test_client_send (client, "{\"type\":\"nothing\"}");
  assert_error (client, "invalid-data");
}
