/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A bad link between two network namespaces: a TUN device in each, and packets
 * that are late, lost or overtaken on the way from one to the other, as a seed
 * has it. The devices go away with the program. It says "ready" when they are
 * there, and takes lines such as "loss 5" on its standard input for as long as
 * that is open.
 *
 * What is at work here is what netem of tc does, which not every kernel has. */

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_PACKET_SIZE 65536
#define MAX_BATCH 64

typedef struct
{
  double delay;   /* milliseconds */
  double jitter;  /* milliseconds, up and down */
  double loss;    /* of 100 */
  double reorder; /* of 100; these do not wait for the delay */
  double rate;    /* kilobits a second, 0 for no limit */
  int limit;      /* packets under way in one direction */
  int seed;
} Options;

typedef struct
{
  gint64 due;
  guint64 number;
  gsize size;
  guint8 data[];
} Packet;

typedef struct
{
  int input;
  int output;
  GRand *random;
  GSequence *packets; /* Packet, by when they are due */
  gint64 busy_until;
  guint64 number;
} Direction;

static Options options = { .limit = 10000, .seed = 1 };

static int
compare_packets (gconstpointer a,
                 gconstpointer b,
                 gpointer user_data)
{
  const Packet *first = a;
  const Packet *second = b;

  if (first->due != second->due)
    return first->due < second->due ? -1 : 1;

  return first->number < second->number ? -1 : 1;
}

/* NAMESPACE:DEVICE */
static int
open_device (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, ":", 2);
  g_autofree char *path = NULL;
  struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
  int namespace, device;

  if (g_strv_length (parts) != 2 || strlen (parts[1]) >= IFNAMSIZ)
    g_error ("%s: give NAMESPACE:DEVICE", name);

  path = g_build_filename ("/run/netns", parts[0], NULL);
  namespace = open (path, O_RDONLY | O_CLOEXEC);
  if (namespace < 0 || setns (namespace, CLONE_NEWNET) < 0)
    g_error ("%s: %s", path, g_strerror (errno));
  close (namespace);

  g_strlcpy (request.ifr_name, parts[1], IFNAMSIZ);
  device = open ("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (device < 0 || ioctl (device, TUNSETIFF, &request) < 0)
    g_error ("%s: %s", name, g_strerror (errno));

  return device;
}

static gboolean
happens (Direction *self,
         double percent)
{
  return g_rand_double_range (self->random, 0, 100) < percent;
}

/* The draws are made for every packet, so that a change of one figure leaves
 * the fate of the others as it is. */
static void
receive (Direction *self,
         const guint8 *data,
         gsize size)
{
  gint64 now = g_get_monotonic_time ();
  gboolean is_lost = happens (self, options.loss);
  gboolean overtakes = happens (self, options.reorder);
  double jitter = g_rand_double_range (self->random, -1, 1) * options.jitter;
  Packet *packet;

  if (is_lost || g_sequence_get_length (self->packets) >= options.limit)
    return;

  self->busy_until = MAX (self->busy_until, now);
  if (options.rate > 0)
    self->busy_until += (gint64) (size * 8 * 1000 / options.rate);

  packet = g_malloc (sizeof (Packet) + size);
  packet->due = self->busy_until;
  if (!overtakes)
    packet->due += (gint64) (MAX (options.delay + jitter, 0) * 1000);
  packet->number = self->number++;
  packet->size = size;
  memcpy (packet->data, data, size);
  g_sequence_insert_sorted (self->packets, packet, compare_packets, NULL);
}

static void
receive_all (Direction *self)
{
  static guint8 data[MAX_PACKET_SIZE];
  gssize size;

  for (int i = 0; i < MAX_BATCH && (size = read (self->input, data, sizeof data)) > 0; i++)
    receive (self, data, (gsize) size);
}

/* A device that is down refuses packets: they are lost. Returns when the next
 * one is due, or -1. */
static gint64
deliver (Direction *self)
{
  gint64 now = g_get_monotonic_time ();

  while (!g_sequence_is_empty (self->packets))
    {
      GSequenceIter *first = g_sequence_get_begin_iter (self->packets);
      Packet *packet = g_sequence_get (first);

      if (packet->due > now)
        return packet->due - now;
      if (write (self->output, packet->data, packet->size) < 0)
        g_debug ("A packet is lost: %s", g_strerror (errno));
      g_sequence_remove (first);
    }

  return -1;
}

/* Returns FALSE at the end of the input. */
static gboolean
obey (void)
{
  char line[256];
  char name[32];
  double value;

  if (fgets (line, sizeof line, stdin) == NULL)
    return FALSE;

  if (sscanf (line, "%31s %lf", name, &value) != 2)
    g_printerr ("Not understood: %s", line);
  else if (strcmp (name, "delay") == 0)
    options.delay = value;
  else if (strcmp (name, "jitter") == 0)
    options.jitter = value;
  else if (strcmp (name, "loss") == 0)
    options.loss = value;
  else if (strcmp (name, "reorder") == 0)
    options.reorder = value;
  else if (strcmp (name, "rate") == 0)
    options.rate = value;
  else
    g_printerr ("Not understood: %s", line);

  g_print ("done\n");

  return TRUE;
}

static void
run (Direction *directions)
{
  while (TRUE)
    {
      struct pollfd inputs[] = {
        { directions[0].input, POLLIN, 0 },
        { directions[1].input, POLLIN, 0 },
        { STDIN_FILENO, POLLIN, 0 },
      };
      gint64 first = deliver (&directions[0]);
      gint64 second = deliver (&directions[1]);
      gint64 wait = first < 0 || (second >= 0 && second < first) ? second : first;
      struct timespec timeout = { wait / G_USEC_PER_SEC, wait % G_USEC_PER_SEC * 1000 };

      if (ppoll (inputs, G_N_ELEMENTS (inputs), wait < 0 ? NULL : &timeout, NULL) <= 0)
        continue;
      receive_all (&directions[0]);
      receive_all (&directions[1]);
      if (inputs[2].revents != 0 && !obey ())
        return;
    }
}

int
main (int argc,
      char *argv[])
{
  const GOptionEntry entries[] = {
    { "delay", 0, 0, G_OPTION_ARG_DOUBLE, &options.delay, "Delay in each direction", "MILLISECONDS" },
    { "jitter", 0, 0, G_OPTION_ARG_DOUBLE, &options.jitter, "Its variation, up and down", "MILLISECONDS" },
    { "loss", 0, 0, G_OPTION_ARG_DOUBLE, &options.loss, "Packets that are lost", "PERCENT" },
    { "reorder", 0, 0, G_OPTION_ARG_DOUBLE, &options.reorder, "Packets that do not wait for the delay", "PERCENT" },
    { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &options.rate, "Kilobits a second in each direction", "KBIT" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, "Packets under way in each direction", "COUNT" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, "Seed of chance", "NUMBER" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("NAMESPACE:DEVICE NAMESPACE:DEVICE");
  g_autoptr (GError) error = NULL;
  Direction directions[2] = { 0 };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 3)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "Give two devices");
      return 2;
    }

  setvbuf (stdin, NULL, _IONBF, 0);
  for (int i = 0; i < 2; i++)
    {
      directions[i].input = open_device (argv[i + 1]);
      directions[i].random = g_rand_new_with_seed ((guint32) options.seed * 2 + (guint32) i);
      directions[i].packets = g_sequence_new (g_free);
    }
  directions[0].output = directions[1].input;
  directions[1].output = directions[0].input;
  g_print ("ready\n");
  run (directions);

  for (int i = 0; i < 2; i++)
    {
      g_rand_free (directions[i].random);
      g_sequence_free (directions[i].packets);
      close (directions[i].input);
    }

  return 0;
}
