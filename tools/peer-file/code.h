/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A code that nobody guesses and anybody can say: three groups of letters and
 * digits without those that look or sound alike, 60 random bits. It is the id of
 * a peer. */
char *code_new (void);

G_END_DECLS
