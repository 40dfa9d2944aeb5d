/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/transport/peer-webrtc-elements-private.h"
#include "transport-pair.h"

#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <string.h>

#define FINGERPRINT "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:" \
                    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

#define SESSION "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
#define MEDIA "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
#define ICE "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
#define DTLS "a=setup:actpass\r\na=fingerprint:sha-256 " FINGERPRINT "\r\n"
#define SCTP "a=sctp-port:5000\r\n"
#define MID "a=mid:0\r\n"

static PeerTransport *
offer_to_new_answerer (End *end,
                       const char *type,
                       const char *sdp)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();

  end_init (end, config);
  peer_transport_start (end->transport);
  peer_transport_set_remote_description (end->transport, type, sdp);

  return end->transport;
}

static void
test_bad_descriptions (void)
{
  g_autofree char *padding = g_strnfill (300 * 1024, 'x');
  g_autofree char *too_long = g_strconcat (SESSION MEDIA MID ICE DTLS SCTP "a=padding:", padding, "\r\n", NULL);
  g_autofree char *long_password = g_strndup (padding, 1000);
  g_autofree char *long_credential = g_strconcat (SESSION MEDIA MID DTLS SCTP "a=ice-ufrag:abcd\r\na=ice-pwd:",
                                                  long_password, "\r\n", NULL);
  const char *const descriptions[][2] = {
    { "answer", SESSION MEDIA MID ICE DTLS SCTP },
    { "pranswer", SESSION MEDIA MID ICE DTLS SCTP },
    { "", "" },
    { "offer", "" },
    { "offer", "\r\n" },
    { "offer", "v" },
    { "offer", "v=0\r\n" },
    { "offer", "{\"type\": \"offer\"}" },
    { "offer", "\xff\xfe\xfd=\x80\r\n" },
    { "offer", SESSION },
    { "offer", SESSION "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" MID ICE DTLS },
    { "offer", SESSION MEDIA MID ICE DTLS SCTP MEDIA "a=mid:1\r\n" ICE DTLS SCTP },
    { "offer", SESSION "m=application 9 UDP/DTLS/SCTP nonsense\r\n" MID ICE DTLS SCTP },
    { "offer", SESSION "m=application 9 TCP/HTTP webrtc-datachannel\r\n" MID ICE DTLS SCTP },
    { "offer", SESSION "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n" MID ICE DTLS SCTP },
    { "offer", SESSION "m=application\r\n" MID ICE DTLS SCTP },
    { "offer", SESSION MEDIA ICE DTLS SCTP },
    { "offer", SESSION MEDIA "a=mid:\r\n" ICE DTLS SCTP },
    { "offer", SESSION MEDIA MID DTLS SCTP },
    { "offer", SESSION MEDIA MID "a=ice-ufrag:a\r\na=ice-pwd:b\r\n" DTLS SCTP },
    { "offer", SESSION MEDIA MID ICE SCTP },
    { "offer", SESSION MEDIA MID ICE "a=setup:actpass\r\n" SCTP },
    { "offer", SESSION MEDIA MID ICE "a=setup:nonsense\r\na=fingerprint:sha-256 00\r\n" SCTP },
    { "offer", SESSION MEDIA MID ICE DTLS },
    { "offer", SESSION MEDIA MID ICE DTLS "a=sctp-port:70000\r\n" },
    { "offer", SESSION MEDIA MID ICE DTLS "a=sctp-port:-1\r\n" },
    { "offer", too_long },
    { "offer", long_credential },
  };

  g_test_summary ("A description that is not one fails the transport and nothing else");

  for (gsize i = 0; i < G_N_ELEMENTS (descriptions); i++)
    {
      End end;

      g_test_message ("description %" G_GSIZE_FORMAT, i);
      offer_to_new_answerer (&end, descriptions[i][0], descriptions[i][1]);
      wait_for_error (&end);
      g_assert_error (end.error, PEER_ERROR, PEER_ERROR_WEBRTC);
      g_assert_null (end.sdp);
      end_clear (&end);
    }
}

static gboolean
has_answer_or_error (gpointer user_data)
{
  const End *end = user_data;

  return end->sdp != NULL || end->error != NULL;
}

static void
test_changed_descriptions (void)
{
  static const char offer[] = SESSION MEDIA MID ICE DTLS SCTP "a=max-message-size:262144\r\n";

  g_test_summary ("A description with a few bytes changed is answered or fails");

  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *changed = g_strdup (offer);
      g_autofree char *escaped = NULL;
      End end;

      for (int n = g_test_rand_int_range (1, 4); n > 0; n--)
        changed[g_test_rand_int_range (0, sizeof offer - 1)] = (char) g_test_rand_int_range (1, 256);
      escaped = g_strescape (changed, NULL);
      g_test_message ("%s", escaped);
      offer_to_new_answerer (&end, "offer", changed);
      wait_until (has_answer_or_error, &end);
      end_clear (&end);
    }
}

static void
test_bad_candidates (void)
{
  g_autofree char *padding = g_strnfill (100000, '1');
  g_autofree char *long_candidate = g_strconcat ("candidate:1 1 UDP 1 10.0.0.1 9 typ host ", padding, NULL);
  const char *const candidates[] = {
    NULL,
    "",
    "candidate:",
    "candidate: ",
    "candidate:1 1 UDP",
    "candidate:1 1 UDP 2130706431 999.0.0.1 9 typ host",
    "candidate:1 1 UDP 2130706431 10.0.0.1 99999 typ host",
    "candidate:1 x UDP 2130706431 10.0.0.1 9 typ host",
    "candidate:1 1 UDP -5 10.0.0.1 9 typ host",
    "candidate:1 1 UDP 2130706431 10.0.0.1 9 typ nonsense",
    "candidate:1 1 NONSENSE 2130706431 10.0.0.1 9 typ host",
    "candidate:1 1 UDP 2130706431 2f6f4d1c-5d5f-4f09-9c5e-0a37a5a0c5d5.local 50000 typ host",
    "a=candidate:1 1 UDP 1 10.0.0.1 9 typ host",
    "nonsense",
    "candidate:\xff\xfe 1 UDP 1 10.0.0.1 9 typ host",
    long_candidate,
  };
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  Pair pair;

  g_test_summary ("Candidates that are none are ignored, and so are those beyond any number");

  pair_init (&pair, config);
  pair_start (&pair);
  wait_until (has_answer_or_error, &pair.answerer);
  for (gsize i = 0; i < G_N_ELEMENTS (candidates); i++)
    {
      const PeerIceCandidate candidate = { candidates[i], "0", i % 2 == 0 ? 0 : -1, NULL };

      peer_transport_add_remote_candidate (pair.answerer.transport, &candidate);
    }
  wait_for (&pair.offerer.is_open);
  wait_for (&pair.answerer.is_open);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("candidate:%u 1 UDP 2130706431 127.0.0.1 %u typ host", i, 20000 + i);
      const PeerIceCandidate candidate = { text, "0", 0, NULL };

      peer_transport_add_remote_candidate (pair.answerer.transport, &candidate);
    }
  g_assert_true (end_send_text (&pair.offerer, "text"));
  wait_for_messages (&pair.answerer, 1);
  pair_clear (&pair);
}

static gboolean
have_both_ended (gpointer user_data)
{
  const Pair *pair = user_data;

  return pair->offerer.error != NULL && (pair->answerer.error != NULL || pair->answerer.is_closed);
}

static void
test_wrong_fingerprint (void)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();
  Pair pair;

  g_test_summary ("A certificate other than the announced one never opens");

  pair_init (&pair, config);
  pair.answerer.replaces = "a=fingerprint:sha-256 ";
  pair.answerer.replacement = "a=fingerprint:sha-256 " FINGERPRINT "\r\na=x:";
  pair_start (&pair);
  wait_until (have_both_ended, &pair);
  g_assert_error (pair.offerer.error, PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED);
  g_assert_false (pair.offerer.is_open);
  /* What the answerer was told is right: its channel may be open before it hears
   * of the refusal. */
  if (!pair.answerer.is_open)
    g_assert_error (pair.answerer.error, PEER_ERROR, PEER_ERROR_NEGOTIATION_FAILED);
  pair_clear (&pair);
}

/* The other side as a program that does what it likes: webrtcbin. */
typedef struct
{
  GstElement *pipeline;
  GstElement *bin;
  GPtrArray *channels;
  PeerTransport *victim;
  gint n_open;
} Raw;

static void
on_raw_offer (GstPromise *promise,
              gpointer user_data)
{
  Raw *raw = user_data;
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;
  g_autofree char *sdp = NULL;

  gst_promise_wait (promise);
  gst_structure_get (gst_promise_get_reply (promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL);
  gst_promise_unref (promise);
  g_signal_emit_by_name (raw->bin, "set-local-description", offer, NULL);
  sdp = gst_sdp_message_as_text (offer->sdp);
  peer_transport_set_remote_description (raw->victim, "offer", sdp);
}

static void
on_raw_candidate (GstElement *bin,
                  guint m_line,
                  const char *text,
                  Raw *raw)
{
  const PeerIceCandidate candidate = { text, "0", (int) m_line, NULL };

  peer_transport_add_remote_candidate (raw->victim, &candidate);
}

static void
on_victim_description (PeerTransport *transport,
                       const char *type,
                       const char *sdp,
                       Raw *raw)
{
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  GstSDPMessage *message = NULL;

  gst_sdp_message_new_from_text (sdp, &message);
  answer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, message);
  g_signal_emit_by_name (raw->bin, "set-remote-description", answer, NULL);
}

static void
on_victim_candidate (PeerTransport *transport,
                     const PeerIceCandidate *candidate,
                     Raw *raw)
{
  g_signal_emit_by_name (raw->bin, "add-ice-candidate", 0, candidate->candidate);
}

static void
on_raw_open (GstWebRTCDataChannel *channel,
             Raw *raw)
{
  g_atomic_int_inc (&raw->n_open);
  gst_webrtc_data_channel_send_string_full (channel, "from a channel", NULL);
}

static void
raw_init (Raw *raw,
          End *victim,
          guint n_channels)
{
  g_autoptr (PeerTransportConfig) config = pair_config_new ();

  g_assert_true (peer_webrtc_transport_check (NULL));
  memset (raw, 0, sizeof *raw);
  end_init (victim, config);
  raw->victim = victim->transport;
  g_signal_connect (raw->victim, "description", G_CALLBACK (on_victim_description), raw);
  g_signal_connect (raw->victim, "candidate", G_CALLBACK (on_victim_candidate), raw);
  peer_transport_start (raw->victim);

  raw->channels = g_ptr_array_new_with_free_func (g_object_unref);
  raw->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  raw->bin = gst_element_factory_make ("webrtcbin", NULL);
  peer_webrtc_elements_tune (raw->bin);
  gst_bin_add (GST_BIN (raw->pipeline), raw->bin);
  g_signal_connect (raw->bin, "on-ice-candidate", G_CALLBACK (on_raw_candidate), raw);
  gst_element_set_state (raw->pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < n_channels; i++)
    {
      GstWebRTCDataChannel *channel = NULL;

      g_signal_emit_by_name (raw->bin, "create-data-channel", "hostile", NULL, &channel);
      g_signal_connect (channel, "on-open", G_CALLBACK (on_raw_open), raw);
      g_ptr_array_add (raw->channels, channel);
    }
  g_signal_emit_by_name (raw->bin, "create-offer", NULL,
                         gst_promise_new_with_change_func (on_raw_offer, raw, NULL));
}

static void
raw_clear (Raw *raw)
{
  gst_element_set_state (raw->pipeline, GST_STATE_NULL);
  g_ptr_array_unref (raw->channels);
  g_clear_object (&raw->pipeline);
}

static gboolean
are_strangers_closed (gpointer user_data)
{
  Raw *raw = user_data;
  guint n_closed = 0;

  for (guint i = 0; i < raw->channels->len; i++)
    {
      GstWebRTCDataChannelState state;

      g_object_get (raw->channels->pdata[i], "ready-state", &state, NULL);
      n_closed += state == GST_WEBRTC_DATA_CHANNEL_STATE_CLOSED;
    }

  return n_closed + 1 == raw->channels->len;
}

static void
test_few_channels (void)
{
  Raw raw;
  End victim;

  g_test_summary ("Channels beside the first are closed, and what they carry is not heard");

  raw_init (&raw, &victim, 4);
  wait_for (&victim.is_open);
  wait_until (are_strangers_closed, &raw);
  wait_for_messages (&victim, 1);
  g_assert_cmpuint (victim.n_messages, ==, 1);
  g_assert_no_error (victim.error);
  end_clear (&victim);
  raw_clear (&raw);
}

static void
test_many_channels (void)
{
  Raw raw;
  End victim;

  g_test_summary ("Channels without end fail the transport");

  raw_init (&raw, &victim, 100);
  wait_for_error (&victim);
  g_assert_error (victim.error, PEER_ERROR, PEER_ERROR_WEBRTC);
  end_clear (&victim);
  raw_clear (&raw);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/webrtc-hostile/bad-descriptions", test_bad_descriptions);
  g_test_add_func ("/webrtc-hostile/changed-descriptions", test_changed_descriptions);
  g_test_add_func ("/webrtc-hostile/bad-candidates", test_bad_candidates);
  g_test_add_func ("/webrtc-hostile/wrong-fingerprint", test_wrong_fingerprint);
  g_test_add_func ("/webrtc-hostile/few-channels", test_few_channels);
  g_test_add_func ("/webrtc-hostile/many-channels", test_many_channels);

  return g_test_run ();
}
