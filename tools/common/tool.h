/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

#define TOOL_DEFAULT_SERVER "https://0.peerjs.com/"

enum
{
  TOOL_EXIT_USAGE = 2
};

/* The language of the user, and what is said on standard error. */
void tool_init (void);

/* A peer of a server; the key and the id may be NULL. */
PeerPeer *tool_new_peer (const char *server,
                         const char *key,
                         const char *id);

/* Takes the options out of the command line. */
gboolean tool_parse_options (const GOptionEntry *entries,
                             const char *summary,
                             int *argc,
                             char ***argv,
                             GError **error);

/* For options that do not go together. Returns FALSE. */
gboolean tool_refuse_options (GError **error,
                              const char *text);

/* Says what is wrong with the command line. Returns the exit status. */
int tool_fail_usage (const char *program,
                     const GError *error);

/* Prints the version. Returns the exit status. */
int tool_print_version (const char *program);

G_END_DECLS
