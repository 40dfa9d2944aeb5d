/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>

#include <libpeerglib/peer-enums.h>
#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

/**
 * PeerBrokerSettings:
 * @key: the key of the server; servers with different keys share nothing
 * @expire_timeout: how long a message waits for its destination, in
 *   milliseconds
 * @cleanup_interval: the time between two looks at that, in milliseconds
 * @queue_limit: how many messages may wait for one destination; 0, here and
 *   below, is no limit
 * @queue_total_limit: how many messages may wait for all of them
 * @queue_total_size: how many bytes may wait for all of them
 *
 * What a [iface@Peer.Broker] gets to know of its server.
 */
typedef struct
{
  char *key;
  guint expire_timeout;
  guint cleanup_interval;
  guint queue_limit;
  guint queue_total_limit;
  guint queue_total_size;
} PeerBrokerSettings;

#define PEER_TYPE_BROKER (peer_broker_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (PeerBroker, peer_broker, PEER, BROKER, GObject)

/**
 * PeerBrokerInterface:
 * @parent_iface: the parent interface
 * @start: begins to work for a server, or takes its changed settings
 * @stop_async: gives all ids up and passes on what is on its way
 * @stop_finish: completes that
 * @claim: claims an id, if that can be decided at once
 * @claim_async: claims an id
 * @claim_finish: completes that
 * @take_messages: takes what waited for an id that was claimed
 * @release: gives an id up
 * @publish: takes a message for a client of another server, or of none
 * @lookup_async: asks whether anybody holds an id
 * @lookup_finish: completes that
 * @list_ids_async: asks for the ids of all servers' clients
 * @list_ids_finish: completes that
 * @get_queue_size: gets what waits here
 * @join_group_async: puts ids into a group, and asks for all that are in it
 * @join_group_finish: completes that
 *
 * What a broker implements. `claim` may be left out by one that never decides
 * at once; `list_ids_async` by one that knows of no other servers;
 * `join_group_async` by one that no [class@Peer.SignalingManager] uses.
 */
struct _PeerBrokerInterface
{
  GTypeInterface parent_iface;

  void (*start) (PeerBroker *self,
                 const PeerBrokerSettings *settings);
  void (*stop_async) (PeerBroker *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  gboolean (*stop_finish) (PeerBroker *self,
                           GAsyncResult *result,
                           GError **error);
  PeerBrokerClaim (*claim) (PeerBroker *self,
                            const char *id,
                            const char *owner);
  void (*claim_async) (PeerBroker *self,
                       const char *id,
                       const char *owner,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  PeerBrokerClaim (*claim_finish) (PeerBroker *self,
                                   GAsyncResult *result,
                                   GError **error);
  GPtrArray *(*take_messages) (PeerBroker *self,
                               const char *id);
  void (*release) (PeerBroker *self,
                   const char *id);
  gboolean (*publish) (PeerBroker *self,
                       const char *src,
                       const char *dst,
                       GBytes *message,
                       gboolean may_wait);
  void (*lookup_async) (PeerBroker *self,
                        const char *id,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  gboolean (*lookup_finish) (PeerBroker *self,
                             GAsyncResult *result,
                             GError **error);
  void (*list_ids_async) (PeerBroker *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
  char **(*list_ids_finish) (PeerBroker *self,
                             GAsyncResult *result,
                             GError **error);
  void (*get_queue_size) (PeerBroker *self,
                          guint *n_messages,
                          guint64 *n_bytes);
  void (*join_group_async) (PeerBroker *self,
                            const char *group,
                            const char *const *ids,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
  char **(*join_group_finish) (PeerBroker *self,
                               GAsyncResult *result,
                               GError **error);
};

PEER_AVAILABLE_IN_1_0
void peer_broker_start (PeerBroker *self,
                        const PeerBrokerSettings *settings);
PEER_AVAILABLE_IN_1_0
void peer_broker_stop_async (PeerBroker *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
PEER_AVAILABLE_IN_1_0
gboolean peer_broker_stop_finish (PeerBroker *self,
                                  GAsyncResult *result,
                                  GError **error);

PEER_AVAILABLE_IN_1_0
PeerBrokerClaim peer_broker_claim (PeerBroker *self,
                                   const char *id,
                                   const char *owner);
PEER_AVAILABLE_IN_1_0
void peer_broker_claim_async (PeerBroker *self,
                              const char *id,
                              const char *owner,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
PEER_AVAILABLE_IN_1_0
PeerBrokerClaim peer_broker_claim_finish (PeerBroker *self,
                                          GAsyncResult *result,
                                          GError **error);
PEER_AVAILABLE_IN_1_0
GPtrArray *peer_broker_take_messages (PeerBroker *self,
                                      const char *id);
PEER_AVAILABLE_IN_1_0
void peer_broker_release (PeerBroker *self,
                          const char *id);

PEER_AVAILABLE_IN_1_0
gboolean peer_broker_publish (PeerBroker *self,
                              const char *src,
                              const char *dst,
                              GBytes *message,
                              gboolean may_wait);

PEER_AVAILABLE_IN_1_0
void peer_broker_lookup_async (PeerBroker *self,
                               const char *id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
PEER_AVAILABLE_IN_1_0
gboolean peer_broker_lookup_finish (PeerBroker *self,
                                    GAsyncResult *result,
                                    GError **error);
PEER_AVAILABLE_IN_1_0
gboolean peer_broker_can_list_ids (PeerBroker *self);
PEER_AVAILABLE_IN_1_0
void peer_broker_list_ids_async (PeerBroker *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
PEER_AVAILABLE_IN_1_0
char **peer_broker_list_ids_finish (PeerBroker *self,
                                    GAsyncResult *result,
                                    GError **error);

PEER_AVAILABLE_IN_1_0
void peer_broker_get_queue_size (PeerBroker *self,
                                 guint *n_messages,
                                 guint64 *n_bytes);
PEER_AVAILABLE_IN_1_0
gboolean peer_broker_can_group (PeerBroker *self);
PEER_AVAILABLE_IN_1_0
void peer_broker_join_group_async (PeerBroker *self,
                                   const char *group,
                                   const char *const *ids,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
PEER_AVAILABLE_IN_1_0
char **peer_broker_join_group_finish (PeerBroker *self,
                                      GAsyncResult *result,
                                      GError **error);
PEER_AVAILABLE_IN_1_0
gboolean peer_broker_get_is_connected (PeerBroker *self);

PEER_AVAILABLE_IN_1_0
gboolean peer_broker_message (PeerBroker *self,
                              const char *src,
                              const char *dst,
                              GBytes *message);
PEER_AVAILABLE_IN_1_0
void peer_broker_evicted (PeerBroker *self,
                          const char *id,
                          PeerBrokerEviction reason);
PEER_AVAILABLE_IN_1_0
void peer_broker_expired (PeerBroker *self,
                          const char *src,
                          const char *dst);
PEER_AVAILABLE_IN_1_0
void peer_broker_error (PeerBroker *self,
                        const GError *error);

G_END_DECLS
