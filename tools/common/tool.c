/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdlib.h>

/* That a STUN server cannot be reached is no matter as long as there is a way
 * without it, and the error of a connection names it else. */
static GLogWriterOutput
write_log (GLogLevelFlags level,
           const GLogField *fields,
           gsize n_fields,
           gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "GLIB_DOMAIN") && g_strcmp0 (fields[i].value, "libnice") == 0 &&
        g_getenv ("G_MESSAGES_DEBUG") == NULL)
      return G_LOG_WRITER_HANDLED;

  return g_log_writer_default (level, fields, n_fields, user_data);
}

void
tool_init (void)
{
  g_log_set_writer_func (write_log, NULL, NULL);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

PeerPeer *
tool_new_peer (const char *server,
               const char *key,
               const char *id)
{
  g_autoptr (PeerPeer) named = peer_peer_new_for_uri (server, id);

  if (key == NULL)
    return g_steal_pointer (&named);

  return g_object_new (PEER_TYPE_PEER,
                       "id", id,
                       "host", peer_peer_get_host (named),
                       "port", peer_peer_get_port (named),
                       "path", peer_peer_get_path (named),
                       "secure", peer_peer_get_secure (named),
                       "key", key,
                       NULL);
}

gboolean
tool_parse_options (const GOptionEntry *entries,
                    const char *summary,
                    int *argc,
                    char ***argv,
                    GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, summary);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);

  return g_option_context_parse (context, argc, argv, error);
}

gboolean
tool_refuse_options (GError **error,
                     const char *text)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, text);

  return FALSE;
}

int
tool_fail_usage (const char *program,
                 const GError *error)
{
  g_printerr ("%s: %s\n", program, error->message);
  g_printerr (_ ("Try “%s --help” for more information.\n"), program);

  return TOOL_EXIT_USAGE;
}

int
tool_print_version (const char *program)
{
  g_print ("%s (libpeerglib) %s\n", program, PACKAGE_VERSION);

  return EXIT_SUCCESS;
}
