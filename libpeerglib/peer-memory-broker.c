/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-memory-broker.h"

#include "peer-source-private.h"
#include "server/peer-message-store-private.h"

/**
 * PeerMemoryBroker:
 *
 * The broker of a server that is alone: it keeps messages for clients that
 * have not come yet in memory.
 *
 * Any id that the server's own clients do not hold is free.
 */
struct _PeerMemoryBroker
{
  GObject parent_instance;

  GMainContext *context;
  PeerMessageStore *store;
  guint expire_timeout;
  guint cleanup_interval;
  GSource *cleanup_source;
};

static void peer_memory_broker_iface_init (PeerBrokerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerMemoryBroker, peer_memory_broker, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PEER_TYPE_BROKER, peer_memory_broker_iface_init))

typedef enum
{
  PROP_IS_CONNECTED = 1,
} PeerMemoryBrokerProperty;

static void
message_expired (const char *src,
                 const char *dst,
                 gpointer user_data)
{
  peer_broker_expired (PEER_BROKER (user_data), src, dst);
}

static gboolean
cleanup_cb (gpointer user_data)
{
  g_autoptr (PeerMemoryBroker) self = g_object_ref (user_data);
  gint64 age = self->expire_timeout * (gint64) G_TIME_SPAN_MILLISECOND;

  peer_message_store_expire (self->store, g_get_monotonic_time () - age, message_expired, self);

  if (self->cleanup_source != NULL && peer_message_store_get_n_messages (self->store) > 0)
    return G_SOURCE_CONTINUE;

  g_clear_pointer (&self->cleanup_source, g_source_unref);

  return G_SOURCE_REMOVE;
}

static void
schedule_cleanup (PeerMemoryBroker *self)
{
  if (self->cleanup_source == NULL)
    self->cleanup_source = peer_source_new_timeout (self->context, self->cleanup_interval,
                                                    "[libpeerglib] message expiry", cleanup_cb, self);
}

static void
peer_memory_broker_start (PeerBroker *broker,
                          const PeerBrokerSettings *settings)
{
  PeerMemoryBroker *self = PEER_MEMORY_BROKER (broker);
  PeerMessageStoreLimits *limits = peer_message_store_get_limits (self->store);

  limits->max_queue_length = settings->queue_limit;
  limits->max_messages = settings->queue_total_limit;
  limits->max_bytes = settings->queue_total_size;
  self->expire_timeout = settings->expire_timeout;
  self->cleanup_interval = settings->cleanup_interval;

  if (self->cleanup_source != NULL)
    {
      peer_source_clear (&self->cleanup_source);
      schedule_cleanup (self);
    }
}

static void
peer_memory_broker_stop_async (PeerBroker *broker,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  PeerMemoryBroker *self = PEER_MEMORY_BROKER (broker);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_memory_broker_stop_async);
  peer_source_clear (&self->cleanup_source);
  peer_message_store_clear (self->store);
  g_task_return_boolean (task, TRUE);
}

static gboolean
peer_memory_broker_finish (PeerBroker *broker,
                           GAsyncResult *result,
                           GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, broker), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static PeerBrokerClaim
peer_memory_broker_claim (PeerBroker *broker,
                          const char *id,
                          const char *owner)
{
  return PEER_BROKER_CLAIM_CLAIMED;
}

static void
peer_memory_broker_claim_async (PeerBroker *broker,
                                const char *id,
                                const char *owner,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (broker, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_memory_broker_claim_async);
  g_task_return_boolean (task, TRUE);
}

static PeerBrokerClaim
peer_memory_broker_claim_finish (PeerBroker *broker,
                                 GAsyncResult *result,
                                 GError **error)
{
  return peer_memory_broker_finish (broker, result, error) ? PEER_BROKER_CLAIM_CLAIMED : PEER_BROKER_CLAIM_PENDING;
}

static GPtrArray *
peer_memory_broker_take_messages (PeerBroker *broker,
                                  const char *id)
{
  return peer_message_store_take (PEER_MEMORY_BROKER (broker)->store, id);
}

static void
peer_memory_broker_release (PeerBroker *broker,
                            const char *id)
{
}

static gboolean
peer_memory_broker_publish (PeerBroker *broker,
                            const char *src,
                            const char *dst,
                            GBytes *message,
                            gboolean may_wait)
{
  PeerMemoryBroker *self = PEER_MEMORY_BROKER (broker);

  if (!may_wait)
    return TRUE;
  if (!peer_message_store_add (self->store, src, dst, message))
    return FALSE;

  schedule_cleanup (self);

  return TRUE;
}

static void
peer_memory_broker_lookup_async (PeerBroker *broker,
                                 const char *id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (broker, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_memory_broker_lookup_async);
  g_task_return_boolean (task, FALSE);
}

static void
peer_memory_broker_get_queue_size (PeerBroker *broker,
                                   guint *n_messages,
                                   guint64 *n_bytes)
{
  PeerMemoryBroker *self = PEER_MEMORY_BROKER (broker);

  *n_messages = peer_message_store_get_n_messages (self->store);
  *n_bytes = peer_message_store_get_n_bytes (self->store);
}

/* Nobody else is in a group. */
static void
peer_memory_broker_join_group_async (PeerBroker *broker,
                                     const char *group,
                                     const char *const *ids,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (broker, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_memory_broker_join_group_async);
  g_task_return_pointer (task, g_strdupv ((char **) ids), (GDestroyNotify) g_strfreev);
}

static char **
peer_memory_broker_join_group_finish (PeerBroker *broker,
                                      GAsyncResult *result,
                                      GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, broker), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
peer_memory_broker_iface_init (PeerBrokerInterface *iface)
{
  iface->start = peer_memory_broker_start;
  iface->stop_async = peer_memory_broker_stop_async;
  iface->stop_finish = peer_memory_broker_finish;
  iface->claim = peer_memory_broker_claim;
  iface->claim_async = peer_memory_broker_claim_async;
  iface->claim_finish = peer_memory_broker_claim_finish;
  iface->take_messages = peer_memory_broker_take_messages;
  iface->release = peer_memory_broker_release;
  iface->publish = peer_memory_broker_publish;
  iface->lookup_async = peer_memory_broker_lookup_async;
  iface->lookup_finish = peer_memory_broker_finish;
  iface->get_queue_size = peer_memory_broker_get_queue_size;
  iface->join_group_async = peer_memory_broker_join_group_async;
  iface->join_group_finish = peer_memory_broker_join_group_finish;
}

static void
peer_memory_broker_get_property (GObject *object,
                                 guint prop_id,
                                 GValue *value,
                                 GParamSpec *pspec)
{
  switch ((PeerMemoryBrokerProperty) prop_id)
    {
    case PROP_IS_CONNECTED:
      g_value_set_boolean (value, TRUE);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_memory_broker_dispose (GObject *object)
{
  PeerMemoryBroker *self = PEER_MEMORY_BROKER (object);

  peer_source_clear (&self->cleanup_source);

  G_OBJECT_CLASS (peer_memory_broker_parent_class)->dispose (object);
}

static void
peer_memory_broker_finalize (GObject *object)
{
  PeerMemoryBroker *self = PEER_MEMORY_BROKER (object);

  g_clear_pointer (&self->store, peer_message_store_free);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (peer_memory_broker_parent_class)->finalize (object);
}

static void
peer_memory_broker_class_init (PeerMemoryBrokerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = peer_memory_broker_get_property;
  object_class->dispose = peer_memory_broker_dispose;
  object_class->finalize = peer_memory_broker_finalize;

  g_object_class_override_property (object_class, PROP_IS_CONNECTED, "is-connected");
}

static void
peer_memory_broker_init (PeerMemoryBroker *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->store = peer_message_store_new ();
}

/**
 * peer_memory_broker_new:
 *
 * Makes the broker of a server that is alone.
 *
 * Returns: (transfer full): a new broker
 */
PeerBroker *
peer_memory_broker_new (void)
{
  return g_object_new (PEER_TYPE_MEMORY_BROKER, NULL);
}
