/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <sys/prctl.h>

#include "server-client.h"

#define SECRET "a secret for tests"

/* coturn, on a port of the loopback interface. */
typedef struct
{
  GSubprocess *process;
  char *directory;
  char *database;
  guint port;
} TurnServer;

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static guint
find_free_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}

static gboolean
turn_server_try (TurnServer *self)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *database = g_strdup_printf ("--userdb=%s", self->database);
  g_autofree char *port = NULL;
  g_autoptr (GError) error = NULL;

  self->port = find_free_port ();
  port = g_strdup_printf ("--listening-port=%u", self->port);
  g_subprocess_launcher_set_cwd (launcher, self->directory);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  self->process = g_subprocess_launcher_spawn (launcher, &error, "turnserver", "-n", "--use-auth-secret",
                                               "--static-auth-secret=" SECRET, "--realm=test", "--listening-ip=127.0.0.1",
                                               "--relay-ip=127.0.0.1", "--allow-loopback-peers", "--no-tls", "--no-dtls",
                                               "--no-cli", "--log-file=stdout", "--pidfile=", port, database, NULL);
  g_assert_no_error (error);

  while (g_subprocess_get_identifier (self->process) != NULL)
    {
      g_autoptr (GSocketClient) client = g_socket_client_new ();
      g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, "127.0.0.1", self->port, NULL, NULL);

      if (connection != NULL)
        return TRUE;
      g_main_context_iteration (NULL, TRUE);
    }

  g_clear_object (&self->process);

  return FALSE;
}

/* Tries other ports when somebody else was faster. */
static void
turn_server_start (TurnServer *self)
{
  guint wake = g_timeout_add (50, wake_cb, NULL);
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("peer-turn-XXXXXX", &error);
  g_assert_no_error (error);
  self->database = g_build_filename (self->directory, "database", NULL);

  WAIT_UNTIL (turn_server_try (self));
  g_source_remove (wake);
}

static void
turn_server_end (TurnServer *self)
{
  g_autoptr (GFile) database = g_file_new_for_path (self->database);
  g_autoptr (GFile) directory = g_file_new_for_path (self->directory);

  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
  g_file_delete (database, NULL, NULL);
  g_file_delete (directory, NULL, NULL);
  g_clear_pointer (&self->database, g_free);
  g_clear_pointer (&self->directory, g_free);
}

static void
keep_result_cb (GObject *source,
                GAsyncResult *result,
                gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Whether credentials allocate two relayed addresses that reach each other. */
static gboolean
turn_server_accepts (TurnServer *self,
                     const char *username,
                     const char *credential)
{
  g_autofree char *port = g_strdup_printf ("%u", self->port);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) client = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error,
                                                     "turnutils_uclient", "-y", "-c", "-n", "1", "-m", "1", "-p", port,
                                                     "-u", username, "-w", credential, "127.0.0.1", NULL);
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_no_error (error);
  g_subprocess_wait_async (client, NULL, keep_result_cb, &result);
  WAIT_UNTIL (result != NULL);

  return g_subprocess_get_if_exited (client) && g_subprocess_get_exit_status (client) == 0;
}

static void
get_credentials (PeerServer *server,
                 char **username,
                 char **credential)
{
  g_autoptr (TestAnswer) answer = test_request (server, "GET", "/peerjs/ice", NULL, NULL);
  g_autoptr (JsonNode) root = json_from_string (answer->body, NULL);
  JsonObject *relay;

  g_assert_nonnull (root);
  relay = json_array_get_object_element (json_object_get_array_member (json_node_get_object (root), "iceServers"), 0);
  *username = g_strdup (json_object_get_string_member (relay, "username"));
  *credential = g_strdup (json_object_get_string_member (relay, "credential"));
}

static void
test_allocate (void)
{
  static const char *const uris[] = { "turn:127.0.0.1", NULL };
  PeerServer *server = test_server_new ("turn-uris", uris, "turn-secret", SECRET, NULL);
  TurnServer turn;
  g_autofree char *username = NULL;
  g_autofree char *credential = NULL;
  g_autofree char *foreign = NULL;
  g_autofree char *foreign_credential = NULL;

  g_test_summary ("coturn relays for who has the credentials, and for nobody else");

  turn_server_start (&turn);
  get_credentials (server, &username, &credential);
  g_assert_true (turn_server_accepts (&turn, username, credential));

  g_object_set (server, "turn-secret", "another secret", NULL);
  get_credentials (server, &foreign, &foreign_credential);
  g_assert_false (turn_server_accepts (&turn, foreign, foreign_credential));
  foreign[strlen (foreign) - 1] ^= 1;
  g_assert_false (turn_server_accepts (&turn, foreign, credential));

  turn_server_end (&turn);
  test_server_end (server);
}

static void
test_expiry (void)
{
  static const char *const uris[] = { "turn:127.0.0.1", NULL };
  PeerServer *server = test_server_new ("turn-uris", uris, "turn-secret", SECRET, "turn-ttl", 1, NULL);
  TurnServer turn;
  g_autofree char *username = NULL;
  g_autofree char *credential = NULL;
  guint wake = g_timeout_add (50, wake_cb, NULL);

  g_test_summary ("coturn knows when credentials have ended");

  turn_server_start (&turn);
  get_credentials (server, &username, &credential);
  WAIT_UNTIL (g_get_real_time () / G_USEC_PER_SEC > g_ascii_strtoll (username, NULL, 10) + 1);
  g_source_remove (wake);
  g_assert_false (turn_server_accepts (&turn, username, credential));

  turn_server_end (&turn);
  test_server_end (server);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-turn/allocate", test_allocate);
  g_test_add_func ("/server-turn/expiry", test_expiry);

  return g_test_run ();
}
