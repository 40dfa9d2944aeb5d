/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "loopback-pair.h"

#include <string.h>

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
on_gathered (PeerTransport *transport,
             End *end)
{
  g_string_append_c (end->events, 'G');
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

void
end_init (End *end,
          const PeerTransportConfig *config)
{
  end->transport = peer_loopback_transport_new (config);
  end->context = g_main_context_ref_thread_default ();
  end->events = g_string_new (NULL);
  end->received = g_string_new (NULL);
  g_signal_connect (end->transport, "description", G_CALLBACK (on_description), end);
  g_signal_connect (end->transport, "candidate", G_CALLBACK (on_candidate), end);
  g_signal_connect (end->transport, "gathered", G_CALLBACK (on_gathered), end);
  g_signal_connect (end->transport, "ice-state-changed", G_CALLBACK (on_ice_state), end);
  g_signal_connect (end->transport, "open", G_CALLBACK (on_open), end);
  g_signal_connect (end->transport, "message", G_CALLBACK (on_message), end);
  g_signal_connect (end->transport, "buffered-amount-low", G_CALLBACK (on_low), end);
  g_signal_connect (end->transport, "closed", G_CALLBACK (on_closed), end);
  g_signal_connect (end->transport, "failed", G_CALLBACK (on_failed), end);
}

void
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

void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

void
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

void
pair_clear (Pair *pair)
{
  end_clear (&pair->offerer);
  end_clear (&pair->answerer);
}

gboolean
send_text (End *end,
           const char *text,
           GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return peer_transport_send (end->transport, bytes, TRUE, error);
}
