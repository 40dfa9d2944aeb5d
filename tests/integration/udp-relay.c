/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "udp-relay.h"

#include <string.h>

#define MAX_PACKET_SIZE 65536
#define POLL_MILLISECONDS 20

/* candidate:foundation component transport priority address port … */
enum
{
  FIELD_COMPONENT = 1,
  FIELD_TRANSPORT = 2,
  FIELD_ADDRESS = 4,
  FIELD_PORT = 5,
};

typedef struct
{
  UdpRelay *relay;
  End *end;
  GSocket *socket;         /* by which the other end knows this one */
  GSocketAddress *address; /* of this end, NULL while it is not known */
} Side;

struct _UdpRelay
{
  Side sides[2];
  GThread *thread;
  GMutex lock;
  gboolean is_silent;
  gboolean has_to_stop;
};

static GSocket *
make_socket (void)
{
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, 0);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (socket, FALSE);

  return socket;
}

/* What came for one end leaves from the socket of the other, which is who it
 * is from. */
static void
pass_on (UdpRelay *self,
         Side *side,
         Side *other)
{
  char packet[MAX_PACKET_SIZE];
  gssize size;

  while ((size = g_socket_receive (side->socket, packet, sizeof packet, NULL, NULL)) > 0)
    {
      g_autoptr (GSocketAddress) address = NULL;

      g_mutex_lock (&self->lock);
      if (!self->is_silent && side->address != NULL)
        address = g_object_ref (side->address);
      g_mutex_unlock (&self->lock);

      if (address != NULL)
        g_socket_send_to (other->socket, address, packet, (gsize) size, NULL, NULL);
    }
}

static gpointer
run (gpointer user_data)
{
  UdpRelay *self = user_data;
  gboolean has_to_stop = FALSE;

  while (!has_to_stop)
    {
      GPollFD fds[2] = {
        { g_socket_get_fd (self->sides[0].socket), G_IO_IN, 0 },
        { g_socket_get_fd (self->sides[1].socket), G_IO_IN, 0 },
      };

      g_poll (fds, G_N_ELEMENTS (fds), POLL_MILLISECONDS);
      pass_on (self, &self->sides[0], &self->sides[1]);
      pass_on (self, &self->sides[1], &self->sides[0]);

      g_mutex_lock (&self->lock);
      has_to_stop = self->has_to_stop;
      g_mutex_unlock (&self->lock);
    }

  return NULL;
}

static guint16
get_port (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static void
on_candidate (PeerTransport *transport,
              const PeerIceCandidate *candidate,
              Side *side)
{
  g_auto (GStrv) fields = g_strsplit (candidate->candidate, " ", -1);
  g_autofree char *text = NULL;
  PeerIceCandidate changed = *candidate;

  g_assert_cmpuint (g_strv_length (fields), >, FIELD_PORT);
  if (side->address != NULL || strcmp (fields[FIELD_COMPONENT], "1") != 0 ||
      g_ascii_strcasecmp (fields[FIELD_TRANSPORT], "udp") != 0 || strchr (fields[FIELD_ADDRESS], ':') != NULL)
    return;

  g_mutex_lock (&side->relay->lock);
  side->address = g_inet_socket_address_new_from_string (fields[FIELD_ADDRESS], (guint) atoi (fields[FIELD_PORT]));
  g_mutex_unlock (&side->relay->lock);

  g_free (fields[FIELD_PORT]);
  fields[FIELD_PORT] = g_strdup_printf ("%u", get_port (side->socket));
  text = g_strjoinv (" ", fields);
  changed.candidate = text;
  peer_transport_add_remote_candidate (side->end->other->transport, &changed);
}

static void
side_init (Side *side,
           UdpRelay *relay,
           End *end)
{
  side->relay = relay;
  side->end = end;
  side->socket = make_socket ();
  end->keeps_candidates = TRUE;
  g_signal_connect (end->transport, "candidate", G_CALLBACK (on_candidate), side);
}

static void
side_clear (Side *side)
{
  g_signal_handlers_disconnect_by_data (side->end->transport, side);
  g_clear_object (&side->socket);
  g_clear_object (&side->address);
}

UdpRelay *
udp_relay_new (Pair *pair)
{
  UdpRelay *self = g_new0 (UdpRelay, 1);

  g_mutex_init (&self->lock);
  side_init (&self->sides[0], self, &pair->offerer);
  side_init (&self->sides[1], self, &pair->answerer);
  self->thread = g_thread_new ("udp-relay", run, self);

  return self;
}

void
udp_relay_free (UdpRelay *self)
{
  g_mutex_lock (&self->lock);
  self->has_to_stop = TRUE;
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);

  side_clear (&self->sides[0]);
  side_clear (&self->sides[1]);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
udp_relay_set_silent (UdpRelay *self,
                      gboolean is_silent)
{
  g_mutex_lock (&self->lock);
  self->is_silent = is_silent;
  g_mutex_unlock (&self->lock);
}
