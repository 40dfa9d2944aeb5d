/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE /* accept4() */

#include "config.h"

#include "peer-acceptor-private.h"

#include <errno.h>
#include <libpeerglib/peer-source-private.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#define ACCEPTED_PER_TURN 64
#define PAUSE_TIME 100

struct _PeerAcceptor
{
  PeerPollItem item;
  PeerPollHub *hub;
  GSocket *socket;
  GSource *pause_source;
  PeerAcceptorFunc func; /* NULL once freed */
  gpointer user_data;
};

static gboolean
pause_over_cb (gpointer user_data)
{
  PeerAcceptor *self = user_data;

  g_clear_pointer (&self->pause_source, g_source_unref);
  peer_poll_hub_change (self->hub, &self->item, EPOLLIN);

  return G_SOURCE_REMOVE;
}

/* There is nothing left to accept with, and the connection goes on waiting:
 * epoll would report it again and again. */
static void
peer_acceptor_pause (PeerAcceptor *self,
                     int code)
{
  g_message ("Cannot accept connections for a moment: %s", g_strerror (code));

  peer_poll_hub_change (self->hub, &self->item, 0);
  self->pause_source = peer_source_new_timeout (peer_poll_hub_get_context (self->hub), PAUSE_TIME,
                                                "[libpeerglib] accept again", pause_over_cb, self);
}

static void
run_item (PeerPollItem *item,
          guint32 events)
{
  PeerAcceptor *self = (PeerAcceptor *) item;

  for (guint i = 0; self->func != NULL && i < ACCEPTED_PER_TURN; i++)
    {
      struct sockaddr_storage address;
      socklen_t length = sizeof address;
      int fd = accept4 (self->item.fd, (struct sockaddr *) &address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd >= 0)
        self->func (fd, (struct sockaddr *) &address, length, self->user_data);
      else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        {
          peer_acceptor_pause (self, errno);
          return;
        }
      else if (errno != ECONNABORTED && errno != EINTR)
        return;
    }
}

static void
release_item (PeerPollItem *item)
{
  PeerAcceptor *self = (PeerAcceptor *) item;

  g_object_unref (self->socket);
  g_free (self);
}

PeerAcceptor *
peer_acceptor_new (PeerPollHub *hub,
                   GSocket *socket,
                   PeerAcceptorFunc func,
                   gpointer user_data)
{
  PeerAcceptor *self = g_new0 (PeerAcceptor, 1);

  self->item = (PeerPollItem){ run_item, release_item, g_socket_get_fd (socket) };
  self->hub = hub;
  self->socket = g_object_ref (socket);
  self->func = func;
  self->user_data = user_data;

  /* What is accepted inherits it. */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  peer_poll_hub_add (hub, &self->item, EPOLLIN);

  return self;
}

void
peer_acceptor_free (PeerAcceptor *self)
{
  self->func = NULL;
  peer_source_clear (&self->pause_source);
  peer_poll_hub_remove (self->hub, &self->item);
  g_socket_close (self->socket, NULL);
}
