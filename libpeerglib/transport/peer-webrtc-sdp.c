/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-sdp-private.h"

#include "peer-certificate-private.h"

#include <glib/gi18n-lib.h>
#include <gst/sdp/sdp.h>
#include <libpeerglib/peer-error.h>

/* RFC 8839 */
#define MIN_UFRAG_LENGTH 4
#define MIN_PASSWORD_LENGTH 22
#define MAX_CREDENTIAL_LENGTH 256

/* RFC 8841 */
#define DEFAULT_MAX_MESSAGE_SIZE 65536

static const GstSDPMedia *
find_data_media (const GstSDPMessage *message)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (message); i++)
    {
      const GstSDPMedia *media = gst_sdp_message_get_media (message, i);

      if (g_strcmp0 (gst_sdp_media_get_media (media), "application") == 0 && gst_sdp_media_formats_len (media) == 1 && g_strcmp0 (gst_sdp_media_get_format (media, 0), "webrtc-datachannel") == 0)
        return media;
    }

  return NULL;
}

static const char *
get_attribute (const GstSDPMessage *message,
               const char *name)
{
  const char *value = gst_sdp_media_get_attribute_val (find_data_media (message), name);

  return value != NULL ? value : gst_sdp_message_get_attribute_val (message, name);
}

static gboolean
has_credential (const GstSDPMessage *message,
                const char *name,
                gsize min_length)
{
  const char *value = get_attribute (message, name);

  return value != NULL && strlen (value) >= min_length && strlen (value) <= MAX_CREDENTIAL_LENGTH;
}

static gboolean
has_setup (const GstSDPMessage *message,
           gboolean is_offer)
{
  const char *value = gst_sdp_media_get_attribute_val (find_data_media (message), "setup");

  return g_strcmp0 (value, "active") == 0 || g_strcmp0 (value, "passive") == 0 || (is_offer && g_strcmp0 (value, "actpass") == 0);
}

static gboolean
has_port (const GstSDPMessage *message)
{
  const char *value = gst_sdp_media_get_attribute_val (find_data_media (message), "sctp-port");

  return value != NULL && g_ascii_string_to_unsigned (value, 10, 1, G_MAXUINT16, NULL, NULL);
}

/* What is wrong with it, or NULL. */
static const char *
find_fault (const GstSDPMessage *message,
            gboolean is_offer)
{
  const GstSDPMedia *media = find_data_media (message);

  if (media == NULL)
    return _ ("it has no data channel");
  if (gst_sdp_message_medias_len (message) != 1)
    return _ ("it has more than a data channel");
  if (g_strcmp0 (gst_sdp_media_get_proto (media), "UDP/DTLS/SCTP") != 0 && g_strcmp0 (gst_sdp_media_get_proto (media), "TCP/DTLS/SCTP") != 0)
    return _ ("its protocol is not known");
  if (gst_sdp_media_get_port (media) == 0)
    return _ ("it refuses the data channel");
  if (gst_sdp_media_get_attribute_val (media, "mid") == NULL || *gst_sdp_media_get_attribute_val (media, "mid") == '\0')
    return _ ("it has no mid");
  if (!has_credential (message, "ice-ufrag", MIN_UFRAG_LENGTH) || !has_credential (message, "ice-pwd", MIN_PASSWORD_LENGTH))
    return _ ("it has no ICE credentials");
  if (get_attribute (message, "fingerprint") == NULL)
    return _ ("it has no fingerprint");
  if (!has_setup (message, is_offer))
    return _ ("it has no DTLS role");
  if (!has_port (message))
    return _ ("it has no SCTP port");

  return NULL;
}

GstWebRTCSessionDescription *
peer_webrtc_sdp_parse (const char *type,
                       const char *sdp,
                       GError **error)
{
  g_autoptr (GstSDPMessage) message = NULL;
  gboolean is_offer = g_strcmp0 (type, "offer") == 0;
  const char *fault;

  if (!is_offer && g_strcmp0 (type, "answer") != 0)
    fault = _ ("its type is not known");
  else if (strlen (sdp) > PEER_WEBRTC_MAX_SDP_SIZE)
    fault = _ ("it is too long");
  else if (*sdp == '\0' || !g_utf8_validate (sdp, -1, NULL) || gst_sdp_message_new_from_text (sdp, &message) != GST_SDP_OK)
    fault = _ ("it is not SDP");
  else
    fault = find_fault (message, is_offer);

  if (fault != NULL)
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_WEBRTC,
                   _ ("The session description of the other side cannot be used: %s"), fault);
      return NULL;
    }

  return gst_webrtc_session_description_new (is_offer ? GST_WEBRTC_SDP_TYPE_OFFER : GST_WEBRTC_SDP_TYPE_ANSWER,
                                             g_steal_pointer (&message));
}

const char *
peer_webrtc_sdp_get_attribute (const GstWebRTCSessionDescription *description,
                               const char *name)
{
  return find_data_media (description->sdp) != NULL ? get_attribute (description->sdp, name) : NULL;
}

guint64
peer_webrtc_sdp_get_max_message_size (const GstWebRTCSessionDescription *description)
{
  const char *value = peer_webrtc_sdp_get_attribute (description, "max-message-size");
  guint64 size;

  if (value == NULL || !g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT32, &size, NULL))
    return DEFAULT_MAX_MESSAGE_SIZE;

  return size;
}

static void
replace_attribute (GstSDPMedia *media,
                   const char *name,
                   const char *value)
{
  for (guint i = gst_sdp_media_attributes_len (media); i > 0; i--)
    {
      if (g_strcmp0 (gst_sdp_media_get_attribute (media, i - 1)->key, name) == 0)
        gst_sdp_media_remove_attribute (media, i - 1);
    }

  gst_sdp_media_add_attribute (media, name, value);
}

gboolean
peer_webrtc_sdp_complete (GstWebRTCSessionDescription *description,
                          GBytes *certificate)
{
  GstSDPMedia *media = (GstSDPMedia *) find_data_media (description->sdp);
  gsize size;
  const char *pem = g_bytes_get_data (certificate, &size);
  g_autofree char *hash = peer_certificate_get_fingerprint (pem, (gssize) size, "sha-256");
  g_autofree char *fingerprint = g_strdup_printf ("sha-256 %s", hash);

  if (media == NULL || hash == NULL)
    return FALSE;

  replace_attribute (media, "fingerprint", fingerprint);

  return TRUE;
}

void
peer_webrtc_sdp_set_max_message_size (GstWebRTCSessionDescription *description,
                                      guint size)
{
  g_autofree char *value = g_strdup_printf ("%u", size);

  replace_attribute ((GstSDPMedia *) find_data_media (description->sdp), "max-message-size", value);
}

/* fingerprint is "sha-256 AB:CD…". */
static gboolean
matches_fingerprint (const char *fingerprint,
                     const char *pem)
{
  g_auto (GStrv) parts = g_strsplit (fingerprint, " ", 2);
  g_autofree char *actual = NULL;

  if (g_strv_length (parts) != 2)
    return FALSE;

  actual = peer_certificate_get_fingerprint (pem, -1, parts[0]);

  return actual != NULL && g_ascii_strcasecmp (actual, g_strstrip (parts[1])) == 0;
}

gboolean
peer_webrtc_sdp_matches_certificate (const GstWebRTCSessionDescription *description,
                                     const char *pem)
{
  const GstSDPMedia *media = find_data_media (description->sdp);
  const char *fingerprint;

  for (guint i = 0; (fingerprint = gst_sdp_media_get_attribute_val_n (media, "fingerprint", i)) != NULL; i++)
    {
      if (matches_fingerprint (fingerprint, pem))
        return TRUE;
    }
  for (guint i = 0; (fingerprint = gst_sdp_message_get_attribute_val_n (description->sdp, "fingerprint", i)) != NULL; i++)
    {
      if (matches_fingerprint (fingerprint, pem))
        return TRUE;
    }

  return FALSE;
}
