/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-elements-private.h"

#include <glib/gi18n-lib.h>
#include <gst/webrtc/webrtc.h>
#include <libpeerglib/peer-error.h>

#define STUN_PACING_MILLISECONDS 1

/* How long libnice has nothing left to try before it gives up. Candidates of a
 * slow TURN server or a slow peer may still come. */
#define PATIENCE_MILLISECONDS 15000

/* The least that libnice takes. */
#define IDLE_MILLISECONDS 50

/* Data connections need these; the first line that is missing is reported. */
static const PeerWebrtcElement data_elements[] = {
  { "webrtcbin", "gstreamer1.0-plugins-bad" },
  { "nicesrc", "gstreamer1.0-nice" },
  { "nicesink", "gstreamer1.0-nice" },
  { "dtlsdec", "gstreamer1.0-plugins-bad" },
  { "dtlsenc", "gstreamer1.0-plugins-bad" },
  { "srtpdec", "gstreamer1.0-plugins-bad" },
  { "srtpenc", "gstreamer1.0-plugins-bad" },
  { "sctpdec", "gstreamer1.0-plugins-bad" },
  { "sctpenc", "gstreamer1.0-plugins-bad" },
  { "rtpbin", "gstreamer1.0-plugins-good" },
  { "appsrc", "gstreamer1.0-plugins-base" },
  { "appsink", "gstreamer1.0-plugins-base" },
  { "queue", "libgstreamer1.0-0" },
  { NULL, NULL },
};

gboolean
peer_webrtc_elements_check_list (const PeerWebrtcElement *elements,
                                 GError **error)
{
  g_autoptr (GError) init_error = NULL;

  if (!gst_init_check (NULL, NULL, &init_error))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_BROWSER_INCOMPATIBLE,
                   _ ("GStreamer does not start: %s"), init_error != NULL ? init_error->message : "?");
      return FALSE;
    }

  for (const PeerWebrtcElement *element = elements; element->name != NULL; element++)
    {
      g_autoptr (GstElementFactory) factory = gst_element_factory_find (element->name);

      if (factory == NULL)
        {
          g_set_error (error, PEER_ERROR, PEER_ERROR_BROWSER_INCOMPATIBLE,
                       _ ("GStreamer’s element “%s” is missing; Debian has it in the package “%s”"),
                       element->name, element->package);
          return FALSE;
        }
    }

  return TRUE;
}

gboolean
peer_webrtc_elements_check (GError **error)
{
  return peer_webrtc_elements_check_list (data_elements, error);
}

gboolean
peer_webrtc_element_is (GstElement *element,
                        const char *factory_name)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  return factory != NULL && g_strcmp0 (GST_OBJECT_NAME (factory), factory_name) == 0;
}

/* Other releases of libnice may lack one of them. */
static void
set_if_known (GObject *object,
              const char *name,
              int value)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), name);

  if (pspec == NULL)
    return;

  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    g_object_set (object, name, (gboolean) value, NULL);
  else
    g_object_set (object, name, (guint) value, NULL);
}

GObject *
peer_webrtc_elements_dup_agent (GstElement *webrtcbin)
{
  g_autoptr (GObject) ice = NULL;
  GObject *agent = NULL;

  g_object_get (webrtcbin, "ice-agent", &ice, NULL);
  if (ice != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (ice), "agent") != NULL)
    g_object_get (ice, "agent", &agent, NULL);

  return agent;
}

void
peer_webrtc_elements_tune (GstElement *webrtcbin)
{
  g_autoptr (GObject) agent = peer_webrtc_elements_dup_agent (webrtcbin);

  g_object_set (webrtcbin, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, NULL);
  if (agent == NULL)
    return;

  set_if_known (agent, "stun-pacing-timer", STUN_PACING_MILLISECONDS);
  set_if_known (agent, "idle-timeout", PATIENCE_MILLISECONDS);
  set_if_known (agent, "ice-tcp", FALSE);
  set_if_known (agent, "upnp", FALSE);
  set_if_known (agent, "keepalive-conncheck", TRUE);
}

void
peer_webrtc_elements_calm (GObject *agent)
{
  set_if_known (agent, "idle-timeout", IDLE_MILLISECONDS);
}
