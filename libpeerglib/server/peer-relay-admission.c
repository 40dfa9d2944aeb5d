/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-relay-internal-private.h"

#include <glib/gi18n-lib.h>
#include <libpeerglib/peer-error.h>

#include "protocol/peer-auth-token-private.h"

/* How somebody becomes a client: what was asked for is checked, the
 * application decides, the broker gets the id, then OPEN goes out. Each of
 * the two in the middle may take its time. */

/* The texts are PeerJS's, as far as it has any. */
#define ERROR_PARAMETERS "No id, token, or key supplied to websocket server"
#define ERROR_KEY "Invalid key provided"
#define ERROR_ID "Invalid id or token provided"
#define ERROR_FULL "Server has reached its concurrent user limit"
#define ERROR_ADDRESS "Too many connections from this address"
#define ERROR_REFUSED "Not authorized"
#define ERROR_UNDECIDED "Authorization took too long"
#define ERROR_CLAIM "The server cannot register clients at the moment"

typedef enum
{
  ADMISSION_AUTHENTICATING,
  ADMISSION_CLAIMING,
  ADMISSION_OVER,
} AdmissionState;

struct _PeerRelayAdmission
{
  grefcount ref_count;
  AdmissionState state;
  PeerRelay *relay;
  PeerRelaySocket *socket; /* NULL once it is closed or a client's */
  char *id;
  char *token;
  char *owner;
  PeerTimeout timeout; /* of the application's decision */
  GPtrArray *held;     /* nullable: what the socket has sent already */
  gsize n_held_bytes;
};

static PeerRelayAdmission *
peer_relay_admission_new (PeerRelay *relay,
                          PeerRelaySocket *socket,
                          const PeerRelayRequest *request)
{
  PeerRelayAdmission *self = g_new0 (PeerRelayAdmission, 1);

  g_ref_count_init (&self->ref_count);
  self->relay = g_object_ref (relay);
  self->socket = peer_relay_socket_ref (socket);
  self->id = g_strdup (request->id);
  self->token = g_strdup (request->token);
  self->owner = g_strdup (peer_relay_get_owner (relay, request));
  socket->admission = self;

  return self;
}

PeerRelayAdmission *
peer_relay_admission_ref (PeerRelayAdmission *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
peer_relay_admission_unref (PeerRelayAdmission *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  peer_relay_admission_detach (self);
  g_object_unref (self->relay);
  g_free (self->id);
  g_free (self->token);
  g_free (self->owner);
  g_free (self);
}

/* The socket goes its own way. */
void
peer_relay_admission_detach (PeerRelayAdmission *self)
{
  if (self->socket != NULL)
    self->socket->admission = NULL;
  g_clear_pointer (&self->socket, peer_relay_socket_unref);
  g_clear_pointer (&self->held, g_ptr_array_unref);

  if (self->state == ADMISSION_AUTHENTICATING)
    {
      peer_timeout_queue_cancel (self->relay->auth_timeouts, &self->timeout);
      self->state = ADMISSION_OVER;
    }
}

static void
peer_relay_admission_end (PeerRelayAdmission *self,
                          const char *type,
                          const char *text)
{
  PeerRelaySocket *socket = self->socket;

  self->state = ADMISSION_OVER;
  if (socket != NULL)
    peer_relay_refuse (self->relay, socket, type, text);
}

void
peer_relay_admission_hold (PeerRelayAdmission *self,
                           const char *text,
                           gsize length)
{
  PeerRelay *relay = self->relay;
  gsize max_bytes = relay->socket_limits.max_message_size;
  guint max_messages = relay->config.max_held_messages;

  if (self->held == NULL)
    self->held = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->n_held_bytes += length;
  g_ptr_array_add (self->held, g_bytes_new (text, length));

  if ((max_bytes > 0 && self->n_held_bytes > max_bytes) || (max_messages > 0 && self->held->len > max_messages))
    {
      g_autoptr (GError) error = g_error_new (PEER_ERROR, PEER_ERROR_LIMIT_EXCEEDED,
                                              _ ("%s: sends too much before it is a client"), self->socket->address);

      relay->stats.n_violations++;
      peer_relay_close_socket (relay, self->socket, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, NULL);
      peer_relay_tell_failed (relay, error);
    }
}

/* Takes over what the socket has sent, and the socket. */
static void
peer_relay_attach_socket (PeerRelay *self,
                          PeerRelayClient *client,
                          PeerRelaySocket *socket,
                          GPtrArray *held)
{
  g_autoptr (PeerRelay) kept = g_object_ref (self);
  g_autoptr (PeerRelayClient) attached = peer_relay_client_ref (client);
  g_autoptr (PeerRelaySocket) used = peer_relay_socket_ref (socket);
  g_autoptr (GPtrArray) waiting = NULL;

  if (client->socket != NULL)
    {
      PeerRelaySocket *old = g_steal_pointer (&client->socket);

      old->client = NULL;
      peer_relay_close_socket (self, old, SOUP_WEBSOCKET_CLOSE_NORMAL, "Replaced by a newer connection");
    }
  else
    peer_relay_client_ref (client); /* held as long as there is a socket */

  client->socket = socket;
  socket->client = client;
  g_free (client->address);
  client->address = g_strdup (socket->address);

  peer_relay_client_notify (client, "OPEN", NULL, NULL);
  waiting = peer_broker_take_messages (self->broker, client->id);
  for (guint i = 0; waiting != NULL && i < waiting->len; i++)
    if (peer_relay_client_send (client, g_ptr_array_index (waiting, i)))
      self->stats.n_relayed++;

  if (client->socket == socket)
    peer_relay_tell_connected (self, client);
  for (guint i = 0; held != NULL && i < held->len && client->socket == socket; i++)
    {
      gsize length;
      const char *text = g_bytes_get_data (g_ptr_array_index (held, i), &length);

      peer_relay_handle_message (socket, text, length);
    }
}

static void
peer_relay_admission_open (PeerRelayAdmission *self)
{
  PeerRelay *relay = self->relay;
  PeerRelayClient *client = g_hash_table_lookup (relay->clients, self->id);
  g_autoptr (PeerRelaySocket) socket = peer_relay_socket_ref (self->socket);
  g_autoptr (GPtrArray) held = g_steal_pointer (&self->held);

  self->state = ADMISSION_OVER;
  peer_relay_admission_detach (self);
  relay->stats.n_connections++;

  if (client != NULL)
    {
      peer_relay_client_set_token (client, self->token);
      peer_relay_attach_socket (relay, client, socket, held);
    }
  else
    {
      g_autoptr (PeerRelayClient) newcomer = peer_relay_client_new (relay, self->id, self->token);

      peer_relay_register (relay, newcomer);
      peer_relay_attach_socket (relay, newcomer, socket, held);
      peer_relay_tell_changed (relay);
    }
}

static void
claimed_cb (GObject *source,
            GAsyncResult *result,
            gpointer user_data)
{
  g_autoptr (PeerRelayAdmission) self = user_data;
  g_autoptr (GError) error = NULL;
  PeerBrokerClaim claim = peer_broker_claim_finish (PEER_BROKER (source), result, &error);
  PeerRelay *relay = self->relay;

  g_hash_table_remove (relay->claiming, self->id);
  if (claim == PEER_BROKER_CLAIM_CLAIMED && self->socket != NULL)
    peer_relay_admission_open (self);
  else if (claim == PEER_BROKER_CLAIM_CLAIMED)
    peer_broker_release (relay->broker, self->id);
  else if (claim == PEER_BROKER_CLAIM_TAKEN)
    peer_relay_admission_end (self, "ID-TAKEN", "ID is taken");
  else
    peer_relay_admission_end (self, "ERROR", ERROR_CLAIM);

  if (error != NULL)
    g_debug ("Could not claim an id: %s", error->message);
}

/* Somebody is claiming the id already, through this server. */
static void
peer_relay_admission_join (PeerRelayAdmission *self,
                           PeerRelayAdmission *first)
{
  PeerRelaySocket *old = first->socket;

  if (!peer_secret_equal (first->owner, self->owner))
    {
      peer_relay_admission_end (self, "ID-TAKEN", "ID is taken");
      return;
    }

  self->state = ADMISSION_OVER;
  if (old != NULL)
    peer_relay_close_socket (self->relay, old, SOUP_WEBSOCKET_CLOSE_NORMAL, "Replaced by a newer connection");

  first->socket = g_steal_pointer (&self->socket);
  first->socket->admission = first;
  first->held = g_steal_pointer (&self->held);
  first->n_held_bytes = self->n_held_bytes;
  g_free (first->token);
  first->token = g_steal_pointer (&self->token);
}

static gboolean
peer_relay_is_full (PeerRelay *self)
{
  guint limit = self->config.concurrent_limit;

  return limit > 0 && g_hash_table_size (self->clients) + g_hash_table_size (self->claiming) >= limit;
}

static void
peer_relay_admission_claim (PeerRelayAdmission *self)
{
  PeerRelay *relay = self->relay;
  PeerRelayClient *client = g_hash_table_lookup (relay->clients, self->id);
  PeerRelayAdmission *first = g_hash_table_lookup (relay->claiming, self->id);

  self->state = ADMISSION_CLAIMING;
  if (client != NULL && peer_relay_client_is_owned_by (client, self->owner))
    {
      peer_relay_admission_open (self);
      return;
    }
  if (client != NULL)
    {
      peer_relay_admission_end (self, "ID-TAKEN", "ID is taken");
      return;
    }
  if (first != NULL)
    {
      peer_relay_admission_join (self, first);
      return;
    }
  if (peer_relay_is_full (relay))
    {
      peer_relay_admission_end (self, "ERROR", ERROR_FULL);
      return;
    }

  switch (peer_broker_claim (relay->broker, self->id, self->owner))
    {
    case PEER_BROKER_CLAIM_CLAIMED:
      peer_relay_admission_open (self);
      break;
    case PEER_BROKER_CLAIM_TAKEN:
      peer_relay_admission_end (self, "ID-TAKEN", "ID is taken");
      break;
    case PEER_BROKER_CLAIM_PENDING:
    default:
      g_hash_table_insert (relay->claiming, self->id, self);
      peer_broker_claim_async (relay->broker, self->id, self->owner, NULL, claimed_cb, peer_relay_admission_ref (self));
      break;
    }
}

void
peer_relay_admission_decide (PeerRelayAdmission *self,
                             gboolean is_accepted,
                             const char *reason)
{
  g_autoptr (PeerRelayAdmission) kept = peer_relay_admission_ref (self);

  if (self->state != ADMISSION_AUTHENTICATING)
    return;

  peer_timeout_queue_cancel (self->relay->auth_timeouts, &self->timeout);
  if (is_accepted)
    peer_relay_admission_claim (self);
  else
    peer_relay_admission_end (self, "ERROR", reason != NULL ? reason : ERROR_REFUSED);
}

void
peer_relay_admission_expired (gpointer item,
                              gpointer user_data)
{
  peer_relay_admission_decide (item, FALSE, ERROR_UNDECIDED);
}

static void
peer_relay_admission_authenticate (PeerRelayAdmission *self,
                                   const PeerRelayRequest *request)
{
  g_autofree char *reason = NULL;

  switch (peer_relay_ask (self->relay, self, request, &reason))
    {
    case PEER_RELAY_ACCEPTED:
      peer_relay_admission_decide (self, TRUE, NULL);
      break;
    case PEER_RELAY_REFUSED:
      peer_relay_admission_decide (self, FALSE, reason);
      break;
    case PEER_RELAY_UNDECIDED:
    default:
      if (self->state == ADMISSION_AUTHENTICATING)
        peer_timeout_queue_arm (self->relay->auth_timeouts, &self->timeout, self);
      break;
    }
}

static gboolean
is_acceptable_id (PeerRelay *self,
                  const char *id)
{
  if (self->config.max_id_length > 0 && strlen (id) > self->config.max_id_length)
    return FALSE;

  for (const char *p = id; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;

  return g_utf8_validate (id, -1, NULL);
}

/* NULL if the request may go on, otherwise what to say. */
static const char *
peer_relay_check (PeerRelay *self,
                  PeerRelaySocket *socket,
                  const PeerRelayRequest *request)
{
  if (request->id == NULL || *request->id == '\0' || request->token == NULL || *request->token == '\0' ||
      request->key == NULL || *request->key == '\0')
    return ERROR_PARAMETERS;
  if (g_strcmp0 (request->key, self->config.key) != 0)
    return ERROR_KEY;
  if (!is_acceptable_id (self, request->id) || !is_acceptable_id (self, request->token))
    return ERROR_ID;
  if (self->config.clients_per_address > 0 &&
      peer_relay_count_socket (self, socket, 0) > self->config.clients_per_address)
    return ERROR_ADDRESS;

  return peer_relay_check_token (self, request);
}

void
peer_relay_accept (PeerRelay *self,
                   PeerPollStream *stream,
                   const PeerRelayRequest *request)
{
  g_autoptr (PeerRelayAdmission) admission = NULL;
  PeerRelaySocket *socket;
  const char *error;

  if (self->is_stopped)
    {
      peer_poll_stream_close (stream);
      peer_poll_stream_unref (stream);
      return;
    }

  socket = peer_relay_add_socket (self, stream, request);
  error = peer_relay_check (self, socket, request);
  if (error != NULL)
    {
      peer_relay_refuse (self, socket, "ERROR", error);
      return;
    }

  admission = peer_relay_admission_new (self, socket, request);
  peer_relay_admission_authenticate (admission, request);
}
