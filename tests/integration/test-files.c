/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer.h>

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../unit/remove-tree.h"
#include "process-usage.h"
#include "wait-until.h"

#define SMALL (8 * 1024 * 1024)
#define BIG (64 * 1024 * 1024)

/* Bytes; the long form is FILES_TEST_SIZE=1073741824 meson test -C _build files. */
#define SPARSE (256 * 1024 * 1024)

/* What one end may hold beyond what it held at first, in bytes: two windows
 * and what lies between them and the network. */
#define GROWTH (24 * 1024 * 1024)

typedef struct
{
  PeerServer *server;
  char *uri;
  char *directory;
  char *from;
  char *to;
  GSubprocess *sender;
  GSubprocess *receiver;
} Fixture;

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint port;

  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", 0, NULL);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  g_object_get (fixture->server, "port", &port, NULL);
  fixture->uri = g_strdup_printf ("http://127.0.0.1:%u/", port);
  fixture->directory = g_dir_make_tmp ("peer-file-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->from = g_build_filename (fixture->directory, "from", NULL);
  fixture->to = g_build_filename (fixture->directory, "to", NULL);
  g_assert_no_errno (g_mkdir (fixture->from, 0700));
  g_assert_no_errno (g_mkdir (fixture->to, 0700));
}

static void
kill_process (GSubprocess **process)
{
  if (*process == NULL)
    return;

  g_subprocess_force_exit (*process);
  g_subprocess_wait (*process, NULL, NULL);
  g_clear_object (process);
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  kill_process (&fixture->sender);
  kill_process (&fixture->receiver);
  peer_server_stop (fixture->server);
  g_assert_finalize_object (fixture->server);
  remove_tree (fixture->directory);
  g_free (fixture->uri);
  g_free (fixture->directory);
  g_free (fixture->from);
  g_free (fixture->to);
}

static GSubprocess *
run (Fixture *fixture,
     const char *const *arguments)
{
  /* webrtcbin has criticals of its own when it is ended at work. */
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) command = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_strv_builder_add_many (builder, g_getenv ("PEER_FILE"), "--server", fixture->uri, NULL);
  for (; *arguments != NULL; arguments++)
    g_strv_builder_add (builder, *arguments);
  command = g_strv_builder_end (builder);
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) command, &error);
  g_assert_no_error (error);

  return process;
}

static void
line_cb (GObject *object,
         GAsyncResult *result,
         gpointer user_data)
{
  char **line = user_data;
  g_autoptr (GError) error = NULL;

  *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object), result, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (*line);
}

/* The code in the command that a process prints for the other side. */
static char *
read_code (GSubprocess *process,
           const char *before)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *line = NULL;
  const char *code;

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, line_cb, &line);
  WAIT_UNTIL (line != NULL);
  g_assert_true (g_str_has_prefix (line, before));
  code = line + strlen (before);

  return g_strndup (code, strcspn (code, " "));
}

/* The sender waits; returns the code. */
static char *
start_sender (Fixture *fixture)
{
  fixture->sender = run (fixture, (const char *const[]){ "send", fixture->from, NULL });

  return read_code (fixture->sender, "peer-file receive ");
}

static void
start_receiver (Fixture *fixture,
                const char *code)
{
  fixture->receiver = run (fixture, (const char *const[]){ "receive", code, "--directory", fixture->to, NULL });
}

static void
ended_cb (GObject *object,
          GAsyncResult *result,
          gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (object), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static int
wait_exit (GSubprocess *process)
{
  gboolean has_ended = FALSE;

  g_subprocess_wait_async (process, NULL, ended_cb, &has_ended);
  WAIT_UNTIL (has_ended);
  g_assert_true (g_subprocess_get_if_exited (process));

  return g_subprocess_get_exit_status (process);
}

static void
make_file (Fixture *fixture,
           const char *name,
           gsize size)
{
  g_autofree char *path = g_build_filename (fixture->from, name, NULL);
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree guint32 *content = g_malloc (size + sizeof (guint32));
  g_autoptr (GError) error = NULL;
  guint32 seed = 1;

  for (gsize i = 0; i <= size / sizeof *content; i++)
    content[i] = seed = seed * 1664525 + 1013904223;
  g_assert_no_errno (g_mkdir_with_parents (directory, 0700));
  g_file_set_contents (path, (char *) content, (gssize) size, &error);
  g_assert_no_error (error);
}

static char *
get_received_path (Fixture *fixture,
                   const char *name,
                   const char *suffix)
{
  g_autofree char *full = g_strconcat (name, suffix, NULL);

  return g_build_filename (fixture->to, "from", full, NULL);
}

static char *
digest (const char *path)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *block = g_malloc (SMALL);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize size;

  g_assert_no_errno (fd);
  while ((size = read (fd, block, SMALL)) > 0)
    g_checksum_update (checksum, block, size);
  g_assert_no_errno ((int) size);
  close (fd);

  return g_strdup (g_checksum_get_string (checksum));
}

static void
check_received (Fixture *fixture,
                const char *name)
{
  g_autofree char *from = g_build_filename (fixture->from, name, NULL);
  g_autofree char *to = get_received_path (fixture, name, NULL);
  g_autofree char *digest_from = digest (from);
  g_autofree char *digest_to = digest (to);
  g_autofree char *part = get_received_path (fixture, name, ".peer-part");

  g_assert_cmpstr (digest_from, ==, digest_to);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
}

static goffset
get_part_size (Fixture *fixture,
               const char *name)
{
  g_autofree char *path = get_received_path (fixture, name, ".peer-part");
  GStatBuf status;

  return g_stat (path, &status) == 0 ? status.st_size : 0;
}

/* Turns the main loop when nothing else does. */
static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Until so much of a file is there. */
static void
wait_part (Fixture *fixture,
           const char *name,
           goffset size)
{
  guint tick = g_timeout_add (5, tick_cb, NULL);

  WAIT_UNTIL (get_part_size (fixture, name) >= size);
  g_source_remove (tick);
}

static void
test_directory (Fixture *fixture,
                gconstpointer data)
{
  g_autofree char *code = NULL;

  g_test_summary ("A directory arrives as it is, small files, empty ones and larger ones");

  make_file (fixture, "empty", 0);
  make_file (fixture, "big", SMALL + 1);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("sub/%u/file", i);

      make_file (fixture, name, i * 1000);
    }
  code = start_sender (fixture);
  start_receiver (fixture, code);
  g_assert_cmpint (wait_exit (fixture->receiver), ==, 0);
  g_assert_cmpint (wait_exit (fixture->sender), ==, 0);
  check_received (fixture, "empty");
  check_received (fixture, "big");
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("sub/%u/file", i);

      check_received (fixture, name);
    }
}

static void
test_receiver_waits (Fixture *fixture,
                     gconstpointer data)
{
  g_autofree char *code = NULL;

  g_test_summary ("A receiver waits for a sender, too");

  make_file (fixture, "a", 1000);
  fixture->receiver = run (fixture, (const char *const[]){ "receive", "--directory", fixture->to, NULL });
  code = read_code (fixture->receiver, "peer-file send --to ");
  fixture->sender = run (fixture, (const char *const[]){ "send", "--to", code, fixture->from, NULL });
  g_assert_cmpint (wait_exit (fixture->sender), ==, 0);
  g_assert_cmpint (wait_exit (fixture->receiver), ==, 0);
  check_received (fixture, "a");
}

static void
test_wrong_code (Fixture *fixture,
                 gconstpointer data)
{
  g_test_summary ("A code that nobody has is an error");

  start_receiver (fixture, "no-such-code");
  g_assert_cmpint (wait_exit (fixture->receiver), ==, 1);
}

static void
test_usage (Fixture *fixture,
            gconstpointer data)
{
  const char *const commands[][4] = {
    { "send", NULL }, { "fetch", NULL }, { "receive", "a", "b", NULL }, { "send", "--overwrite", "a", NULL }, { "receive", "--directory", "/nowhere", NULL }
  };

  g_test_summary ("Wrong options end with status 2, a file that is not there with 1");

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      fixture->sender = run (fixture, commands[i]);
      g_assert_cmpint (wait_exit (fixture->sender), ==, 2);
      g_clear_object (&fixture->sender);
    }
  fixture->sender = run (fixture, (const char *const[]){ "send", "/nowhere/at/all", NULL });
  g_assert_cmpint (wait_exit (fixture->sender), ==, 1);
}

static void
test_killed_receiver (Fixture *fixture,
                      gconstpointer data)
{
  g_autofree char *code = NULL;

  g_test_summary ("A receiver that is killed goes on where it was when it is run again");

  make_file (fixture, "big", BIG);
  code = start_sender (fixture);
  start_receiver (fixture, code);
  wait_part (fixture, "big", SMALL);
  kill_process (&fixture->receiver);
  g_assert_cmpint (get_part_size (fixture, "big"), >=, SMALL);
  start_receiver (fixture, code);
  g_assert_cmpint (wait_exit (fixture->receiver), ==, 0);
  g_assert_cmpint (wait_exit (fixture->sender), ==, 0);
  check_received (fixture, "big");
}

static void
test_signal (Fixture *fixture,
             gconstpointer data)
{
  const gboolean is_sender = GPOINTER_TO_INT (data);
  g_autofree char *code = NULL;

  g_test_summary ("A signal ends both sides, and what has been received stays");

  make_file (fixture, "big", BIG);
  code = start_sender (fixture);
  start_receiver (fixture, code);
  wait_part (fixture, "big", SMALL);
  g_subprocess_send_signal (is_sender ? fixture->sender : fixture->receiver, SIGINT);
  g_assert_cmpint (wait_exit (fixture->receiver), ==, 1);
  g_assert_cmpint (wait_exit (fixture->sender), ==, 1);
  g_assert_cmpint (get_part_size (fixture, "big"), >=, SMALL);
}

static void
test_memory (Fixture *fixture,
             gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->from, "sparse", NULL);
  const char *size_text = g_getenv ("FILES_TEST_SIZE");
  goffset size = size_text != NULL ? g_ascii_strtoll (size_text, NULL, 10) : SPARSE;
  gsize before_sender, before_receiver, most_sender = 0, most_receiver = 0;
  guint tick = g_timeout_add (20, tick_cb, NULL);
  g_autofree char *code = NULL;
  int fd = g_creat (path, 0600);

  g_test_summary ("A file of any size takes a few megabytes of memory at either end");

  g_assert_no_errno (fd);
  g_assert_no_errno (ftruncate (fd, size));
  close (fd);
  code = start_sender (fixture);
  start_receiver (fixture, code);
  wait_part (fixture, "sparse", 1);
  before_sender = process_usage_get (atoi (g_subprocess_get_identifier (fixture->sender))).resident;
  before_receiver = process_usage_get (atoi (g_subprocess_get_identifier (fixture->receiver))).resident;
  while (get_part_size (fixture, "sparse") > 0 && get_part_size (fixture, "sparse") < size * 9 / 10)
    {
      g_main_context_iteration (NULL, TRUE);
      most_sender = MAX (most_sender, process_usage_get (atoi (g_subprocess_get_identifier (fixture->sender))).resident);
      most_receiver = MAX (most_receiver, process_usage_get (atoi (g_subprocess_get_identifier (fixture->receiver))).resident);
    }
  g_source_remove (tick);
  g_test_message ("sender %zu to %zu, receiver %zu to %zu KiB", before_sender / 1024, most_sender / 1024,
                  before_receiver / 1024, most_receiver / 1024);
  g_assert_cmpuint (most_sender, >, 0);
  g_assert_cmpuint (most_sender, <, before_sender + GROWTH);
  g_assert_cmpuint (most_receiver, <, before_receiver + GROWTH);
  g_assert_cmpint (wait_exit (fixture->receiver), ==, 0);
  g_assert_cmpint (wait_exit (fixture->sender), ==, 0);
  check_received (fixture, "sparse");
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  ADD ("/files/directory", NULL, test_directory);
  ADD ("/files/receiver-waits", NULL, test_receiver_waits);
  ADD ("/files/wrong-code", NULL, test_wrong_code);
  ADD ("/files/usage", NULL, test_usage);
  ADD ("/files/killed-receiver", NULL, test_killed_receiver);
  ADD ("/files/signal/sender", GINT_TO_POINTER (TRUE), test_signal);
  ADD ("/files/signal/receiver", GINT_TO_POINTER (FALSE), test_signal);
  ADD ("/files/memory", NULL, test_memory);
#undef ADD

  return g_test_run ();
}
