/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>
#include <libpeerglib/peer-source-private.h>

#include "peer-mesh-member-private.h"
#include "peer-mesh-retries-private.h"
#include "peer-mesh-roster-private.h"
#include "signaling/peer-network-watch-private.h"

/* Links beyond the room's size, of those who are told that it is full. */
#define MAX_PENDING 16
#define MAX_MEMBERS 4096

/* Once somebody took this member in, the network waits so long for the others
 * before it is open; in milliseconds. */
#define SETTLE_TIMEOUT 5000

typedef struct
{
  GMainContext *context;
  GHashTable *members; /* id → PeerMeshMember */
  PeerMeshRetries *retries;
  PeerNetworkWatch *network_watch;
  guint hello_timeout;

  gint64 serial;         /* 0 until it is fixed */
  gint64 highest_serial; /* of those that were heard of */

  gboolean is_started;
  gboolean is_settled;
  gboolean is_open;
  GSource *settle_timer;
  GSource *check;
  GError *refusal; /* the first one, until it is open */
} PeerMeshNetworkPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (PeerMeshNetwork, peer_mesh_network, PEER_TYPE_ROOM_NETWORK)

static void
peer_mesh_network_fix_serial (PeerMeshNetwork *self)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  if (priv->serial == 0)
    priv->serial = CLAMP (g_get_real_time (), priv->highest_serial + 1, PEER_MESH_MAX_SERIAL);
}

/* Those who are not there yet; nobody waits for a second attempt. */
static guint
count_expected (PeerMeshNetworkPrivate *priv)
{
  GHashTableIter iter;
  gpointer id;
  gpointer member;
  guint n_expected = 0;

  g_hash_table_iter_init (&iter, priv->members);
  while (g_hash_table_iter_next (&iter, &id, &member))
    n_expected += !peer_mesh_member_is_joined (member) && !peer_mesh_retries_contains (priv->retries, id);

  return n_expected;
}

static void
open_now (PeerMeshNetwork *self)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  priv->is_open = TRUE;
  peer_source_clear (&priv->settle_timer);
  peer_source_clear (&priv->check);
  if (priv->refusal != NULL && peer_mesh_roster_count_joined (priv->members) == 0)
    {
      peer_room_network_fail (PEER_ROOM_NETWORK (self), priv->refusal);
      return;
    }

  g_clear_error (&priv->refusal);
  peer_mesh_network_fix_serial (self);
  peer_room_network_emit_opened (PEER_ROOM_NETWORK (self), priv->serial);
}

static gboolean
on_settle_timeout (gpointer user_data)
{
  PeerMeshNetwork *self = user_data;
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  if (peer_mesh_roster_count_joined (priv->members) > 0)
    open_now (self);
  else
    peer_source_clear (&priv->settle_timer);

  return G_SOURCE_REMOVE;
}

static gboolean
on_check (gpointer user_data)
{
  PeerMeshNetwork *self = user_data;
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  peer_source_clear (&priv->check);
  if (count_expected (priv) == 0)
    open_now (self);
  else if (peer_mesh_roster_count_joined (priv->members) > 0 && priv->settle_timer == NULL)
    priv->settle_timer = peer_source_new_timeout (priv->context, SETTLE_TIMEOUT, "[libpeerglib] mesh settles",
                                                  on_settle_timeout, self);

  return G_SOURCE_REMOVE;
}

/* Opens when all links to those who were there at first are up or given up. A
 * link that was given up may be about to be replaced. */
static void
check_opened (PeerMeshNetwork *self)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  if (priv->is_settled && !priv->is_open && priv->check == NULL && !peer_room_network_is_closed (PEER_ROOM_NETWORK (self)))
    priv->check = peer_source_new_timeout (priv->context, 0, "[libpeerglib] mesh check", on_check, self);
}

static guint
get_max_members (PeerMeshNetwork *self)
{
  return MIN (peer_room_network_get_self (PEER_ROOM_NETWORK (self))->max_members, MAX_MEMBERS);
}

static gboolean
can_be_linked (PeerMeshNetwork *self,
               const char *id)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  gsize length = strlen (id);

  return priv->is_started && !peer_room_network_is_closed (PEER_ROOM_NETWORK (self)) &&
         length > 0 && length <= PEER_ROOM_ID_MAX && g_strcmp0 (id, peer_mesh_network_get_id (self)) != 0 &&
         g_hash_table_size (priv->members) < get_max_members (self) + MAX_PENDING;
}

static void
drop_member (PeerMeshNetwork *self,
             PeerMeshMember *member)
{
  g_autoptr (PeerMeshMember) kept = peer_mesh_member_ref (member);

  peer_mesh_member_end (kept);
  peer_mesh_network_ended (self, kept, PEER_MESH_END_LEFT, NULL);
}

static void
on_retry (const char *id,
          gpointer user_data)
{
  PeerMeshNetwork *self = user_data;
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  PEER_MESH_NETWORK_GET_CLASS (self)->look_for (self, id);
  if (peer_mesh_network_needs_link (self, id, NULL))
    peer_mesh_retries_schedule (priv->retries, id);
}

/* What was a way to a member may be none now. */
static void
network_changed_cb (PeerMeshNetwork *self)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  peer_mesh_roster_check (priv->members);
}

static void
peer_mesh_network_open (PeerRoomNetwork *network)
{
  PeerMeshNetwork *self = PEER_MESH_NETWORK (network);
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  priv->is_started = TRUE;
  priv->network_watch = peer_network_watch_new (NULL);
  g_signal_connect_object (priv->network_watch, "changed", G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
  PEER_MESH_NETWORK_GET_CLASS (self)->start (self);
}

static void
peer_mesh_network_close (PeerRoomNetwork *network)
{
  PeerMeshNetwork *self = PEER_MESH_NETWORK (network);
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  GHashTableIter iter;
  gpointer member;

  peer_source_clear (&priv->settle_timer);
  peer_source_clear (&priv->check);
  g_clear_object (&priv->network_watch);
  peer_mesh_retries_remove_all (priv->retries);
  g_hash_table_iter_init (&iter, priv->members);
  while (g_hash_table_iter_next (&iter, NULL, &member))
    peer_mesh_member_end (member);
  g_hash_table_remove_all (priv->members);

  if (priv->is_started)
    PEER_MESH_NETWORK_GET_CLASS (self)->stop (self);
}

static gboolean
send_to_one (PeerMeshNetwork *self,
             const char *id,
             GVariant *value,
             GError **error)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  PeerMeshMember *member = g_hash_table_lookup (priv->members, id);

  if (member == NULL || !peer_mesh_member_is_joined (member))
    {
      g_set_error (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE, _ ("%s is not in the room"), id);
      return FALSE;
    }

  return peer_mesh_member_send (member, value, error);
}

static gboolean
peer_mesh_network_send (PeerRoomNetwork *network,
                        const char *member_id,
                        const PeerRoomFrame *frame,
                        GError **error)
{
  PeerMeshNetwork *self = PEER_MESH_NETWORK (network);
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  g_autoptr (GVariant) value = peer_room_frame_to_variant (frame);

  return member_id != NULL ? send_to_one (self, member_id, value, error) : peer_mesh_roster_send (priv->members, value, error);
}

static void
peer_mesh_network_real_look_for (PeerMeshNetwork *self,
                                 const char *id)
{
  peer_mesh_network_heard_of (self, id, NULL);
}

static void
peer_mesh_network_real_tell (PeerMeshNetwork *self,
                             const char *id)
{
}

static void
peer_mesh_network_finalize (GObject *object)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (PEER_MESH_NETWORK (object));

  g_hash_table_unref (priv->members);
  peer_mesh_retries_free (priv->retries);
  g_clear_error (&priv->refusal);
  g_main_context_unref (priv->context);

  G_OBJECT_CLASS (peer_mesh_network_parent_class)->finalize (object);
}

static void
peer_mesh_network_class_init (PeerMeshNetworkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  PeerRoomNetworkClass *network_class = PEER_ROOM_NETWORK_CLASS (klass);

  object_class->finalize = peer_mesh_network_finalize;
  network_class->open = peer_mesh_network_open;
  network_class->close = peer_mesh_network_close;
  network_class->send = peer_mesh_network_send;
  klass->look_for = peer_mesh_network_real_look_for;
  klass->member_joined = peer_mesh_network_real_tell;
  klass->member_left = peer_mesh_network_real_tell;
}

static void
peer_mesh_network_init (PeerMeshNetwork *self)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  priv->context = g_main_context_ref_thread_default ();
  priv->members = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) peer_mesh_member_unref);
  priv->retries = peer_mesh_retries_new (MAX_MEMBERS, on_retry, self);
  priv->hello_timeout = PEER_MESH_HELLO_TIMEOUT;
}

GVariant *
peer_mesh_network_make_hello (PeerMeshNetwork *self)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  PeerRoomSelf *own = peer_room_network_get_self (PEER_ROOM_NETWORK (self));
  PeerRoomPresence presence = { NULL };

  peer_mesh_network_fix_serial (self);
  presence.session = own->session;
  presence.serial = priv->serial;
  presence.joined_at = g_get_real_time () / 1000;
  presence.metadata = own->metadata;
  presence.credentials = own->credentials;

  return peer_room_presence_to_variant (&presence);
}

static void
add_presence (PeerRoomState *state,
              const char *id,
              GVariant *own_state)
{
  PeerRoomPresence *presence = g_new0 (PeerRoomPresence, 1);

  presence->id = g_strdup (id);
  presence->state = own_state != NULL ? g_variant_ref (own_state) : NULL;
  g_ptr_array_add (state->peers, presence);
}

GVariant *
peer_mesh_network_make_welcome (PeerMeshNetwork *self,
                                const char *id)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  PeerRoomSelf *own = peer_room_network_get_self (PEER_ROOM_NETWORK (self));
  g_auto (PeerRoomState) state;
  GHashTableIter iter;
  gpointer other;

  peer_room_state_init (&state);
  state.host_id = g_strdup (peer_mesh_network_get_host_id (self));
  state.shared = g_variant_ref (own->shared);
  add_presence (&state, own->id, own->state);
  g_hash_table_iter_init (&iter, priv->members);
  while (g_hash_table_iter_next (&iter, &other, NULL))
    {
      if (strcmp (other, id) != 0)
        add_presence (&state, other, NULL);
    }

  return peer_room_state_to_variant (&state);
}

void
peer_mesh_network_heard_serial (PeerMeshNetwork *self,
                                gint64 serial)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  priv->highest_serial = MAX (priv->highest_serial, MIN (serial, PEER_MESH_MAX_SERIAL - 1));
}

void
peer_mesh_network_joined (PeerMeshNetwork *self,
                          PeerMeshMember *member,
                          const PeerRoomMemberDescription *description,
                          const char *const *peers)
{
  g_autoptr (PeerMeshNetwork) kept = g_object_ref (self);
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  PeerMeshNetworkClass *klass = PEER_MESH_NETWORK_GET_CLASS (self);

  peer_mesh_retries_remove (priv->retries, description->id);
  peer_room_network_emit_member_joined (PEER_ROOM_NETWORK (self), description);
  if (g_hash_table_lookup (priv->members, description->id) != member)
    return;

  klass->member_joined (self, description->id);
  for (guint i = 0; peers[i] != NULL; i++)
    {
      if (can_be_linked (self, peers[i]) && peer_mesh_network_needs_link (self, peers[i], NULL))
        klass->look_for (self, peers[i]);
    }
  check_opened (self);
}

void
peer_mesh_network_ended (PeerMeshNetwork *self,
                         PeerMeshMember *member,
                         PeerMeshEnd end,
                         const GError *error)
{
  g_autoptr (PeerMeshNetwork) kept = g_object_ref (self);
  g_autoptr (PeerMeshMember) kept_member = peer_mesh_member_ref (member);
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  const char *id = peer_mesh_member_get_id (member);

  g_debug ("The link to %s has ended: %s", id, error != NULL ? error->message : "closed");
  g_hash_table_remove (priv->members, id);
  if (end == PEER_MESH_END_LOST || peer_mesh_member_is_challenged (member))
    peer_mesh_retries_schedule (priv->retries, id);
  else
    peer_mesh_retries_remove (priv->retries, id);
  if (end == PEER_MESH_END_REFUSED && priv->refusal == NULL && !priv->is_open)
    priv->refusal = g_error_copy (error);

  if (peer_mesh_member_is_joined (member))
    {
      peer_room_network_emit_member_left (PEER_ROOM_NETWORK (self), id);
      if (!peer_room_network_is_closed (PEER_ROOM_NETWORK (self)))
        PEER_MESH_NETWORK_GET_CLASS (self)->member_left (self, id);
    }
  else if (end == PEER_MESH_END_LOST && error != NULL)
    {
      peer_room_network_emit_status (PEER_ROOM_NETWORK (self), error->message);
    }
  check_opened (self);
}

void
peer_mesh_network_add_link (PeerMeshNetwork *self,
                            PeerRoomLink *link,
                            const char *session)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  const char *id = peer_room_link_get_remote_id (link);
  PeerMeshMember *member = g_hash_table_lookup (priv->members, id);

  if (member != NULL)
    drop_member (self, member);
  if (!can_be_linked (self, id))
    {
      peer_room_link_close (link);
      return;
    }

  member = peer_mesh_member_new (self, link, session);
  g_hash_table_insert (priv->members, (char *) peer_mesh_member_get_id (member), member);
  peer_mesh_member_start (member, priv->hello_timeout);
}

/* Whether the link that is there gives way to what the other side offers. */
static gboolean
gives_way (PeerMeshNetwork *self,
           PeerMeshMember *member,
           const char *session)
{
  PeerRoomLink *link = peer_mesh_member_get_link (member);
  const char *known = peer_mesh_member_get_session (member);

  if (session != NULL && known != NULL && strcmp (session, known) != 0)
    return TRUE;
  if (peer_room_link_get_is_open (link) || !peer_room_link_get_is_outgoing (link))
    return TRUE;

  return strcmp (peer_mesh_member_get_id (member), peer_mesh_network_get_id (self)) < 0;
}

gboolean
peer_mesh_network_challenge (PeerMeshNetwork *self,
                             const char *id)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  PeerMeshMember *member = g_hash_table_lookup (priv->members, id);

  if (member == NULL || !peer_room_link_get_is_open (peer_mesh_member_get_link (member)))
    return FALSE;

  peer_mesh_member_challenge (member);

  return TRUE;
}

gboolean
peer_mesh_network_takes_offer (PeerMeshNetwork *self,
                               const char *id,
                               const char *session)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  PeerMeshMember *member = g_hash_table_lookup (priv->members, id);

  if (PEER_MESH_NETWORK_GET_CLASS (self)->ids_are_claims && peer_mesh_network_challenge (self, id))
    return FALSE;
  if (member != NULL && !gives_way (self, member, session))
    return FALSE;
  if (member != NULL)
    drop_member (self, member);

  return can_be_linked (self, id);
}

gboolean
peer_mesh_network_needs_link (PeerMeshNetwork *self,
                              const char *id,
                              const char *session)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  PeerMeshMember *member = g_hash_table_lookup (priv->members, id);
  const char *known;

  if (member == NULL)
    return TRUE;

  known = peer_mesh_member_get_session (member);

  return session != NULL && known != NULL && strcmp (session, known) != 0;
}

void
peer_mesh_network_heard_of (PeerMeshNetwork *self,
                            const char *id,
                            const char *session)
{
  g_autoptr (PeerRoomLink) link = NULL;

  if (!can_be_linked (self, id) || !peer_mesh_network_needs_link (self, id, session))
    return;

  link = PEER_MESH_NETWORK_GET_CLASS (self)->connect_to (self, id);
  if (link != NULL)
    peer_mesh_network_add_link (self, link, session);
}

void
peer_mesh_network_lost_sight_of (PeerMeshNetwork *self,
                                 const char *id)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);
  PeerMeshMember *member = g_hash_table_lookup (priv->members, id);

  peer_mesh_retries_remove (priv->retries, id);
  if (member != NULL && !peer_room_link_get_is_open (peer_mesh_member_get_link (member)))
    drop_member (self, member);
}

void
peer_mesh_network_settle (PeerMeshNetwork *self)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  priv->is_settled = TRUE;
  check_opened (self);
}

void
peer_mesh_network_fail (PeerMeshNetwork *self,
                        const GError *error)
{
  peer_room_network_fail (PEER_ROOM_NETWORK (self), error);
}

const char *
peer_mesh_network_get_id (PeerMeshNetwork *self)
{
  return peer_room_network_get_self (PEER_ROOM_NETWORK (self))->id;
}

const char *
peer_mesh_network_get_session (PeerMeshNetwork *self)
{
  return peer_room_network_get_self (PEER_ROOM_NETWORK (self))->session;
}

char **
peer_mesh_network_list_members (PeerMeshNetwork *self)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  return peer_mesh_roster_list_joined (priv->members);
}

const char *
peer_mesh_network_get_host_id (PeerMeshNetwork *self)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  return peer_mesh_roster_find_host (priv->members, priv->is_open ? peer_mesh_network_get_id (self) : NULL, priv->serial);
}

void
peer_mesh_network_set_reconnect_delay (PeerMeshNetwork *self,
                                       guint milliseconds)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  peer_mesh_retries_set_delay (priv->retries, milliseconds);
}

void
peer_mesh_network_set_hello_timeout (PeerMeshNetwork *self,
                                     guint milliseconds)
{
  PeerMeshNetworkPrivate *priv = peer_mesh_network_get_instance_private (self);

  priv->hello_timeout = milliseconds;
}
