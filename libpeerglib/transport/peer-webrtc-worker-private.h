/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one thread of the process on which pipelines are made, changed and
 * destroyed, which takes milliseconds each time. It runs under SCHED_BATCH
 * where the system has it, and so do the threads that are started from it. */

/* Runs func on the worker, in the order of the calls with equal priority. */
void peer_webrtc_worker_invoke (int priority,
                                GSourceFunc func,
                                gpointer user_data,
                                GDestroyNotify notify);

/* Calls func on the worker every so often until it returns FALSE. */
void peer_webrtc_worker_add_timeout (guint milliseconds,
                                     GSourceFunc func,
                                     gpointer user_data,
                                     GDestroyNotify notify);

/* Calls func on the worker at the source's ready time, which is never at first.
 * It lives as long as the process. */
GSource *peer_webrtc_worker_add_timer (GSourceFunc func);

/* The policy of the calling thread: a thread that moves packets gains more
 * from keeping its turn than from waking up at once. */
void peer_webrtc_worker_enter_batch_policy (void);
void peer_webrtc_worker_leave_batch_policy (void);

G_END_DECLS
