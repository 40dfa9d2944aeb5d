/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "udp-cut.h"

#include <libpeerglib/peer.h>
#include <string.h>

#include "libpeerglib/transport/peer-webrtc-transport-private.h"

#define MAX_PACKET_SIZE 65536
#define POLL_MILLISECONDS 20

#define DTLS_FIRST 20
#define DTLS_APPLICATION_DATA 23

/* candidate:foundation component transport priority address port … */
enum
{
  FIELD_TRANSPORT = 2,
  FIELD_ADDRESS = 4,
  FIELD_PORT = 5,
};

/* By which one transport reaches a candidate of the other. */
typedef struct
{
  GSocket *socket;
  GSocketAddress *candidate;
  GSocketAddress *agent; /* who uses it, NULL before it does */
  gboolean is_cut;
} Port;

struct _UdpCut
{
  GThread *thread;
  GMutex lock;
  GPtrArray *ports;
  UdpCutLoss loss;
  gboolean has_to_stop;

  PeerTransportClass *klass;
  void (*add_remote_candidate) (PeerTransport *transport,
                                const PeerIceCandidate *candidate);
};

static UdpCut *current;

static void
port_free (Port *port)
{
  g_object_unref (port->socket);
  g_object_unref (port->candidate);
  g_clear_object (&port->agent);
  g_free (port);
}

static Port *
port_new (const char *address,
          guint number)
{
  Port *port = g_new0 (Port, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GError) error = NULL;

  port->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
  g_assert_no_error (error);
  g_socket_bind (port->socket, any, FALSE, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (port->socket, FALSE);
  port->candidate = g_inet_socket_address_new_from_string (address, number);

  return port;
}

static guint16
port_get_number (Port *port)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (port->socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static gboolean
is_same (GSocketAddress *a,
         GSocketAddress *b)
{
  GInetSocketAddress *first = G_INET_SOCKET_ADDRESS (a);
  GInetSocketAddress *second = G_INET_SOCKET_ADDRESS (b);

  return g_inet_socket_address_get_port (first) == g_inet_socket_address_get_port (second) &&
         g_inet_address_equal (g_inet_socket_address_get_address (first), g_inet_socket_address_get_address (second));
}

/* The first byte tells protocols apart, and of DTLS the kinds of records. */
static gboolean
is_lost (UdpCutLoss loss,
         guint8 first_byte)
{
  switch (loss)
    {
    case UDP_CUT_ALL:
      return TRUE;

    case UDP_CUT_DTLS:
      return first_byte >= DTLS_FIRST;

    case UDP_CUT_DATA:
      return first_byte == DTLS_APPLICATION_DATA;

    case UDP_CUT_NOTHING:
    default:
      return FALSE;
    }
}

static void
port_pass_on (Port *port,
              UdpCutLoss loss)
{
  char packet[MAX_PACKET_SIZE];
  gssize size;

  for (;;)
    {
      g_autoptr (GSocketAddress) source = NULL;

      size = g_socket_receive_from (port->socket, &source, packet, sizeof packet, NULL, NULL);
      if (size <= 0)
        return;

      if (port->is_cut || is_lost (loss, (guint8) packet[0]))
        continue;

      if (is_same (source, port->candidate))
        {
          if (port->agent != NULL)
            g_socket_send_to (port->socket, port->agent, packet, (gsize) size, NULL, NULL);
          continue;
        }

      g_set_object (&port->agent, source);
      g_socket_send_to (port->socket, port->candidate, packet, (gsize) size, NULL, NULL);
    }
}

static void
wait_for_packets (UdpCut *self)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, TRUE, sizeof (GPollFD));

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->ports->len; i++)
    {
      Port *port = g_ptr_array_index (self->ports, i);
      GPollFD fd = { g_socket_get_fd (port->socket), G_IO_IN, 0 };

      g_array_append_val (fds, fd);
    }
  g_mutex_unlock (&self->lock);
  g_poll ((GPollFD *) (void *) fds->data, fds->len, POLL_MILLISECONDS);
}

static gpointer
run (gpointer user_data)
{
  UdpCut *self = user_data;
  gboolean has_to_stop = FALSE;

  while (!has_to_stop)
    {
      wait_for_packets (self);

      g_mutex_lock (&self->lock);
      for (guint i = 0; i < self->ports->len; i++)
        port_pass_on (g_ptr_array_index (self->ports, i), self->loss);
      has_to_stop = self->has_to_stop;
      g_mutex_unlock (&self->lock);
    }

  return NULL;
}

/* Each sees the other's candidates as a port of ours, and nothing else. */
static void
add_remote_candidate (PeerTransport *transport,
                      const PeerIceCandidate *candidate)
{
  g_auto (GStrv) fields = g_strsplit (candidate->candidate, " ", -1);
  PeerIceCandidate changed = *candidate;
  g_autofree char *text = NULL;
  Port *port;

  g_assert_cmpuint (g_strv_length (fields), >, FIELD_PORT);
  if (g_ascii_strcasecmp (fields[FIELD_TRANSPORT], "udp") != 0 || strchr (fields[FIELD_ADDRESS], ':') != NULL)
    return;

  port = port_new (fields[FIELD_ADDRESS], (guint) atoi (fields[FIELD_PORT]));
  g_mutex_lock (&current->lock);
  g_ptr_array_add (current->ports, port);
  g_mutex_unlock (&current->lock);

  g_free (fields[FIELD_PORT]);
  fields[FIELD_PORT] = g_strdup_printf ("%u", port_get_number (port));
  text = g_strjoinv (" ", fields);
  changed.candidate = text;
  current->add_remote_candidate (transport, &changed);
}

UdpCut *
udp_cut_new (void)
{
  UdpCut *self = g_new0 (UdpCut, 1);

  g_assert_null (current);
  current = self;
  g_mutex_init (&self->lock);
  self->ports = g_ptr_array_new_with_free_func ((GDestroyNotify) port_free);
  self->klass = g_type_class_ref (PEER_TYPE_WEBRTC_TRANSPORT);
  self->add_remote_candidate = self->klass->add_remote_candidate;
  self->klass->add_remote_candidate = add_remote_candidate;
  self->thread = g_thread_new ("udp-cut", run, self);

  return self;
}

void
udp_cut_free (UdpCut *self)
{
  self->klass->add_remote_candidate = self->add_remote_candidate;
  g_type_class_unref (self->klass);

  g_mutex_lock (&self->lock);
  self->has_to_stop = TRUE;
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);

  g_ptr_array_unref (self->ports);
  g_mutex_clear (&self->lock);
  g_free (self);
  current = NULL;
}

void
udp_cut_set_loss (UdpCut *self,
                  UdpCutLoss loss)
{
  g_mutex_lock (&self->lock);
  self->loss = loss;
  g_mutex_unlock (&self->lock);
}

void
udp_cut_cut (UdpCut *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->ports->len; i++)
    {
      Port *port = g_ptr_array_index (self->ports, i);

      port->is_cut = TRUE;
    }
  g_mutex_unlock (&self->lock);
}
