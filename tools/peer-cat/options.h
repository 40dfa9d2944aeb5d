/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

typedef struct
{
  char *server;
  char *key;
  char *id;
  char *serialization_name;
  PeerSerialization serialization;
  gboolean reliable;
  gboolean listen;
  gboolean echo;
  char *room;
  char *hub;
  char *manager;
  char *signaling;
  gboolean text;
  gboolean verbose;
  gboolean version;
  char **operands;
} Options;

gboolean options_parse (Options *self,
                        int *argc,
                        char ***argv,
                        GError **error);
void options_clear (Options *self);

G_END_DECLS
