/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-mesh-retries-private.h"

#include <libpeerglib/peer-backoff-private.h>
#include <libpeerglib/peer-source-private.h>

struct _PeerMeshRetries
{
  GMainContext *context;
  GHashTable *retries; /* id → Retry */
  guint max_members;
  guint delay;
  PeerMeshRetryFunc func;
  gpointer user_data;
};

typedef struct
{
  PeerMeshRetries *retries;
  char *id;
  guint n_attempts;
  GSource *timer;
} Retry;

static void
retry_free (gpointer data)
{
  Retry *retry = data;

  peer_source_clear (&retry->timer);
  g_free (retry->id);
  g_free (retry);
}

PeerMeshRetries *
peer_mesh_retries_new (guint max_members,
                       PeerMeshRetryFunc func,
                       gpointer user_data)
{
  PeerMeshRetries *self = g_new0 (PeerMeshRetries, 1);

  self->context = g_main_context_ref_thread_default ();
  self->retries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, retry_free);
  self->max_members = max_members;
  self->delay = PEER_BACKOFF_FIRST;
  self->func = func;
  self->user_data = user_data;

  return self;
}

void
peer_mesh_retries_free (PeerMeshRetries *self)
{
  g_hash_table_unref (self->retries);
  g_main_context_unref (self->context);
  g_free (self);
}

void
peer_mesh_retries_set_delay (PeerMeshRetries *self,
                             guint milliseconds)
{
  self->delay = milliseconds;
}

static gboolean
on_timer (gpointer user_data)
{
  Retry *retry = user_data;
  PeerMeshRetries *self = retry->retries;
  g_autofree char *id = g_strdup (retry->id);

  g_clear_pointer (&retry->timer, g_source_unref);
  retry->n_attempts++;
  self->func (id, self->user_data);

  return G_SOURCE_REMOVE;
}

static Retry *
ensure_retry (PeerMeshRetries *self,
              const char *id)
{
  Retry *retry = g_hash_table_lookup (self->retries, id);

  if (retry == NULL && g_hash_table_size (self->retries) < self->max_members)
    {
      retry = g_new0 (Retry, 1);
      retry->retries = self;
      retry->id = g_strdup (id);
      g_hash_table_insert (self->retries, retry->id, retry);
    }

  return retry;
}

void
peer_mesh_retries_schedule (PeerMeshRetries *self,
                            const char *id)
{
  Retry *retry = ensure_retry (self, id);

  if (retry == NULL || retry->timer != NULL)
    return;

  if (retry->n_attempts == PEER_MESH_MAX_RETRIES)
    {
      peer_mesh_retries_remove (self, id);
      return;
    }

  retry->timer = peer_source_new_timeout (self->context, peer_backoff_delay (self->delay, retry->n_attempts),
                                          "[libpeerglib] mesh retry", on_timer, retry);
}

gboolean
peer_mesh_retries_contains (PeerMeshRetries *self,
                            const char *id)
{
  return g_hash_table_contains (self->retries, id);
}

void
peer_mesh_retries_remove (PeerMeshRetries *self,
                          const char *id)
{
  g_hash_table_remove (self->retries, id);
}

void
peer_mesh_retries_remove_all (PeerMeshRetries *self)
{
  g_hash_table_remove_all (self->retries);
}
