/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-base-connection.h"
#include "peer-connection-owner-private.h"
#include "protocol/peer-payload-private.h"
#include "transport/peer-transport-private.h"

G_BEGIN_DECLS

typedef struct _PeerReconnection PeerReconnection;

typedef enum
{
  PEER_CONNECTION_STATE_CONNECTING,
  PEER_CONNECTION_STATE_OPEN,
  PEER_CONNECTION_STATE_CLOSED,
} PeerConnectionState;

struct _PeerBaseConnection
{
  GObject parent_instance;

  GMainContext *context;
  PeerConnectionOwner *owner; /* weak; NULL when it is gone */
  PeerPeer *peer;             /* weak; the owner, if that is a peer */
  char *peer_id;
  char *connection_id;
  char *label;
  gboolean has_given_label; /* else it is that of the channel, once that is open */
  GVariant *metadata;
  guint connect_timeout;
  guint disconnect_timeout;

  PeerConnectionState state;
  gboolean is_failing; /* the error that is reported ends it */
  PeerTransport *transport;
  gboolean has_remote_description;
  GPtrArray *early_candidates; /* of PeerPayload, before the remote description */
  GSource *connect_timer;

  gboolean is_resumable;          /* both sides know how to */
  PeerReconnection *reconnection; /* nullable; while they agree, or have agreed */
  gboolean is_reconnecting;
  guint reconnect_timeout;
};

struct _PeerBaseConnectionClass
{
  GObjectClass parent_class;

  PeerConnectionType connection_type;

  /* Adds what an offer says of this kind of connection. */
  void (*fill_offer) (PeerBaseConnection *self,
                      PeerPayload *payload);
  void (*message) (PeerBaseConnection *self,
                   GBytes *bytes,
                   gboolean is_text);
  void (*buffered_amount_low) (PeerBaseConnection *self);

  void (*resumable_changed) (PeerBaseConnection *self);
  void (*reconnecting_changed) (PeerBaseConnection *self);

  /* Lets go of what the connection holds; before "close" is emitted. */
  void (*closed) (PeerBaseConnection *self);
};

#define PEER_BASE_CONNECTION_GET_CLASS(obj) (G_TYPE_INSTANCE_GET_CLASS ((obj), PEER_TYPE_BASE_CONNECTION, PeerBaseConnectionClass))
#define PEER_BASE_CONNECTION_CLASS(klass) (G_TYPE_CHECK_CLASS_CAST ((klass), PEER_TYPE_BASE_CONNECTION, PeerBaseConnectionClass))

#define PEER_DEFAULT_CONNECT_TIMEOUT 30    /* seconds */
#define PEER_DEFAULT_DISCONNECT_TIMEOUT 30 /* seconds */
#define PEER_DEFAULT_RECONNECT_TIMEOUT 60  /* seconds */

/* peer-base-connection-properties.c */
void peer_base_connection_install_properties (GObjectClass *object_class);
void peer_base_connection_notify_is_open (PeerBaseConnection *self);
void peer_base_connection_take_label (PeerBaseConnection *self,
                                      char *label);

/* peer-base-connection.c */

/* Follows the transport from now on, for as long as connecting may take. */
void peer_base_connection_use (PeerBaseConnection *self,
                               PeerTransport *transport);
void peer_base_connection_start_timer (PeerBaseConnection *self);
void peer_base_connection_apply_disconnect_timeout (PeerBaseConnection *self);

/* The network may have changed: finds out soon whether the other side is
 * still there. */
void peer_base_connection_check (PeerBaseConnection *self);

void peer_base_connection_set_resumable (PeerBaseConnection *self);
void peer_base_connection_set_reconnecting (PeerBaseConnection *self,
                                            gboolean is_reconnecting);

/* Reports an error and goes on. */
void peer_base_connection_report (PeerBaseConnection *self,
                                  const GError *error);

/* Reports an error and closes. */
void peer_base_connection_fail (PeerBaseConnection *self,
                                const GError *error);

/* peer-connect-timeout.c */

/* In words, what the connection waits for and what was tried. It must have a
 * transport. */
char *peer_base_connection_explain_wait (PeerBaseConnection *self);
GError *peer_base_connection_new_timeout_error (PeerBaseConnection *self);

/* peer-negotiation.c */

/* Makes the offer. */
void peer_base_connection_offer (PeerBaseConnection *self,
                                 PeerTransport *transport);

/* Answers the offer. */
void peer_base_connection_answer (PeerBaseConnection *self,
                                  PeerTransport *transport,
                                  const char *sdp);

void peer_base_connection_handle_answer (PeerBaseConnection *self,
                                         const PeerPayload *payload);

/* Takes over what the payload holds. */
void peer_base_connection_handle_candidate (PeerBaseConnection *self,
                                            PeerPayload *payload);

/* JSON texts (GBytes) of payloads that came before the connection was there; NULL for none. */
void peer_base_connection_handle_early_candidates (PeerBaseConnection *self,
                                                   GPtrArray *texts);

/* For a new link: the description of the other side is not there yet. */
void peer_base_connection_await_description (PeerBaseConnection *self);
void peer_base_connection_set_remote_description (PeerBaseConnection *self,
                                                  const char *type,
                                                  const char *sdp);

/* The server could not deliver what the connection sent. */
void peer_base_connection_handle_expire (PeerBaseConnection *self);

/* Whether it offered and has no answer yet. */
gboolean peer_base_connection_waits_for_answer (PeerBaseConnection *self);

G_END_DECLS
