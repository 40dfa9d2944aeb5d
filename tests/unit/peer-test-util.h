/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>

#include "libpeerglib/peer-data-connection-private.h"
#include "libpeerglib/peer-peer-private.h"
#include "libpeerglib/transport/peer-loopback-transport-private.h"
#include "libpeerglib/transport/peer-resumable-transport-private.h"
#include "peer-test-server.h"

G_BEGIN_DECLS

/* Runs one turn of a main context; the test fails when nothing happens until
 * the deadline, in monotonic time. */
void peer_test_iterate (GMainContext *context,
                        gint64 deadline,
                        const char *condition,
                        const char *location);

#define PEER_TEST_DEADLINE (60 * G_TIME_SPAN_SECOND)

/* Runs the thread's main context until a condition holds. */
#define peer_test_wait(condition)                                                                         \
  G_STMT_START                                                                                            \
  {                                                                                                       \
    gint64 peer_test_deadline = g_get_monotonic_time () + PEER_TEST_DEADLINE;                             \
                                                                                                          \
    while (!(condition))                                                                                  \
      peer_test_iterate (g_main_context_get_thread_default (), peer_test_deadline, #condition, G_STRLOC); \
  }                                                                                                       \
  G_STMT_END

/* Runs the thread's main context until nothing is ready. */
void peer_test_settle (void);

/* Runs the thread's main context until a timer with this interval, in
 * milliseconds, was so often due: for what must not happen meanwhile. */
void peer_test_pause (guint interval,
                      guint n_turns);

/* What an object emitted: names of signals with their argument, as in
 * "open:alice error:network disconnected:alice close". Values of "data" and
 * connections of "connection" are kept, too. After "close", any signal fails
 * the test. */
typedef struct
{
  GObject *object; /* weak */
  GThread *thread;
  GString *events;
  GPtrArray *values;
  GPtrArray *connections;
  GError *error; /* the last one */
  gboolean is_closed;
} PeerTestRecorder;

PeerTestRecorder *peer_test_recorder_new (gpointer object);
void peer_test_recorder_free (PeerTestRecorder *self);

/* The events so far, all of them equal to this text. */
#define peer_test_assert_events(recorder, expected) g_assert_cmpstr ((recorder)->events->str, ==, expected)

/* Waits until the events so far are this text. */
#define peer_test_wait_events(recorder, expected) \
  peer_test_wait_event_text (recorder, expected, G_STRLOC)
void peer_test_wait_event_text (PeerTestRecorder *self,
                                const char *expected,
                                const char *location);

/* Where a text is among the values of "data", -1 when it is not. */
int peer_test_find_text (PeerTestRecorder *self,
                         const char *text);

/* Does something inside the handler of a signal, each time it is emitted. */
typedef void (*PeerTestAction) (gpointer user_data);
void peer_test_on (gpointer object,
                   const char *detailed_signal,
                   PeerTestAction action,
                   gpointer user_data);

/* A peer at the server whose connections are loopback transports. */
PeerPeer *peer_test_peer_new (PeerTestServer *server,
                              const char *id);
void peer_test_peer_wait_open (PeerPeer *peer);

/* Ends the pause before the next attempt to reconnect, which it waits for. */
void peer_test_hurry (PeerPeer *peer);

/* Destroys the peer and sees that nobody holds it. */
void peer_test_peer_finish (PeerPeer *peer);

/* The link of a connection; NULL when it reconnects. */
PeerLoopbackTransport *peer_test_get_transport (gpointer connection);

/* Two open peers, alice and bob, and a connection from alice to bob. */
typedef struct
{
  PeerTestServer *server;
  PeerPeer *alice;
  PeerPeer *bob;
  PeerTestRecorder *alice_events;
  PeerTestRecorder *bob_events;
  PeerDataConnection *outgoing; /* alice's end */
  PeerDataConnection *incoming; /* bob's end */
  PeerTestRecorder *outgoing_events;
  PeerTestRecorder *incoming_events;
} PeerTestPair;

/* The peers are open; there is no connection yet. */
void peer_test_pair_init (PeerTestPair *self);

/* The connection is there, and its recorders, but it is not open. */
void peer_test_pair_connect (PeerTestPair *self,
                             PeerConnectOptions *options);

/* The connection is open. */
void peer_test_pair_open (PeerTestPair *self,
                          PeerConnectOptions *options);

/* With default options but for the serialization. */
void peer_test_pair_open_in (PeerTestPair *self,
                             PeerSerialization serialization);

/* The outgoing side's network takes nothing meanwhile. */
void peer_test_pair_stall (PeerTestPair *self,
                           gboolean is_stalled);
gboolean peer_test_send_zeros (PeerDataConnection *connection,
                               gsize size,
                               GError **error);

/* Sees that everything is finalized. */
void peer_test_pair_clear (PeerTestPair *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTestRecorder, peer_test_recorder_free)

G_END_DECLS
