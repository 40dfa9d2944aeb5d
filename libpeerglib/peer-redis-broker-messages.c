/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-redis-broker-private.h"

/* What goes through Redis is one netstring after the other: what it is, then
 * for a message the node it came from, its serial there, who sent it, who is
 * to get it and the text; for an eviction the id and the serial of the claim
 * that has ended; for an expiry who sent it and who did not come. */
#define FRAME_MESSAGE "M"
#define FRAME_TRANSIENT "T" /* a message that is not worth to wait */
#define FRAME_EVICTION "E"
#define FRAME_EXPIRY "X"

#define MESSAGE_FIELDS 6
#define EVICTION_FIELDS 3
#define EXPIRY_FIELDS 3

/* Of ids, whatever the server's own limit is. */
#define MAX_ID_LENGTH (64 * 1024)

void
peer_redis_message_free (PeerRedisMessage *self)
{
  g_free (self->src);
  g_free (self->dst);
  g_bytes_unref (self->text);
  g_free (self);
}

static void
remove_in_flight (PeerRedisBroker *self,
                  PeerRedisMessage *message)
{
  g_queue_unlink (&self->in_flight, &message->link);
  self->in_flight_bytes -= g_bytes_get_size (message->text);
  peer_redis_message_free (message);
}

/* It is not going to arrive. */
static void
give_up (PeerRedisBroker *self,
         PeerRedisMessage *message)
{
  g_autofree char *src = g_strdup (message->src);
  g_autofree char *dst = g_strdup (message->dst);
  gboolean may_wait = message->may_wait;

  remove_in_flight (self, message);
  if (may_wait)
    peer_broker_expired (PEER_BROKER (self), src, dst);
}

typedef struct
{
  PeerRedisBroker *broker;
  guint64 serial;
} Sent;

static void send_in_flight (PeerRedisBroker *self,
                            PeerRedisMessage *message);

/* Answers come in the order of the calls. */
static PeerRedisMessage *
find_in_flight (PeerRedisBroker *self,
                guint64 serial)
{
  PeerRedisMessage *message = self->in_flight.head != NULL ? self->in_flight.head->data : NULL;

  return message != NULL && message->serial == serial ? message : NULL;
}

static void
sent_cb (PeerRedisLink *link,
         const redisReply *reply,
         gpointer user_data)
{
  g_autofree Sent *sent = user_data;
  g_autoptr (PeerRedisBroker) self = sent->broker;
  PeerRedisMessage *message;

  if (reply == NULL)
    return;

  message = find_in_flight (self, sent->serial);
  if (message == NULL)
    return;

  if (peer_redis_scripts_are_missing (reply))
    {
      /* As good as new, behind those that went out since. */
      peer_redis_scripts_load (self->commands);
      g_queue_unlink (&self->in_flight, &message->link);
      g_queue_push_tail_link (&self->in_flight, &message->link);
      message->serial = ++self->message_serial;
      send_in_flight (self, message);
    }
  else if (reply->type == REDIS_REPLY_ERROR || peer_redis_reply_is (reply, "full"))
    {
      g_debug ("Redis has no room for a message for %s", message->dst);
      give_up (self, message);
    }
  else
    {
      remove_in_flight (self, message);
    }
  peer_redis_broker_check_stop (self);
}

static GString *
make_frame (PeerRedisBroker *self,
            PeerRedisMessage *message,
            const char *serial)
{
  gsize length;
  const char *data = g_bytes_get_data (message->text, &length);
  GString *frame = g_string_sized_new (length + 256);

  peer_netstrings_append (frame, message->may_wait ? FRAME_MESSAGE : FRAME_TRANSIENT, 1);
  peer_netstrings_append (frame, self->node_id, strlen (self->node_id));
  peer_netstrings_append (frame, serial, strlen (serial));
  peer_netstrings_append (frame, message->src, strlen (message->src));
  peer_netstrings_append (frame, message->dst, strlen (message->dst));
  peer_netstrings_append (frame, data, length);

  return frame;
}

static void
send_in_flight (PeerRedisBroker *self,
                PeerRedisMessage *message)
{
  g_autofree char *serial = g_strdup_printf ("%" G_GUINT64_FORMAT, message->serial);
  g_autofree char *expiry = g_strdup_printf ("%u", self->settings.expire_timeout);
  g_autofree char *max_queue = g_strdup_printf ("%u", self->settings.queue_limit);
  g_autofree char *max_total = g_strdup_printf ("%u", self->settings.queue_total_limit);
  GString *frame = make_frame (self, message, serial);
  const char *arguments[] = {
    serial,
    message->dst,
    frame->str,
    message->may_wait ? "1" : "0",
    message->is_wrong ? "1" : "0",
    expiry,
    max_queue,
    max_total,
  };
  gsize lengths[G_N_ELEMENTS (arguments)];
  Sent *sent = g_new (Sent, 1);

  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++)
    lengths[i] = strlen (arguments[i]);
  lengths[2] = frame->len;
  sent->broker = g_object_ref (self);
  sent->serial = message->serial;
  peer_redis_broker_call (self, PEER_REDIS_PUBLISH, arguments, lengths, G_N_ELEMENTS (arguments), sent_cb, sent);
  g_string_free (frame, TRUE);
}

static gboolean
has_room (PeerRedisBroker *self,
          gsize size)
{
  const PeerBrokerSettings *settings = &self->settings;

  return (settings->queue_total_limit == 0 || self->in_flight.length < settings->queue_total_limit) &&
         (settings->queue_total_size == 0 || self->in_flight_bytes + size <= settings->queue_total_size);
}

gboolean
peer_redis_broker_send_message (PeerRedisBroker *self,
                                const char *src,
                                const char *dst,
                                GBytes *text,
                                gboolean may_wait,
                                gboolean is_wrong)
{
  PeerRedisMessage *message;

  if (!self->is_connected)
    return !may_wait || peer_message_store_add (self->store, src, dst, text);
  if (!has_room (self, g_bytes_get_size (text)))
    return FALSE;

  message = g_new0 (PeerRedisMessage, 1);
  message->serial = ++self->message_serial;
  message->src = g_strdup (src);
  message->dst = g_strdup (dst);
  message->text = g_bytes_ref (text);
  message->may_wait = may_wait;
  message->is_wrong = is_wrong;
  message->published_at = g_get_monotonic_time ();
  message->link.data = message;
  g_queue_push_tail_link (&self->in_flight, &message->link);
  self->in_flight_bytes += g_bytes_get_size (text);
  send_in_flight (self, message);

  return TRUE;
}

static void
send_stored (const char *src,
             const char *dst,
             GBytes *text,
             gpointer user_data)
{
  PeerRedisBroker *self = PEER_REDIS_BROKER (user_data);

  if (!peer_redis_broker_send_message (self, src, dst, text, TRUE, FALSE))
    peer_broker_expired (PEER_BROKER (self), src, dst);
}

void
peer_redis_broker_resend (PeerRedisBroker *self)
{
  for (GList *link = self->in_flight.head; link != NULL; link = link->next)
    send_in_flight (self, link->data);
  peer_message_store_drain (self->store, send_stored, self);
}

/* Waiting while Redis is away. Each pair of a source and a destination is told
 * once. */

static void
store_expired (const char *src,
               const char *dst,
               gpointer user_data)
{
  peer_broker_expired (PEER_BROKER (user_data), src, dst);
}

void
peer_redis_broker_expire (PeerRedisBroker *self)
{
  gint64 age = self->settings.expire_timeout * (gint64) G_TIME_SPAN_MILLISECOND;
  gint64 begun_before = g_get_monotonic_time () - age;
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  peer_message_store_expire (self->store, begun_before, store_expired, self);

  while (!self->is_connected && self->in_flight.head != NULL)
    {
      PeerRedisMessage *message = self->in_flight.head->data;

      if (message->published_at > begun_before)
        break;
      if (g_hash_table_add (told, g_strdup_printf ("%s\n%s", message->src, message->dst)))
        give_up (self, message);
      else
        remove_in_flight (self, message);
    }
}

typedef struct
{
  gboolean may_wait;
  char *node;
  guint64 serial;
  char *src;
  char *dst;
  GBytes *text;
} Received;

static void
received_clear (Received *self)
{
  g_free (self->node);
  g_free (self->src);
  g_free (self->dst);
  g_clear_pointer (&self->text, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Received, received_clear)

static gboolean
read_serial (const PeerNetstring *field,
             guint64 *serial)
{
  g_autofree char *text = peer_netstring_dup (field, 20);

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, serial, NULL);
}

static gboolean
is_field (const PeerNetstring *field,
          const char *text)
{
  return field->length == strlen (text) && memcmp (field->data, text, field->length) == 0;
}

static gboolean
read_message (Received *self,
              const PeerNetstring *fields,
              guint n_fields)
{
  if (n_fields != MESSAGE_FIELDS)
    return FALSE;

  self->may_wait = is_field (&fields[0], FRAME_MESSAGE);
  if (!self->may_wait && !is_field (&fields[0], FRAME_TRANSIENT))
    return FALSE;

  self->node = peer_netstring_dup (&fields[1], MAX_ID_LENGTH);
  self->src = peer_netstring_dup (&fields[3], MAX_ID_LENGTH);
  self->dst = peer_netstring_dup (&fields[4], MAX_ID_LENGTH);
  if (self->node == NULL || self->src == NULL || self->dst == NULL || !read_serial (&fields[2], &self->serial) ||
      !g_utf8_validate_len (fields[5].data, fields[5].length, NULL))
    return FALSE;

  self->text = g_bytes_new (fields[5].data, fields[5].length);

  return TRUE;
}

/* A node that lost its connection repeats what was not answered. */
static gboolean
is_repeated (PeerRedisId *record,
             const Received *received)
{
  guint64 *last;

  if (record->seen == NULL)
    record->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  last = g_hash_table_lookup (record->seen, received->node);
  if (last != NULL && *last >= received->serial)
    return TRUE;

  if (last != NULL)
    *last = received->serial;
  else
    g_hash_table_insert (record->seen, g_strdup (received->node), g_memdup2 (&received->serial, sizeof received->serial));

  return FALSE;
}

static void
deliver (PeerRedisBroker *self,
         const Received *received)
{
  PeerRedisId *record = g_hash_table_lookup (self->ids, received->dst);

  if (record != NULL && is_repeated (record, received))
    return;

  if (record != NULL && record->waiting != NULL)
    {
      g_ptr_array_add (record->waiting, g_bytes_ref (received->text));
      return;
    }
  if (record != NULL && peer_broker_message (PEER_BROKER (self), received->src, received->dst, received->text))
    return;

  if (!peer_redis_broker_send_message (self, received->src, received->dst, received->text, received->may_wait, TRUE))
    g_debug ("No room for a message for %s, which has left", received->dst);
}

void
peer_redis_broker_keep_frame (PeerRedisBroker *self,
                              PeerRedisId *record,
                              const redisReply *frame)
{
  PeerNetstring fields[MESSAGE_FIELDS];
  guint n_fields = 0;
  g_auto (Received) received = { 0 };

  if (frame->type == REDIS_REPLY_STRING)
    n_fields = peer_netstrings_split (frame->str, (gsize) frame->len, fields, G_N_ELEMENTS (fields));

  if (!read_message (&received, fields, n_fields))
    g_debug ("Something in Redis is not a message");
  else if (record->waiting != NULL && !is_repeated (record, &received))
    g_ptr_array_add (record->waiting, g_bytes_ref (received.text));
}

static void
handle_text (PeerRedisBroker *self,
             const char *text,
             gsize length)
{
  PeerNetstring fields[MESSAGE_FIELDS];
  guint n_fields = peer_netstrings_split (text, length, fields, G_N_ELEMENTS (fields));
  guint64 serial;
  g_auto (Received) received = { 0 };

  if (n_fields == EVICTION_FIELDS && is_field (&fields[0], FRAME_EVICTION) && read_serial (&fields[2], &serial))
    {
      g_autofree char *id = peer_netstring_dup (&fields[1], MAX_ID_LENGTH);

      if (id != NULL)
        peer_redis_broker_handle_eviction (self, id, serial);
    }
  else if (n_fields == EXPIRY_FIELDS && is_field (&fields[0], FRAME_EXPIRY))
    {
      g_autofree char *src = peer_netstring_dup (&fields[1], MAX_ID_LENGTH);
      g_autofree char *dst = peer_netstring_dup (&fields[2], MAX_ID_LENGTH);

      if (src != NULL && dst != NULL)
        peer_broker_expired (PEER_BROKER (self), src, dst);
    }
  else if (read_message (&received, fields, n_fields))
    {
      deliver (self, &received);
    }
  else
    {
      g_debug ("Something on the channel of this node is not a message");
    }
}

void
peer_redis_broker_handle_frame (PeerRedisBroker *self,
                                const redisReply *frame)
{
  if (frame->type == REDIS_REPLY_STRING)
    handle_text (self, frame->str, (gsize) frame->len);
}

void
peer_redis_broker_handle_early (PeerRedisBroker *self,
                                GPtrArray *early)
{
  for (guint i = 0; early != NULL && i < early->len; i++)
    {
      gsize length;
      const char *text = g_bytes_get_data (g_ptr_array_index (early, i), &length);

      handle_text (self, text, length);
    }
}

/* Whose message it is, if it has to wait. */
static PeerRedisId *
find_unanswered (PeerRedisBroker *self,
                 const redisReply *frame)
{
  PeerNetstring fields[MESSAGE_FIELDS];
  g_autofree char *dst = NULL;
  PeerRedisId *record;

  if (frame->type != REDIS_REPLY_STRING ||
      peer_netstrings_split (frame->str, (gsize) frame->len, fields, G_N_ELEMENTS (fields)) != MESSAGE_FIELDS)
    return NULL;

  dst = peer_netstring_dup (&fields[4], MAX_ID_LENGTH);
  record = dst != NULL ? g_hash_table_lookup (self->ids, dst) : NULL;

  return record != NULL && record->n_unanswered > 0 ? record : NULL;
}

void
peer_redis_broker_handle_push (PeerRedisBroker *self,
                               const redisReply *frame)
{
  PeerRedisId *record = find_unanswered (self, frame);

  if (record == NULL)
    {
      peer_redis_broker_handle_frame (self, frame);
      return;
    }

  if (record->early == NULL)
    record->early = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (record->early, g_bytes_new (frame->str, (gsize) frame->len));
}
