/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include "fuzz-values.h"
#include "libpeerglib/peer-data-connection-private.h"
#include "libpeerglib/transport/peer-loopback-transport-private.h"

/* What came of a connection that is fed by an end that does what it likes. */
typedef struct
{
  PeerTransport *raw;
  PeerDataConnection *connection;
  char *offer;
  guint n_open;
  guint n_closed;
  guint n_errors;
  guint n_values;
  GVariant *last;
} Link;

static const PeerSerialization serializations[] = {
  PEER_SERIALIZATION_BINARY, PEER_SERIALIZATION_BINARY_UTF8, PEER_SERIALIZATION_JSON, PEER_SERIALIZATION_NONE, PEER_SERIALIZATION_MSGPACK
};

static void
on_offer (PeerTransport *transport,
          const char *type,
          const char *sdp,
          Link *link)
{
  g_free (link->offer);
  link->offer = g_strdup (sdp);
}

static void
on_answer (PeerTransport *transport,
           const char *type,
           const char *sdp,
           Link *link)
{
  peer_transport_set_remote_description (link->raw, type, sdp);
}

static void
on_open (PeerBaseConnection *connection,
         Link *link)
{
  g_assert_cmpuint (link->n_closed, ==, 0);
  link->n_open++;
}

static void
on_data (PeerDataConnection *connection,
         GVariant *value,
         Link *link)
{
  g_assert_cmpuint (link->n_closed, ==, 0);
  fuzz_assert_normal (value);
  link->n_values++;
  g_clear_pointer (&link->last, g_variant_unref);
  link->last = g_variant_ref (value);
}

static void
on_error (PeerBaseConnection *connection,
          const GError *error,
          Link *link)
{
  g_assert_cmpuint (link->n_closed, ==, 0);
  link->n_errors++;
}

static void
on_close (PeerBaseConnection *connection,
          Link *link)
{
  g_assert_cmpuint (link->n_closed++, ==, 0);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static PeerTransport *
transport_new (gboolean is_offerer)
{
  g_autoptr (PeerTransportConfig) config = peer_transport_config_new ();

  config->is_offerer = is_offerer;
  config->ordered = TRUE;

  return peer_loopback_transport_new (config);
}

static void
link_open (Link *link,
           PeerSerialization serialization)
{
  PeerDataConnectionDescription description = {
    .peer_id = "other",
    .connection_id = "dc_1",
    .serialization = serialization,
    .reliable = TRUE,
    .max_message_size = 1024 * 1024,
  };
  g_autoptr (PeerTransport) transport = transport_new (FALSE);

  link->raw = transport_new (TRUE);
  g_signal_connect (link->raw, "description", G_CALLBACK (on_offer), link);
  peer_transport_start (link->raw);
  settle ();

  link->connection = peer_data_connection_new (NULL, &description);
  g_signal_connect (link->connection, "open", G_CALLBACK (on_open), link);
  g_signal_connect (link->connection, "data", G_CALLBACK (on_data), link);
  g_signal_connect (link->connection, "error", G_CALLBACK (on_error), link);
  g_signal_connect (link->connection, "close", G_CALLBACK (on_close), link);
  g_signal_connect (transport, "description", G_CALLBACK (on_answer), link);
  peer_base_connection_answer (PEER_BASE_CONNECTION (link->connection), transport, link->offer);
  settle ();
  g_assert_cmpuint (link->n_open, ==, 1);
}

static void
link_close (Link *link)
{
  peer_base_connection_close (PEER_BASE_CONNECTION (link->connection));
  g_assert_cmpuint (link->n_closed, ==, 1);
  g_assert_finalize_object (link->connection);
  g_assert_finalize_object (link->raw);
  settle ();
  g_clear_pointer (&link->last, g_variant_unref);
  g_free (link->offer);
}

/* The bytes as messages, each with its length before it in two bytes. */
static void
send_messages (Link *link,
               const guint8 *data,
               gsize size)
{
  while (size >= 2)
    {
      gsize length = MIN ((gsize) (data[0] & 0x3f) << 8 | data[1], size - 2);
      g_autoptr (GBytes) message = g_bytes_new (data + 2, length);

      peer_transport_send (link->raw, message, data[0] >> 7, NULL);
      if (data[0] & 0x40)
        settle ();
      data += 2 + length;
      size -= 2 + length;
    }
  settle ();
}

/* Bad messages cost themselves alone, except in a stream. */
static void
check_still_works (Link *link,
                   PeerSerialization serialization)
{
  PeerCodecLimits limits = PEER_CODEC_LIMITS_DEFAULT;
  g_autoptr (PeerCodec) codec = peer_codec_new (serialization, &limits);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string ("still here"));
  g_autoptr (PeerFrames) frames = peer_codec_encode (codec, value, 0, NULL);
  GBytes *message;
  gboolean is_text;

  while ((message = peer_frames_next (frames, &is_text)) != NULL)
    {
      g_assert_true (peer_transport_send (link->raw, message, is_text, NULL));
      g_bytes_unref (message);
    }
  settle ();
  g_assert_nonnull (link->last);
  g_assert_true (g_variant_equal (link->last, value));
}

/* The first byte chooses the serialization. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  PeerSerialization serialization;
  Link link = { NULL };

  if (size == 0)
    return 0;

  serialization = serializations[data[0] % G_N_ELEMENTS (serializations)];
  link_open (&link, serialization);
  send_messages (&link, data + 1, size - 1);
  if (link.n_closed == 0 && serialization != PEER_SERIALIZATION_MSGPACK)
    check_still_works (&link, serialization);
  link_close (&link);

  return 0;
}
