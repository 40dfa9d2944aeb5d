/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A timeout on a context; the owner keeps it and clears it. */
static inline GSource *
peer_source_new_timeout (GMainContext *context,
                         guint milliseconds,
                         const char *name,
                         GSourceFunc func,
                         gpointer user_data)
{
  GSource *source = g_timeout_source_new (milliseconds);

  g_source_set_static_name (source, name);
  g_source_set_callback (source, func, user_data, NULL);
  g_source_attach (source, context);

  return source;
}

/* Destroys a source that may be there. */
static inline void
peer_source_clear (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

G_END_DECLS
