/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-replay-stream-private.h"

/* The input of such a stream. */
#define PEER_TYPE_REPLAY_INPUT (peer_replay_input_get_type ())

G_DECLARE_FINAL_TYPE (PeerReplayInput, peer_replay_input, PEER, REPLAY_INPUT, GFilterInputStream)

struct _PeerReplayInput
{
  GFilterInputStream parent_instance;
  GBytes *beginning; /* nullable */
};

struct _PeerReplayStream
{
  GIOStream parent_instance;
  GIOStream *base;
  GInputStream *input;
};

static void peer_replay_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerReplayInput, peer_replay_input, G_TYPE_FILTER_INPUT_STREAM, G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, peer_replay_input_pollable_init))
G_DEFINE_FINAL_TYPE (PeerReplayStream, peer_replay_stream, G_TYPE_IO_STREAM)

static GPollableInputStream *
peer_replay_input_get_base (PeerReplayInput *self)
{
  return G_POLLABLE_INPUT_STREAM (g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self)));
}

/* 0 when there is nothing left of it. */
static gsize
peer_replay_input_replay (PeerReplayInput *self,
                          void *buffer,
                          gsize count)
{
  g_autoptr (GBytes) beginning = g_steal_pointer (&self->beginning);
  gsize size = beginning != NULL ? g_bytes_get_size (beginning) : 0;

  count = MIN (count, size);
  if (count > 0)
    memcpy (buffer, g_bytes_get_data (beginning, NULL), count);
  if (count < size)
    self->beginning = g_bytes_new_from_bytes (beginning, count, size - count);

  return count;
}

static gssize
peer_replay_input_read (GInputStream *stream,
                        void *buffer,
                        gsize count,
                        GCancellable *cancellable,
                        GError **error)
{
  PeerReplayInput *self = PEER_REPLAY_INPUT (stream);
  gsize n_replayed = peer_replay_input_replay (self, buffer, count);

  if (n_replayed > 0)
    return n_replayed;

  return g_input_stream_read (G_INPUT_STREAM (peer_replay_input_get_base (self)), buffer, count, cancellable, error);
}

static gssize
peer_replay_input_read_nonblocking (GPollableInputStream *stream,
                                    void *buffer,
                                    gsize count,
                                    GError **error)
{
  PeerReplayInput *self = PEER_REPLAY_INPUT (stream);
  gsize n_replayed = peer_replay_input_replay (self, buffer, count);

  if (n_replayed > 0)
    return n_replayed;

  return g_pollable_input_stream_read_nonblocking (peer_replay_input_get_base (self), buffer, count, NULL, error);
}

static gboolean
peer_replay_input_is_readable (GPollableInputStream *stream)
{
  PeerReplayInput *self = PEER_REPLAY_INPUT (stream);

  return self->beginning != NULL || g_pollable_input_stream_is_readable (peer_replay_input_get_base (self));
}

static GSource *
peer_replay_input_create_source (GPollableInputStream *stream,
                                 GCancellable *cancellable)
{
  PeerReplayInput *self = PEER_REPLAY_INPUT (stream);
  g_autoptr (GSource) child = NULL;

  if (self->beginning != NULL)
    child = g_timeout_source_new (0);
  else
    child = g_pollable_input_stream_create_source (peer_replay_input_get_base (self), cancellable);

  return g_pollable_source_new_full (self, child, cancellable);
}

static void
peer_replay_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = peer_replay_input_is_readable;
  iface->create_source = peer_replay_input_create_source;
  iface->read_nonblocking = peer_replay_input_read_nonblocking;
}

static void
peer_replay_input_finalize (GObject *object)
{
  PeerReplayInput *self = PEER_REPLAY_INPUT (object);

  g_clear_pointer (&self->beginning, g_bytes_unref);

  G_OBJECT_CLASS (peer_replay_input_parent_class)->finalize (object);
}

static void
peer_replay_input_class_init (PeerReplayInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = peer_replay_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = peer_replay_input_read;
}

static void
peer_replay_input_init (PeerReplayInput *self)
{
}

static GInputStream *
peer_replay_stream_get_input_stream (GIOStream *stream)
{
  return PEER_REPLAY_STREAM (stream)->input;
}

static GOutputStream *
peer_replay_stream_get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (PEER_REPLAY_STREAM (stream)->base);
}

static gboolean
peer_replay_stream_close (GIOStream *stream,
                          GCancellable *cancellable,
                          GError **error)
{
  return g_io_stream_close (PEER_REPLAY_STREAM (stream)->base, cancellable, error);
}

static void
peer_replay_stream_finalize (GObject *object)
{
  PeerReplayStream *self = PEER_REPLAY_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->base);

  G_OBJECT_CLASS (peer_replay_stream_parent_class)->finalize (object);
}

static void
peer_replay_stream_class_init (PeerReplayStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = peer_replay_stream_finalize;
  stream_class->get_input_stream = peer_replay_stream_get_input_stream;
  stream_class->get_output_stream = peer_replay_stream_get_output_stream;
  stream_class->close_fn = peer_replay_stream_close;
}

static void
peer_replay_stream_init (PeerReplayStream *self)
{
}

GIOStream *
peer_replay_stream_new (GIOStream *base,
                        GBytes *beginning)
{
  PeerReplayStream *self = g_object_new (PEER_TYPE_REPLAY_STREAM, NULL);
  PeerReplayInput *input = g_object_new (PEER_TYPE_REPLAY_INPUT,
                                         "base-stream", g_io_stream_get_input_stream (base),
                                         "close-base-stream", FALSE,
                                         NULL);

  self->base = g_object_ref (base);
  self->input = G_INPUT_STREAM (input);
  if (g_bytes_get_size (beginning) > 0)
    input->beginning = g_bytes_ref (beginning);

  return G_IO_STREAM (self);
}
