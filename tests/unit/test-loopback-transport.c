/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>
#include <string.h>

#include "libpeerglib/transport/peer-certificate-private.h"
#include "libpeerglib/transport/peer-loopback-transport-private.h"

#define DEADLINE_SECONDS 120

/* A third of it is bearable, and all of it outlasts the mending. */
#define LONG_MILLISECONDS 6000

/* One end of a link; events has a letter for each signal: Description,
 * Candidate, Ice state, Open, Message, Low, closed (X), Failed. */
typedef struct _End End;

struct _End
{
  PeerTransport *transport;
  End *other;
  GMainContext *context;
  GString *events;
  GString *received;
  GError *error;
  gboolean closes_on_message;
};

typedef struct
{
  End offerer;
  End answerer;
} Pair;

static void
on_description (PeerTransport *transport,
                const char *type,
                const char *sdp,
                End *end)
{
  g_string_append_c (end->events, 'D');
  if (end->other != NULL)
    peer_transport_set_remote_description (end->other->transport, type, sdp);
}

static void
on_candidate (PeerTransport *transport,
              const PeerIceCandidate *candidate,
              End *end)
{
  g_string_append_c (end->events, 'C');
  g_assert_true (g_str_has_prefix (candidate->candidate, "candidate:"));
  g_assert_cmpstr (candidate->sdp_mid, ==, "0");
  if (end->other != NULL)
    peer_transport_add_remote_candidate (end->other->transport, candidate);
}

static void
on_ice_state (PeerTransport *transport,
              PeerIceConnectionState state,
              End *end)
{
  g_string_append_c (end->events, 'I');
}

static void
on_open (PeerTransport *transport,
         End *end)
{
  g_string_append_c (end->events, 'O');
  g_assert_true (g_main_context_is_owner (end->context));
}

static void
on_message (PeerTransport *transport,
            GBytes *bytes,
            gboolean is_text,
            End *end)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_string_append_c (end->events, 'M');
  g_string_append_printf (end->received, "%c%.*s;", is_text ? 't' : 'b', (int) size, size > 0 ? data : "");
  if (end->closes_on_message)
    peer_transport_close (transport);
}

static void
on_low (PeerTransport *transport,
        End *end)
{
  g_string_append_c (end->events, 'L');
}

static void
on_closed (PeerTransport *transport,
           End *end)
{
  g_string_append_c (end->events, 'X');
}

static void
on_failed (PeerTransport *transport,
           const GError *error,
           End *end)
{
  g_string_append_c (end->events, 'F');
  end->error = g_error_copy (error);
}

static void
end_init (End *end,
          const PeerTransportConfig *config)
{
  end->transport = peer_loopback_transport_new (config);
  end->context = g_main_context_ref_thread_default ();
  end->events = g_string_new (NULL);
  end->received = g_string_new (NULL);
  g_signal_connect (end->transport, "description", G_CALLBACK (on_description), end);
  g_signal_connect (end->transport, "candidate", G_CALLBACK (on_candidate), end);
  g_signal_connect (end->transport, "ice-state-changed", G_CALLBACK (on_ice_state), end);
  g_signal_connect (end->transport, "open", G_CALLBACK (on_open), end);
  g_signal_connect (end->transport, "message", G_CALLBACK (on_message), end);
  g_signal_connect (end->transport, "buffered-amount-low", G_CALLBACK (on_low), end);
  g_signal_connect (end->transport, "closed", G_CALLBACK (on_closed), end);
  g_signal_connect (end->transport, "failed", G_CALLBACK (on_failed), end);
}

static void
pair_init (Pair *pair)
{
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();

  memset (pair, 0, sizeof *pair);
  config->ordered = TRUE;
  config->buffered_amount_low_threshold = 4;
  config->is_offerer = TRUE;
  end_init (&pair->offerer, config);
  config->is_offerer = FALSE;
  end_init (&pair->answerer, config);
  pair->offerer.other = &pair->answerer;
  pair->answerer.other = &pair->offerer;
}

/* Until nothing is left to do. */
static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
pair_open (Pair *pair)
{
  pair_init (pair);
  peer_transport_start (pair->answerer.transport);
  peer_transport_start (pair->offerer.transport);
  settle ();
}

static void
end_clear (End *end)
{
  if (end->transport != NULL)
    g_assert_finalize_object (end->transport);
  g_main_context_unref (end->context);
  g_string_free (end->events, TRUE);
  g_string_free (end->received, TRUE);
  g_clear_error (&end->error);
}

static void
pair_clear (Pair *pair)
{
  end_clear (&pair->offerer);
  end_clear (&pair->answerer);
}

static gboolean
send_text (End *end,
           const char *text,
           GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return peer_transport_send (end->transport, bytes, TRUE, error);
}

static void
test_open (void)
{
  Pair pair;

  g_test_summary ("Descriptions and candidates of both sides come before the channel is open");

  pair_init (&pair);
  peer_transport_start (pair.answerer.transport);
  peer_transport_start (pair.offerer.transport);
  g_assert_cmpstr (pair.offerer.events->str, ==, "");

  settle ();

  g_assert_cmpstr (pair.offerer.events->str, ==, "DCCIIO");
  g_assert_cmpstr (pair.answerer.events->str, ==, "DCCIIO");

  pair_clear (&pair);
}

static void
test_messages (void)
{
  g_autoptr (GBytes) binary = g_bytes_new_static ("two", 3);
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  Pair pair;

  g_test_summary ("Messages arrive in order, later, as the text or bytes they were");

  pair_open (&pair);
  g_assert_true (send_text (&pair.offerer, "one", NULL));
  g_assert_true (peer_transport_send (pair.offerer.transport, binary, FALSE, NULL));
  g_assert_true (peer_transport_send (pair.offerer.transport, empty, TRUE, NULL));
  g_assert_true (send_text (&pair.answerer, "back", NULL));
  g_assert_cmpstr (pair.answerer.received->str, ==, "");
  settle ();

  g_assert_cmpstr (pair.answerer.received->str, ==, "tone;btwo;t;");
  g_assert_cmpstr (pair.offerer.received->str, ==, "tback;");

  pair_clear (&pair);
}

static void
test_send_errors (void)
{
  g_autoptr (GError) early = NULL;
  g_autoptr (GError) big = NULL;
  g_autoptr (GError) late = NULL;
  Pair pair;

  g_test_summary ("What cannot be sent is refused with a named error");

  pair_init (&pair);
  g_assert_false (send_text (&pair.offerer, "x", &early));
  g_assert_error (early, PEER_ERROR, PEER_ERROR_NOT_OPEN_YET);
  pair_clear (&pair);

  pair_open (&pair);
  peer_loopback_transport_set_max_message_size (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), 4);
  g_assert_cmpuint (peer_transport_get_max_message_size (pair.offerer.transport), ==, 4);
  g_assert_true (send_text (&pair.offerer, "1234", NULL));
  g_assert_false (send_text (&pair.offerer, "12345", &big));
  g_assert_error (big, PEER_ERROR, PEER_ERROR_MESSAGE_TOO_BIG);

  peer_transport_close (pair.offerer.transport);
  g_assert_false (send_text (&pair.offerer, "x", &late));
  g_assert_error (late, PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED);

  pair_clear (&pair);
}

static void
test_stalled (void)
{
  Pair pair;

  g_test_summary ("A stalled link buffers, and says so when it has caught up");

  pair_open (&pair);
  g_string_truncate (pair.offerer.events, 0);
  peer_loopback_transport_set_stalled (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), TRUE);
  for (int i = 0; i < 5; i++)
    g_assert_true (send_text (&pair.offerer, "123", NULL));
  settle ();
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), ==, 15);
  g_assert_cmpstr (pair.answerer.received->str, ==, "");
  g_assert_cmpstr (pair.offerer.events->str, ==, "");

  peer_loopback_transport_set_stalled (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), FALSE);
  settle ();
  g_assert_cmpuint (peer_transport_get_buffered_amount (pair.offerer.transport), ==, 0);
  g_assert_cmpstr (pair.answerer.received->str, ==, "t123;t123;t123;t123;t123;");
  g_assert_cmpstr (pair.offerer.events->str, ==, "L");

  pair_clear (&pair);
}

static void
test_close (void)
{
  Pair pair;

  g_test_summary ("The other side sees a close after what was sent before, the closing side sees nothing more");

  pair_open (&pair);
  g_string_truncate (pair.offerer.events, 0);
  g_string_truncate (pair.answerer.events, 0);
  g_assert_true (send_text (&pair.answerer, "x", NULL));
  peer_loopback_transport_set_stalled (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), TRUE);
  g_assert_true (send_text (&pair.offerer, "last", NULL));
  peer_transport_close (pair.offerer.transport);
  peer_transport_close (pair.offerer.transport);
  settle ();

  g_assert_cmpstr (pair.offerer.events->str, ==, "");
  g_assert_cmpstr (pair.answerer.events->str, ==, "LMX");
  g_assert_cmpstr (pair.answerer.received->str, ==, "tlast;");

  pair_clear (&pair);
}

static void
test_unref (void)
{
  Pair pair;

  g_test_summary ("Dropping a transport closes it");

  pair_open (&pair);
  g_string_truncate (pair.answerer.events, 0);
  g_assert_finalize_object (g_steal_pointer (&pair.offerer.transport));
  settle ();
  g_assert_cmpstr (pair.answerer.events->str, ==, "X");

  pair_clear (&pair);
}

static void
wait_for_events (End *end,
                 const char *events)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;

  while (strcmp (end->events->str, events) != 0 && g_get_monotonic_time () < deadline)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
    }
  g_assert_cmpstr (end->events->str, ==, events);
}

static void
pair_open_and_forget (Pair *pair)
{
  pair_open (pair);
  g_string_truncate (pair->offerer.events, 0);
  g_string_truncate (pair->answerer.events, 0);
}

static void
test_silent (void)
{
  Pair pair;

  g_test_summary ("A link that is cut is noticed by both sides, and goes on when it is mended");

  pair_open_and_forget (&pair);
  peer_transport_set_disconnect_timeout (pair.offerer.transport, LONG_MILLISECONDS);
  peer_transport_set_disconnect_timeout (pair.answerer.transport, 30);
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), TRUE);
  g_assert_true (send_text (&pair.offerer, "x", NULL));
  g_assert_cmpuint (peer_transport_get_unacknowledged_amount (pair.offerer.transport), ==, 1);
  wait_for_events (&pair.answerer, "IF");
  g_assert_error (pair.answerer.error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  g_assert_cmpstr (pair.offerer.events->str, ==, "");
  pair_clear (&pair);

  pair_open_and_forget (&pair);
  peer_transport_set_disconnect_timeout (pair.offerer.transport, LONG_MILLISECONDS);
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.answerer.transport), TRUE);
  g_assert_true (send_text (&pair.offerer, "12345", NULL));
  wait_for_events (&pair.offerer, "I");
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.answerer.transport), FALSE);
  wait_for_events (&pair.offerer, "IIL");
  g_assert_cmpstr (pair.answerer.received->str, ==, "t12345;");
  g_assert_cmpuint (peer_transport_get_unacknowledged_amount (pair.offerer.transport), ==, 0);
  pair_clear (&pair);
}

static void
test_vanished (void)
{
  Pair pair;

  g_test_summary ("A side that vanishes says nothing, and is missed");

  pair_open_and_forget (&pair);
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.answerer.transport), TRUE);
  peer_transport_close (pair.answerer.transport);
  settle ();
  g_assert_cmpstr (pair.offerer.events->str, ==, "");
  peer_transport_set_disconnect_timeout (pair.offerer.transport, 30);
  wait_for_events (&pair.offerer, "IF");
  g_assert_error (pair.offerer.error, PEER_ERROR, PEER_ERROR_TIMED_OUT);
  pair_clear (&pair);

  g_test_message ("A check does not wait long");
  pair_open_and_forget (&pair);
  peer_transport_set_disconnect_timeout (pair.offerer.transport, G_MAXINT);
  peer_transport_check (pair.offerer.transport);
  peer_loopback_transport_set_silent (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), TRUE);
  peer_transport_check (pair.offerer.transport);
  wait_for_events (&pair.offerer, "IF");
  pair_clear (&pair);
}

static void
test_phases (void)
{
  g_autoptr (GBytes) certificate = peer_certificate_new (NULL);
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  g_autofree char *fingerprint = NULL;
  gsize size;
  const char *pem = g_bytes_get_data (certificate, &size);
  g_autofree char *expected = peer_certificate_get_fingerprint (pem, (gssize) size, "sha-256");
  Pair pair = { 0 };

  g_test_summary ("A transport says how far it is, who the other side is and whether order is kept");

  config->certificate = g_bytes_ref (certificate);
  config->is_offerer = TRUE;
  end_init (&pair.offerer, config);
  config->is_offerer = FALSE;
  config->ordered = TRUE;
  end_init (&pair.answerer, config);
  g_assert_cmpint (peer_transport_get_phase (pair.offerer.transport), ==, PEER_TRANSPORT_PHASE_SIGNALING);
  g_assert_null (peer_transport_dup_remote_fingerprint (pair.offerer.transport));

  pair.offerer.other = &pair.answerer;
  peer_transport_start (pair.answerer.transport);
  peer_transport_start (pair.offerer.transport);
  settle ();
  g_assert_cmpint (peer_transport_get_phase (pair.answerer.transport), ==, PEER_TRANSPORT_PHASE_ICE);
  pair_clear (&pair);

  pair = (Pair){ 0 };
  config->is_offerer = TRUE;
  config->ordered = FALSE;
  end_init (&pair.offerer, config);
  config->is_offerer = FALSE;
  config->ordered = TRUE;
  end_init (&pair.answerer, config);
  pair.offerer.other = &pair.answerer;
  pair.answerer.other = &pair.offerer;
  peer_transport_start (pair.answerer.transport);
  peer_transport_start (pair.offerer.transport);
  settle ();
  g_assert_cmpint (peer_transport_get_phase (pair.offerer.transport), ==, PEER_TRANSPORT_PHASE_OPEN);
  g_assert_false (peer_transport_is_ordered (pair.answerer.transport));
  fingerprint = peer_transport_dup_remote_fingerprint (pair.offerer.transport);
  g_assert_cmpstr (fingerprint, ==, expected);
  pair_clear (&pair);
}

static void
test_close_in_handler (void)
{
  Pair pair;

  g_test_summary ("A transport that is closed while it emits emits nothing more");

  pair_open (&pair);
  pair.answerer.closes_on_message = TRUE;
  for (int i = 0; i < 3; i++)
    g_assert_true (send_text (&pair.offerer, "x", NULL));
  settle ();
  g_assert_cmpstr (pair.answerer.received->str, ==, "tx;");
  g_assert_true (g_str_has_suffix (pair.offerer.events->str, "X"));

  pair_clear (&pair);
}

static void
test_close_early (void)
{
  Pair pair;

  g_test_summary ("A transport can be closed before it is open");

  pair_init (&pair);
  peer_transport_close (pair.offerer.transport);
  peer_transport_start (pair.offerer.transport);
  settle ();
  g_assert_cmpstr (pair.offerer.events->str, ==, "");
  pair_clear (&pair);

  pair_init (&pair);
  pair.offerer.other = NULL;
  peer_transport_start (pair.offerer.transport);
  settle ();
  g_assert_cmpstr (pair.offerer.events->str, ==, "DCC");
  pair_clear (&pair);
}

static void
test_fail (void)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED, "No way");
  Pair pair;

  g_test_summary ("The lever fails one side, and the other sees the link gone");

  pair_open (&pair);
  peer_loopback_transport_fail (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), error);
  settle ();
  g_assert_true (g_str_has_suffix (pair.offerer.events->str, "F"));
  g_assert_error (pair.offerer.error, PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED);
  g_assert_true (g_str_has_suffix (pair.answerer.events->str, "X"));

  pair_clear (&pair);
}

static void
test_bad_description (void)
{
  static const char *const descriptions[][2] = {
    { "offer", "" },
    { "offer", "v=0\r\na=x-loopback:987654\r\n" },
    { "answer", "v=0\r\na=x-loopback:1\r\n" },
    { "rollback", "" },
  };

  g_test_summary ("A description that is not one of a waiting offerer fails");

  for (gsize i = 0; i < G_N_ELEMENTS (descriptions); i++)
    {
      Pair pair;

      pair_init (&pair);
      peer_transport_set_remote_description (pair.answerer.transport, descriptions[i][0], descriptions[i][1]);
      settle ();
      g_assert_error (pair.answerer.error, PEER_ERROR, PEER_ERROR_WEBRTC);
      pair_clear (&pair);
    }
}

static void
on_stats (GObject *object,
          GAsyncResult *result,
          gpointer user_data)
{
  *(GVariant **) user_data = peer_transport_get_stats_finish (PEER_TRANSPORT (object), result, NULL);
}

static void
test_stats (void)
{
  g_autoptr (GVariant) stats = NULL;
  guint64 sent, received;
  Pair pair;

  g_test_summary ("Bytes and messages are counted both ways");

  pair_open (&pair);
  g_assert_true (send_text (&pair.offerer, "four", NULL));
  g_assert_true (send_text (&pair.answerer, "two", NULL));
  peer_transport_get_stats_async (pair.offerer.transport, NULL, on_stats, &stats);
  settle ();
  g_assert_true (g_variant_lookup (stats, "bytes-sent", "t", &sent));
  g_assert_true (g_variant_lookup (stats, "bytes-received", "t", &received));
  g_assert_cmpuint (sent, ==, 4);
  g_assert_cmpuint (received, ==, 3);
  g_assert_true (g_variant_lookup (stats, "messages-sent", "t", &sent));
  g_assert_true (g_variant_lookup (stats, "messages-received", "t", &received));
  g_assert_cmpuint (sent, ==, 1);
  g_assert_cmpuint (received, ==, 1);

  pair_clear (&pair);
}

#define N_THREADED_MESSAGES 2000

typedef struct
{
  Pair pair;
  gint answerer_is_ready;
  gint is_done;
} Threaded;

static gpointer
run_answerer (gpointer user_data)
{
  Threaded *threaded = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (context);
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  End *end = &threaded->pair.answerer;

  end_init (end, config);
  g_atomic_int_set (&threaded->answerer_is_ready, TRUE);

  while (strchr (end->events->str, 'X') == NULL)
    g_main_context_iteration (context, TRUE);

  g_assert_cmpuint (end->received->len, ==, N_THREADED_MESSAGES * strlen ("t1;"));
  g_atomic_int_set (&threaded->is_done, TRUE);

  return NULL;
}

static void
test_threads (void)
{
  Threaded threaded = { 0 };
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();
  gint64 deadline = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;
  GThread *thread;
  End *end = &threaded.pair.offerer;

  g_test_summary ("The two ends may belong to different threads");

  thread = g_thread_new ("answerer", run_answerer, &threaded);
  while (!g_atomic_int_get (&threaded.answerer_is_ready))
    g_thread_yield ();
  config->is_offerer = TRUE;
  end_init (end, config);
  end->other = &threaded.pair.answerer;
  threaded.pair.answerer.other = end;
  peer_transport_start (end->transport);
  while (strchr (end->events->str, 'O') == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }

  for (int i = 0; i < N_THREADED_MESSAGES; i++)
    g_assert_true (send_text (end, "1", NULL));
  peer_transport_close (end->transport);
  g_thread_join (thread);
  g_assert_true (g_atomic_int_get (&threaded.is_done));

  pair_clear (&threaded.pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/loopback-transport/open", test_open);
  g_test_add_func ("/loopback-transport/messages", test_messages);
  g_test_add_func ("/loopback-transport/send-errors", test_send_errors);
  g_test_add_func ("/loopback-transport/stalled", test_stalled);
  g_test_add_func ("/loopback-transport/close", test_close);
  g_test_add_func ("/loopback-transport/unref", test_unref);
  g_test_add_func ("/loopback-transport/silent", test_silent);
  g_test_add_func ("/loopback-transport/vanished", test_vanished);
  g_test_add_func ("/loopback-transport/phases", test_phases);
  g_test_add_func ("/loopback-transport/close-in-handler", test_close_in_handler);
  g_test_add_func ("/loopback-transport/close-early", test_close_early);
  g_test_add_func ("/loopback-transport/fail", test_fail);
  g_test_add_func ("/loopback-transport/bad-description", test_bad_description);
  g_test_add_func ("/loopback-transport/stats", test_stats);
  g_test_add_func ("/loopback-transport/threads", test_threads);

  return g_test_run ();
}
