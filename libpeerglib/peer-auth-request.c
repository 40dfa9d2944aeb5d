/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-auth-request-private.h"

/**
 * PeerAuthRequest:
 *
 * Somebody who wants to become a client of a [class@Peer.Server].
 *
 * A handler of [signal@Peer.Server::authenticate] looks at it, calls
 * [method@Peer.AuthRequest.accept] or [method@Peer.AuthRequest.refuse], at once
 * or later, and returns %TRUE. Dropping the last reference of a request that
 * is not decided refuses it.
 */
struct _PeerAuthRequest
{
  GObject parent_instance;

  char *id;
  char *token;
  char *address;
  GHashTable *query;
  SoupMessageHeaders *headers;

  gpointer waiting; /* for a decision to come */
  PeerAuthDecidedFunc decided;
  GDestroyNotify free_waiting;
  gboolean is_decided;
  gboolean is_accepted;
  char *reason;
};

G_DEFINE_FINAL_TYPE (PeerAuthRequest, peer_auth_request, G_TYPE_OBJECT)

typedef enum
{
  PROP_ID = 1,
  PROP_TOKEN,
  PROP_ADDRESS,
} PeerAuthRequestProperty;

static GParamSpec *props[PROP_ADDRESS + 1];

static void
peer_auth_request_get_property (GObject *object,
                                guint prop_id,
                                GValue *value,
                                GParamSpec *pspec)
{
  PeerAuthRequest *self = PEER_AUTH_REQUEST (object);

  switch ((PeerAuthRequestProperty) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_TOKEN:
      g_value_set_string (value, self->token);
      break;
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* The first decision counts. */
static void
peer_auth_request_decide (PeerAuthRequest *self,
                          gboolean is_accepted,
                          const char *reason)
{
  gpointer waiting = g_steal_pointer (&self->waiting);

  if (self->is_decided)
    return;

  self->is_decided = TRUE;
  self->is_accepted = is_accepted;
  self->reason = g_strdup (reason);
  if (waiting == NULL)
    return;

  self->decided (waiting, is_accepted, reason);
  self->free_waiting (waiting);
}

static void
peer_auth_request_dispose (GObject *object)
{
  peer_auth_request_decide (PEER_AUTH_REQUEST (object), FALSE, NULL);

  G_OBJECT_CLASS (peer_auth_request_parent_class)->dispose (object);
}

static void
peer_auth_request_finalize (GObject *object)
{
  PeerAuthRequest *self = PEER_AUTH_REQUEST (object);

  g_free (self->id);
  g_free (self->token);
  g_free (self->address);
  g_free (self->reason);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_clear_pointer (&self->headers, soup_message_headers_unref);

  G_OBJECT_CLASS (peer_auth_request_parent_class)->finalize (object);
}

static void
peer_auth_request_class_init (PeerAuthRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_auth_request_get_property;
  object_class->dispose = peer_auth_request_dispose;
  object_class->finalize = peer_auth_request_finalize;

  /**
   * PeerAuthRequest:id:
   *
   * The id that is asked for.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);

  /**
   * PeerAuthRequest:token:
   *
   * The token that comes with it.
   */
  props[PROP_TOKEN] = g_param_spec_string ("token", NULL, NULL, NULL, flags);

  /**
   * PeerAuthRequest:address:
   *
   * The IP address that asks; see [property@Peer.Server:proxied].
   */
  props[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
peer_auth_request_init (PeerAuthRequest *self)
{
}

PeerAuthRequest *
peer_auth_request_new (const PeerRelayRequest *request)
{
  PeerAuthRequest *self = g_object_new (PEER_TYPE_AUTH_REQUEST, NULL);

  self->id = g_strdup (request->id);
  self->token = g_strdup (request->token);
  self->address = g_strdup (request->address);
  self->query = g_hash_table_ref (request->query);
  self->headers = soup_message_headers_ref (request->headers);

  return self;
}

PeerRelayDecision
peer_auth_request_decide_for (PeerAuthRequest *self,
                              gpointer waiting,
                              PeerAuthDecidedFunc decided,
                              GDestroyNotify free_waiting,
                              char **reason)
{
  if (!self->is_decided)
    {
      self->waiting = waiting;
      self->decided = decided;
      self->free_waiting = free_waiting;
      return PEER_RELAY_UNDECIDED;
    }

  free_waiting (waiting);
  *reason = g_strdup (self->reason);

  return self->is_accepted ? PEER_RELAY_ACCEPTED : PEER_RELAY_REFUSED;
}

/**
 * peer_auth_request_get_id: (get-property id)
 * @self: a request
 *
 * Gets the id that is asked for.
 *
 * Returns: (transfer none): the id
 */
const char *
peer_auth_request_get_id (PeerAuthRequest *self)
{
  g_return_val_if_fail (PEER_IS_AUTH_REQUEST (self), NULL);

  return self->id;
}

/**
 * peer_auth_request_get_token: (get-property token)
 * @self: a request
 *
 * Gets the token of who asks.
 *
 * Returns: (transfer none): the token
 */
const char *
peer_auth_request_get_token (PeerAuthRequest *self)
{
  g_return_val_if_fail (PEER_IS_AUTH_REQUEST (self), NULL);

  return self->token;
}

/**
 * peer_auth_request_get_address: (get-property address)
 * @self: a request
 *
 * Gets the IP address that asks.
 *
 * Returns: (transfer none): the address
 */
const char *
peer_auth_request_get_address (PeerAuthRequest *self)
{
  g_return_val_if_fail (PEER_IS_AUTH_REQUEST (self), NULL);

  return self->address;
}

/**
 * peer_auth_request_get_parameter:
 * @self: a request
 * @name: a name
 *
 * Gets a parameter of the query in the request's URI, decoded.
 *
 * Returns: (transfer none) (nullable): the value, or %NULL if there is none
 */
const char *
peer_auth_request_get_parameter (PeerAuthRequest *self,
                                 const char *name)
{
  g_return_val_if_fail (PEER_IS_AUTH_REQUEST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (self->query, name);
}

/**
 * peer_auth_request_get_header:
 * @self: a request
 * @name: a header's name
 *
 * Gets a header of the HTTP request, such as `Cookie`; browsers do not let a
 * page choose any others for a WebSocket. Several headers of the name are
 * joined with commas.
 *
 * Returns: (transfer none) (nullable): the value, or %NULL if there is none
 */
const char *
peer_auth_request_get_header (PeerAuthRequest *self,
                              const char *name)
{
  g_return_val_if_fail (PEER_IS_AUTH_REQUEST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return soup_message_headers_get_list (self->headers, name);
}

/**
 * peer_auth_request_accept:
 * @self: a request
 *
 * Accepts the request, at once or later; who asks gets its `OPEN`. The first
 * decision counts. Nothing happens when who asks has gone or the server was
 * stopped in the meantime.
 */
void
peer_auth_request_accept (PeerAuthRequest *self)
{
  g_return_if_fail (PEER_IS_AUTH_REQUEST (self));

  peer_auth_request_decide (self, TRUE, NULL);
}

/**
 * peer_auth_request_refuse:
 * @self: a request
 * @reason: (nullable): what to tell the one who asks
 *
 * Refuses the request. The reason reaches the other side as an `ERROR`
 * message, which PeerJS reports as `server-error`. At once or later, as
 * [method@Peer.AuthRequest.accept]; the first decision counts.
 */
void
peer_auth_request_refuse (PeerAuthRequest *self,
                          const char *reason)
{
  g_return_if_fail (PEER_IS_AUTH_REQUEST (self));

  peer_auth_request_decide (self, FALSE, reason);
}
