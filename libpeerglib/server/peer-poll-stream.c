/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-byte-queue-private.h"
#include "peer-poll-hub-internal-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a turn may collect for one stream before it is sent. */
#define MAX_COLLECTED (64 * 1024)

typedef enum
{
  STATE_OPEN,
  STATE_LINGERING,
  STATE_CLOSED,
} PeerPollState;

struct _PeerPollStream
{
  PeerPollItem item;
  grefcount ref_count;

  PeerPollHub *hub;
  GIOStream *base; /* nullable: the descriptor is read and written, and owned */
  GSocket *socket; /* nullable: of the base */

  const PeerPollStreamFuncs *funcs;
  gpointer user_data;

  GList ready_link;
  GList written_link;
  PeerTimeout timeout; /* of a rest or of lingering */

  GByteArray *unread; /* nullable: what was received and not used */
  PeerByteQueue pending;

  guint32 events;
  PeerPollState state : 8;
  guint is_held : 1;
  guint has_backlog : 1; /* unread is to be given before more is read */
  guint has_ended : 1;   /* the input */
  guint is_broken : 1;   /* the output: nothing can be sent any more */
};

static void
peer_poll_stream_update_events (PeerPollStream *self)
{
  guint32 events = self->events;

  if (self->state == STATE_CLOSED)
    return;

  /* Most streams that are held are resumed before anything arrives. */
  if (!self->is_held)
    events |= EPOLLIN;
  if (self->has_ended && self->state != STATE_LINGERING)
    events &= ~EPOLLIN;
  if (peer_byte_queue_get_size (&self->pending) == 0)
    events &= ~EPOLLOUT;

  if (events != self->events)
    peer_poll_hub_change (self->hub, &self->item, events);
  self->events = events;
}

static void
peer_poll_stream_push_ready (PeerPollStream *self)
{
  if (self->ready_link.data != NULL)
    return;

  self->ready_link.data = peer_poll_stream_ref (self);
  g_queue_push_tail_link (&self->hub->ready, &self->ready_link);
}

static void
peer_poll_stream_push_written (PeerPollStream *self)
{
  if (self->written_link.data != NULL)
    return;

  self->written_link.data = peer_poll_stream_ref (self);
  g_queue_push_tail_link (&self->hub->written, &self->written_link);
}

/* The connection is lost: no need to wait for more. */
static void
peer_poll_stream_lose (PeerPollStream *self)
{
  self->has_ended = TRUE;
  self->has_backlog = FALSE;
  g_clear_pointer (&self->unread, g_byte_array_unref);
  peer_poll_stream_resume (self);
  peer_poll_stream_push_ready (self);
}

static void
peer_poll_stream_break (PeerPollStream *self)
{
  peer_byte_queue_clear (&self->pending);
  self->is_broken = TRUE;

  if (self->state == STATE_LINGERING)
    peer_poll_stream_finish (self);
  else if (self->state == STATE_OPEN)
    peer_poll_stream_lose (self);
}

/* Returns how much was taken, -1 when the output is broken. */
static gssize
peer_poll_stream_send (PeerPollStream *self,
                       const void *data,
                       gsize length)
{
  g_autoptr (GError) error = NULL;
  gssize n_sent;

  if (self->base == NULL)
    {
      do
        n_sent = send (self->item.fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
      while (n_sent < 0 && errno == EINTR);

      return n_sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : n_sent;
    }

  n_sent = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->base)),
                                                       data, length, NULL, &error);

  return n_sent < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? 0 : n_sent;
}

void
peer_poll_stream_flush (PeerPollStream *self)
{
  gsize size = peer_byte_queue_get_size (&self->pending);
  gssize n_sent;

  if (size == 0 || self->state == STATE_CLOSED)
    return;

  n_sent = peer_poll_stream_send (self, peer_byte_queue_peek (&self->pending), size);
  if (n_sent < 0)
    {
      peer_poll_stream_break (self);
      return;
    }

  peer_byte_queue_drop (&self->pending, n_sent);
  if ((gsize) n_sent == size && self->state == STATE_LINGERING)
    shutdown (self->item.fd, SHUT_WR);
  if ((gsize) n_sent < size && (self->events & EPOLLOUT) == 0)
    {
      self->events |= EPOLLOUT;
      peer_poll_hub_change (self->hub, &self->item, self->events);
    }
  peer_poll_stream_update_events (self);
}

gboolean
peer_poll_stream_write (PeerPollStream *self,
                        const void *header,
                        gsize header_length,
                        const void *data,
                        gsize length)
{
  guint8 *end;

  if (self->is_broken || self->state != STATE_OPEN)
    return TRUE;

  end = peer_byte_queue_grow (&self->pending, header_length + length);
  memcpy (end, header, header_length);
  if (length > 0)
    memcpy (end + header_length, data, length);

  if ((self->events & EPOLLOUT) == 0 && peer_byte_queue_get_size (&self->pending) > MAX_COLLECTED)
    peer_poll_stream_flush (self);
  if ((self->events & EPOLLOUT) == 0)
    {
      peer_poll_stream_push_written (self);
      return TRUE;
    }

  return self->hub->max_pending == 0 || peer_byte_queue_get_size (&self->pending) <= self->hub->max_pending;
}

void
peer_poll_stream_hold (PeerPollStream *self)
{
  if (self->state != STATE_OPEN)
    return;

  self->is_held = TRUE;
  peer_poll_stream_update_events (self);
}

void
peer_poll_stream_rest (PeerPollStream *self)
{
  if (self->state != STATE_OPEN)
    return;

  peer_poll_stream_hold (self);
  peer_timeout_queue_arm (self->hub->rest_timeouts, &self->timeout, self);
}

void
peer_poll_stream_resume (PeerPollStream *self)
{
  if (!self->is_held || self->state != STATE_OPEN)
    return;

  peer_timeout_queue_cancel (self->hub->rest_timeouts, &self->timeout);
  self->is_held = FALSE;
  peer_poll_stream_update_events (self);
  peer_poll_stream_push_ready (self);
}

const guint8 *
peer_poll_stream_peek (PeerPollStream *self,
                       gsize *length)
{
  *length = self->unread != NULL ? self->unread->len : 0;

  return self->unread != NULL ? self->unread->data : NULL;
}

void
peer_poll_stream_skip (PeerPollStream *self,
                       gsize length)
{
  g_assert (self->unread != NULL && length <= self->unread->len);

  if (length == self->unread->len)
    g_clear_pointer (&self->unread, g_byte_array_unref);
  else
    g_byte_array_remove_range (self->unread, 0, length);
}

static gsize
peer_poll_stream_receive (PeerPollStream *self)
{
  g_autoptr (GError) error = NULL;
  gssize n_read;
  gboolean would_block;

  if (self->base == NULL)
    {
      do
        n_read = recv (self->item.fd, self->hub->scratch, PEER_POLL_SCRATCH_SIZE, MSG_DONTWAIT);
      while (n_read < 0 && errno == EINTR);
      would_block = n_read < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
  else
    {
      n_read = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->base)),
                                                         self->hub->scratch, PEER_POLL_SCRATCH_SIZE, NULL, &error);
      would_block = n_read < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    }

  if (n_read <= 0 && !would_block)
    self->has_ended = TRUE;

  return MAX (n_read, 0);
}

/* Gives what there is to who wants it, and keeps what is left. */
static void
peer_poll_stream_give (PeerPollStream *self,
                       gsize n_received)
{
  g_autoptr (GByteArray) unread = g_steal_pointer (&self->unread);
  guint8 *data = self->hub->scratch;
  gsize length = n_received;
  gsize n_used;

  if (unread != NULL)
    {
      g_byte_array_append (unread, data, n_received);
      data = unread->data;
      length = unread->len;
    }

  n_used = self->funcs != NULL ? self->funcs->received (data, length, self->user_data) : length;
  if (self->state != STATE_OPEN || n_used == length)
    return;

  if (unread == NULL)
    {
      self->unread = g_byte_array_sized_new (length - n_used);
      g_byte_array_append (self->unread, data + n_used, length - n_used);
    }
  else
    {
      g_byte_array_remove_range (unread, 0, n_used);
      self->unread = g_steal_pointer (&unread);
    }
}

/* Whether epoll does not know that there is more: decrypted bytes. */
static gboolean
peer_poll_stream_has_more (PeerPollStream *self)
{
  return self->base != NULL &&
         g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->base)));
}

static void
peer_poll_stream_deliver (PeerPollStream *self)
{
  const PeerPollStreamFuncs *funcs;
  gsize n_received = 0;

  if (!self->has_ended && !self->has_backlog)
    n_received = peer_poll_stream_receive (self);
  if (n_received > 0 || (self->unread != NULL && self->has_backlog))
    peer_poll_stream_give (self, n_received);
  self->has_backlog = self->is_held;

  if (self->state != STATE_OPEN)
    return;
  peer_poll_stream_update_events (self);
  if (self->is_held)
    return;

  funcs = self->funcs;
  if (self->has_ended && funcs != NULL)
    {
      self->funcs = NULL;
      funcs->ended (self->user_data);
    }
  else if (!self->has_ended && peer_poll_stream_has_more (self))
    peer_poll_stream_push_ready (self);
}

static void
peer_poll_stream_discard (PeerPollStream *self)
{
  gssize n_read = recv (self->item.fd, self->hub->scratch, PEER_POLL_SCRATCH_SIZE, MSG_DONTWAIT);

  if (n_read == 0 || (n_read < 0 && errno != EAGAIN && errno != EINTR))
    peer_poll_stream_finish (self);
}

void
peer_poll_stream_run (PeerPollStream *self,
                      guint32 events)
{
  /* Either may be the end of it. */
  if (self->state == STATE_LINGERING)
    {
      if ((events & EPOLLOUT) != 0)
        peer_poll_stream_flush (self);
      else
        peer_poll_stream_discard (self);
      return;
    }

  if ((events & EPOLLOUT) != 0)
    peer_poll_stream_flush (self);
  if (self->state != STATE_OPEN)
    return;

  if (!self->is_held)
    {
      if (events == 0 || (events & ~EPOLLOUT) != 0)
        peer_poll_stream_deliver (self);
    }
  else if ((events & (EPOLLHUP | EPOLLERR)) != 0)
    peer_poll_stream_lose (self);
  else if ((events & EPOLLIN) != 0)
    {
      self->events &= ~EPOLLIN;
      peer_poll_hub_change (self->hub, &self->item, self->events);
    }
}

static void
run_item (PeerPollItem *item,
          guint32 events)
{
  peer_poll_stream_run ((PeerPollStream *) item, events);
}

static void
release_item (PeerPollItem *item)
{
  peer_poll_stream_unref ((PeerPollStream *) item);
}

/* Leaves the hub; the connection itself is the caller's business. */
static void
peer_poll_stream_leave (PeerPollStream *self)
{
  peer_timeout_queue_cancel (self->hub->rest_timeouts, &self->timeout);
  peer_poll_stream_ref (self);
  peer_poll_hub_remove (self->hub, &self->item);
  self->state = STATE_CLOSED;
  self->funcs = NULL;
  g_clear_pointer (&self->unread, g_byte_array_unref);
  peer_byte_queue_clear (&self->pending);
  peer_poll_hub_count_out (self->hub);
}

void
peer_poll_stream_close (PeerPollStream *self)
{
  if (self->state != STATE_OPEN)
    return;

  peer_poll_stream_ref (self);
  self->state = STATE_LINGERING;
  self->funcs = NULL;
  self->is_held = FALSE;
  g_clear_pointer (&self->unread, g_byte_array_unref);
  peer_timeout_queue_cancel (self->hub->rest_timeouts, &self->timeout);

  if (self->is_broken)
    {
      peer_poll_stream_finish (self);
      return;
    }

  if (peer_byte_queue_get_size (&self->pending) == 0)
    shutdown (self->item.fd, SHUT_WR);
  peer_timeout_queue_arm (self->hub->linger_timeouts, &self->timeout, self);
  peer_poll_stream_update_events (self);
}

void
peer_poll_stream_finish (PeerPollStream *self)
{
  gboolean has_lingered = self->state == STATE_LINGERING;

  if (self->state == STATE_CLOSED)
    return;

  peer_timeout_queue_cancel (self->hub->linger_timeouts, &self->timeout);
  peer_poll_stream_leave (self);

  /* The socket first: the base must not try to say good-bye over it. */
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  else
    close (self->item.fd);
  self->item.fd = -1;
  if (has_lingered)
    peer_poll_stream_unref (self);
}

GIOStream *
peer_poll_stream_release (PeerPollStream *self,
                          GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  int fd = self->item.fd;

  g_assert (self->state == STATE_OPEN);

  peer_poll_stream_leave (self);
  if (self->base != NULL)
    return g_object_ref (self->base);

  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL)
    {
      close (fd);
      return NULL;
    }

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static PeerPollStream *
peer_poll_stream_begin (PeerPollHub *hub,
                        int fd)
{
  PeerPollStream *self = g_new0 (PeerPollStream, 1);

  g_ref_count_init (&self->ref_count);
  self->item = (PeerPollItem){ run_item, release_item, fd };
  self->hub = g_object_ref (hub);
  self->events = EPOLLIN;
  peer_poll_hub_count_in (hub);

  return self;
}

PeerPollStream *
peer_poll_stream_new (PeerPollHub *hub,
                      int fd)
{
  g_autoptr (PeerPollStream) self = peer_poll_stream_begin (hub, fd);

  if (peer_poll_hub_add (hub, &self->item, self->events))
    return g_steal_pointer (&self);

  peer_poll_stream_finish (self);

  return NULL;
}

PeerPollStream *
peer_poll_stream_new_for_io_stream (PeerPollHub *hub,
                                    GIOStream *base,
                                    GSocket *socket)
{
  g_autoptr (PeerPollStream) self = peer_poll_stream_begin (hub, g_socket_get_fd (socket));

  self->base = g_object_ref (base);
  self->socket = g_object_ref (socket);
  if (!peer_poll_hub_add (hub, &self->item, self->events))
    {
      peer_poll_stream_finish (self);
      return NULL;
    }

  /* What the base has read already epoll knows nothing of. */
  peer_poll_stream_push_ready (self);

  return g_steal_pointer (&self);
}

PeerPollStream *
peer_poll_stream_ref (PeerPollStream *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_poll_stream_unref (PeerPollStream *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->state == STATE_CLOSED);

  g_clear_object (&self->base);
  g_clear_object (&self->socket);
  g_object_unref (self->hub);
  g_free (self);
}

void
peer_poll_stream_set_funcs (PeerPollStream *self,
                            const PeerPollStreamFuncs *funcs,
                            gpointer user_data)
{
  self->funcs = funcs;
  self->user_data = user_data;
}
