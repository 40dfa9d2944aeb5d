/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/peer-exchange-private.h"
#include "libpeerglib/peer-hub-private.h"
#include "peer-test-util.h"

G_BEGIN_DECLS

/* A hub whose links are loopback transports, at a server on a free port. */
typedef struct
{
  SoupServer *server;
  SoupSession *session;
  GUri *uri;
  char *text; /* of the URI */
  PeerHub *hub;
  GString *events; /* what the hub told, as in "joined:lobby/alice message:lobby/alice'hi'" */
} PeerTestHub;

PeerTestHub *peer_test_hub_new (void);

/* Sees that the hub is finalized. */
void peer_test_hub_free (PeerTestHub *self);

#define peer_test_hub_wait_events(hub, expected) \
  peer_test_hub_wait_event_text (hub, expected, G_STRLOC)
void peer_test_hub_wait_event_text (PeerTestHub *self,
                                    const char *expected,
                                    const char *location);

/* Sends a request as it is, and returns the answer's text. */
char *peer_test_hub_request (PeerTestHub *self,
                             const char *method,
                             const char *path,
                             const char *body,
                             guint *status);
char *peer_test_hub_post (PeerTestHub *self,
                          const char *path,
                          const char *body,
                          guint *status);

/* A client that does what the pages of the original do, frame by frame. */
typedef struct
{
  PeerTestHub *hub;
  char *room;
  char *id;
  char *token;           /* nullable; of the offer */
  GVariant *credentials; /* nullable; of the offer */
  GVariant *metadata;    /* nullable; of the offer */

  PeerExchange *exchange;
  PeerDataConnection *connection;
  GPtrArray *frames; /* of char *: the texts that came */
  GError *error;     /* why the hub did not answer */
  gboolean is_closed;
} PeerTestPage;

PeerTestPage *peer_test_page_new (PeerTestHub *hub,
                                  const char *room,
                                  const char *id);
void peer_test_page_free (PeerTestPage *self);

/* Offers, and does not wait. */
void peer_test_page_offer (PeerTestPage *self);

/* Offers, waits for the link and says PEER_JOIN; one that waits until the hub
 * has answered that, too. */
PeerTestPage *peer_test_page_join (PeerTestHub *hub,
                                   const char *room,
                                   const char *id);
void peer_test_page_say_join (PeerTestPage *self);

gboolean peer_test_page_is_open (PeerTestPage *self);

/* Sends a text as it is. */
void peer_test_page_send (PeerTestPage *self,
                          const char *text);

/* How many frames hold all of these texts. */
guint peer_test_page_count (PeerTestPage *self,
                            const char *text,
                            const char *other_text);
gboolean peer_test_page_has (PeerTestPage *self,
                             const char *text,
                             const char *other_text);

/* Vanishes: neither side is told. */
void peer_test_page_vanish (PeerTestPage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTestHub, peer_test_hub_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTestPage, peer_test_page_free)

G_END_DECLS
