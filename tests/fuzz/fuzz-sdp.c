/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz-values.h"
#include "libpeerglib/transport/peer-webrtc-sdp-private.h"
#include "libpeerglib/transport/peer-webrtc-sections-private.h"

#define PEM "-----BEGIN CERTIFICATE-----\n"                                      \
            "MIIBZTCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAiMSAwHgYDVQQDDBdsaWJwZWVy\n" \
            "Z2xpYiB0ZXN0IHNlcnZlcjAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAw\n" \
            "MFowIjEgMB4GA1UEAwwXbGlicGVlcmdsaWIgdGVzdCBzZXJ2ZXIwWTATBgcqhkjO\n" \
            "PQIBBggqhkjOPQMBBwNCAAT7fwuL0FQiewZlGi9Q6p9wC9zxiagcktkV3PIayy1K\n" \
            "kRpFQX2SIH8Gb+kZolpZTn1xHz3uMrzh+jNWQ/ZEZGqloy8wLTAaBgNVHREEEzAR\n" \
            "hwR/AAABgglsb2NhbGhvc3QwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJ\n" \
            "ADBGAiEA7d4Y9aXLiOCd0Q7z2ddQMbqWgwZoWwip2Bgb89z4LewCIQCSPtcHrbNG\n" \
            "paUY4fLTle6orQeJktFWqncMLycT928u9w==\n"                             \
            "-----END CERTIFICATE-----\n"

/* What webrtcbin takes for granted is there. */
static void
check_attributes (const GstWebRTCSessionDescription *description)
{
  g_assert_nonnull (peer_webrtc_sdp_get_attribute (description, "mid"));
  g_assert_nonnull (peer_webrtc_sdp_get_attribute (description, "ice-ufrag"));
  g_assert_nonnull (peer_webrtc_sdp_get_attribute (description, "ice-pwd"));
  g_assert_nonnull (peer_webrtc_sdp_get_attribute (description, "fingerprint"));
  g_assert_nonnull (peer_webrtc_sdp_get_attribute (description, "setup"));
  g_assert_cmpuint (gst_sdp_message_medias_len (description->sdp), ==, 1);
  g_assert_cmpuint (peer_webrtc_sdp_get_max_message_size (description), <=, G_MAXINT32);
  peer_webrtc_sdp_matches_certificate (description, PEM);
}

/* Of several sections one stays, and the answer has as many as the offer. */
static char *
isolate (const char *offer)
{
  g_autoptr (PeerWebrtcSections) sections = peer_webrtc_sections_new (offer);
  g_autofree char *isolated = NULL;
  g_autofree char *complete = NULL;
  g_autoptr (PeerWebrtcSections) again = NULL;

  if (sections == NULL)
    return g_strdup (offer);

  isolated = peer_webrtc_sections_isolate (sections);
  g_assert_null (peer_webrtc_sections_new (isolated));
  complete = peer_webrtc_sections_complete (sections, isolated);
  if (strlen (complete) > PEER_WEBRTC_MAX_SDP_SIZE)
    return g_steal_pointer (&isolated);

  again = peer_webrtc_sections_new (complete);
  g_assert_cmpuint (peer_webrtc_sections_get_index (again), ==, peer_webrtc_sections_get_index (sections));

  return g_steal_pointer (&isolated);
}

/* The first byte says whether it is an answer. What is accepted is still a
 * description after it was completed and printed. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *whole = NULL;
  g_autofree char *text = NULL;
  g_autofree char *printed = NULL;
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  g_autoptr (GstWebRTCSessionDescription) again = NULL;
  g_autoptr (GBytes) certificate = g_bytes_new_static (PEM, strlen (PEM));
  const char *type;

  if (size == 0)
    return 0;

  type = data[0] % 2 == 0 ? "offer" : "answer";
  whole = g_strndup ((const char *) data + 1, size - 1);
  text = isolate (whole);
  description = peer_webrtc_sdp_parse (type, text, NULL);
  if (description == NULL)
    return 0;

  check_attributes (description);
  g_assert_true (peer_webrtc_sdp_complete (description, certificate));
  g_assert_true (peer_webrtc_sdp_matches_certificate (description, PEM));
  peer_webrtc_sdp_set_max_message_size (description, PEER_WEBRTC_MAX_RECEIVED_SIZE);
  g_assert_cmpuint (peer_webrtc_sdp_get_max_message_size (description), ==, PEER_WEBRTC_MAX_RECEIVED_SIZE);

  printed = gst_sdp_message_as_text (description->sdp);
  again = peer_webrtc_sdp_parse (type, printed, NULL);
  if (again != NULL)
    check_attributes (again);

  return 0;
}
