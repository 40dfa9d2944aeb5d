/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-message-store-private.h"

typedef struct
{
  char *dst;
  gint64 begun_at;
  GPtrArray *sources;
  GPtrArray *texts;
  gsize n_bytes;
  GList link;
} MessageQueue;

/* What somebody has waiting. */
typedef struct
{
  guint n_messages;
  gsize n_bytes;
} Share;

struct _PeerMessageStore
{
  PeerMessageStoreLimits limits;
  GHashTable *queues;
  GHashTable *shares; /* of senders by their ids */
  GQueue by_age;
  guint n_messages;
  gsize n_bytes;
};

static MessageQueue *
message_queue_new (const char *dst)
{
  MessageQueue *queue = g_new0 (MessageQueue, 1);

  queue->dst = g_strdup (dst);
  queue->begun_at = g_get_monotonic_time ();
  queue->sources = g_ptr_array_new_with_free_func (g_free);
  queue->texts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  queue->link.data = queue;

  return queue;
}

static void
message_queue_free (MessageQueue *queue)
{
  g_free (queue->dst);
  g_clear_pointer (&queue->sources, g_ptr_array_unref);
  g_clear_pointer (&queue->texts, g_ptr_array_unref);
  g_free (queue);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MessageQueue, message_queue_free)

PeerMessageStore *
peer_message_store_new (void)
{
  PeerMessageStore *self = g_new0 (PeerMessageStore, 1);

  self->queues = g_hash_table_new (g_str_hash, g_str_equal);
  self->shares = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->by_age);

  return self;
}

void
peer_message_store_free (PeerMessageStore *self)
{
  peer_message_store_clear (self);
  g_hash_table_unref (self->queues);
  g_hash_table_unref (self->shares);
  g_free (self);
}

PeerMessageStoreLimits *
peer_message_store_get_limits (PeerMessageStore *self)
{
  return &self->limits;
}

guint
peer_message_store_get_n_messages (PeerMessageStore *self)
{
  return self->n_messages;
}

gsize
peer_message_store_get_n_bytes (PeerMessageStore *self)
{
  return self->n_bytes;
}

/* Whether somebody who has so much may have so much more. Who would have more
 * than is free then may not: of many who take what they can get each has as
 * much as is still there for one who comes later. */
static gboolean
is_fair (gsize limit,
         gsize n_used,
         gsize n_own,
         gsize n_more)
{
  gsize n_free = limit > n_used ? limit - n_used : 0;

  return limit == 0 || (n_own <= n_free && n_more <= n_free - n_own);
}

static gboolean
peer_message_store_has_room (PeerMessageStore *self,
                             MessageQueue *queue,
                             const char *src,
                             gsize size)
{
  static const Share none;
  const PeerMessageStoreLimits *limits = &self->limits;
  const Share *share = g_hash_table_lookup (self->shares, src);

  if (share == NULL)
    share = &none;
  if (!is_fair (limits->max_messages, self->n_messages, share->n_messages, 1) ||
      !is_fair (limits->max_bytes, self->n_bytes, share->n_bytes, size))
    return FALSE;

  return queue == NULL || limits->max_queue_length == 0 || queue->texts->len < limits->max_queue_length;
}

static void
peer_message_store_count (PeerMessageStore *self,
                          const char *src,
                          gsize size)
{
  Share *share = g_hash_table_lookup (self->shares, src);

  if (share == NULL)
    {
      share = g_new0 (Share, 1);
      g_hash_table_insert (self->shares, g_strdup (src), share);
    }
  share->n_messages++;
  share->n_bytes += size;
}

static void
peer_message_store_discount (PeerMessageStore *self,
                             const char *src,
                             gsize size)
{
  Share *share = g_hash_table_lookup (self->shares, src);

  share->n_messages--;
  share->n_bytes -= size;
  if (share->n_messages == 0)
    g_hash_table_remove (self->shares, src);
}

gboolean
peer_message_store_add (PeerMessageStore *self,
                        const char *src,
                        const char *dst,
                        GBytes *text)
{
  MessageQueue *queue = g_hash_table_lookup (self->queues, dst);
  gsize size = g_bytes_get_size (text);

  if (!peer_message_store_has_room (self, queue, src, size))
    return FALSE;

  if (queue == NULL)
    {
      queue = message_queue_new (dst);
      g_hash_table_insert (self->queues, queue->dst, queue);
      g_queue_push_tail_link (&self->by_age, &queue->link);
    }

  g_ptr_array_add (queue->sources, g_strdup (src));
  g_ptr_array_add (queue->texts, g_bytes_ref (text));
  peer_message_store_count (self, src, size);
  queue->n_bytes += size;
  self->n_bytes += size;
  self->n_messages++;

  return TRUE;
}

static MessageQueue *
peer_message_store_steal (PeerMessageStore *self,
                          MessageQueue *queue)
{
  g_hash_table_remove (self->queues, queue->dst);
  g_queue_unlink (&self->by_age, &queue->link);
  self->n_messages -= queue->texts->len;
  self->n_bytes -= queue->n_bytes;
  for (guint i = 0; i < queue->texts->len; i++)
    peer_message_store_discount (self, g_ptr_array_index (queue->sources, i),
                                 g_bytes_get_size (g_ptr_array_index (queue->texts, i)));

  return queue;
}

GPtrArray *
peer_message_store_take (PeerMessageStore *self,
                         const char *dst)
{
  MessageQueue *found = g_hash_table_lookup (self->queues, dst);
  g_autoptr (MessageQueue) queue = NULL;

  if (found == NULL)
    return NULL;

  queue = peer_message_store_steal (self, found);

  return g_steal_pointer (&queue->texts);
}

void
peer_message_store_expire (PeerMessageStore *self,
                           gint64 begun_before,
                           PeerMessageStoreFunc func,
                           gpointer user_data)
{
  g_autoptr (GPtrArray) expired = g_ptr_array_new_with_free_func ((GDestroyNotify) message_queue_free);

  /* All out first: func may change the store. */
  while (self->by_age.head != NULL)
    {
      MessageQueue *queue = self->by_age.head->data;

      if (queue->begun_at > begun_before)
        break;
      g_ptr_array_add (expired, peer_message_store_steal (self, queue));
    }

  for (guint i = 0; i < expired->len; i++)
    {
      MessageQueue *queue = g_ptr_array_index (expired, i);
      g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

      for (guint j = 0; j < queue->sources->len; j++)
        {
          char *src = g_ptr_array_index (queue->sources, j);

          if (g_hash_table_add (seen, src))
            func (src, queue->dst, user_data);
        }
    }
}

void
peer_message_store_clear (PeerMessageStore *self)
{
  while (self->by_age.head != NULL)
    message_queue_free (peer_message_store_steal (self, self->by_age.head->data));
}

void
peer_message_store_drain (PeerMessageStore *self,
                          PeerMessageStoreDrainFunc func,
                          gpointer user_data)
{
  g_autoptr (GPtrArray) drained = g_ptr_array_new_with_free_func ((GDestroyNotify) message_queue_free);

  while (self->by_age.head != NULL)
    g_ptr_array_add (drained, peer_message_store_steal (self, self->by_age.head->data));

  for (guint i = 0; i < drained->len; i++)
    {
      MessageQueue *queue = g_ptr_array_index (drained, i);

      for (guint j = 0; j < queue->texts->len; j++)
        func (g_ptr_array_index (queue->sources, j), queue->dst, g_ptr_array_index (queue->texts, j), user_data);
    }
}
