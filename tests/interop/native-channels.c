/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One link with several data channels that does as it is told. Descriptions and
 * candidates are events and commands, too. */

#include "native-commands.h"

#include "libpeerglib/transport/peer-webrtc-transport-private.h"

#include <string.h>

typedef struct
{
  PeerTransport *transport;
  GHashTable *channels; /* label -> PeerTransport, the first included */
} NativeChannels;

static JsonBuilder *
begin_event (PeerTransport *channel,
             const char *event)
{
  JsonBuilder *builder = native_wire_begin_event (event);

  native_wire_add_string (builder, "label", g_object_get_data (G_OBJECT (channel), "label"));
  return builder;
}

static void
on_open (PeerTransport *channel)
{
  JsonBuilder *builder = begin_event (channel, "open");

  json_builder_set_member_name (builder, "ordered");
  json_builder_add_boolean_value (builder, peer_transport_is_ordered (channel));
  native_wire_end_event (builder);
}

static void
on_message (PeerTransport *channel,
            GBytes *bytes,
            gboolean is_text)
{
  JsonBuilder *builder = begin_event (channel, "message");
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_strndup (data, size);

  native_wire_add_string (builder, is_text ? "text" : "bytes", text);
  native_wire_end_event (builder);
}

static void
on_closed (PeerTransport *channel)
{
  native_wire_end_event (begin_event (channel, "closed"));
}

static void
on_failed (PeerTransport *channel,
           const GError *error)
{
  JsonBuilder *builder = begin_event (channel, "failed");

  native_wire_add_error (builder, error);
  native_wire_end_event (builder);
}

static void
follow (NativeChannels *self,
        PeerTransport *channel,
        const char *label)
{
  g_object_set_data_full (G_OBJECT (channel), "label", g_strdup (label), g_free);
  g_hash_table_replace (self->channels, g_strdup (label), g_object_ref (channel));
  g_signal_connect (channel, "open", G_CALLBACK (on_open), NULL);
  g_signal_connect (channel, "message", G_CALLBACK (on_message), NULL);
  g_signal_connect (channel, "closed", G_CALLBACK (on_closed), NULL);
  g_signal_connect (channel, "failed", G_CALLBACK (on_failed), NULL);
}

static void
on_channel (PeerTransport *transport,
            PeerTransport *channel,
            const char *label,
            NativeChannels *self)
{
  follow (self, channel, label);
  native_wire_end_event (begin_event (channel, "channel"));
}

static void
on_description (PeerTransport *transport,
                const char *type,
                const char *sdp)
{
  JsonBuilder *builder = native_wire_begin_event ("description");

  native_wire_add_string (builder, "type", type);
  native_wire_add_string (builder, "sdp", sdp);
  native_wire_end_event (builder);
}

static void
on_candidate (PeerTransport *transport,
              const PeerIceCandidate *candidate)
{
  JsonBuilder *builder = native_wire_begin_event ("candidate");

  native_wire_add_string (builder, "candidate", candidate->candidate);
  native_wire_add_string (builder, "mid", candidate->sdp_mid);
  native_wire_end_event (builder);
}

static gboolean
run_make (NativeChannels *self,
          JsonObject *parameters,
          JsonBuilder *answer,
          GError **error)
{
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();

  config->is_offerer = json_object_get_boolean_member (parameters, "offers");
  config->label = g_strdup ("first");
  config->ordered = TRUE;
  self->transport = peer_webrtc_transport_new (config);
  follow (self, self->transport, "first");
  g_signal_connect (self->transport, "channel", G_CALLBACK (on_channel), self);
  g_signal_connect (self->transport, "description", G_CALLBACK (on_description), NULL);
  g_signal_connect (self->transport, "candidate", G_CALLBACK (on_candidate), NULL);
  return TRUE;
}

static gboolean
run_start (NativeChannels *self,
           JsonObject *parameters,
           JsonBuilder *answer,
           GError **error)
{
  peer_transport_start (self->transport);
  return TRUE;
}

static gboolean
run_add (NativeChannels *self,
         JsonObject *parameters,
         JsonBuilder *answer,
         GError **error)
{
  const PeerTransportChannel options = {
    json_object_get_string_member (parameters, "label"),
    json_object_get_boolean_member_with_default (parameters, "ordered", TRUE),
    (int) json_object_get_int_member_with_default (parameters, "maxRetransmits", -1),
    -1,
  };
  g_autoptr (PeerTransport) channel = peer_transport_add_channel (self->transport, &options);

  if (channel != NULL)
    follow (self, channel, options.label);
  return TRUE;
}

static gboolean
run_describe (NativeChannels *self,
              JsonObject *parameters,
              JsonBuilder *answer,
              GError **error)
{
  peer_transport_set_remote_description (self->transport, json_object_get_string_member (parameters, "type"),
                                         json_object_get_string_member (parameters, "sdp"));
  return TRUE;
}

static gboolean
run_candidate (NativeChannels *self,
               JsonObject *parameters,
               JsonBuilder *answer,
               GError **error)
{
  const PeerIceCandidate candidate = { json_object_get_string_member (parameters, "candidate"), NULL, 0, NULL };

  peer_transport_add_remote_candidate (self->transport, &candidate);
  return TRUE;
}

static gboolean
run_send (NativeChannels *self,
          JsonObject *parameters,
          JsonBuilder *answer,
          GError **error)
{
  PeerTransport *channel = g_hash_table_lookup (self->channels, json_object_get_string_member (parameters, "label"));
  const char *text = json_object_get_string_member (parameters, "text");
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  peer_transport_send (channel, bytes, TRUE, NULL);
  return TRUE;
}

static gboolean
run_close (NativeChannels *self,
           JsonObject *parameters,
           JsonBuilder *answer,
           GError **error)
{
  peer_transport_close (g_hash_table_lookup (self->channels, json_object_get_string_member (parameters, "label")));
  return TRUE;
}

static const NativeCommand commands[] = {
  NATIVE_COMMAND ("make", run_make),
  NATIVE_COMMAND ("add", run_add),
  NATIVE_COMMAND ("start", run_start),
  NATIVE_COMMAND ("describe", run_describe),
  NATIVE_COMMAND ("candidate", run_candidate),
  NATIVE_COMMAND ("send", run_send),
  NATIVE_COMMAND ("close", run_close),
  { NULL },
};

int
main (void)
{
  NativeChannels self = { 0 };
  int status;

  g_log_writer_default_set_use_stderr (TRUE);
  self.channels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  native_wire_end_event (native_wire_begin_event ("ready"));
  status = native_commands_run (commands, &self);

  g_hash_table_unref (self.channels);
  g_clear_object (&self.transport);
  return status;
}
