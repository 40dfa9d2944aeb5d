/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "arguments.h"

/* The name of a long option with hyphens, or NULL. */
static char *
parse_name (const char *argument,
            const char **value)
{
  const char *equals = strchr (argument, '=');
  char *name;

  *value = equals != NULL ? equals + 1 : NULL;
  if (!g_str_has_prefix (argument, "--") || argument[2] == '\0')
    return NULL;

  name = equals != NULL ? g_strndup (argument + 2, equals - argument - 2) : g_strdup (argument + 2);

  return g_strdelimit (name, "_", '-');
}

static gboolean
is_truth (const char *text)
{
  return text != NULL && (g_str_equal (text, "true") || g_str_equal (text, "false"));
}

GStrv
arguments_normalize (const char *const *arguments,
                     const char *const *flags,
                     const char *const *lists)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint i;

  for (i = 0; arguments[i] != NULL && !g_str_equal (arguments[i], "--"); i++)
    {
      const char *value;
      g_autofree char *name = parse_name (arguments[i], &value);
      g_autofree char *argument = NULL;

      if (name == NULL)
        argument = g_strdup (arguments[i]);
      else if (value != NULL)
        argument = g_strdup_printf ("--%s=%s", name, value);
      else if (g_strv_contains (flags, name) && is_truth (arguments[i + 1]))
        argument = g_strdup_printf ("--%s=%s", name, arguments[++i]);
      else if (g_str_has_prefix (name, "no-") && g_strv_contains (flags, name + 3))
        argument = g_strdup_printf ("--%s=false", name + 3);
      else
        argument = g_strdup_printf ("--%s", name);

      g_strv_builder_add (builder, argument);

      if (name == NULL || !g_strv_contains (lists, name))
        continue;

      /* The first value is the option's own, the rest get an option each. */
      if (value == NULL && arguments[i + 1] != NULL)
        g_strv_builder_add (builder, arguments[++i]);
      while (arguments[i + 1] != NULL && arguments[i + 1][0] != '-')
        {
          g_autofree char *another = g_strdup_printf ("--%s=%s", name, arguments[++i]);

          g_strv_builder_add (builder, another);
        }
    }

  for (; arguments[i] != NULL; i++)
    g_strv_builder_add (builder, arguments[i]);

  return g_strv_builder_end (builder);
}
