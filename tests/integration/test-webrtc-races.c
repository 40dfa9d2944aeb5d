/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transport-pair.h"

#include "libpeerglib/transport/peer-webrtc-elements-private.h"

#include <gst/gst.h>

/* What libnice and webrtcbin do in an order that only a busy machine shows,
 * brought about on purpose. */

#define NICE_STATE_CONNECTING 2

typedef struct
{
  GMutex lock;
  GPtrArray *objects;
} Collection;

static void
collection_clear (Collection *self)
{
  g_ptr_array_unref (self->objects);
  g_mutex_clear (&self->lock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Collection, collection_clear)

static void
collection_init (Collection *self)
{
  g_mutex_init (&self->lock);
  self->objects = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
collection_add (Collection *self,
                GObject *object)
{
  g_mutex_lock (&self->lock);
  if (!g_ptr_array_find (self->objects, object, NULL))
    g_ptr_array_add (self->objects, g_object_ref (object));
  g_mutex_unlock (&self->lock);
}

static gboolean
collect_instance (GSignalInvocationHint *hint,
                  guint n_values,
                  const GValue *values,
                  gpointer user_data)
{
  collection_add (user_data, g_value_get_object (&values[0]));

  return TRUE;
}

static gboolean
collect_sctp (GSignalInvocationHint *hint,
              guint n_values,
              const GValue *values,
              gpointer user_data)
{
  GstElement *element = g_value_get_object (&values[2]);

  if (peer_webrtc_element_is (element, "sctpdec") || peer_webrtc_element_is (element, "sctpenc"))
    collection_add (user_data, G_OBJECT (element));

  return TRUE;
}

static void
exchange (Pair *pair)
{
  g_assert_true (end_send_text (&pair->offerer, "there"));
  wait_for_messages (&pair->answerer, 1);
  g_assert_true (end_send_text (&pair->answerer, "back"));
  wait_for_messages (&pair->offerer, 1);
}

static void
test_late_ice_state (void)
{
  g_auto (Collection) agents = { 0 };
  gulong hook;
  guint signal;
  Pair pair;

  g_test_summary ("A connection goes on when libnice tells last that it looks for a path");

  /* The type is there once somebody has made one. */
  pair_open (&pair);
  pair_clear (&pair);

  collection_init (&agents);
  signal = g_signal_lookup ("component-state-changed", g_type_from_name ("NiceAgent"));
  g_assert_cmpuint (signal, !=, 0);
  hook = g_signal_add_emission_hook (signal, 0, collect_instance, &agents, NULL);
  pair_open (&pair);
  g_signal_remove_emission_hook (signal, hook);
  g_assert_cmpuint (agents.objects->len, ==, 2);

  for (guint i = 0; i < agents.objects->len; i++)
    g_signal_emit (g_ptr_array_index (agents.objects, i), signal, 0, 1, 1, NICE_STATE_CONNECTING);
  exchange (&pair);
  g_ptr_array_set_size (agents.objects, 0);
  pair_clear (&pair);
}

static guint
get_association (GObject *element)
{
  guint number;

  g_object_get (element, "sctp-association-id", &number, NULL);

  return number;
}

static void
test_associations (void)
{
  g_auto (Collection) elements = { 0 };
  g_autoptr (GHashTable) n_elements = g_hash_table_new (NULL, NULL);
  guint signal = g_signal_lookup ("deep-element-added", GST_TYPE_BIN);
  gulong hook;
  Pair pairs[2];
  GHashTableIter iter;
  gpointer n;

  g_test_summary ("No two connections of a process have the same association");

  collection_init (&elements);
  hook = g_signal_add_emission_hook (signal, 0, collect_sctp, &elements, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    pair_open (&pairs[i]);
  g_signal_remove_emission_hook (signal, hook);

  g_assert_cmpuint (elements.objects->len, ==, 8);
  for (guint i = 0; i < elements.objects->len; i++)
    {
      gpointer number = GUINT_TO_POINTER (get_association (g_ptr_array_index (elements.objects, i)));

      /* By lot, one of the first would be rare. */
      g_assert_cmpuint (GPOINTER_TO_UINT (number), <, 64);
      g_hash_table_insert (n_elements, number,
                           GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (n_elements, number)) + 1));
    }
  g_assert_cmpuint (g_hash_table_size (n_elements), ==, 4);
  g_hash_table_iter_init (&iter, n_elements);
  while (g_hash_table_iter_next (&iter, NULL, &n))
    g_assert_cmpuint (GPOINTER_TO_UINT (n), ==, 2);

  g_ptr_array_set_size (elements.objects, 0);
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    pair_clear (&pairs[i]);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);

  g_test_add_func ("/webrtc-races/late-ice-state", test_late_ice_state);
  g_test_add_func ("/webrtc-races/associations", test_associations);

  return g_test_run ();
}
