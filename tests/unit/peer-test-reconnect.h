/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-test-util.h"

#include "libpeerglib/peer-reconnection-private.h"

G_BEGIN_DECLS

/* A pair whose connection outlives its link. */

#define RECONNECT_N_MESSAGES 50

/* g_test_run() with certificates for all tests: making them takes longer than
 * the rest. */
int reconnect_test_run (void);
extern GBytes *reconnect_foreign_certificate;

void reconnect_use_certificate (PeerPeer *peer,
                                GBytes *certificate);

void reconnect_pair_init (PeerTestPair *pair);

void reconnect_forget_events (PeerTestPair *pair);

void reconnect_pair_open_as (PeerTestPair *pair,
                             PeerSerialization serialization);

void reconnect_pair_open (PeerTestPair *pair);

/* The link of a side fails; the other side sees it end. */
void reconnect_break_link (PeerDataConnection *connection);

gboolean reconnect_is_whole (PeerTestPair *pair);

void reconnect_wait_broken (PeerTestPair *pair);

void reconnect_send_number (PeerDataConnection *connection,
                            guint number);

/* All numbers below this one, each once, in order. */
void reconnect_wait_numbers (PeerTestRecorder *events,
                             guint n_numbers);

void reconnect_check_alive (PeerTestPair *pair);

/* A first number arrives at either side, too. */
void reconnect_check_works (PeerTestPair *pair);

guint reconnect_count_waiting (PeerTestPair *pair,
                               const char *type);

G_END_DECLS
