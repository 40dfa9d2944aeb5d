/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loads PeerJS servers, one after the other and round after round, with the
 * same clients and messages, and prints what each costs. The first contestant
 * is held against the others. */

#include "config.h"

#include <locale.h>
#include <signal.h>

#include "compare.h"
#include "nodes.h"
#include "process.h"

/* Files that are open for other reasons than clients. */
#define SPARE_FILES 256
#define MAX_CLIENTS 30000

static int n_rounds = 3;
static int milliseconds = 1500;
static int n_pairs = 500;
static int n_in_flight = 4;
static int message_size = 1200;
static char *plain_counts = NULL;
static char *tls_counts = NULL;
static gboolean is_quick = FALSE;
static char **nodes = NULL;
static char **node_pids = NULL;
static char **other_pids = NULL;
static gboolean is_cross = FALSE;
static char **contestant_texts = NULL;

static const GOptionEntry options[] = {
  { "rounds", 'r', 0, G_OPTION_ARG_INT, &n_rounds, "How often everything is measured (3)", "N" },
  { "milliseconds", 'm', 0, G_OPTION_ARG_INT, &milliseconds, "Time of each load (1500)", "N" },
  { "pairs", 'p', 0, G_OPTION_ARG_INT, &n_pairs, "Pairs of the saturated load (500)", "N" },
  { "in-flight", 'f', 0, G_OPTION_ARG_INT, &n_in_flight, "Messages of each of its pairs on their way (4)", "N" },
  { "size", 's', 0, G_OPTION_ARG_INT, &message_size, "Bytes of a message’s description (1200)", "N" },
  { "clients", 'n', 0, G_OPTION_ARG_STRING, &plain_counts, "Numbers of clients (100,1000,10000)", "N,…" },
  { "tls-clients", 't', 0, G_OPTION_ARG_STRING, &tls_counts, "Numbers of clients with TLS (100,1000,10000)", "N,…" },
  { "quick", 'q', 0, G_OPTION_ARG_NONE, &is_quick, "One short round, to see that it works", NULL },
  { "node", 0, 0, G_OPTION_ARG_STRING_ARRAY, &nodes, "Load the servers at these addresses together instead", "URL" },
  { "pid", 0, 0, G_OPTION_ARG_STRING_ARRAY, &node_pids, "Process of such a server, for its CPU and memory", "PID" },
  { "other-pid", 0, 0, G_OPTION_ARG_STRING_ARRAY, &other_pids, "Process that they use, such as their broker’s, for its CPU", "PID" },
  { "cross", 0, 0, G_OPTION_ARG_NONE, &is_cross, "Have the two ends of each pair on different nodes", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &contestant_texts, NULL, "NAME[:plain]=COMMAND…" },
  { NULL },
};

static GArray *
parse_counts (const char *text,
              GError **error)
{
  g_auto (GStrv) numbers = g_strsplit (text, ",", -1);
  g_autoptr (GArray) counts = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; numbers[i] != NULL && *numbers[0] != '\0'; i++)
    {
      guint64 number;
      guint count;

      if (!g_ascii_string_to_unsigned (numbers[i], 10, 2, MAX_CLIENTS, &number, error))
        return NULL;
      count = (guint) number / 2 * 2;
      if (!process_may_open_files (count + SPARE_FILES))
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "this process may not open the files of %u clients", count);
          return NULL;
        }
      g_array_append_val (counts, count);
    }

  return g_steal_pointer (&counts);
}

static const char *
choose (const char *given,
        const char *quick,
        const char *thorough)
{
  if (given != NULL)
    return given;

  return is_quick ? quick : thorough;
}

static gboolean
run (GError **error)
{
  g_autoptr (GArray) plain = parse_counts (choose (plain_counts, "100,1000", "100,1000,10000"), error);
  g_autoptr (GArray) tls = plain == NULL ? NULL : parse_counts (choose (tls_counts, "100", "100,1000,10000"), error);
  Schedule schedule = { n_rounds, { milliseconds, n_pairs, n_in_flight, message_size }, plain, tls, FALSE };

  if (tls == NULL)
    return FALSE;

  schedule.is_complete = !is_quick && plain_counts == NULL && tls_counts == NULL && n_rounds >= 3 && milliseconds >= 1000;
  if (is_quick)
    {
      schedule.n_rounds = 1;
      schedule.effort.milliseconds = 300;
    }
  if (nodes != NULL)
    return load_nodes (nodes, node_pids, other_pids, is_cross, &schedule, error);

  return compare_contestants (contestant_texts, &schedule, error);
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  setlocale (LC_CTYPE, "");
  signal (SIGPIPE, SIG_IGN);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || (contestant_texts == NULL) == (nodes == NULL) ||
      n_rounds < 1 || milliseconds < 1 || n_pairs < 1 || n_in_flight < 1 || n_in_flight > 64 || message_size < 1 || message_size > 65536)
    {
      g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);

      g_printerr ("%s\n", error != NULL ? error->message : help);
      return 2;
    }

  if (!run (&error))
    {
      g_printerr ("bench-server: %s\n", error->message);
      return 1;
    }

  return 0;
}
