/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  const char *package; /* Debian's */
} PeerWebrtcElement;

/* Starts GStreamer, once, and looks for the elements of a data connection.
 * Error: PEER_ERROR_BROWSER_INCOMPATIBLE. */
gboolean peer_webrtc_elements_check (GError **error);

/* The same for a list that ends with a NULL name. */
gboolean peer_webrtc_elements_check_list (const PeerWebrtcElement *elements,
                                          GError **error);

/* Whether the element was made by the factory of that name. */
gboolean peer_webrtc_element_is (GstElement *element,
                                 const char *factory_name);

/* libnice's agent, nullable. Each reference keeps a thread alive. */
GObject *peer_webrtc_elements_dup_agent (GstElement *webrtcbin);

/* The defaults of libnice and webrtcbin cost most of the time to open:
 * connectivity checks 20 ms apart, TCP candidates that nobody uses, and a
 * search for UPnP routers. Keepalives that have to be answered show when the
 * other side is gone. */
void peer_webrtc_elements_tune (GstElement *webrtcbin);

/* When there is a path: as it comes, libnice goes on to wake up at the pace of
 * the checks for five seconds. */
void peer_webrtc_elements_calm (GObject *agent);

G_END_DECLS
