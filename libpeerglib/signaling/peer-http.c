/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-http-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#define READ_SIZE (16 * 1024)

typedef struct
{
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  gsize max_size;
  gboolean is_any_status;
} HttpGet;

static void
http_get_free (HttpGet *get)
{
  g_clear_object (&get->message);
  g_clear_object (&get->stream);
  g_clear_pointer (&get->body, g_byte_array_unref);
  g_free (get);
}

static void http_get_read (GTask *task);

static void
http_get_return_body (GTask *task)
{
  HttpGet *get = g_task_get_task_data (task);

  g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&get->body)), (GDestroyNotify) g_bytes_unref);
}

static void
http_get_read_cb (GObject *object,
                  GAsyncResult *result,
                  gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HttpGet *get = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (g_bytes_get_size (bytes) == 0)
    {
      http_get_return_body (task);
      return;
    }

  if (g_bytes_get_size (bytes) > get->max_size - get->body->len)
    {
      g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_SERVER_ERROR,
                               _ ("The server's answer is larger than %" G_GSIZE_FORMAT " bytes"),
                               get->max_size);
      return;
    }

  g_byte_array_append (get->body, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  http_get_read (g_steal_pointer (&task));
}

static void
http_get_read (GTask *task)
{
  HttpGet *get = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (get->stream, READ_SIZE, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), http_get_read_cb, task);
}

static void
http_get_send_cb (GObject *object,
                  GAsyncResult *result,
                  gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  HttpGet *get = g_task_get_task_data (task);
  GError *error = NULL;

  get->stream = soup_session_send_finish (SOUP_SESSION (object), result, &error);
  if (get->stream == NULL)
    g_task_return_error (task, error);
  else if (!get->is_any_status && soup_message_get_status (get->message) != SOUP_STATUS_OK)
    g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_SERVER_ERROR,
                             _ ("The server answered %u %s"),
                             soup_message_get_status (get->message),
                             soup_message_get_reason_phrase (get->message));
  else
    http_get_read (g_steal_pointer (&task));
}

static void
http_send (SoupSession *session,
           SoupMessage *message,
           gsize max_size,
           gboolean is_any_status,
           GTask *task)
{
  HttpGet *get = g_new0 (HttpGet, 1);

  get->message = g_object_ref (message);
  get->body = g_byte_array_new ();
  get->max_size = max_size;
  get->is_any_status = is_any_status;
  g_task_set_task_data (task, get, (GDestroyNotify) http_get_free);

  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, g_task_get_cancellable (task), http_get_send_cb, task);
}

void
peer_http_get_async (SoupSession *session,
                     SoupMessage *message,
                     gsize max_size,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_http_get_async);
  http_send (session, message, max_size, FALSE, task);
}

GBytes *
peer_http_get_finish (SoupSession *session,
                      GAsyncResult *result,
                      GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_http_get_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
peer_http_send_async (SoupSession *session,
                      SoupMessage *message,
                      gsize max_size,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, peer_http_send_async);
  http_send (session, message, max_size, TRUE, task);
}

GBytes *
peer_http_send_finish (SoupSession *session,
                       GAsyncResult *result,
                       GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, peer_http_send_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
