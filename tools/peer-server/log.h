/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What happens, for who runs the server: to the journal with fields of its
 * own, or else as lines on stderr. Tokens, keys and payloads never get here. */

typedef enum
{
  LOG_FORMAT_TEXT,
  LOG_FORMAT_JSON,
} LogFormat;

/* What a line is about; what is NULL is left out. */
typedef struct
{
  const char *event;       /* PEER_SERVER_EVENT, never NULL: to search for */
  const char *client;      /* PEER_SERVER_CLIENT: an id */
  const char *address;     /* PEER_SERVER_ADDRESS */
  const char *destination; /* PEER_SERVER_DESTINATION: an id */
  const char *type;        /* PEER_SERVER_MESSAGE_TYPE */
  const char *reason;      /* REASON */
} LogEvent;

/* The names of the levels and formats; return FALSE for others. */
gboolean log_level_from_name (const char *name,
                              GLogLevelFlags *level);
gboolean log_format_from_name (const char *name,
                               LogFormat *format);

/* Takes over all that the process logs. */
void log_start (void);

/* Levels up to the one given are written. */
void log_configure (GLogLevelFlags level,
                    LogFormat format);
gboolean log_is_enabled (GLogLevelFlags level);

void log_event (GLogLevelFlags level,
                const LogEvent *event,
                const char *message);

G_END_DECLS
