/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  COMMAND_SEND,
  COMMAND_RECEIVE,
} Command;

typedef struct
{
  Command command;
  char *server;
  gboolean has_server; /* one was given */
  char *key;
  char *code;   /* of the other side, who is connected to; NULL to wait for it */
  char **paths; /* to send */
  char *directory;
  gboolean overwrite;
  gboolean hidden;
  gboolean quiet;
  gboolean version;
  int timeout; /* seconds */
} Options;

gboolean options_parse (Options *self,
                        int *argc,
                        char ***argv,
                        GError **error);
void options_clear (Options *self);

G_END_DECLS
