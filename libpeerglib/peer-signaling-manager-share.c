/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-share-internal-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "protocol/peer-netstrings-private.h"

/* What managers say to each other, from one session to another, is what it is,
 * the id of the session that it is from, and a message for the other, or the
 * serial of the one that it is from, which has joined or left. All sessions are
 * told, and the first of a manager is news. */
#define FRAME_JOINED "J"
#define FRAME_LEFT "L"
#define FRAME_MESSAGE "M"
#define FRAME_FIELDS 3

#define SEPARATOR '\n' /* in no name and no id */
#define MAX_SERIAL_LENGTH 64
#define MAX_ID_LENGTH 65536

char *
peer_manager_share_make_id (const char *room,
                            const char *session_id)
{
  return g_strdup_printf ("%s%c%s", room, SEPARATOR, session_id);
}

char *
peer_manager_share_make_session_id (PeerSession *session)
{
  return peer_manager_share_make_id (peer_session_get_room (session), peer_session_get_id (session));
}

const char *
peer_manager_share_split_id (const char *id,
                             char **room)
{
  const char *end = strchr (id, SEPARATOR);

  if (end == NULL)
    return NULL;

  if (room != NULL)
    *room = g_strndup (id, (gsize) (end - id));

  return end + 1;
}

static void
publish (PeerSignalingManager *self,
         PeerManagerRoom *room,
         const char *sender_id,
         const char *target_id,
         const char *kind,
         const char *text)
{
  const char *sender = sender_id != NULL ? sender_id : "";
  g_autofree char *src = peer_manager_share_make_id (room->name, sender);
  g_autofree char *dst = peer_manager_share_make_id (room->name, target_id);
  GString *frame = g_string_sized_new (strlen (text) + strlen (sender) + 32);
  g_autoptr (GBytes) bytes = NULL;

  peer_netstrings_append (frame, kind, 1);
  peer_netstrings_append (frame, sender, strlen (sender));
  peer_netstrings_append (frame, text, strlen (text));
  bytes = g_string_free_to_bytes (frame);
  peer_broker_publish (self->broker, src, dst, bytes, FALSE);
}

static void
publish_to_all (PeerSignalingManager *self,
                PeerManagerRoom *room,
                PeerSession *session,
                const char *kind)
{
  GHashTableIter iter;
  gpointer other;

  g_hash_table_iter_init (&iter, room->others);
  while (g_hash_table_iter_next (&iter, &other, NULL))
    publish (self, room, peer_session_get_id (session), other, kind, peer_session_get_serial (session));
}

void
peer_manager_share_tell_joined (PeerSignalingManager *self,
                                PeerManagerRoom *room,
                                PeerSession *session)
{
  if (self->is_sharing)
    publish_to_all (self, room, session, FRAME_JOINED);
}

void
peer_manager_share_forget (PeerSignalingManager *self,
                           PeerManagerRoom *room,
                           PeerSession *session)
{
  if (!self->is_sharing)
    return;

  publish_to_all (self, room, session, FRAME_LEFT);
  peer_manager_share_release (self, session);
}

void
peer_manager_share_send (PeerSignalingManager *self,
                         PeerManagerRoom *room,
                         const char *sender_id,
                         const char *target_id,
                         const char *text)
{
  if (self->is_sharing)
    publish (self, room, sender_id, target_id, FRAME_MESSAGE, text);
}

/* A room's table of others says who is there; what changes it is told. */
void
peer_manager_share_other_left (PeerSignalingManager *self,
                               PeerManagerRoom *room,
                               const char *id)
{
  g_autofree char *left = g_strdup (id);

  g_hash_table_remove (room->others, left);
  peer_signaling_manager_tell_left (self, room, left);
}

void
peer_manager_share_other_joined (PeerSignalingManager *self,
                                 PeerManagerRoom *room,
                                 const char *id,
                                 const char *serial)
{
  if (g_hash_table_contains (room->by_id, id))
    return;

  g_hash_table_insert (room->others, g_strdup (id), g_strdup (serial));
  peer_signaling_manager_tell_joined (self, room, id);
}

void
peer_manager_share_learn (PeerSignalingManager *self,
                          const char *name,
                          const char *const *ids)
{
  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    {
      PeerManagerRoom *room = peer_signaling_manager_lookup_room (self, name);

      if (room != NULL && !g_hash_table_contains (room->others, ids[i]))
        peer_manager_share_other_joined (self, room, ids[i], "");
    }
}

static void
handle_joined (PeerSignalingManager *self,
               PeerManagerRoom *room,
               const char *id,
               const char *serial)
{
  g_autofree char *name = g_strdup (room->name);
  const char *known = g_hash_table_lookup (room->others, id);

  if (known == NULL)
    {
      peer_manager_share_other_joined (self, room, id, serial);
    }
  else if (*known == '\0')
    {
      g_hash_table_insert (room->others, g_strdup (id), g_strdup (serial));
    }
  else if (strcmp (known, serial) != 0)
    {
      peer_manager_share_other_left (self, room, id);
      room = peer_signaling_manager_lookup_room (self, name);
      if (room != NULL)
        peer_manager_share_other_joined (self, room, id, serial);
    }
}

static void
handle_left (PeerSignalingManager *self,
             PeerManagerRoom *room,
             const char *id,
             const char *serial)
{
  const char *known = g_hash_table_lookup (room->others, id);

  if (room->gone != NULL)
    g_hash_table_add (room->gone, g_strdup (id));
  if (known != NULL && (*known == '\0' || strcmp (known, serial) == 0))
    peer_manager_share_other_left (self, room, id);
}

static void
handle_frame (PeerSignalingManager *self,
              PeerSession *session,
              GBytes *frame)
{
  PeerManagerRoom *room = peer_signaling_manager_lookup_room (self, peer_session_get_room (session));
  PeerNetstring fields[FRAME_FIELDS];
  gsize length;
  const char *data = g_bytes_get_data (frame, &length);
  g_autofree char *sender_id = NULL;
  g_autofree char *text = NULL;
  char kind;

  if (room == NULL || peer_netstrings_split (data, length, fields, FRAME_FIELDS) != FRAME_FIELDS || fields[0].length != 1)
    return;

  kind = *fields[0].data;
  sender_id = peer_netstring_dup (&fields[1], MAX_ID_LENGTH);
  text = peer_netstring_dup (&fields[2], kind == *FRAME_MESSAGE ? length : MAX_SERIAL_LENGTH);
  if (sender_id == NULL || text == NULL)
    return;

  if (kind == *FRAME_MESSAGE)
    peer_signaling_manager_deliver (self, session, text);
  else if (kind == *FRAME_JOINED)
    handle_joined (self, room, sender_id, text);
  else if (kind == *FRAME_LEFT)
    handle_left (self, room, sender_id, text);
}

/* What was said to a session between its claim and now. */
static void
catch_up (PeerSignalingManager *self,
          PeerSession *session)
{
  g_autofree char *id = peer_manager_share_make_session_id (session);
  g_autoptr (GPtrArray) frames = peer_broker_take_messages (self->broker, id);

  for (guint i = 0; frames != NULL && i < frames->len; i++)
    handle_frame (self, session, g_ptr_array_index (frames, i));
}

void
peer_manager_share_entered (PeerSignalingManager *self,
                            PeerSession *session)
{
  if (self->is_sharing)
    catch_up (self, session);
}

static PeerSession *
find_session (PeerSignalingManager *self,
              const char *id)
{
  g_autofree char *room = NULL;
  const char *session_id = peer_manager_share_split_id (id, &room);

  return session_id != NULL ? peer_signaling_manager_get_session (self, room, session_id) : NULL;
}

gboolean
peer_manager_share_message_cb (PeerBroker *broker,
                               const char *src,
                               const char *dst,
                               GBytes *message,
                               gpointer user_data)
{
  g_autoptr (PeerSignalingManager) self = g_object_ref (user_data);
  PeerSession *session = find_session (self, dst);

  if (session == NULL)
    return FALSE;

  g_object_ref (session);
  handle_frame (self, session, message);
  g_object_unref (session);

  return TRUE;
}

void
peer_manager_share_evicted_cb (PeerBroker *broker,
                               const char *id,
                               PeerBrokerEviction reason,
                               gpointer user_data)
{
  g_autoptr (PeerSignalingManager) self = g_object_ref (user_data);
  PeerSession *session = find_session (self, id);
  PeerManagerClient *client = session != NULL ? peer_session_get_client (session) : NULL;

  g_hash_table_remove (self->claims, id);
  if (client != NULL && reason == PEER_BROKER_EVICTION_TAKEN)
    {
      g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID, _ ("The id is taken"));

      peer_manager_client_send_error (client, error, NULL);
      peer_manager_client_close (client, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, NULL);
    }
  else if (client != NULL)
    {
      peer_manager_client_close (client, SOUP_WEBSOCKET_CLOSE_NORMAL, PEER_MANAGER_REPLACED);
    }
  else if (session != NULL)
    {
      peer_signaling_manager_remove_session (self, session, FALSE);
    }
}
