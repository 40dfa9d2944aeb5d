/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "options.h"

G_BEGIN_DECLS

/* Sends the files. Returns the exit status. */
int send_files (const Options *options);

G_END_DECLS
