/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one thread of the process on which pipelines are made, changed and
 * destroyed, which takes milliseconds each time. */

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

G_END_DECLS
