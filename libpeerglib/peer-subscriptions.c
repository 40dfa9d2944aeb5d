/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-subscriptions-private.h"

#include "peer-source-private.h"
#include "protocol/peer-topic-name-private.h"

struct _PeerSubscriptions
{
  PeerSignaling *signaling; /* the owner */
  GMainContext *context;
  GHashTable *topics;        /* joined name → Topic */
  GHashTable *subscriptions; /* id → Subscription */
  guint last_id;
  GQueue deliveries;
  GSource *source;
};

typedef struct
{
  char **name;
  GPtrArray *subscriptions; /* in the order of their ids */
} Topic;

/* Counted, because its callback may unsubscribe it. */
typedef struct
{
  guint id;
  char *key;
  PeerSignalingFunc callback;
  gpointer user_data;
  GDestroyNotify notify;
} Subscription;

typedef struct
{
  char *key;
  GVariant *message;
  guint last_id; /* of those that were subscribed then */
} Delivery;

static void
topic_free (Topic *topic)
{
  g_strfreev (topic->name);
  g_ptr_array_unref (topic->subscriptions);
  g_free (topic);
}

static void
subscription_clear (gpointer data)
{
  Subscription *subscription = data;

  if (subscription->notify != NULL)
    subscription->notify (subscription->user_data);
  g_free (subscription->key);
}

static void
subscription_unref (gpointer subscription)
{
  g_rc_box_release_full (subscription, subscription_clear);
}

static gpointer
subscription_copy (gconstpointer subscription,
                   gpointer user_data)
{
  return g_rc_box_acquire ((gpointer) subscription);
}

static void
delivery_free (Delivery *delivery)
{
  g_free (delivery->key);
  g_variant_unref (delivery->message);
  g_free (delivery);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Delivery, delivery_free)

PeerSubscriptions *
peer_subscriptions_new (PeerSignaling *signaling)
{
  PeerSubscriptions *self = g_new0 (PeerSubscriptions, 1);

  self->signaling = signaling;
  self->context = g_main_context_ref_thread_default ();
  self->topics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) topic_free);
  self->subscriptions = g_hash_table_new_full (NULL, NULL, NULL, subscription_unref);
  g_queue_init (&self->deliveries);

  return self;
}

void
peer_subscriptions_free (PeerSubscriptions *self)
{
  peer_source_clear (&self->source);
  g_queue_clear_full (&self->deliveries, (GDestroyNotify) delivery_free);
  g_hash_table_unref (self->topics);
  g_hash_table_unref (self->subscriptions);
  g_main_context_unref (self->context);
  g_free (self);
}

guint
peer_subscriptions_add (PeerSubscriptions *self,
                        const char *const *topic,
                        PeerSignalingFunc callback,
                        gpointer user_data,
                        GDestroyNotify notify,
                        gboolean *is_first)
{
  Subscription *subscription = g_rc_box_new0 (Subscription);
  Topic *entry;

  subscription->id = ++self->last_id;
  subscription->key = peer_topic_name_join (topic);
  subscription->callback = callback;
  subscription->user_data = user_data;
  subscription->notify = notify;

  entry = g_hash_table_lookup (self->topics, subscription->key);
  *is_first = entry == NULL;
  if (entry == NULL)
    {
      entry = g_new0 (Topic, 1);
      entry->name = g_strdupv ((char **) topic);
      entry->subscriptions = g_ptr_array_new_with_free_func (subscription_unref);
      g_hash_table_insert (self->topics, g_strdup (subscription->key), entry);
    }

  g_ptr_array_add (entry->subscriptions, g_rc_box_acquire (subscription));
  g_hash_table_insert (self->subscriptions, GUINT_TO_POINTER (subscription->id), subscription);

  return subscription->id;
}

char **
peer_subscriptions_remove (PeerSubscriptions *self,
                           guint id,
                           gboolean *was_there)
{
  Subscription *subscription = g_hash_table_lookup (self->subscriptions, GUINT_TO_POINTER (id));
  g_auto (GStrv) name = NULL;
  Topic *entry;

  *was_there = subscription != NULL;
  if (subscription == NULL)
    return NULL;

  g_hash_table_steal (self->subscriptions, GUINT_TO_POINTER (id));
  entry = g_hash_table_lookup (self->topics, subscription->key);
  g_ptr_array_remove (entry->subscriptions, subscription);
  if (entry->subscriptions->len == 0)
    {
      name = g_steal_pointer (&entry->name);
      g_hash_table_remove (self->topics, subscription->key);
    }
  subscription_unref (subscription);

  return g_steal_pointer (&name);
}

static void
dispatch (PeerSubscriptions *self,
          Delivery *delivery)
{
  Topic *entry = g_hash_table_lookup (self->topics, delivery->key);
  g_autoptr (GPtrArray) subscriptions = NULL;
  g_auto (GStrv) name = NULL;

  if (entry == NULL)
    return;

  /* The callbacks may subscribe and unsubscribe whom they like. */
  name = g_strdupv (entry->name);
  subscriptions = g_ptr_array_copy (entry->subscriptions, subscription_copy, NULL);
  g_ptr_array_set_free_func (subscriptions, subscription_unref);
  for (guint i = 0; i < subscriptions->len; i++)
    {
      Subscription *subscription = subscriptions->pdata[i];

      if (subscription->id <= delivery->last_id &&
          g_hash_table_contains (self->subscriptions, GUINT_TO_POINTER (subscription->id)))
        subscription->callback (self->signaling, (const char *const *) name, delivery->message, subscription->user_data);
    }
}

/* What the callbacks cause waits for the turn after this one. */
static gboolean
deliver_cb (gpointer user_data)
{
  PeerSubscriptions *self = user_data;
  g_autoptr (PeerSignaling) signaling = g_object_ref (self->signaling);

  for (guint n = self->deliveries.length; n > 0; n--)
    {
      g_autoptr (Delivery) delivery = g_queue_pop_head (&self->deliveries);

      dispatch (self, delivery);
    }

  if (self->deliveries.length > 0)
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->source, g_source_unref);

  return G_SOURCE_REMOVE;
}

void
peer_subscriptions_deliver (PeerSubscriptions *self,
                            const char *const *topic,
                            GVariant *message)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (message);
  g_autofree char *key = peer_topic_name_join (topic);
  Delivery *delivery;

  if (!g_hash_table_contains (self->topics, key))
    return;

  delivery = g_new0 (Delivery, 1);
  delivery->key = g_steal_pointer (&key);
  delivery->message = g_steal_pointer (&value);
  delivery->last_id = self->last_id;
  g_queue_push_tail (&self->deliveries, delivery);

  if (self->source == NULL)
    {
      self->source = g_idle_source_new ();
      g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
      g_source_set_static_name (self->source, "[libpeerglib] signaling");
      g_source_set_callback (self->source, deliver_cb, self, NULL);
      g_source_attach (self->source, self->context);
    }
}

GPtrArray *
peer_subscriptions_get_topics (PeerSubscriptions *self)
{
  GPtrArray *topics = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->topics);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_ptr_array_add (topics, ((Topic *) entry)->name);

  return topics;
}
