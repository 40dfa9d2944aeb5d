/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loads PeerJS servers, one after the other, with the same clients and
 * messages, and prints what each costs as JSON lines, and then the ratios of
 * the first to each of the others. */

#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECTING_AT_ONCE 64
#define MAX_IN_FLIGHT 64

typedef enum
{
  CLIENT_NEW,
  CLIENT_CONNECTING,
  CLIENT_UPGRADING,
  CLIENT_OPENING,
  CLIENT_OPEN,
} ClientState;

typedef struct
{
  int fd;
  guint index;
  ClientState state;
  GByteArray *input;
  GByteArray *output; /* what a full socket did not take */
  char *frame;        /* what it sends to its partner, again and again */
  gsize frame_length;
  gint64 sent_at[MAX_IN_FLIGHT]; /* a ring: messages arrive in order */
  guint n_sent;
  guint n_taken;
} Client;

typedef struct
{
  const char *name;
  const char *command;
  GPid pid;
  guint port;
  double connections_per_second;
  double rss_per_client;
} Server;

typedef struct
{
  double messages_per_second;
  double cpu_per_message;
  double p50, p99;
} Load;

static int epoll_fd;
static Client *clients;
static guint n_clients;
static guint n_open;
static GArray *latencies;
static gboolean is_loading;

static int seconds = 3;
static int n_pairs = 500;
static int n_in_flight = 4;
static int payload_size = 1500;
static char *counts = NULL;
static char **servers = NULL;

static const GOptionEntry options[] = {
  { "seconds", 's', 0, G_OPTION_ARG_INT, &seconds, "Seconds of each load", "N" },
  { "pairs", 'p', 0, G_OPTION_ARG_INT, &n_pairs, "Pairs of the heavy load", "N" },
  { "in-flight", 'f', 0, G_OPTION_ARG_INT, &n_in_flight, "Messages of each pair on their way", "N" },
  { "payload", 0, 0, G_OPTION_ARG_INT, &payload_size, "Bytes of a message", "N" },
  { "clients", 'n', 0, G_OPTION_ARG_STRING, &counts, "Numbers of clients, with commas between them", "N,…" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &servers, NULL, "NAME=COMMAND…" },
  { NULL },
};

static void
client_write (Client *client,
              const void *data,
              gsize length)
{
  gssize n = 0;

  if (client->output->len == 0)
    n = send (client->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  n = MAX (n, 0);
  if ((gsize) n == length)
    return;

  if (client->output->len == 0)
    {
      struct epoll_event event = { .events = EPOLLIN | EPOLLOUT, .data.ptr = client };

      epoll_ctl (epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
    }
  g_byte_array_append (client->output, (const guint8 *) data + n, length - n);
}

static void
client_flush (Client *client)
{
  gssize n = send (client->fd, client->output->data, client->output->len, MSG_DONTWAIT | MSG_NOSIGNAL);

  n = MAX (n, 0);
  g_byte_array_remove_range (client->output, 0, n);
  if (client->output->len == 0)
    {
      struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

      epoll_ctl (epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
    }
}

static void
client_send_message (Client *client)
{
  client->sent_at[client->n_sent++ % MAX_IN_FLIGHT] = g_get_monotonic_time ();
  client_write (client, client->frame, client->frame_length);
}

/* Clients 0 and 1 are partners, 2 and 3, and so on. */
static void
client_take_message (Client *client)
{
  Client *partner = &clients[client->index ^ 1];
  gint64 latency;

  if (client->state == CLIENT_OPENING)
    {
      client->state = CLIENT_OPEN;
      n_open++;
      return;
    }

  latency = g_get_monotonic_time () - partner->sent_at[partner->n_taken++ % MAX_IN_FLIGHT];
  g_array_append_val (latencies, latency);
  if (is_loading)
    client_send_message (client);
}

static void
client_parse (Client *client)
{
  GByteArray *input = client->input;
  gsize offset = 0;

  if (client->state == CLIENT_UPGRADING)
    {
      const char *end = g_strstr_len ((const char *) input->data, input->len, "\r\n\r\n");

      if (end == NULL)
        return;
      client->state = CLIENT_OPENING;
      g_byte_array_remove_range (input, 0, end + 4 - (const char *) input->data);
    }

  while (input->len - offset >= 2)
    {
      const guint8 *frame = input->data + offset;
      gsize header = frame[1] < 126 ? 2 : 4;
      gsize size = frame[1];

      if (input->len - offset < header)
        break;
      if (frame[1] >= 126)
        size = frame[2] << 8 | frame[3];
      if (input->len - offset < header + size)
        break;
      if (frame[0] != 0x81)
        g_error ("client %u: unexpected frame %02x %02x %02x %02x", client->index, frame[0], frame[1], frame[2], frame[3]);

      client_take_message (client);
      offset += header + size;
    }

  g_byte_array_remove_range (input, 0, offset);
}

static void
client_upgrade (Client *client)
{
  g_autofree char *request = g_strdup_printf ("GET /peerjs?key=peerjs&id=c%u&token=t%u HTTP/1.1\r\nHost: localhost\r\n"
                                              "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                              "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                                              "Sec-WebSocket-Version: 13\r\n\r\n",
                                              client->index, client->index);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

  client->state = CLIENT_UPGRADING;
  epoll_ctl (epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
  client_write (client, request, strlen (request));
}

static void
client_run (Client *client,
            guint32 events)
{
  guint8 buffer[65536];
  gssize n;

  if (client->state == CLIENT_CONNECTING && (events & EPOLLOUT) != 0)
    client_upgrade (client);
  else if ((events & EPOLLOUT) != 0)
    client_flush (client);

  if ((events & ~EPOLLOUT) == 0)
    return;

  n = recv (client->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n == 0 || (n < 0 && errno != EAGAIN))
    g_error ("client %u: the server has closed", client->index);
  if (n > 0)
    {
      g_byte_array_append (client->input, buffer, n);
      client_parse (client);
    }
}

static void
client_connect (Client *client,
                guint port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct epoll_event event = { .events = EPOLLOUT, .data.ptr = client };
  const int one = 1;

  client->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (client->fd < 0)
    g_error ("socket: %s", g_strerror (errno));
  setsockopt (client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  client->state = CLIENT_CONNECTING;
  connect (client->fd, (struct sockaddr *) &address, sizeof address);
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
}

static void
run_turn (int timeout)
{
  struct epoll_event events[256];
  int n_events = epoll_wait (epoll_fd, events, G_N_ELEMENTS (events), timeout);

  for (int i = 0; i < n_events; i++)
    client_run (events[i].data.ptr, events[i].events);
}

static void
clients_init (guint count)
{
  g_autofree char *filler = g_strnfill (payload_size, 'x');

  clients = g_new0 (Client, count);
  n_clients = count;
  n_open = 0;
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"type\":\"OFFER\",\"payload\":{\"sdp\":\"%s\"},\"dst\":\"c%u\"}", filler, i ^ 1);
      gsize length = strlen (text);
      const guint8 header[8] = { 0x81, 0xfe, length >> 8, length & 0xff };

      clients[i].index = i;
      clients[i].input = g_byte_array_new ();
      clients[i].output = g_byte_array_new ();
      /* Only those that will send need one; the mask is zero. */
      if (i >= 2 * (guint) n_pairs)
        continue;
      clients[i].frame_length = sizeof header + length;
      clients[i].frame = g_malloc (clients[i].frame_length);
      memcpy (clients[i].frame, header, sizeof header);
      memcpy (clients[i].frame + sizeof header, text, length);
    }
}

static void
clients_clear (void)
{
  for (guint i = 0; i < n_clients; i++)
    {
      close (clients[i].fd);
      g_byte_array_unref (clients[i].input);
      g_byte_array_unref (clients[i].output);
      g_free (clients[i].frame);
    }
  g_clear_pointer (&clients, g_free);
}

/* What /proc says about a process: CPU in microseconds, memory in bytes. */
static double
get_cpu (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_error ("%s is gone", path);
  fields = g_strsplit (strrchr (text, ')') + 2, " ", -1);

  return (g_ascii_strtod (fields[11], NULL) + g_ascii_strtod (fields[12], NULL)) * 1e6 / sysconf (_SC_CLK_TCK);
}

static double
get_rss (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_error ("%s is gone", path);
  fields = g_strsplit (text, " ", -1);

  return g_ascii_strtod (fields[1], NULL) * sysconf (_SC_PAGESIZE);
}

static guint
find_port (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM, 0);

  bind (fd, (struct sockaddr *) &address, sizeof address);
  getsockname (fd, (struct sockaddr *) &address, &length);
  close (fd);

  return ntohs (address.sin_port);
}

static gboolean
is_listening (guint port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  gboolean connected = connect (fd, (struct sockaddr *) &address, sizeof address) == 0;

  close (fd);

  return connected;
}

static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
server_start (Server *server,
              guint limit)
{
  g_autofree char *command = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  server->port = find_port ();
  command = g_strdup_printf ("%s --port %u --concurrent_limit %u", server->command, server->port, limit + 1);
  if (!g_shell_parse_argv (command, NULL, &argv, &error) ||
      !g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL,
                      end_with_parent, NULL, &server->pid, &error))
    g_error ("%s: %s", command, error->message);

  for (guint i = 0; !is_listening (server->port); i++)
    {
      if (i > 500)
        g_error ("%s does not listen", server->name);
      g_usleep (20 * 1000);
    }
}

static void
server_stop (Server *server)
{
  kill (server->pid, SIGKILL);
  waitpid (server->pid, NULL, 0);
}

static void
connect_clients (Server *server)
{
  gint64 begin = g_get_monotonic_time ();
  double rss = get_rss (server->pid);

  for (guint i = 0; n_open < n_clients;)
    {
      while (i < n_clients && i - n_open < CONNECTING_AT_ONCE)
        client_connect (&clients[i++], server->port);
      run_turn (1000);
    }

  server->connections_per_second = n_clients * 1e6 / (g_get_monotonic_time () - begin);
  server->rss_per_client = (get_rss (server->pid) - rss) / n_clients;
}

static int
compare_latencies (gconstpointer a,
                   gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static Load
run_load (Server *server,
          guint pairs,
          guint in_flight)
{
  gint64 begin = g_get_monotonic_time ();
  double cpu = get_cpu (server->pid);
  guint n_sent = 0;
  Load load;

  g_array_set_size (latencies, 0);
  is_loading = TRUE;
  for (guint i = 0; i < pairs; i++)
    for (guint j = 0; j < in_flight; j++)
      client_send_message (&clients[2 * i]);
  n_sent = pairs * in_flight;
  while (g_get_monotonic_time () - begin < seconds * G_TIME_SPAN_SECOND)
    run_turn (100);

  load.messages_per_second = latencies->len * 1e6 / (g_get_monotonic_time () - begin);
  load.cpu_per_message = (get_cpu (server->pid) - cpu) / latencies->len;

  /* Let those arrive that are on their way. */
  is_loading = FALSE;
  n_sent += latencies->len;
  while (latencies->len < n_sent)
    run_turn (100);

  g_array_sort (latencies, compare_latencies);
  load.p50 = g_array_index (latencies, gint64, latencies->len / 2);
  load.p99 = g_array_index (latencies, gint64, latencies->len * 99 / 100);

  return load;
}

static void
print_load (Server *server,
            const char *kind,
            const Load *load)
{
  g_print ("{\"benchmark\":\"relay\",\"server\":\"%s\",\"clients\":%u,\"load\":\"%s\",\"messages_per_s\":%.0f,"
           "\"cpu_us_per_message\":%.1f,\"p50_us\":%.0f,\"p99_us\":%.0f}\n",
           server->name, n_clients, kind, load->messages_per_second, load->cpu_per_message, load->p50, load->p99);
}

static void
print_ratios (Server *ours,
              Server *other,
              guint count,
              const Load *our_loads,
              const Load *other_loads)
{
  g_print ("{\"benchmark\":\"relay\",\"ratio\":\"%s/%s\",\"clients\":%u,\"connections_per_s\":%.2f,\"rss_per_client\":%.2f,"
           "\"light_cpu\":%.2f,\"light_p99\":%.2f,\"heavy_messages_per_s\":%.2f,\"heavy_cpu\":%.2f,\"heavy_p99\":%.2f}\n",
           ours->name, other->name, count,
           ours->connections_per_second / other->connections_per_second, ours->rss_per_client / other->rss_per_client,
           our_loads[0].cpu_per_message / other_loads[0].cpu_per_message, our_loads[0].p99 / other_loads[0].p99,
           our_loads[1].messages_per_second / other_loads[1].messages_per_second,
           our_loads[1].cpu_per_message / other_loads[1].cpu_per_message, our_loads[1].p99 / other_loads[1].p99);
}

static void
measure (Server *server,
         guint count,
         Load loads[2])
{
  server_start (server, count);
  clients_init (count);
  connect_clients (server);
  g_print ("{\"benchmark\":\"relay\",\"server\":\"%s\",\"clients\":%u,\"connections_per_s\":%.0f,\"rss_per_client\":%.0f}\n",
           server->name, count, server->connections_per_second, server->rss_per_client);

  loads[0] = run_load (server, 1, 1);
  print_load (server, "light", &loads[0]);
  loads[1] = run_load (server, MIN ((guint) n_pairs, count / 2), MIN (n_in_flight, MAX_IN_FLIGHT));
  print_load (server, "heavy", &loads[1]);

  clients_clear ();
  server_stop (server);
}

int
main (int argc,
      char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) numbers = NULL;
  g_autoptr (GError) error = NULL;
  struct rlimit limit;
  Load loads[8][2];

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || servers == NULL || g_strv_length (servers) > G_N_ELEMENTS (loads))
    {
      g_printerr ("%s\n", error != NULL ? error->message : "Usage: bench-relay NAME=COMMAND…");
      return 2;
    }

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);

  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  latencies = g_array_new (FALSE, FALSE, sizeof (gint64));
  numbers = g_strsplit (counts != NULL ? counts : "1000,10000", ",", -1);
  for (guint i = 0; numbers[i] != NULL; i++)
    {
      guint count = (guint) g_ascii_strtoull (numbers[i], NULL, 10);
      Server state[G_N_ELEMENTS (loads)] = { 0 };

      for (guint j = 0; servers[j] != NULL; j++)
        {
          g_auto (GStrv) pair = g_strsplit (servers[j], "=", 2);

          state[j].name = g_intern_string (pair[0]);
          state[j].command = g_intern_string (pair[1]);
          measure (&state[j], MAX (count, 2), loads[j]);
          if (j > 0)
            print_ratios (&state[0], &state[j], count, loads[0], loads[j]);
        }
    }

  return 0;
}
