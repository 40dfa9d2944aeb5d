/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/transport/peer-transport-private.h"

G_BEGIN_DECLS

/* What a transport does, or what is asked of it. */
typedef enum
{
  FAULT_STEP_NONE,
  FAULT_STEP_START,
  FAULT_STEP_DESCRIPTION,
  FAULT_STEP_CANDIDATE,
  FAULT_STEP_REMOTE_DESCRIPTION,
  FAULT_STEP_REMOTE_CANDIDATE,
  FAULT_STEP_ICE_STATE,
  FAULT_STEP_OPEN,
  FAULT_STEP_SEND,
  FAULT_STEP_MESSAGE,
  FAULT_STEP_STATS,
  FAULT_STEP_CLOSE,
  N_FAULT_STEPS,
} FaultStep;

typedef enum
{
  FAULT_KIND_FAIL,      /* the step is not done, and "failed" follows; send() says so itself */
  FAULT_KIND_FAIL_LATE, /* the step is done, and "failed" comes some time later */
  FAULT_KIND_SILENCE,   /* nothing happens from then on; once open, that is noticed in the end */
  FAULT_KIND_CLOSED,    /* as if the other side had closed; before it is open, a failure */
  N_FAULT_KINDS,
} FaultKind;

typedef struct
{
  FaultStep step;
  FaultKind kind;
  guint n_before; /* how often the step succeeds first */
  guint delay;    /* milliseconds, of what comes late */
} FaultPlan;

#define FAULT_TYPE_TRANSPORT (fault_transport_get_type ())
G_DECLARE_FINAL_TYPE (FaultTransport, fault_transport, FAULT, TRANSPORT, PeerTransport)

typedef PeerTransport *(*FaultTransportFactory) (const PeerTransportConfig *config);

/* What is really connected: loopback or WebRTC transports. */
void fault_transport_set_factory (FaultTransportFactory factory);

/* The plan of the next transport that is made. */
void fault_transport_plan_next (const FaultPlan *plan);

/* A transport that works until its plan says otherwise. */
PeerTransport *fault_transport_new (const PeerTransportConfig *config);

G_END_DECLS
