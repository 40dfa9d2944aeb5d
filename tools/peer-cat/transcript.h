/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

G_BEGIN_DECLS

/* What a chat shows: messages on standard output, a line each at least, and
 * what happens in the room on standard error. Text from others is shown
 * without what a terminal would obey. */

/* FALSE, with errno, when nobody reads it any more. */
gboolean transcript_message (const char *sender,
                             GVariant *message);

/* The name is that of an event. */
gboolean transcript_event (const char *sender,
                           const char *name,
                           GVariant *value);

void transcript_notice (const char *format,
                        ...) G_GNUC_PRINTF (1, 2);

/* Who is in a room, and who of them is the host. */
void transcript_roster (PeerRoom *room);

G_END_DECLS
