/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-endpoint.h"
#include "peer-exchange-private.h"
#include "peer-link-settings-private.h"
#include "protocol/peer-topic-message-private.h"

G_BEGIN_DECLS

/* One on the other side: a sender's receiver, a receiver's sender. */
typedef struct
{
  char *id;
  PeerDataConnection *connection; /* that of the offer */
  GPtrArray *channels;            /* of PeerDataConnection: those that have not closed */
  gboolean is_connected;
  gboolean is_told;    /* the other side knows that it ends, or needs not */
  GError *error;       /* why it ends, nullable */
  GQueue queue;        /* of GVariant, until it is connected */
  GVariant *state;     /* a sender's, nullable */
  guint state_version; /* of its own state that a receiver was told */
} PeerEndpointRemote;

struct _PeerEndpoint
{
  GObject parent_instance;

  GMainContext *context;
  PeerSignaling *signaling;
  char *id;
  gboolean has_given_id;
  char *room;
  PeerLinkSettings *links;
  PeerSerialization serialization;
  guint connection_timeout; /* seconds */
  guint queue_size;
  guint max_connections;
  guint max_state_size; /* bytes */

  gboolean is_active;
  guint subscriptions[2];
  PeerExchange *exchange;  /* while it is active */
  GHashTable *remotes;     /* id to PeerEndpointRemote */
  GListStore *connections; /* of PeerDataConnection, every channel */
  GQueue backlog;          /* of GVariant, for the first who comes */
};

struct _PeerEndpointClass
{
  GObjectClass parent_class;

  /* The first parts of the topics that each side listens on. */
  const char *own_side;
  const char *other_side;

  /* Fills in what its own invoke and its offers say. */
  void (*fill_message) (PeerEndpoint *self,
                        PeerEndpointRemote *remote,
                        PeerTopicMessage *message);

  void (*handle_invoke) (PeerEndpoint *self,
                         const PeerTopicMessage *message);
  void (*handle_offer) (PeerEndpoint *self,
                        const PeerTopicMessage *message);
  void (*handle_sync) (PeerEndpoint *self,
                       const PeerTopicMessage *message);

  void (*started) (PeerEndpoint *self);
  void (*stopped) (PeerEndpoint *self);
  void (*available) (PeerEndpoint *self);

  void (*connected) (PeerEndpoint *self,
                     PeerEndpointRemote *remote);
  void (*disposed) (PeerEndpoint *self,
                    PeerEndpointRemote *remote);
  void (*channel) (PeerEndpoint *self,
                   PeerEndpointRemote *remote,
                   PeerDataConnection *channel);
  void (*message) (PeerEndpoint *self,
                   PeerEndpointRemote *remote,
                   PeerDataConnection *channel,
                   GVariant *value);
};

#define PEER_ENDPOINT_GET_CLASS(obj) (G_TYPE_INSTANCE_GET_CLASS ((obj), PEER_TYPE_ENDPOINT, PeerEndpointClass))
#define PEER_ENDPOINT_CLASS(klass) (G_TYPE_CHECK_CLASS_CAST ((klass), PEER_TYPE_ENDPOINT, PeerEndpointClass))

/* peer-endpoint-properties.c */
void peer_endpoint_install_properties (GObjectClass *object_class);
void peer_endpoint_init_properties (PeerEndpoint *self);
void peer_endpoint_clear_properties (PeerEndpoint *self);
void peer_endpoint_renew_id (PeerEndpoint *self);
void peer_endpoint_notify_is_active (PeerEndpoint *self);

/* peer-endpoint.c */

void peer_endpoint_start (PeerEndpoint *self);
void peer_endpoint_stop (PeerEndpoint *self);

/* Publishes to one on the other side, or to all of them when the id is NULL. */
gboolean peer_endpoint_publish (PeerEndpoint *self,
                                const char *remote_id,
                                const PeerTopicMessage *message,
                                GError **error);

/* Says that it is there, and reports what goes wrong. */
void peer_endpoint_announce (PeerEndpoint *self,
                             const char *remote_id);

void peer_endpoint_report (PeerEndpoint *self,
                           const char *remote_id,
                           const GError *error);

/* Whether there is room for one more beside those that the caller counts; else
 * reports it. */
gboolean peer_endpoint_has_room (PeerEndpoint *self,
                                 const char *remote_id,
                                 guint n_waiting);

/* Whether a state may be kept. Error: PEER_ERROR_LIMIT_EXCEEDED. */
gboolean peer_endpoint_check_state (PeerEndpoint *self,
                                    GVariant *state,
                                    GError **error);

/* peer-endpoint-remotes.c */

PeerEndpointRemote *peer_endpoint_lookup (PeerEndpoint *self,
                                          const char *id);

/* Those of now, each with a reference. */
GPtrArray *peer_endpoint_list_remotes (PeerEndpoint *self) G_GNUC_WARN_UNUSED_RESULT;

/* Follows a connection to somebody new. */
PeerEndpointRemote *peer_endpoint_add_remote (PeerEndpoint *self,
                                              PeerDataConnection *connection);

/* Opens one more channel on its connection. */
void peer_endpoint_open_channel (PeerEndpoint *self,
                                 PeerEndpointRemote *remote,
                                 PeerConnectOptions *options);

/* Closes all its channels, which ends it. */
void peer_endpoint_close_remote (PeerEndpoint *self,
                                 PeerEndpointRemote *remote);

/* Ends all, telling the other sides. */
void peer_endpoint_close_remotes (PeerEndpoint *self);

/* The same without a word to the application. */
void peer_endpoint_drop_remotes (PeerEndpoint *self);

/* To one, or to all when the id is NULL. */
gboolean peer_endpoint_send (PeerEndpoint *self,
                             GVariant *value,
                             const char *remote_id,
                             GError **error);

void peer_endpoint_remote_unref (PeerEndpointRemote *remote);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerEndpointRemote, peer_endpoint_remote_unref)

G_END_DECLS
