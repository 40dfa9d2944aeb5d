/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/peer-room-private.h"

G_BEGIN_DECLS

/* A place where rooms meet inside of a test, with nothing between them. */
typedef struct
{
  GPtrArray *networks; /* of FakeNetwork that are in; borrowed */
  GHashTable *cut;     /* ids of those who reach nobody */
  gint64 next_serial;
  guint n_made;
} FakePlace;

FakePlace *fake_place_new (void);
void fake_place_free (FakePlace *self);

/* The member and the others lose each other, or can meet again. */
void fake_place_cut (FakePlace *self,
                     const char *id);
void fake_place_mend (FakePlace *self,
                      const char *id);

/* A room at the place, not joined; id is nullable. */
PeerRoom *fake_place_make_room (FakePlace *self,
                                const char *name,
                                const char *id);

#define FAKE_TYPE_NETWORK (fake_network_get_type ())
G_DECLARE_FINAL_TYPE (FakeNetwork, fake_network, FAKE, NETWORK, PeerRoomNetwork)

/* A PeerRoomNetworkFactory. */
PeerRoomNetwork *fake_network_make (PeerRoom *room,
                                    PeerRoomSelf *description,
                                    gpointer place,
                                    GError **error);

/* For rooms that are served. */
PeerRoomNetwork *fake_network_new (FakePlace *place,
                                   PeerRoomSelf *description);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakePlace, fake_place_free)

G_END_DECLS
