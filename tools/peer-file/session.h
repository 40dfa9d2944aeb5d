/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "options.h"
#include "progress.h"

G_BEGIN_DECLS

typedef struct _Session Session;

/* What a sender and a receiver do differently. */
typedef struct
{
  /* The id that this side waits under is known. */
  void (*waiting) (Session *session,
                   const char *id,
                   gpointer user_data);

  /* A connection is made, the first or another one; connect signals now. */
  void (*connected) (Session *session,
                     PeerDataConnection *connection,
                     gpointer user_data);

  /* It is open. */
  void (*opened) (Session *session,
                  PeerDataConnection *connection,
                  gpointer user_data);

  /* Whether there is nothing more to do: the connection has closed. */
  gboolean (*is_complete) (Session *session,
                           gpointer user_data);
} SessionFuncs;

/* A connection to the other side, made again while there is something to do:
 * this side waits for the other, or connects to it when it knows its id. */
struct _Session
{
  const Options *options;
  const SessionFuncs *funcs;
  gpointer user_data;
  GMainLoop *loop;
  PeerPeer *peer;
  PeerDataConnection *connection;
  Progress *progress;
  gboolean was_open;    /* once at least */
  gboolean was_lost;    /* the connection ended with an error */
  gboolean is_stopping; /* by a signal */
  guint retry_timer;
  guint give_up_timer;
  int exit_status;
};

/* Returns the exit status. */
int session_run (Session *self);

/* Ends the program. */
void session_quit (Session *self,
                   int exit_status);

/* The options that the other side needs, too: "" or " --server URL". */
char *session_describe_options (Session *self);

/* Says that something went wrong; the program goes on. */
void session_report (Session *self,
                     const char *name,
                     const GError *error);

/* Closes the connection when everything has been sent; the program ends then. */
void session_finish (Session *self);

G_END_DECLS
