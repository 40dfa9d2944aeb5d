/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "topic-client.h"

#include <string.h>

PeerServer *
topic_server_new (void)
{
  return test_server_new ("signaling-path", "/signaling", NULL);
}

char *
topic_client_read_id (TestClient *client)
{
  const char *text = test_client_read (client);
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "\"", -1);

  g_assert_cmpuint (g_strv_length (parts), ==, 9);
  g_assert_cmpstr (parts[3], ==, "open");

  return g_strdup (parts[7]);
}

TopicClient
topic_client_join (PeerServer *server)
{
  TopicClient member = { .client = test_client_new (server, "/signaling") };

  g_assert_nonnull (member.client->websocket);
  member.id = topic_client_read_id (member.client);

  return member;
}

void
topic_client_leave (TopicClient *self)
{
  test_client_free (self->client);
  g_free (self->id);
}

char *
topic_client_join_raw (RawClient *client,
                       PeerServer *server,
                       const char *origin)
{
  g_autofree char *head = g_strdup_printf ("GET /signaling HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                           "Origin: %s\r\nSec-WebSocket-Version: 13\r\n"
                                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                                           origin);

  raw_client_connect (client, server);
  raw_client_write_text (client, head);

  return raw_client_read_head (client);
}

void
topic_client_pass (TopicClient *self)
{
  test_client_send (self->client, PING);
  assert_next (self->client, PONG);
}

void
topic_client_publish (TopicClient *self,
                      const char *message)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"publish\"," LOBBY ",\"message\":%s}", message);

  test_client_send (self->client, text);
}

void
topic_client_assert_message (TopicClient *self,
                             TopicClient *from,
                             const char *message)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"message\"," LOBBY ",\"from\":\"%s\",\"message\":%s}", from->id, message);

  assert_next (self->client, text);
}

void
topic_client_assert_presence (TopicClient *self,
                              const char *change,
                              TopicClient *who)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"presence\"," LOBBY ",\"%s\":[\"%s\"]}", change, who->id);

  assert_next (self->client, text);
}

void
topic_client_assert_error (TestClient *client,
                           const char *code)
{
  g_autofree char *member = g_strdup_printf ("\"code\":\"%s\"", code);
  const char *text = test_client_read (client);

  g_assert_nonnull (text);
  g_assert_true (g_str_has_prefix (text, "{\"type\":\"error\""));
  g_assert_nonnull (strstr (text, member));
}
