/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* webrtcbin as it comes: its own certificate, pacing and threads. */

#include "link.h"

#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>

typedef struct
{
  BenchLink base;
  GstElement *pipeline;
  GstElement *bins[2];
  GstWebRTCDataChannel *channels[2];
  GBytes *message;
} RawLink;

static void
on_candidate (GstElement *bin,
              guint m_line,
              const char *candidate,
              RawLink *link)
{
  g_signal_emit_by_name (link->bins[bin == link->bins[0]], "add-ice-candidate", m_line, candidate);
}

static GstWebRTCSessionDescription *
take_description (GstPromise *promise,
                  const char *type)
{
  GstWebRTCSessionDescription *description = NULL;

  gst_promise_wait (promise);
  gst_structure_get (gst_promise_get_reply (promise), type,
                     GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL);
  gst_promise_unref (promise);

  return description;
}

static void
on_answer (GstPromise *promise,
           gpointer user_data)
{
  RawLink *link = user_data;
  g_autoptr (GstWebRTCSessionDescription) description = take_description (promise, "answer");

  g_signal_emit_by_name (link->bins[1], "set-local-description", description, NULL);
  g_signal_emit_by_name (link->bins[0], "set-remote-description", description, NULL);
}

static void
on_offer_set (GstPromise *promise,
              gpointer user_data)
{
  RawLink *link = user_data;

  gst_promise_unref (promise);
  g_signal_emit_by_name (link->bins[1], "create-answer", NULL,
                         gst_promise_new_with_change_func (on_answer, link, NULL));
}

static void
on_offer (GstPromise *promise,
          gpointer user_data)
{
  RawLink *link = user_data;
  g_autoptr (GstWebRTCSessionDescription) description = take_description (promise, "offer");

  g_signal_emit_by_name (link->bins[0], "set-local-description", description, NULL);
  g_signal_emit_by_name (link->bins[1], "set-remote-description", description,
                         gst_promise_new_with_change_func (on_offer_set, link, NULL));
}

static void
on_message (GstWebRTCDataChannel *channel,
            GBytes *bytes,
            RawLink *link)
{
  bench_link_note_arrival (&link->base, channel == link->channels[0] ? 0 : 1);
}

static void
on_open (GstWebRTCDataChannel *channel,
         RawLink *link)
{
  bench_link_note_open (&link->base);
}

static void
on_low (GstWebRTCDataChannel *channel,
        RawLink *link)
{
  bench_link_fill (&link->base);
}

static void
on_channel (GstElement *bin,
            GstWebRTCDataChannel *channel,
            RawLink *link)
{
  link->channels[1] = g_object_ref (channel);
  g_signal_connect (channel, "on-message-data", G_CALLBACK (on_message), link);
  bench_link_note_open (&link->base);
}

static void
raw_set_up (void)
{
  gst_init (NULL, NULL);
}

static void
raw_tear_down (void)
{
}

static void
raw_start (BenchLink *base,
           const char *serialization)
{
  RawLink *link = (RawLink *) base;

  link->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  for (int i = 0; i < 2; i++)
    {
      link->bins[i] = gst_element_factory_make ("webrtcbin", NULL);
      g_object_set (link->bins[i], "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, NULL);
      g_signal_connect (link->bins[i], "on-ice-candidate", G_CALLBACK (on_candidate), link);
      gst_bin_add (GST_BIN (link->pipeline), link->bins[i]);
    }
  g_signal_connect (link->bins[1], "on-data-channel", G_CALLBACK (on_channel), link);
  gst_element_set_state (link->pipeline, GST_STATE_PLAYING);

  g_signal_emit_by_name (link->bins[0], "create-data-channel", "bench", NULL, &link->channels[0]);
  g_object_set (link->channels[0], "buffered-amount-low-threshold", (guint64) BENCH_BULK_WINDOW / 2, NULL);
  g_signal_connect (link->channels[0], "on-open", G_CALLBACK (on_open), link);
  g_signal_connect (link->channels[0], "on-message-data", G_CALLBACK (on_message), link);
  g_signal_connect (link->channels[0], "on-buffered-amount-low", G_CALLBACK (on_low), link);
  g_signal_emit_by_name (link->bins[0], "create-offer", NULL,
                         gst_promise_new_with_change_func (on_offer, link, NULL));
}

static void
raw_set_message_size (BenchLink *base,
                      gsize size)
{
  RawLink *link = (RawLink *) base;

  g_clear_pointer (&link->message, g_bytes_unref);
  link->message = g_bytes_new_take (g_malloc0 (size), size);
}

static void
raw_send (BenchLink *base,
          int end)
{
  RawLink *link = (RawLink *) base;

  gst_webrtc_data_channel_send_data_full (link->channels[end], link->message, NULL);
}

static gsize
raw_get_buffered_amount (BenchLink *base)
{
  guint64 amount;

  g_object_get (((RawLink *) base)->channels[0], "buffered-amount", &amount, NULL);

  return amount;
}

static void
raw_stop (BenchLink *base)
{
  RawLink *link = (RawLink *) base;

  gst_element_set_state (link->pipeline, GST_STATE_NULL);
  for (int i = 0; i < 2; i++)
    g_clear_object (&link->channels[i]);
  g_clear_object (&link->pipeline);
  g_clear_pointer (&link->message, g_bytes_unref);
}

const BenchLinkClass bench_webrtcbin_class = {
  .size = sizeof (RawLink),
  .max_message_size = 65536,
  .set_up = raw_set_up,
  .tear_down = raw_tear_down,
  .start = raw_start,
  .set_message_size = raw_set_message_size,
  .send = raw_send,
  .get_buffered_amount = raw_get_buffered_amount,
  .stop = raw_stop,
};
