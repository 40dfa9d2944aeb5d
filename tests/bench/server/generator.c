/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "generator.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "client.h"
#include "process.h"

#define CONNECTING_AT_ONCE 64
#define NSEC_PER_MSEC G_GUINT64_CONSTANT (1000000)
#define NSEC_PER_SEC 1e9
/* No phase goes on for longer, or for more. */
#define CONNECT_MSEC 120000
#define DRAIN_MSEC 10000
#define MAX_MESSAGES 5000000

struct _Generator
{
  GeneratorPlan plan;
  char *prefix; /* of its clients' ids: servers may remember those of before */
  int epoll_fd;
  Client *clients;
  ClientEvents events;
  guint n_open;
  guint64 n_sent;
  guint64 n_received;
  gboolean is_sending;
  Histogram *latencies; /* while measuring, else NULL */
  GError *error;
};

static void
opened (Client *client,
        gpointer user_data)
{
  Generator *self = user_data;

  self->n_open++;
}

static void
send_from (Generator *self,
           Client *client)
{
  self->n_sent++;
  client_send (client, &self->events);
}

/* Every message is answered with one: as many stay on their way as there were
 * in the beginning. Such a closed loop sends nothing while a server stalls, so
 * what would have been sent then is missing from the percentiles (“coordinated
 * omission”): they compare servers under the same loop and promise nothing to
 * users who come at times of their own. */
static void
received (Client *client,
          gpointer user_data)
{
  Generator *self = user_data;
  Client *partner = &self->clients[client->index ^ 1];

  if (partner->n_taken == partner->n_sent)
    {
      if (self->error == NULL)
        g_set_error (&self->error, G_IO_ERROR, G_IO_ERROR_FAILED, "client %u: a message that its partner did not send", client->index);
      return;
    }

  self->n_received++;
  if (self->latencies != NULL)
    histogram_add (self->latencies, get_time () - partner->sent_at[partner->n_taken % CLIENT_MAX_IN_FLIGHT]);
  partner->n_taken++;
  if (self->is_sending)
    send_from (self, client);
}

static void
watch (Client *client,
       gboolean for_room,
       gpointer user_data)
{
  Generator *self = user_data;
  struct epoll_event event = { .events = EPOLLIN | (for_room ? EPOLLOUT : 0), .data.ptr = client };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, client->stream.fd, &event) != 0)
    epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, client->stream.fd, &event);
}

static char *
get_id (Generator *self,
        guint index)
{
  return g_strdup_printf ("%sc%u", self->prefix, index);
}

Generator *
generator_new (const GeneratorPlan *plan)
{
  Generator *self = g_new0 (Generator, 1);

  self->plan = *plan;
  self->prefix = g_strdup_printf ("b%08x", g_random_int ());
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->events = (ClientEvents){ opened, received, watch, self };
  self->clients = g_new0 (Client, plan->n_clients);
  for (guint i = 0; i < plan->n_clients; i++)
    {
      self->clients[i].index = i;
      if (i < plan->n_senders)
        {
          g_autofree char *destination = get_id (self, i ^ 1);

          self->clients[i].message = client_create_message (destination, plan->message_size);
        }
    }

  return self;
}

void
generator_free (Generator *self)
{
  for (guint i = 0; i < self->plan.n_clients; i++)
    client_clear (&self->clients[i]);
  g_free (self->clients);
  close (self->epoll_fd);
  g_clear_error (&self->error);
  g_free (self->prefix);
  g_free (self);
}

static gboolean
run_turn (Generator *self,
          GError **error)
{
  struct epoll_event events[256];
  int n = epoll_wait (self->epoll_fd, events, G_N_ELEMENTS (events), 20);

  for (int i = 0; i < n && self->error == NULL; i++)
    client_run (events[i].data.ptr, &self->events, &self->error);

  if (self->error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&self->error));

  return FALSE;
}

static gboolean
is_late (guint64 begin,
         guint milliseconds,
         const char *what,
         GError **error)
{
  if (get_time () - begin < milliseconds * NSEC_PER_MSEC)
    return FALSE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s took longer than %u s", what, milliseconds / 1000);

  return TRUE;
}

static gboolean
connect_next (Generator *self,
              guint index,
              GError **error)
{
  guint pair = index / 2, end = index % 2;
  guint place = (pair + (self->plan.is_cross ? end : 0)) % self->plan.targets->len;
  g_autofree char *id = get_id (self, index);

  return client_connect (&self->clients[index], self->plan.targets->pdata[place], id, &self->events, error);
}

/* Connects them all, some at once, and waits until each has its OPEN. */
gboolean
generator_connect (Generator *self,
                   double *seconds,
                   GError **error)
{
  guint64 begin = get_time ();

  for (guint i = 0; self->n_open < self->plan.n_clients;)
    {
      for (; i < self->plan.n_clients && i - self->n_open < CONNECTING_AT_ONCE; i++)
        if (!connect_next (self, i, error))
          return FALSE;
      if (!run_turn (self, error) || is_late (begin, CONNECT_MSEC, "connecting", error))
        return FALSE;
    }
  *seconds = (get_time () - begin) / NSEC_PER_SEC;

  return TRUE;
}

/* Answers what has to be, and nothing else. */
gboolean
generator_idle (Generator *self,
                guint milliseconds,
                GError **error)
{
  guint64 begin = get_time ();

  while (get_time () - begin < milliseconds * NSEC_PER_MSEC)
    if (!run_turn (self, error))
      return FALSE;

  return TRUE;
}

/* Lets messages be exchanged and measures what comes after the first quarter:
 * programs that compile while they run have done so by then. */
gboolean
generator_run (Generator *self,
               const Load *load,
               CpuFunc get_cpu,
               gpointer user_data,
               LoadResult *result,
               GError **error)
{
  guint64 begin, n_before, server_cpu, own_cpu;
  gboolean is_fine;

  self->is_sending = TRUE;
  for (guint i = 0; i < load->n_pairs; i++)
    for (guint j = 0; j < load->n_in_flight; j++)
      send_from (self, &self->clients[2 * i + j % 2]);
  if (!generator_idle (self, load->milliseconds / 3, error))
    return FALSE;

  histogram_reset (&result->latencies);
  self->latencies = &result->latencies;
  n_before = self->n_received;
  server_cpu = get_cpu (user_data);
  own_cpu = process_get_cpu (getpid ());
  begin = get_time ();
  do
    is_fine = run_turn (self, error);
  while (is_fine && get_time () - begin < load->milliseconds * NSEC_PER_MSEC && self->n_received - n_before < MAX_MESSAGES);

  result->seconds = (get_time () - begin) / NSEC_PER_SEC;
  result->server_cpu = get_cpu (user_data) - server_cpu;
  result->own_cpu = process_get_cpu (getpid ()) - own_cpu;
  result->n_messages = self->n_received - n_before;
  self->latencies = NULL;

  /* Those on their way arrive. */
  self->is_sending = FALSE;
  begin = get_time ();
  while (is_fine && self->n_received < self->n_sent)
    is_fine = run_turn (self, error) && !is_late (begin, DRAIN_MSEC, "the last messages", error);

  return is_fine;
}
