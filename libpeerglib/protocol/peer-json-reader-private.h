/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Any limit of nesting above this one is taken as this one. */
#define PEER_JSON_DEPTH_LIMIT 1024

typedef enum
{
  PEER_JSON_TOKEN_INVALID,
  PEER_JSON_TOKEN_NULL,
  PEER_JSON_TOKEN_FALSE,
  PEER_JSON_TOKEN_TRUE,
  PEER_JSON_TOKEN_INTEGER,
  PEER_JSON_TOKEN_REAL,
  PEER_JSON_TOKEN_STRING,
  PEER_JSON_TOKEN_KEY,
  PEER_JSON_TOKEN_ARRAY_START,
  PEER_JSON_TOKEN_ARRAY_END,
  PEER_JSON_TOKEN_OBJECT_START,
  PEER_JSON_TOKEN_OBJECT_END,
  PEER_JSON_TOKEN_END,
} PeerJsonToken;

typedef enum
{
  PEER_JSON_EXPECT_VALUE,
  PEER_JSON_EXPECT_VALUE_OR_END,
  PEER_JSON_EXPECT_KEY,
  PEER_JSON_EXPECT_KEY_OR_END,
  PEER_JSON_EXPECT_COMMA_OR_END,
  PEER_JSON_EXPECT_NOTHING,
} PeerJsonExpectation;

/* Reads JSON text token by token. Allocates nothing. */
typedef struct
{
  const char *text;
  const char *position;
  const char *end;

  /* The string, between its quotes, or the number that was read last. */
  const char *token_start;
  gsize token_length;
  gboolean has_escapes;
  const char *value_start; /* of the value that the last token started */

  PeerJsonExpectation expectation;
  guint depth;
  guint max_depth;
  guint64 is_object[PEER_JSON_DEPTH_LIMIT / 64]; /* a bit for each level */
} PeerJsonReader;

void peer_json_reader_init (PeerJsonReader *reader,
                            const char *text,
                            gsize length,
                            guint max_depth);

/* PEER_JSON_TOKEN_END after the value, again and again. PEER_JSON_TOKEN_INVALID
 * sets the error; nothing may be read after it. */
PeerJsonToken peer_json_reader_next (PeerJsonReader *reader,
                                     GError **error);

/* Reads the rest of the value that token starts. */
gboolean peer_json_reader_skip (PeerJsonReader *reader,
                                PeerJsonToken token,
                                GError **error);

/* For PEER_JSON_TOKEN_STRING and _KEY. U+0000 and lone surrogates become
 * U+FFFD. */
char *peer_json_reader_dup_string (PeerJsonReader *reader,
                                   gsize *length);
gboolean peer_json_reader_string_equals (PeerJsonReader *reader,
                                         const char *string);

G_END_DECLS
