/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-mesh-member-private.h"

G_BEGIN_DECLS

/* Those who joined, out of a table of members: id → PeerMeshMember. */

guint peer_mesh_roster_count_joined (GHashTable *members);

/* NULL-terminated, transfer full. */
char **peer_mesh_roster_list_joined (GHashTable *members);

/* The id with the smallest (serial, id) of them and of this one, whose id is
 * NULL while it does not count; NULL when there is nobody. */
const char *peer_mesh_roster_find_host (GHashTable *members,
                                        const char *own_id,
                                        gint64 own_serial);

/* To all of them: one who does not get it does not keep it from the others. The
 * error is that of the first one. */
gboolean peer_mesh_roster_send (GHashTable *members,
                                GVariant *value,
                                GError **error);

/* Asks all of them for a sign of life. */
void peer_mesh_roster_check (GHashTable *members);

G_END_DECLS
