/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-test-util.h"

#include "libpeerglib/peer-room-peerjs-mesh-private.h"

#define NAME "lobby"

/* A member, and what its network told it. */
typedef struct
{
  char *name;
  PeerRoomSelf *self;
  PeerRoomNetwork *network;
  GHashTable *others; /* ids of those who are there, to their serials */
  GHashTable *joins;  /* ids to how often they joined */
  GPtrArray *texts;   /* "bob: hello" */
  gint64 serial;
  GError *error;
  GBytes *certificate;
  PeerLinkSettings *links;
} Member;

typedef struct
{
  PeerServer *server;
  guint port;
  GPtrArray *members;
  gboolean is_closed_to_old; /* the server lets only newcomers in */
  GPtrArray *waiting;        /* PeerAuthRequests */
} Fixture;

static void
opened_cb (Member *member,
           gint64 serial)
{
  member->serial = serial;
}

static void
member_joined_cb (Member *member,
                  const PeerRoomMemberDescription *other)
{
  guint n_joins = GPOINTER_TO_UINT (g_hash_table_lookup (member->joins, other->id));
  gint64 *serial = g_new (gint64, 1);

  *serial = other->serial;
  g_assert_false (g_hash_table_contains (member->others, other->id));
  g_hash_table_insert (member->others, g_strdup (other->id), serial);
  g_hash_table_insert (member->joins, g_strdup (other->id), GUINT_TO_POINTER (n_joins + 1));
}

static void
member_left_cb (Member *member,
                const char *id)
{
  g_assert_true (g_hash_table_remove (member->others, id));
}

static void
frame_cb (Member *member,
          const char *id,
          const PeerRoomFrame *frame)
{
  g_assert_cmpint (frame->kind, ==, PEER_ROOM_FRAME_MESSAGE);
  g_ptr_array_add (member->texts, g_strdup_printf ("%s: %s", id, g_variant_get_string (frame->value, NULL)));
}

static void
authorize_cb (Member *member,
              PeerRoomAdmission *admission)
{
  peer_room_admission_answer (admission, TRUE, NULL);
}

static void
failed_cb (Member *member,
           const GError *error)
{
  g_assert_null (member->error);
  member->error = g_error_copy (error);
}

static void
member_free (Member *member)
{
  peer_room_network_close (member->network);
  g_assert_finalize_object (member->network);
  peer_room_self_unref (member->self);
  peer_link_settings_unref (member->links);
  g_hash_table_unref (member->others);
  g_hash_table_unref (member->joins);
  g_ptr_array_unref (member->texts);
  g_clear_error (&member->error);
  g_free (member->name);
  g_free (member);
}

static Member *
member_new (const char *room,
            const char *id,
            guint port)
{
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", port);
  Member *member = g_new0 (Member, 1);

  member->name = g_strdup (id);
  member->self = peer_room_self_new (room, id);
  member->self->max_members = 64;
  member->links = peer_link_settings_new ();
  member->links->transport_factory = peer_loopback_transport_new;
  member->links->certificate = g_bytes_new_static ("test", 4);
  member->others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  member->joins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  member->texts = g_ptr_array_new_with_free_func (g_free);
  member->network = peer_room_peerjs_mesh_new (member->self, uri, member->links);
  g_signal_connect_swapped (member->network, "opened", G_CALLBACK (opened_cb), member);
  g_signal_connect_swapped (member->network, "member-joined", G_CALLBACK (member_joined_cb), member);
  g_signal_connect_swapped (member->network, "member-left", G_CALLBACK (member_left_cb), member);
  g_signal_connect_swapped (member->network, "frame", G_CALLBACK (frame_cb), member);
  g_signal_connect_swapped (member->network, "authorize", G_CALLBACK (authorize_cb), member);
  g_signal_connect_swapped (member->network, "failed", G_CALLBACK (failed_cb), member);
  peer_room_network_open (member->network);

  return member;
}

static Member *
begin_member (Fixture *fixture,
              const char *id)
{
  Member *member = member_new (NAME, id, fixture->port);

  g_ptr_array_add (fixture->members, member);

  return member;
}

/* It is open, and all see each other. */
static gboolean
is_complete (Fixture *fixture)
{
  for (guint i = 0; i < fixture->members->len; i++)
    {
      Member *member = g_ptr_array_index (fixture->members, i);

      if (member->serial == 0 || g_hash_table_size (member->others) != fixture->members->len - 1)
        return FALSE;
    }

  return TRUE;
}

static const char *
get_host_id (gpointer member)
{
  return peer_mesh_network_get_host_id (PEER_MESH_NETWORK (((Member *) member)->network));
}

/* Rosters, serials and hosts are the same everywhere. */
static void
assert_agreement (Fixture *fixture)
{
  const char *host_id = get_host_id (g_ptr_array_index (fixture->members, 0));

  for (guint i = 0; i < fixture->members->len; i++)
    {
      Member *member = g_ptr_array_index (fixture->members, i);

      g_assert_cmpstr (get_host_id (member), ==, host_id);
      g_assert_no_error (member->error);
      for (guint j = 0; j < fixture->members->len; j++)
        {
          Member *other = g_ptr_array_index (fixture->members, j);
          gint64 *serial = g_hash_table_lookup (member->others, other->name);

          g_assert_true (i == j ? serial == NULL : *serial == other->serial);
        }
    }
}

static void
assert_joined_once (Fixture *fixture)
{
  for (guint i = 0; i < fixture->members->len; i++)
    {
      Member *member = g_ptr_array_index (fixture->members, i);

      for (guint j = 0; j < fixture->members->len; j++)
        {
          Member *other = g_ptr_array_index (fixture->members, j);

          if (i != j)
            g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (member->joins, other->name)), ==, 1);
        }
    }
}

static void
wait_for_agreement (Fixture *fixture)
{
  peer_test_wait (is_complete (fixture));
  assert_agreement (fixture);
}

static Member *
add_member (Fixture *fixture,
            const char *id)
{
  Member *member = begin_member (fixture, id);

  wait_for_agreement (fixture);

  return member;
}

static void
begin_members (Fixture *fixture,
               guint n_members)
{
  for (guint i = 0; i < n_members; i++)
    {
      g_autofree char *id = g_strdup_printf ("member%u", i);

      begin_member (fixture, id);
    }
}

static PeerServerClient *
get_client (Fixture *fixture,
            const char *id)
{
  return peer_server_get_client (fixture->server, id);
}

/* Only the room's name and those who are new are let in at once. */
static gboolean
authenticate_cb (PeerServer *server,
                 PeerAuthRequest *request,
                 Fixture *fixture)
{
  const char *id = peer_auth_request_get_id (request);

  if (!fixture->is_closed_to_old || g_str_has_prefix (id, "new"))
    return FALSE;
  if (g_str_equal (id, NAME))
    return FALSE;

  g_ptr_array_add (fixture->waiting, g_object_ref (request));

  return TRUE;
}

static void
let_old_in (Fixture *fixture)
{
  fixture->is_closed_to_old = FALSE;
  for (guint i = 0; i < fixture->waiting->len; i++)
    peer_auth_request_accept (g_ptr_array_index (fixture->waiting, i));
  g_ptr_array_set_size (fixture->waiting, 0);
}

static void
start_server (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", fixture->port,
                                  "expire-timeout", 100, "cleanup-interval", 50, NULL);
  g_signal_connect (fixture->server, "authenticate", G_CALLBACK (authenticate_cb), fixture);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  g_object_get (fixture->server, "port", &fixture->port, NULL);
}

static void
stop_server (Fixture *fixture)
{
  peer_server_stop (fixture->server);
  g_assert_finalize_object (fixture->server);
}

static void
set_up (Fixture *fixture,
        gconstpointer data)
{
  fixture->members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);
  fixture->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  start_server (fixture);
}

static void
tear_down (Fixture *fixture,
           gconstpointer data)
{
  g_ptr_array_unref (fixture->members);
  peer_test_wait (peer_server_get_n_clients (fixture->server) == 0);
  g_ptr_array_unref (fixture->waiting);
  stop_server (fixture);
}

static void
test_alone (Fixture *fixture,
            gconstpointer data)
{
  Member *alice = add_member (fixture, "alice");

  g_assert_cmpstr (get_host_id (alice), ==, "alice");
  g_assert_nonnull (get_client (fixture, NAME));
  g_assert_nonnull (get_client (fixture, "alice"));
}

static void
test_id_of_the_server (Fixture *fixture,
                       gconstpointer data)
{
  Member *member = begin_member (fixture, NULL);

  peer_test_wait (member->serial != 0);
  g_assert_nonnull (member->self->id);
  g_assert_nonnull (get_client (fixture, member->self->id));
}

static void
test_newcomers (Fixture *fixture,
                gconstpointer data)
{
  Member *alice = add_member (fixture, "alice");
  Member *bob = add_member (fixture, "bob");
  Member *carol = add_member (fixture, "carol");

  g_assert_cmpstr (get_host_id (carol), ==, "alice");
  g_assert_cmpint (alice->serial, <, bob->serial);
  g_assert_cmpint (bob->serial, <, carol->serial);
  assert_joined_once (fixture);
}

static void
test_all_at_once (Fixture *fixture,
                  gconstpointer data)
{
  begin_members (fixture, GPOINTER_TO_UINT (data));
  wait_for_agreement (fixture);
  assert_joined_once (fixture);
}

static void
send_text (Member *member,
           const char *to,
           const char *text)
{
  g_autoptr (PeerRoomFrame) frame = peer_room_frame_new (PEER_ROOM_FRAME_MESSAGE, member->name, to, NULL, g_variant_new_string (text));
  g_autoptr (GError) error = NULL;

  peer_room_network_send (member->network, to, frame, &error);
  g_assert_no_error (error);
}

static void
test_frames (Fixture *fixture,
             gconstpointer data)
{
  Member *alice = add_member (fixture, "alice");
  Member *bob = add_member (fixture, "bob");
  Member *carol = add_member (fixture, "carol");

  send_text (bob, NULL, "hello");
  peer_test_wait (alice->texts->len == 1 && carol->texts->len == 1);
  g_assert_cmpstr (alice->texts->pdata[0], ==, "bob: hello");
  g_assert_cmpstr (carol->texts->pdata[0], ==, "bob: hello");

  send_text (carol, "alice", "psst");
  peer_test_wait (alice->texts->len == 2);
  g_assert_cmpstr (alice->texts->pdata[1], ==, "carol: psst");
  g_assert_cmpuint (bob->texts->len, ==, 0);
}

/* What was said before somebody leaves arrives. */
static void
test_last_words (Fixture *fixture,
                 gconstpointer data)
{
  Member *alice = add_member (fixture, "alice");
  Member *bob = add_member (fixture, "bob");

  for (guint i = 0; i < 100; i++)
    send_text (bob, NULL, "hello");
  g_ptr_array_remove (fixture->members, bob);
  peer_test_wait (g_hash_table_size (alice->others) == 0);
  g_assert_cmpuint (alice->texts->len, ==, 100);
}

static void
test_holder_leaves (Fixture *fixture,
                    gconstpointer data)
{
  Member *alice = add_member (fixture, "alice");
  Member *dave;

  add_member (fixture, "bob");
  add_member (fixture, "carol");
  g_ptr_array_remove (fixture->members, alice);
  wait_for_agreement (fixture);

  peer_test_wait (get_client (fixture, NAME) != NULL);
  dave = add_member (fixture, "dave");
  g_assert_cmpstr (get_host_id (dave), ==, "bob");
}

/* The one who takes the name next is not the host, and leaves. */
static void
test_holder_who_is_not_host_leaves (Fixture *fixture,
                                    gconstpointer data)
{
  Member *alice = add_member (fixture, "alice");
  Member *bob = add_member (fixture, "bob");
  Member *carol;

  fixture->is_closed_to_old = TRUE;
  peer_server_client_kick (get_client (fixture, "alice"), NULL);
  peer_server_client_kick (get_client (fixture, NAME), NULL);
  peer_test_wait (fixture->waiting->len == 1 && get_client (fixture, NAME) == NULL);
  carol = begin_member (fixture, "new-carol");
  peer_test_wait (carol->serial != 0);
  let_old_in (fixture);
  wait_for_agreement (fixture);
  g_assert_cmpstr (get_host_id (carol), ==, "alice");

  g_ptr_array_remove (fixture->members, carol);
  wait_for_agreement (fixture);
  peer_test_wait (get_client (fixture, NAME) != NULL);
  add_member (fixture, "dave");
  g_assert_cmpuint (g_hash_table_size (alice->others) + g_hash_table_size (bob->others), ==, 4);
}

/* Two halves of the room, each complete, and one name: while the first was cut
 * off the server, others came and took the name. */
static void
test_halves_meet (Fixture *fixture,
                  gconstpointer data)
{
  Member *new1, *new2;

  add_member (fixture, "alice");
  add_member (fixture, "bob");
  fixture->is_closed_to_old = TRUE;
  stop_server (fixture);
  start_server (fixture);

  new1 = begin_member (fixture, "new1");
  peer_test_wait (new1->serial != 0);
  new2 = begin_member (fixture, "new2");
  peer_test_wait (new2->serial != 0 && g_hash_table_size (new2->others) == 1);
  peer_test_wait (fixture->waiting->len >= 2);

  let_old_in (fixture);
  wait_for_agreement (fixture);
  g_assert_cmpstr (get_host_id (new2), ==, "alice");
  assert_joined_once (fixture);
}

/* Links outlive the server, and whoever comes later finds them all. */
static void
test_server_restarts (Fixture *fixture,
                      gconstpointer data)
{
  begin_members (fixture, 3);
  wait_for_agreement (fixture);

  stop_server (fixture);
  start_server (fixture);
  assert_agreement (fixture);
  peer_test_wait (get_client (fixture, NAME) != NULL && peer_server_get_n_clients (fixture->server) == 4);

  add_member (fixture, "dave");
  assert_joined_once (fixture);
}

static void
test_member_comes_back (Fixture *fixture,
                        gconstpointer data)
{
  Member *alice = add_member (fixture, "alice");
  Member *bob = add_member (fixture, "bob");

  g_ptr_array_remove (fixture->members, bob);
  peer_test_wait (g_hash_table_size (alice->others) == 0 && get_client (fixture, "bob") == NULL);
  add_member (fixture, "bob");
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (alice->joins, "bob")), ==, 2);
}

static void
wait_for_failure (Member *member,
                  PeerError code)
{
  peer_test_wait (member->error != NULL);
  g_assert_error (member->error, PEER_ERROR, (int) code);
  g_assert_true (peer_room_network_is_closed (member->network));
  member_free (member);
}

static void
test_failures (Fixture *fixture,
               gconstpointer data)
{
  GSocketService *stranger;
  guint port;

  add_member (fixture, "alice");
  wait_for_failure (member_new (NAME, "alice", fixture->port), PEER_ERROR_UNAVAILABLE_ID);
  wait_for_failure (member_new ("no#name", "bob", fixture->port), PEER_ERROR_INVALID_ID);
  wait_for_failure (member_new (NAME, "no#id", fixture->port), PEER_ERROR_INVALID_ID);

  stranger = peer_test_stranger_new ("", &port);
  wait_for_failure (member_new (NAME, "bob", port), PEER_ERROR_NETWORK);
  g_socket_service_stop (stranger);
  g_object_unref (stranger);
}

static void
close_network (gpointer data)
{
  peer_room_network_close (((Member *) data)->network);
}

static void
test_close_in_handlers (Fixture *fixture,
                        gconstpointer data)
{
  const char *const signals[] = { "opened", "member-joined", "authorize", "frame", "member-left", "status" };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      Member *alice = add_member (fixture, "alice");
      Member *bob = begin_member (fixture, "bob");

      peer_test_on (bob->network, signals[i], close_network, bob);
      if (i >= 3 && i < 5)
        wait_for_agreement (fixture);
      if (i == 3)
        send_text (alice, NULL, "hello");
      if (i == 4)
        g_ptr_array_remove (fixture->members, alice);
      peer_test_wait (peer_room_network_is_closed (bob->network));
      g_ptr_array_set_size (fixture->members, 0);
      peer_test_wait (peer_server_get_n_clients (fixture->server) == 0);
    }
}

#define ADD(name, data, func) g_test_add ("/room-peerjs/" name, Fixture, GUINT_TO_POINTER (data), set_up, func, tear_down)

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("alone", 0, test_alone);
  ADD ("id-of-the-server", 0, test_id_of_the_server);
  ADD ("newcomers", 0, test_newcomers);
  ADD ("all-at-once/2", 2, test_all_at_once);
  ADD ("all-at-once/5", 5, test_all_at_once);
  ADD ("all-at-once/16", 16, test_all_at_once);
  ADD ("frames", 0, test_frames);
  ADD ("last-words", 0, test_last_words);
  ADD ("holder-leaves", 0, test_holder_leaves);
  ADD ("holder-who-is-not-host-leaves", 0, test_holder_who_is_not_host_leaves);
  ADD ("halves-meet", 0, test_halves_meet);
  ADD ("server-restarts", 0, test_server_restarts);
  ADD ("member-comes-back", 0, test_member_comes_back);
  ADD ("failures", 0, test_failures);
  ADD ("close-in-handlers", 0, test_close_in_handlers);

  return g_test_run ();
}
