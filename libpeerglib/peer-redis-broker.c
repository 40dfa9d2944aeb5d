/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-redis-broker-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-source-private.h"

/**
 * PeerRedisBroker:
 *
 * The broker of servers that are one server, over Redis 7 or Valkey: an id is
 * held at one of them, and messages find it there.
 *
 * ```c
 * g_autoptr (PeerBroker) broker = peer_redis_broker_new ("redis://127.0.0.1:6379", &error);
 * g_autoptr (PeerServer) server = g_object_new (PEER_TYPE_SERVER, "broker", broker, NULL);
 * ```
 *
 * Servers with the same Redis and the same [property@Peer.Server:key] belong
 * together. Every id has a lease there, which its server renews; a server that
 * dies frees its ids when their leases end. A server that cannot reach Redis
 * serves its own clients on its own, accepts new ones, and keeps messages for
 * others as [class@Peer.MemoryBroker] does. When Redis is back it registers
 * its clients again; one whose id somebody else has got hold of meanwhile is
 * disconnected with `ID-TAKEN`.
 *
 * See [how servers work together](clustering.html) for what is kept in Redis
 * and what is guaranteed. The class is there if %PEER_HAVE_REDIS is 1.
 */

static void peer_redis_broker_iface_init (PeerBrokerInterface *iface);

static void peer_redis_broker_initable_init (GInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerRedisBroker, peer_redis_broker, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, peer_redis_broker_initable_init) G_IMPLEMENT_INTERFACE (PEER_TYPE_BROKER, peer_redis_broker_iface_init))

#define DEFAULT_LEASE 30000
#define MIN_LEASE 100
#define GROUP_LIFETIME 120000u /* milliseconds */

typedef enum
{
  PROP_URI = 1,
  PROP_NODE,
  PROP_LEASE,
  N_OWN_PROPS,
  PROP_IS_CONNECTED = N_OWN_PROPS,
} PeerRedisBrokerProperty;

static GParamSpec *props[N_OWN_PROPS];

static void
peer_redis_broker_start (PeerBroker *broker,
                         const PeerBrokerSettings *settings)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (broker);
  PeerMessageStoreLimits *limits = peer_message_store_get_limits (self->store);

  /* A server that was just stopped is started again. */
  if (self->stop_task != NULL)
    {
      g_autoptr (GTask) task = g_steal_pointer (&self->stop_task);

      peer_redis_broker_disconnect (self);
      g_task_return_boolean (task, TRUE);
    }

  limits->max_queue_length = settings->queue_limit;
  limits->max_messages = settings->queue_total_limit;
  limits->max_bytes = settings->queue_total_size;
  self->settings = *settings;
  self->settings.key = NULL;

  /* In braces: a Redis cluster keeps everything of a key together. */
  if (self->prefix == NULL || self->tick_source == NULL)
    {
      g_free (self->prefix);
      self->prefix = g_strdup_printf ("peer:{%s}", settings->key != NULL ? settings->key : "");
    }

  peer_redis_broker_reschedule (self);
  if (self->retry_source == NULL)
    peer_redis_broker_connect (self);
}

static void
peer_redis_broker_stop_async (PeerBroker *broker,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (broker);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_redis_broker_stop_async);
  if (self->stop_task != NULL || self->tick_source == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  peer_source_clear (&self->retry_source);
  self->stop_task = g_steal_pointer (&task);
  peer_redis_broker_begin_stop (self);
}

static gboolean
peer_redis_broker_finish (PeerBroker *broker,
                          GAsyncResult *result,
                          GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, broker), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
peer_redis_broker_claim_async (PeerBroker *broker,
                               const char *id,
                               const char *owner,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (broker);
  g_autoptr (GTask) task = g_task_new (broker, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_redis_broker_claim_async);
  if (g_hash_table_contains (self->ids, id))
    g_task_return_int (task, PEER_BROKER_CLAIM_TAKEN);
  else
    peer_redis_broker_claim_id (self, id, owner, task);
}

static PeerBrokerClaim
peer_redis_broker_claim_finish (PeerBroker *broker,
                                GAsyncResult *result,
                                GError **error)
{
  gssize claim;

  g_return_val_if_fail (g_task_is_valid (result, broker), PEER_BROKER_CLAIM_PENDING);

  claim = g_task_propagate_int (G_TASK (result), error);

  return claim < 0 ? PEER_BROKER_CLAIM_PENDING : (PeerBrokerClaim) claim;
}

static GPtrArray *
peer_redis_broker_take_messages (PeerBroker *broker,
                                 const char *id)
{
  return peer_redis_broker_take (PEER_REDIS_BROKER (broker), id);
}

static void
peer_redis_broker_release (PeerBroker *broker,
                           const char *id)
{
  peer_redis_broker_release_id (PEER_REDIS_BROKER (broker), id);
}

static gboolean
peer_redis_broker_publish (PeerBroker *broker,
                           const char *src,
                           const char *dst,
                           GBytes *message,
                           gboolean may_wait)
{
  return peer_redis_broker_send_message (PEER_REDIS_BROKER (broker), src, dst, message, may_wait, FALSE);
}

static void
return_away (GTask *task)
{
  g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_NETWORK, _ ("Redis is away"));
}

static void
looked_up_cb (PeerRedisLink *link,
              const redisReply *reply,
              gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (reply == NULL || reply->type != REDIS_REPLY_INTEGER)
    return_away (task);
  else
    g_task_return_boolean (task, reply->integer > 0);
}

static void
peer_redis_broker_lookup_async (PeerBroker *broker,
                                const char *id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (broker);
  g_autoptr (GTask) task = g_task_new (broker, cancellable, callback, user_data);
  g_autofree char *key = g_strdup_printf ("%s:id:%s", self->prefix, id);
  const char *arguments[] = { "EXISTS", key };

  g_task_set_source_tag (task, peer_redis_broker_lookup_async);
  if (self->is_connected)
    peer_redis_link_call (self->commands, arguments, NULL, G_N_ELEMENTS (arguments), looked_up_cb, g_steal_pointer (&task));
  else
    return_away (task);
}

static void
listed_cb (PeerRedisLink *link,
           const redisReply *reply,
           gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  if (reply != NULL && peer_redis_scripts_are_missing (reply))
    peer_redis_scripts_load (link);
  if (reply == NULL || reply->type != REDIS_REPLY_ARRAY)
    {
      return_away (task);
      return;
    }

  for (gsize i = 0; i < reply->elements; i++)
    {
      const redisReply *id = peer_redis_reply_get (reply, i, REDIS_REPLY_STRING);

      if (id != NULL && g_utf8_validate_len (id->str, (gsize) id->len, NULL))
        g_strv_builder_add (ids, id->str);
    }
  g_task_return_pointer (task, g_strv_builder_end (ids), (GDestroyNotify) g_strfreev);
}

static void
peer_redis_broker_list_ids_async (PeerBroker *broker,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (broker);
  g_autoptr (GTask) task = g_task_new (broker, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_redis_broker_list_ids_async);
  if (self->is_connected)
    peer_redis_broker_call (self, PEER_REDIS_LIST, NULL, NULL, 0, listed_cb, g_steal_pointer (&task));
  else
    return_away (task);
}

/* Scripts that are missing are there for the next time. */
static void
peer_redis_broker_join_group_async (PeerBroker *broker,
                                    const char *group,
                                    const char *const *ids,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (broker);
  g_autoptr (GTask) task = g_task_new (broker, cancellable, callback, user_data);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree char *lifetime = g_strdup_printf ("%u", MAX (self->lease, GROUP_LIFETIME));

  g_task_set_source_tag (task, peer_redis_broker_join_group_async);
  if (!self->is_connected)
    {
      return_away (task);
      return;
    }

  g_ptr_array_add (arguments, lifetime);
  g_ptr_array_add (arguments, (char *) group);
  for (guint i = 0; ids[i] != NULL; i++)
    g_ptr_array_add (arguments, (char *) ids[i]);
  peer_redis_broker_call (self, PEER_REDIS_GROUP, (const char *const *) arguments->pdata, NULL, arguments->len,
                          listed_cb, g_steal_pointer (&task));
}

static char **
peer_redis_broker_list_finish (PeerBroker *broker,
                               GAsyncResult *result,
                               GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, broker), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
peer_redis_broker_get_queue_size (PeerBroker *broker,
                                  guint *n_messages,
                                  guint64 *n_bytes)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (broker);

  *n_messages = self->in_flight.length + peer_message_store_get_n_messages (self->store);
  *n_bytes = self->in_flight_bytes + peer_message_store_get_n_bytes (self->store);
}

static void
peer_redis_broker_iface_init (PeerBrokerInterface *iface)
{
  iface->start = peer_redis_broker_start;
  iface->stop_async = peer_redis_broker_stop_async;
  iface->stop_finish = peer_redis_broker_finish;
  iface->claim_async = peer_redis_broker_claim_async;
  iface->claim_finish = peer_redis_broker_claim_finish;
  iface->take_messages = peer_redis_broker_take_messages;
  iface->release = peer_redis_broker_release;
  iface->publish = peer_redis_broker_publish;
  iface->lookup_async = peer_redis_broker_lookup_async;
  iface->lookup_finish = peer_redis_broker_finish;
  iface->list_ids_async = peer_redis_broker_list_ids_async;
  iface->list_ids_finish = peer_redis_broker_list_finish;
  iface->get_queue_size = peer_redis_broker_get_queue_size;
  iface->join_group_async = peer_redis_broker_join_group_async;
  iface->join_group_finish = peer_redis_broker_list_finish;
}

static void
peer_redis_broker_get_property (GObject *object,
                                guint prop_id,
                                GValue *value,
                                GParamSpec *pspec)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (object);

  switch ((PeerRedisBrokerProperty) prop_id)
    {
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_NODE:
      g_value_set_string (value, self->node);
      break;
    case PROP_LEASE:
      g_value_set_uint (value, self->lease);
      break;
    case PROP_IS_CONNECTED:
      g_value_set_boolean (value, self->is_connected);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_redis_broker_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (object);

  switch ((guint) prop_id)
    {
    case PROP_URI:
      self->uri = g_value_dup_string (value);
      break;
    case PROP_NODE:
      self->node = g_value_dup_string (value);
      break;
    case PROP_LEASE:
      if (self->lease != g_value_get_uint (value))
        {
          self->lease = g_value_get_uint (value);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static gboolean
peer_redis_broker_initable_real_init (GInitable *initable,
                                      GCancellable *cancellable,
                                      GError **error)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (initable);

  if (self->address == NULL)
    self->address = peer_redis_address_new (self->uri != NULL ? self->uri : "", error);
  if (self->address == NULL)
    return FALSE;

  if (self->node == NULL)
    self->node = g_strdup (g_get_host_name ());
  if (!g_utf8_validate (self->node, -1, NULL) || *self->node == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("The name of the node is not a text"));
      return FALSE;
    }

  if (self->node_id == NULL)
    {
      g_autofree char *life = g_uuid_string_random ();

      self->node_id = g_strdup_printf ("%s-%s", self->node, life);
    }

  return TRUE;
}

static void
peer_redis_broker_initable_init (GInitableIface *iface)
{
  iface->init = peer_redis_broker_initable_real_init;
}

static void
peer_redis_broker_dispose (GObject *object)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (object);

  if (self->address != NULL)
    peer_redis_broker_disconnect (self);

  G_OBJECT_CLASS (peer_redis_broker_parent_class)->dispose (object);
}

static void
peer_redis_broker_finalize (GObject *object)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (object);
  PeerRedisMessage *message;

  while (self->in_flight.head != NULL)
    {
      message = self->in_flight.head->data;
      g_queue_unlink (&self->in_flight, &message->link);
      peer_redis_message_free (message);
    }
  g_clear_pointer (&self->ids, g_hash_table_unref);
  g_clear_pointer (&self->released, g_ptr_array_unref);
  g_clear_pointer (&self->store, peer_message_store_free);
  g_clear_pointer (&self->address, peer_redis_address_free);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->uri);
  g_free (self->node);
  g_free (self->node_id);
  g_free (self->prefix);

  G_OBJECT_CLASS (peer_redis_broker_parent_class)->finalize (object);
}

static void
peer_redis_broker_class_init (PeerRedisBrokerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_redis_broker_get_property;
  object_class->set_property = peer_redis_broker_set_property;
  object_class->dispose = peer_redis_broker_dispose;
  object_class->finalize = peer_redis_broker_finalize;

  /**
   * PeerRedisBroker:uri:
   *
   * Where Redis is: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, the same
   * with `rediss` for TLS, or `unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]`.
   */
  props[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, flags | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PeerRedisBroker:node:
   *
   * The name of this server among the others, for who looks into Redis; the
   * name of the host by default. Two servers may have the same.
   */
  props[PROP_NODE] = g_param_spec_string ("node", NULL, NULL, NULL, flags | G_PARAM_CONSTRUCT_ONLY);

  /**
   * PeerRedisBroker:lease:
   *
   * How long Redis takes a server that is not heard of for alive, in
   * milliseconds. The ids of one that has died are free after it. A shorter one
   * costs more calls: a lease is renewed three times before it ends.
   */
  props[PROP_LEASE] = g_param_spec_uint ("lease", NULL, NULL, MIN_LEASE, G_MAXINT, DEFAULT_LEASE, flags | G_PARAM_CONSTRUCT);

  g_object_class_install_properties (object_class, N_OWN_PROPS, props);
  g_object_class_override_property (object_class, PROP_IS_CONNECTED, "is-connected");
}

static void
peer_redis_broker_init (PeerRedisBroker *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) peer_redis_id_free);
  self->released = g_ptr_array_new_with_free_func (g_free);
  self->store = peer_message_store_new ();
}

/**
 * peer_redis_broker_new:
 * @uri: where Redis is, see [property@Peer.RedisBroker:uri]
 * @error: return location for an error
 *
 * Makes a broker. Nothing is connected before a server is started with it. An
 * address that makes no sense is %G_IO_ERROR_INVALID_ARGUMENT.
 *
 * Returns: (transfer full): a new broker
 */
PeerBroker *
peer_redis_broker_new (const char *uri,
                       GError **error)
{
  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (PEER_TYPE_REDIS_BROKER, NULL, error, "uri", uri, NULL);
}

/**
 * peer_redis_broker_get_node: (get-property node)
 * @self: a broker
 *
 * Gets the name of this server among the others.
 *
 * Returns: (transfer none): the name
 */
const char *
peer_redis_broker_get_node (PeerRedisBroker *self)
{
  g_return_val_if_fail (PEER_IS_REDIS_BROKER (self), NULL);

  return self->node;
}
