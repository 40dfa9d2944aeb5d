/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fault-transport.h"

#include "libpeerglib/peer-source-private.h"

/* Milliseconds after which a link that carried data and is silent is given up. */
#define SILENCE 300

struct _FaultTransport
{
  PeerTransport parent_instance;

  GMainContext *context;
  PeerTransport *inner;
  FaultPlan plan;
  guint n_steps; /* of the planned kind */
  gboolean is_open;
  gboolean is_silent;
  gboolean is_closed;
  GSource *late;
  GTask *stats; /* that no answer came to */
};

G_DEFINE_FINAL_TYPE (FaultTransport, fault_transport, PEER_TYPE_TRANSPORT)

static FaultTransportFactory inner_factory;
static FaultPlan next_plan;

void
fault_transport_set_factory (FaultTransportFactory factory)
{
  inner_factory = factory;
}

void
fault_transport_plan_next (const FaultPlan *plan)
{
  next_plan = *plan;
}

static void
return_stats (FaultTransport *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->stats);

  if (task != NULL)
    g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, "No figures: a planned fault");
}

/* Also what a transport must not do after it was closed: nobody may hear it. */
static gboolean
late_cb (gpointer user_data)
{
  g_autoptr (FaultTransport) self = g_object_ref (FAULT_TRANSPORT (user_data));
  PeerTransport *transport = PEER_TRANSPORT (self);
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED, "A planned fault");

  g_clear_pointer (&self->late, g_source_unref);
  if (!self->is_closed)
    peer_transport_close (self->inner);
  return_stats (self);
  if (self->is_closed)
    peer_transport_emit_open (transport);
  if (self->plan.kind == FAULT_KIND_CLOSED && self->is_open)
    peer_transport_emit_closed (transport);
  else
    peer_transport_emit_failed (transport, error);

  return G_SOURCE_REMOVE;
}

static void
end_later (FaultTransport *self,
           guint delay)
{
  if (self->late == NULL)
    self->late = peer_source_new_timeout (self->context, delay, "fault", late_cb, self);
}

/* Says whether the step is to be done. */
static gboolean
take_step (FaultTransport *self,
           FaultStep step)
{
  if (self->is_silent)
    return FALSE;
  if (step != self->plan.step || self->n_steps++ != self->plan.n_before)
    return TRUE;

  switch (self->plan.kind)
    {
    case FAULT_KIND_FAIL_LATE:
      end_later (self, self->plan.delay);
      return TRUE;
    case FAULT_KIND_SILENCE:
      self->is_silent = TRUE;
      if (self->is_open)
        end_later (self, SILENCE);
      return FALSE;
    case FAULT_KIND_FAIL:
    case FAULT_KIND_CLOSED:
    case N_FAULT_KINDS:
    default:
      self->is_silent = TRUE;
      end_later (self, 0);
      return FALSE;
    }
}

static void
on_description (FaultTransport *self,
                const char *type,
                const char *sdp)
{
  if (take_step (self, FAULT_STEP_DESCRIPTION))
    peer_transport_emit_description (PEER_TRANSPORT (self), type, sdp);
}

static void
on_candidate (FaultTransport *self,
              const PeerIceCandidate *candidate)
{
  if (take_step (self, FAULT_STEP_CANDIDATE))
    peer_transport_emit_candidate (PEER_TRANSPORT (self), candidate);
}

static void
on_gathered (FaultTransport *self)
{
  if (!self->is_silent)
    peer_transport_emit_gathered (PEER_TRANSPORT (self));
}

static void
on_open (FaultTransport *self)
{
  if (!take_step (self, FAULT_STEP_OPEN))
    return;

  self->is_open = TRUE;
  peer_transport_emit_open (PEER_TRANSPORT (self));
}

static void
on_message (FaultTransport *self,
            GBytes *bytes,
            gboolean is_text)
{
  if (take_step (self, FAULT_STEP_MESSAGE))
    peer_transport_emit_message (PEER_TRANSPORT (self), bytes, is_text);
}

static void
on_low (FaultTransport *self)
{
  if (!self->is_silent)
    peer_transport_emit_buffered_amount_low (PEER_TRANSPORT (self));
}

static void
on_ice_state (FaultTransport *self,
              PeerIceConnectionState state)
{
  if (take_step (self, FAULT_STEP_ICE_STATE))
    peer_transport_emit_ice_state_changed (PEER_TRANSPORT (self), state);
}

static void
on_closed (FaultTransport *self)
{
  if (self->is_silent || !self->is_open)
    end_later (self, SILENCE);
  else
    peer_transport_emit_closed (PEER_TRANSPORT (self));
}

static void
on_failed (FaultTransport *self,
           const GError *error)
{
  if (!self->is_silent)
    peer_transport_emit_failed (PEER_TRANSPORT (self), error);
}

static void
fault_transport_start (PeerTransport *transport)
{
  FaultTransport *self = FAULT_TRANSPORT (transport);

  if (take_step (self, FAULT_STEP_START))
    peer_transport_start (self->inner);
}

static void
fault_transport_set_remote_description (PeerTransport *transport,
                                        const char *type,
                                        const char *sdp)
{
  FaultTransport *self = FAULT_TRANSPORT (transport);

  if (take_step (self, FAULT_STEP_REMOTE_DESCRIPTION))
    peer_transport_set_remote_description (self->inner, type, sdp);
}

static void
fault_transport_add_remote_candidate (PeerTransport *transport,
                                      const PeerIceCandidate *candidate)
{
  FaultTransport *self = FAULT_TRANSPORT (transport);

  if (take_step (self, FAULT_STEP_REMOTE_CANDIDATE))
    peer_transport_add_remote_candidate (self->inner, candidate);
}

static gboolean
fault_transport_send (PeerTransport *transport,
                      GBytes *bytes,
                      gboolean is_text,
                      GError **error)
{
  FaultTransport *self = FAULT_TRANSPORT (transport);

  if (take_step (self, FAULT_STEP_SEND))
    return peer_transport_send (self->inner, bytes, is_text, error);
  if (self->plan.step != FAULT_STEP_SEND || self->plan.kind != FAULT_KIND_FAIL)
    return TRUE;

  g_set_error_literal (error, PEER_ERROR, PEER_ERROR_WEBRTC, "A planned fault");

  return FALSE;
}

static gsize
fault_transport_get_buffered_amount (PeerTransport *transport)
{
  return peer_transport_get_buffered_amount (FAULT_TRANSPORT (transport)->inner);
}

static gsize
fault_transport_get_max_message_size (PeerTransport *transport)
{
  return peer_transport_get_max_message_size (FAULT_TRANSPORT (transport)->inner);
}

static PeerTransportPhase
fault_transport_get_phase (PeerTransport *transport)
{
  return peer_transport_get_phase (FAULT_TRANSPORT (transport)->inner);
}

static char *
fault_transport_describe_attempt (PeerTransport *transport)
{
  return peer_transport_describe_attempt (FAULT_TRANSPORT (transport)->inner);
}

static void
fault_transport_set_disconnect_timeout (PeerTransport *transport,
                                        guint milliseconds)
{
  peer_transport_set_disconnect_timeout (FAULT_TRANSPORT (transport)->inner, milliseconds);
}

static void
fault_transport_check (PeerTransport *transport)
{
  peer_transport_check (FAULT_TRANSPORT (transport)->inner);
}

static gsize
fault_transport_get_unacknowledged_amount (PeerTransport *transport)
{
  return peer_transport_get_unacknowledged_amount (FAULT_TRANSPORT (transport)->inner);
}

static char *
fault_transport_dup_remote_fingerprint (PeerTransport *transport)
{
  return peer_transport_dup_remote_fingerprint (FAULT_TRANSPORT (transport)->inner);
}

static void
fault_transport_get_stats_async (PeerTransport *transport,
                                 GTask *task)
{
  FaultTransport *self = FAULT_TRANSPORT (transport);

  if (take_step (self, FAULT_STEP_STATS))
    peer_transport_forward_stats (self->inner, task);
  else if (self->stats == NULL && self->late != NULL)
    self->stats = task;
  else
    {
      g_task_return_new_error (task, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, "No figures: a planned fault");
      g_object_unref (task);
    }
}

static void
fault_transport_close (PeerTransport *transport)
{
  FaultTransport *self = FAULT_TRANSPORT (transport);

  if (self->is_closed)
    return;

  self->is_closed = TRUE;
  return_stats (self);
  peer_transport_close (self->inner);
  if (self->plan.step == FAULT_STEP_CLOSE)
    {
      g_object_ref (self);
      g_clear_pointer (&self->late, g_source_unref);
      self->late = peer_source_new_timeout (self->context, self->plan.delay, "fault", late_cb, self);
      g_source_set_callback (self->late, late_cb, self, g_object_unref);
    }
}

static void
fault_transport_dispose (GObject *object)
{
  FaultTransport *self = FAULT_TRANSPORT (object);

  peer_source_clear (&self->late);
  return_stats (self);
  if (self->inner != NULL)
    peer_transport_close (self->inner);
  g_clear_object (&self->inner);

  G_OBJECT_CLASS (fault_transport_parent_class)->dispose (object);
}

static void
fault_transport_finalize (GObject *object)
{
  g_main_context_unref (FAULT_TRANSPORT (object)->context);

  G_OBJECT_CLASS (fault_transport_parent_class)->finalize (object);
}

static void
fault_transport_class_init (FaultTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerTransportClass *transport_class = PEER_TRANSPORT_CLASS (klass);

  object_class->dispose = fault_transport_dispose;
  object_class->finalize = fault_transport_finalize;

  transport_class->start = fault_transport_start;
  transport_class->set_remote_description = fault_transport_set_remote_description;
  transport_class->add_remote_candidate = fault_transport_add_remote_candidate;
  transport_class->send = fault_transport_send;
  transport_class->get_buffered_amount = fault_transport_get_buffered_amount;
  transport_class->get_max_message_size = fault_transport_get_max_message_size;
  transport_class->get_stats_async = fault_transport_get_stats_async;
  transport_class->close = fault_transport_close;
  transport_class->get_phase = fault_transport_get_phase;
  transport_class->describe_attempt = fault_transport_describe_attempt;
  transport_class->set_disconnect_timeout = fault_transport_set_disconnect_timeout;
  transport_class->check = fault_transport_check;
  transport_class->get_unacknowledged_amount = fault_transport_get_unacknowledged_amount;
  transport_class->dup_remote_fingerprint = fault_transport_dup_remote_fingerprint;
}

static void
fault_transport_init (FaultTransport *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->plan = next_plan;
  next_plan = (FaultPlan){ FAULT_STEP_NONE };
}

PeerTransport *
fault_transport_new (const PeerTransportConfig *config)
{
  FaultTransport *self = g_object_new (FAULT_TYPE_TRANSPORT, NULL);

  self->inner = inner_factory (config);
  g_signal_connect_object (self->inner, "description", G_CALLBACK (on_description), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inner, "candidate", G_CALLBACK (on_candidate), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inner, "gathered", G_CALLBACK (on_gathered), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inner, "open", G_CALLBACK (on_open), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inner, "message", G_CALLBACK (on_message), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inner, "buffered-amount-low", G_CALLBACK (on_low), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inner, "ice-state-changed", G_CALLBACK (on_ice_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inner, "closed", G_CALLBACK (on_closed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inner, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);

  return PEER_TRANSPORT (self);
}
