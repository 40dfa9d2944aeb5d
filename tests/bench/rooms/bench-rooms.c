/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Members of one room in one process: how long it takes until each has all
 * others in its list, and what they say to all when each keeps a few messages
 * under way. Prints one line of JSON. Or a hub, which ends with its standard
 * input. */

#include "bench-rooms.h"

#include <stdlib.h>

#define DEADLINE_SECONDS 120
#define N_UNDER_WAY 8
#define MESSAGE_SIZE 100

typedef struct _Bench Bench;

typedef struct
{
  Bench *bench;
  PeerRoom *room;
  guint index;
  guint64 next;                 /* number of the message that it says next */
  guint n_missing[N_UNDER_WAY]; /* that have to hear it, of each under way */
} Member;

struct _Bench
{
  guint n_members;
  Member *members;
  GMainLoop *loop;
  guint n_joined;
  gboolean is_counting;
  guint64 n_heard;
  guint64 n_heard_by_all;
  int hub; /* its process, when it is to be watched */
};

static void
fail (const char *message)
{
  g_printerr ("bench-rooms: %s\n", message);
  exit (1);
}

static gboolean
on_deadline (gpointer user_data)
{
  fail ("it takes too long");

  return G_SOURCE_REMOVE;
}

static void
say (Member *self)
{
  g_autofree char *padding = g_strnfill (MESSAGE_SIZE, '.');
  g_autofree char *text = g_strdup_printf ("%u %" G_GUINT64_FORMAT " ", self->index, self->next);
  g_autoptr (GError) error = NULL;

  memcpy (padding, text, strlen (text));
  self->n_missing[self->next % N_UNDER_WAY] = self->bench->n_members - 1;
  self->next++;
  if (!peer_room_send_message (self->room, g_variant_new_string (padding), &error))
    fail (error->message);
}

static void
on_message (PeerRoom *room,
            PeerRoomMember *sender,
            GVariant *message,
            Member *hearer)
{
  Bench *bench = hearer->bench;
  const char *text = g_variant_get_string (message, NULL);
  char *end;
  guint64 index = g_ascii_strtoull (text, &end, 10);
  guint64 number = g_ascii_strtoull (end, NULL, 10);
  Member *self = &bench->members[index];

  bench->n_heard += bench->is_counting;
  if (--self->n_missing[number % N_UNDER_WAY] > 0)
    return;

  bench->n_heard_by_all += bench->is_counting;
  say (self);
}

/* And nobody calls back any more. */
static gboolean
is_full (Bench *self)
{
  if (self->n_joined < self->n_members)
    return FALSE;

  for (guint i = 0; i < self->n_members; i++)
    {
      if (peer_room_get_n_peers (self->members[i].room) < self->n_members)
        return FALSE;
    }

  return TRUE;
}

static void
on_changed (Bench *self)
{
  if (is_full (self))
    g_main_loop_quit (self->loop);
}

static void
on_joined (GObject *object,
           GAsyncResult *result,
           gpointer user_data)
{
  Bench *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!peer_room_join_finish (PEER_ROOM (object), result, &error))
    fail (error->message);
  self->n_joined++;
  on_changed (self);
}

static double
join_all (Bench *self)
{
  gint64 began_at = g_get_monotonic_time ();

  for (guint i = 0; i < self->n_members; i++)
    {
      Member *member = &self->members[i];

      g_signal_connect_swapped (member->room, "notify::n-peers", G_CALLBACK (on_changed), self);
      g_signal_connect (member->room, "message", G_CALLBACK (on_message), member);
      peer_room_join_async (member->room, NULL, on_joined, self);
    }
  g_main_loop_run (self->loop);

  return (double) (g_get_monotonic_time () - began_at) / 1000;
}

static gboolean
on_end (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

static void
run_for (Bench *self,
         guint milliseconds)
{
  g_timeout_add (milliseconds, on_end, self->loop);
  g_main_loop_run (self->loop);
}

static void
measure (Bench *self,
         guint milliseconds)
{
  double full = join_all (self);
  Usage before, after;
  gint64 began_at;
  double seconds;

  for (guint i = 0; i < self->n_members; i++)
    {
      for (guint n = 0; n < N_UNDER_WAY; n++)
        say (&self->members[i]);
    }
  run_for (self, milliseconds / 4);

  usage_read (&before, self->hub);
  began_at = g_get_monotonic_time ();
  self->is_counting = TRUE;
  run_for (self, milliseconds);
  seconds = (double) (g_get_monotonic_time () - began_at) / G_USEC_PER_SEC;
  usage_read (&after, self->hub);

  g_print ("{\"members\": %u, \"full\": %.1f, \"to-all\": %.1f, \"heard\": %.1f, \"cpu\": %.2f, \"memory\": %.0f}\n",
           self->n_members, full, (double) self->n_heard_by_all / seconds, (double) self->n_heard / seconds,
           (after.cpu - before.cpu) * 1e6 / (double) MAX (self->n_heard, 1), after.memory);
}

static PeerRoom *
make_room (PeerSignaling *signaling,
           const char *uri)
{
  g_autoptr (GListStore) no_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  PeerRoom *room = uri != NULL ? peer_room_new_for_hub ("bench", uri) : peer_room_new ("bench", signaling);

  peer_room_set_ice_servers (room, G_LIST_MODEL (no_servers));

  return room;
}

static void
bench_init (Bench *self,
            guint n_members,
            const char *uri,
            int hub)
{
  g_autoptr (PeerSignaling) signaling = peer_memory_signaling_new ();

  *self = (Bench){ .n_members = n_members, .hub = hub, .loop = g_main_loop_new (NULL, FALSE) };
  self->members = g_new0 (Member, n_members);
  for (guint i = 0; i < n_members; i++)
    {
      self->members[i].bench = self;
      self->members[i].index = i;
      self->members[i].room = make_room (signaling, uri);
    }
}

static void
bench_clear (Bench *self)
{
  for (guint i = 0; i < self->n_members; i++)
    {
      g_signal_handlers_disconnect_by_data (self->members[i].room, &self->members[i]);
      g_signal_handlers_disconnect_by_data (self->members[i].room, self);
      g_object_unref (self->members[i].room);
    }
  g_free (self->members);
  g_main_loop_unref (self->loop);
}

/* Loads what only the first connection of a process waits for. */
static void
warm_up (void)
{
  Bench bench;

  bench_init (&bench, 2, NULL, 0);
  join_all (&bench);
  bench_clear (&bench);
}

static int
run_members (guint n_members,
             guint milliseconds,
             const char *uri,
             int hub)
{
  Bench bench;

  g_timeout_add_seconds (DEADLINE_SECONDS, on_deadline, NULL);
  warm_up ();
  bench_init (&bench, n_members, uri, hub);
  measure (&bench, milliseconds);
  bench_clear (&bench);

  return 0;
}

static gboolean
on_input (GIOChannel *channel,
          GIOCondition condition,
          gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

static int
run_hub (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GListStore) no_servers = g_list_store_new (PEER_TYPE_ICE_SERVER);
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (PeerHub) hub = g_object_new (PEER_TYPE_HUB,
                                          "ice-servers", no_servers,
                                          "messages-per-second", 1000000,
                                          "message-burst", 1000000,
                                          NULL);
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;

  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error) ||
      !peer_hub_attach (hub, server, "/", &error))
    fail (error->message);
  uris = soup_server_get_uris (server);
  g_print ("%d\n", g_uri_get_port (uris->data));
  g_io_add_watch (input, G_IO_HUP | G_IO_IN, on_input, loop);
  g_main_loop_run (loop);

  return 0;
}

int
main (int argc,
      char *argv[])
{
  if (argc == 2 && g_str_equal (argv[1], "hub"))
    return run_hub ();
  if (argc == 4 && g_str_equal (argv[1], "mesh"))
    return run_members ((guint) atoi (argv[2]), (guint) atoi (argv[3]), NULL, 0);
  if (argc == 6 && g_str_equal (argv[1], "star"))
    return run_members ((guint) atoi (argv[2]), (guint) atoi (argv[3]), argv[4], atoi (argv[5]));

  g_printerr ("bench-rooms: hub | mesh MEMBERS MILLISECONDS | star MEMBERS MILLISECONDS URI HUB-PROCESS\n");

  return 2;
}
