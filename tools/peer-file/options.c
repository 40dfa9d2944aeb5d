/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "options.h"

#include <glib/gi18n.h>

#include "../common/tool.h"

#define DEFAULT_TIMEOUT 60 /* seconds */

static gboolean
take_send (Options *self,
           char **operands,
           GError **error)
{
  self->command = COMMAND_SEND;
  if (*operands == NULL)
    return tool_refuse_options (error, _ ("Give the files to send"));
  if (self->directory != NULL || self->overwrite || self->hidden)
    return tool_refuse_options (error, _ ("Only the receiver decides where files go"));

  self->paths = g_strdupv (operands);

  return TRUE;
}

static gboolean
take_receive (Options *self,
              char **operands,
              GError **error)
{
  self->command = COMMAND_RECEIVE;
  if (self->code != NULL)
    return tool_refuse_options (error, _ ("A receiver needs no --to: give the code alone"));
  if (*operands != NULL && operands[1] != NULL)
    return tool_refuse_options (error, _ ("Give one code"));

  self->code = g_strdup (*operands);
  if (self->directory == NULL)
    self->directory = g_strdup (".");
  if (!g_file_test (self->directory, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("There is no directory “%s”"), self->directory);
      return FALSE;
    }

  return TRUE;
}

static gboolean
take_operands (Options *self,
               char **operands,
               GError **error)
{
  self->has_server = self->server != NULL;
  if (!self->has_server)
    self->server = g_strdup (TOOL_DEFAULT_SERVER);
  if (self->timeout < 0)
    return tool_refuse_options (error, _ ("The timeout is a number of seconds"));
  if (operands != NULL && g_strcmp0 (operands[0], "send") == 0)
    return take_send (self, operands + 1, error);
  if (operands != NULL && g_strcmp0 (operands[0], "receive") == 0)
    return take_receive (self, operands + 1, error);

  return tool_refuse_options (error, _ ("Say “send” or “receive”"));
}

gboolean
options_parse (Options *self,
               int *argc,
               char ***argv,
               GError **error)
{
  g_auto (GStrv) operands = NULL;
  const GOptionEntry entries[] = {
    { "server", 's', 0, G_OPTION_ARG_STRING, &self->server, N_ ("Address of the server, by default https://0.peerjs.com/"), N_ ("URL") },
    { "key", 'k', 0, G_OPTION_ARG_STRING, &self->key, N_ ("Key that the server asks for, by default peerjs"), N_ ("KEY") },
    { "to", 't', 0, G_OPTION_ARG_STRING, &self->code, N_ ("Send to a receiver that waits and has this id"), N_ ("ID") },
    { "directory", 'd', 0, G_OPTION_ARG_FILENAME, &self->directory, N_ ("Where received files go, by default the current directory"), N_ ("DIR") },
    { "overwrite", 'o', 0, G_OPTION_ARG_NONE, &self->overwrite, N_ ("Replace files that have the names of received ones"), NULL },
    { "hidden", 'H', 0, G_OPTION_ARG_NONE, &self->hidden, N_ ("Receive files whose names begin with a dot, too"), NULL },
    { "timeout", 'T', 0, G_OPTION_ARG_INT, &self->timeout, N_ ("How long to try when the connection is lost, by default 60; 0 ends at once"), N_ ("SECONDS") },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &self->quiet, N_ ("Show no progress"), NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &self->version, N_ ("Print the version and exit"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &operands, NULL, N_ ("send FILE… | receive [CODE]") },
    { NULL }
  };

  self->timeout = DEFAULT_TIMEOUT;

  return tool_parse_options (entries, N_ ("Send files to another peer, or receive them."), argc, argv, error) &&
         (self->version || take_operands (self, operands, error));
}

void
options_clear (Options *self)
{
  g_free (self->server);
  g_free (self->key);
  g_free (self->code);
  g_strfreev (self->paths);
  g_free (self->directory);
}
