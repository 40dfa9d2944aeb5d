/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transport-pair.h"

#include "libpeerglib/transport/peer-webrtc-link-private.h"
#include "libpeerglib/transport/peer-webrtc-worker-private.h"

#include <gst/gst.h>

#define N_ROUNDS 50

static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (tasks) != NULL)
    n++;

  return n;
}

static gboolean
has_few_threads (gpointer user_data)
{
  return count_threads () <= *(const guint *) user_data;
}

static void
open_and_close (guint round)
{
  Pair pair;

  pair_open (&pair);
  g_assert_true (end_send_text (&pair.offerer, "there"));
  g_assert_true (end_send_text (&pair.answerer, "back"));
  wait_for_messages (&pair.answerer, 1);
  wait_for_messages (&pair.offerer, 1);

  /* Each side first in turn, then both at once, then neither. */
  if (round % 4 == 0)
    peer_transport_close (pair.offerer.transport);
  else if (round % 4 == 1)
    peer_transport_close (pair.answerer.transport);
  if (round % 4 == 0)
    wait_for (&pair.answerer.is_closed);
  else if (round % 4 == 1)
    wait_for (&pair.offerer.is_closed);
  else if (round % 4 == 2)
    {
      peer_transport_close (pair.offerer.transport);
      peer_transport_close (pair.answerer.transport);
    }
  pair_clear (&pair);
}

/* GStreamer, GLib and usrsctp keep some for themselves, and GLib's pool some
 * that wait for work; one link has ten. */
#define MAX_THREADS 12

static gboolean
has_no_links (gpointer user_data)
{
  return peer_webrtc_link_get_n_links () == 0;
}

static gboolean
set_flag (gpointer user_data)
{
  g_atomic_int_set ((gint *) user_data, TRUE);

  return G_SOURCE_REMOVE;
}

static gboolean
is_flag_set (gpointer user_data)
{
  return g_atomic_int_get ((gint *) user_data);
}

/* The worker may be about to drop the elements of the last. */
static void
wait_for_links (void)
{
  gboolean is_idle = FALSE;

  wait_until (has_no_links, NULL);
  peer_webrtc_worker_invoke (G_PRIORITY_LOW, set_flag, &is_idle, NULL);
  wait_until (is_flag_set, &is_idle);
}

static void
test_threads (void)
{
  guint n_threads = MAX_THREADS;

  g_test_summary ("Threads are gone after connections are");

  for (guint i = 0; i < N_ROUNDS; i++)
    open_and_close (i);
  wait_for_links ();
  wait_until (has_few_threads, &n_threads);
}

static GstTracer *
find_leaks_tracer (void)
{
  g_autolist (GstTracer) tracers = gst_tracing_get_active_tracers ();

  for (GList *l = tracers; l != NULL; l = l->next)
    {
      if (g_strcmp0 (G_OBJECT_TYPE_NAME (l->data), "GstLeaksTracer") == 0)
        return gst_object_ref (l->data);
    }

  return NULL;
}

/* The tracer gives away references that it does not have, so the answer is
 * never freed. */
static guint
count_objects (GstTracer *tracer)
{
  static GstStructure *live;
  const GValue *list;
  guint n = 0;

  g_signal_emit_by_name (tracer, "get-live-objects", &live);
  list = gst_structure_get_value (live, "live-objects-list");
  for (guint i = 0; i < gst_value_list_get_size (list); i++)
    {
      const GstStructure *info = gst_value_get_structure (gst_value_list_get_value (list, i));
      const GValue *object = gst_structure_get_value (info, "object");

      if (G_VALUE_HOLDS (object, GST_TYPE_ELEMENT) || G_VALUE_HOLDS (object, GST_TYPE_PAD))
        n++;
    }

  return n;
}

static void
test_objects (void)
{
  g_autoptr (GstTracer) tracer = NULL;

  g_test_summary ("No element and no pad is left when connections are gone");

  g_assert_true (peer_webrtc_transport_check (NULL));
  tracer = find_leaks_tracer ();
  g_assert_nonnull (tracer);
  for (guint i = 0; i < (g_getenv ("PEER_TEST_LONG") != NULL ? 200 : 4); i++)
    open_and_close (i);
  wait_for_links ();
  g_assert_cmpuint (count_objects (tracer), ==, 0);
}

int
main (int argc,
      char *argv[])
{
  g_setenv ("GST_TRACERS", "leaks", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/webrtc-leaks/threads", test_threads);
  g_test_add_func ("/webrtc-leaks/objects", test_objects);

  return g_test_run ();
}
