/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

#define PEER_TEST_TYPE_LINE (peer_test_line_get_type ())
G_DECLARE_FINAL_TYPE (PeerTestLine, peer_test_line, PEER_TEST, LINE, GObject)

/* One end of a signaling inside the process that writes down what is published
 * on it, and can be cut. */
struct _PeerTestLine
{
  GObject parent_instance;

  PeerSignaling *bus;
  GHashTable *subscriptions; /* topic to id at the bus */
  GPtrArray *published;      /* of char *: topic and message as JSON, as in "receiver:room {…}" */
  gboolean is_lost;          /* publishing fails */
  gboolean is_deaf;          /* what is published is lost on the way */
};

PeerTestLine *peer_test_line_new (PeerSignaling *bus);

/* Cuts the line, or brings it back, which is told. */
void peer_test_line_set_is_lost (PeerTestLine *self,
                                 gboolean is_lost);

/* How many messages of this beginning were published. */
guint peer_test_line_count (PeerTestLine *self,
                            const char *prefix);

G_END_DECLS
