/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a text is a JSON object that says who sent it, once and truly, and
 * is either a message or of the system. It can go to others as it is: nobody
 * reads another sender in it, however he treats repeated members. */
gboolean peer_hub_frame_is_from (const char *text,
                                 gsize length,
                                 const char *id);

G_END_DECLS
