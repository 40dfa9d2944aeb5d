/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "stream.h"
#include "target.h"
#include "websocket.h"

#define CLIENT_MAX_IN_FLIGHT 64

typedef enum
{
  CLIENT_NEW,
  CLIENT_UPGRADING,
  CLIENT_OPENING,
  CLIENT_OPEN,
} ClientState;

/* A PeerJS client that sends one message to one other client, again and again. */
typedef struct
{
  Stream stream;
  ClientState state;
  guint index;
  GByteArray *input;                     /* the beginning of a frame, else NULL */
  GByteArray *output;                    /* what a full socket did not take, else NULL */
  GBytes *message;                       /* a frame, NULL for those that only listen */
  guint64 sent_at[CLIENT_MAX_IN_FLIGHT]; /* a ring: messages arrive in order */
  guint n_sent;
  guint n_taken; /* of its own, by its partner */
} Client;

/* Who is told, and asked to watch the socket. */
typedef struct
{
  void (*opened) (Client *client, gpointer user_data);
  void (*received) (Client *client, gpointer user_data);
  void (*watch) (Client *client, gboolean for_room, gpointer user_data);
  gpointer user_data;
} ClientEvents;

gboolean client_connect (Client *self, const Target *target, const char *id, const ClientEvents *events, GError **error);
gboolean client_run (Client *self, const ClientEvents *events, GError **error);
void client_send (Client *self, const ClientEvents *events);
void client_clear (Client *self);

GBytes *client_create_message (const char *destination, gsize size);
