/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transport-pair.h"

#include <string.h>

/* ICE takes most of a minute to give a peer up. */
#define DEADLINE_SECONDS 120

/* For conditions that no source of the context brings about. */
#define TICK_MILLISECONDS 10

static char *
replace (const char *text,
         const char *part,
         const char *replacement)
{
  g_auto (GStrv) parts = g_strsplit (text, part, -1);

  return g_strjoinv (replacement, parts);
}

static void
on_description (PeerTransport *transport,
                const char *type,
                const char *sdp,
                End *end)
{
  g_assert_null (end->sdp);
  g_assert_null (strstr (sdp, "a=candidate"));
  g_assert_cmpuint (end->n_candidates, ==, 0);
  end->sdp = end->replaces != NULL ? replace (sdp, end->replaces, end->replacement) : g_strdup (sdp);
  if (!end->keeps_description && end->other != NULL && end->other->transport != NULL)
    peer_transport_set_remote_description (end->other->transport, type, end->sdp);
}

static void
on_candidate (PeerTransport *transport,
              const PeerIceCandidate *candidate,
              End *end)
{
  g_assert_false (end->has_gathered);
  end->n_candidates++;
  g_assert_nonnull (end->sdp);
  g_assert_true (g_str_has_prefix (candidate->candidate, "candidate:"));
  g_assert_cmpint (candidate->sdp_m_line_index, ==, 0);
  g_assert_nonnull (candidate->sdp_mid);
  g_assert_nonnull (strstr (end->sdp, candidate->username_fragment));
  if (!end->keeps_candidates && end->other != NULL && end->other->transport != NULL)
    peer_transport_add_remote_candidate (end->other->transport, candidate);
}

static void
on_gathered (PeerTransport *transport,
             End *end)
{
  g_assert_false (end->has_gathered);
  end->has_gathered = TRUE;
}

static void
on_open (PeerTransport *transport,
         End *end)
{
  g_assert_false (end->is_open);
  end->is_open = TRUE;
}

static void
on_message (PeerTransport *transport,
            GBytes *bytes,
            gboolean is_text,
            End *end)
{
  g_assert_true (end->is_open);
  end->n_messages++;
  end->n_bytes += g_bytes_get_size (bytes);
  if (end->messages == NULL)
    return;

  g_ptr_array_add (end->messages, g_bytes_ref (bytes));
  g_string_append_c (end->kinds, is_text ? 't' : 'b');
}

static void
on_low (PeerTransport *transport,
        End *end)
{
  end->n_low++;
}

static void
on_ice_state (PeerTransport *transport,
              PeerIceConnectionState state,
              End *end)
{
  g_array_append_val (end->ice_states, state);
}

static void
on_closed (PeerTransport *transport,
           End *end)
{
  g_assert_true (end->is_open);
  g_assert_false (end->is_closed);
  end->is_closed = TRUE;
}

static void
on_failed (PeerTransport *transport,
           const GError *error,
           End *end)
{
  g_test_message ("failed: %s", error->message);
  g_assert_no_error (end->error);
  end->error = g_error_copy (error);
}

PeerTransportConfig *
pair_config_new (void)
{
  PeerTransportConfig *config = peer_transport_config_new ();

  config->label = g_strdup ("test");
  config->ordered = TRUE;

  return config;
}

void
end_init (End *end,
          const PeerTransportConfig *config)
{
  memset (end, 0, sizeof *end);
  end->kinds = g_string_new (NULL);
  end->ice_states = g_array_new (FALSE, FALSE, sizeof (PeerIceConnectionState));
  end->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  end->transport = peer_webrtc_transport_new (config);
  g_signal_connect (end->transport, "description", G_CALLBACK (on_description), end);
  g_signal_connect (end->transport, "candidate", G_CALLBACK (on_candidate), end);
  g_signal_connect (end->transport, "gathered", G_CALLBACK (on_gathered), end);
  g_signal_connect (end->transport, "open", G_CALLBACK (on_open), end);
  g_signal_connect (end->transport, "message", G_CALLBACK (on_message), end);
  g_signal_connect (end->transport, "buffered-amount-low", G_CALLBACK (on_low), end);
  g_signal_connect (end->transport, "ice-state-changed", G_CALLBACK (on_ice_state), end);
  g_signal_connect (end->transport, "closed", G_CALLBACK (on_closed), end);
  g_signal_connect (end->transport, "failed", G_CALLBACK (on_failed), end);
}

void
end_clear (End *end)
{
  if (end->transport != NULL)
    g_assert_finalize_object (end->transport);
  g_clear_error (&end->error);
  g_clear_pointer (&end->messages, g_ptr_array_unref);
  g_string_free (end->kinds, TRUE);
  g_array_unref (end->ice_states);
  g_free (end->sdp);
}

gboolean
end_send_text (End *end,
               const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  return peer_transport_send (end->transport, bytes, TRUE, &error);
}

void
pair_init (Pair *pair,
           PeerTransportConfig *config)
{
  config->is_offerer = TRUE;
  end_init (&pair->offerer, config);
  config->is_offerer = FALSE;
  end_init (&pair->answerer, config);
  pair->offerer.other = &pair->answerer;
  pair->answerer.other = &pair->offerer;
}

void
pair_start (Pair *pair)
{
  peer_transport_start (pair->answerer.transport);
  peer_transport_start (pair->offerer.transport);
}

void
pair_open (Pair *pair)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();

  pair_init (pair, config);
  pair_start (pair);
  wait_for (&pair->offerer.is_open);
  wait_for (&pair->answerer.is_open);
}

void
pair_clear (Pair *pair)
{
  end_clear (&pair->offerer);
  end_clear (&pair->answerer);
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
wait_until (Condition condition,
            gpointer user_data)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_SECONDS * G_USEC_PER_SEC;
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (GSource) tick = g_timeout_source_new (TICK_MILLISECONDS);

  g_source_set_callback (tick, on_tick, NULL, NULL);
  g_source_attach (tick, context);
  while (!condition (user_data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (context, TRUE);
    }
  g_source_destroy (tick);
}

static gboolean
is_set (gpointer user_data)
{
  return *(const gboolean *) user_data;
}

void
wait_for (const gboolean *flag)
{
  wait_until (is_set, (gpointer) flag);
}

static gboolean
has_error (gpointer user_data)
{
  return ((const End *) user_data)->error != NULL;
}

void
wait_for_error (const End *end)
{
  wait_until (has_error, (gpointer) end);
}

typedef struct
{
  const End *end;
  guint n_messages;
} MessageCount;

static gboolean
has_messages (gpointer user_data)
{
  const MessageCount *count = user_data;

  return count->end->n_messages >= count->n_messages;
}

void
wait_for_messages (const End *end,
                   guint n_messages)
{
  MessageCount count = { end, n_messages };

  wait_until (has_messages, &count);
}
