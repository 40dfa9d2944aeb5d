/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "transcript.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdio.h>

#define REPLACEMENT 0xfffd
#define CONTINUATION "\n    "

/* Characters that turn the direction of what follows them. */
static gboolean
is_direction (gunichar character)
{
  return (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
}

/* Nothing that moves the cursor, and no line that looks like somebody else's. */
static char *
make_safe (const char *text)
{
  GString *safe = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (character == '\n')
        g_string_append (safe, CONTINUATION);
      else if ((g_unichar_iscntrl (character) && character != '\t') || is_direction (character))
        g_string_append_unichar (safe, REPLACEMENT);
      else
        g_string_append_unichar (safe, character);
    }

  return g_string_free (safe, FALSE);
}

static char *
value_to_text (GVariant *value)
{
  g_autofree char *json = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return make_safe (g_variant_get_string (value, NULL));

  json = json_gvariant_serialize_data (value, NULL);

  return make_safe (json);
}

gboolean
transcript_message (const char *sender,
                    GVariant *message)
{
  g_autofree char *name = make_safe (sender);
  g_autofree char *text = value_to_text (message);

  return printf ("%s: %s\n", name, text) >= 0 && fflush (stdout) == 0;
}

gboolean
transcript_event (const char *sender,
                  const char *name,
                  GVariant *value)
{
  g_autofree char *safe_sender = make_safe (sender);
  g_autofree char *safe_name = make_safe (name);
  g_autofree char *text = value_to_text (value);

  return printf ("%s: [%s] %s\n", safe_sender, safe_name, text) >= 0 && fflush (stdout) == 0;
}

void
transcript_notice (const char *format,
                   ...)
{
  g_autofree char *text = NULL;
  g_autofree char *safe = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  safe = make_safe (text);
  g_printerr ("* %s\n", safe);
}

static char *
describe_member (PeerRoomMember *member)
{
  const char *id = peer_room_member_get_id (member);
  gboolean is_self = peer_room_member_get_is_self (member);

  if (peer_room_member_get_is_host (member))
    return g_strdup_printf (is_self ? _ ("%s (you, host)") : _ ("%s (host)"), id);

  return is_self ? g_strdup_printf (_ ("%s (you)"), id) : g_strdup (id);
}

void
transcript_roster (PeerRoom *room)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) members = NULL;
  g_autofree char *list = NULL;
  guint n_members = g_list_model_get_n_items (G_LIST_MODEL (room));

  for (guint i = 0; i < n_members; i++)
    {
      g_autoptr (PeerRoomMember) member = g_list_model_get_item (G_LIST_MODEL (room), i);
      g_autofree char *description = describe_member (member);

      g_strv_builder_add (builder, description);
    }

  members = g_strv_builder_end (builder);
  list = g_strjoinv (", ", members);
  transcript_notice (_ ("In room %s: %s"), peer_room_get_name (room), list);
}
