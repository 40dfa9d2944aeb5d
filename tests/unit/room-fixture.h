/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "fake-room-network.h"
#include "tests/integration/room-scenarios.h"
#include "tests/integration/wait-until.h"

G_BEGIN_DECLS

/* Two members of a room, alice and bob, and carol, who has not joined. Alice came first. */
typedef struct
{
  FakePlace *place;
  RoomWatch *alice;
  RoomWatch *bob;
  RoomWatch *carol;
} RoomFixture;

void room_fixture_set_up (RoomFixture *self,
                          gconstpointer user_data);
/* Whoever is NULL is gone already. */
void room_fixture_tear_down (RoomFixture *self,
                             gconstpointer user_data);

/* Joins, and waits until the room is open. */
void room_fixture_join (RoomWatch *watch);

/* Joins, which fails. */
void room_fixture_join_fails (RoomWatch *watch,
                              PeerError code);

/* The network that a room has now. */
FakeNetwork *room_fixture_get_network (RoomWatch *watch);

/* A frame comes in from a member, whatever it says. */
void room_fixture_inject (RoomWatch *watch,
                          const char *member_id,
                          const char *text);

#define ROOM_TEST_ADD(path, func) g_test_add (path, RoomFixture, NULL, room_fixture_set_up, func, room_fixture_tear_down)

G_END_DECLS
