/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/transport/peer-loopback-transport-private.h"
#include "libpeerglib/transport/peer-transport-queue-private.h"

#define N_THREADS 4
#define N_MESSAGES 2000
#define MESSAGE_SIZE 8192

/* Many threads push what one owner hears. */
typedef struct
{
  PeerTransport *transport;
  PeerTransportQueue *queue;
  guint next[N_THREADS]; /* message of each thread */
  guint n_messages;
  guint n_states;
  guint n_open;
  guint n_failed;
} Owner;

typedef struct
{
  Owner *owner;
  guint8 number;
} Pusher;

static void
on_message (PeerTransport *transport,
            GBytes *bytes,
            gboolean is_text,
            Owner *owner)
{
  const guint32 *words = g_bytes_get_data (bytes, NULL);

  g_assert_cmpuint (owner->n_open, ==, 1);
  g_assert_cmpuint (words[0], <, N_THREADS);
  g_assert_cmpuint (words[1], ==, owner->next[words[0]]++);
  owner->n_messages++;
}

static void
on_state (PeerTransport *transport,
          PeerIceConnectionState state,
          Owner *owner)
{
  owner->n_states++;
}

static void
on_open (PeerTransport *transport,
         Owner *owner)
{
  owner->n_open++;
}

static void
on_failed (PeerTransport *transport,
           const GError *error,
           Owner *owner)
{
  owner->n_failed++;
}

static void
owner_init (Owner *owner)
{
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();

  *owner = (Owner){ 0 };
  owner->transport = peer_loopback_transport_new (config);
  owner->queue = peer_transport_queue_new (owner->transport);
  g_signal_connect (owner->transport, "message", G_CALLBACK (on_message), owner);
  g_signal_connect (owner->transport, "ice-state-changed", G_CALLBACK (on_state), owner);
  g_signal_connect (owner->transport, "open", G_CALLBACK (on_open), owner);
  g_signal_connect (owner->transport, "failed", G_CALLBACK (on_failed), owner);
}

static void
owner_clear (Owner *owner)
{
  peer_transport_queue_close (owner->queue);
  peer_transport_queue_unref (owner->queue);
  g_assert_finalize_object (owner->transport);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gpointer
push (gpointer user_data)
{
  Pusher *pusher = user_data;
  PeerTransportQueue *queue = peer_transport_queue_ref (pusher->owner->queue);

  peer_transport_queue_push_open (queue);
  for (guint32 i = 0; i < N_MESSAGES; i++)
    {
      guint32 *words = g_malloc0 (MESSAGE_SIZE);
      g_autoptr (GBytes) bytes = NULL;

      words[0] = pusher->number;
      words[1] = i;
      bytes = g_bytes_new_take (words, MESSAGE_SIZE);
      peer_transport_queue_wait_for_room (queue);
      peer_transport_queue_push_message (queue, bytes, FALSE);
      if (i % 100 == 0)
        peer_transport_queue_push_ice_state (queue, PEER_ICE_CONNECTION_STATE_CONNECTED);
      peer_transport_queue_push_buffered_amount_low (queue);
    }
  peer_transport_queue_unref (queue);

  return NULL;
}

static void
start (Owner *owner,
       Pusher *pushers,
       GThread **threads)
{
  for (guint8 i = 0; i < N_THREADS; i++)
    {
      pushers[i] = (Pusher){ owner, i };
      threads[i] = g_thread_new ("pusher", push, &pushers[i]);
    }
}

static void
test_order (void)
{
  Owner owner;
  Pusher pushers[N_THREADS];
  GThread *threads[N_THREADS];

  g_test_summary ("What each of several threads pushes comes whole and in its order");

  owner_init (&owner);
  start (&owner, pushers, threads);
  while (owner.n_messages < N_THREADS * N_MESSAGES)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (owner.n_open, ==, 1);
  g_assert_cmpuint (owner.n_states, >, 0);
  owner_clear (&owner);
}

static void
test_end (void)
{
  g_test_summary ("A queue may end while threads push, and while they wait for room");

  for (guint round = 0; round < 20; round++)
    {
      Owner owner;
      Pusher pushers[N_THREADS];
      GThread *threads[N_THREADS];
      g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_WEBRTC, "Test");

      owner_init (&owner);
      start (&owner, pushers, threads);
      while (owner.n_messages < round * 50)
        g_main_context_iteration (NULL, TRUE);
      if (round % 2 == 0)
        peer_transport_queue_close (owner.queue);
      else
        peer_transport_queue_push_failed (owner.queue, error);
      for (guint i = 0; i < N_THREADS; i++)
        g_thread_join (threads[i]);
      while (round % 2 == 1 && owner.n_failed == 0)
        g_main_context_iteration (NULL, TRUE);
      owner_clear (&owner);
      g_assert_cmpuint (owner.n_failed, ==, round % 2);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/transport-queue/order", test_order);
  g_test_add_func ("/transport-queue/end", test_end);

  return g_test_run ();
}
