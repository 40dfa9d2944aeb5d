/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Both ends of connections of one kind. Does what the lines of its standard
 * input say, and answers each with the milliseconds it took:
 *
 *   open COUNT SERIALIZATION   until all are open
 *   ping COUNT                 round trips over the first
 *   bulk SIZE COUNT            values over the first
 *   close
 */

#include "link.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct
{
  const char *name;
  const BenchLinkClass *klass;
} kinds[] = {
  { "webrtcbin", &bench_webrtcbin_class },
  { "transport", &bench_transport_class },
  { "libpeerglib", &bench_peers_class },
};

typedef struct
{
  gboolean is_done;
  char *line;
} Reading;

static void
on_line (GObject *source,
         GAsyncResult *result,
         gpointer user_data)
{
  Reading *reading = user_data;

  reading->line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  reading->is_done = TRUE;
}

/* NULL at the end. */
static char *
read_line (GDataInputStream *input)
{
  Reading reading = { FALSE, NULL };

  g_data_input_stream_read_line_async (input, G_PRIORITY_LOW, NULL, on_line, &reading);
  while (!reading.is_done)
    g_main_context_iteration (NULL, TRUE);

  return reading.line;
}

static gsize
get_number (char **words,
            guint index)
{
  guint64 number = 0;

  if (g_strv_length (words) <= index || !g_ascii_string_to_unsigned (words[index], 10, 1, G_MAXUINT32, &number, NULL))
    g_error ("A number is missing after %s", words[0]);

  return (gsize) number;
}

static void
obey (const BenchLinkClass *klass,
      GPtrArray **links,
      const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  gint64 start = g_get_monotonic_time ();

  if (g_strcmp0 (words[0], "open") == 0 && *links == NULL && g_strv_length (words) == 3)
    *links = bench_links_open (klass, (guint) get_number (words, 1), words[2]);
  else if (g_strcmp0 (words[0], "ping") == 0 && *links != NULL)
    bench_link_ping ((*links)->pdata[0], get_number (words, 1));
  else if (g_strcmp0 (words[0], "bulk") == 0 && *links != NULL)
    bench_link_bulk ((*links)->pdata[0], get_number (words, 1), get_number (words, 2));
  else if (g_strcmp0 (words[0], "close") == 0)
    g_clear_pointer (links, g_ptr_array_unref);
  else
    g_error ("This cannot be done: %s", line);

  printf ("%.3f\n", (double) (g_get_monotonic_time () - start) / 1000);
  fflush (stdout);
}

int
main (int argc,
      char *argv[])
{
  const BenchLinkClass *klass = NULL;
  g_autoptr (GInputStream) stdin_stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (stdin_stream);
  g_autoptr (GPtrArray) links = NULL;
  char *line;

  for (guint i = 0; argc == 2 && i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_str_equal (kinds[i].name, argv[1]))
        klass = kinds[i].klass;
    }
  if (klass == NULL)
    {
      fprintf (stderr, "usage: %s webrtcbin|transport|libpeerglib\n", argv[0]);
      return EXIT_FAILURE;
    }

  klass->set_up ();
  puts ("ready");
  fflush (stdout);
  while ((line = read_line (input)) != NULL)
    {
      obey (klass, &links, line);
      g_free (line);
    }
  g_clear_pointer (&links, g_ptr_array_unref);
  klass->tear_down ();

  return EXIT_SUCCESS;
}
