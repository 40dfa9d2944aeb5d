/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-signaling-manager-share-internal-private.h"

#include <glib/gi18n-lib.h>

#include "peer-error.h"

/* The ids of sessions at the broker. Each is asked for, held, and given up. */

/* Of what waits for Redis. */
#define QUEUE_LIMIT 10000
#define QUEUE_SIZE (64 * 1024 * 1024)
#define EXPIRE_TIMEOUT 5000
#define CLEANUP_INTERVAL 1000

typedef struct
{
  PeerSignalingManager *manager;
  PeerSession *session;
  char *id;
  PeerManagerClaimFunc func;
  gpointer user_data;
} Claim;

static void
claim_free (Claim *claim)
{
  g_object_unref (claim->manager);
  g_object_unref (claim->session);
  g_free (claim->id);
  g_free (claim);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Claim, claim_free)

/* It has not been given up meanwhile. */
static gboolean
claim_is_current (Claim *claim)
{
  return g_hash_table_lookup (claim->manager->claims, claim->id) == claim->session;
}

static void
claim_fail (Claim *claim,
            int code,
            const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (PEER_ERROR, code, text);

  if (claim_is_current (claim))
    g_hash_table_remove (claim->manager->claims, claim->id);
  claim->func (claim->manager, NULL, error, claim->user_data);
}

static void
claim_grouped_cb (GObject *source,
                  GAsyncResult *result,
                  gpointer user_data)
{
  g_autoptr (Claim) claim = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = peer_broker_join_group_finish (PEER_BROKER (source), result, &error);
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  if (!claim_is_current (claim))
    {
      claim_fail (claim, PEER_ERROR_ABORTED, _ ("The join was given up"));
      return;
    }

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    if (peer_manager_share_split_id (ids[i], NULL) != NULL && strcmp (ids[i], claim->id) != 0)
      g_ptr_array_add (others, (char *) peer_manager_share_split_id (ids[i], NULL));
  g_ptr_array_add (others, NULL);
  claim->func (claim->manager, (const char *const *) others->pdata, NULL, claim->user_data);
}

static void
claim_decided (Claim *claim,
               PeerBrokerClaim outcome)
{
  const char *const ids[] = { claim->id, NULL };
  PeerSignalingManager *manager = claim->manager;
  g_autoptr (Claim) decided = claim;

  if (outcome == PEER_BROKER_CLAIM_TAKEN)
    {
      claim_fail (claim, PEER_ERROR_UNAVAILABLE_ID, _ ("The id is taken"));
    }
  else if (outcome != PEER_BROKER_CLAIM_CLAIMED)
    {
      claim_fail (claim, PEER_ERROR_NETWORK, _ ("Nobody knows whether the id is taken"));
    }
  else if (!claim_is_current (claim))
    {
      if (!g_hash_table_contains (manager->claims, claim->id))
        peer_broker_release (manager->broker, claim->id);
      claim_fail (claim, PEER_ERROR_ABORTED, _ ("The join was given up"));
    }
  else
    {
      peer_broker_join_group_async (manager->broker, peer_session_get_room (claim->session), ids, NULL,
                                    claim_grouped_cb, g_steal_pointer (&decided));
    }
}

static void
claimed_cb (GObject *source,
            GAsyncResult *result,
            gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  PeerBrokerClaim outcome = peer_broker_claim_finish (PEER_BROKER (source), result, &error);

  if (error != NULL)
    g_debug ("Could not claim a session: %s", error->message);
  claim_decided (user_data, outcome);
}

static void
error_cb (PeerBroker *broker,
          const GError *error,
          gpointer user_data)
{
  g_autoptr (PeerSignalingManager) self = g_object_ref (user_data);

  g_signal_emit (self, peer_signaling_manager_signals[MANAGER_ERROR], 0, error);
}

static void
connected_cb (PeerBroker *broker,
              GParamSpec *pspec,
              gpointer user_data)
{
  PeerSignalingManager *self = PEER_SIGNALING_MANAGER (user_data);

  if (peer_broker_get_is_connected (broker))
    peer_manager_share_refresh_all (self);
}

static void
ensure_sharing (PeerSignalingManager *self)
{
  PeerBrokerSettings settings = {
    .key = self->key,
    .expire_timeout = EXPIRE_TIMEOUT,
    .cleanup_interval = CLEANUP_INTERVAL,
    .queue_limit = QUEUE_LIMIT,
    .queue_total_limit = QUEUE_LIMIT,
    .queue_total_size = QUEUE_SIZE,
  };

  if (self->is_sharing)
    return;

  self->is_sharing = TRUE;
  g_signal_connect (self->broker, "message", G_CALLBACK (peer_manager_share_message_cb), self);
  g_signal_connect (self->broker, "evicted", G_CALLBACK (peer_manager_share_evicted_cb), self);
  g_signal_connect (self->broker, "error", G_CALLBACK (error_cb), self);
  g_signal_connect (self->broker, "notify::is-connected", G_CALLBACK (connected_cb), self);
  peer_broker_start (self->broker, &settings);
  peer_manager_share_configure (self);
}

void
peer_manager_share_claim (PeerSignalingManager *self,
                          PeerSession *session,
                          PeerManagerClaimFunc func,
                          gpointer user_data)
{
  const char *owner = peer_session_get_token (session) != NULL ? peer_session_get_token (session) : peer_session_get_serial (session);
  PeerBrokerClaim outcome;
  Claim *claim;

  if (self->broker == NULL)
    {
      func (self, NULL, NULL, user_data);
      return;
    }

  ensure_sharing (self);
  claim = g_new0 (Claim, 1);
  claim->manager = g_object_ref (self);
  claim->session = g_object_ref (session);
  claim->id = peer_manager_share_make_session_id (session);
  claim->func = func;
  claim->user_data = user_data;
  if (g_hash_table_contains (self->claims, claim->id))
    {
      claim_decided (claim, PEER_BROKER_CLAIM_TAKEN);
      return;
    }

  g_hash_table_insert (self->claims, g_strdup (claim->id), g_object_ref (session));
  outcome = peer_broker_claim (self->broker, claim->id, owner);
  if (outcome == PEER_BROKER_CLAIM_PENDING)
    peer_broker_claim_async (self->broker, claim->id, owner, NULL, claimed_cb, claim);
  else
    claim_decided (claim, outcome);
}

static void
late_claimed (PeerSignalingManager *self,
              const char *const *others,
              const GError *error,
              gpointer user_data)
{
  g_autoptr (PeerSession) session = user_data;
  const char *name = peer_session_get_room (session);
  PeerManagerRoom *room = peer_signaling_manager_lookup_room (self, name);

  if (room == NULL || g_hash_table_lookup (room->by_id, peer_session_get_id (session)) != session)
    return;

  if (error != NULL)
    {
      g_debug ("%s has to leave the room %s: %s", peer_session_get_id (session), name, error->message);
      peer_signaling_manager_remove_session (self, session, FALSE);
      return;
    }

  peer_manager_share_learn (self, name, others);
  room = peer_signaling_manager_lookup_room (self, name);
  if (room != NULL)
    peer_manager_share_tell_joined (self, room, session);
  peer_manager_share_entered (self, session);
}

void
peer_manager_share_claim_late (PeerSignalingManager *self,
                               PeerSession *session)
{
  if (self->broker != NULL)
    peer_manager_share_claim (self, session, late_claimed, g_object_ref (session));
}

void
peer_manager_share_release (PeerSignalingManager *self,
                            PeerSession *session)
{
  g_autofree char *id = NULL;

  if (!self->is_sharing)
    return;

  id = peer_manager_share_make_session_id (session);
  if (g_hash_table_lookup (self->claims, id) != session)
    return;

  g_hash_table_remove (self->claims, id);
  peer_broker_release (self->broker, id);
}

void
peer_manager_share_stop (PeerSignalingManager *self)
{
  if (!self->is_sharing)
    return;

  self->is_sharing = FALSE;
  peer_manager_share_configure (self);
  g_signal_handlers_disconnect_by_data (self->broker, self);
  g_hash_table_remove_all (self->claims);
  peer_broker_stop_async (self->broker, NULL, NULL, NULL);
}
