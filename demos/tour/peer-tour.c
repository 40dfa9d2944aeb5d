/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A guided tour: a server and two peers in one program, and everything that
 * they can exchange. */

#include <glib-unix.h>
#include <libpeerglib/peer.h>
#include <stdlib.h>
#include <locale.h>
#include <stdio.h>

#include "peer-tour-file.h"

#define FILE_SIZE (64 * 1024 * 1024)
#define DEADLINE 60 /* seconds for any one step */
#define ECHO_ID "tour"

typedef struct
{
  SoupServer *http;
  PeerServer *server;
  char *uri;

  PeerPeer *alice;
  PeerPeer *bob;
  PeerDataConnection *to_bob;
  PeerDataConnection *to_alice;

  GVariant *received; /* by alice: the last value */
  GFile *directory;   /* of bob */
  GFile *stored;
  gboolean sent;
} Tour;

static double
milliseconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000;
}

static void
fail (const char *step,
      const char *why)
{
  g_printerr ("peer-tour: %s: %s\n", step, why);
  exit (EXIT_FAILURE);
}

static gboolean
deadline_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until the step is done. */
#define WAIT_UNTIL(step, condition)                                             \
  G_STMT_START                                                                  \
  {                                                                             \
    gboolean timed_out = FALSE;                                                 \
    guint deadline = g_timeout_add_seconds (DEADLINE, deadline_cb, &timed_out); \
    while (!(condition) && !timed_out)                                          \
      g_main_context_iteration (NULL, TRUE);                                    \
    g_source_remove (deadline);                                                 \
    if (!(condition))                                                           \
      fail (step, "it took too long");                                          \
  }                                                                             \
  G_STMT_END

static void
error_cb (GObject *object,
          const GError *error,
          const char *who)
{
  fail (who, error->message);
}

static void
page_cb (SoupServer *http,
         SoupServerMessage *message,
         const char *path,
         GHashTable *query,
         gpointer user_data)
{
  g_autoptr (GBytes) page = g_resources_lookup_data ("/org/libpeerglib/tour/tour.html", 0, NULL);

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/html; charset=utf-8", SOUP_MEMORY_COPY,
                                    g_bytes_get_data (page, NULL), g_bytes_get_size (page));
}

static void
start_server (Tour *tour)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  tour->http = soup_server_new (NULL, NULL);
  tour->server = peer_server_new ();
  if (!peer_server_attach (tour->server, tour->http, &error))
    fail ("server", error->message);
  soup_server_add_handler (tour->http, "/tour", page_cb, NULL, NULL);
  if (!soup_server_listen_local (tour->http, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    fail ("server", error->message);

  uris = soup_server_get_uris (tour->http);
  tour->uri = g_uri_to_string (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_print ("A server listens at %s\n", tour->uri);
}

/* Both peers are on this machine: they need nobody's help to find each other. */
static PeerPeer *
new_peer (Tour *tour,
          const char *id)
{
  g_autoptr (GUri) uri = g_uri_parse (tour->uri, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GListStore) no_ice_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  PeerPeer *peer = g_object_new (PEER_TYPE_PEER,
                                 "id", id,
                                 "host", g_uri_get_host (uri),
                                 "port", (guint) g_uri_get_port (uri),
                                 "secure", FALSE,
                                 "ice-servers", no_ice_servers,
                                 NULL);

  g_signal_connect (peer, "error", G_CALLBACK (error_cb), (gpointer) id);

  return peer;
}

/* Bob's side: he answers what he gets, and stores files. */
static void
bob_data_cb (PeerDataConnection *connection,
             GVariant *value,
             Tour *tour)
{
  g_autoptr (GError) error = NULL;

  if (!peer_data_connection_send (connection, value, &error))
    fail ("bob", error->message);
}

static void
bob_stored_cb (GObject *object,
               GAsyncResult *result,
               gpointer user_data)
{
  Tour *tour = user_data;
  g_autoptr (GError) error = NULL;

  tour->stored = peer_file_transfer_accept_finish (PEER_FILE_TRANSFER (object), result, &error);
  if (tour->stored == NULL)
    fail ("bob", error->message);
}

static void
bob_file_cb (PeerDataConnection *connection,
             PeerFileTransfer *transfer,
             Tour *tour)
{
  peer_file_transfer_accept_async (transfer, tour->directory, PEER_FILE_ACCEPT_NONE, NULL, bob_stored_cb, tour);
}

static void
bob_connection_cb (PeerPeer *bob,
                   PeerDataConnection *connection,
                   Tour *tour)
{
  g_autofree char *metadata = g_variant_print (peer_base_connection_get_metadata (PEER_BASE_CONNECTION (connection)), FALSE);

  g_print ("Bob is called by %s, who says %s\n",
           peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (connection)), metadata);
  g_set_object (&tour->to_alice, connection);
  g_signal_connect (connection, "data", G_CALLBACK (bob_data_cb), tour);
  g_signal_connect (connection, "file", G_CALLBACK (bob_file_cb), tour);
}

static void
alice_data_cb (PeerDataConnection *connection,
               GVariant *value,
               Tour *tour)
{
  g_clear_pointer (&tour->received, g_variant_unref);
  tour->received = g_variant_ref (value);
}

static void
open_peers (Tour *tour)
{
  gint64 start = g_get_monotonic_time ();

  tour->alice = new_peer (tour, "alice");
  tour->bob = new_peer (tour, "bob");
  g_signal_connect (tour->bob, "connection", G_CALLBACK (bob_connection_cb), tour);
  WAIT_UNTIL ("open", peer_peer_get_is_open (tour->alice) && peer_peer_get_is_open (tour->bob));
  g_print ("Two peers, alice and bob, are open after %.1f ms\n", milliseconds_since (start));
}

static void
connect_peers (Tour *tour)
{
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();
  gint64 start = g_get_monotonic_time ();

  peer_connect_options_set_reliable (options, TRUE);
  peer_connect_options_set_metadata (options, g_variant_new_string ("hello, it is me"));
  tour->to_bob = g_object_ref (peer_peer_connect_to (tour->alice, "bob", options));
  g_signal_connect (tour->to_bob, "data", G_CALLBACK (alice_data_cb), tour);
  g_signal_connect (tour->to_bob, "error", G_CALLBACK (error_cb), "connection");
  WAIT_UNTIL ("connect", peer_base_connection_get_is_open (PEER_BASE_CONNECTION (tour->to_bob)));
  g_print ("Their connection is open after %.1f ms; the server is not needed any more\n", milliseconds_since (start));
}

static void
exchange (Tour *tour,
          const char *what,
          GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  g_clear_pointer (&tour->received, g_variant_unref);
  if (!peer_data_connection_send (tour->to_bob, owned, &error))
    fail (what, error->message);
  WAIT_UNTIL (what, tour->received != NULL);
  if (!g_variant_equal (owned, tour->received))
    fail (what, "what came back is not what was sent");
  g_print ("  %-28s there and back in %.2f ms\n", what, milliseconds_since (start));
}

static GVariant *
new_structure (void)
{
  const char *text = "{'name': <'Ada Lovelace'>, 'born': <int64 1815>, 'ratio': <0.5>, 'alive': <false>,"
                     " 'languages': <[<'English'>, <'🧮'>]>, 'address': <@mv nothing>}";

  return g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
}

static void
exchange_values (Tour *tour)
{
  g_autofree char *long_text = g_strnfill (2 * 1024 * 1024, 'x');
  g_autofree guint8 *bytes = g_malloc0 (1024 * 1024);

  g_print ("Alice sends, and bob sends back:\n");
  exchange (tour, "text", g_variant_new_string ("Grüße 👋"));
  exchange (tour, "a number", g_variant_new_int64 (42));
  exchange (tour, "a structure", new_structure ());
  exchange (tour, "1 MiB of bytes", g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, 1024 * 1024, 1));
  exchange (tour, "2 MiB of text", g_variant_new_string (long_text));
}

static void
file_sent_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  Tour *tour = user_data;
  g_autoptr (GError) error = NULL;

  if (!peer_data_connection_send_file_finish (PEER_DATA_CONNECTION (object), result, &error))
    fail ("file", error->message);
  tour->sent = TRUE;
}

/* Sending is done when the file is stored and both have the same SHA-256. */
static void
send_file (Tour *tour)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = tour_file_new (FILE_SIZE, &error);
  g_autofree char *directory = NULL;
  gint64 start;
  double seconds;

  if (file != NULL)
    directory = g_dir_make_tmp ("peer-tour-XXXXXX", &error);
  if (directory == NULL)
    fail ("file", error->message);

  start = g_get_monotonic_time ();
  tour->directory = g_file_new_for_path (directory);
  peer_data_connection_send_file_async (tour->to_bob, file, NULL, NULL, NULL, NULL, file_sent_cb, tour);
  WAIT_UNTIL ("file", tour->sent && tour->stored != NULL);
  seconds = milliseconds_since (start) / 1000;
  g_print ("  %-28s in %.2f s, %.0f Mbit/s, stored and verified\n", "a file of 64 MiB", seconds,
           FILE_SIZE * 8 / seconds / 1e6);

  g_file_delete (file, NULL, NULL);
  g_file_delete (tour->stored, NULL, NULL);
  g_file_delete (tour->directory, NULL, NULL);
}

static void
close_peers (Tour *tour)
{
  gint64 start = g_get_monotonic_time ();

  peer_base_connection_close (PEER_BASE_CONNECTION (tour->to_bob));
  WAIT_UNTIL ("close", !peer_base_connection_get_is_open (PEER_BASE_CONNECTION (tour->to_alice)));
  g_print ("Alice closes the connection; bob sees it after %.1f ms\n", milliseconds_since (start));

  peer_peer_destroy (tour->alice);
  peer_peer_destroy (tour->bob);
}

static void
echo_data_cb (PeerDataConnection *connection,
              GVariant *value,
              gpointer user_data)
{
  peer_data_connection_send (connection, value, NULL);
}

static void
echo_connection_cb (PeerPeer *peer,
                    PeerDataConnection *connection,
                    gpointer user_data)
{
  g_print ("%s connects\n", peer_base_connection_get_peer_id (PEER_BASE_CONNECTION (connection)));
  g_signal_connect (connection, "data", G_CALLBACK (echo_data_cb), NULL);
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_CONTINUE;
}

static void
stay (Tour *tour,
      const char *program)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (PeerPeer) echo = new_peer (tour, ECHO_ID);
  g_autofree char *directory = g_path_get_dirname (program);
  g_autofree char *cat = g_build_filename (directory, "..", "tools", "peer-cat", NULL);
  g_autofree char *cat_path = g_canonicalize_filename (cat, NULL);

  g_signal_connect (echo, "connection", G_CALLBACK (echo_connection_cb), NULL);
  WAIT_UNTIL ("echo", peer_peer_get_is_open (echo));

  g_print ("\nThe peer “%s” stays and sends back what it gets. Talk to it\n"
           "  from a browser:          %stour\n"
           "  from a second terminal:  %s --server %s %s\n"
           "Ctrl+C ends it.\n",
           ECHO_ID, tour->uri, cat_path, tour->uri, ECHO_ID);
  g_unix_signal_add (SIGINT, quit_cb, loop);
  g_unix_signal_add (SIGTERM, quit_cb, loop);
  g_main_loop_run (loop);
  peer_peer_destroy (echo);
}

static void
tour_clear (Tour *tour)
{
  peer_server_stop (tour->server);
  g_clear_object (&tour->to_bob);
  g_clear_object (&tour->to_alice);
  g_clear_object (&tour->directory);
  g_clear_object (&tour->stored);
  g_clear_object (&tour->alice);
  g_clear_object (&tour->bob);
  g_clear_object (&tour->server);
  g_clear_object (&tour->http);
  g_clear_pointer (&tour->received, g_variant_unref);
  g_clear_pointer (&tour->uri, g_free);
}

int
main (int argc,
      char *argv[])
{
  Tour tour = { 0 };
  gboolean once = argc == 2 && g_str_equal (argv[1], "--once");

  if (argc > 1 && !once)
    {
      g_printerr ("usage: peer-tour [--once]\n");
      return 2;
    }

  setlocale (LC_ALL, "");
  setvbuf (stdout, NULL, _IOLBF, 0);
  start_server (&tour);
  open_peers (&tour);
  connect_peers (&tour);
  exchange_values (&tour);
  send_file (&tour);
  close_peers (&tour);
  if (!once)
    stay (&tour, argv[0]);
  tour_clear (&tour);

  return EXIT_SUCCESS;
}
