/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "settings.h"

#include <glib/gi18n.h>

#include "broker.h"
#include "certificate.h"
#include "log.h"
#include "secrets.h"

#define SIGNALING_PATH "/signaling"

/* What lies in files of its own. */
typedef struct
{
  GTlsCertificate *certificate;
  GStrv auth_secrets;
  GStrv turn_secrets;
} Credentials;

static void
credentials_clear (Credentials *self)
{
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->auth_secrets, g_strfreev);
  g_clear_pointer (&self->turn_secrets, g_strfreev);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Credentials, credentials_clear)

static gboolean
credentials_read (Credentials *self,
                  Options *options,
                  GError **error)
{
  const char *certificate = options_get_text (options, "sslcert");
  const char *auth_secrets = options_get_text (options, "auth-secret-file");
  const char *turn_secrets = options_get_text (options, "turn-secret-file");

  if (certificate != NULL)
    {
      self->certificate = certificate_read (certificate, options_get_text (options, "sslkey"), error);
      if (self->certificate == NULL)
        return FALSE;
    }

  if (auth_secrets != NULL && (self->auth_secrets = secrets_read (auth_secrets, error)) == NULL)
    return FALSE;

  return turn_secrets == NULL || (self->turn_secrets = secrets_read (turn_secrets, error)) != NULL;
}

static void
credentials_apply (const Credentials *self,
                   PeerServer *server)
{
  g_object_set (server, "tls-certificate", self->certificate,
                "auth-secrets", self->auth_secrets,
                "turn-secret", self->turn_secrets != NULL ? self->turn_secrets[0] : NULL,
                NULL);
}

/* Of an option that nothing was said about. */
static void
set_default (GValue *value,
             GParamSpec *pspec,
             const OptionSpec *spec,
             Options *options)
{
  if (spec->flags & OPTION_LIMIT && options_get_flag (options, "unlimited"))
    g_value_set_uint (value, 0);
  else
    g_param_value_set_default (pspec, value);
}

void
settings_set_property (Options *options,
                       GObject *object,
                       const char *property,
                       const char *option)
{
  const OptionSpec *spec = option_spec_find (option);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), property);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, pspec->value_type);
  if (options_get_list (options, spec->name) == NULL)
    set_default (&value, pspec, spec, options);
  else if (spec->kind == OPTION_NUMBER)
    g_value_set_uint (&value, options_get_number (options, spec->name));
  else if (spec->kind == OPTION_FLAG)
    g_value_set_boolean (&value, options_get_flag (options, spec->name));
  else if (spec->kind == OPTION_LIST)
    g_value_set_boxed (&value, options_get_list (options, spec->name));
  else
    g_value_set_string (&value, options_get_text (options, spec->name));

  g_object_set_property (object, property, &value);
}

static void
set_properties (Options *options,
                PeerServer *server,
                gboolean is_running)
{
  for (const OptionSpec *spec = option_specs; spec->name != NULL; spec++)
    {
      if (spec->property != NULL && !(is_running && spec->flags & OPTION_FIXED))
        settings_set_property (options, G_OBJECT (server), spec->property, spec->name);
    }
}

static void
configure_log (Options *options)
{
  const char *level_name = options_get_text (options, "log-level");
  const char *format_name = options_get_text (options, "log-format");
  GLogLevelFlags level = G_LOG_LEVEL_MESSAGE;
  LogFormat format = LOG_FORMAT_TEXT;

  if (level_name != NULL)
    log_level_from_name (level_name, &level);
  if (format_name != NULL)
    log_format_from_name (format_name, &format);
  log_configure (level, format);
}

gboolean
settings_apply (Options *options,
                PeerServer *server,
                GError **error)
{
  g_auto (Credentials) credentials = { 0 };

  if (!credentials_read (&credentials, options, error) || !broker_apply (options, server, error))
    return FALSE;

  configure_log (options);
  set_properties (options, server, FALSE);
  g_object_set (server, "signaling-path", options_get_flag (options, "signaling") ? SIGNALING_PATH : NULL, NULL);
  credentials_apply (&credentials, server);

  return TRUE;
}

gboolean
settings_apply_again (Options *options,
                      PeerServer *server,
                      GError **error)
{
  g_auto (Credentials) credentials = { 0 };
  g_autoptr (GTlsCertificate) old = NULL;

  if (!credentials_read (&credentials, options, error))
    return FALSE;

  g_object_get (server, "tls-certificate", &old, NULL);
  if ((old == NULL) != (credentials.certificate == NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("TLS cannot be turned on or off without a restart"));
      return FALSE;
    }

  configure_log (options);
  set_properties (options, server, TRUE);
  credentials_apply (&credentials, server);

  return TRUE;
}
