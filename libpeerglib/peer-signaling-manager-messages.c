/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"
#include "peer-join-request-private.h"
#include "peer-signaling-manager-share-private.h"
#include "protocol/peer-auth-token-private.h"

/* What clients send, and how they get into a room: what was asked for is
 * checked, the application decides, the broker gets the id, then the session
 * enters. Each of the two in the middle may take its time. */

struct _PeerManagerAdmission
{
  PeerSignalingManager *manager;
  PeerManagerClient *client; /* NULL once that has given up */
  PeerSession *session;
  gboolean is_claiming;
};

static void
admission_clear (gpointer data)
{
  PeerManagerAdmission *self = data;

  g_clear_pointer (&self->client, peer_manager_client_unref);
  g_object_unref (self->session);
  g_object_unref (self->manager);
}

static void
admission_unref (gpointer self)
{
  g_rc_box_release_full (self, admission_clear);
}

static void
fail (PeerManagerClient *client,
      int code,
      const char *text,
      const PeerManagerMessage *about)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, code, text);

  peer_manager_client_send_error (client, error, about);
}

/* What one message makes to all in a room is the sender's to answer for. */
static void
charge (PeerManagerClient *client)
{
  const char *room = peer_session_get_room (client->session);

  peer_relay_socket_charge (client->socket, peer_signaling_manager_get_room_size (client->manager, room));
}

static PeerManagerClient *
admission_detach (PeerManagerAdmission *self)
{
  PeerManagerClient *client = g_steal_pointer (&self->client);

  if (client != NULL)
    client->admission = NULL;

  return client;
}

void
peer_manager_client_cancel_admission (PeerManagerClient *self)
{
  PeerManagerAdmission *admission = self->admission;
  g_autoptr (PeerManagerClient) client = NULL;

  if (admission == NULL)
    return;

  client = admission_detach (admission);
  if (!admission->is_claiming)
    return;

  admission->is_claiming = FALSE;
  peer_manager_share_release (admission->manager, admission->session);
}

static void
admission_fail (PeerManagerAdmission *self,
                const GError *error)
{
  g_autoptr (PeerManagerClient) client = admission_detach (self);
  PeerManagerMessage about = {
    .room_id = (char *) peer_session_get_room (self->session),
    .session_id = (char *) peer_session_get_id (self->session),
  };

  if (client != NULL)
    peer_manager_client_send_error (client, error, &about);
}

static void
claimed (PeerSignalingManager *manager,
         const char *const *others,
         const GError *error,
         gpointer user_data)
{
  PeerManagerAdmission *self = user_data;
  g_autoptr (PeerManagerClient) client = NULL;
  g_autoptr (GError) late_error = NULL;

  if (self->client == NULL)
    {
      admission_unref (self);
      return;
    }

  self->is_claiming = FALSE;
  if (error != NULL)
    {
      admission_fail (self, error);
    }
  /* The application may have let somebody in meanwhile. */
  else if (!peer_signaling_manager_check_join (manager, peer_session_get_room (self->session),
                                               peer_session_get_id (self->session), &late_error))
    {
      peer_manager_share_release (manager, self->session);
      admission_fail (self, late_error);
    }
  else
    {
      client = admission_detach (self);
      peer_session_set_client (self->session, client);
      peer_manager_client_set_session (client, self->session);
      charge (client);
      peer_signaling_manager_enter (manager, self->session, others);
    }
  admission_unref (self);
}

/* Who has lost its connection, and knows the token, need not wait for that to
 * be noticed here. */
static void
replace_own (PeerSignalingManager *manager,
             PeerSession *session)
{
  PeerSession *held = peer_signaling_manager_get_session (manager, peer_session_get_room (session), peer_session_get_id (session));
  PeerManagerClient *old = held != NULL ? peer_session_get_client (held) : NULL;
  const char *token = held != NULL ? peer_session_get_token (held) : NULL;
  const char *given = peer_session_get_token (session);

  if (old != NULL && token != NULL && given != NULL && peer_secret_equal (token, given))
    peer_manager_client_close (old, SOUP_WEBSOCKET_CLOSE_NORMAL, PEER_MANAGER_REPLACED);
}

static void
decided (gboolean is_accepted,
         const char *reason,
         gpointer user_data)
{
  PeerManagerAdmission *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->client == NULL)
    return;

  if (!is_accepted)
    {
      error = g_error_new_literal (PEER_ERROR, PEER_ERROR_REFUSED, reason != NULL ? reason : _ ("Not authorized"));
      admission_fail (self, error);
      return;
    }

  replace_own (self->manager, self->session);
  if (self->client == NULL)
    return;
  if (!peer_signaling_manager_check_join (self->manager, peer_session_get_room (self->session),
                                          peer_session_get_id (self->session), &error))
    {
      admission_fail (self, error);
      return;
    }

  self->is_claiming = TRUE;
  peer_manager_share_claim (self->manager, self->session, claimed, g_rc_box_acquire (self));
}

static void
begin_admission (PeerManagerClient *client,
                 const PeerManagerMessage *message)
{
  PeerSignalingManager *manager = client->manager;
  PeerManagerAdmission *admission = g_rc_box_new0 (PeerManagerAdmission);
  PeerJoinRequest *request;
  gboolean is_taken = FALSE;

  admission->manager = g_object_ref (manager);
  admission->client = peer_manager_client_ref (client);
  admission->session = peer_session_new (message->room_id, message->session_id, message->token,
                                         client->socket->address, message->metadata);
  client->admission = admission;

  request = peer_join_request_new (message->room_id, message->session_id, message->credentials, message->metadata,
                                   decided, admission, admission_unref);
  g_signal_emit (manager, peer_signaling_manager_signals[MANAGER_AUTHORIZE], 0, request, &is_taken);
  peer_join_request_settle (request, is_taken);
}

static void
handle_join (PeerManagerClient *self,
             const PeerManagerMessage *message)
{
  g_autoptr (GError) error = NULL;
  PeerManagerRoom *room;

  if (self->admission != NULL)
    {
      fail (self, PEER_ERROR_REFUSED, _ ("A join is on its way already"), message);
      return;
    }
  if (self->session != NULL && strcmp (peer_session_get_room (self->session), message->room_id) == 0 &&
      strcmp (peer_session_get_id (self->session), message->session_id) == 0)
    {
      peer_signaling_manager_send_peers_list (self->manager, message->room_id, message->session_id);
      return;
    }
  if (self->session != NULL)
    {
      fail (self, PEER_ERROR_REFUSED, _ ("Leave the room before joining another one"), message);
      return;
    }

  /* Nobody is bothered with what cannot be; who has the id may be replaced. */
  room = peer_signaling_manager_lookup_room (self->manager, message->room_id);
  if ((room == NULL || !g_hash_table_contains (room->by_id, message->session_id)) &&
      !peer_signaling_manager_check_join (self->manager, message->room_id, message->session_id, &error))
    {
      peer_manager_client_send_error (self, error, message);
      return;
    }

  begin_admission (self, message);
}

static void
handle_leave (PeerManagerClient *self)
{
  peer_manager_client_cancel_admission (self);
  if (self->session == NULL)
    return;

  charge (self);
  peer_signaling_manager_remove_session (self->manager, self->session, TRUE);
}

static void
handle_signal (PeerManagerClient *self,
               const PeerManagerMessage *message)
{
  g_autoptr (GError) error = NULL;
  PeerManagerRoom *room;

  if (self->session == NULL)
    {
      fail (self, PEER_ERROR_NOT_OPEN_YET, _ ("Join a room first"), message);
      return;
    }
  if (message->sender_id != NULL && strcmp (message->sender_id, peer_session_get_id (self->session)) != 0)
    {
      fail (self, PEER_ERROR_REFUSED, _ ("The senderSessionId is somebody else’s"), message);
      return;
    }

  if (message->target_id == NULL)
    charge (self);
  room = peer_signaling_manager_lookup_room (self->manager, peer_session_get_room (self->session));
  if (!peer_signaling_manager_relay (self->manager, room, message, peer_session_get_id (self->session), &error))
    peer_manager_client_send_error (self, error, message);
}

void
peer_manager_client_handle (PeerManagerClient *self,
                            const char *text,
                            gsize length)
{
  g_autoptr (PeerSignalingManager) manager = g_object_ref (self->manager);
  guint max_depth = manager->numbers[PROP_MAX_DEPTH];
  g_auto (PeerManagerMessage) message = { 0 };
  g_autoptr (GError) error = NULL;

  if (!peer_manager_message_parse (&message, text, length, max_depth > 0 ? max_depth : G_MAXUINT, &error))
    {
      peer_manager_client_send_error (self, error, NULL);
      return;
    }

  switch (message.type)
    {
    case PEER_MANAGER_MESSAGE_JOIN:
      handle_join (self, &message);
      break;
    case PEER_MANAGER_MESSAGE_LEAVE_ROOM:
      handle_leave (self);
      break;
    case PEER_MANAGER_MESSAGE_OFFER:
    case PEER_MANAGER_MESSAGE_ANSWER:
    case PEER_MANAGER_MESSAGE_CANDIDATE:
      handle_signal (self, &message);
      break;
    case PEER_MANAGER_MESSAGE_PEERS_LIST:
    case PEER_MANAGER_MESSAGE_PEER_JOINED:
    case PEER_MANAGER_MESSAGE_PEER_LEFT:
    case PEER_MANAGER_MESSAGE_ERROR:
    case PEER_MANAGER_MESSAGE_UNKNOWN:
    default:
      fail (self, PEER_ERROR_INVALID_DATA, _ ("The message has no type that clients send"), NULL);
      break;
    }
}
