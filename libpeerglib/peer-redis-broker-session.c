/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-redis-broker-private.h"

#include <glib/gi18n-lib.h>

#include "peer-backoff-private.h"
#include "peer-error.h"
#include "peer-source-private.h"

/* One connection carries commands, the other the channel of this node. The
 * channel outlives the commands, for what is said on it while nobody listens
 * waits elsewhere: this node fetches that when it renews the leases of its ids,
 * which it does whenever it has been cut off in any way. */

#define MAX_ANSWER_TIME 5000 /* milliseconds */
#define MIN_ANSWER_TIME 1000
#define MAX_TICK 1000
#define MIN_TICK 20
#define TICKS_PER_LEASE 6
#define MAX_EXPIRED_AT_ONCE 100

/* Clients wait for it: no longer than two seconds between attempts. */
#define MAX_BACKOFF_ATTEMPT 2

static guint
get_answer_time (PeerRedisBroker *self)
{
  return CLAMP (self->lease / 2, MIN_ANSWER_TIME, MAX_ANSWER_TIME);
}

void
peer_redis_broker_call (PeerRedisBroker *self,
                        PeerRedisScript script,
                        const char *const *arguments,
                        const gsize *lengths,
                        guint n_arguments,
                        PeerRedisReplyFunc func,
                        gpointer user_data)
{
  g_autofree const char **all = g_new (const char *, n_arguments + 1);
  g_autofree gsize *all_lengths = g_new (gsize, n_arguments + 1);

  all[0] = self->node_id;
  all_lengths[0] = strlen (self->node_id);
  for (guint i = 0; i < n_arguments; i++)
    {
      all[i + 1] = arguments[i];
      all_lengths[i + 1] = lengths != NULL ? lengths[i] : strlen (arguments[i]);
    }

  peer_redis_script_call (self->commands, script, self->prefix, all, all_lengths, n_arguments + 1, func, user_data);
}

static void
set_connected (PeerRedisBroker *self,
               gboolean is_connected)
{
  if (self->is_connected == is_connected)
    return;

  self->is_connected = is_connected;
  g_object_notify (G_OBJECT (self), "is-connected");
}

static void
close_link (PeerRedisLink **link)
{
  g_autoptr (PeerRedisLink) closed = g_steal_pointer (link);

  if (closed != NULL)
    peer_redis_link_close (closed);
}

static void
close_commands (PeerRedisBroker *self)
{
  self->is_commands_open = FALSE;
  self->asked_at = 0;
  close_link (&self->commands);
}

static void
close_events (PeerRedisBroker *self)
{
  self->is_subscribed = FALSE;
  close_link (&self->events);
}

static gboolean
retry_cb (gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (user_data);

  g_clear_pointer (&self->retry_source, g_source_unref);
  peer_redis_broker_connect (self);

  return G_SOURCE_REMOVE;
}

static void
lose_commands (PeerRedisBroker *self,
               const GError *error)
{
  g_autoptr (PeerRedisBroker) kept = g_object_ref (self);

  g_debug ("Lost Redis at %s: %s", self->address->text, error->message);
  set_connected (self, FALSE);
  close_commands (self);
  self->is_settled = TRUE;
  peer_redis_broker_trust_claims (self);

  if (self->stop_task == NULL && self->retry_source == NULL && self->tick_source != NULL)
    self->retry_source = peer_source_new_timeout (self->context,
                                                  peer_backoff_delay (PEER_BACKOFF_FIRST, MIN (self->attempt++, MAX_BACKOFF_ATTEMPT)),
                                                  "[libpeerglib] Redis again", retry_cb, self);

  if (!self->is_trouble_told)
    {
      g_autoptr (GError) told = g_error_new (PEER_ERROR, PEER_ERROR_NETWORK, _ ("Redis at %s is away: %s"),
                                             self->address->text, error->message);

      self->is_trouble_told = TRUE;
      peer_broker_error (PEER_BROKER (self), told);
    }
  peer_redis_broker_check_stop (self);
}

static void
fail (PeerRedisBroker *self,
      const GError *error)
{
  close_events (self);
  lose_commands (self, error);
}

void
peer_redis_broker_fail_reply (PeerRedisBroker *self,
                              const redisReply *reply)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                                                  reply->type == REDIS_REPLY_ERROR ? reply->str : _ ("It answered what makes no sense"));

  fail (self, error);
}

static void
check_connected (PeerRedisBroker *self)
{
  g_autoptr (PeerRedisBroker) kept = g_object_ref (self);

  if (!self->is_commands_open || !self->is_subscribed || self->is_connected)
    return;

  self->attempt = 0;
  self->is_settled = TRUE;
  self->is_trouble_told = FALSE;
  peer_redis_scripts_load (self->commands);
  set_connected (self, TRUE);
  peer_redis_broker_send_releases (self);
  peer_redis_broker_renew (self, TRUE);
  peer_redis_broker_send_claims (self);
  peer_redis_broker_resend (self);
}

static void
link_opened (PeerRedisLink *link,
             gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (user_data);
  g_autofree char *channel = g_strdup_printf ("%s:node:%s", self->prefix, self->node_id);
  const char *arguments[] = { "SUBSCRIBE", channel };

  if (link == self->events)
    {
      peer_redis_link_call (link, arguments, NULL, G_N_ELEMENTS (arguments), NULL, NULL);
      return;
    }

  self->is_commands_open = TRUE;
  check_connected (self);
}

static void
link_pushed (PeerRedisLink *link,
             const redisReply *reply,
             gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (user_data);
  const redisReply *kind = peer_redis_reply_get (reply, 0, REDIS_REPLY_STRING);

  if (peer_redis_reply_is (kind, "message") && reply->elements == 3)
    {
      peer_redis_broker_handle_push (self, reply->element[2]);
    }
  else if (peer_redis_reply_is (kind, "subscribe"))
    {
      self->is_subscribed = TRUE;
      check_connected (self);
    }
  else if (peer_redis_reply_is (kind, "unsubscribe"))
    {
      self->is_subscribed = FALSE;
      peer_redis_broker_check_stop (self);
    }
}

static void
link_failed (PeerRedisLink *link,
             const GError *error,
             gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (user_data);

  if (link == self->commands)
    lose_commands (self, error);
  else
    fail (self, error);
}

static const PeerRedisLinkFuncs link_funcs = {
  .opened = link_opened,
  .pushed = link_pushed,
  .failed = link_failed,
};

void
peer_redis_broker_connect (PeerRedisBroker *self)
{
  g_main_context_push_thread_default (self->context);
  if (self->commands == NULL)
    self->commands = peer_redis_link_new (self->address, get_answer_time (self), &link_funcs, self);
  if (self->events == NULL)
    self->events = peer_redis_link_new (self->address, get_answer_time (self), &link_funcs, self);
  g_main_context_pop_thread_default (self->context);
}

void
peer_redis_broker_disconnect (PeerRedisBroker *self)
{
  peer_source_clear (&self->retry_source);
  peer_source_clear (&self->tick_source);
  set_connected (self, FALSE);
  close_events (self);
  close_commands (self);
  self->is_settled = FALSE;
  self->is_trouble_told = FALSE;
  self->attempt = 0;
}

/* Ticks: leases, expiry, and whether Redis answers */

static void
ask_for_expired (PeerRedisBroker *self);

static void
expired_cb (PeerRedisLink *link,
            const redisReply *reply,
            gpointer user_data)
{
  g_autoptr (PeerRedisBroker) self = user_data;

  if (reply == NULL || link != self->commands)
    return;

  self->asked_at = 0;
  if (peer_redis_scripts_are_missing (reply))
    peer_redis_scripts_load (link);
  else if (reply->type != REDIS_REPLY_INTEGER)
    peer_redis_broker_fail_reply (self, reply);
  else if (reply->integer >= MAX_EXPIRED_AT_ONCE)
    ask_for_expired (self);
}

static void
ask_for_expired (PeerRedisBroker *self)
{
  self->asked_at = g_get_monotonic_time ();
  peer_redis_broker_call (self, PEER_REDIS_EXPIRE, NULL, NULL, 0, expired_cb, g_object_ref (self));
}

static gboolean
tick_cb (gpointer user_data)
{
  g_autoptr (PeerRedisBroker) self = g_object_ref (user_data);
  gint64 patience = get_answer_time (self) * (gint64) G_TIME_SPAN_MILLISECOND;

  peer_redis_broker_expire (self);
  if (self->is_connected)
    peer_redis_broker_renew (self, FALSE);

  if (self->is_connected && self->asked_at == 0)
    ask_for_expired (self);
  else if (self->is_connected && g_get_monotonic_time () - self->asked_at > patience)
    {
      g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("It does not answer"));

      fail (self, error);
    }

  return G_SOURCE_CONTINUE;
}

void
peer_redis_broker_reschedule (PeerRedisBroker *self)
{
  guint interval = CLAMP (MIN (self->settings.cleanup_interval, self->lease / TICKS_PER_LEASE), MIN_TICK, MAX_TICK);

  peer_source_clear (&self->tick_source);
  self->tick_source = peer_source_new_timeout (self->context, interval, "[libpeerglib] leases", tick_cb, self);
}

static void
settled_cb (PeerRedisLink *link,
            const redisReply *reply,
            gpointer user_data)
{
  g_autoptr (PeerRedisBroker) self = user_data;
  const char *arguments[] = { "UNSUBSCRIBE" };

  /* All ids are released, so nothing comes any more after what is there. */
  if (reply != NULL && self->events != NULL)
    peer_redis_link_call (self->events, arguments, NULL, G_N_ELEMENTS (arguments), NULL, NULL);
}

void
peer_redis_broker_begin_stop (PeerRedisBroker *self)
{
  const char *arguments[] = { "PING" };

  peer_redis_broker_release_all (self);
  if (self->is_connected)
    peer_redis_link_call (self->commands, arguments, NULL, G_N_ELEMENTS (arguments), settled_cb, g_object_ref (self));
  else
    peer_redis_broker_check_stop (self);
}

void
peer_redis_broker_check_stop (PeerRedisBroker *self)
{
  g_autoptr (GTask) task = NULL;
  gboolean is_left = self->in_flight.length > 0 || peer_message_store_get_n_messages (self->store) > 0;

  if (self->stop_task == NULL || (self->is_connected && (self->is_subscribed || self->in_flight.length > 0)))
    return;

  task = g_steal_pointer (&self->stop_task);
  peer_redis_broker_disconnect (self);
  peer_message_store_clear (self->store);
  while (self->in_flight.head != NULL)
    {
      PeerRedisMessage *message = self->in_flight.head->data;

      g_queue_unlink (&self->in_flight, &message->link);
      peer_redis_message_free (message);
    }
  self->in_flight_bytes = 0;
  g_ptr_array_set_size (self->released, 0);

  if (is_left)
    g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_NETWORK, _ ("Messages were lost, for Redis is away"));
  else
    g_task_return_boolean (task, TRUE);
}
