/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-gate-private.h"

typedef enum
{
  GATE_WAITING,
  GATE_OPEN,
  GATE_SHUT,
} GateState;

struct _PeerWebrtcGate
{
  gatomicrefcount ref_count;
  GMutex lock;
  GCond changed;
  GateState state;
};

PeerWebrtcGate *
peer_webrtc_gate_new (void)
{
  PeerWebrtcGate *self = g_new0 (PeerWebrtcGate, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);

  return self;
}

PeerWebrtcGate *
peer_webrtc_gate_ref (PeerWebrtcGate *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_webrtc_gate_unref (PeerWebrtcGate *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

static GstPadProbeReturn
on_buffer (GstPad *pad,
           GstPadProbeInfo *info,
           gpointer user_data)
{
  PeerWebrtcGate *self = user_data;
  GateState state;

  g_mutex_lock (&self->lock);
  while (self->state == GATE_WAITING)
    g_cond_wait (&self->changed, &self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);

  return state == GATE_OPEN ? GST_PAD_PROBE_REMOVE : GST_PAD_PROBE_DROP;
}

void
peer_webrtc_gate_guard (PeerWebrtcGate *self,
                        GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_buffer,
                     peer_webrtc_gate_ref (self), (GDestroyNotify) peer_webrtc_gate_unref);
}

static void
set_state (PeerWebrtcGate *self,
           GateState state)
{
  g_mutex_lock (&self->lock);
  self->state = state;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
peer_webrtc_gate_open (PeerWebrtcGate *self)
{
  set_state (self, GATE_OPEN);
}

void
peer_webrtc_gate_shut (PeerWebrtcGate *self)
{
  set_state (self, GATE_SHUT);
}
