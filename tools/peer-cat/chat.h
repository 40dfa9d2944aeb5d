/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "options.h"

G_BEGIN_DECLS

/* Joins standard input and output to a room until the input ends, the user
 * leaves or the room is lost. Returns the exit status. */
int chat_run (const Options *options);

G_END_DECLS
