/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "fault-transport.h"

G_BEGIN_DECLS

typedef struct
{
  FaultTransportFactory factory;
  guint quiet; /* idle milliseconds after which nothing more is waited for */
  guint n_seeds;
  guint n_at_once;
} FaultWorlds;

/* Runs the world of each seed: two peers behind a proxy of their own connect
 * to each other over transports that may fail, as the seed has it. Fails when
 * an end of a connection neither stays open and exchanges values nor closes
 * once, for a reason that it told; and says which seed it was. Fails, too, when
 * fewer than a tenth of the worlds have an end that stays, or one that fails.
 *
 * PEER_FAULT_SEED in the environment is the first seed instead of 1, and
 * PEER_FAULT_COUNT their number. */
void fault_worlds_run (const FaultWorlds *worlds);

G_END_DECLS
