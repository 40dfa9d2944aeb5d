/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "option-table.h"

G_BEGIN_DECLS

/* The values of options as one source has them: the command line, the
 * environment or a file. */
typedef struct _OptionLayer OptionLayer;

OptionLayer *option_layer_new (void);
void option_layer_free (OptionLayer *self);

/* Fails when the option does not take such a value. A list gets one more, any
 * other option another value. */
gboolean option_layer_add (OptionLayer *self,
                           const OptionSpec *spec,
                           const char *value,
                           GError **error);

/* Returns the values, NULL if there are none. */
const char *const *option_layer_get (OptionLayer *self,
                                     const OptionSpec *spec);

OptionLayer *option_layer_new_from_environment (GError **error);
OptionLayer *option_layer_new_from_file (const char *path,
                                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OptionLayer, option_layer_free)

G_END_DECLS
