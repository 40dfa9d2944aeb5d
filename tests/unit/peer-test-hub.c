/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-hub.h"

#include "libpeerglib/peer-hub-call-private.h"
#include "libpeerglib/signaling/peer-http-private.h"

/* The hub */

static void
record (PeerTestHub *self,
        const char *name,
        PeerRoom *room,
        PeerRoomMember *member)
{
  if (self->events->len > 0)
    g_string_append_c (self->events, ' ');
  g_string_append_printf (self->events, "%s:%s/%s", name, peer_room_get_name (room), peer_room_member_get_id (member));
}

static void
record_value (PeerTestHub *self,
              const char *name,
              PeerRoom *room,
              PeerRoomMember *member,
              GVariant *value)
{
  g_autofree char *text = g_variant_print (value, FALSE);

  record (self, name, room, member);
  g_string_append (self->events, text);
}

static void
message_cb (PeerHub *hub,
            PeerRoom *room,
            PeerRoomMember *sender,
            GVariant *message,
            PeerTestHub *self)
{
  record_value (self, "message", room, sender, message);
}

static void
any_event_cb (PeerHub *hub,
              PeerRoom *room,
              PeerRoomMember *sender,
              const char *name,
              GVariant *value,
              PeerTestHub *self)
{
  record_value (self, name, room, sender, value);
}

static void
joined_cb (PeerHub *hub,
           PeerRoom *room,
           PeerRoomMember *member,
           PeerTestHub *self)
{
  record (self, "joined", room, member);
}

static void
left_cb (PeerHub *hub,
         PeerRoom *room,
         PeerRoomMember *member,
         PeerTestHub *self)
{
  record (self, "left", room, member);
}

PeerTestHub *
peer_test_hub_new (void)
{
  PeerTestHub *self = g_new0 (PeerTestHub, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->server = soup_server_new (NULL, NULL);
  g_assert_true (soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->uri = g_uri_ref (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  self->text = g_uri_to_string (self->uri);
  self->session = soup_session_new_with_options ("max-conns-per-host", 64, "max-conns", 64, NULL);

  self->events = g_string_new (NULL);
  self->hub = peer_hub_new ();
  self->hub->settings->links->transport_factory = peer_loopback_transport_new;
  g_signal_connect (self->hub, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->hub, "any-event", G_CALLBACK (any_event_cb), self);
  g_signal_connect (self->hub, "peer-joined", G_CALLBACK (joined_cb), self);
  g_signal_connect (self->hub, "peer-left", G_CALLBACK (left_cb), self);
  g_assert_true (peer_hub_attach (self->hub, self->server, "/", &error));
  g_assert_no_error (error);

  return self;
}

void
peer_test_hub_free (PeerTestHub *self)
{
  peer_hub_stop (self->hub);
  peer_test_settle ();
  g_assert_finalize_object (self->hub);
  soup_session_abort (self->session);
  g_object_unref (self->session);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  peer_test_settle ();
  g_uri_unref (self->uri);
  g_free (self->text);
  g_string_free (self->events, TRUE);
  g_free (self);
}

void
peer_test_hub_wait_event_text (PeerTestHub *self,
                               const char *expected,
                               const char *location)
{
  gint64 deadline = g_get_monotonic_time () + PEER_TEST_DEADLINE;

  while (!g_str_equal (self->events->str, expected))
    {
      g_autofree char *condition = g_strdup_printf ("“%s”, not “%s”", expected, self->events->str);

      peer_test_iterate (NULL, deadline, condition, location);
    }
}

static void
requested_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  GBytes **body = user_data;
  g_autoptr (GError) error = NULL;

  *body = peer_http_send_finish (SOUP_SESSION (object), result, &error);
  g_assert_no_error (error);
}

char *
peer_test_hub_request (PeerTestHub *self,
                       const char *method,
                       const char *path,
                       const char *body,
                       guint *status)
{
  g_autofree char *uri = g_strconcat (self->text, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, uri);
  g_autoptr (GBytes) answer = NULL;

  soup_message_headers_append (soup_message_get_request_headers (message), "Origin", "https://example.org");
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  peer_http_send_async (self->session, message, 1024 * 1024, NULL, requested_cb, &answer);
  peer_test_wait (answer != NULL);
  if (g_strcmp0 (method, "OPTIONS") == 0 || body != NULL)
    g_assert_cmpstr (soup_message_headers_get_one (soup_message_get_response_headers (message), "Access-Control-Allow-Origin"),
                     ==, "https://example.org");
  *status = soup_message_get_status (message);

  return g_strndup (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
}

char *
peer_test_hub_post (PeerTestHub *self,
                    const char *path,
                    const char *body,
                    guint *status)
{
  return peer_test_hub_request (self, "POST", path, body, status);
}

/* Pages */

static void
data_cb (PeerTestPage *self,
         GVariant *value)
{
  g_ptr_array_add (self->frames, g_variant_dup_string (value, NULL));
}

static void
closed_cb (PeerTestPage *self)
{
  self->is_closed = TRUE;
}

static void
offered_cb (GObject *object,
            GAsyncResult *result,
            gpointer user_data)
{
  PeerTestPage *self = user_data;
  g_autoptr (GBytes) text = peer_hub_call_finish (SOUP_SESSION (object), result, &self->error);
  g_autoptr (GError) error = NULL;
  g_auto (PeerPayload) answer = { .sdp_m_line_index = -1 };

  if (text == NULL)
    return;

  answer.sdp = peer_hub_answer_parse (g_bytes_get_data (text, NULL), g_bytes_get_size (text), &error);
  g_assert_no_error (error);
  answer.sdp_type = g_strdup ("answer");
  peer_exchange_handle_answer (self->exchange, "server", &answer);
}

static void
told_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  g_autoptr (GBytes) text = peer_hub_call_finish (SOUP_SESSION (object), result, NULL);
}

static void
signal_cb (PeerTestPage *self,
           const char *remote_id,
           const char *type,
           const PeerPayload *payload)
{
  gboolean is_offer = g_str_equal (type, "OFFER");
  PeerHubRequest request = {
    .room = self->room,
    .peer_id = self->id,
    .token = self->token,
    .credentials = self->credentials,
    .metadata = self->metadata,
    .payload = *payload,
  };

  peer_hub_call_async (self->hub->session, self->hub->uri, is_offer ? PEER_HUB_REQUEST_OFFER : PEER_HUB_REQUEST_CANDIDATE,
                       &request, NULL, is_offer ? offered_cb : told_cb, self);
}

PeerTestPage *
peer_test_page_new (PeerTestHub *hub,
                    const char *room,
                    const char *id)
{
  PeerTestPage *self = g_new0 (PeerTestPage, 1);

  self->hub = hub;
  self->room = g_strdup (room);
  self->id = g_strdup (id);
  self->frames = g_ptr_array_new_with_free_func (g_free);
  self->exchange = peer_exchange_new (hub->hub->settings->links);
  g_signal_connect_swapped (self->exchange, "signal", G_CALLBACK (signal_cb), self);

  return self;
}

void
peer_test_page_free (PeerTestPage *self)
{
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_signal_handlers_disconnect_by_data (self->exchange, self);
  peer_exchange_close (self->exchange);
  g_clear_object (&self->connection);
  g_object_unref (self->exchange);
  g_ptr_array_unref (self->frames);
  g_clear_error (&self->error);
  g_clear_pointer (&self->credentials, g_variant_unref);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_free (self->room);
  g_free (self->id);
  g_free (self->token);
  g_free (self);
}

void
peer_test_page_offer (PeerTestPage *self)
{
  g_autoptr (PeerConnectOptions) options = g_object_new (PEER_TYPE_CONNECT_OPTIONS,
                                                         "label", "chat",
                                                         "serialization", PEER_SERIALIZATION_NONE,
                                                         "ordered", TRUE,
                                                         "max-retransmits", 3,
                                                         NULL);

  self->connection = g_object_ref (peer_exchange_offer (self->exchange, "server", options));
  g_signal_connect_swapped (self->connection, "data", G_CALLBACK (data_cb), self);
  g_signal_connect_swapped (self->connection, "close", G_CALLBACK (closed_cb), self);
}

gboolean
peer_test_page_is_open (PeerTestPage *self)
{
  return self->connection != NULL && peer_base_connection_get_is_open (PEER_BASE_CONNECTION (self->connection));
}

void
peer_test_page_say_join (PeerTestPage *self)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"SYSTEM\",\"action\":\"PEER_JOIN\",\"payload\":{\"userAgent\":\"page\","
                                           "\"timestamp\":1},\"peer_id\":\"%s\",\"target\":null,\"timestamp\":1}",
                                           self->id);

  peer_test_page_send (self, text);
}

PeerTestPage *
peer_test_page_join (PeerTestHub *hub,
                     const char *room,
                     const char *id)
{
  PeerTestPage *self = peer_test_page_new (hub, room, id);

  peer_test_page_offer (self);
  peer_test_wait (peer_test_page_is_open (self));
  peer_test_page_say_join (self);
  peer_test_wait (peer_test_page_has (self, "HOST_CHANGE", ""));

  return self;
}

void
peer_test_page_send (PeerTestPage *self,
                     const char *text)
{
  g_autoptr (GError) error = NULL;

  peer_data_connection_send_text (self->connection, text, &error);
  g_assert_no_error (error);
}

guint
peer_test_page_count (PeerTestPage *self,
                      const char *text,
                      const char *other_text)
{
  guint n = 0;

  for (guint i = 0; i < self->frames->len; i++)
    {
      const char *frame = g_ptr_array_index (self->frames, i);

      n += strstr (frame, text) != NULL && strstr (frame, other_text) != NULL;
    }

  return n;
}

gboolean
peer_test_page_has (PeerTestPage *self,
                    const char *text,
                    const char *other_text)
{
  return peer_test_page_count (self, text, other_text) > 0;
}

void
peer_test_page_vanish (PeerTestPage *self)
{
  peer_loopback_transport_set_silent (peer_test_get_transport (self->connection), TRUE);
}
