/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* The certificate is one of ours, seconds old, on loopback: checking it would
 * measure the load generator. */
SSL_CTX *
stream_create_tls_context (void)
{
  SSL_CTX *context = SSL_CTX_new (TLS_client_method ());

  SSL_CTX_set_verify (context, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode (context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);

  return context;
}

/* Begins to connect; without a context there is no TLS. */
gboolean
stream_connect (Stream *self,
                GSocketAddress *address,
                SSL_CTX *context,
                GError **error)
{
  struct sockaddr_storage native;
  gssize size = g_socket_address_get_native_size (address);
  const int one = 1;

  if (!g_socket_address_to_native (address, &native, sizeof native, error))
    return FALSE;

  self->fd = socket (native.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0 || (connect (self->fd, (struct sockaddr *) &native, size) != 0 && errno != EINPROGRESS))
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "connecting: %s", g_strerror (errno));
      return FALSE;
    }
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

  if (context != NULL)
    {
      self->tls = SSL_new (context);
      SSL_set_fd (self->tls, self->fd);
      SSL_set_connect_state (self->tls);
    }

  return TRUE;
}

static gssize
get_tls_result (Stream *self,
                int result)
{
  int reason;

  if (result > 0)
    return result;

  reason = SSL_get_error (self->tls, result);

  return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? STREAM_BLOCKED : STREAM_ENDED;
}

static gssize
get_result (gssize result)
{
  if (result >= 0)
    return result;

  return errno == EAGAIN || errno == EINTR ? STREAM_BLOCKED : STREAM_ENDED;
}

gssize
stream_read (Stream *self,
             void *data,
             gsize size)
{
  if (self->tls != NULL)
    return get_tls_result (self, SSL_read (self->tls, data, (int) size));

  return get_result (recv (self->fd, data, size, 0));
}

gssize
stream_write (Stream *self,
              const void *data,
              gsize size)
{
  if (self->tls != NULL)
    return get_tls_result (self, SSL_write (self->tls, data, (int) size));

  return get_result (send (self->fd, data, size, MSG_NOSIGNAL));
}

/* After a write that was blocked: whether the socket is full, and not TLS
 * waiting for something to read. */
gboolean
stream_waits_for_room (Stream *self)
{
  return self->tls == NULL || SSL_want_write (self->tls);
}

void
stream_close (Stream *self)
{
  g_clear_pointer (&self->tls, SSL_free);
  if (self->fd > 0)
    close (self->fd);
  self->fd = 0;
}
