/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-error-nick-private.h"
#include "peer-json-private.h"
#include "peer-room-frame-private.h"
#include "peer-vardict-private.h"

static const struct
{
  const char *action;
  PeerRoomFrameKind kind;
} actions[] = {
  { "EVENT", PEER_ROOM_FRAME_EVENT },
  { "BROADCAST", PEER_ROOM_FRAME_BROADCAST },
  { "PEER_JOIN", PEER_ROOM_FRAME_JOIN },
  { "PEER_LEAVE", PEER_ROOM_FRAME_LEAVE },
  { "ROOM_STATE", PEER_ROOM_FRAME_ROOM_STATE },
  { "HOST_CHANGE", PEER_ROOM_FRAME_HOST_CHANGE },
  { "SYNC", PEER_ROOM_FRAME_SYNC },
  { "SYNC_SHARED", PEER_ROOM_FRAME_SYNC_SHARED },
  { "ERROR", PEER_ROOM_FRAME_ERROR },
};

static gboolean
is_event (PeerRoomFrameKind kind)
{
  return kind == PEER_ROOM_FRAME_EVENT || kind == PEER_ROOM_FRAME_BROADCAST;
}

static void
peer_room_frame_clear (gpointer data)
{
  PeerRoomFrame *self = data;

  g_free (self->sender);
  g_free (self->target);
  g_free (self->name);
  g_clear_pointer (&self->value, g_variant_unref);
}

PeerRoomFrame *
peer_room_frame_new (PeerRoomFrameKind kind,
                     const char *sender,
                     const char *target,
                     const char *name,
                     GVariant *value)
{
  PeerRoomFrame *self = g_rc_box_new0 (PeerRoomFrame);

  self->kind = kind;
  self->sender = g_strdup (sender);
  self->target = g_strdup (target);
  self->name = g_strdup (name);
  self->value = g_variant_ref_sink (value != NULL ? value : g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
  self->timestamp = g_get_real_time () / 1000;

  return self;
}

PeerRoomFrame *
peer_room_frame_ref (const PeerRoomFrame *self)
{
  return g_rc_box_acquire ((gpointer) self);
}

void
peer_room_frame_unref (PeerRoomFrame *self)
{
  g_rc_box_release_full (self, peer_room_frame_clear);
}

PeerRoomFrame *
peer_room_frame_new_error (const char *sender,
                           const char *target,
                           const GError *error)
{
  GVariantBuilder payload;

  g_variant_builder_init (&payload, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add_string (&payload, "error", peer_error_get_nick (error));
  peer_vardict_add_string (&payload, "message", error->message);

  return peer_room_frame_new (PEER_ROOM_FRAME_ERROR, sender, target, NULL, g_variant_builder_end (&payload));
}

GError *
peer_room_frame_dup_error (const PeerRoomFrame *self)
{
  const char *nick = NULL;
  const char *message = _ ("The other side reported an error");

  if (g_variant_is_of_type (self->value, G_VARIANT_TYPE_VARDICT))
    {
      g_variant_lookup (self->value, "error", "&s", &nick);
      g_variant_lookup (self->value, "message", "&s", &message);
    }

  return peer_error_new_for_nick (nick, message);
}

static const char *
get_action (const PeerRoomFrame *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      if (actions[i].kind == self->kind)
        return actions[i].action;
    }

  return self->name;
}

static void
add_system (GVariantBuilder *builder,
            const PeerRoomFrame *self)
{
  GVariantBuilder payload;

  peer_vardict_add_string (builder, "type", "SYSTEM");
  peer_vardict_add_string (builder, "action", get_action (self));
  if (is_event (self->kind))
    {
      g_variant_builder_init (&payload, G_VARIANT_TYPE_VARDICT);
      peer_vardict_add_string (&payload, "event", self->name);
      peer_vardict_add (&payload, "data", self->value);
      peer_vardict_add (builder, "payload", g_variant_builder_end (&payload));
    }
  else
    {
      peer_vardict_add (builder, "payload", self->value);
    }
  peer_vardict_add (builder, "timestamp", g_variant_new_int64 (self->timestamp));
}

GVariant *
peer_room_frame_to_variant (const PeerRoomFrame *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  if (self->kind == PEER_ROOM_FRAME_MESSAGE)
    peer_vardict_add (&builder, "message", self->value);
  else
    add_system (&builder, self);
  peer_vardict_add_string (&builder, "peer_id", self->sender);
  peer_vardict_add_string (&builder, "target", self->target);

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
lookup_name (GVariant *object,
             const char *key,
             gsize max_length,
             char **name,
             GError **error)
{
  const char *string;

  *name = NULL;
  if (!g_variant_lookup (object, key, "&s", &string))
    return TRUE;
  if (strlen (string) > max_length)
    {
      /* Translators: %s is the name of a member of an object. */
      g_set_error (error, PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED, _ ("“%s” is too long"), key);
      return FALSE;
    }
  *name = g_strdup (string);

  return TRUE;
}

static gboolean
read_event (PeerRoomFrame *self,
            GVariant *payload,
            GError **error)
{
  if (payload == NULL || !g_variant_is_of_type (payload, G_VARIANT_TYPE_VARDICT))
    self->name = NULL;
  else if (!lookup_name (payload, "event", PEER_ROOM_EVENT_NAME_MAX, &self->name, error))
    return FALSE;

  if (self->name == NULL || *self->name == '\0')
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("The event has no name"));
      return FALSE;
    }
  self->value = g_variant_lookup_value (payload, "data", NULL);

  return TRUE;
}

static gboolean
read_system (PeerRoomFrame *self,
             GVariant *object,
             GError **error)
{
  g_autoptr (GVariant) payload = g_variant_lookup_value (object, "payload", NULL);
  g_autofree char *action = NULL;

  if (!lookup_name (object, "action", PEER_ROOM_EVENT_NAME_MAX, &action, error))
    return FALSE;

  self->kind = PEER_ROOM_FRAME_UNKNOWN;
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      if (g_strcmp0 (actions[i].action, action) == 0)
        self->kind = actions[i].kind;
    }
  g_variant_lookup (object, "timestamp", "x", &self->timestamp);
  if (is_event (self->kind))
    return read_event (self, payload, error);

  if (self->kind == PEER_ROOM_FRAME_UNKNOWN)
    self->name = g_steal_pointer (&action);
  self->value = g_steal_pointer (&payload);

  return TRUE;
}

static gboolean
read_frame (PeerRoomFrame *self,
            GVariant *object,
            GError **error)
{
  const char *type = NULL;

  if (!lookup_name (object, "peer_id", PEER_ROOM_ID_MAX, &self->sender, error) ||
      !lookup_name (object, "target", PEER_ROOM_ID_MAX, &self->target, error))
    return FALSE;
  if (g_variant_lookup (object, "type", "&s", &type) && g_str_equal (type, "SYSTEM"))
    return read_system (self, object, error);

  if (self->sender != NULL)
    self->value = g_variant_lookup_value (object, "message", NULL);
  if (self->value == NULL && g_variant_lookup (object, "event", "&s", &type))
    {
      self->kind = PEER_ROOM_FRAME_EVENT;
      if (!read_event (self, object, error))
        return FALSE;
    }
  if (self->value == NULL)
    self->value = g_variant_ref (object);

  return TRUE;
}

PeerRoomFrame *
peer_room_frame_from_variant (GVariant *value,
                              GError **error)
{
  g_autoptr (PeerRoomFrame) self = g_rc_box_new0 (PeerRoomFrame);

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    self->value = g_variant_ref (value);
  else if (!read_frame (self, value, error))
    return NULL;

  if (self->value == NULL)
    self->value = g_variant_ref_sink (g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));

  return g_steal_pointer (&self);
}

char *
peer_room_frame_print (const PeerRoomFrame *self,
                       GError **error)
{
  g_autoptr (GVariant) value = peer_room_frame_to_variant (self);

  return peer_json_print (value, NULL, error);
}

PeerRoomFrame *
peer_room_frame_parse (const char *text,
                       gsize length,
                       GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GVariant) value = peer_json_parse (text, length, PEER_JSON_MAX_DEPTH, &problem);

  if (value == NULL && g_error_matches (problem, PEER_ERROR, PEER_ERROR_INVALID_DATA) &&
      g_utf8_validate_len (text, length, NULL))
    value = g_variant_ref_sink (g_variant_new_take_string (length > 0 ? g_strndup (text, length) : g_strdup ("")));
  if (value == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }

  return peer_room_frame_from_variant (value, error);
}
