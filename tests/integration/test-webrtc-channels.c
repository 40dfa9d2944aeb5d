/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transport-pair.h"

#include "libpeerglib/transport/peer-webrtc-link-private.h"

#include <string.h>

static void
on_candidate (PeerTransport *transport,
              const PeerIceCandidate *candidate,
              GPtrArray *candidates)
{
  g_ptr_array_add (candidates, g_strdup (candidate->candidate));
}

static void
test_gathered (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (g_free);
  Pair pair;

  g_test_summary ("Candidates that are collected until there are no more make a connection");

  pair_init (&pair, config);
  pair.offerer.keeps_candidates = TRUE;
  pair.answerer.keeps_candidates = TRUE;
  g_signal_connect (pair.answerer.transport, "candidate", G_CALLBACK (on_candidate), candidates);
  pair_start (&pair);
  wait_for (&pair.offerer.has_gathered);
  wait_for (&pair.answerer.has_gathered);
  g_assert_cmpuint (candidates->len, >, 0);
  g_assert_false (pair.offerer.is_open);

  for (guint i = 0; i < candidates->len; i++)
    {
      const PeerIceCandidate candidate = { candidates->pdata[i], NULL, 0, NULL };

      peer_transport_add_remote_candidate (pair.offerer.transport, &candidate);
    }
  wait_for (&pair.offerer.is_open);
  wait_for (&pair.answerer.is_open);
  pair_clear (&pair);
}

/* One channel beside the first, of one side. */
typedef struct
{
  PeerTransport *transport;
  char *label;
  GString *received;
  gboolean is_open;
  gboolean is_closed;
  GError *error;
} Further;

static void
on_open (PeerTransport *transport,
         Further *further)
{
  g_assert_false (further->is_open);
  further->is_open = TRUE;
}

static void
on_message (PeerTransport *transport,
            GBytes *bytes,
            gboolean is_text,
            Further *further)
{
  g_assert_true (further->is_open);
  g_string_append_printf (further->received, "%.*s;", (int) g_bytes_get_size (bytes),
                          (const char *) g_bytes_get_data (bytes, NULL));
}

static void
on_closed (PeerTransport *transport,
           Further *further)
{
  further->is_closed = TRUE;
}

static void
on_failed (PeerTransport *transport,
           const GError *error,
           Further *further)
{
  further->error = g_error_copy (error);
}

static void
further_follow (Further *further,
                PeerTransport *transport)
{
  further->transport = g_object_ref (transport);
  further->received = g_string_new (NULL);
  g_signal_connect (transport, "open", G_CALLBACK (on_open), further);
  g_signal_connect (transport, "message", G_CALLBACK (on_message), further);
  g_signal_connect (transport, "closed", G_CALLBACK (on_closed), further);
  g_signal_connect (transport, "failed", G_CALLBACK (on_failed), further);
}

static void
further_add (Further *further,
             End *end,
             const PeerTransportChannel *options)
{
  g_autoptr (PeerTransport) transport = peer_transport_add_channel (end->transport, options);

  g_assert_nonnull (transport);
  further_follow (further, transport);
}

static void
further_clear (Further *further)
{
  if (further->received == NULL)
    return;

  if (further->transport != NULL)
    g_assert_finalize_object (further->transport);
  g_string_free (further->received, TRUE);
  g_free (further->label);
  g_clear_error (&further->error);
}

static gboolean
further_send (Further *further,
              const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return peer_transport_send (further->transport, bytes, TRUE, NULL);
}

#define MAX_FURTHER 40

/* Those that one side was told of. */
typedef struct
{
  Further list[MAX_FURTHER];
  guint n;
} Incoming;

static void
on_channel (PeerTransport *transport,
            PeerTransport *channel,
            const char *label,
            Incoming *incoming)
{
  Further *further = &incoming->list[incoming->n++];

  g_assert_cmpuint (incoming->n, <=, MAX_FURTHER);
  further_follow (further, channel);
  further->label = g_strdup (label);
}

static void
incoming_init (Incoming *incoming,
               End *end)
{
  memset (incoming, 0, sizeof *incoming);
  g_signal_connect (end->transport, "channel", G_CALLBACK (on_channel), incoming);
}

static void
incoming_clear (Incoming *incoming)
{
  for (guint i = 0; i < incoming->n; i++)
    further_clear (&incoming->list[i]);
}

static Further *
incoming_find (Incoming *incoming,
               const char *label)
{
  for (guint i = 0; i < incoming->n; i++)
    {
      if (g_strcmp0 (incoming->list[i].label, label) == 0)
        return &incoming->list[i];
    }

  return NULL;
}

typedef struct
{
  Incoming *incoming;
  const char *label;
} Search;

static gboolean
is_incoming_open (gpointer user_data)
{
  const Search *search = user_data;
  const Further *further = incoming_find (search->incoming, search->label);

  return further != NULL && further->is_open;
}

static Further *
wait_for_incoming (Incoming *incoming,
                   const char *label)
{
  Search search = { incoming, label };

  wait_until (is_incoming_open, &search);

  return incoming_find (incoming, label);
}

typedef struct
{
  Further *further;
  const char *text;
} Expected;

static gboolean
has_received (gpointer user_data)
{
  const Expected *expected = user_data;

  return expected->further->received->len >= strlen (expected->text);
}

static void
wait_for_text (Further *further,
               const char *text)
{
  Expected expected = { further, text };

  wait_until (has_received, &expected);
  g_assert_cmpstr (further->received->str, ==, text);
}

static const PeerTransportChannel reliable = { "reliable", TRUE, -1, -1 };
static const PeerTransportChannel game = { "game", FALSE, 3, -1 };
static const PeerTransportChannel late = { "spät", FALSE, -1, 500 };

static void
test_both_ways (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  g_autofree char *first_label = NULL;
  Incoming offerers, answerers;
  Further ours, theirs, added;
  Pair pair;

  g_test_summary ("Both sides open channels before and after the link is open, with the options they chose");

  memset (&ours, 0, sizeof ours);
  memset (&theirs, 0, sizeof theirs);
  memset (&added, 0, sizeof added);
  pair_init (&pair, config);
  incoming_init (&offerers, &pair.offerer);
  incoming_init (&answerers, &pair.answerer);
  further_add (&ours, &pair.offerer, &reliable);
  further_add (&theirs, &pair.answerer, &game);
  g_assert_false (further_send (&ours, "early"));
  pair_start (&pair);
  wait_for (&ours.is_open);
  wait_for (&theirs.is_open);
  wait_for (&pair.answerer.is_open);
  further_add (&added, &pair.answerer, &late);
  wait_for (&added.is_open);

  first_label = peer_transport_dup_label (pair.answerer.transport);
  g_assert_cmpstr (first_label, ==, "test");
  g_assert_true (further_send (&ours, "1"));
  g_assert_true (further_send (&theirs, "2"));
  g_assert_true (further_send (&added, "3"));
  g_assert_true (end_send_text (&pair.offerer, "4"));
  wait_for_text (wait_for_incoming (&answerers, "reliable"), "1;");
  wait_for_text (wait_for_incoming (&offerers, "game"), "2;");
  wait_for_text (wait_for_incoming (&offerers, "spät"), "3;");
  wait_for_messages (&pair.answerer, 1);

  g_assert_true (peer_transport_is_ordered (incoming_find (&answerers, "reliable")->transport));
  g_assert_false (peer_transport_is_ordered (incoming_find (&offerers, "game")->transport));
  g_assert_true (further_send (incoming_find (&offerers, "game"), "back"));
  wait_for_text (&theirs, "back;");
  g_assert_cmpuint (offerers.n, ==, 2);
  g_assert_cmpuint (answerers.n, ==, 1);

  incoming_clear (&offerers);
  incoming_clear (&answerers);
  further_clear (&ours);
  further_clear (&theirs);
  further_clear (&added);
  pair_clear (&pair);
}

static gboolean
are_links_gone (gpointer user_data)
{
  return peer_webrtc_link_get_n_links () == 0;
}

static void
test_close (void)
{
  Incoming incoming;
  Further a = { 0 }, b = { 0 };
  Pair pair;

  g_test_summary ("Each channel ends alone, after what was sent on it, and the link ends with the last");

  pair_open (&pair);
  incoming_init (&incoming, &pair.answerer);
  further_add (&a, &pair.offerer, &reliable);
  further_add (&b, &pair.offerer, &late);
  wait_for_incoming (&incoming, "reliable");
  wait_for_incoming (&incoming, "spät");

  g_assert_true (further_send (&a, "last"));
  peer_transport_close (a.transport);
  wait_for (&incoming_find (&incoming, "reliable")->is_closed);
  g_assert_cmpstr (incoming_find (&incoming, "reliable")->received->str, ==, "last;");
  g_assert_false (further_send (incoming_find (&incoming, "reliable"), "x"));

  g_assert_true (end_send_text (&pair.answerer, "last as well"));
  peer_transport_close (pair.answerer.transport);
  wait_for (&pair.offerer.is_closed);
  g_assert_cmpuint (pair.offerer.n_messages, ==, 1);
  g_assert_true (further_send (&b, "here"));
  g_assert_true (further_send (incoming_find (&incoming, "spät"), "there"));
  wait_for_text (incoming_find (&incoming, "spät"), "here;");
  wait_for_text (&b, "there;");
  g_assert_null (peer_transport_add_channel (pair.offerer.transport, &game));
  g_assert_false (b.is_closed);

  further_clear (&b);
  wait_for (&incoming_find (&incoming, "spät")->is_closed);
  further_clear (&a);
  incoming_clear (&incoming);
  pair_clear (&pair);
  wait_until (are_links_gone, NULL);
}

static void
test_unwanted (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  Further a = { 0 }, b = { 0 };
  Pair pair;

  g_test_summary ("A channel that nobody keeps is closed, and one that is closed early never stays open");

  pair_init (&pair, config);
  further_add (&a, &pair.offerer, &reliable);
  further_add (&b, &pair.offerer, &game);
  peer_transport_close (b.transport);
  pair_start (&pair);
  wait_for (&a.is_open);
  wait_for (&a.is_closed);
  wait_for (&pair.offerer.is_open);
  g_assert_true (end_send_text (&pair.offerer, "text"));
  wait_for_messages (&pair.answerer, 1);
  g_assert_false (b.is_open);
  g_assert_no_error (pair.offerer.error);
  further_clear (&a);
  further_clear (&b);
  pair_clear (&pair);
}

static void
test_limit (void)
{
  Incoming incoming;
  Further *added = g_new0 (Further, PEER_TRANSPORT_MAX_CHANNELS + 1);
  Pair pair;
  guint n = PEER_TRANSPORT_MAX_CHANNELS - 1;

  g_test_summary ("Channels beyond what the other side takes are closed, and the others stay");

  pair_open (&pair);
  incoming_init (&incoming, &pair.answerer);
  for (guint i = 0; i < n; i++)
    {
      further_add (&added[i], &pair.offerer, i == 0 ? &reliable : &game);
      wait_for (&added[i].is_open);
    }
  while (incoming.n < n)
    g_main_context_iteration (NULL, TRUE);
  further_add (&added[n], &pair.offerer, &game);
  wait_for (&added[n].is_closed);
  for (guint i = 0; i < n; i++)
    g_assert_false (added[i].is_closed);
  g_assert_cmpuint (incoming.n, ==, n);

  peer_transport_close (added[0].transport);
  wait_for (&incoming_find (&incoming, "reliable")->is_closed);
  further_add (&added[n + 1], &pair.offerer, &late);
  wait_for_incoming (&incoming, "spät");

  incoming_clear (&incoming);
  for (guint i = 0; i <= n + 1; i++)
    further_clear (&added[i]);
  g_free (added);
  pair_clear (&pair);
}

static void
test_link_fails (void)
{
  Further a = { 0 };
  Incoming incoming;
  Pair pair;

  g_test_summary ("The end of the link is the end of every channel");

  pair_open (&pair);
  incoming_init (&incoming, &pair.answerer);
  further_add (&a, &pair.offerer, &reliable);
  wait_for_incoming (&incoming, "reliable");
  incoming_clear (&incoming);
  g_assert_finalize_object (g_steal_pointer (&pair.answerer.transport));
  wait_for (&a.is_closed);
  wait_for (&pair.offerer.is_closed);
  g_assert_false (further_send (&a, "x"));
  further_clear (&a);
  pair_clear (&pair);
}

static void
test_never_open (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  Further a = { 0 };
  Pair pair;

  g_test_summary ("A channel fails when its link is closed before it was open");

  pair_init (&pair, config);
  further_add (&a, &pair.offerer, &reliable);
  peer_transport_start (pair.offerer.transport);
  peer_transport_close (pair.offerer.transport);
  while (a.error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (a.error, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);
  further_clear (&a);
  pair_clear (&pair);
  wait_until (are_links_gone, NULL);
}

#define BULK_MESSAGES 400
#define BULK_SIZE 65536
#define N_BULK 3

typedef struct
{
  gsize n_bytes[N_BULK];
  GPtrArray *channels;
} Bulk;

static void
on_bulk_message (PeerTransport *transport,
                 GBytes *bytes,
                 gboolean is_text,
                 gsize *n_bytes)
{
  *n_bytes += g_bytes_get_size (bytes);
}

static void
on_bulk_channel (PeerTransport *transport,
                 PeerTransport *channel,
                 const char *label,
                 Bulk *bulk)
{
  g_signal_connect (channel, "message", G_CALLBACK (on_bulk_message), &bulk->n_bytes[bulk->channels->len]);
  g_ptr_array_add (bulk->channels, g_object_ref (channel));
}

static gboolean
has_all_bytes (gpointer user_data)
{
  const Bulk *bulk = user_data;

  for (guint i = 0; i < N_BULK; i++)
    {
      if (bulk->n_bytes[i] < (gsize) BULK_MESSAGES * BULK_SIZE)
        return FALSE;
    }

  return TRUE;
}

static gboolean
has_all_acknowledged (gpointer user_data)
{
  return peer_transport_get_unacknowledged_amount (user_data) == 0;
}

static void
test_bulk (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (BULK_SIZE), BULK_SIZE);
  Bulk bulk = { { 0 }, g_ptr_array_new_with_free_func (g_object_unref) };
  Further channels[N_BULK] = { 0 };
  Pair pair;

  g_test_summary ("Channels that are all full carry everything, count apart, and hold nobody up");

  pair_open (&pair);
  g_signal_connect (pair.answerer.transport, "channel", G_CALLBACK (on_bulk_channel), &bulk);
  for (guint i = 0; i < N_BULK; i++)
    {
      further_add (&channels[i], &pair.offerer, &reliable);
      wait_for (&channels[i].is_open);
    }

  for (guint n = 0; n < BULK_MESSAGES; n++)
    {
      for (guint i = 0; i < N_BULK; i++)
        g_assert_true (peer_transport_send (channels[i].transport, bytes, FALSE, NULL));
      /* Small ones in between do not wait for the others on this thread. */
      g_assert_true (end_send_text (&pair.offerer, "small"));
    }
  wait_until (has_all_bytes, &bulk);
  wait_for_messages (&pair.answerer, BULK_MESSAGES);
  for (guint i = 0; i < N_BULK; i++)
    {
      wait_until (has_all_acknowledged, channels[i].transport);
      g_assert_cmpuint (peer_transport_get_buffered_amount (channels[i].transport), ==, 0);
      g_assert_cmpuint (bulk.n_bytes[i], ==, (gsize) BULK_MESSAGES * BULK_SIZE);
      further_clear (&channels[i]);
    }
  g_ptr_array_unref (bulk.channels);
  pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/webrtc-channels/gathered", test_gathered);
  g_test_add_func ("/webrtc-channels/both-ways", test_both_ways);
  g_test_add_func ("/webrtc-channels/close", test_close);
  g_test_add_func ("/webrtc-channels/unwanted", test_unwanted);
  g_test_add_func ("/webrtc-channels/limit", test_limit);
  g_test_add_func ("/webrtc-channels/link-fails", test_link_fails);
  g_test_add_func ("/webrtc-channels/never-open", test_never_open);
  g_test_add_func ("/webrtc-channels/bulk", test_bulk);

  return g_test_run ();
}
