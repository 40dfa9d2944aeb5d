/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-file-message-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "peer-file-name-private.h"
#include "peer-sha256-private.h"
#include "peer-vardict-private.h"

#define KEY "__peerFile"
#define MAX_CONTENT_TYPE_SIZE 255

typedef enum
{
  FIELD_NAME = 1 << 0,
  FIELD_DIRECTORY = 1 << 1,
  FIELD_CONTENT_TYPE = 1 << 2,
  FIELD_SIZE = 1 << 3,
  FIELD_MODIFIED = 1 << 4,
  FIELD_OFFSET = 1 << 5,
  FIELD_DATA = 1 << 6,
  FIELD_SHA256 = 1 << 7,
  FIELD_REASON = 1 << 8,
} Fields;

/* What each type has. */
static const struct
{
  const char *name;
  Fields required;
  Fields optional;
} types[] = {
  [PEER_FILE_MESSAGE_OFFER] = { "offer", FIELD_NAME, FIELD_DIRECTORY | FIELD_CONTENT_TYPE | FIELD_SIZE | FIELD_MODIFIED },
  [PEER_FILE_MESSAGE_ACCEPT] = { "accept", FIELD_OFFSET, FIELD_SHA256 },
  [PEER_FILE_MESSAGE_REFUSE] = { "refuse", 0, FIELD_REASON },
  [PEER_FILE_MESSAGE_RESTART] = { "restart", 0, 0 },
  [PEER_FILE_MESSAGE_PIECE] = { "piece", FIELD_OFFSET | FIELD_DATA, 0 },
  [PEER_FILE_MESSAGE_PROGRESS] = { "progress", FIELD_OFFSET, 0 },
  [PEER_FILE_MESSAGE_DONE] = { "done", FIELD_SIZE | FIELD_SHA256, 0 },
  [PEER_FILE_MESSAGE_VERIFIED] = { "verified", 0, 0 },
  [PEER_FILE_MESSAGE_CANCEL] = { "cancel", 0, FIELD_REASON },
  [PEER_FILE_MESSAGE_ERROR] = { "error", 0, FIELD_REASON },
};

/* The object under the key, NULL when there is none. */
static GVariant *
get_members (GVariant *value)
{
  g_autoptr (GVariant) members = NULL;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) || g_variant_n_children (value) != 1)
    return NULL;

  members = g_variant_lookup_value (value, KEY, NULL);
  if (members == NULL || !g_variant_is_of_type (members, G_VARIANT_TYPE_VARDICT))
    return NULL;

  return g_steal_pointer (&members);
}

gboolean
peer_file_message_is (GVariant *value)
{
  g_autoptr (GVariant) members = get_members (value);

  return members != NULL;
}

static gboolean
fail (GError **error,
      const char *field)
{
  g_set_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A message of a file transfer has no valid “%s”"), field);

  return FALSE;
}

/* Where a member is missing: whether it may be. */
static gboolean
lookup (GVariant *members,
        const char *name,
        gboolean is_required,
        const GVariantType *type,
        GVariant **member,
        GError **error)
{
  *member = g_variant_lookup_value (members, name, NULL);
  if (*member == NULL && !is_required)
    return TRUE;
  if (*member != NULL && g_variant_is_of_type (*member, type))
    return TRUE;

  g_clear_pointer (member, g_variant_unref);

  return fail (error, name);
}

static gboolean
parse_text (GVariant *members,
            const char *name,
            gboolean is_required,
            gsize max_size,
            char **text,
            GError **error)
{
  g_autoptr (GVariant) member = NULL;

  if (!lookup (members, name, is_required, G_VARIANT_TYPE_STRING, &member, error))
    return FALSE;
  if (member == NULL)
    return TRUE;
  if (g_variant_get_size (member) > max_size + 1)
    return fail (error, name);

  *text = g_variant_dup_string (member, NULL);

  return TRUE;
}

static gboolean
parse_number (GVariant *members,
              const char *name,
              gboolean is_required,
              gint64 *number,
              GError **error)
{
  g_autoptr (GVariant) member = NULL;

  if (!lookup (members, name, is_required, G_VARIANT_TYPE_INT64, &member, error))
    return FALSE;
  if (member == NULL)
    return TRUE;

  *number = g_variant_get_int64 (member);

  return (*number >= 0 && *number <= PEER_FILE_MAX_SIZE) || fail (error, name);
}

/* A copy: the bytes must not keep the rest of the message alive. */
static gboolean
parse_data (GVariant *members,
            GBytes **bytes,
            GError **error)
{
  g_autoptr (GVariant) member = NULL;
  gconstpointer data;
  gsize size;

  if (!lookup (members, "data", TRUE, G_VARIANT_TYPE_BYTESTRING, &member, error))
    return FALSE;

  data = g_variant_get_fixed_array (member, &size, 1);
  if (size == 0 || size > PEER_FILE_PIECE_MAX_SIZE)
    return fail (error, "data");

  *bytes = g_bytes_new (data, size);

  return TRUE;
}

static gboolean
parse_names (PeerFileMessage *self,
             GVariant *members,
             Fields fields,
             GError **error)
{
  if ((fields & FIELD_NAME) != 0 &&
      (!parse_text (members, "name", TRUE, PEER_FILE_MESSAGE_MAX_SIZE, &self->name, error) ||
       !peer_file_name_check (self->name, error)))
    return FALSE;

  if ((fields & FIELD_DIRECTORY) != 0 &&
      (!parse_text (members, "directory", FALSE, PEER_FILE_MESSAGE_MAX_SIZE, &self->directory, error) ||
       (self->directory != NULL && !peer_file_name_check_directory (self->directory, error))))
    return FALSE;

  return (fields & FIELD_CONTENT_TYPE) == 0 ||
         parse_text (members, "contentType", FALSE, MAX_CONTENT_TYPE_SIZE, &self->content_type, error);
}

/* A reason is shown to people, often on a terminal. */
static void
remove_controls (char *text)
{
  for (; text != NULL && *text != '\0'; text++)
    {
      if (g_ascii_iscntrl (*text))
        *text = ' ';
    }
}

static gboolean
parse_fields (PeerFileMessage *self,
              GVariant *members,
              GError **error)
{
  Fields required = types[self->type].required;
  Fields fields = required | types[self->type].optional;

  if (!parse_names (self, members, fields, error))
    return FALSE;
  if ((fields & FIELD_SIZE) != 0 && !parse_number (members, "size", (required & FIELD_SIZE) != 0, &self->size, error))
    return FALSE;
  if ((fields & FIELD_MODIFIED) != 0 && !parse_number (members, "modified", FALSE, &self->modified, error))
    return FALSE;
  if ((fields & FIELD_OFFSET) != 0 && !parse_number (members, "offset", TRUE, &self->offset, error))
    return FALSE;
  if ((fields & FIELD_DATA) != 0 && !parse_data (members, &self->data, error))
    return FALSE;
  if ((fields & FIELD_REASON) != 0 && !parse_text (members, "reason", FALSE, PEER_FILE_REASON_MAX_SIZE, &self->reason, error))
    return FALSE;
  remove_controls (self->reason);
  if ((fields & FIELD_SHA256) != 0)
    {
      gboolean is_required = (required & FIELD_SHA256) != 0 || self->offset > 0;

      if (!parse_text (members, "sha256", is_required, PEER_FILE_MESSAGE_MAX_SIZE, &self->sha256, error))
        return FALSE;
      if (self->sha256 != NULL && !peer_sha256_is_text (self->sha256))
        return fail (error, "sha256");
    }

  return TRUE;
}

PeerFileMessage *
peer_file_message_parse (GVariant *value,
                         char **id,
                         GError **error)
{
  g_autoptr (GVariant) members = get_members (value);
  g_autoptr (PeerFileMessage) self = g_new0 (PeerFileMessage, 1);
  g_autofree char *type = NULL;
  guint i;

  *self = PEER_FILE_MESSAGE_INIT (PEER_FILE_MESSAGE_OFFER, NULL);
  if (g_variant_get_size (value) > PEER_FILE_MESSAGE_MAX_SIZE)
    {
      g_set_error_literal (error, PEER_ERROR, PEER_ERROR_INVALID_DATA, _ ("A message of a file transfer is too big"));
      return NULL;
    }
  if (!parse_text (members, "id", TRUE, PEER_FILE_ID_MAX_LENGTH, &self->id, error))
    return NULL;
  *id = g_strdup (self->id);

  if (!parse_text (members, "type", TRUE, PEER_FILE_ID_MAX_LENGTH, &type, error))
    return NULL;
  for (i = 0; i < G_N_ELEMENTS (types) && !g_str_equal (type, types[i].name); i++)
    ;
  if (i == G_N_ELEMENTS (types))
    return NULL;

  self->type = (PeerFileMessageType) i;
  if (!parse_fields (self, members, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* As much of a text as may be sent. */
static char *
shorten (const char *text,
         gsize max_size)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, (gssize) MIN (strlen (text), max_size)) : NULL;

  /* What replaces a character that was cut is longer than it. */
  if (valid != NULL && strlen (valid) > max_size)
    return shorten (text, max_size - 3);

  return g_steal_pointer (&valid);
}

GVariant *
peer_file_message_to_value (const PeerFileMessage *self)
{
  Fields fields = types[self->type].required | types[self->type].optional;
  g_autofree char *reason = shorten (self->reason, PEER_FILE_REASON_MAX_SIZE);
  GVariantBuilder members, value;

  g_variant_builder_init (&members, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add_string (&members, "type", types[self->type].name);
  peer_vardict_add_string (&members, "id", self->id);
  if ((fields & FIELD_NAME) != 0)
    peer_vardict_add_string (&members, "name", self->name);
  if ((fields & FIELD_DIRECTORY) != 0)
    peer_vardict_add_string (&members, "directory", self->directory);
  if ((fields & FIELD_CONTENT_TYPE) != 0)
    peer_vardict_add_string (&members, "contentType", self->content_type);
  if ((fields & FIELD_SIZE) != 0 && self->size >= 0)
    peer_vardict_add (&members, "size", g_variant_new_int64 (self->size));
  if ((fields & FIELD_MODIFIED) != 0 && self->modified >= 0)
    peer_vardict_add (&members, "modified", g_variant_new_int64 (self->modified));
  if ((fields & FIELD_OFFSET) != 0)
    peer_vardict_add (&members, "offset", g_variant_new_int64 (self->offset));
  if ((fields & FIELD_DATA) != 0)
    peer_vardict_add (&members, "data", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, self->data, TRUE));
  if ((fields & FIELD_SHA256) != 0)
    peer_vardict_add_string (&members, "sha256", self->sha256);
  if ((fields & FIELD_REASON) != 0)
    peer_vardict_add_string (&members, "reason", reason);

  g_variant_builder_init (&value, G_VARIANT_TYPE_VARDICT);
  peer_vardict_add (&value, KEY, g_variant_builder_end (&members));

  return g_variant_builder_end (&value);
}

void
peer_file_message_set_error (const PeerFileMessage *self,
                             GError **error)
{
  PeerError code = self->type == PEER_FILE_MESSAGE_REFUSE ? PEER_ERROR_REFUSED : PEER_ERROR_ABORTED;
  const char *text = _ ("The other peer could not go on");

  if (self->type == PEER_FILE_MESSAGE_REFUSE)
    text = _ ("The other peer refused the file");
  else if (self->type == PEER_FILE_MESSAGE_CANCEL)
    text = _ ("The other peer cancelled the transfer");

  if (self->reason != NULL && *self->reason != '\0')
    /* Translators: what happened, and the other peer's words for why */
    g_set_error (error, PEER_ERROR, (int) code, _ ("%s: %s"), text, self->reason);
  else
    g_set_error_literal (error, PEER_ERROR, (int) code, text);
}

void
peer_file_message_free (PeerFileMessage *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->directory);
  g_free (self->content_type);
  g_clear_pointer (&self->data, g_bytes_unref);
  g_free (self->sha256);
  g_free (self->reason);
  g_free (self);
}
