/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-poll-ends-private.h"

struct _PeerPollInput
{
  GInputStream parent_instance;
  PeerPollStream *stream;
};

struct _PeerPollOutput
{
  GOutputStream parent_instance;
  PeerPollStream *stream;
};

static void peer_poll_input_pollable_init (GPollableInputStreamInterface *iface);
static void peer_poll_output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerPollInput, peer_poll_input, G_TYPE_INPUT_STREAM, G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, peer_poll_input_pollable_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (PeerPollOutput, peer_poll_output, G_TYPE_OUTPUT_STREAM, G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, peer_poll_output_pollable_init))

/* Carries a callback and nothing else: the hub calls it. */
static GSourceFuncs carrier_funcs = { 0 };

static gboolean
peer_poll_input_is_readable (GPollableInputStream *stream)
{
  return FALSE;
}

static GSource *
peer_poll_input_create_source (GPollableInputStream *stream,
                               GCancellable *cancellable)
{
  GSource *source = g_source_new (&carrier_funcs, sizeof (GSource));

  peer_poll_stream_set_source (PEER_POLL_INPUT (stream)->stream, source);

  return source;
}

static gssize
peer_poll_input_read_nonblocking (GPollableInputStream *stream,
                                  void *buffer,
                                  gsize count,
                                  GError **error)
{
  return peer_poll_stream_read (PEER_POLL_INPUT (stream)->stream, buffer, count, error);
}

static void
peer_poll_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = peer_poll_input_is_readable;
  iface->create_source = peer_poll_input_create_source;
  iface->read_nonblocking = peer_poll_input_read_nonblocking;
}

static void
peer_poll_input_class_init (PeerPollInputClass *klass)
{
}

static void
peer_poll_input_init (PeerPollInput *self)
{
}

GInputStream *
peer_poll_input_new (PeerPollStream *stream)
{
  PeerPollInput *self = g_object_new (PEER_TYPE_POLL_INPUT, NULL);

  self->stream = stream;

  return G_INPUT_STREAM (self);
}

static gboolean
peer_poll_output_is_writable (GPollableOutputStream *stream)
{
  return TRUE;
}

static GSource *
peer_poll_output_create_source (GPollableOutputStream *stream,
                                GCancellable *cancellable)
{
  return g_source_new (&carrier_funcs, sizeof (GSource));
}

static gssize
peer_poll_output_write_nonblocking (GPollableOutputStream *stream,
                                    const void *buffer,
                                    gsize count,
                                    GError **error)
{
  peer_poll_stream_write (PEER_POLL_OUTPUT (stream)->stream, buffer, count);

  return count;
}

static void
peer_poll_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = peer_poll_output_is_writable;
  iface->create_source = peer_poll_output_create_source;
  iface->write_nonblocking = peer_poll_output_write_nonblocking;
}

static void
peer_poll_output_class_init (PeerPollOutputClass *klass)
{
}

static void
peer_poll_output_init (PeerPollOutput *self)
{
}

GOutputStream *
peer_poll_output_new (PeerPollStream *stream)
{
  PeerPollOutput *self = g_object_new (PEER_TYPE_POLL_OUTPUT, NULL);

  self->stream = stream;

  return G_OUTPUT_STREAM (self);
}
