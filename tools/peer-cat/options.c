/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "options.h"

#include <glib/gi18n.h>

#include "../common/tool.h"

static gboolean
take_serialization (Options *self,
                    GError **error)
{
  g_autoptr (GEnumClass) enum_class = g_type_class_ref (PEER_TYPE_SERIALIZATION);
  g_autofree char *nick = NULL;
  GEnumValue *value;

  if (self->serialization_name == NULL)
    return TRUE;

  nick = g_ascii_strdown (self->serialization_name, -1);
  value = g_enum_get_value_by_nick (enum_class, g_str_equal (nick, "raw") ? "none" : nick);
  if (value == NULL || value->value == PEER_SERIALIZATION_CUSTOM)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("Unknown serialization “%s”: it is binary, binary-utf8, json, raw or msgpack"), self->serialization_name);
      return FALSE;
    }

  self->serialization = (PeerSerialization) value->value;

  return TRUE;
}

/* The key belongs to a PeerJS server. */
static gboolean
check_room (const Options *self,
            GError **error)
{
  guint n_services = (self->server != NULL) + (self->hub != NULL) + (self->manager != NULL) + (self->signaling != NULL);

  if (*self->room == '\0')
    return tool_refuse_options (error, _ ("The room needs a name"));
  if (self->operands != NULL || self->listen || self->echo)
    return tool_refuse_options (error, _ ("In a room one talks to all who are there"));
  if (self->serialization_name != NULL)
    return tool_refuse_options (error, _ ("In a room the serialization is fixed"));
  if (n_services > 1 || (self->key != NULL && n_services > (self->server != NULL)))
    return tool_refuse_options (error, _ ("A room is at one of a server, a hub, a manager or a signaling service"));

  return TRUE;
}

static gboolean
check_peer (const Options *self,
            GError **error)
{
  guint n_operands = self->operands != NULL ? g_strv_length (self->operands) : 0;
  gboolean waits = self->listen || self->echo;

  if (self->hub != NULL || self->manager != NULL || self->signaling != NULL)
    return tool_refuse_options (error, _ ("Hubs, managers and signaling services have rooms: name one with --room"));
  if (waits && n_operands > 0)
    return tool_refuse_options (error, _ ("A peer that listens connects to nobody"));
  if (!waits && n_operands != 1)
    return tool_refuse_options (error, _ ("Give the id of one peer to connect to"));

  return TRUE;
}

static gboolean
check (Options *self,
       GError **error)
{
  if (!take_serialization (self, error))
    return FALSE;

  return self->room != NULL ? check_room (self, error) : check_peer (self, error);
}

gboolean
options_parse (Options *self,
               int *argc,
               char ***argv,
               GError **error)
{
  const GOptionEntry entries[] = {
    { "server", 's', 0, G_OPTION_ARG_STRING, &self->server, N_ ("Address of the server, by default https://0.peerjs.com/"), N_ ("URL") },
    { "key", 'k', 0, G_OPTION_ARG_STRING, &self->key, N_ ("Key that the server asks for, by default peerjs"), N_ ("KEY") },
    { "id", 'i', 0, G_OPTION_ARG_STRING, &self->id, N_ ("Own id, by default one that the server gives"), N_ ("ID") },
    { "serialization", 'S', 0, G_OPTION_ARG_STRING, &self->serialization_name, N_ ("binary (the default), binary-utf8, json, raw or msgpack"), N_ ("NAME") },
    { "reliable", 'r', 0, G_OPTION_ARG_NONE, &self->reliable, N_ ("Keep the order of messages"), NULL },
    { "listen", 'l', 0, G_OPTION_ARG_NONE, &self->listen, N_ ("Wait for a connection"), NULL },
    { "echo", 'e', 0, G_OPTION_ARG_NONE, &self->echo, N_ ("Wait for connections and answer every value with itself"), NULL },
    { "room", 'R', 0, G_OPTION_ARG_STRING, &self->room, N_ ("Talk to all who are in a room"), N_ ("NAME") },
    { "hub", 0, 0, G_OPTION_ARG_STRING, &self->hub, N_ ("Address of the hub that has the room"), N_ ("URL") },
    { "manager", 0, 0, G_OPTION_ARG_STRING, &self->manager, N_ ("Address of the signaling manager that has the room"), N_ ("URL") },
    { "signaling", 0, 0, G_OPTION_ARG_STRING, &self->signaling, N_ ("Address of the signaling service that has the room"), N_ ("URL") },
    { "text", 't', 0, G_OPTION_ARG_NONE, &self->text, N_ ("Send each line of the input as text, as from a terminal"), NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, N_ ("Tell when connections open and close, or how a room is reached"), NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &self->version, N_ ("Print the version and exit"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->operands, NULL, N_ ("PEER") },
    { NULL }
  };

  if (!tool_parse_options (entries, N_ ("Join standard input and output to a connection with another peer, or to a room of peers."), argc, argv, error) ||
      !(self->version || check (self, error)))
    return FALSE;

  if (self->server == NULL)
    self->server = g_strdup (TOOL_DEFAULT_SERVER);

  return TRUE;
}

void
options_clear (Options *self)
{
  g_free (self->server);
  g_free (self->key);
  g_free (self->id);
  g_free (self->serialization_name);
  g_free (self->room);
  g_free (self->hub);
  g_free (self->manager);
  g_free (self->signaling);
  g_strfreev (self->operands);
}
