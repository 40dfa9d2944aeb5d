/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peerjs-fixture.h"

#include "peer-test-util.h"

#include "libpeerglib/peer-room-peerjs-mesh-private.h"

static void
opened_cb (PeerjsMember *member,
           gint64 serial)
{
  member->serial = serial;
}

static void
member_joined_cb (PeerjsMember *member,
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
member_left_cb (PeerjsMember *member,
                const char *id)
{
  g_assert_true (g_hash_table_remove (member->others, id));
}

static void
frame_cb (PeerjsMember *member,
          const char *id,
          const PeerRoomFrame *frame)
{
  g_assert_cmpint (frame->kind, ==, PEER_ROOM_FRAME_MESSAGE);
  g_ptr_array_add (member->texts, g_strdup_printf ("%s: %s", id, g_variant_get_string (frame->value, NULL)));
}

static void
authorize_cb (PeerjsMember *member,
              PeerRoomAdmission *admission)
{
  peer_room_admission_answer (admission, TRUE, NULL);
}

static void
failed_cb (PeerjsMember *member,
           const GError *error)
{
  g_assert_null (member->error);
  member->error = g_error_copy (error);
}

void
peerjs_member_free (PeerjsMember *member)
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

PeerjsMember *
peerjs_member_new (const char *room,
                   const char *id,
                   guint port)
{
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", port);
  PeerjsMember *member = g_new0 (PeerjsMember, 1);

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

PeerjsMember *
peerjs_fixture_begin (PeerjsFixture *fixture,
                      const char *id)
{
  PeerjsMember *member = peerjs_member_new (PEERJS_ROOM, id, fixture->port);

  g_ptr_array_add (fixture->members, member);

  return member;
}

/* It is open, and all see each other. */
static gboolean
is_complete (PeerjsFixture *fixture)
{
  for (guint i = 0; i < fixture->members->len; i++)
    {
      PeerjsMember *member = g_ptr_array_index (fixture->members, i);

      if (member->serial == 0 || g_hash_table_size (member->others) != fixture->members->len - 1)
        return FALSE;
    }

  return TRUE;
}

const char *
peerjs_member_get_host_id (PeerjsMember *member)
{
  return peer_mesh_network_get_host_id (PEER_MESH_NETWORK (member->network));
}

/* Rosters, serials and hosts are the same everywhere. */
void
peerjs_fixture_assert_agreement (PeerjsFixture *fixture)
{
  const char *host_id = peerjs_member_get_host_id (g_ptr_array_index (fixture->members, 0));

  for (guint i = 0; i < fixture->members->len; i++)
    {
      PeerjsMember *member = g_ptr_array_index (fixture->members, i);

      g_assert_cmpstr (peerjs_member_get_host_id (member), ==, host_id);
      g_assert_no_error (member->error);
      for (guint j = 0; j < fixture->members->len; j++)
        {
          PeerjsMember *other = g_ptr_array_index (fixture->members, j);
          gint64 *serial = g_hash_table_lookup (member->others, other->name);

          g_assert_true (i == j ? serial == NULL : *serial == other->serial);
        }
    }
}

void
peerjs_fixture_assert_joined_once (PeerjsFixture *fixture)
{
  for (guint i = 0; i < fixture->members->len; i++)
    {
      PeerjsMember *member = g_ptr_array_index (fixture->members, i);

      for (guint j = 0; j < fixture->members->len; j++)
        {
          PeerjsMember *other = g_ptr_array_index (fixture->members, j);

          if (i != j)
            g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (member->joins, other->name)), ==, 1);
        }
    }
}

void
peerjs_fixture_wait (PeerjsFixture *fixture)
{
  peer_test_wait (is_complete (fixture));
  peerjs_fixture_assert_agreement (fixture);
}

PeerjsMember *
peerjs_fixture_add (PeerjsFixture *fixture,
                    const char *id)
{
  PeerjsMember *member = peerjs_fixture_begin (fixture, id);

  peerjs_fixture_wait (fixture);

  return member;
}

PeerServerClient *
peerjs_fixture_get_client (PeerjsFixture *fixture,
                           const char *id)
{
  return peer_server_get_client (fixture->server, id);
}

/* Only the room's name and those who are new are let in at once. */
static gboolean
authenticate_cb (PeerServer *server,
                 PeerAuthRequest *request,
                 PeerjsFixture *fixture)
{
  const char *id = peer_auth_request_get_id (request);

  if (!fixture->is_closed_to_old || g_str_has_prefix (id, "new"))
    return FALSE;
  if (g_str_equal (id, PEERJS_ROOM))
    return FALSE;

  g_ptr_array_add (fixture->waiting, g_object_ref (request));

  return TRUE;
}

void
peerjs_fixture_let_old_in (PeerjsFixture *fixture)
{
  fixture->is_closed_to_old = FALSE;
  for (guint i = 0; i < fixture->waiting->len; i++)
    peer_auth_request_accept (g_ptr_array_index (fixture->waiting, i));
  g_ptr_array_set_size (fixture->waiting, 0);
}

void
peerjs_fixture_start_server (PeerjsFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->server = g_object_new (PEER_TYPE_SERVER, "host", "127.0.0.1", "port", fixture->port,
                                  "expire-timeout", 100, "cleanup-interval", 50, NULL);
  g_signal_connect (fixture->server, "authenticate", G_CALLBACK (authenticate_cb), fixture);
  peer_server_listen (fixture->server, &error);
  g_assert_no_error (error);
  g_object_get (fixture->server, "port", &fixture->port, NULL);
}

void
peerjs_fixture_stop_server (PeerjsFixture *fixture)
{
  peer_server_stop (fixture->server);
  g_assert_finalize_object (fixture->server);
}

void
peerjs_fixture_set_up (PeerjsFixture *fixture,
                       gconstpointer data)
{
  fixture->members = g_ptr_array_new_with_free_func ((GDestroyNotify) peerjs_member_free);
  fixture->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  peerjs_fixture_start_server (fixture);
}

void
peerjs_fixture_tear_down (PeerjsFixture *fixture,
                          gconstpointer data)
{
  g_ptr_array_unref (fixture->members);
  peer_test_wait (peer_server_get_n_clients (fixture->server) == 0);
  g_ptr_array_unref (fixture->waiting);
  peerjs_fixture_stop_server (fixture);
}
