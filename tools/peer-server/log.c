/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "log.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#define DOMAIN "peer-server"

/* More than any id has by default, and less than would fill a disk. */
#define MAX_VALUE_LENGTH 256

typedef struct
{
  const char *journal_name;
  const char *name; /* in lines */
  gsize offset;
} FieldSpec;

static const FieldSpec field_specs[] = {
  { "PEER_SERVER_EVENT", "event", G_STRUCT_OFFSET (LogEvent, event) },
  { "PEER_SERVER_CLIENT", "client", G_STRUCT_OFFSET (LogEvent, client) },
  { "PEER_SERVER_ADDRESS", "address", G_STRUCT_OFFSET (LogEvent, address) },
  { "PEER_SERVER_DESTINATION", "destination", G_STRUCT_OFFSET (LogEvent, destination) },
  { "PEER_SERVER_MESSAGE_TYPE", "type", G_STRUCT_OFFSET (LogEvent, type) },
  { "REASON", "reason", G_STRUCT_OFFSET (LogEvent, reason) },
};

static const struct
{
  const char *name;
  GLogLevelFlags level;
  const char *priority; /* of syslog(3) */
} levels[] = {
  { "error", G_LOG_LEVEL_CRITICAL, "3" },
  { "warning", G_LOG_LEVEL_WARNING, "4" },
  { "notice", G_LOG_LEVEL_MESSAGE, "5" },
  { "info", G_LOG_LEVEL_INFO, "6" },
  { "debug", G_LOG_LEVEL_DEBUG, "7" },
};

static const char *const formats[] = { "text", "json" };

static GLogLevelFlags max_level = G_LOG_LEVEL_MESSAGE;
static LogFormat format = LOG_FORMAT_TEXT;

gboolean
log_level_from_name (const char *name,
                     GLogLevelFlags *level)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      if (g_str_equal (levels[i].name, name))
        {
          *level = levels[i].level;
          return TRUE;
        }
    }

  return FALSE;
}

gboolean
log_format_from_name (const char *name,
                      LogFormat *found)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      if (g_str_equal (formats[i], name))
        {
          *found = (LogFormat) i;
          return TRUE;
        }
    }

  return FALSE;
}

/* The row of a level; errors that end the process have that of errors. */
static guint
find_level (GLogLevelFlags level)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      if (level & levels[i].level)
        return i;
    }

  return 0;
}

static const char *
find_field (const GLogField *fields,
            gsize n_fields,
            const char *name)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, name))
        return fields[i].value;
    }

  return NULL;
}

/* So that an event is one line, and moves no cursor. */
static void
append_printable (GString *line,
                  const char *text,
                  gboolean is_quoted)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (is_quoted && (character == '"' || character == '\\'))
        g_string_append_printf (line, "\\%c", *p);
      else if (g_unichar_isprint (character))
        g_string_append_unichar (line, character);
      else
        g_string_append_printf (line, "\\u%04x", character);
    }
}

static char *
format_text (const char *time,
             guint level,
             const GLogField *fields,
             gsize n_fields)
{
  const char *message = find_field (fields, n_fields, "MESSAGE");
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "%s %s: ", time, levels[level].name);
  append_printable (line, message != NULL ? message : "", FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (field_specs); i++)
    {
      const char *value = find_field (fields, n_fields, field_specs[i].journal_name);

      if (value == NULL)
        continue;
      g_string_append_printf (line, " %s=\"", field_specs[i].name);
      append_printable (line, value, TRUE);
      g_string_append_c (line, '"');
    }
  g_string_append_c (line, '\n');

  return g_string_free (line, FALSE);
}

static void
add_member (JsonBuilder *builder,
            const char *name,
            const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, valid);
}

static char *
format_json (const char *time,
             guint level,
             const GLogField *fields,
             gsize n_fields)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *message = find_field (fields, n_fields, "MESSAGE");
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_member (builder, "time", time);
  add_member (builder, "level", levels[level].name);
  add_member (builder, "message", message != NULL ? message : "");
  for (guint i = 0; i < G_N_ELEMENTS (field_specs); i++)
    {
      const char *value = find_field (fields, n_fields, field_specs[i].journal_name);

      if (value != NULL)
        add_member (builder, field_specs[i].name, value);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);

  return g_strconcat (text, "\n", NULL);
}

static void
write_line (guint level,
            const GLogField *fields,
            gsize n_fields)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");
  g_autofree char *line = format == LOG_FORMAT_JSON ? format_json (time, level, fields, n_fields)
                                                    : format_text (time, level, fields, n_fields);

  fputs (line, stderr);
  fflush (stderr);
}

/* Below a warning only what is ours: other libraries tell what went over a
 * socket. */
static GLogWriterOutput
writer_cb (GLogLevelFlags level,
           const GLogField *fields,
           gsize n_fields,
           gpointer user_data)
{
  gboolean is_ours = g_strcmp0 (find_field (fields, n_fields, "GLIB_DOMAIN"), DOMAIN) == 0;

  if (!log_is_enabled (level) || (!is_ours && !(level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))))
    return G_LOG_WRITER_HANDLED;

  if (format == LOG_FORMAT_TEXT && g_log_writer_is_journald (fileno (stderr)) &&
      g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;

  write_line (find_level (level), fields, n_fields);

  return G_LOG_WRITER_HANDLED;
}

void
log_start (void)
{
  g_log_set_writer_func (writer_cb, NULL, NULL);
}

void
log_configure (GLogLevelFlags new_level,
               LogFormat new_format)
{
  max_level = new_level;
  format = new_format;
}

gboolean
log_is_enabled (GLogLevelFlags level)
{
  return find_level (level) <= find_level (max_level);
}

static char *
shorten (const char *value)
{
  g_autofree char *start = g_strndup (value, MAX_VALUE_LENGTH);

  return g_utf8_make_valid (start, -1);
}

void
log_event (GLogLevelFlags level,
           const LogEvent *event,
           const char *message)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  GLogField fields[G_N_ELEMENTS (field_specs) + 3];
  gsize n_fields = 0;

  if (!log_is_enabled (level))
    return;

  fields[n_fields++] = (GLogField){ "MESSAGE", message, -1 };
  fields[n_fields++] = (GLogField){ "PRIORITY", levels[find_level (level)].priority, -1 };
  fields[n_fields++] = (GLogField){ "GLIB_DOMAIN", DOMAIN, -1 };
  for (guint i = 0; i < G_N_ELEMENTS (field_specs); i++)
    {
      const char *value = G_STRUCT_MEMBER (const char *, event, field_specs[i].offset);

      if (value == NULL)
        continue;
      g_ptr_array_add (values, shorten (value));
      fields[n_fields++] = (GLogField){ field_specs[i].journal_name, g_ptr_array_index (values, values->len - 1), -1 };
    }

  g_log_structured_array (level, fields, n_fields);
}
