/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-liveness-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

/* Of the timeout: when the other side counts as lost, and how long nothing is
 * heard before it is asked. Several questions may go astray before that. */
#define LOST_PART 3
#define ASK_PART 6

#define MAX_ASK_INTERVAL (5 * G_USEC_PER_SEC)
#define MAX_CHECK_PATIENCE (5 * G_USEC_PER_SEC)

void
peer_liveness_init (PeerLiveness *self)
{
  *self = (PeerLiveness){
    .heard_at = -1,
    .asked_at = -1,
    .checked_at = -1,
    .wake_at = -1,
    .round_trip_time = -1,
  };
}

static gint64
get_check_patience (const PeerLiveness *self)
{
  return MIN (self->timeout, MAX_CHECK_PATIENCE);
}

static gint64
get_ask_interval (const PeerLiveness *self)
{
  if (self->checked_at >= 0)
    return get_check_patience (self) / ASK_PART;

  return MIN (self->timeout / ASK_PART, MAX_ASK_INTERVAL);
}

/* When the given part of the patience is over. */
static gint64
get_end (const PeerLiveness *self,
         int part)
{
  gint64 end = self->heard_at + self->timeout / part;

  if (self->checked_at >= 0)
    end = MIN (end, self->checked_at + get_check_patience (self) / part);

  return end;
}

static gint64
get_ask_time (const PeerLiveness *self)
{
  gint64 interval = get_ask_interval (self);

  /* A check asks at once. */
  if (self->checked_at >= 0 && self->asked_at < self->checked_at)
    return self->checked_at;

  return MAX (self->heard_at, self->asked_at) + interval;
}

static gboolean
is_watching (const PeerLiveness *self)
{
  return self->timeout > 0 && self->heard_at >= 0 && !self->is_dead;
}

static void
plan (PeerLiveness *self)
{
  if (!is_watching (self))
    self->wake_at = -1;
  else if (self->is_lost)
    self->wake_at = MIN (get_ask_time (self), get_end (self, 1));
  else
    self->wake_at = MIN (get_ask_time (self), get_end (self, LOST_PART));
}

void
peer_liveness_begin (PeerLiveness *self,
                     gint64 now)
{
  self->heard_at = now;
  plan (self);
}

void
peer_liveness_set_timeout (PeerLiveness *self,
                           guint milliseconds,
                           gint64 now)
{
  /* What went by while nobody watched or asked is no silence. */
  if (self->timeout == 0 && self->heard_at >= 0)
    self->heard_at = now;
  self->timeout = (gint64) milliseconds * 1000;
  if (self->timeout == 0)
    self->checked_at = -1;
  plan (self);
}

gboolean
peer_liveness_hear (PeerLiveness *self,
                    gint64 now)
{
  self->heard_at = now;
  self->checked_at = -1;

  return self->is_lost;
}

/* RFC 6298, 2 */
void
peer_liveness_measure (PeerLiveness *self,
                       gint64 sent_at,
                       gint64 now)
{
  gint64 sample = MAX (now - sent_at, 0);

  if (self->round_trip_time < 0)
    self->round_trip_time = sample;
  else
    self->round_trip_time += (sample - self->round_trip_time) / 8;
}

void
peer_liveness_check (PeerLiveness *self,
                     gint64 now)
{
  if (!is_watching (self))
    return;

  self->checked_at = now;
  plan (self);
}

gboolean
peer_liveness_lose (PeerLiveness *self,
                    gint64 now)
{
  if (!is_watching (self))
    return FALSE;

  self->is_lost = TRUE;
  peer_liveness_check (self, now);

  return TRUE;
}

/* A process that was stopped, or starved, could not have heard anything. */
static void
excuse_delay (PeerLiveness *self,
              gint64 now)
{
  gint64 delay = now - self->wake_at;

  if (self->wake_at < 0 || delay <= 0)
    return;

  self->heard_at = MIN (self->heard_at + delay, now);
  if (self->checked_at >= 0)
    self->checked_at = MIN (self->checked_at + delay, now);
}

PeerLivenessActions
peer_liveness_update (PeerLiveness *self,
                      gboolean is_listening,
                      gint64 now)
{
  PeerLivenessActions actions = PEER_LIVENESS_NOTHING;

  if (self->heard_at >= 0 && !self->is_dead)
    {
      gint64 ask_time;

      excuse_delay (self, now);
      ask_time = get_ask_time (self);
      if (!is_listening)
        peer_liveness_hear (self, now);

      if (self->is_lost && (self->timeout == 0 || (self->checked_at < 0 && now < get_end (self, LOST_PART))))
        {
          self->is_lost = FALSE;
          actions |= PEER_LIVENESS_FOUND;
        }
      else if (is_watching (self) && !self->is_lost && now >= get_end (self, LOST_PART))
        {
          self->is_lost = TRUE;
          actions |= PEER_LIVENESS_LOST;
        }

      if (is_watching (self) && now >= get_end (self, 1))
        {
          self->is_dead = TRUE;
          actions |= PEER_LIVENESS_DEAD;
        }
      else if (is_watching (self) && now >= ask_time)
        {
          self->asked_at = now;
          actions |= PEER_LIVENESS_ASK;
        }
    }
  plan (self);

  return actions;
}

GError *
peer_liveness_new_error (const PeerLiveness *self,
                         gint64 now)
{
  double seconds = self->heard_at >= 0 ? (double) (now - self->heard_at) / G_USEC_PER_SEC : 0;

  return g_error_new (PEER_ERROR, PEER_ERROR_TIMED_OUT,
                      _ ("Nothing was heard from the other side for %.1f seconds"), seconds);
}
