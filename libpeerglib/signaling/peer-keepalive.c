/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-keepalive-private.h"

#include <libpeerglib/peer-source-private.h>

/* Milliseconds between the pings of a probe; libsoup cannot do less. */
#define PROBE_PAUSE 1000

/* How many pauses may pass in silence. */
#define PROBE_PATIENCE 5
#define PATIENCE 2

/* Milliseconds that may pass in silence at least, when no probe is under way. */
#define SHORTEST_PATIENCE 10000

struct _PeerKeepalive
{
  GMainContext *context;
  SoupWebsocketConnection *connection;
  guint interval;
  PeerKeepaliveFunc func;
  gpointer user_data;

  GSource *pause;
  gboolean is_probing;
  gboolean is_answered;
  guint patience; /* in pauses */
  guint n_silent; /* pauses in which nothing was heard */
};

static gboolean pause_cb (gpointer user_data);

static void
peer_keepalive_start_pause (PeerKeepalive *self,
                            guint milliseconds)
{
  peer_source_clear (&self->pause);
  if (milliseconds > 0)
    self->pause = peer_source_new_timeout (self->context, milliseconds, "[libpeerglib] keepalive", pause_cb, self);
}

static void
peer_keepalive_set_pace (PeerKeepalive *self,
                         gboolean is_probing)
{
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (self->context);
  guint milliseconds = is_probing ? PROBE_PAUSE : self->interval;

  self->is_probing = is_probing;
  self->n_silent = 0;
  self->patience = PROBE_PATIENCE;
  if (!is_probing && milliseconds > 0)
    self->patience = MAX (PATIENCE, (SHORTEST_PATIENCE - 1) / milliseconds + 1);

  soup_websocket_connection_set_keepalive_interval (self->connection,
                                                    milliseconds > 0 ? MAX (milliseconds / 1000, 1) : 0);
  peer_keepalive_start_pause (self, milliseconds);
}

/* It counts pauses, not time: when the main context was kept from running,
 * what was heard meanwhile may be noticed after this. */
static gboolean
pause_cb (gpointer user_data)
{
  PeerKeepalive *self = user_data;

  if (self->n_silent < self->patience)
    {
      self->n_silent++;
      return G_SOURCE_CONTINUE;
    }

  if (!self->is_answered && !self->is_probing)
    return G_SOURCE_CONTINUE;

  if (!self->is_answered)
    peer_keepalive_set_pace (self, FALSE);
  else
    self->func (PEER_KEEPALIVE_LOST, self->user_data);

  return G_SOURCE_REMOVE;
}

static void
message_cb (PeerKeepalive *self)
{
  self->n_silent = 0;
}

static void
pong_cb (PeerKeepalive *self)
{
  gboolean is_first = !self->is_answered;

  self->n_silent = 0;
  self->is_answered = TRUE;
  if (self->is_probing)
    peer_keepalive_set_pace (self, FALSE);
  if (is_first)
    self->func (PEER_KEEPALIVE_ANSWERED, self->user_data);
}

PeerKeepalive *
peer_keepalive_new (SoupWebsocketConnection *connection,
                    guint interval,
                    PeerKeepaliveFunc func,
                    gpointer user_data)
{
  PeerKeepalive *self = g_new0 (PeerKeepalive, 1);

  self->context = g_main_context_ref_thread_default ();
  self->connection = g_object_ref (connection);
  self->interval = interval;
  self->func = func;
  self->user_data = user_data;
  g_signal_connect_swapped (connection, "message", G_CALLBACK (message_cb), self);
  g_signal_connect_swapped (connection, "pong", G_CALLBACK (pong_cb), self);
  peer_keepalive_set_pace (self, TRUE);

  return self;
}

void
peer_keepalive_free (PeerKeepalive *self)
{
  g_signal_handlers_disconnect_by_data (self->connection, self);
  soup_websocket_connection_set_keepalive_interval (self->connection, 0);
  peer_source_clear (&self->pause);
  g_object_unref (self->connection);
  g_main_context_unref (self->context);
  g_free (self);
}

void
peer_keepalive_probe (PeerKeepalive *self)
{
  if (self->interval > 0 && !self->is_probing)
    peer_keepalive_set_pace (self, TRUE);
}

gboolean
peer_keepalive_is_answered (PeerKeepalive *self)
{
  return self->is_answered;
}

gboolean
peer_keepalive_is_probing (PeerKeepalive *self)
{
  return self->is_probing;
}

void
peer_keepalive_set_pause (PeerKeepalive *self,
                          guint milliseconds)
{
  peer_keepalive_start_pause (self, milliseconds);
}
