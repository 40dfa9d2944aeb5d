/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "server-client.h"

/* peer-server as a process. */
typedef struct
{
  GSubprocess *process;
  GDataInputStream *output;
  guint port;
} Program;

static GSubprocess *
spawn (GSubprocessFlags flags,
       const char *environment,
       const char *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autofree char *command = g_strdup_printf ("%s %s", g_getenv ("PEER_SERVER"), arguments);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;
  g_auto (GStrv) argv = NULL;

  g_assert_nonnull (g_getenv ("PEER_SERVER"));
  g_assert_true (g_shell_parse_argv (command, NULL, &argv, &error));
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
  g_subprocess_launcher_unsetenv (launcher, "PORT");
  g_subprocess_launcher_unsetenv (launcher, "PEERSERVER_PATH");
  if (environment != NULL)
    {
      const char *equals = strchr (environment, '=');
      g_autofree char *name = g_strndup (environment, equals - environment);

      g_subprocess_launcher_setenv (launcher, name, equals + 1, TRUE);
    }

  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);

  return process;
}

static char *
program_read (Program *self)
{
  char *line = g_data_input_stream_read_line (self->output, NULL, NULL, NULL);

  g_assert_nonnull (line);

  return line;
}

static void
program_start (Program *self,
               const char *environment,
               const char *arguments,
               const char *expected_address,
               const char *expected_path)
{
  g_autofree char *line = NULL;
  g_autofree char *expected = NULL;
  const char *port;

  self->process = spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE, environment, arguments);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));

  line = program_read (self);
  port = strstr (line, "port: ");
  g_assert_nonnull (port);
  self->port = (guint) g_ascii_strtoull (port + strlen ("port: "), NULL, 10);
  expected = g_strdup_printf ("Started PeerServer on %s, port: %u, path: %s", expected_address, self->port, expected_path);
  g_assert_cmpstr (line, ==, expected);
}

static void
program_end (Program *self,
             int signal_number)
{
  g_subprocess_send_signal (self->process, signal_number);
  g_assert_true (g_subprocess_wait_check (self->process, NULL, NULL));
  g_clear_object (&self->output);
  g_clear_object (&self->process);
}

static void
test_lines (void)
{
  Program program;
  TestClient *client;
  g_autofree char *connected = NULL;
  g_autofree char *disconnected = NULL;

  g_test_summary ("It prints what the peerjs command prints, also into a pipe");

  program_start (&program, NULL, "--port 0", "::", "/");
  client = test_client_new_for_port (program.port, "/peerjs?key=peerjs&id=alice&token=t");
  assert_next (client, "{\"type\":\"OPEN\"}");
  connected = program_read (&program);
  g_assert_cmpstr (connected, ==, "Client connected: alice");
  test_client_free (client);
  disconnected = program_read (&program);
  g_assert_cmpstr (disconnected, ==, "Client disconnected: alice");
  program_end (&program, SIGTERM);
}

static void
test_signals (void)
{
  static const int signals[] = { SIGTERM, SIGINT };

  g_test_summary ("SIGTERM and SIGINT tell the clients and end it with 0");

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      Program program;
      TestClient *client;

      program_start (&program, NULL, "-p 0 -H 127.0.0.1", "127.0.0.1", "/");
      client = test_client_new_for_port (program.port, "/peerjs?key=peerjs&id=alice&token=t");
      assert_next (client, "{\"type\":\"OPEN\"}");
      g_subprocess_send_signal (program.process, signals[i]);
      g_assert_cmpuint (test_client_read_close (client), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
      test_client_free (client);
      program_end (&program, signals[i]);
    }
}

static void
test_options (void)
{
  static const struct
  {
    const char *environment;
    const char *arguments;
    const char *path;
  } cases[] = {
    { NULL, "--port=0 --host 127.0.0.1 --path /app --key k --expire_timeout 1 --alive-timeout 2 --concurrent_limit=3", "/app" },
    { NULL, "-p 0 -H 127.0.0.1 -k k -t 1 -c 3 --cleanup_out_msgs 5 --allow_discovery --proxied", "/" },
    { NULL, "-p 0 -H 127.0.0.1 --allow_discovery true --proxied false --cors https://a https://b --no-strict-http-key", "/" },
    { NULL, "-p 0 -H 127.0.0.1 --unlimited --max-depth 3 --allowed_origin https://a https://b --stun-uri stun:a", "/" },
    { NULL, "-p 0 -H 127.0.0.1 --clients-per-address 0 --max-message-size 0 --max_depth 0 --max-id-length 0 "
            "--messages-per-second 0 --message-burst 0 --send-buffer-size 0 --queue-limit 0 --queue-total-limit 0 "
            "--queue-total-size 0 --handshake-timeout 0 --handshake-limit 0 --topics-per-client 0 --no-unlimited --no-signaling",
      "/" },
    { "PORT=0", "-H 127.0.0.1", "/" },
    { "PEERSERVER_PATH=/from-env", "-p 0 -H 127.0.0.1", "/from-env" },
    { "PEERSERVER_PATH=/from-env", "-p 0 -H 127.0.0.1 --path /own", "/own" },
  };

  g_test_summary ("Options in every spelling, and the environment");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Program program;

      program_start (&program, cases[i].environment, cases[i].arguments, "127.0.0.1", cases[i].path);
      program_end (&program, SIGTERM);
    }
}

static void
test_signaling (void)
{
  Program program;
  TestClient *client;

  g_test_summary ("The program carries messages on topics");

  program_start (&program, NULL, "--port 0 --signaling --topics-per-client 1 --path /app", "::", "/app");
  client = test_client_new_for_port (program.port, "/app/signaling");
  g_assert_true (g_str_has_prefix (test_client_read (client), "{\"type\":\"open\""));
  test_client_send (client, "{\"type\":\"subscribe\",\"topic\":[\"a\"]}");
  test_client_send (client, "{\"type\":\"publish\",\"topic\":[\"a\"],\"message\":1}");
  g_assert_true (g_str_has_suffix (test_client_read (client), "\"message\":1}"));
  test_client_send (client, "{\"type\":\"subscribe\",\"topic\":[\"b\"]}");
  g_assert_true (g_str_has_prefix (test_client_read (client), "{\"type\":\"error\""));
  test_client_free (client);
  program_end (&program, SIGTERM);
}

static void
test_unlimited (void)
{
  g_autofree char *deep = g_strnfill (200, '[');
  g_autofree char *deep_end = g_strnfill (200, ']');
  g_autofree char *offer = g_strdup_printf ("{\"type\":\"OFFER\",\"dst\":\"alice\",\"payload\":%s%s}", deep, deep_end);
  Program program;
  TestClient *client;

  g_test_summary ("Limits that are turned off do not limit");

  program_start (&program, NULL, "--port 0 --unlimited", "::", "/");
  client = test_client_new_for_port (program.port, "/peerjs?key=peerjs&id=alice&token=t");
  assert_next (client, "{\"type\":\"OPEN\"}");
  test_client_send (client, offer);
  g_assert_true (g_str_has_prefix (test_client_read (client), "{\"type\":\"OFFER\""));
  test_client_free (client);
  program_end (&program, SIGTERM);
}

static void
test_secrets (void)
{
  g_autofree char *path = NULL;
  g_autofree char *arguments = NULL;
  g_autofree char *token = peer_server_mint_token ("the secret that was", "peerjs", "alice", G_MAXINT32);
  g_autofree char *request = g_strdup_printf ("/peerjs?key=peerjs&id=alice&token=%s", token);
  g_autoptr (GSubprocess) refused = NULL;
  g_autoptr (GError) error = NULL;
  Program program;
  TestClient *client;
  int file = g_file_open_tmp (NULL, &path, &error);

  g_test_summary ("Secrets come from a file, and a short one is refused");

  g_assert_no_error (error);
  g_close (file, NULL);
  arguments = g_strdup_printf ("--port 0 --auth-secret-file %s", path);

  g_assert_true (g_file_set_contents (path, "  the secret that is\r\n\nthe secret that was", -1, NULL));
  program_start (&program, NULL, arguments, "::", "/");
  client = test_client_new_for_port (program.port, request);
  assert_next (client, "{\"type\":\"OPEN\"}");
  test_client_free (client);
  program_end (&program, SIGTERM);

  g_assert_true (g_file_set_contents (path, "short", -1, NULL));
  refused = spawn (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, arguments);
  g_subprocess_wait (refused, NULL, NULL);
  g_assert_cmpint (g_subprocess_get_exit_status (refused), ==, 1);

  g_unlink (path);
}

#define JOIN(id, more) "{\"action\":\"join\",\"roomId\":\"r\",\"sessionId\":\"" id "\"" more "}"
#define PEERS_LIST(id, peers) "{\"type\":\"peers_list\",\"peers\":[" peers "],\"roomId\":\"r\",\"sessionId\":\"" id "\"}"

static void
test_rooms (void)
{
  Program program;
  TestClient *alice;
  TestClient *bob;

  g_test_summary ("With --rooms there are rooms at the same port, which end with 1001");

  program_start (&program, NULL, "-p 0 -H 127.0.0.1 --rooms", "127.0.0.1", "/");
  alice = test_client_new_for_port (program.port, "/webrtc");
  test_client_send (alice, JOIN ("alice", ""));
  assert_next (alice, PEERS_LIST ("alice", ""));
  bob = test_client_new_for_port (program.port, "/webrtc");
  test_client_send (bob, JOIN ("bob", ""));
  assert_next (bob, PEERS_LIST ("bob", "\"alice\""));
  assert_next (alice, "{\"type\":\"peer_joined\",\"peerId\":\"bob\",\"peers\":[\"alice\",\"bob\"]}");
  test_client_free (bob);
  assert_next (alice, "{\"type\":\"peer_left\",\"peerId\":\"bob\"}");

  g_subprocess_send_signal (program.process, SIGTERM);
  g_assert_cmpuint (test_client_read_close (alice), ==, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  test_client_free (alice);
  program_end (&program, SIGTERM);

  program_start (&program, NULL, "-p 0 -H 127.0.0.1 --no-rooms", "127.0.0.1", "/");
  alice = test_client_new_for_port (program.port, "/webrtc");
  g_assert_null (alice->websocket);
  test_client_free (alice);
  program_end (&program, SIGTERM);
}

static void
test_rooms_secrets (void)
{
  g_autofree char *path = NULL;
  g_autofree char *arguments = NULL;
  g_autofree char *token = peer_server_mint_token ("the secret that is", "peerjs", "alice", G_MAXINT32);
  g_autofree char *join = g_strdup_printf (JOIN ("alice", ",\"credentials\":\"%s\""), token);
  g_autofree char *stolen = g_strdup_printf (JOIN ("bob", ",\"credentials\":\"%s\""), token);
  g_autoptr (GError) error = NULL;
  Program program;
  TestClient *client;
  int file = g_file_open_tmp (NULL, &path, &error);

  g_test_summary ("With secrets who joins a room needs a token for the id");

  g_assert_no_error (error);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, "the secret that is\n", -1, NULL));
  arguments = g_strdup_printf ("-p 0 -H 127.0.0.1 --rooms --auth-secret-file %s", path);
  program_start (&program, NULL, arguments, "127.0.0.1", "/");
  client = test_client_new_for_port (program.port, "/webrtc");
  test_client_send (client, JOIN ("alice", ""));
  g_assert_nonnull (strstr (test_client_read (client), "\"code\":\"refused\""));
  test_client_send (client, stolen);
  g_assert_nonnull (strstr (test_client_read (client), "\"code\":\"refused\""));
  test_client_send (client, join);
  assert_next (client, PEERS_LIST ("alice", ""));
  test_client_free (client);
  program_end (&program, SIGTERM);

  g_unlink (path);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *arguments;
    int status;
    const char *message;
  } cases[] = {
    { "", 1, "Missing required argument: port" },
    { "--port 0 --sslkey k.pem", 1, "Warning: PeerServer will not run because either the key or the certificate has not been provided." },
    { "--port 0 --sslcert c.pem", 1, "Warning: PeerServer will not run" },
    { "--port 0 --sslkey /nonexistent --sslcert /nonexistent", 1, "peer-server: " },
    { "--port 0 --host 192.0.2.1", 1, "Could not listen" },
    { "--port 0 --path relative", 1, "does not begin with a slash" },
    { "--port 65536", 2, "port" },
    { "--port nine", 2, "port" },
    { "--port 0 --alive-timeout soon", 2, "soon" },
    { "--port 0 --turn-uri turn:a", 2, "--turn-secret-file" },
    { "--port 0 --turn-ttl 0", 2, "0" },
    { "--port 0 --auth-secret-file /nonexistent", 1, "/nonexistent" },
    { "--port 0 --auth-secret-file /dev/null", 1, "There is no secret" },
    { "--port 0 --signaling --workers 2 --redis redis://127.0.0.1:1", 2, "--signaling" },
    { "--port 0 --nonsense", 2, "nonsense" },
    { "--port 0 operand", 2, "operand" },
  };

  g_test_summary ("What is wrong is said on stderr, and in the exit status");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GSubprocess) process = spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, cases[i].arguments);
      g_autofree char *output = NULL;
      g_autofree char *errors = NULL;

      g_subprocess_communicate_utf8 (process, NULL, NULL, &output, &errors, NULL);
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, cases[i].status);
      g_assert_cmpstr (output, ==, "");
      g_assert_nonnull (strstr (errors, cases[i].message));
    }
}

static void
test_help (void)
{
  static const char *const arguments[] = { "--help", "--version" };

  g_test_summary ("Help and version go to stdout");

  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++)
    {
      g_autoptr (GSubprocess) process = spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, arguments[i]);
      g_autofree char *output = NULL;

      g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, NULL);
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
      g_assert_nonnull (strstr (output, "peer-server"));
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/server-program/lines", test_lines);
  g_test_add_func ("/server-program/signals", test_signals);
  g_test_add_func ("/server-program/options", test_options);
  g_test_add_func ("/server-program/signaling", test_signaling);
  g_test_add_func ("/server-program/unlimited", test_unlimited);
  g_test_add_func ("/server-program/secrets", test_secrets);
  g_test_add_func ("/server-program/rooms", test_rooms);
  g_test_add_func ("/server-program/rooms-secrets", test_rooms_secrets);
  g_test_add_func ("/server-program/errors", test_errors);
  g_test_add_func ("/server-program/help", test_help);

  return g_test_run ();
}
