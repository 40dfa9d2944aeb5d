/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "native-commands.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

typedef struct
{
  const NativeCommand *commands;
  gpointer program;
  GMainLoop *loop;
  gboolean failed;
} NativeCommands;

static gboolean
run_command (NativeCommands *self,
             JsonObject *parameters,
             JsonBuilder *answer,
             GError **error)
{
  const char *name = json_object_get_string_member (parameters, "command");

  for (const NativeCommand *command = self->commands; command->name != NULL; command++)
    {
      if (g_str_equal (command->name, name))
        return command->run (self->program, parameters, answer, error);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "There is no command %s", name);
  return FALSE;
}

static gboolean
obey (NativeCommands *self,
      const char *line,
      GError **error)
{
  g_autoptr (JsonNode) node = json_from_string (line, error);
  g_autoptr (JsonBuilder) answer = json_builder_new ();
  g_autoptr (GError) refusal = NULL;
  JsonObject *parameters;

  if (node == NULL)
    return FALSE;

  parameters = json_node_get_object (node);
  json_builder_begin_object (answer);
  json_builder_set_member_name (answer, "answer");
  json_builder_add_int_value (answer, json_object_get_int_member (parameters, "serial"));
  if (!run_command (self, parameters, answer, &refusal))
    {
      json_builder_set_member_name (answer, "error");
      json_builder_begin_object (answer);
      native_wire_add_error (answer, refusal);
      json_builder_end_object (answer);
    }
  json_builder_end_object (answer);
  native_wire_write (answer);
  return TRUE;
}

static void
on_line (GObject *source,
         GAsyncResult *result,
         gpointer user_data)
{
  GDataInputStream *input = G_DATA_INPUT_STREAM (source);
  NativeCommands *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish (input, result, NULL, &error);

  if (line != NULL && obey (self, line, &error))
    {
      g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, NULL, on_line, self);
      return;
    }

  if (error != NULL)
    {
      g_printerr ("%s: %s\n", g_get_prgname (), error->message);
      self->failed = TRUE;
    }
  g_main_loop_quit (self->loop);
}

int
native_commands_run (const NativeCommand *commands,
                     gpointer program)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (input);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  NativeCommands self = { .commands = commands, .program = program, .loop = loop };

  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, on_line, &self);
  g_main_loop_run (loop);

  return self.failed ? 1 : 0;
}
