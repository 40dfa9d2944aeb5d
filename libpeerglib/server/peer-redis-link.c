/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-redis-link-private.h"

#include <glib/gi18n-lib.h>

#include "peer-source-private.h"

#define READ_SIZE (64 * 1024)
#define MAX_REPLY_SIZE (256 * 1024 * 1024)

typedef struct
{
  PeerRedisReplyFunc func;
  gpointer user_data;
} PendingCall;

struct _PeerRedisLink
{
  grefcount ref_count;
  GMainContext *context;
  const PeerRedisLinkFuncs *funcs;
  gpointer user_data;
  char *user;
  char *password;
  guint database;

  GCancellable *cancellable;
  GSource *timeout_source;
  GIOStream *stream;
  redisReader *reader;
  guint8 *read_buffer;
  gsize n_unparsed;
  GByteArray *output;
  GByteArray *writing; /* nullable */
  GQueue calls;
  gboolean is_open;
  gboolean is_closed;
};

PeerRedisLink *
peer_redis_link_ref (PeerRedisLink *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_redis_link_unref (PeerRedisLink *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  peer_redis_link_close (self);
  redisReaderFree (self->reader);
  g_byte_array_unref (self->output);
  g_free (self->read_buffer);
  g_free (self->user);
  g_free (self->password);
  g_object_unref (self->cancellable);
  g_main_context_unref (self->context);
  g_free (self);
}

void
peer_redis_link_close (PeerRedisLink *self)
{
  PendingCall *call;

  if (self->is_closed)
    return;

  self->is_closed = TRUE;
  peer_source_clear (&self->timeout_source);
  g_cancellable_cancel (self->cancellable);
  if (self->stream != NULL)
    g_io_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_clear_object (&self->stream);

  while ((call = g_queue_pop_head (&self->calls)) != NULL)
    {
      if (call->func != NULL)
        call->func (self, NULL, call->user_data);
      g_free (call);
    }
}

static void
peer_redis_link_fail (PeerRedisLink *self,
                      const GError *error)
{
  g_autoptr (PeerRedisLink) kept = peer_redis_link_ref (self);

  if (self->is_closed)
    return;

  peer_redis_link_close (self);
  self->funcs->failed (self, error, self->user_data);
}

static void
peer_redis_link_fail_literal (PeerRedisLink *self,
                              int code,
                              const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, code, message);

  peer_redis_link_fail (self, error);
}

static void peer_redis_link_write (PeerRedisLink *self);

static void
written_cb (GObject *source,
            GAsyncResult *result,
            gpointer user_data)
{
  g_autoptr (PeerRedisLink) self = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->writing, g_byte_array_unref);
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    peer_redis_link_fail (self, error);
  else
    peer_redis_link_write (self);
}

static void
peer_redis_link_write (PeerRedisLink *self)
{
  if (self->is_closed || self->stream == NULL || self->writing != NULL || self->output->len == 0)
    return;

  self->writing = g_steal_pointer (&self->output);
  self->output = g_byte_array_new ();
  g_main_context_push_thread_default (self->context);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream), self->writing->data, self->writing->len,
                                   G_PRIORITY_DEFAULT, self->cancellable, written_cb, peer_redis_link_ref (self));
  g_main_context_pop_thread_default (self->context);
}

void
peer_redis_link_call (PeerRedisLink *self,
                      const char *const *arguments,
                      const gsize *lengths,
                      guint n_arguments,
                      PeerRedisReplyFunc func,
                      gpointer user_data)
{
  PendingCall *call;
  char *command;
  int length;

  if (self->is_closed)
    {
      if (func != NULL)
        func (self, NULL, user_data);
      return;
    }

  length = redisFormatCommandArgv (&command, (int) n_arguments, (const char **) arguments, lengths);
  g_byte_array_append (self->output, (const guint8 *) command, (guint) length);
  redisFreeCommand (command);

  if (func != NULL)
    {
      call = g_new (PendingCall, 1);
      call->func = func;
      call->user_data = user_data;
      g_queue_push_tail (&self->calls, call);
    }
  peer_redis_link_write (self);
}

static gboolean
is_push (const redisReply *reply)
{
  const redisReply *kind = peer_redis_reply_get (reply, 0, REDIS_REPLY_STRING);

  return kind != NULL && (peer_redis_reply_is (kind, "message") || peer_redis_reply_is (kind, "subscribe") ||
                          peer_redis_reply_is (kind, "unsubscribe"));
}

static void
peer_redis_link_handle (PeerRedisLink *self,
                        const redisReply *reply)
{
  g_autofree PendingCall *call = NULL;

  if (is_push (reply) && self->calls.length == 0)
    {
      self->funcs->pushed (self, reply, self->user_data);
      return;
    }

  call = g_queue_pop_head (&self->calls);
  if (call != NULL)
    call->func (self, reply, call->user_data);
  else
    peer_redis_link_fail_literal (self, G_IO_ERROR_INVALID_DATA, _ ("Redis answered what was not asked"));
}

static void
peer_redis_link_parse (PeerRedisLink *self)
{
  while (!self->is_closed)
    {
      void *reply = NULL;

      if (redisReaderGetReply (self->reader, &reply) != REDIS_OK)
        {
          peer_redis_link_fail_literal (self, G_IO_ERROR_INVALID_DATA, self->reader->errstr);
          return;
        }
      if (reply == NULL)
        return;

      self->n_unparsed = 0;
      peer_redis_link_handle (self, reply);
      freeReplyObject (reply);
    }
}

static void peer_redis_link_read (PeerRedisLink *self);

static void
read_cb (GObject *source,
         GAsyncResult *result,
         gpointer user_data)
{
  g_autoptr (PeerRedisLink) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n_read = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (self->is_closed)
    return;
  if (n_read <= 0)
    {
      if (error == NULL)
        g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("Redis closed the connection"));
      peer_redis_link_fail (self, error);
      return;
    }

  self->n_unparsed += (gsize) n_read;
  if (self->n_unparsed > MAX_REPLY_SIZE)
    {
      peer_redis_link_fail_literal (self, G_IO_ERROR_INVALID_DATA, _ ("Redis sent an answer that is too big"));
      return;
    }

  redisReaderFeed (self->reader, (const char *) self->read_buffer, (gsize) n_read);
  peer_redis_link_parse (self);
  peer_redis_link_read (self);
}

static void
peer_redis_link_read (PeerRedisLink *self)
{
  if (self->is_closed)
    return;

  g_main_context_push_thread_default (self->context);
  g_input_stream_read_async (g_io_stream_get_input_stream (self->stream), self->read_buffer, READ_SIZE,
                             G_PRIORITY_DEFAULT, self->cancellable, read_cb, peer_redis_link_ref (self));
  g_main_context_pop_thread_default (self->context);
}

static gboolean
timeout_cb (gpointer user_data)
{
  PeerRedisLink *self = user_data;

  g_clear_pointer (&self->timeout_source, g_source_unref);
  peer_redis_link_fail_literal (self, G_IO_ERROR_TIMED_OUT, _ ("Redis does not answer"));

  return G_SOURCE_REMOVE;
}

static void
greeted_cb (PeerRedisLink *self,
            const redisReply *reply,
            gpointer user_data)
{
  gboolean is_last = GPOINTER_TO_INT (user_data);

  if (reply == NULL)
    return;
  if (reply->type != REDIS_REPLY_STATUS)
    {
      peer_redis_link_fail_literal (self, G_IO_ERROR_PERMISSION_DENIED,
                                    reply->type == REDIS_REPLY_ERROR ? reply->str : _ ("Redis does not let us in"));
      return;
    }

  if (is_last)
    {
      peer_source_clear (&self->timeout_source);
      self->is_open = TRUE;
      self->funcs->opened (self, self->user_data);
    }
}

static void
peer_redis_link_greet (PeerRedisLink *self)
{
  g_autofree char *database = g_strdup_printf ("%u", self->database);
  const char *login[] = { "AUTH", self->user, self->password };
  const char *old_login[] = { "AUTH", self->password };
  const char *select[] = { "SELECT", database };
  const char *ping[] = { "PING" };

  if (self->password != NULL && self->user != NULL && *self->user != '\0')
    peer_redis_link_call (self, login, NULL, G_N_ELEMENTS (login), greeted_cb, NULL);
  else if (self->password != NULL)
    peer_redis_link_call (self, old_login, NULL, G_N_ELEMENTS (old_login), greeted_cb, NULL);
  if (self->database != 0)
    peer_redis_link_call (self, select, NULL, G_N_ELEMENTS (select), greeted_cb, NULL);
  peer_redis_link_call (self, ping, NULL, G_N_ELEMENTS (ping), greeted_cb, GINT_TO_POINTER (TRUE));
}

static void
connected_cb (GObject *source,
              GAsyncResult *result,
              gpointer user_data)
{
  g_autoptr (PeerRedisLink) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);

  if (self->is_closed)
    return;
  if (connection == NULL)
    {
      peer_redis_link_fail (self, error);
      return;
    }

  g_socket_set_keepalive (g_socket_connection_get_socket (connection), TRUE);
  self->stream = G_IO_STREAM (g_steal_pointer (&connection));
  peer_redis_link_greet (self);
  peer_redis_link_read (self);
}

PeerRedisLink *
peer_redis_link_new (const PeerRedisAddress *address,
                     guint open_timeout,
                     const PeerRedisLinkFuncs *funcs,
                     gpointer user_data)
{
  PeerRedisLink *self = g_new0 (PeerRedisLink, 1);
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_ref_count_init (&self->ref_count);
  self->context = g_main_context_ref_thread_default ();
  self->funcs = funcs;
  self->user_data = user_data;
  self->user = g_strdup (address->user);
  self->password = g_strdup (address->password);
  self->database = address->database;
  self->cancellable = g_cancellable_new ();
  self->reader = redisReaderCreate ();
  self->read_buffer = g_malloc (READ_SIZE);
  self->output = g_byte_array_new ();
  self->timeout_source = peer_source_new_timeout (self->context, open_timeout, "[libpeerglib] Redis", timeout_cb, self);

  g_socket_client_set_tls (client, address->is_tls);
  g_socket_client_connect_async (client, address->connectable, self->cancellable, connected_cb, peer_redis_link_ref (self));

  return self;
}

const redisReply *
peer_redis_reply_get (const redisReply *reply,
                      gsize index,
                      int type)
{
  if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || index >= reply->elements || reply->element[index]->type != type)
    return NULL;

  return reply->element[index];
}

gboolean
peer_redis_reply_is (const redisReply *reply,
                     const char *text)
{
  return reply != NULL && reply->type == REDIS_REPLY_STRING && strlen (text) == (gsize) reply->len &&
         memcmp (reply->str, text, reply->len) == 0;
}
