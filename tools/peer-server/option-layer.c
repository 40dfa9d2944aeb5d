/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "option-layer.h"

#include <glib/gi18n.h>
#include <libpeerglib/peer.h>

#define GROUP "peer-server"

struct _OptionLayer
{
  GHashTable *values; /* by OptionSpec, of GPtrArray that end with NULL */
};

OptionLayer *
option_layer_new (void)
{
  OptionLayer *self = g_new0 (OptionLayer, 1);

  self->values = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);

  return self;
}

void
option_layer_free (OptionLayer *self)
{
  g_hash_table_unref (self->values);
  g_free (self);
}

/* As the property has it that the number is for. */
static gboolean
check_number (const OptionSpec *spec,
              const char *value,
              GError **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (PEER_TYPE_SERVER);
  GParamSpec *pspec = spec->property != NULL ? g_object_class_find_property ((GObjectClass *) klass, spec->property) : NULL;
  guint minimum = pspec != NULL ? G_PARAM_SPEC_UINT (pspec)->minimum : 0;
  guint maximum = pspec != NULL ? G_PARAM_SPEC_UINT (pspec)->maximum : G_MAXUINT;

  if (g_ascii_string_to_unsigned (value, 10, minimum, maximum, NULL, NULL))
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("“%s” is not a number from %u to %u"),
               value, minimum, maximum);

  return FALSE;
}

static gboolean
check_choice (const OptionSpec *spec,
              const char *value,
              GError **error)
{
  g_auto (GStrv) choices = g_strsplit (spec->argument, "|", -1);

  if (g_strv_contains ((const char *const *) choices, value))
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("“%s” is none of %s"), value, spec->argument);

  return FALSE;
}

static gboolean
check_value (const OptionSpec *spec,
             const char *value,
             GError **error)
{
  if (spec->kind == OPTION_NUMBER)
    return check_number (spec, value, error);
  if (spec->kind == OPTION_CHOICE)
    return check_choice (spec, value, error);

  if (spec->kind == OPTION_FLAG && !g_str_equal (value, "true") && !g_str_equal (value, "false"))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("“%s” is neither “true” nor “false”"), value);
      return FALSE;
    }

  return TRUE;
}

gboolean
option_layer_add (OptionLayer *self,
                  const OptionSpec *spec,
                  const char *value,
                  GError **error)
{
  GPtrArray *values = g_hash_table_lookup (self->values, spec);

  if (!check_value (spec, value, error))
    return FALSE;

  if (values == NULL || spec->kind != OPTION_LIST)
    {
      values = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (values, NULL);
      g_hash_table_insert (self->values, (gpointer) spec, values);
    }
  g_ptr_array_insert (values, values->len - 1, g_strdup (value));

  return TRUE;
}

const char *const *
option_layer_get (OptionLayer *self,
                  const OptionSpec *spec)
{
  GPtrArray *values = g_hash_table_lookup (self->values, spec);

  return values == NULL ? NULL : (const char *const *) values->pdata;
}

/* Adds a value, a list's with semicolons between. */
static gboolean
option_layer_add_text (OptionLayer *self,
                       const OptionSpec *spec,
                       const char *text,
                       GError **error)
{
  g_auto (GStrv) parts = NULL;

  if (spec->kind != OPTION_LIST)
    return option_layer_add (self, spec, text, error);

  parts = g_strsplit (text, ";", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_strstrip (parts[i]);
      if (*parts[i] != '\0' && !option_layer_add (self, spec, parts[i], error))
        return FALSE;
    }

  return TRUE;
}

OptionLayer *
option_layer_new_from_environment (GError **error)
{
  g_autoptr (OptionLayer) self = option_layer_new ();

  for (const OptionSpec *spec = option_specs; spec->name != NULL; spec++)
    {
      g_autofree char *variable = option_spec_get_variable (spec);
      const char *text = g_getenv (variable);

      if (text == NULL || *text == '\0' || spec->flags & OPTION_HIDDEN)
        continue;

      if (!option_layer_add_text (self, spec, text, error))
        {
          g_prefix_error (error, "%s: ", variable);
          return NULL;
        }
    }

  return g_steal_pointer (&self);
}

static gboolean
check_groups (GKeyFile *file,
              GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      if (!g_str_equal (groups[i], GROUP))
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, _ ("Unknown group “%s”"), groups[i]);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
option_layer_add_key (OptionLayer *self,
                      GKeyFile *file,
                      const char *key,
                      GError **error)
{
  g_autofree char *name = g_strdelimit (g_strdup (key), "_", '-');
  const OptionSpec *spec = option_spec_find (name);
  g_autofree char *text = NULL;

  if (spec == NULL || spec->flags & OPTION_HIDDEN || g_str_equal (name, "config"))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, _ ("Unknown key “%s” in group “%s”"), key, GROUP);
      return FALSE;
    }

  text = g_key_file_get_string (file, GROUP, key, error);
  if (text != NULL && option_layer_add_text (self, spec, g_strchomp (text), error))
    return TRUE;

  g_prefix_error (error, "%s: ", key);

  return FALSE;
}

OptionLayer *
option_layer_new_from_file (const char *path,
                            GError **error)
{
  g_autoptr (OptionLayer) self = option_layer_new ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) keys = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error) || !check_groups (file, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }

  keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      if (!option_layer_add_key (self, file, keys[i], error))
        {
          g_prefix_error (error, "%s: ", path);
          return NULL;
        }
    }

  return g_steal_pointer (&self);
}
