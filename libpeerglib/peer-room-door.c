/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-room-door-private.h"

#include <glib/gi18n-lib.h>

#include "peer-backoff-private.h"
#include "peer-error.h"
#include "peer-room-door-keeper-private.h"
#include "peer-source-private.h"

/* The pause before another look, in milliseconds. */
#define FIRST_PAUSE 100

/* How long whoever holds the name may take to open and to greet, in seconds. He
 * may be gone without a word; then the next look finds somebody else. */
#define VISIT_TIMEOUT 10

/* Taking comes before visiting: the server knows at once whether a name is
 * free, but tells of one that nobody holds only after some seconds. */
typedef enum
{
  PEER_ROOM_DOOR_IDLE,
  PEER_ROOM_DOOR_TAKING,
  PEER_ROOM_DOOR_VISITING,
  PEER_ROOM_DOOR_HELD,
  PEER_ROOM_DOOR_PAUSING,
  PEER_ROOM_DOOR_CLOSED,
} PeerRoomDoorState;

struct _PeerRoomDoor
{
  GObject parent_instance;

  PeerPeer *member;
  char *name;
  GVariant *greeting;

  PeerRoomDoorState state;
  PeerRoomDoorKeeper *keeper; /* when taking or held */
  PeerDataConnection *visit;  /* when visiting */
  GError *visit_error;        /* why it closes */
  GSource *timer;
  guint attempt;
};

G_DEFINE_FINAL_TYPE (PeerRoomDoor, peer_room_door, G_TYPE_OBJECT)

enum
{
  TAKEN,
  GREETED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void peer_room_door_take (PeerRoomDoor *self);

/* Ends what is under way. */
static void
peer_room_door_clear (PeerRoomDoor *self)
{
  g_autoptr (PeerRoomDoorKeeper) keeper = g_steal_pointer (&self->keeper);
  g_autoptr (PeerDataConnection) visit = g_steal_pointer (&self->visit);

  peer_source_clear (&self->timer);
  g_clear_error (&self->visit_error);
  if (keeper != NULL)
    {
      g_signal_handlers_disconnect_by_data (keeper, self);
      peer_room_door_keeper_close (keeper);
    }
  if (visit != NULL)
    {
      g_signal_handlers_disconnect_by_data (visit, self);
      peer_base_connection_close (PEER_BASE_CONNECTION (visit));
    }
}

static gboolean
pause_cb (gpointer user_data)
{
  PeerRoomDoor *self = PEER_ROOM_DOOR (user_data);

  peer_source_clear (&self->timer);
  if (peer_peer_get_is_open (self->member))
    peer_room_door_take (self);

  return G_SOURCE_REMOVE;
}

/* Looks again later; without a server, when it is back. */
static void
peer_room_door_pause (PeerRoomDoor *self)
{
  guint delay = peer_backoff_delay (FIRST_PAUSE, self->attempt++);

  peer_room_door_clear (self);
  self->state = PEER_ROOM_DOOR_PAUSING;
  self->timer = peer_source_new_timeout (self->member->context, delay, "[libpeerglib] room door", pause_cb, self);
}

static void
peer_room_door_fail (PeerRoomDoor *self,
                     const GError *error)
{
  g_debug ("The door of room %s: %s", self->name, error->message);
  peer_room_door_pause (self);
  g_signal_emit (self, signals[FAILED], 0, error);
}

static void
visit_data_cb (PeerRoomDoor *self,
               GVariant *value)
{
  g_autoptr (PeerRoomDoor) keep_alive = g_object_ref (self);
  g_autoptr (GVariant) greeting = g_variant_ref (value);
  g_autoptr (GError) error = NULL;
  gboolean is_understood = FALSE;

  peer_room_door_clear (self);
  self->state = PEER_ROOM_DOOR_IDLE;
  g_signal_emit (self, signals[GREETED], 0, greeting, &is_understood);
  if (is_understood)
    {
      self->attempt = 0;
      return;
    }

  error = g_error_new (PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("Whoever has the name %s knows of no room"), self->name);
  if (self->state == PEER_ROOM_DOOR_IDLE)
    peer_room_door_fail (self, error);
}

static void
visit_error_cb (PeerRoomDoor *self,
                const GError *error)
{
  if (self->visit_error == NULL)
    self->visit_error = g_error_copy (error);
}

/* Whoever held the name may be gone since: then it is free, which is no
 * failure. */
static void
visit_close_cb (PeerRoomDoor *self)
{
  g_autoptr (PeerRoomDoor) keep_alive = g_object_ref (self);
  g_autoptr (GError) error = g_steal_pointer (&self->visit_error);

  if (g_error_matches (error, PEER_ERROR, PEER_ERROR_PEER_UNAVAILABLE))
    {
      peer_room_door_pause (self);
      return;
    }

  if (error == NULL)
    error = g_error_new (PEER_ERROR, PEER_ERROR_CONNECTION_CLOSED, _ ("Nobody told who is in room %s"), self->name);
  peer_room_door_fail (self, error);
}

static gboolean
greeting_timeout_cb (gpointer user_data)
{
  PeerRoomDoor *self = PEER_ROOM_DOOR (user_data);

  peer_base_connection_close (PEER_BASE_CONNECTION (self->visit));

  return G_SOURCE_REMOVE;
}

static void
visit_open_cb (PeerRoomDoor *self)
{
  self->timer = peer_source_new_timeout (self->member->context, VISIT_TIMEOUT * 1000, "[libpeerglib] room greeting",
                                         greeting_timeout_cb, self);
}

static void
peer_room_door_visit (PeerRoomDoor *self)
{
  g_autoptr (PeerConnectOptions) options = peer_connect_options_new ();

  peer_room_door_clear (self);
  peer_connect_options_set_reliable (options, TRUE);
  g_set_object (&self->visit, peer_peer_connect_to (self->member, self->name, options));
  if (self->visit == NULL)
    {
      peer_room_door_pause (self);
      return;
    }

  self->state = PEER_ROOM_DOOR_VISITING;
  peer_base_connection_set_connect_timeout (PEER_BASE_CONNECTION (self->visit), VISIT_TIMEOUT);
  g_signal_connect_object (self->visit, "open", G_CALLBACK (visit_open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->visit, "data", G_CALLBACK (visit_data_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->visit, "error", G_CALLBACK (visit_error_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->visit, "close", G_CALLBACK (visit_close_cb), self, G_CONNECT_SWAPPED);
}

static void
keeper_open_cb (PeerRoomDoor *self)
{
  self->state = PEER_ROOM_DOOR_HELD;
  self->attempt = 0;
  g_signal_emit (self, signals[TAKEN], 0);
}

static void
keeper_ended_cb (PeerRoomDoor *self,
                 const GError *error)
{
  g_autoptr (PeerRoomDoor) keep_alive = g_object_ref (self);

  if (self->state == PEER_ROOM_DOOR_HELD)
    peer_room_door_pause (self);
  else if (g_error_matches (error, PEER_ERROR, PEER_ERROR_UNAVAILABLE_ID))
    peer_room_door_visit (self);
  else
    peer_room_door_fail (self, error);
}

static void
peer_room_door_take (PeerRoomDoor *self)
{
  peer_room_door_clear (self);
  self->state = PEER_ROOM_DOOR_TAKING;
  self->keeper = peer_room_door_keeper_new (self->member, self->name);
  if (self->greeting != NULL)
    peer_room_door_keeper_set_greeting (self->keeper, self->greeting);
  g_signal_connect_object (self->keeper, "open", G_CALLBACK (keeper_open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->keeper, "ended", G_CALLBACK (keeper_ended_cb), self, G_CONNECT_SWAPPED);
}

static void
member_open_cb (PeerRoomDoor *self)
{
  if (self->state == PEER_ROOM_DOOR_PAUSING && self->timer == NULL)
    peer_room_door_take (self);
}

PeerRoomDoor *
peer_room_door_new (PeerPeer *member,
                    const char *name)
{
  PeerRoomDoor *self = g_object_new (PEER_TYPE_ROOM_DOOR, NULL);

  self->member = g_object_ref (member);
  self->name = g_strdup (name);
  g_signal_connect_object (member, "open", G_CALLBACK (member_open_cb), self, G_CONNECT_SWAPPED);

  return self;
}

void
peer_room_door_set_greeting (PeerRoomDoor *self,
                             GVariant *greeting)
{
  g_clear_pointer (&self->greeting, g_variant_unref);
  self->greeting = g_variant_ref_sink (greeting);
  if (self->keeper != NULL)
    peer_room_door_keeper_set_greeting (self->keeper, self->greeting);
}

void
peer_room_door_check (PeerRoomDoor *self)
{
  if (self->state != PEER_ROOM_DOOR_IDLE)
    return;

  if (peer_peer_get_is_open (self->member))
    peer_room_door_take (self);
  else
    self->state = PEER_ROOM_DOOR_PAUSING;
}

gboolean
peer_room_door_get_is_held (PeerRoomDoor *self)
{
  return self->state == PEER_ROOM_DOOR_HELD;
}

void
peer_room_door_close (PeerRoomDoor *self)
{
  self->state = PEER_ROOM_DOOR_CLOSED;
  peer_room_door_clear (self);
}

static void
peer_room_door_dispose (GObject *object)
{
  PeerRoomDoor *self = PEER_ROOM_DOOR (object);

  peer_room_door_close (self);
  if (self->member != NULL)
    g_signal_handlers_disconnect_by_data (self->member, self);
  g_clear_object (&self->member);

  G_OBJECT_CLASS (peer_room_door_parent_class)->dispose (object);
}

static void
peer_room_door_finalize (GObject *object)
{
  PeerRoomDoor *self = PEER_ROOM_DOOR (object);

  g_free (self->name);
  g_clear_pointer (&self->greeting, g_variant_unref);

  G_OBJECT_CLASS (peer_room_door_parent_class)->finalize (object);
}

static void
peer_room_door_class_init (PeerRoomDoorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = peer_room_door_dispose;
  object_class->finalize = peer_room_door_finalize;

  signals[TAKEN] = g_signal_new ("taken", PEER_TYPE_ROOM_DOOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[GREETED] = g_signal_new ("greeted", PEER_TYPE_ROOM_DOOR, G_SIGNAL_RUN_LAST, 0,
                                   g_signal_accumulator_true_handled, NULL, NULL,
                                   G_TYPE_BOOLEAN, 1, G_TYPE_VARIANT);
  signals[FAILED] = g_signal_new ("failed", PEER_TYPE_ROOM_DOOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
peer_room_door_init (PeerRoomDoor *self)
{
}
