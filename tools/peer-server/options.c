/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "options.h"

#include <glib/gi18n.h>
#include <stdlib.h>

#include "arguments.h"

typedef struct
{
  int port;
  char *host;
  char *path;
  char *key;
  char *ssl_key;
  char *ssl_certificate;
  GStrv cors_origins;
  gboolean allow_discovery;
  gboolean proxied;
  gboolean strict_http_key;
  gboolean show_version;
  GStrv rest;
  GHashTable *numbers;
} Options;

static const char *const flags[] = { "allow-discovery", "proxied", "strict-http-key", NULL };
static const char *const lists[] = { "cors", NULL };

static void
options_clear (Options *self)
{
  g_free (self->host);
  g_free (self->path);
  g_free (self->key);
  g_free (self->ssl_key);
  g_free (self->ssl_certificate);
  g_strfreev (self->cors_origins);
  g_strfreev (self->rest);
  g_hash_table_unref (self->numbers);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
flag_cb (const char *name,
         const char *value,
         gpointer data,
         GError **error)
{
  Options *self = data;
  gboolean is_set = value == NULL || g_str_equal (value, "true");

  if (g_str_equal (name, "--allow-discovery"))
    self->allow_discovery = is_set;
  else if (g_str_equal (name, "--proxied"))
    self->proxied = is_set;
  else
    self->strict_http_key = is_set;

  return TRUE;
}

/* Numbers go under the name of their property. */
static gboolean
number_cb (const char *name,
           const char *value,
           gpointer data,
           GError **error)
{
  Options *self = data;
  const char *property = name;
  guint64 number;

  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT, &number, error))
    return FALSE;

  if (g_str_equal (name, "-t"))
    property = "--expire-timeout";
  else if (g_str_equal (name, "-c"))
    property = "--concurrent-limit";
  else if (g_str_equal (name, "--cleanup-out-msgs"))
    property = "--cleanup-interval";
  g_hash_table_insert (self->numbers, g_strdup (property + 2), GUINT_TO_POINTER ((guint) number));

  return TRUE;
}

#define NUMBER(name, letter, description)                                                    \
  {                                                                                          \
    name, letter, 0, G_OPTION_ARG_CALLBACK, (gpointer) number_cb, description, N_ ("NUMBER") \
  }
#define FLAG(name, description)                                                                       \
  {                                                                                                   \
    name, 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, (gpointer) flag_cb, description, NULL \
  }

static GOptionGroup *
make_group (Options *self)
{
  const GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &self->port, N_ ("Port to listen at; 0 takes a free one"), N_ ("PORT") },
    { "host", 'H', 0, G_OPTION_ARG_STRING, &self->host, N_ ("Name or address to listen at (all)"), N_ ("HOST") },
    { "path", 0, 0, G_OPTION_ARG_STRING, &self->path, N_ ("Path of the server (/)"), N_ ("PATH") },
    { "key", 'k', 0, G_OPTION_ARG_STRING, &self->key, N_ ("Key that clients have to know (peerjs)"), N_ ("KEY") },
    { "sslkey", 0, 0, G_OPTION_ARG_FILENAME, &self->ssl_key, N_ ("File with the private key for TLS"), N_ ("FILE") },
    { "sslcert", 0, 0, G_OPTION_ARG_FILENAME, &self->ssl_certificate, N_ ("File with the certificate for TLS"), N_ ("FILE") },
    { "cors", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->cors_origins, N_ ("Origin whose pages may use the server (all)"), N_ ("ORIGIN") },
    FLAG ("allow-discovery", N_ ("Let anybody list the clients")),
    FLAG ("proxied", N_ ("Take clients’ addresses from X-Forwarded-For")),
    FLAG ("strict-http-key", N_ ("Check the key of HTTP requests, too")),
    NUMBER ("expire-timeout", 't', N_ ("Milliseconds that messages wait for a client (5000)")),
    NUMBER ("alive-timeout", 0, N_ ("Milliseconds that a client may be silent (60000)")),
    NUMBER ("concurrent-limit", 'c', N_ ("How many clients there may be (5000)")),
    NUMBER ("cleanup-out-msgs", 0, N_ ("Milliseconds between looks at waiting messages (1000)")),
    NUMBER ("clients-per-address", 0, N_ ("Connections from one address (any)")),
    NUMBER ("max-message-size", 0, N_ ("Bytes of a message (1048576)")),
    NUMBER ("messages-per-second", 0, N_ ("Messages of a client per second (1000)")),
    NUMBER ("queue-limit", 0, N_ ("Messages that wait for one client (256)")),
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->show_version, N_ ("Show the version"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->rest, NULL, NULL },
    { NULL },
  };
  GOptionGroup *group = g_option_group_new (NULL, NULL, NULL, self, NULL);

  g_option_group_add_entries (group, entries);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);

  return group;
}

static void
complain_usage (const char *message)
{
  g_printerr ("peer-server: %s\n%s\n", message, _ ("Try “peer-server --help” for more."));
}

/* Returns whether it could be read; nothing asked for is -1. */
static gboolean
read_port (Options *self)
{
  const char *text = g_getenv ("PORT");
  guint64 port;

  if (self->port >= 0 || text == NULL || *text == '\0')
    return self->port <= G_MAXUINT16;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &port, NULL))
    return FALSE;

  self->port = (int) port;

  return TRUE;
}

/* The peerjs command exits with 1 for what it misses; errors of ours are 2. */
static gboolean
check (Options *self,
       int *exit_status)
{
  *exit_status = EXIT_USAGE;

  if (self->rest != NULL)
    {
      g_autofree char *message = g_strdup_printf (_ ("Unexpected argument “%s”"), self->rest[0]);

      complain_usage (message);
      return FALSE;
    }
  if (!read_port (self))
    {
      complain_usage (_ ("The port is not a number up to 65535"));
      return FALSE;
    }
  if (self->port < 0)
    {
      complain_usage (_ ("Missing required argument: port"));
      *exit_status = EXIT_FAILURE;
      return FALSE;
    }
  if ((self->ssl_key == NULL) != (self->ssl_certificate == NULL))
    {
      g_printerr ("%s\n", _ ("Warning: PeerServer will not run because either the key or the certificate has not been provided."));
      *exit_status = EXIT_FAILURE;
      return FALSE;
    }

  return TRUE;
}

static gboolean
set_properties (Options *self,
                PeerServer *server,
                GError **error)
{
  const char *path = self->path != NULL ? self->path : g_getenv ("PEERSERVER_PATH");
  GHashTableIter iter;
  gpointer name, value;

  g_object_set (server, "port", (guint) self->port,
                "allow-discovery", self->allow_discovery,
                "proxied", self->proxied,
                "strict-http-key", self->strict_http_key,
                "cors-origins", self->cors_origins,
                NULL);
  if (self->host != NULL)
    g_object_set (server, "host", self->host, NULL);
  if (path != NULL && *path != '\0')
    g_object_set (server, "path", path, NULL);
  if (self->key != NULL)
    g_object_set (server, "key", self->key, NULL);

  g_hash_table_iter_init (&iter, self->numbers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_object_set (server, name, GPOINTER_TO_UINT (value), NULL);

  if (self->ssl_key != NULL)
    {
      g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_files (self->ssl_certificate, self->ssl_key, error);

      if (certificate == NULL)
        return FALSE;
      g_object_set (server, "tls-certificate", certificate, NULL);
    }

  return TRUE;
}

gboolean
options_apply (const char *const *arguments,
               PeerServer *server,
               int *exit_status)
{
  g_auto (Options) self = { .port = -1, .numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) normalized = arguments_normalize (arguments, flags, lists);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, _ ("Introduces WebRTC peers to each other, as PeerJS’s own server does."));
  g_option_context_set_main_group (context, make_group (&self));

  if (!g_option_context_parse_strv (context, &normalized, &error))
    {
      complain_usage (error->message);
      *exit_status = EXIT_USAGE;
      return FALSE;
    }
  if (self.show_version)
    {
      g_print ("peer-server (libpeerglib) %s\n", PACKAGE_VERSION);
      *exit_status = EXIT_SUCCESS;
      return FALSE;
    }
  if (!check (&self, exit_status))
    return FALSE;
  if (!set_properties (&self, server, &error))
    {
      g_printerr ("peer-server: %s\n", error->message);
      *exit_status = EXIT_FAILURE;
      return FALSE;
    }

  return TRUE;
}
