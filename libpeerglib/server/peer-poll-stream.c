/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-byte-queue-private.h"
#include "peer-frame-scanner-private.h"
#include "peer-poll-ends-private.h"
#include "peer-poll-hub-internal-private.h"
#include "peer-token-bucket-private.h"

#include <sys/epoll.h>
#include <sys/socket.h>

typedef enum
{
  STATE_OPEN,
  STATE_LINGERING,
  STATE_CLOSED,
} PeerPollState;

struct _PeerPollStream
{
  GIOStream parent_instance;

  PeerPollHub *hub;
  GIOStream *base;
  GPollableInputStream *base_input;
  GPollableOutputStream *base_output;
  GSocket *socket;
  int fd;
  GInputStream *input;
  GOutputStream *output;

  const PeerPollStreamFuncs *funcs;
  gpointer user_data;

  /* What libsoup wants to be called when there is input: the source it has
   * attached last, and what was in it. */
  GSource *source;
  GPollableSourceFunc ready_func;
  gpointer ready_data;

  GList ready_link;
  PeerTimeout timeout; /* of a pause or of lingering */
  PeerFrameScanner scanner;
  PeerTokenBucket bucket;

  GBytes *unread;
  PeerByteQueue pending;

  PeerPollState state : 8;
  guint32 events;
  guint is_watched : 1;
  guint is_encrypted : 1;
  guint is_paused : 1;
  guint has_ended : 1; /* the input: end, error or violation */
  guint is_broken : 1; /* the output: nothing can be sent any more */
  guint has_violated : 1;
};

G_DEFINE_FINAL_TYPE (PeerPollStream, peer_poll_stream, G_TYPE_IO_STREAM)

static void
peer_poll_stream_update_events (PeerPollStream *self)
{
  guint32 events = 0;

  if (!self->is_watched)
    return;

  if (!self->is_paused && (!self->has_ended || self->state == STATE_LINGERING))
    events |= EPOLLIN;
  if (peer_byte_queue_get_size (&self->pending) > 0)
    events |= EPOLLOUT;

  if (events != self->events)
    peer_poll_hub_change_stream (self->hub, self, self->fd, events);
  self->events = events;
}

static void
peer_poll_stream_push_ready (PeerPollStream *self)
{
  if (self->ready_link.data != NULL)
    return;

  self->ready_link.data = g_object_ref (self);
  peer_poll_hub_push_ready (self->hub, &self->ready_link);
}

/* The connection is lost: no need to wait for more. */
static void
peer_poll_stream_end (PeerPollStream *self)
{
  peer_timeout_queue_cancel (self->hub->pause_timeouts, &self->timeout);
  self->is_paused = FALSE;
  self->has_ended = TRUE;
}

static void
peer_poll_stream_violate (PeerPollStream *self,
                          PeerPollViolation violation)
{
  if (self->has_violated)
    return;

  self->has_violated = TRUE;
  self->has_ended = TRUE;
  if (self->funcs != NULL)
    self->funcs->violated (violation, self->user_data);
}

/* Output */

static void
peer_poll_stream_break (PeerPollStream *self)
{
  peer_byte_queue_clear (&self->pending);
  self->is_broken = TRUE;

  if (self->state == STATE_LINGERING)
    {
      peer_poll_stream_finish (self);
    }
  else if (self->state == STATE_OPEN)
    {
      peer_poll_stream_end (self);
      peer_poll_stream_push_ready (self);
    }
}

/* Returns how much the socket took; breaks the stream on an error. */
static gsize
peer_poll_stream_send (PeerPollStream *self,
                       const void *data,
                       gsize length)
{
  g_autoptr (GError) error = NULL;
  gssize n_sent = g_pollable_output_stream_write_nonblocking (self->base_output, data, length, NULL, &error);

  if (n_sent >= 0)
    return n_sent;

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    peer_poll_stream_break (self);

  return 0;
}

static void
peer_poll_stream_flush (PeerPollStream *self)
{
  gsize n_sent;

  if (peer_byte_queue_get_size (&self->pending) == 0)
    return;

  n_sent = peer_poll_stream_send (self, peer_byte_queue_peek (&self->pending), peer_byte_queue_get_size (&self->pending));
  if (self->is_broken)
    return;

  peer_byte_queue_drop (&self->pending, n_sent);
  if (peer_byte_queue_get_size (&self->pending) == 0 && self->state == STATE_LINGERING)
    shutdown (self->fd, SHUT_WR);
  peer_poll_stream_update_events (self);
}

void
peer_poll_stream_write (PeerPollStream *self,
                        const void *data,
                        gsize length)
{
  gsize n_sent = 0;

  if (self->is_broken || self->state != STATE_OPEN)
    return;

  if (peer_byte_queue_get_size (&self->pending) == 0)
    n_sent = peer_poll_stream_send (self, data, length);
  if (self->is_broken || n_sent == length)
    return;

  peer_byte_queue_push (&self->pending, (const guint8 *) data + n_sent, length - n_sent);
  peer_poll_stream_update_events (self);
}

/* Input */

static void
peer_poll_stream_pause (PeerPollStream *self)
{
  self->is_paused = TRUE;
  peer_timeout_queue_arm (self->hub->pause_timeouts, &self->timeout, self);
  peer_poll_stream_update_events (self);
}

void
peer_poll_stream_unpause (PeerPollStream *self)
{
  PeerPollLimits *limits = &self->hub->limits;

  if (limits->frames_per_second > 0 &&
      !peer_token_bucket_fill (&self->bucket, limits->frames_per_second, limits->frame_burst, g_get_monotonic_time ()))
    {
      peer_timeout_queue_arm (self->hub->pause_timeouts, &self->timeout, self);
      return;
    }

  self->is_paused = FALSE;
  peer_poll_stream_update_events (self);
  if (self->unread != NULL || self->has_ended || self->is_encrypted)
    peer_poll_stream_push_ready (self);
}

static gboolean
peer_poll_stream_check (PeerPollStream *self,
                        const guint8 *data,
                        gsize length)
{
  PeerPollLimits *limits = &self->hub->limits;
  guint n_frames = 0;

  switch (peer_frame_scanner_scan (&self->scanner, data, length, limits->max_message_size, &n_frames))
    {
    case PEER_FRAME_SCAN_OK:
      break;
    case PEER_FRAME_SCAN_TOO_BIG:
      peer_poll_stream_violate (self, PEER_POLL_VIOLATION_TOO_BIG);
      return FALSE;
    case PEER_FRAME_SCAN_INVALID:
    default:
      peer_poll_stream_violate (self, PEER_POLL_VIOLATION_INVALID);
      return FALSE;
    }

  if (limits->frames_per_second > 0 && n_frames > 0)
    {
      peer_token_bucket_take (&self->bucket, n_frames);
      if (!peer_token_bucket_fill (&self->bucket, limits->frames_per_second, limits->frame_burst, g_get_monotonic_time ()))
        peer_poll_stream_pause (self);
    }

  return TRUE;
}

/* What libsoup calls during a turn: a piece of the scratch buffer, or "would
 * block" when it is used up. */
gssize
peer_poll_stream_read (PeerPollStream *self,
                       void *buffer,
                       gsize length,
                       GError **error)
{
  PeerPollScratch *scratch = self->hub->scratch;

  if (scratch->stream == self && scratch->offset < scratch->length && !self->is_paused && !self->has_violated)
    {
      length = MIN (length, scratch->length - scratch->offset);
      memcpy (buffer, scratch->data + scratch->offset, length);
      if (peer_poll_stream_check (self, buffer, length))
        {
          scratch->offset += length;
          return length;
        }
    }

  if (self->has_ended && !self->is_paused)
    return 0;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "The turn is over");
  return -1;
}

/* Fills the scratch buffer: with what is left over, or by reading once. */
static void
peer_poll_stream_fill (PeerPollStream *self)
{
  PeerPollScratch *scratch = self->hub->scratch;
  g_autoptr (GBytes) unread = g_steal_pointer (&self->unread);
  g_autoptr (GError) error = NULL;
  gssize n_read;

  scratch->stream = self;
  scratch->offset = 0;
  scratch->length = 0;

  if (unread != NULL)
    {
      scratch->length = g_bytes_get_size (unread);
      memcpy (scratch->data, g_bytes_get_data (unread, NULL), scratch->length);
      return;
    }

  if (self->has_ended)
    return;

  n_read = g_pollable_input_stream_read_nonblocking (self->base_input, scratch->data, sizeof scratch->data, NULL, &error);
  if (n_read > 0)
    scratch->length = n_read;
  else if (n_read == 0 || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    self->has_ended = TRUE;
}

/* The source must not stay in the dormant context, which then would have as
 * many as there are sockets; its owner keeps it and goes on thinking that it
 * is there. */
static void
peer_poll_stream_take_source (PeerPollStream *self)
{
  g_autoptr (GSource) source = g_steal_pointer (&self->source);
  GSourceFunc func = NULL;

  if (source == NULL || self->state != STATE_OPEN)
    return;

  if (!g_source_is_destroyed (source) && source->callback_funcs != NULL)
    {
      source->callback_funcs->get (source->callback_data, source, &func, &self->ready_data);
      self->ready_func = (GPollableSourceFunc) func;
    }
  g_source_destroy (source);
}

/* Whether another turn is due that epoll will not ask for. */
static gboolean
peer_poll_stream_has_more (PeerPollStream *self)
{
  if (self->unread != NULL)
    return TRUE;
  if (self->has_ended)
    return self->ready_func != NULL;

  /* TLS holds decrypted bytes. */
  return self->is_encrypted && g_pollable_input_stream_is_readable (self->base_input);
}

static void
peer_poll_stream_deliver (PeerPollStream *self)
{
  PeerPollScratch *scratch = self->hub->scratch;
  GPollableSourceFunc func;

  peer_poll_stream_fill (self);

  if (scratch->length > 0 && self->funcs != NULL)
    self->funcs->active (self->user_data);

  if (scratch->length > 0 || self->has_ended)
    {
      func = g_steal_pointer (&self->ready_func);
      if (func != NULL)
        func (G_OBJECT (self->input), self->ready_data);
      peer_poll_stream_take_source (self);
    }

  if (self->state != STATE_OPEN)
    return;

  if (scratch->offset < scratch->length && !self->has_violated)
    self->unread = g_bytes_new (scratch->data + scratch->offset, scratch->length - scratch->offset);
  scratch->stream = NULL;
  peer_poll_stream_update_events (self);

  if (!self->is_paused && peer_poll_stream_has_more (self))
    peer_poll_stream_push_ready (self);
}

static void
peer_poll_stream_discard (PeerPollStream *self)
{
  gssize n_read = recv (self->fd,
                        self->hub->scratch->data, sizeof self->hub->scratch->data, MSG_DONTWAIT);

  if (n_read == 0 || (n_read < 0 && errno != EAGAIN && errno != EINTR))
    peer_poll_stream_finish (self);
}

void
peer_poll_stream_run (PeerPollStream *self,
                      guint32 events)
{
  if (self->state != STATE_CLOSED && (events & EPOLLOUT) != 0)
    peer_poll_stream_flush (self);

  if (self->state == STATE_LINGERING && (events & ~EPOLLOUT) != 0)
    {
      peer_poll_stream_discard (self);
      return;
    }
  if (self->state != STATE_OPEN)
    return;

  /* While paused only the loss of the connection is reported. */
  if (self->is_paused && (events & (EPOLLHUP | EPOLLERR)) != 0)
    peer_poll_stream_end (self);
  if (!self->is_paused && (events == 0 || (events & ~EPOLLOUT) != 0))
    peer_poll_stream_deliver (self);

  if (self->state == STATE_OPEN && peer_poll_stream_is_slow (self))
    peer_poll_stream_violate (self, PEER_POLL_VIOLATION_SLOW);
}

static void
peer_poll_stream_linger (PeerPollStream *self)
{
  if (self->state != STATE_OPEN)
    return;

  self->state = STATE_LINGERING;
  self->funcs = NULL;
  self->ready_func = NULL;
  self->is_paused = FALSE;
  g_clear_pointer (&self->unread, g_bytes_unref);
  peer_timeout_queue_cancel (self->hub->pause_timeouts, &self->timeout);

  g_object_ref (self);
  if (!self->is_watched || self->is_broken)
    {
      peer_poll_stream_finish (self);
      return;
    }

  if (peer_byte_queue_get_size (&self->pending) == 0)
    shutdown (self->fd, SHUT_WR);
  peer_timeout_queue_arm (self->hub->linger_timeouts, &self->timeout, self);
  peer_poll_stream_update_events (self);
}

void
peer_poll_stream_finish (PeerPollStream *self)
{
  if (self->state == STATE_CLOSED)
    return;

  peer_timeout_queue_cancel (self->hub->linger_timeouts, &self->timeout);
  self->state = STATE_CLOSED;
  if (self->is_watched)
    {
      self->is_watched = FALSE;
      peer_poll_hub_remove_stream (self->hub, self, self->fd);
    }

  /* The socket first: the base must not try to say good-bye over it. */
  g_socket_close (self->socket, NULL);
  g_object_unref (self);
}

static gboolean
peer_poll_stream_close (GIOStream *stream,
                        GCancellable *cancellable,
                        GError **error)
{
  peer_poll_stream_linger (PEER_POLL_STREAM (stream));

  return TRUE;
}

static void
peer_poll_stream_close_async (GIOStream *stream,
                              int io_priority,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  PeerPollStream *self = PEER_POLL_STREAM (stream);
  g_autoptr (GTask) task = g_task_new (stream, NULL, callback, user_data);

  g_task_set_source_tag (task, peer_poll_stream_close_async);
  peer_poll_hub_run_closures (self->hub);
  peer_poll_stream_linger (self);
  g_task_return_boolean (task, TRUE);
}

static gboolean
peer_poll_stream_close_finish (GIOStream *stream,
                               GAsyncResult *result,
                               GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static GInputStream *
peer_poll_stream_get_input_stream (GIOStream *stream)
{
  return PEER_POLL_STREAM (stream)->input;
}

static GOutputStream *
peer_poll_stream_get_output_stream (GIOStream *stream)
{
  return PEER_POLL_STREAM (stream)->output;
}

static void
peer_poll_stream_finalize (GObject *object)
{
  PeerPollStream *self = PEER_POLL_STREAM (object);

  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->unread, g_bytes_unref);
  peer_byte_queue_clear (&self->pending);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->base);
  g_clear_object (&self->socket);
  g_clear_object (&self->hub);

  G_OBJECT_CLASS (peer_poll_stream_parent_class)->finalize (object);
}

static void
peer_poll_stream_class_init (PeerPollStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = peer_poll_stream_finalize;

  stream_class->get_input_stream = peer_poll_stream_get_input_stream;
  stream_class->get_output_stream = peer_poll_stream_get_output_stream;
  stream_class->close_fn = peer_poll_stream_close;
  stream_class->close_async = peer_poll_stream_close_async;
  stream_class->close_finish = peer_poll_stream_close_finish;
}

static void
peer_poll_stream_init (PeerPollStream *self)
{
}

PeerPollStream *
peer_poll_stream_new (PeerPollHub *hub,
                      GIOStream *base,
                      GSocket *socket)
{
  PeerPollStream *self = g_object_new (PEER_TYPE_POLL_STREAM, NULL);
  g_autoptr (GIOStream) inner = NULL;

  self->hub = g_object_ref (hub);
  self->base = g_object_ref (base);
  self->base_input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (base));
  self->base_output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (base));
  self->socket = g_object_ref (socket);
  self->fd = g_socket_get_fd (socket);
  self->input = peer_poll_input_new (self);
  self->output = peer_poll_output_new (self);

  /* libsoup's stream wraps the one of the connection. */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (base), "base-iostream") != NULL)
    g_object_get (base, "base-iostream", &inner, NULL);
  self->is_encrypted = G_IS_TLS_CONNECTION (inner != NULL ? inner : base);

  peer_token_bucket_fill (&self->bucket, 0, hub->limits.frame_burst, g_get_monotonic_time ());

  return self;
}

gboolean
peer_poll_stream_start (PeerPollStream *self,
                        const PeerPollStreamFuncs *funcs,
                        gpointer user_data)
{
  g_assert (self->state == STATE_OPEN && !self->is_watched);

  self->funcs = funcs;
  self->user_data = user_data;
  peer_poll_stream_take_source (self);

  self->events = EPOLLIN;
  if (!peer_poll_hub_add_stream (self->hub, self, self->fd, self->events))
    return FALSE;
  self->is_watched = TRUE;

  /* The HTTP code may have read more than the request. */
  peer_poll_stream_push_ready (self);

  return TRUE;
}

void
peer_poll_stream_clear_funcs (PeerPollStream *self)
{
  self->funcs = NULL;
}

gboolean
peer_poll_stream_is_slow (PeerPollStream *self)
{
  gsize max_pending = self->hub->limits.max_pending_output;

  return max_pending > 0 && peer_byte_queue_get_size (&self->pending) > max_pending;
}

void
peer_poll_stream_set_source (PeerPollStream *self,
                             GSource *source)
{
  g_clear_pointer (&self->source, g_source_unref);
  self->source = g_source_ref (source);
}
