/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Tells the service manager that waits at NOTIFY_SOCKET, if any, how the
 * program is: lines as sd_notify(3) has them. What cannot be told is not. */
void notify_send (const char *state);

/* Returns the microseconds after which the service manager gives up a program
 * that has not sent WATCHDOG=1, or 0. */
guint64 notify_get_watchdog (void);

G_END_DECLS
