/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "metrics.h"

#include <math.h>

#include "process-stats.h"

#define PREFIX "peer_server_"

typedef struct
{
  const char *name;
  const char *type;
  const char *help;
  const char *key; /* in the server's statistics */
} Metric;

/* Of one number each. */
static const Metric metrics[] = {
  { PREFIX "clients", "gauge", "Clients that are connected.", "clients" },
  { PREFIX "sockets", "gauge", "WebSockets that are open.", "sockets" },
  { PREFIX "connections_total", "counter", "Connections that were accepted.", "connections" },
  { PREFIX "connections_refused_total", "counter", "Connections that were refused.", "refused" },
  { PREFIX "messages_received_total", "counter", "Messages that arrived.", "received" },
  { PREFIX "messages_relayed_total", "counter", "Messages that were sent on to their destination.", "relayed" },
  { PREFIX "messages_stored_total", "counter", "Messages that had to wait for their destination.", "stored" },
  { PREFIX "messages_expired_total", "counter", "Pairs of a sender and a destination that did not come.", "expired" },
  { PREFIX "violations_total", "counter", "Limits that were crossed.", "violations" },
  { PREFIX "queued_messages", "gauge", "Messages that wait for their destination.", "queued-messages" },
  { PREFIX "queued_bytes", "gauge", "Bytes that wait for their destination.", "queued-bytes" },
};

static void
append_head (GString *text,
             const char *name,
             const char *type,
             const char *help)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
append_double (GString *text,
               double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, isinf (number) ? "+Inf" : g_ascii_formatd (buffer, sizeof buffer, "%.15g", number));
}

static void
append_number (GString *text,
               const char *name,
               const char *type,
               const char *help,
               double number)
{
  append_head (text, name, type, help);
  g_string_append_printf (text, "%s ", name);
  append_double (text, number);
  g_string_append_c (text, '\n');
}

/* One sample for each entry of an a{st}. */
static void
append_family (GString *text,
               const Metric *metric,
               const char *label,
               GVariant *stats)
{
  g_autoptr (GVariant) family = g_variant_lookup_value (stats, metric->key, G_VARIANT_TYPE ("a{st}"));
  GVariantIter iter;
  const char *value;
  guint64 number;

  if (family == NULL)
    return;

  append_head (text, metric->name, metric->type, metric->help);
  g_variant_iter_init (&iter, family);
  while (g_variant_iter_next (&iter, "{&st}", &value, &number))
    g_string_append_printf (text, "%s{%s=\"%s\"} %" G_GUINT64_FORMAT "\n", metric->name, label, value, number);
}

static void
append_latency (GString *text,
                GVariant *stats)
{
  const char *name = PREFIX "relay_latency_seconds";
  g_autoptr (GVariant) latency = g_variant_lookup_value (stats, "latency", G_VARIANT_TYPE ("a(dt)"));
  GVariantIter iter;
  double bound, sum = 0;
  guint64 count = 0;

  if (latency == NULL)
    return;

  append_head (text, name, "histogram", "Time from the arrival of a message until it was sent on.");
  g_variant_iter_init (&iter, latency);
  while (g_variant_iter_next (&iter, "(dt)", &bound, &count))
    {
      g_string_append_printf (text, "%s_bucket{le=\"", name);
      append_double (text, bound);
      g_string_append_printf (text, "\"} %" G_GUINT64_FORMAT "\n", count);
    }

  g_variant_lookup (stats, "latency-sum", "d", &sum);
  g_string_append_printf (text, "%s_sum ", name);
  append_double (text, sum);
  g_string_append_printf (text, "\n%s_count %" G_GUINT64_FORMAT "\n", name, count);
}

/* The names that Prometheus's own client libraries use. */
static void
append_process (GString *text)
{
  ProcessStats stats = process_stats_read ();

  append_number (text, "process_cpu_seconds_total", "counter", "User and system time in seconds.", stats.cpu_seconds);
  append_number (text, "process_resident_memory_bytes", "gauge", "Resident memory in bytes.", (double) stats.resident_bytes);
  append_number (text, "process_virtual_memory_bytes", "gauge", "Virtual memory in bytes.", (double) stats.virtual_bytes);
  append_number (text, "process_open_fds", "gauge", "Open file descriptors.", stats.n_descriptors);
  append_number (text, "process_max_fds", "gauge", "How many there may be.", (double) stats.max_descriptors);
  append_number (text, "process_start_time_seconds", "gauge", "Start of the process in seconds since 1970.", stats.started_at);
}

static void
append_rooms (GString *text,
              PeerSignalingManager *rooms)
{
  append_number (text, PREFIX "rooms", "gauge", "Rooms that somebody is in.", peer_signaling_manager_get_n_rooms (rooms));
  append_number (text, PREFIX "room_sessions", "gauge", "Sessions in rooms.", peer_signaling_manager_get_n_sessions (rooms));
}

char *
metrics_format (PeerServer *server,
                PeerSignalingManager *rooms)
{
  static const Metric by_type = { PREFIX "messages_total", "counter", "Messages that arrived, by their type.", "received-by-type" };
  static const Metric by_reason = { PREFIX "drops_total", "counter", "Messages and connections that were dropped, by reason.", "drops" };
  g_autoptr (GVariant) stats = peer_server_dup_stats (server);
  GString *text = g_string_new (NULL);
  guint64 number;

  append_head (text, PREFIX "info", "gauge", "The program.");
  g_string_append_printf (text, PREFIX "info{version=\"%s\"} 1\n", PACKAGE_VERSION);

  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    {
      if (g_variant_lookup (stats, metrics[i].key, "t", &number))
        append_number (text, metrics[i].name, metrics[i].type, metrics[i].help, (double) number);
    }
  append_family (text, &by_type, "type", stats);
  append_family (text, &by_reason, "reason", stats);
  append_latency (text, stats);
  if (rooms != NULL)
    append_rooms (text, rooms);
  append_process (text);

  return g_string_free (text, FALSE);
}
