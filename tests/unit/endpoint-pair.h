/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/peer-endpoint-private.h"
#include "peer-test-line.h"
#include "peer-test-util.h"

G_BEGIN_DECLS

/* A sender or a receiver over a line of its own, with connections inside the
 * process. What it emits is written down, as in "connect:alice channel:alice:chat
 * message:alice:'hello' dispose:alice:timed-out". */
typedef struct
{
  PeerTestLine *line;
  PeerEndpoint *endpoint;
  GString *events;
} EndpointEnd;

EndpointEnd *endpoint_end_new (GType type,
                               PeerSignaling *bus,
                               const char *id);
void endpoint_end_free (EndpointEnd *self);

/* Waits until the events so far are this text; forgets them. */
#define endpoint_end_wait(end, expected)                      \
  G_STMT_START                                                \
  {                                                           \
    peer_test_wait ((end)->events->len >= strlen (expected)); \
    g_assert_cmpstr ((end)->events->str, ==, expected);       \
    g_string_truncate ((end)->events, 0);                     \
  }                                                           \
  G_STMT_END

/* A sender and a receiver. */
typedef struct
{
  PeerSignaling *bus;
  EndpointEnd *sender;   /* of the id "sender" */
  EndpointEnd *receiver; /* of the id "receiver" */
} EndpointPair;

void endpoint_pair_init (EndpointPair *self,
                         gconstpointer data);
void endpoint_pair_clear (EndpointPair *self,
                          gconstpointer data);

/* Starts both and waits until they are connected. */
void endpoint_pair_connect (EndpointPair *self);

/* Publishes a message of JSON text to a topic, as anybody could. */
void endpoint_pair_publish (EndpointPair *self,
                            const char *topic,
                            const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EndpointEnd, endpoint_end_free)

G_END_DECLS
