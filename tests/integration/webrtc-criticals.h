/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* webrtcbin 1.22 complains of itself when a channel is dropped while its last
 * data is on the way; everybody else's criticals stay fatal. */
void webrtc_criticals_forgive (void);

G_END_DECLS
