/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>
#include <string.h>

#include "libpeerglib/transport/peer-certificate-private.h"
#include "libpeerglib/transport/peer-webrtc-association-private.h"
#include "libpeerglib/transport/peer-webrtc-gate-private.h"
#include "libpeerglib/transport/peer-webrtc-path-private.h"
#include "libpeerglib/transport/peer-webrtc-sctp-private.h"
#include "libpeerglib/transport/peer-webrtc-sdp-private.h"

#define FIRST "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"                                   \
              "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n" \
              "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:active\r\na=sctp-port:5000\r\n"

static void
test_usable_candidates (void)
{
  static const struct
  {
    const char *text;
    gboolean is_usable;
  } cases[] = {
    { "candidate:1 1 UDP 2130706431 192.0.2.1 9 typ host", TRUE },
    { "candidate:1 1 udp 2130706431 2001:db8::1 9 typ host generation 0 ufrag x", TRUE },
    { "candidate:1 1 UDP 1 192.0.2.1 9 typ srflx raddr 0.0.0.0 rport 0", TRUE },
    { "candidate:1 1 UDP 1 192.0.2.1 9 typ relay raddr 0.0.0.0 rport 0", TRUE },
    { "candidate:1 1 UDP 1 4a.local 9 typ host", FALSE },
    { "candidate:1 1 UDP 1 192.0.2.1 9 type host", FALSE },
    { "candidate:1 1 UDP 1 192.0.2.1 9 typ", FALSE },
    { "candidate:1 1 UDP 1 192.0.2.1 65536 typ host", FALSE },
    { "candidate:1 0 UDP 1 192.0.2.1 9 typ host", FALSE },
    { "candidate:1 1 UDP 4294967296 192.0.2.1 9 typ host", FALSE },
    { "", FALSE },
    { NULL, FALSE },
  };

  g_test_summary ("Only complete candidates with an address are given to libnice");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (peer_webrtc_path_is_usable (cases[i].text), ==, cases[i].is_usable);
}

static void
test_path (void)
{
  g_autoptr (PeerWebrtcPath) path = peer_webrtc_path_new ();

  g_test_summary ("What is known of the pair in use follows from the foundations");

  g_assert_null (peer_webrtc_path_get_local (path));
  peer_webrtc_path_add_local (path, "candidate:1 1 UDP 1 192.0.2.1 9 typ host");
  peer_webrtc_path_add_local (path, "candidate:2 1 UDP 1 192.0.2.1 9 typ relay raddr 0.0.0.0 rport 0");
  peer_webrtc_path_add_remote (path, "candidate:1 1 UDP 1 192.0.2.1 9 typ srflx raddr 0.0.0.0 rport 0");
  peer_webrtc_path_add_remote (path, "nonsense");

  peer_webrtc_path_select (path, "2", "1");
  g_assert_cmpstr (peer_webrtc_path_get_local (path)->type, ==, "relay");
  g_assert_cmpstr (peer_webrtc_path_get_remote (path)->type, ==, "srflx");
  g_assert_cmpstr (peer_webrtc_path_get_remote (path)->address, ==, "192.0.2.1:9");
  g_assert_cmpstr (peer_webrtc_path_get_remote (path)->protocol, ==, "udp");

  peer_webrtc_path_select (path, "1", "remote1");
  g_assert_cmpstr (peer_webrtc_path_get_local (path)->type, ==, "host");
  g_assert_cmpstr (peer_webrtc_path_get_remote (path)->type, ==, "prflx");
  g_assert_null (peer_webrtc_path_get_remote (path)->address);
}

static void
assert_description (PeerWebrtcPath *path,
                    const char *expected)
{
  g_autofree char *text = peer_webrtc_path_describe (path, TRUE, 2);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_describe (void)
{
  g_autoptr (PeerWebrtcPath) path = peer_webrtc_path_new ();

  g_test_summary ("What was tried is described by kinds, pairs, and servers that gave nothing");

  assert_description (path, NULL);

  peer_webrtc_path_add_local (path, "candidate:1 1 UDP 1 192.0.2.1 9 typ host");
  assert_description (path, "local candidates: host 1 (udp); remote candidates: none; 0 pairs; "
                            "no address from the STUN server; no address from 2 TURN servers");

  peer_webrtc_path_add_local (path, "candidate:2 1 udp 1 2001:db8::1 9 typ host");
  peer_webrtc_path_add_local (path, "candidate:3 1 UDP 1 192.0.2.1 9 typ srflx raddr 0.0.0.0 rport 0");
  peer_webrtc_path_add_local (path, "candidate:4 1 UDP 1 192.0.2.9 9 typ relay raddr 0.0.0.0 rport 0");
  peer_webrtc_path_add_local (path, "candidate:5 1 TCP 1 192.0.2.1 9 typ host tcptype active");
  peer_webrtc_path_leave_out (path, "candidate:1 1 UDP 1 4a.local 9 typ host");
  peer_webrtc_path_leave_out (path, "nonsense");
  assert_description (path, "local candidates: host 2 (udp), host 1 (tcp), srflx 1 (udp), relay 1 (udp); "
                            "remote candidates: none; 1 more is hidden behind an mDNS name; 0 pairs");

  /* Three that are UDP and IPv4, none that is TCP and connects as well, one
   * that listens. */
  peer_webrtc_path_add_remote (path, "candidate:1 1 UDP 1 198.51.100.1 9 typ host");
  peer_webrtc_path_add_remote (path, "candidate:2 1 TCP 1 198.51.100.1 9 typ host tcptype active");
  peer_webrtc_path_add_remote (path, "candidate:3 1 TCP 1 198.51.100.1 9 typ host generation 0 tcptype passive");
  peer_webrtc_path_add_remote (path, "candidate:4 2 UDP 1 198.51.100.1 9 typ host");
  assert_description (path, "local candidates: host 2 (udp), host 1 (tcp), srflx 1 (udp), relay 1 (udp); "
                            "remote candidates: host 2 (udp), host 2 (tcp); "
                            "1 more is hidden behind an mDNS name; 4 pairs");
}

static gboolean
may_reset (const guint8 *data,
           gsize size)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);
  gboolean result = peer_webrtc_sctp_may_reset (buffer);

  gst_buffer_unref (buffer);

  return result;
}

static void
test_reset (void)
{
  guint8 packet[12 + 5 + 3 + 4] = { 0 };

  g_test_summary ("A reset is found behind other chunks, and no length leads astray");

  packet[12] = 0;
  packet[15] = 5;
  packet[20] = 130;
  packet[23] = 4;
  g_assert_true (may_reset (packet, sizeof packet));
  g_assert_false (may_reset (packet, sizeof packet - 1));

  packet[20] = 3;
  g_assert_false (may_reset (packet, sizeof packet));

  packet[14] = packet[15] = 0xff;
  g_assert_false (may_reset (packet, sizeof packet));
  packet[14] = packet[15] = 0;
  g_assert_false (may_reset (packet, sizeof packet));
  g_assert_false (may_reset (packet, 12));
  g_assert_false (may_reset (packet, 3));
}

static void
test_max_message_size (void)
{
  static const struct
  {
    const char *sdp;
    guint64 size;
  } cases[] = {
    { FIRST "a=fingerprint:sha-256 00\r\n", 65536 },
    { FIRST "a=fingerprint:sha-256 00\r\na=max-message-size:262144\r\n", 262144 },
    { FIRST "a=fingerprint:sha-256 00\r\na=max-message-size:0\r\n", 0 },
    { FIRST "a=fingerprint:sha-256 00\r\na=max-message-size:-1\r\n", 65536 },
  };

  g_test_summary ("The size that the other side takes is read from its description");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GstWebRTCSessionDescription) description = peer_webrtc_sdp_parse ("answer", cases[i].sdp, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (peer_webrtc_sdp_get_max_message_size (description), ==, cases[i].size);
    }
}

static void
test_fingerprint (void)
{
  g_autoptr (GBytes) certificate = peer_certificate_new (NULL);
  g_autoptr (GBytes) other = peer_certificate_new (NULL);
  g_autofree char *pem = g_strndup (g_bytes_get_data (certificate, NULL), g_bytes_get_size (certificate));
  g_autofree char *other_pem = g_strndup (g_bytes_get_data (other, NULL), g_bytes_get_size (other));
  g_autofree char *hash = peer_certificate_get_fingerprint (pem, -1, "sha-256");
  g_autofree char *lower = g_ascii_strdown (hash, -1);
  g_autofree char *sdp = g_strdup_printf (FIRST "a=fingerprint:sha-1 00\r\na=fingerprint:SHA-256 %s\r\n", lower);
  g_autoptr (GstWebRTCSessionDescription) theirs = peer_webrtc_sdp_parse ("answer", sdp, NULL);
  g_autoptr (GstWebRTCSessionDescription) ours = peer_webrtc_sdp_parse ("answer", sdp, NULL);

  g_test_summary ("A certificate belongs to a description that has its fingerprint");

  g_assert_true (peer_webrtc_sdp_matches_certificate (theirs, pem));
  g_assert_false (peer_webrtc_sdp_matches_certificate (theirs, other_pem));
  g_assert_false (peer_webrtc_sdp_matches_certificate (theirs, "nonsense"));

  g_assert_true (peer_webrtc_sdp_complete (ours, other));
  g_assert_true (peer_webrtc_sdp_matches_certificate (ours, other_pem));
  g_assert_false (peer_webrtc_sdp_matches_certificate (ours, pem));
}

typedef struct
{
  GstPad *pad;
  gint has_begun;
} Push;

static gpointer
push_buffer (gpointer user_data)
{
  Push *push = user_data;

  g_atomic_int_set (&push->has_begun, TRUE);
  gst_pad_chain (push->pad, gst_buffer_new ());

  return NULL;
}

static void
count_buffer_cb (GstElement *sink,
                 GstBuffer *buffer,
                 GstPad *pad,
                 gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
}

static void
test_gate (gconstpointer data)
{
  gboolean opens = GPOINTER_TO_INT (data);
  g_autoptr (PeerWebrtcGate) gate = peer_webrtc_gate_new ();
  g_autoptr (GstElement) sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  GstSegment segment;
  Push push = { pad, FALSE };
  GThread *thread;
  gint n_buffers = 0;

  g_test_summary ("The gate holds what comes before it is opened, and drops it when it is shut");

  g_object_set (sink, "async", FALSE, "sync", FALSE, "signal-handoffs", TRUE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (count_buffer_cb), &n_buffers);
  peer_webrtc_gate_guard (gate, sink);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_send_event (pad, gst_event_new_stream_start ("gate"));
  gst_pad_send_event (pad, gst_event_new_segment (&segment));

  thread = g_thread_new ("push", push_buffer, &push);
  while (!g_atomic_int_get (&push.has_begun))
    g_thread_yield ();
  g_usleep (G_USEC_PER_SEC / 50);
  g_assert_cmpint (g_atomic_int_get (&n_buffers), ==, 0);
  if (opens)
    peer_webrtc_gate_open (gate);
  else
    peer_webrtc_gate_shut (gate);
  g_thread_join (thread);
  g_assert_cmpint (n_buffers, ==, opens ? 1 : 0);

  gst_pad_chain (pad, gst_buffer_new ());
  g_assert_cmpint (n_buffers, ==, opens ? 2 : 0);
  gst_element_set_state (sink, GST_STATE_NULL);
}

static void
test_association_numbers (void)
{
  int first = peer_webrtc_association_take ();
  int second = peer_webrtc_association_take ();

  g_test_summary ("A number is given to one at a time, and not again at once");

  g_assert_cmpint (first, >=, 0);
  g_assert_cmpint (second, !=, first);
  peer_webrtc_association_give_back (first);
  g_assert_cmpint (peer_webrtc_association_take (), !=, first);

  for (guint i = 3; i < PEER_WEBRTC_N_ASSOCIATIONS; i++)
    g_assert_cmpint (peer_webrtc_association_take (), !=, second);
  g_assert_cmpint (peer_webrtc_association_take (), ==, first);
  g_assert_cmpint (peer_webrtc_association_take (), ==, -1);

  for (int i = 0; i < PEER_WEBRTC_N_ASSOCIATIONS; i++)
    peer_webrtc_association_give_back (i);
  g_assert_cmpint (peer_webrtc_association_take (), >=, 0);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);

  g_test_add_func ("/webrtc-parts/usable-candidates", test_usable_candidates);
  g_test_add_func ("/webrtc-parts/path", test_path);
  g_test_add_func ("/webrtc-parts/describe", test_describe);
  g_test_add_func ("/webrtc-parts/reset", test_reset);
  g_test_add_func ("/webrtc-parts/association-numbers", test_association_numbers);
  g_test_add_data_func ("/webrtc-parts/gate/open", GINT_TO_POINTER (TRUE), test_gate);
  g_test_add_data_func ("/webrtc-parts/gate/shut", GINT_TO_POINTER (FALSE), test_gate);
  g_test_add_func ("/webrtc-parts/max-message-size", test_max_message_size);
  g_test_add_func ("/webrtc-parts/fingerprint", test_fingerprint);

  return g_test_run ();
}
