/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The parts of a topic with ':' between them; a ':' or '%' in a part is
 * escaped as in URIs, so different topics have different texts. */
char *peer_topic_name_join (const char *const *topic);

/* NULL when the text is none of those. */
char **peer_topic_name_split (const char *text);

G_END_DECLS
