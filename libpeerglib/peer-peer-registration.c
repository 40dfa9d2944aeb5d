/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-peer-private.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "peer-error.h"
#include "peer-source-private.h"
#include "protocol/peer-id-private.h"
#include "transport/peer-webrtc-transport-private.h"

/* The line to the server has ended, or ends here. */
static void
peer_peer_end_registration (PeerPeer *self,
                            gboolean comes_back)
{
  gboolean was_disconnected = self->is_disconnected;
  guint registration = self->registration;

  peer_source_clear (&self->start_source);
  peer_source_clear (&self->reconnect_source);
  if (self->socket != NULL)
    peer_socket_close (self->socket);
  if (comes_back)
    peer_peer_schedule_reconnect (self);

  peer_peer_set_state (self, FALSE, TRUE, comes_back);
  if (!was_disconnected && self->registration == registration)
    peer_peer_emit_disconnected (self);
}

/* PeerJS's rule: what happens before the first time open ends the peer. */
static void
peer_peer_abort (PeerPeer *self,
                 const GError *error)
{
  guint registration = self->registration;

  peer_wait_queue_fail (self->opens, error);
  peer_peer_report_error (self, error);
  if (!self->was_open)
    peer_peer_destroy (self);
  else if (self->registration == registration)
    peer_peer_end_registration (self, FALSE);
}

static void
socket_open_cb (PeerPeer *self,
                const char *id)
{
  g_autoptr (PeerPeer) keep_alive = g_object_ref (self);
  guint registration = self->registration;

  self->was_open = TRUE;
  peer_peer_end_reconnect (self);
  peer_peer_set_id (self, id);
  if (self->registration == registration)
    peer_peer_set_state (self, TRUE, FALSE, FALSE);

  while (self->registration == registration && !peer_wait_queue_is_empty (self->opens))
    {
      g_autoptr (GTask) task = peer_wait_queue_pop (self->opens);

      g_task_return_pointer (task, g_strdup (self->id), g_free);
    }
  if (self->registration == registration)
    peer_peer_emit_open (self);
  if (self->is_open)
    peer_peer_follow_network (self);
}

static void
socket_message_cb (PeerPeer *self,
                   const PeerEnvelope *envelope)
{
  g_autoptr (PeerPeer) keep_alive = g_object_ref (self);

  peer_peer_handle_message (self, envelope);
}

static void
peer_peer_report_end_of_reconnecting (PeerPeer *self,
                                      const GError *cause)
{
  g_autoptr (GError) error = g_error_copy (cause);

  g_prefix_error_literal (&error, _ ("Not reconnecting any more: "));
  peer_peer_report_error (self, error);
}

static void
socket_ended_cb (PeerPeer *self,
                 const GError *error,
                 gboolean refused)
{
  g_autoptr (PeerPeer) keep_alive = g_object_ref (self);
  gboolean comes_back = peer_peer_comes_back (self, error, refused);
  guint registration = self->registration;

  if (refused && !comes_back)
    {
      peer_peer_abort (self, error);
      return;
    }

  if (!comes_back)
    peer_wait_queue_fail (self->opens, error);
  if (!self->is_reconnecting)
    peer_peer_report_error (self, error);
  else if (!comes_back)
    peer_peer_report_end_of_reconnecting (self, error);
  if (self->registration == registration)
    peer_peer_end_registration (self, comes_back);
}

static gboolean
is_host (const char *host)
{
  if (host == NULL || *host == '\0')
    return FALSE;

  return strpbrk (host, " /?#@:[]\\%") == NULL || g_hostname_is_ip_address (host);
}

/* The address of the server, NULL when the settings make none. The path may
 * hold percent-encoding, as in the address bar of a browser. */
static GUri *
peer_peer_build_uri (PeerPeer *self)
{
  g_autofree char *path = g_uri_escape_string (self->path, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH "%", FALSE);
  g_autofree char *text = NULL;

  if (!is_host (self->host))
    return NULL;

  text = g_uri_join (G_URI_FLAGS_ENCODED_PATH, self->secure ? "https" : "http", NULL,
                     self->host, (int) self->port, path, NULL, NULL);

  return g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
}

PeerSocket *
peer_peer_ensure_socket (PeerPeer *self)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  g_autoptr (GUri) uri = NULL;

  if (self->socket != NULL || self->is_destroyed)
    return self->socket;

  uri = peer_peer_build_uri (self);
  if (uri == NULL)
    return NULL;

  self->socket = peer_socket_new (uri, self->key, self->token, self->ping_interval, self->links->tls_database);
  g_signal_connect_object (self->socket, "open", G_CALLBACK (socket_open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->socket, "message", G_CALLBACK (socket_message_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->socket, "ended", G_CALLBACK (socket_ended_cb), self, G_CONNECT_SWAPPED);

  return self->socket;
}

static gboolean
peer_peer_check_settings (PeerPeer *self,
                          GError **error)
{
  if (peer_peer_ensure_socket (self) == NULL)
    g_set_error_literal (error, PEER_ERROR, PEER_ERROR_NETWORK, _ ("The address is not that of a server"));
  else if (self->id != NULL && !peer_id_is_valid (self->id))
    g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_ID, _ ("The id “%s” is invalid"), self->id);
  else
    return TRUE;

  return FALSE;
}

static gboolean
start_cb (gpointer user_data)
{
  g_autoptr (PeerPeer) self = g_object_ref (PEER_PEER (user_data));
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->start_source, g_source_unref);
  if (!peer_peer_check_settings (self, &error))
    {
      peer_peer_abort (self, error);
      return G_SOURCE_REMOVE;
    }

  peer_socket_open (self->socket, self->id);

  if (self->links->transport_factory == peer_webrtc_transport_new)
    peer_webrtc_transport_warm_up ();

  return G_SOURCE_REMOVE;
}

void
peer_peer_register (PeerPeer *self)
{
  self->start_source = g_idle_source_new ();
  g_source_set_priority (self->start_source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (self->start_source, "[libpeerglib] start");
  g_source_set_callback (self->start_source, start_cb, self, NULL);
  g_source_attach (self->start_source, self->context);
}

void
peer_peer_unregister (PeerPeer *self,
                      const GError *error)
{
  self->registration++;
  peer_wait_queue_fail (self->opens, error);
  peer_peer_end_registration (self, FALSE);
}

void
peer_peer_register_again (PeerPeer *self)
{
  self->registration++;
  peer_source_clear (&self->reconnect_source);
  peer_peer_reset_reconnect (self);
  if (self->socket != NULL)
    peer_socket_close (self->socket);
  peer_peer_register (self);
  peer_peer_set_state (self, FALSE, FALSE, FALSE);
}
