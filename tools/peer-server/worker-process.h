/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* This program again, as a worker. It ends with its parent. */
typedef struct _WorkerProcess WorkerProcess;

/* Ready is called once, when it listens, ended when it is no more, unless it
 * was freed before. */
WorkerProcess *worker_process_new (const char *const *arguments,
                                   guint index,
                                   GSocket *socket,
                                   void (*ready) (gpointer user_data),
                                   void (*ended) (int wait_status,
                                                  gpointer user_data),
                                   gpointer user_data,
                                   GError **error);
void worker_process_free (WorkerProcess *self);

gboolean worker_process_is_ready (WorkerProcess *self);
void worker_process_signal (WorkerProcess *self,
                            int signal_number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WorkerProcess, worker_process_free)

G_END_DECLS
