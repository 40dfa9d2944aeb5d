/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How the threads that move packets are scheduled. Under SCHED_BATCH a thread
 * that wakes up does not take the processor from the one that woke it, which
 * saves half of the context switches; but it waits for the threads of other
 * programs as well. So it is for times when those leave the machine alone. */

/* The calling thread moves packets from now on, or does no more. */
void peer_webrtc_policy_enter (void);
void peer_webrtc_policy_leave (void);

/* To be called while packets move, on any thread; it seldom does anything. */
void peer_webrtc_policy_review (void);

G_END_DECLS
