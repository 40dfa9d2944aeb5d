/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fault-proxy.h"

#include <string.h>

#include "libpeerglib/peer-source-private.h"

#define MAX_DELAY 150 /* milliseconds */

typedef enum
{
  FAULT_DROP,
  FAULT_DELAY,
  FAULT_REPEAT,
  FAULT_REORDER,
  FAULT_TRUNCATE,
  FAULT_CHANGE,
  FAULT_CUT,
  N_FAULTS,
} Fault;

struct _FaultProxy
{
  SoupServer *soup;
  SoupSession *session;
  GRand *random; /* borrowed */
  double rate;
  char *server;
  char *uri;
  GPtrArray *links;
  guint n_messages;
};

typedef struct _Link Link;

/* One of the two directions of a line. */
typedef struct
{
  Link *link;
  SoupWebsocketConnection *from;
  SoupWebsocketConnection *to;
  GQueue waiting;  /* of char *, in their order */
  GSource *holdup; /* while they wait */
} Way;

struct _Link
{
  FaultProxy *proxy;
  GSocket *socket; /* of the peer */
  GCancellable *cancellable;
  Way up;
  Way down;
  GPtrArray *stragglers; /* of GSource: messages that others overtake */
};

static void
way_clear (Way *way)
{
  peer_source_clear (&way->holdup);
  g_queue_clear_full (&way->waiting, g_free);
  if (way->from == NULL)
    return;

  g_signal_handlers_disconnect_by_data (way->from, way);
  if (soup_websocket_connection_get_state (way->from) == SOUP_WEBSOCKET_STATE_OPEN)
    {
      /* It ends its closing handshake by itself. */
      g_signal_connect (g_object_ref (way->from), "closed", G_CALLBACK (g_object_unref), NULL);
      soup_websocket_connection_close (way->from, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    }
  g_clear_object (&way->from);
}

static void
straggler_free (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
link_free (Link *link)
{
  g_cancellable_cancel (link->cancellable);
  g_object_unref (link->cancellable);
  way_clear (&link->up);
  way_clear (&link->down);
  g_clear_object (&link->socket);
  g_ptr_array_unref (link->stragglers);
  g_free (link);
}

static void
deliver (Way *way,
         const char *text)
{
  if (way->to != NULL && soup_websocket_connection_get_state (way->to) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (way->to, text);
}

static gboolean
holdup_cb (gpointer user_data)
{
  Way *way = user_data;
  char *text;

  g_clear_pointer (&way->holdup, g_source_unref);
  while ((text = g_queue_pop_head (&way->waiting)) != NULL)
    {
      deliver (way, text);
      g_free (text);
    }

  return G_SOURCE_REMOVE;
}

static void
forward (Way *way,
         const char *text)
{
  if (way->to == NULL || way->holdup != NULL)
    g_queue_push_tail (&way->waiting, g_strdup (text));
  else
    deliver (way, text);
}

static guint
random_delay (FaultProxy *self)
{
  return (guint) g_rand_int_range (self->random, 1, MAX_DELAY);
}

typedef struct
{
  Way *way;
  char *text;
} Straggler;

static gboolean
straggler_cb (gpointer user_data)
{
  Straggler *straggler = user_data;

  deliver (straggler->way, straggler->text);

  return G_SOURCE_REMOVE;
}

static void
straggler_data_free (gpointer data)
{
  Straggler *straggler = data;

  g_free (straggler->text);
  g_free (straggler);
}

static void
forward_late (Way *way,
              const char *text)
{
  Straggler *straggler = g_new (Straggler, 1);
  GSource *source = g_timeout_source_new (random_delay (way->link->proxy));

  straggler->way = way;
  straggler->text = g_strdup (text);
  g_source_set_callback (source, straggler_cb, straggler, straggler_data_free);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_ptr_array_add (way->link->stragglers, source);
}

static void
forward_truncated (Way *way,
                   const char *text)
{
  g_autofree char *start = g_strndup (text, (gsize) g_rand_int_range (way->link->proxy->random, 0, (gint32) strlen (text) + 1));
  g_autofree char *valid = g_utf8_make_valid (start, -1);

  forward (way, valid);
}

static void
forward_changed (Way *way,
                 const char *text)
{
  GRand *random = way->link->proxy->random;
  g_autofree char *copy = g_strdup (text);
  g_autofree char *valid = NULL;
  gint32 length = (gint32) strlen (copy);

  for (gint32 n = g_rand_int_range (random, 1, 5); n > 0 && length > 0; n--)
    copy[g_rand_int_range (random, 0, length)] = (char) g_rand_int_range (random, ' ', 0x7f);
  valid = g_utf8_make_valid (copy, -1);
  forward (way, valid);
}

/* The server may keep a ghost of the peer. */
static void
cut (Link *link)
{
  g_socket_shutdown (link->socket, TRUE, TRUE, NULL);
  if (g_rand_boolean (link->proxy->random) && link->down.from != NULL &&
      soup_websocket_connection_get_state (link->down.from) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (link->down.from, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static void
inflict (Way *way,
         Fault fault,
         const char *text)
{
  switch (fault)
    {
    case FAULT_DELAY:
      if (way->holdup == NULL && way->to != NULL)
        way->holdup = peer_source_new_timeout (g_main_context_get_thread_default (), random_delay (way->link->proxy),
                                               "holdup", holdup_cb, way);
      forward (way, text);
      break;
    case FAULT_REPEAT:
      forward (way, text);
      forward (way, text);
      break;
    case FAULT_REORDER:
      forward_late (way, text);
      break;
    case FAULT_TRUNCATE:
      forward_truncated (way, text);
      break;
    case FAULT_CHANGE:
      forward_changed (way, text);
      break;
    case FAULT_CUT:
      cut (way->link);
      break;
    case FAULT_DROP:
    case N_FAULTS:
    default:
      break;
    }
}

static void
message_cb (SoupWebsocketConnection *connection,
            int type,
            GBytes *message,
            Way *way)
{
  FaultProxy *self = way->link->proxy;
  gsize size;
  const char *data = g_bytes_get_data (message, &size);
  g_autofree char *text = g_strndup (data, size);

  self->n_messages++;
  if (g_rand_double (self->random) < self->rate)
    inflict (way, (Fault) g_rand_int_range (self->random, 0, N_FAULTS), text);
  else
    forward (way, text);
}

static void
closed_cb (SoupWebsocketConnection *connection,
           Way *way)
{
  g_ptr_array_remove (way->link->proxy->links, way->link);
}

static void
way_follow (Way *way,
            SoupWebsocketConnection *connection)
{
  way->from = g_object_ref (connection);
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), way);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), way);
}

static void
connected_cb (GObject *object,
              GAsyncResult *result,
              gpointer user_data)
{
  Link *link = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) server = soup_session_websocket_connect_finish (SOUP_SESSION (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (server == NULL)
    {
      g_ptr_array_remove (link->proxy->links, link);
      return;
    }

  way_follow (&link->down, server);
  link->up.to = server;
  holdup_cb (&link->up);
}

static void
websocket_cb (SoupServer *soup,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *client,
              gpointer user_data)
{
  FaultProxy *self = user_data;
  g_autofree char *uri = g_strconcat (self->server, path + 1, "?",
                                      g_uri_get_query (soup_server_message_get_uri (message)), NULL);
  g_autoptr (SoupMessage) request = soup_message_new (SOUP_METHOD_GET, uri);
  Link *link = g_new0 (Link, 1);

  link->proxy = self;
  link->cancellable = g_cancellable_new ();
  link->socket = g_object_ref (soup_server_message_get_socket (message));
  link->stragglers = g_ptr_array_new_with_free_func ((GDestroyNotify) straggler_free);
  link->up.link = link->down.link = link;
  link->down.to = client;
  way_follow (&link->up, client);
  g_ptr_array_add (self->links, link);

  soup_session_websocket_connect_async (self->session, request, NULL, NULL, G_PRIORITY_DEFAULT,
                                        link->cancellable, connected_cb, link);
}

/* Some never come as far as a line. */
static void
request_cb (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  FaultProxy *self = user_data;

  if (g_rand_double (self->random) < self->rate / 2)
    soup_server_message_set_status (message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
}

FaultProxy *
fault_proxy_new (const char *server,
                 GRand *random,
                 double rate)
{
  FaultProxy *self = g_new0 (FaultProxy, 1);
  g_autoslist (GUri) uris = NULL;
  g_autoptr (GError) error = NULL;

  self->server = g_strdup (server);
  self->random = random;
  self->rate = rate;
  self->links = g_ptr_array_new_with_free_func ((GDestroyNotify) link_free);
  self->session = soup_session_new_with_options ("max-conns", 100, "max-conns-per-host", 100, NULL);
  self->soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->soup, NULL, request_cb, self, NULL);
  soup_server_add_websocket_handler (self->soup, NULL, NULL, NULL, websocket_cb, self, NULL);
  soup_server_listen_local (self->soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->soup);
  self->uri = g_uri_to_string (uris->data);

  return self;
}

void
fault_proxy_free (FaultProxy *self)
{
  soup_server_disconnect (self->soup);
  g_ptr_array_unref (self->links);
  g_object_unref (self->soup);
  g_object_unref (self->session);
  g_free (self->server);
  g_free (self->uri);
  g_free (self);
}

const char *
fault_proxy_get_uri (FaultProxy *self)
{
  return self->uri;
}

guint
fault_proxy_get_n_messages (FaultProxy *self)
{
  return self->n_messages;
}
