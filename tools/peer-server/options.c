/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "options.h"

#include <glib/gi18n.h>
#include <stdlib.h>

#include "activation.h"
#include "arguments.h"
#include "option-layer.h"
#include "workers.h"

/* From the first to the last to have a say. */
typedef enum
{
  LAYER_COMMAND_LINE,
  LAYER_ENVIRONMENT,
  LAYER_FILE,
  N_LAYERS
} Layer;

struct _Options
{
  GStrv arguments; /* as GOption takes them */
  OptionLayer *layers[N_LAYERS];
  gboolean show_version;
  GStrv rest;
};

static Options *
options_new_empty (void)
{
  Options *self = g_new0 (Options, 1);

  for (guint i = 0; i < N_LAYERS; i++)
    self->layers[i] = option_layer_new ();

  return self;
}

void
options_free (Options *self)
{
  for (guint i = 0; i < N_LAYERS; i++)
    option_layer_free (self->layers[i]);
  g_strfreev (self->arguments);
  g_strfreev (self->rest);
  g_free (self);
}

static void
options_set_layer (Options *self,
                   Layer layer,
                   OptionLayer *values)
{
  option_layer_free (self->layers[layer]);
  self->layers[layer] = values;
}

const char *const *
options_get_list (Options *self,
                  const char *name)
{
  const OptionSpec *spec = option_spec_find (name);
  const char *const *values = NULL;

  g_return_val_if_fail (spec != NULL, NULL);

  for (guint i = 0; i < N_LAYERS && values == NULL; i++)
    values = option_layer_get (self->layers[i], spec);

  return values;
}

const char *
options_get_text (Options *self,
                  const char *name)
{
  const char *const *values = options_get_list (self, name);

  return values == NULL ? NULL : values[0];
}

gboolean
options_get_flag (Options *self,
                  const char *name)
{
  return g_strcmp0 (options_get_text (self, name), "true") == 0;
}

guint
options_get_number (Options *self,
                    const char *name)
{
  const char *text = options_get_text (self, name);

  return text == NULL ? 0 : (guint) g_ascii_strtoull (text, NULL, 10);
}

static gboolean
option_cb (const char *name,
           const char *value,
           gpointer data,
           GError **error)
{
  Options *self = data;
  const OptionSpec *spec = name[1] == '-' ? option_spec_find (name + 2) : option_spec_find_letter (name[1]);

  if (option_layer_add (self->layers[LAYER_COMMAND_LINE], spec, value != NULL ? value : "true", error))
    return TRUE;

  g_prefix_error (error, "%s: ", name);

  return FALSE;
}

static int
get_entry_flags (const OptionSpec *spec)
{
  int flags = 0;

  if (spec->kind == OPTION_FLAG)
    flags |= G_OPTION_FLAG_OPTIONAL_ARG;
  if (spec->kind == OPTION_FILE)
    flags |= G_OPTION_FLAG_FILENAME;
  if (spec->flags & OPTION_HIDDEN)
    flags |= G_OPTION_FLAG_HIDDEN;

  return flags;
}

static GOptionGroup *
make_group (Options *self)
{
  const GOptionEntry others[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->show_version, N_ ("Show the version"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->rest, NULL, NULL },
    { NULL },
  };
  GOptionGroup *group = g_option_group_new (NULL, NULL, NULL, self, NULL);

  for (const OptionSpec *spec = option_specs; spec->name != NULL; spec++)
    {
      const GOptionEntry entries[] = {
        { spec->name, spec->letter, get_entry_flags (spec), G_OPTION_ARG_CALLBACK, (gpointer) option_cb,
          spec->description, spec->argument },
        { NULL },
      };

      g_option_group_add_entries (group, entries);
    }
  g_option_group_add_entries (group, others);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);

  return group;
}

static gboolean
options_parse (Options *self,
               const char *const *arguments,
               GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) flags = option_specs_list (OPTION_FLAG);
  g_auto (GStrv) lists = option_specs_list (OPTION_LIST);
  g_auto (GStrv) normalized = arguments_normalize (arguments, (const char *const *) flags, (const char *const *) lists);

  g_option_context_set_summary (context, _ ("Introduces WebRTC peers to each other, as PeerJS’s own server does."));
  g_option_context_set_main_group (context, make_group (self));

  return g_option_context_parse_strv (context, &normalized, error);
}

static gboolean
options_read_file (Options *self,
                   GError **error)
{
  const char *path = options_get_text (self, "config");
  OptionLayer *layer;

  if (path == NULL)
    return TRUE;

  layer = option_layer_new_from_file (path, error);
  if (layer == NULL)
    return FALSE;
  options_set_layer (self, LAYER_FILE, layer);

  return TRUE;
}

/* Options that need others. */
static gboolean
options_check (Options *self,
               GError **error)
{
  if ((options_get_text (self, "turn-uri") == NULL) == (options_get_text (self, "turn-secret-file") == NULL))
    return workers_check (self, error);

  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("--turn-uri and --turn-secret-file need each other"));

  return FALSE;
}

static gboolean
options_read (Options *self,
              const char *const *arguments,
              GError **error)
{
  OptionLayer *environment;

  if (!options_parse (self, arguments, error))
    return FALSE;
  if (self->show_version)
    return TRUE;
  if (self->rest != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("Unexpected argument “%s”"), self->rest[0]);
      return FALSE;
    }

  environment = option_layer_new_from_environment (error);
  if (environment == NULL)
    return FALSE;
  options_set_layer (self, LAYER_ENVIRONMENT, environment);

  return options_read_file (self, error) && options_check (self, error);
}

static gboolean
has_both_or_none (Options *self)
{
  return (options_get_text (self, "sslkey") == NULL) == (options_get_text (self, "sslcert") == NULL);
}

/* What the peerjs command misses and exits with 1 for. */
static gboolean
options_check_like_peerjs (Options *self)
{
  if (options_get_text (self, "port") == NULL && !activation_has_socket ())
    g_printerr ("peer-server: %s\n%s\n", _ ("Missing required argument: port"), _ ("Try “peer-server --help” for more."));
  else if (!has_both_or_none (self))
    g_printerr ("%s\n", _ ("Warning: PeerServer will not run because either the key or the certificate has not been provided."));
  else
    return TRUE;

  return FALSE;
}

Options *
options_new (const char *const *arguments,
             int *exit_status)
{
  g_autoptr (Options) self = options_new_empty ();
  g_autoptr (GError) error = NULL;

  self->arguments = g_strdupv ((char **) arguments);
  if (!options_read (self, arguments, &error))
    {
      g_printerr ("peer-server: %s\n%s\n", error->message, _ ("Try “peer-server --help” for more."));
      *exit_status = EXIT_USAGE;
      return NULL;
    }
  if (self->show_version)
    {
      g_print ("peer-server (libpeerglib) %s\n", PACKAGE_VERSION);
      *exit_status = EXIT_SUCCESS;
      return NULL;
    }
  if (!options_check_like_peerjs (self))
    {
      *exit_status = EXIT_FAILURE;
      return NULL;
    }

  return g_steal_pointer (&self);
}

Options *
options_reread (Options *self,
                GError **error)
{
  g_autoptr (Options) again = options_new_empty ();

  again->arguments = g_strdupv (self->arguments);
  if (!options_read (again, (const char *const *) self->arguments, error))
    return NULL;
  if (!has_both_or_none (again))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("--sslkey and --sslcert need each other"));
      return NULL;
    }

  return g_steal_pointer (&again);
}
