/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "options.h"

G_BEGIN_DECLS

/* Bring the options to a server: all of them before it runs, or those that may
 * change while it does. On an error the server stays as it was. */
gboolean settings_apply (Options *options,
                         PeerServer *server,
                         GError **error);
gboolean settings_apply_again (Options *options,
                               PeerServer *server,
                               GError **error);

/* Brings an option to a property of another object, whose default is that of
 * the property. */
void settings_set_property (Options *options,
                            GObject *object,
                            const char *property,
                            const char *option);

G_END_DECLS
