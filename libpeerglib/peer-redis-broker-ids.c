/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-redis-broker-private.h"

#include "protocol/peer-envelope-private.h"

/* So many ids are renewed with one call. */
#define BATCH 256

/* How often a lease is renewed before it ends. */
#define RENEWALS_PER_LEASE 3

void
peer_redis_id_free (PeerRedisId *self)
{
  g_assert (self->claim == NULL);

  g_free (self->id);
  g_free (self->owner);
  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_pointer (&self->early, g_ptr_array_unref);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  g_free (self);
}

/* Redis need not know anybody's token. */
static char *
digest_owner (const char *id,
              const char *owner)
{
  g_autofree char *text = g_strdup_printf ("%s\n%s", id, owner);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static PeerRedisId *
lookup (PeerRedisBroker *self,
        const char *id,
        guint64 serial)
{
  PeerRedisId *record = g_hash_table_lookup (self->ids, id);

  return record != NULL && record->serial == serial ? record : NULL;
}

static void
forget (PeerRedisBroker *self,
        PeerRedisId *record)
{
  g_autoptr (GPtrArray) early = g_steal_pointer (&record->early);

  g_queue_unlink (&self->by_renewal, &record->link);
  g_hash_table_remove (self->ids, record->id);
  peer_redis_broker_handle_early (self, early);
}

/* One of the claims and renewals of the id. */
static void
answered (PeerRedisBroker *self,
          PeerRedisId *record)
{
  g_autoptr (GPtrArray) early = NULL;

  if (record->n_unanswered > 0 && --record->n_unanswered > 0)
    return;

  early = g_steal_pointer (&record->early);
  peer_redis_broker_handle_early (self, early);
}

static void
decide (PeerRedisId *record,
        PeerBrokerClaim claim)
{
  g_autoptr (GTask) task = g_steal_pointer (&record->claim);

  if (task != NULL)
    g_task_return_int (task, claim);
}

static void
evict (PeerRedisBroker *self,
       PeerRedisId *record,
       PeerBrokerEviction reason)
{
  g_autofree char *id = g_strdup (record->id);

  forget (self, record);
  peer_broker_evicted (PEER_BROKER (self), id, reason);
}

static gboolean
evict_late_cb (gpointer user_data)
{
  GTask *task = user_data;
  PeerRedisBroker *self = g_task_get_source_object (task);
  PeerRedisId *record = g_hash_table_lookup (self->ids, g_task_get_task_data (task));

  if (record != NULL && record->is_evicted)
    evict (self, record, PEER_BROKER_EVICTION_TAKEN_OVER);
  g_object_unref (task);

  return G_SOURCE_REMOVE;
}

/* The client has to get its OPEN before it can be replaced. */
static void
evict_later (PeerRedisBroker *self,
             const char *id)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  GTask *task = g_task_new (self, NULL, NULL, NULL);

  g_task_set_task_data (task, g_strdup (id), g_free);
  g_source_set_static_name (source, "[libpeerglib] eviction");
  g_source_set_callback (source, evict_late_cb, task, NULL);
  g_source_attach (source, self->context);
}

void
peer_redis_broker_handle_eviction (PeerRedisBroker *self,
                                   const char *id,
                                   guint64 serial)
{
  PeerRedisId *record = lookup (self, id, serial);

  if (record == NULL)
    return;

  if (record->waiting != NULL)
    record->is_evicted = TRUE;
  else
    evict (self, record, PEER_BROKER_EVICTION_TAKEN_OVER);
}

/* The claim was given up before Redis answered. What it has fetched by then is
 * for whoever holds the id now. */
static void
pass_on_messages (PeerRedisBroker *self,
                  const redisReply *reply)
{
  if (!peer_redis_reply_is (peer_redis_reply_get (reply, 0, REDIS_REPLY_STRING), "claimed"))
    return;

  for (gsize i = 1; i < reply->elements; i++)
    peer_redis_broker_handle_frame (self, reply->element[i]);
}

static void
claimed_cb (PeerRedisLink *link,
            const redisReply *reply,
            gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  PeerRedisBroker *self = g_task_get_source_object (task);
  PeerRedisId *record = g_hash_table_lookup (self->ids, g_task_get_task_data (task));
  const redisReply *outcome = peer_redis_reply_get (reply, 0, REDIS_REPLY_STRING);

  if (record == NULL || record->claim != task)
    {
      pass_on_messages (self, reply);
      return;
    }

  if (reply == NULL)
    {
      /* Whatever Redis has decided comes out when it is back. */
      answered (self, record);
      decide (record, PEER_BROKER_CLAIM_CLAIMED);
    }
  else if (peer_redis_scripts_are_missing (reply))
    {
      peer_redis_scripts_load (self->commands);
      peer_redis_broker_send_claims (self);
    }
  else if (peer_redis_reply_is (outcome, "taken"))
    {
      decide (record, PEER_BROKER_CLAIM_TAKEN);
      forget (self, record);
    }
  else if (peer_redis_reply_is (outcome, "claimed"))
    {
      for (gsize i = 1; i < reply->elements; i++)
        peer_redis_broker_keep_frame (self, record, reply->element[i]);
      answered (self, record);
      decide (record, PEER_BROKER_CLAIM_CLAIMED);
    }
  else
    {
      peer_redis_broker_fail_reply (self, reply);
    }
}

static void
send_claim (PeerRedisBroker *self,
            PeerRedisId *record)
{
  g_autofree char *lease = g_strdup_printf ("%u", self->lease);
  g_autofree char *serial = g_strdup_printf ("%" G_GUINT64_FORMAT, record->serial);
  const char *arguments[] = { lease, record->id, record->owner, serial };

  record->renewed_at = g_get_monotonic_time ();
  record->n_unanswered = 1;
  peer_redis_broker_call (self, PEER_REDIS_CLAIM, arguments, NULL, G_N_ELEMENTS (arguments),
                          claimed_cb, g_object_ref (record->claim));
}

void
peer_redis_broker_claim_id (PeerRedisBroker *self,
                            const char *id,
                            const char *owner,
                            GTask *task)
{
  PeerRedisId *record = g_new0 (PeerRedisId, 1);

  record->id = g_strdup (id);
  record->owner = digest_owner (id, owner);
  record->serial = ++self->claim_serial;
  record->waiting = peer_message_store_take (self->store, id);
  if (record->waiting == NULL)
    record->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  record->claim = g_object_ref (task);
  record->link.data = record;
  g_task_set_task_data (task, g_strdup (id), g_free);
  g_hash_table_insert (self->ids, record->id, record);
  g_queue_push_tail_link (&self->by_renewal, &record->link);

  if (self->is_connected)
    send_claim (self, record);
  else if (self->is_settled)
    decide (record, PEER_BROKER_CLAIM_CLAIMED);
}

static GPtrArray *
list_undecided (PeerRedisBroker *self)
{
  GPtrArray *undecided = g_ptr_array_new ();

  for (GList *link = self->by_renewal.head; link != NULL; link = link->next)
    if (((PeerRedisId *) link->data)->claim != NULL)
      g_ptr_array_add (undecided, link->data);

  return undecided;
}

void
peer_redis_broker_send_claims (PeerRedisBroker *self)
{
  g_autoptr (GPtrArray) undecided = list_undecided (self);

  for (guint i = 0; i < undecided->len; i++)
    send_claim (self, g_ptr_array_index (undecided, i));
}

void
peer_redis_broker_trust_claims (PeerRedisBroker *self)
{
  g_autoptr (GPtrArray) undecided = list_undecided (self);

  for (guint i = 0; i < undecided->len; i++)
    {
      answered (self, g_ptr_array_index (undecided, i));
      decide (g_ptr_array_index (undecided, i), PEER_BROKER_CLAIM_CLAIMED);
    }
}

GPtrArray *
peer_redis_broker_take (PeerRedisBroker *self,
                        const char *id)
{
  PeerRedisId *record = g_hash_table_lookup (self->ids, id);

  if (record == NULL)
    return NULL;
  if (record->is_evicted)
    evict_later (self, id);

  return g_steal_pointer (&record->waiting);
}

static void
released_cb (PeerRedisLink *link,
             const redisReply *reply,
             gpointer user_data)
{
  g_autoptr (PeerRedisBroker) self = user_data;

  /* Those whose release is lost are free when their lease ends. */
  if (reply != NULL && peer_redis_scripts_are_missing (reply) && self->commands != NULL)
    peer_redis_scripts_load (self->commands);
}

/* What nobody fetched is for the next who claims the id. */
static void
return_messages (PeerRedisBroker *self,
                 PeerRedisId *record)
{
  for (guint i = 0; record->waiting != NULL && i < record->waiting->len; i++)
    {
      GBytes *text = g_ptr_array_index (record->waiting, i);
      g_auto (PeerEnvelope) envelope = { 0 };
      gsize length;
      const char *data = g_bytes_get_data (text, &length);

      if (peer_envelope_parse (&envelope, data, length, G_MAXUINT, NULL) && envelope.src != NULL)
        peer_redis_broker_send_message (self, envelope.src, record->id, text, TRUE, FALSE);
    }
}

static void
send_release (PeerRedisBroker *self,
              PeerRedisId *record)
{
  g_ptr_array_add (self->released, g_strdup (record->id));
  g_ptr_array_add (self->released, g_strdup_printf ("%" G_GUINT64_FORMAT, record->serial));
  if (self->is_connected)
    peer_redis_broker_send_releases (self);
}

void
peer_redis_broker_send_releases (PeerRedisBroker *self)
{
  if (self->released->len > 0)
    peer_redis_broker_call (self, PEER_REDIS_RELEASE, (const char *const *) self->released->pdata, NULL, self->released->len,
                            released_cb, g_object_ref (self));
  g_ptr_array_set_size (self->released, 0);
}

void
peer_redis_broker_release_id (PeerRedisBroker *self,
                              const char *id)
{
  PeerRedisId *record = g_hash_table_lookup (self->ids, id);

  if (record == NULL)
    return;

  send_release (self, record);
  return_messages (self, record);
  decide (record, PEER_BROKER_CLAIM_TAKEN);
  forget (self, record);
}

void
peer_redis_broker_release_all (PeerRedisBroker *self)
{
  while (self->by_renewal.head != NULL)
    {
      g_autofree char *id = g_strdup (((PeerRedisId *) self->by_renewal.head->data)->id);

      peer_redis_broker_release_id (self, id);
    }
}

static void
handle_renewal (PeerRedisBroker *self,
                const redisReply *entry)
{
  const redisReply *id = peer_redis_reply_get (entry, 0, REDIS_REPLY_STRING);
  const redisReply *serial = peer_redis_reply_get (entry, 1, REDIS_REPLY_STRING);
  const redisReply *outcome = peer_redis_reply_get (entry, 2, REDIS_REPLY_STRING);
  PeerRedisId *record;

  if (id == NULL || serial == NULL || outcome == NULL)
    {
      peer_redis_broker_fail_reply (self, entry);
      return;
    }

  record = lookup (self, id->str, g_ascii_strtoull (serial->str, NULL, 10));
  if (peer_redis_reply_is (outcome, "messages"))
    {
      for (gsize i = 3; i < entry->elements; i++)
        peer_redis_broker_handle_frame (self, entry->element[i]);
    }
  else if (record != NULL && record->waiting == NULL)
    {
      evict (self, record, peer_redis_reply_is (outcome, "taken-over") ? PEER_BROKER_EVICTION_TAKEN_OVER : PEER_BROKER_EVICTION_TAKEN);
    }
}

static void
handle_renewals (PeerRedisBroker *self,
                 const redisReply *reply)
{
  if (reply == NULL)
    return;
  if (peer_redis_scripts_are_missing (reply))
    {
      peer_redis_scripts_load (self->commands);
      peer_redis_broker_renew (self, TRUE);
      return;
    }
  if (reply->type != REDIS_REPLY_ARRAY)
    {
      peer_redis_broker_fail_reply (self, reply);
      return;
    }

  for (gsize i = 0; i < reply->elements; i++)
    handle_renewal (self, reply->element[i]);
}

static void
renewed_cb (PeerRedisLink *link,
            const redisReply *reply,
            gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  PeerRedisBroker *self = g_task_get_source_object (task);
  GPtrArray *ids = g_task_get_task_data (task);

  handle_renewals (self, reply);
  for (guint i = 0; i < ids->len; i += 2)
    {
      const char *serial = g_ptr_array_index (ids, i + 1);
      PeerRedisId *record = lookup (self, g_ptr_array_index (ids, i), g_ascii_strtoull (serial, NULL, 10));

      if (record != NULL)
        answered (self, record);
    }
}

/* Takes ids from the head of the queue to its tail. The task knows which,
 * each with its serial after it. */
static void
send_batch (PeerRedisBroker *self,
            guint n_ids)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_sized_new (1 + 3 * n_ids);
  GPtrArray *ids = g_ptr_array_new_full (2 * n_ids, g_free);
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);
  g_autofree char *lease = g_strdup_printf ("%u", self->lease);
  gint64 now = g_get_monotonic_time ();

  g_task_set_task_data (task, ids, (GDestroyNotify) g_ptr_array_unref);
  g_ptr_array_add (arguments, lease);
  for (guint i = 0; i < n_ids; i++)
    {
      PeerRedisId *record = self->by_renewal.head->data;
      char *serial;

      g_queue_unlink (&self->by_renewal, &record->link);
      g_queue_push_tail_link (&self->by_renewal, &record->link);
      record->renewed_at = now;
      if (record->claim != NULL)
        continue;

      record->n_unanswered++;
      serial = g_strdup_printf ("%" G_GUINT64_FORMAT, record->serial);
      g_ptr_array_add (ids, g_strdup (record->id));
      g_ptr_array_add (ids, serial);
      g_ptr_array_add (arguments, record->id);
      g_ptr_array_add (arguments, record->owner);
      g_ptr_array_add (arguments, serial);
    }

  if (arguments->len > 1)
    peer_redis_broker_call (self, PEER_REDIS_RENEW, (const char *const *) arguments->pdata, NULL, arguments->len,
                            renewed_cb, g_steal_pointer (&task));
}

void
peer_redis_broker_renew (PeerRedisBroker *self,
                         gboolean all)
{
  gint64 due = g_get_monotonic_time () - self->lease * (gint64) G_TIME_SPAN_MILLISECOND / RENEWALS_PER_LEASE;
  guint n_left = self->by_renewal.length;

  while (n_left > 0)
    {
      guint n_ids = 0;

      for (GList *link = self->by_renewal.head; link != NULL && n_ids < MIN (n_left, BATCH); link = link->next)
        {
          if (!all && ((PeerRedisId *) link->data)->renewed_at > due)
            break;
          n_ids++;
        }
      if (n_ids == 0)
        return;

      send_batch (self, n_ids);
      n_left -= n_ids;
    }
}
