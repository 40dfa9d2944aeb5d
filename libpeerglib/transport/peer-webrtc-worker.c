/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-worker-private.h"

#include <openssl/crypto.h>

static gpointer
run (gpointer user_data)
{
  GMainContext *context = user_data;

  g_main_context_push_thread_default (context);

  for (;;)
    g_main_context_iteration (context, TRUE);

  return NULL;
}

static GMainContext *
get_context (void)
{
  static GMainContext *context;

  if (g_once_init_enter (&context))
    {
      GMainContext *new_context = g_main_context_new ();

      /* A process may exit while the threads of links encrypt: OpenSSL must
       * not be taken down under them. */
      OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
      g_thread_unref (g_thread_new ("peer-webrtc", run, new_context));
      g_once_init_leave (&context, new_context);
    }

  return context;
}

static void
attach (GSource *source,
        int priority,
        GSourceFunc func,
        gpointer user_data,
        GDestroyNotify notify)
{
  g_source_set_static_name (source, "PeerWebrtcWorker");
  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, user_data, notify);
  g_source_attach (source, get_context ());
  g_source_unref (source);
}

void
peer_webrtc_worker_invoke (int priority,
                           GSourceFunc func,
                           gpointer user_data,
                           GDestroyNotify notify)
{
  attach (g_idle_source_new (), priority, func, user_data, notify);
}

void
peer_webrtc_worker_add_timeout (guint milliseconds,
                                GSourceFunc func,
                                gpointer user_data,
                                GDestroyNotify notify)
{
  attach (g_timeout_source_new (milliseconds), G_PRIORITY_DEFAULT, func, user_data, notify);
}

static gboolean
dispatch_timer (GSource *source,
                GSourceFunc callback,
                gpointer user_data)
{
  g_source_set_ready_time (source, -1);

  return callback (user_data);
}

GSource *
peer_webrtc_worker_add_timer (GSourceFunc func)
{
  static GSourceFuncs timer_funcs = { NULL, NULL, dispatch_timer, NULL, NULL, NULL };
  GSource *source = g_source_new (&timer_funcs, sizeof (GSource));

  attach (g_source_ref (source), G_PRIORITY_DEFAULT, func, NULL, NULL);

  return source;
}
