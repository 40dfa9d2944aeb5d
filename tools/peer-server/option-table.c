/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "option-table.h"

#include <glib/gi18n.h>
#include <string.h>

#define TEXT(name, letter, flags, property, description, argument)    \
  {                                                                   \
    name, letter, OPTION_TEXT, flags, property, description, argument \
  }
#define LISTED(name, property, description, argument)                  \
  {                                                                    \
    name, 0, OPTION_LIST, OPTION_NONE, property, description, argument \
  }
#define CHOICE(name, flags, description, argument)             \
  {                                                            \
    name, 0, OPTION_CHOICE, flags, NULL, description, argument \
  }
#define FROM_FILE(name, flags, description)                     \
  {                                                             \
    name, 0, OPTION_FILE, flags, NULL, description, N_ ("FILE") \
  }
#define FLAG(name, property, description)                          \
  {                                                                \
    name, 0, OPTION_FLAG, OPTION_NONE, property, description, NULL \
  }
#define SERVICE(name, description)                              \
  {                                                             \
    name, 0, OPTION_FLAG, OPTION_FIXED, NULL, description, NULL \
  }
#define NUMBER(name, letter, flags, property, description)                   \
  {                                                                          \
    name, letter, OPTION_NUMBER, flags, property, description, N_ ("NUMBER") \
  }
#define LIMIT(name, description) NUMBER (name, 0, OPTION_LIMIT, name, description)

const OptionSpec option_specs[] = {
  FROM_FILE ("config", OPTION_FIXED, N_ ("File to read options from")),
  { "port", 'p', OPTION_NUMBER, OPTION_FIXED, "port", N_ ("Port to listen at; 0 takes a free one"), N_ ("PORT") },
  TEXT ("host", 'H', OPTION_FIXED, "host", N_ ("Name or address to listen at (all)"), N_ ("HOST")),
  TEXT ("path", 0, OPTION_FIXED, "path", N_ ("Path of the server (/)"), N_ ("PATH")),
  TEXT ("key", 'k', OPTION_NONE, "key", N_ ("Key that clients have to know (peerjs)"), N_ ("KEY")),
  FROM_FILE ("sslkey", OPTION_NONE, N_ ("File with the private key for TLS")),
  FROM_FILE ("sslcert", OPTION_NONE, N_ ("File with the certificate for TLS")),
  LISTED ("cors", "cors-origins", N_ ("Origin whose pages may use the server (all)"), N_ ("ORIGIN")),
  FLAG ("allow-discovery", "allow-discovery", N_ ("Let anybody list the clients")),
  FLAG ("proxied", "proxied", N_ ("Take clients’ addresses from X-Forwarded-For")),
  FLAG ("strict-http-key", "strict-http-key", N_ ("Check the key of HTTP requests, too")),
  NUMBER ("expire-timeout", 't', OPTION_NONE, "expire-timeout", N_ ("Milliseconds that messages wait for a client (5000)")),
  NUMBER ("alive-timeout", 0, OPTION_NONE, "alive-timeout", N_ ("Milliseconds that a client may be silent (60000)")),
  NUMBER ("concurrent-limit", 'c', OPTION_LIMIT, "concurrent-limit", N_ ("How many clients there may be (5000)")),
  NUMBER ("cleanup-out-msgs", 0, OPTION_NONE, "cleanup-interval", N_ ("Milliseconds between looks at waiting messages (1000)")),
  LIMIT ("clients-per-address", N_ ("Clients from one address (1000)")),
  LIMIT ("max-message-size", N_ ("Bytes of a message (1048576)")),
  LIMIT ("max-depth", N_ ("Arrays and objects of a message inside each other (64)")),
  LIMIT ("max-id-length", N_ ("Bytes of an id, a token or a part of a topic (128)")),
  LIMIT ("messages-per-second", N_ ("Messages of a client per second (1000)")),
  NUMBER ("message-burst", 0, OPTION_NONE, "message-burst", N_ ("Messages of a client at once (2000)")),
  LIMIT ("send-buffer-size", N_ ("Bytes that wait for a client that reads slowly (4194304)")),
  LIMIT ("queue-limit", N_ ("Messages that wait for one client (256)")),
  LIMIT ("queue-total-limit", N_ ("Messages that wait for all clients (100000)")),
  LIMIT ("queue-total-size", N_ ("Bytes that wait for all clients (67108864)")),
  LIMIT ("handshake-timeout", N_ ("Milliseconds that a connection may take to ask for something (10000)")),
  LIMIT ("handshake-limit", N_ ("Connections that have not become clients (1000)")),
  FLAG ("unlimited", NULL, N_ ("Turn all limits off, for benchmarks")),
  LISTED ("allowed-origin", "allowed-origins", N_ ("Origin whose pages may become clients (all)"), N_ ("ORIGIN")),
  FROM_FILE ("auth-secret-file", OPTION_NONE, N_ ("File with the secrets that tokens are signed with")),
  LISTED ("turn-uri", "turn-uris", N_ ("TURN server to give clients credentials for"), N_ ("URI")),
  FROM_FILE ("turn-secret-file", OPTION_NONE, N_ ("File with the secret of the TURN servers")),
  NUMBER ("turn-ttl", 0, OPTION_NONE, "turn-ttl", N_ ("Seconds that these credentials are valid (43200)")),
  LISTED ("stun-uri", "stun-uris", N_ ("STUN server to tell clients of"), N_ ("URI")),
  SERVICE ("hub", N_ ("Be a hub that rooms meet at")),
  SERVICE ("signaling", N_ ("Carry messages on topics at /signaling")),
  LIMIT ("topics-per-client", N_ ("Topics that a client of it subscribes to (128)")),
  SERVICE ("rooms", N_ ("Introduce the members of rooms to each other at /webrtc")),
  TEXT ("redis", 0, OPTION_FIXED, NULL, N_ ("Redis to share the clients with other servers through"), N_ ("URI")),
  TEXT ("node", 0, OPTION_FIXED, NULL, N_ ("Name of this server among them (the host’s)"), N_ ("NAME")),
  NUMBER ("lease", 0, OPTION_FIXED, NULL, N_ ("Milliseconds until the ids of a server that died are free (30000)")),
  TEXT ("metrics", 0, OPTION_FIXED, NULL, N_ ("Where to listen for questions after health and metrics"), N_ ("[ADDRESS:]PORT")),
  CHOICE ("log-level", OPTION_NONE, N_ ("What to log on stderr or in the journal (notice)"), "error|warning|notice|info|debug"),
  CHOICE ("log-format", OPTION_NONE, N_ ("How to log on stderr (text)"), "text|json"),
  TEXT ("workers", 0, OPTION_FIXED, NULL, N_ ("Processes that share the port; auto: one for each CPU (1)"), N_ ("NUMBER")),
  NUMBER ("worker", 0, OPTION_FIXED | OPTION_HIDDEN, NULL, N_ ("Which of the workers the process is")),
  { NULL },
};

const OptionSpec *
option_spec_find (const char *name)
{
  for (const OptionSpec *spec = option_specs; spec->name != NULL; spec++)
    {
      if (g_str_equal (spec->name, name))
        return spec;
    }

  return NULL;
}

const OptionSpec *
option_spec_find_letter (char letter)
{
  for (const OptionSpec *spec = option_specs; spec->name != NULL; spec++)
    {
      if (spec->letter == letter)
        return spec;
    }

  return NULL;
}

/* Not PEERSERVER_PORT, which Kubernetes sets to something else where a
 * service is called “peerserver”. */
char *
option_spec_get_variable (const OptionSpec *spec)
{
  g_autofree char *name = NULL;

  if (g_str_equal (spec->name, "port"))
    return g_strdup ("PORT");

  name = g_ascii_strup (spec->name, -1);

  return g_strconcat ("PEERSERVER_", g_strdelimit (name, "-", '_'), NULL);
}

GStrv
option_specs_list (OptionKind kind)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (const OptionSpec *spec = option_specs; spec->name != NULL; spec++)
    {
      if (spec->kind == kind)
        g_strv_builder_add (builder, spec->name);
    }

  return g_strv_builder_end (builder);
}
