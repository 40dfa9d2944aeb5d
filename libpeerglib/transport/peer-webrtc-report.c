/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-link-struct-private.h"

#include "peer-webrtc-worker-private.h"

/* How long figures wait for the first round trip. */
#define MEASURE_MILLISECONDS 2000

PeerTransportPhase
peer_webrtc_link_get_phase (PeerWebrtcLink *self,
                            PeerWebrtcChannel *channel)
{
  PeerTransportPhase phase = PEER_TRANSPORT_PHASE_SIGNALING;

  g_mutex_lock (&self->lock);
  if (peer_webrtc_channel_get_life (channel) != PEER_WEBRTC_CHANNEL_LIFE_CONNECTING)
    phase = PEER_TRANSPORT_PHASE_OPEN;
  else if (self->is_secure && self->is_verified)
    phase = PEER_TRANSPORT_PHASE_CHANNEL;
  else if (self->has_path)
    phase = PEER_TRANSPORT_PHASE_DTLS;
  else if (self->remote_description != NULL)
    phase = PEER_TRANSPORT_PHASE_ICE;
  g_mutex_unlock (&self->lock);

  return phase;
}

char *
peer_webrtc_link_describe_attempt (PeerWebrtcLink *self)
{
  guint n_turn_servers = self->config->turn_servers != NULL ? g_strv_length (self->config->turn_servers) : 0;
  char *text;

  g_mutex_lock (&self->lock);
  text = peer_webrtc_path_describe (self->path, self->config->stun_server != NULL, n_turn_servers);
  g_mutex_unlock (&self->lock);

  return text;
}

char *
peer_webrtc_link_dup_remote_fingerprint (PeerWebrtcLink *self)
{
  char *fingerprint = NULL;

  g_mutex_lock (&self->lock);
  if (self->is_secure && self->is_verified)
    fingerprint = g_strdup (self->remote_fingerprint);
  g_mutex_unlock (&self->lock);

  return fingerprint;
}

static void
insert_string (GVariantDict *stats,
               const char *key,
               const char *value)
{
  if (value != NULL)
    g_variant_dict_insert (stats, key, "s", value);
}

static void
insert_path (GVariantDict *stats,
             PeerWebrtcPath *path)
{
  const PeerWebrtcPathEnd *local = peer_webrtc_path_get_local (path);
  const PeerWebrtcPathEnd *remote = peer_webrtc_path_get_remote (path);

  if (local == NULL || remote == NULL)
    return;

  insert_string (stats, "local-candidate-type", local->type);
  insert_string (stats, "remote-candidate-type", remote->type);
  insert_string (stats, "local-address", local->address);
  insert_string (stats, "remote-address", remote->address);
  insert_string (stats, "protocol", local->protocol != NULL ? local->protocol : remote->protocol);
  g_variant_dict_insert (stats, "is-relayed", "b",
                         g_str_equal (local->type, "relay") || g_str_equal (remote->type, "relay"));
}

typedef struct
{
  PeerWebrtcLink *link;
  PeerWebrtcChannel *channel;
} Inquiry;

static void
inquiry_free (gpointer data)
{
  Inquiry *inquiry = data;

  peer_webrtc_link_unref (inquiry->link);
  peer_webrtc_channel_unref (inquiry->channel);
  g_free (inquiry);
}

/* webrtcbin's own get-stats has nothing on data channels. */
static GVariant *
make_stats (PeerWebrtcLink *self,
            PeerWebrtcChannel *channel)
{
  PeerWebrtcChannelCounts counts;
  double round_trip_time, silence;
  GVariantDict stats;

  peer_webrtc_channel_get_counts (channel, &counts);
  peer_webrtc_monitor_get_times (self->monitor, &round_trip_time, &silence);
  g_variant_dict_init (&stats, NULL);
  g_variant_dict_insert (&stats, "bytes-sent", "t", counts.bytes_sent);
  g_variant_dict_insert (&stats, "bytes-received", "t", counts.bytes_received);
  g_variant_dict_insert (&stats, "messages-sent", "t", counts.messages_sent);
  g_variant_dict_insert (&stats, "messages-received", "t", counts.messages_received);
  g_variant_dict_insert (&stats, "buffered-amount", "t",
                         (guint64) peer_webrtc_channel_get_buffered_amount (channel));
  g_variant_dict_insert (&stats, "unacknowledged-amount", "t",
                         (guint64) peer_webrtc_channel_get_unacknowledged_amount (channel));
  if (round_trip_time >= 0)
    g_variant_dict_insert (&stats, "round-trip-time", "d", round_trip_time);
  if (silence >= 0)
    g_variant_dict_insert (&stats, "silence", "d", silence);
  g_mutex_lock (&self->lock);
  insert_path (&stats, self->path);
  g_mutex_unlock (&self->lock);

  return g_variant_ref_sink (g_variant_dict_end (&stats));
}

static gboolean
return_stats (gpointer user_data)
{
  GTask *task = user_data;
  const Inquiry *inquiry = g_task_get_task_data (task);

  g_task_return_pointer (task, make_stats (inquiry->link, inquiry->channel), (GDestroyNotify) g_variant_unref);

  return G_SOURCE_REMOVE;
}

/* On the owner's context: the transport lives and dies there, and the task may
 * have the last reference to it. */
static void
answer (GTask *task)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_static_name (source, "PeerWebrtcLink");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, return_stats, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

void
peer_webrtc_link_answer_stats (PeerWebrtcLink *self)
{
  GQueue tasks;
  GTask *task;

  g_mutex_lock (&self->lock);
  tasks = self->stats_tasks;
  g_queue_init (&self->stats_tasks);
  g_mutex_unlock (&self->lock);

  while ((task = g_queue_pop_head (&tasks)) != NULL)
    answer (task);
}

static gboolean
stop_waiting (gpointer user_data)
{
  peer_webrtc_link_answer_stats (user_data);

  return G_SOURCE_REMOVE;
}

void
peer_webrtc_link_get_stats (PeerWebrtcLink *self,
                            PeerWebrtcChannel *channel,
                            GTask *task)
{
  Inquiry *inquiry = g_new (Inquiry, 1);
  double round_trip_time, silence;
  gboolean may_wait;

  *inquiry = (Inquiry){ peer_webrtc_link_ref (self), peer_webrtc_channel_ref (channel) };
  g_task_set_task_data (task, inquiry, inquiry_free);
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->stats_tasks, task);
  may_wait = self->is_open && !self->is_closing;
  g_mutex_unlock (&self->lock);

  /* The next figures are to be fresh as well. */
  peer_webrtc_monitor_measure (self->monitor);
  peer_webrtc_monitor_get_times (self->monitor, &round_trip_time, &silence);

  if (round_trip_time < 0 && may_wait)
    peer_webrtc_worker_add_timeout (MEASURE_MILLISECONDS, stop_waiting, peer_webrtc_link_ref (self),
                                    (GDestroyNotify) peer_webrtc_link_unref);
  else
    peer_webrtc_link_answer_stats (self);
}
