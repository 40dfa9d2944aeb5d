/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-network-watch-private.h"

#include <libpeerglib/peer-source-private.h>
#include <time.h>

/* Milliseconds within which changes count as one: a new network comes with
 * several addresses and routes. */
#define SETTLE_DELAY 200

/* Milliseconds between two looks at how long the machine has slept. */
#define SLEEP_PAUSE 5000

/* Microseconds of sleep that do not matter. The clocks cannot be read in the
 * same moment, so that there may seem to be some. */
#define LIGHT_SLEEP (2 * G_TIME_SPAN_SECOND)

struct _PeerNetworkWatch
{
  GObject parent_instance;

  GMainContext *context;
  GNetworkMonitor *monitor;
  gulong handler;
  PeerSleepClock sleep_clock;
  gint64 slept;
  GSource *sleep_source;
  GSource *settle_source;
};

G_DEFINE_FINAL_TYPE (PeerNetworkWatch, peer_network_watch, G_TYPE_OBJECT)

static guint changed_signal;

static gboolean
settled_cb (gpointer user_data)
{
  g_autoptr (PeerNetworkWatch) self = g_object_ref (PEER_NETWORK_WATCH (user_data));

  peer_source_clear (&self->settle_source);
  g_signal_emit (self, changed_signal, 0);

  return G_SOURCE_REMOVE;
}

static gboolean
changed_cb (gpointer user_data)
{
  PeerNetworkWatch *self = PEER_NETWORK_WATCH (user_data);

  if (self->settle_source == NULL)
    self->settle_source = peer_source_new_timeout (self->context, SETTLE_DELAY, "[libpeerglib] network settles", settled_cb, self);

  return G_SOURCE_REMOVE;
}

/* The monitor emits on the main context of whoever asked for it first. */
static void
network_changed_cb (GNetworkMonitor *monitor,
                    gboolean is_available,
                    gpointer user_data)
{
  g_autoptr (PeerNetworkWatch) self = g_weak_ref_get (user_data);
  g_autoptr (GSource) source = NULL;

  if (self == NULL)
    return;

  source = g_idle_source_new ();
  g_source_set_static_name (source, "[libpeerglib] network changed");
  g_source_set_callback (source, changed_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
}

static void
weak_ref_free (gpointer data,
               GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* Only one of these clocks goes on while the machine sleeps. */
static gint64
read_sleep_clock (void)
{
  struct timespec since_boot, awake;

  clock_gettime (CLOCK_MONOTONIC, &awake);
  clock_gettime (CLOCK_BOOTTIME, &since_boot);

  return (since_boot.tv_sec - awake.tv_sec) * G_USEC_PER_SEC + (since_boot.tv_nsec - awake.tv_nsec) / 1000;
}

static gboolean
sleep_cb (gpointer user_data)
{
  PeerNetworkWatch *self = PEER_NETWORK_WATCH (user_data);
  gint64 slept = self->sleep_clock ();

  if (slept - self->slept > LIGHT_SLEEP)
    changed_cb (self);
  self->slept = slept;

  return G_SOURCE_CONTINUE;
}

gboolean
peer_network_watch_is_available (PeerNetworkWatch *self)
{
  return g_network_monitor_get_network_available (self->monitor);
}

void
peer_network_watch_set_sleep_clock (PeerNetworkWatch *self,
                                    PeerSleepClock clock,
                                    guint pause)
{
  peer_source_clear (&self->sleep_source);
  self->sleep_clock = clock;
  self->slept = clock ();
  self->sleep_source = peer_source_new_timeout (self->context, pause, "[libpeerglib] sleep", sleep_cb, self);
}

static void
peer_network_watch_dispose (GObject *object)
{
  PeerNetworkWatch *self = PEER_NETWORK_WATCH (object);

  g_clear_signal_handler (&self->handler, self->monitor);
  g_clear_object (&self->monitor);
  peer_source_clear (&self->sleep_source);
  peer_source_clear (&self->settle_source);

  G_OBJECT_CLASS (peer_network_watch_parent_class)->dispose (object);
}

static void
peer_network_watch_finalize (GObject *object)
{
  PeerNetworkWatch *self = PEER_NETWORK_WATCH (object);

  g_main_context_unref (self->context);

  G_OBJECT_CLASS (peer_network_watch_parent_class)->finalize (object);
}

static void
peer_network_watch_class_init (PeerNetworkWatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = peer_network_watch_dispose;
  object_class->finalize = peer_network_watch_finalize;

  changed_signal = g_signal_new ("changed", PEER_TYPE_NETWORK_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
peer_network_watch_init (PeerNetworkWatch *self)
{
  self->context = g_main_context_ref_thread_default ();
}

PeerNetworkWatch *
peer_network_watch_new (GNetworkMonitor *monitor)
{
  PeerNetworkWatch *self = g_object_new (PEER_TYPE_NETWORK_WATCH, NULL);
  GWeakRef *weak_self = g_new (GWeakRef, 1);

  g_weak_ref_init (weak_self, self);
  self->monitor = g_object_ref (monitor != NULL ? monitor : g_network_monitor_get_default ());
  self->handler = g_signal_connect_data (self->monitor, "network-changed", G_CALLBACK (network_changed_cb),
                                         weak_self, weak_ref_free, 0);
  peer_network_watch_set_sleep_clock (self, read_sleep_clock, SLEEP_PAUSE);

  return self;
}
