/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The library's transport, below connections and serializations. */

#include "config.h"

#include "link.h"

#include "libpeerglib/transport/peer-webrtc-transport-private.h"

typedef struct
{
  BenchLink base;
  PeerTransport *transports[2];
  GBytes *message;
} TransportLink;

static int
get_end (TransportLink *link,
         PeerTransport *transport)
{
  return transport == link->transports[0] ? 0 : 1;
}

static void
on_description (PeerTransport *transport,
                const char *type,
                const char *sdp,
                TransportLink *link)
{
  peer_transport_set_remote_description (link->transports[!get_end (link, transport)], type, sdp);
}

static void
on_candidate (PeerTransport *transport,
              const PeerIceCandidate *candidate,
              TransportLink *link)
{
  peer_transport_add_remote_candidate (link->transports[!get_end (link, transport)], candidate);
}

static void
on_open (PeerTransport *transport,
         TransportLink *link)
{
  bench_link_note_open (&link->base);
}

static void
on_message (PeerTransport *transport,
            GBytes *bytes,
            gboolean is_text,
            TransportLink *link)
{
  bench_link_note_arrival (&link->base, get_end (link, transport));
}

static void
on_low (PeerTransport *transport,
        TransportLink *link)
{
  bench_link_fill (&link->base);
}

static void
transport_set_up (void)
{
}

static void
transport_tear_down (void)
{
}

static void
transport_start (BenchLink *base,
                 const char *serialization)
{
  TransportLink *link = (TransportLink *) base;
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();

  config->label = g_strdup ("bench");
  config->ordered = TRUE;
  config->buffered_amount_low_threshold = BENCH_BULK_WINDOW / 2;
  for (int i = 0; i < 2; i++)
    {
      config->is_offerer = i == 0;
      link->transports[i] = peer_webrtc_transport_new (config);
      g_signal_connect (link->transports[i], "description", G_CALLBACK (on_description), link);
      g_signal_connect (link->transports[i], "candidate", G_CALLBACK (on_candidate), link);
      g_signal_connect (link->transports[i], "open", G_CALLBACK (on_open), link);
      g_signal_connect (link->transports[i], "message", G_CALLBACK (on_message), link);
    }
  g_signal_connect (link->transports[0], "buffered-amount-low", G_CALLBACK (on_low), link);
  peer_transport_start (link->transports[1]);
  peer_transport_start (link->transports[0]);
}

static void
transport_set_message_size (BenchLink *base,
                            gsize size)
{
  TransportLink *link = (TransportLink *) base;

  g_clear_pointer (&link->message, g_bytes_unref);
  link->message = g_bytes_new_take (g_malloc0 (size), size);
}

static void
transport_send (BenchLink *base,
                int end)
{
  TransportLink *link = (TransportLink *) base;

  peer_transport_send (link->transports[end], link->message, FALSE, NULL);
}

static gsize
transport_get_buffered_amount (BenchLink *base)
{
  return peer_transport_get_buffered_amount (((TransportLink *) base)->transports[0]);
}

static void
transport_stop (BenchLink *base)
{
  TransportLink *link = (TransportLink *) base;

  for (int i = 0; i < 2; i++)
    g_clear_object (&link->transports[i]);
  g_clear_pointer (&link->message, g_bytes_unref);
}

const BenchLinkClass bench_transport_class = {
  .size = sizeof (TransportLink),
  .max_message_size = 65536,
  .set_up = transport_set_up,
  .tear_down = transport_tear_down,
  .start = transport_start,
  .set_message_size = transport_set_message_size,
  .send = transport_send,
  .get_buffered_amount = transport_get_buffered_amount,
  .stop = transport_stop,
};
