/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connections of peers, and the transport below them, against webrtcbin as it
 * comes, in one run: JSON lines whose ratios are all that holds on another
 * machine. */

#include "bench-link.h"

#include <gst/gst.h>
#include <libpeerglib/peer.h>
#include <stdio.h>
#include <stdlib.h>

#define N_OPENS 20
#define N_ROUNDS 5
#define N_FIRSTS 3
#define MAX_KINDS 8

/* Milliseconds that a peer takes to register with a server on the internet,
 * in which the library makes itself ready. */
#define REGISTRATION 800

static const BenchPeersData binary = { PEER_SERIALIZATION_BINARY, FALSE };
static const BenchPeersData json = { PEER_SERIALIZATION_JSON, TRUE };
static const BenchPeersData raw = { PEER_SERIALIZATION_NONE, FALSE };
static const BenchPeersData msgpack = { PEER_SERIALIZATION_MSGPACK, FALSE };

static const BenchLinkKind webrtcbin_kind = { "webrtcbin", &bench_webrtcbin_class, NULL, 65536 };
static const BenchLinkKind binary_kind = { "binary", &bench_peers_class, &binary, 65536 };

static const BenchLinkKind kinds[] = {
  { "webrtcbin", &bench_webrtcbin_class, NULL, 65536 },
  { "transport", &bench_transport_class, NULL, 65536 },
  { "raw", &bench_peers_class, &raw, 65536 },
  { "binary", &bench_peers_class, &binary, 65536 },
  { "binary-1-mib", &bench_peers_class, &binary, 1024 * 1024 },
  { "json", &bench_peers_class, &json, 16 * 1000 },
  { "msgpack", &bench_peers_class, &msgpack, 65536 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) <= MAX_KINDS);

static void
print (const char *benchmark,
       const char *unit,
       const char *name,
       double value,
       double reference)
{
  printf ("{\"benchmark\": \"%s\", \"unit\": \"%s\", \"link\": \"%s\", \"value\": %.3f, \"webrtcbin\": %.3f, \"ratio\": %.3f}\n",
          benchmark, unit, name, value, reference, value / reference);
  fflush (stdout);
}

/* All kinds in turn, several times; the best of each, as what else runs on the
 * machine only ever makes them worse. */
static void
compare (const char *benchmark,
         const char *unit,
         BenchTask task,
         guint n_rounds,
         guint n_kinds)
{
  double best[MAX_KINDS] = { 0 };

  for (guint round = 0; round < n_rounds; round++)
    {
      for (guint i = 0; i < n_kinds; i++)
        {
          double value = bench_link_measure (&kinds[i], task);

          if (round == 0 || (task == BENCH_BULK ? value > best[i] : value < best[i]))
            best[i] = value;
        }
    }

  for (guint i = 1; i < n_kinds; i++)
    print (benchmark, unit, kinds[i].name, best[i], best[0]);
}

/* Only once in a process can it be the first time. */
static double
measure_first (const char *program,
               const char *name)
{
  const char *argv[] = { program, name, NULL };
  g_autoptr (GError) error = NULL;
  double best = 0;

  for (guint i = 0; i < N_FIRSTS; i++)
    {
      g_autofree char *output = NULL;
      double value;

      if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, NULL, &error))
        g_error ("%s", error->message);
      value = g_ascii_strtod (output, NULL);
      if (i == 0 || value < best)
        best = value;
    }

  return best;
}

static gboolean
wake_up_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static void
be_first (const char *name)
{
  gboolean is_over = FALSE;

  if (g_str_equal (name, webrtcbin_kind.name))
    {
      gst_init (NULL, NULL);
      printf ("%.3f\n", bench_link_measure (&webrtcbin_kind, BENCH_OPEN));
      return;
    }

  bench_peers_set_up ();
  g_timeout_add (REGISTRATION, wake_up_cb, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
  printf ("%.3f\n", bench_link_measure (&binary_kind, BENCH_OPEN));
  bench_peers_tear_down ();
}

int
main (int argc,
      char *argv[])
{
  if (argc > 1)
    {
      be_first (argv[1]);
      return EXIT_SUCCESS;
    }

  print ("open-first", "ms", binary_kind.name, measure_first (argv[0], binary_kind.name), measure_first (argv[0], webrtcbin_kind.name));

  gst_init (NULL, NULL);
  bench_peers_set_up ();
  bench_link_measure (&webrtcbin_kind, BENCH_OPEN);
  compare ("open", "ms", BENCH_OPEN, N_OPENS, 4);
  compare ("ping-pong", "µs", BENCH_PING, N_ROUNDS, 4);
  compare ("bulk", "Mbit/s", BENCH_BULK, N_ROUNDS, G_N_ELEMENTS (kinds));
  bench_peers_tear_down ();

  return EXIT_SUCCESS;
}
