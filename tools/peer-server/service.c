/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "service.h"

#include "notify.h"

/* Clients come and go faster than anybody reads. */
#define STATUS_INTERVAL 2

struct _Service
{
  PeerServer *server;
  guint status_source;
  guint watchdog_source;
};

static char *
describe (Service *self)
{
  guint n_clients = peer_server_get_n_clients (self->server);

  return n_clients == 1 ? g_strdup ("STATUS=1 client") : g_strdup_printf ("STATUS=%u clients", n_clients);
}

static gboolean
status_cb (gpointer user_data)
{
  Service *self = user_data;
  g_autofree char *status = describe (self);

  self->status_source = 0;
  notify_send (status);

  return G_SOURCE_REMOVE;
}

static void
changed_cb (Service *self)
{
  if (self->status_source == 0)
    self->status_source = g_timeout_add_seconds (STATUS_INTERVAL, status_cb, self);
}

static gboolean
watchdog_cb (gpointer user_data)
{
  notify_send ("WATCHDOG=1");

  return G_SOURCE_CONTINUE;
}

Service *
service_new (PeerServer *server)
{
  Service *self = g_new0 (Service, 1);
  guint64 watchdog = notify_get_watchdog ();

  self->server = g_object_ref (server);
  g_signal_connect_swapped (server, "notify::n-clients", G_CALLBACK (changed_cb), self);

  /* Twice as often as it has to be. */
  if (watchdog > 0)
    self->watchdog_source = g_timeout_add ((guint) CLAMP (watchdog / 2000, 1, G_MAXUINT), watchdog_cb, self);

  return self;
}

void
service_free (Service *self)
{
  g_signal_handlers_disconnect_by_data (self->server, self);
  g_clear_handle_id (&self->status_source, g_source_remove);
  g_clear_handle_id (&self->watchdog_source, g_source_remove);
  g_object_unref (self->server);
  g_free (self);
}

void
service_reloading (Service *self)
{
  g_autofree char *state = g_strdup_printf ("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());

  notify_send (state);
}

void
service_ready (Service *self)
{
  g_autofree char *status = describe (self);
  g_autofree char *state = g_strconcat ("READY=1\n", status, NULL);

  notify_send (state);
}

void
service_stopping (Service *self)
{
  g_clear_handle_id (&self->status_source, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->server, self);
  notify_send ("STOPPING=1");
}
