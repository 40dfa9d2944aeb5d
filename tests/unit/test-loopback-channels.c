/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "loopback-pair.h"

#include <string.h>

/* Further channels that one side has, and what they said. */
typedef struct
{
  GPtrArray *channels;
  GString *events;
} Further;

static void
on_open (PeerTransport *channel,
         Further *further)
{
  g_autofree char *label = peer_transport_dup_label (channel);

  g_string_append_printf (further->events, "%s:open;", label);
}

static void
on_message (PeerTransport *channel,
            GBytes *bytes,
            gboolean is_text,
            Further *further)
{
  g_autofree char *label = peer_transport_dup_label (channel);

  g_string_append_printf (further->events, "%s:%.*s;", label, (int) g_bytes_get_size (bytes),
                          (const char *) g_bytes_get_data (bytes, NULL));
}

static void
on_closed (PeerTransport *channel,
           Further *further)
{
  g_autofree char *label = peer_transport_dup_label (channel);

  g_string_append_printf (further->events, "%s:closed;", label);
}

static void
on_failed (PeerTransport *channel,
           const GError *error,
           Further *further)
{
  g_string_append (further->events, "failed;");
}

static void
further_follow (Further *further,
                PeerTransport *channel)
{
  g_ptr_array_add (further->channels, g_object_ref (channel));
  g_signal_connect (channel, "open", G_CALLBACK (on_open), further);
  g_signal_connect (channel, "message", G_CALLBACK (on_message), further);
  g_signal_connect (channel, "closed", G_CALLBACK (on_closed), further);
  g_signal_connect (channel, "failed", G_CALLBACK (on_failed), further);
}

static void
on_channel (PeerTransport *transport,
            PeerTransport *channel,
            const char *label,
            Further *further)
{
  g_string_append_printf (further->events, "%s:channel;", label);
  further_follow (further, channel);
}

static void
further_init (Further *further,
              End *end)
{
  further->channels = g_ptr_array_new_with_free_func (g_object_unref);
  further->events = g_string_new (NULL);
  g_signal_connect (end->transport, "channel", G_CALLBACK (on_channel), further);
}

static void
further_clear (Further *further)
{
  g_ptr_array_unref (further->channels);
  g_string_free (further->events, TRUE);
}

static PeerTransport *
add (Further *further,
     End *end,
     const char *label)
{
  const PeerTransportChannel options = { label, TRUE, -1, -1 };
  g_autoptr (PeerTransport) channel = peer_transport_add_channel (end->transport, &options);

  if (channel != NULL)
    further_follow (further, channel);

  return channel;
}

static gboolean
send_on (PeerTransport *channel,
         const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return peer_transport_send (channel, bytes, TRUE, NULL);
}

/* Nothing is said of the order of different channels. */
static gboolean
is_announced (Further *further,
              const char *label)
{
  g_autofree char *channel = g_strconcat (label, ":channel;", NULL);
  g_autofree char *open = g_strconcat (label, ":open;", NULL);
  const char *announced = strstr (further->events->str, channel);

  return announced != NULL && strstr (announced, open) != NULL;
}

static void
test_added_before (void)
{
  Further ours, theirs;
  Pair pair;

  g_test_summary ("Channels that were added before the link was open are open with it, on both sides");

  pair_init (&pair);
  further_init (&ours, &pair.offerer);
  further_init (&theirs, &pair.answerer);
  g_assert_nonnull (add (&ours, &pair.offerer, "a"));
  g_assert_nonnull (add (&theirs, &pair.answerer, "b"));
  g_assert_false (send_on (ours.channels->pdata[0], "early"));
  peer_transport_start (pair.answerer.transport);
  peer_transport_start (pair.offerer.transport);
  settle ();

  g_assert_nonnull (strstr (ours.events->str, "a:open;"));
  g_assert_nonnull (strstr (theirs.events->str, "b:open;"));
  g_assert_true (is_announced (&ours, "b"));
  g_assert_true (is_announced (&theirs, "a"));
  further_clear (&ours);
  further_clear (&theirs);
  pair_clear (&pair);
}

static void
test_added_after (void)
{
  Further ours, theirs;
  Pair pair;

  g_test_summary ("A channel can be added to an open link, and carries messages both ways, apart from the others");

  pair_open (&pair);
  further_init (&ours, &pair.offerer);
  further_init (&theirs, &pair.answerer);
  add (&theirs, &pair.answerer, "late");
  settle ();
  g_assert_cmpstr (ours.events->str, ==, "late:channel;late:open;");

  g_assert_true (send_on (ours.channels->pdata[0], "1"));
  g_assert_true (send_on (theirs.channels->pdata[0], "2"));
  g_assert_true (send_text (&pair.offerer, "3", NULL));
  settle ();
  g_assert_cmpstr (ours.events->str, ==, "late:channel;late:open;late:2;");
  g_assert_cmpstr (theirs.events->str, ==, "late:open;late:1;");
  g_assert_cmpstr (pair.answerer.received->str, ==, "t3;");
  further_clear (&ours);
  further_clear (&theirs);
  pair_clear (&pair);
}

static void
test_close (void)
{
  Further ours, theirs;
  Pair pair;

  g_test_summary ("Each channel ends alone, and the link goes on without the first one");

  pair_open (&pair);
  further_init (&ours, &pair.offerer);
  further_init (&theirs, &pair.answerer);
  add (&ours, &pair.offerer, "a");
  add (&ours, &pair.offerer, "b");
  settle ();
  g_string_truncate (theirs.events, 0);

  peer_transport_close (ours.channels->pdata[0]);
  g_assert_true (send_text (&pair.offerer, "still", NULL));
  peer_transport_close (pair.offerer.transport);
  g_assert_true (send_on (ours.channels->pdata[1], "here"));
  settle ();
  g_assert_cmpstr (pair.answerer.received->str, ==, "tstill;");
  g_assert_true (g_str_has_suffix (pair.answerer.events->str, "X"));
  g_assert_nonnull (strstr (theirs.events->str, "a:closed;"));
  g_assert_nonnull (strstr (theirs.events->str, "b:here;"));
  g_assert_null (strstr (theirs.events->str, "b:closed;"));
  g_assert_null (add (&ours, &pair.offerer, "c"));

  further_clear (&ours);
  settle ();
  g_assert_nonnull (strstr (theirs.events->str, "b:closed;"));
  further_clear (&theirs);
  pair_clear (&pair);
}

static void
test_unwanted (void)
{
  Further ours;
  Pair pair;

  g_test_summary ("A channel that nobody keeps is closed, and the rest of the link stays");

  pair_open (&pair);
  further_init (&ours, &pair.offerer);
  add (&ours, &pair.offerer, "a");
  settle ();
  g_assert_cmpstr (ours.events->str, ==, "a:open;a:closed;");
  g_assert_true (send_text (&pair.offerer, "x", NULL));
  settle ();
  g_assert_cmpstr (pair.answerer.received->str, ==, "tx;");
  further_clear (&ours);
  pair_clear (&pair);
}

static void
test_limit (void)
{
  Further ours, theirs;
  Pair pair;

  g_test_summary ("Channels beyond what the other side allows are closed, until some have ended");

  pair_open (&pair);
  further_init (&ours, &pair.offerer);
  further_init (&theirs, &pair.answerer);
  for (guint i = 1; i < PEER_TRANSPORT_MAX_CHANNELS; i++)
    add (&ours, &pair.offerer, "a");
  settle ();
  g_assert_cmpuint (theirs.channels->len, ==, PEER_TRANSPORT_MAX_CHANNELS - 1);
  g_assert_null (strstr (ours.events->str, "closed"));

  add (&ours, &pair.offerer, "more");
  settle ();
  g_assert_nonnull (strstr (ours.events->str, "more:closed;"));
  g_assert_cmpuint (theirs.channels->len, ==, PEER_TRANSPORT_MAX_CHANNELS - 1);

  peer_transport_close (ours.channels->pdata[0]);
  add (&ours, &pair.offerer, "again");
  settle ();
  g_assert_true (is_announced (&theirs, "again"));
  further_clear (&ours);
  further_clear (&theirs);
  pair_clear (&pair);
}

static void
test_link_ends (void)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED, "No way");
  Further ours, theirs;
  Pair pair;

  g_test_summary ("The end of the link is the end of every channel");

  pair_open (&pair);
  further_init (&ours, &pair.offerer);
  further_init (&theirs, &pair.answerer);
  add (&ours, &pair.offerer, "a");
  settle ();
  peer_loopback_transport_fail (PEER_LOOPBACK_TRANSPORT (pair.offerer.transport), error);
  settle ();
  g_assert_cmpstr (ours.events->str, ==, "a:open;failed;");
  g_assert_cmpstr (theirs.events->str, ==, "a:channel;a:open;a:closed;");
  further_clear (&ours);
  further_clear (&theirs);
  pair_clear (&pair);

  pair_init (&pair);
  further_init (&ours, &pair.offerer);
  add (&ours, &pair.offerer, "a");
  peer_transport_close (pair.offerer.transport);
  settle ();
  g_assert_cmpstr (ours.events->str, ==, "failed;");
  further_clear (&ours);
  pair_clear (&pair);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/loopback-channels/added-before", test_added_before);
  g_test_add_func ("/loopback-channels/added-after", test_added_after);
  g_test_add_func ("/loopback-channels/close", test_close);
  g_test_add_func ("/loopback-channels/unwanted", test_unwanted);
  g_test_add_func ("/loopback-channels/limit", test_limit);
  g_test_add_func ("/loopback-channels/link-ends", test_link_ends);

  return g_test_run ();
}
