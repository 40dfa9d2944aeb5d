/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "native-measure.h"

#include "native-wire.h"

typedef struct
{
  gint64 start;
  gint64 count;
  gint64 missing; /* round trips, messages to send or bytes to come */
  GVariant *value;
} Measure;

typedef struct
{
  PeerPeer *peer;
  char *peer_id;
  guint count;
  gint64 start;
  GArray *milliseconds;
} Openings;

static double
milliseconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / 1000.0;
}

static void
report (const double *milliseconds,
        guint count)
{
  JsonBuilder *builder = native_wire_begin_event ("measured");

  json_builder_set_member_name (builder, "milliseconds");
  json_builder_begin_array (builder);
  for (guint i = 0; i < count; i++)
    json_builder_add_double_value (builder, milliseconds[i]);
  json_builder_end_array (builder);
  native_wire_end_event (builder);
}

static void
send_value (PeerDataConnection *connection,
            GVariant *value)
{
  g_autoptr (GError) error = NULL;

  if (!peer_data_connection_send (connection, value, &error))
    g_printerr ("native-peer: %s\n", error->message);
}

static void
on_echo_data (PeerDataConnection *connection,
              GVariant *value,
              Measure *self)
{
  send_value (connection, value);
}

static void
on_sink_data (PeerDataConnection *connection,
              GVariant *value,
              Measure *self)
{
  self->missing -= g_variant_get_size (value);
  if (self->missing == 0)
    send_value (connection, g_variant_new_string ("done"));
}

static void
on_ping_data (PeerDataConnection *connection,
              GVariant *value,
              Measure *self)
{
  double milliseconds;

  if (--self->missing > 0)
    {
      send_value (connection, value);
      return;
    }
  milliseconds = milliseconds_since (self->start) / self->count;
  report (&milliseconds, 1);
}

static void
on_bulk_data (PeerDataConnection *connection,
              GVariant *value,
              Measure *self)
{
  double milliseconds = milliseconds_since (self->start);

  report (&milliseconds, 1);
}

static void
on_bulk_sent (GObject *source,
              GAsyncResult *result,
              gpointer user_data)
{
  PeerDataConnection *connection = PEER_DATA_CONNECTION (source);
  Measure *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!peer_data_connection_send_finish (connection, result, &error))
    g_printerr ("native-peer: %s\n", error->message);
  else if (--self->missing > 0)
    peer_data_connection_send_async (connection, self->value, NULL, on_bulk_sent, self);
}

static void
measure_free (gpointer data,
              GClosure *closure)
{
  Measure *self = data;

  g_clear_pointer (&self->value, g_variant_unref);
  g_free (self);
}

static Measure *
measure_new (PeerDataConnection *connection,
             gint64 count,
             GCallback on_data)
{
  Measure *self = g_new0 (Measure, 1);

  self->start = g_get_monotonic_time ();
  self->count = count;
  self->missing = count;
  g_signal_connect_data (connection, "data", on_data, self, measure_free, G_CONNECT_DEFAULT);
  return self;
}

static void
start_bulk (PeerDataConnection *connection,
            gint64 count,
            gsize size)
{
  Measure *self = measure_new (connection, count, G_CALLBACK (on_bulk_data));
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);

  self->value = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
  peer_data_connection_send_async (connection, self->value, NULL, on_bulk_sent, self);
}

gboolean
native_measure (PeerDataConnection *connection,
                JsonObject *parameters,
                GError **error)
{
  const char *what = json_object_get_string_member (parameters, "what");

  if (g_str_equal (what, "echo"))
    {
      measure_new (connection, 0, G_CALLBACK (on_echo_data));
    }
  else if (g_str_equal (what, "sink"))
    {
      measure_new (connection, json_object_get_int_member (parameters, "bytes"), G_CALLBACK (on_sink_data));
    }
  else if (g_str_equal (what, "ping"))
    {
      measure_new (connection, json_object_get_int_member (parameters, "count"), G_CALLBACK (on_ping_data));
      send_value (connection, g_variant_new_string ("ping"));
    }
  else if (g_str_equal (what, "bulk"))
    {
      start_bulk (connection, json_object_get_int_member (parameters, "count"), json_object_get_int_member (parameters, "size"));
    }
  else
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "There is no measurement %s", what);
      return FALSE;
    }
  return TRUE;
}

static void
openings_free (Openings *self)
{
  g_object_unref (self->peer);
  g_free (self->peer_id);
  g_array_unref (self->milliseconds);
  g_free (self);
}

static void openings_next (Openings *self);

static void
on_opening_open (PeerBaseConnection *connection,
                 Openings *self)
{
  double milliseconds = milliseconds_since (self->start);

  g_array_append_val (self->milliseconds, milliseconds);
  peer_base_connection_close (connection);
}

static void
on_opening_close (PeerBaseConnection *connection,
                  Openings *self)
{
  if (self->milliseconds->len < self->count)
    {
      openings_next (self);
      return;
    }
  report ((const double *) self->milliseconds->data, self->milliseconds->len);
  openings_free (self);
}

static void
openings_next (Openings *self)
{
  PeerDataConnection *connection;

  self->start = g_get_monotonic_time ();
  connection = peer_peer_connect_to (self->peer, self->peer_id, NULL);
  g_signal_connect (connection, "open", G_CALLBACK (on_opening_open), self);
  g_signal_connect (connection, "close", G_CALLBACK (on_opening_close), self);
}

void
native_measure_openings (PeerPeer *peer,
                         const char *peer_id,
                         guint count)
{
  Openings *self = g_new0 (Openings, 1);

  self->peer = g_object_ref (peer);
  self->peer_id = g_strdup (peer_id);
  self->count = count;
  self->milliseconds = g_array_new (FALSE, FALSE, sizeof (double));
  openings_next (self);
}
