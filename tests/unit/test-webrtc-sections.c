/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "libpeerglib/transport/peer-webrtc-sdp-private.h"
#include "libpeerglib/transport/peer-webrtc-sections-private.h"

#define SESSION "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define VIDEO "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\n"
#define AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\n"
#define DATA(setup)                                                                                         \
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=ice-ufrag:abcd\r\n" \
  "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 AB:CD\r\na=setup:" setup "\r\na=sctp-port:5000\r\n"

static void
test_isolate (void)
{
  g_autoptr (PeerWebrtcSections) sections = peer_webrtc_sections_new (SESSION "a=group:BUNDLE 0 1 2\r\na=msid-semantic: WMS\r\n" VIDEO DATA ("actpass") AUDIO);
  g_autofree char *offer = NULL;
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of an offer with streams the data channel alone is looked at");

  g_assert_cmpuint (peer_webrtc_sections_get_index (sections), ==, 1);
  offer = peer_webrtc_sections_isolate (sections);
  g_assert_cmpstr (offer, ==, SESSION "a=msid-semantic: WMS\r\na=group:BUNDLE 1\r\n" DATA ("actpass"));
  description = peer_webrtc_sdp_parse ("offer", offer, &error);
  g_assert_no_error (error);
}

static void
test_complete (void)
{
  g_autoptr (PeerWebrtcSections) sections = peer_webrtc_sections_new (SESSION VIDEO DATA ("actpass") AUDIO);
  g_autofree char *answer = peer_webrtc_sections_complete (sections, SESSION "a=group:BUNDLE 1\r\n" DATA ("active"));

  g_test_summary ("The answer has all sections in their order; the streams are declined");

  g_assert_cmpstr (answer, ==,
                   SESSION "a=group:BUNDLE 1\r\n"
                           "m=video 0 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\na=mid:0\r\n" DATA ("active") "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\na=mid:2\r\n");
}

static void
test_nothing_to_do (void)
{
  g_autofree char *long_text = g_strnfill (PEER_WEBRTC_MAX_SDP_SIZE + 1, 'x');
  g_autoptr (GString) many = g_string_new (SESSION DATA ("actpass"));
  const char *const texts[] = { "", SESSION, SESSION DATA ("actpass"), SESSION VIDEO, SESSION VIDEO AUDIO, SESSION DATA ("actpass") DATA ("actpass"), "m=\r\nm=\r\n", "\xff\r\nm=1\r\nm=2\r\n", long_text };

  g_test_summary ("What has no data channel, or nothing beside it, or too much, is left as it is");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (peer_webrtc_sections_new (texts[i]));

  for (guint i = 0; i < 64; i++)
    g_string_append (many, AUDIO);
  g_assert_null (peer_webrtc_sections_new (many->str));
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/webrtc-sections/isolate", test_isolate);
  g_test_add_func ("/webrtc-sections/complete", test_complete);
  g_test_add_func ("/webrtc-sections/nothing-to-do", test_nothing_to_do);

  return g_test_run ();
}
