/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The least that a PeerJS server can do: one epoll loop that upgrades to
 * WebSocket, finds the destination of a message with a plain search and passes
 * the message on. No JSON, no checks, no limits, no time-outs, no TLS: what it
 * costs is what the sockets cost, and the measure for what a server adds. Not
 * for use. */

#include "config.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "process.h"
#include "websocket.h"

#define OPEN_MESSAGE "{\"type\":\"OPEN\"}"

typedef struct
{
  int fd;
  char *id;           /* NULL before the upgrade */
  GByteArray *input;  /* the beginning of a frame, else NULL */
  GByteArray *output; /* what a full socket did not take, else NULL */
} Client;

static int epoll_fd;
static GHashTable *clients; /* by id */

static void
watch (Client *client,
       int operation,
       guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = client };

  epoll_ctl (epoll_fd, operation, client->fd, &event);
}

static void
client_free (Client *client)
{
  if (client->id != NULL && g_hash_table_lookup (clients, client->id) == client)
    g_hash_table_remove (clients, client->id);
  close (client->fd);
  g_free (client->id);
  g_clear_pointer (&client->input, g_byte_array_unref);
  g_clear_pointer (&client->output, g_byte_array_unref);
  g_free (client);
}

static void
client_write (Client *client,
              const void *data,
              gsize size)
{
  gssize n = client->output == NULL ? send (client->fd, data, size, MSG_NOSIGNAL) : 0;

  n = MAX (n, 0);
  if ((gsize) n == size)
    return;

  if (client->output == NULL)
    {
      client->output = g_byte_array_new ();
      watch (client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
  g_byte_array_append (client->output, (const guint8 *) data + n, size - n);
}

static void
client_flush (Client *client)
{
  gssize n = send (client->fd, client->output->data, client->output->len, MSG_NOSIGNAL);

  n = MAX (n, 0);
  g_byte_array_remove_range (client->output, 0, n);
  if (client->output->len == 0)
    {
      g_clear_pointer (&client->output, g_byte_array_unref);
      watch (client, EPOLL_CTL_MOD, EPOLLIN);
    }
}

/* Returns the text after a key, up to some end. */
static const char *
find_value (const char *text,
            gsize size,
            const char *key,
            const char *end,
            gsize *length)
{
  const char *value = memmem (text, size, key, strlen (key));
  const char *stop;

  if (value == NULL)
    return NULL;

  value += strlen (key);
  stop = memmem (value, text + size - value, end, strlen (end));
  if (stop == NULL)
    return NULL;
  *length = stop - value;

  return value;
}

/* Returns how many bytes it took, 0 when there is more to come. */
static gsize
upgrade (Client *client,
         const char *text,
         gsize size)
{
  const char *end = memmem (text, size, "\r\n\r\n", 4);
  g_autofree char *accept = NULL;
  g_autofree char *answer = NULL;
  const char *id, *key;
  gsize id_length, key_length;

  if (end == NULL)
    return 0;

  id = find_value (text, size, "&id=", "&", &id_length);
  key = find_value (text, size, "Sec-WebSocket-Key: ", "\r\n", &key_length);
  if (id == NULL || key == NULL)
    return 0;

  client->id = g_strndup (id, id_length);
  g_hash_table_insert (clients, client->id, client);
  accept = websocket_compute_accept (key, key_length);
  answer = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: %s\r\n\r\n\x81%c" OPEN_MESSAGE,
                            accept, (int) strlen (OPEN_MESSAGE));
  client_write (client, answer, strlen (answer));

  return end + 4 - text;
}

/* A server's header is shorter than a client's, so there is room for it. */
static void
relay (const WebsocketFrame *frame)
{
  gsize length;
  const char *destination = find_value ((const char *) frame->payload, frame->size, "\"dst\":\"", "\"", &length);
  char id[64];
  Client *receiver;
  guint8 header[WEBSOCKET_MAX_HEADER];
  gsize header_size;

  if (destination == NULL || length >= sizeof id)
    return;
  memcpy (id, destination, length);
  id[length] = '\0';
  receiver = g_hash_table_lookup (clients, id);
  if (receiver == NULL)
    return;

  header_size = websocket_write_header (header, WEBSOCKET_TEXT, frame->size, NULL);
  memcpy (frame->payload - header_size, header, header_size);
  client_write (receiver, frame->payload - header_size, header_size + frame->size);
}

/* Returns whether the client is still there. */
static gboolean
client_take (Client *client,
             guint8 *data,
             gsize size)
{
  g_autoptr (GByteArray) input = g_steal_pointer (&client->input);
  gsize offset = 0;
  gssize n;

  if (input != NULL)
    {
      g_byte_array_append (input, data, size);
      data = input->data;
      size = input->len;
    }

  do
    {
      WebsocketFrame frame;

      if (client->id == NULL)
        n = (gssize) upgrade (client, (const char *) data + offset, size - offset);
      else if ((n = websocket_read_frame (data + offset, size - offset, &frame)) > 0 && frame.opcode == WEBSOCKET_TEXT)
        relay (&frame);
      if (n < 0)
        return FALSE;
      offset += n;
    }
  while (n > 0 && offset < size);

  if (offset < size)
    {
      client->input = g_byte_array_new ();
      g_byte_array_append (client->input, data + offset, size - offset);
    }

  return TRUE;
}

static void
client_run (Client *client,
            guint32 events)
{
  static guint8 buffer[65536];
  gssize n;

  if ((events & EPOLLOUT) != 0 && client->output != NULL)
    client_flush (client);
  if ((events & ~(guint32) EPOLLOUT) == 0)
    return;

  n = recv (client->fd, buffer, sizeof buffer, 0);
  if (n <= 0 || !client_take (client, buffer, n))
    client_free (client);
}

static void
accept_clients (int listener)
{
  const int one = 1;
  int fd;

  while ((fd = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      Client *client = g_new0 (Client, 1);

      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      client->fd = fd;
      watch (client, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static int
listen_on (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  const int one = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || listen (fd, 4096) != 0)
    {
      perror ("floor");
      return -1;
    }

  return fd;
}

int
main (int argc,
      char *argv[])
{
  int port = 0;
  const GOptionEntry entries[] = { { "port", 'p', 0, G_OPTION_ARG_INT, &port, "Port to listen at", "PORT" }, { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  int listener;

  /* It has no use for the other options of a server. */
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_ignore_unknown_options (context, TRUE);
  g_option_context_parse (context, &argc, &argv, NULL);

  process_may_open_files (G_MAXINT16);
  listener = listen_on ((guint16) port);
  if (listener < 0)
    return 1;

  clients = g_hash_table_new (g_str_hash, g_str_equal);
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, listener, &(struct epoll_event){ .events = EPOLLIN });
  for (;;)
    {
      struct epoll_event events[256];
      int n = epoll_wait (epoll_fd, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < n; i++)
        if (events[i].data.ptr == NULL)
          accept_clients (listener);
        else
          client_run (events[i].data.ptr, events[i].events);
    }
}
