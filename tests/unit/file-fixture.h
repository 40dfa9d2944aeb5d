/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-test-util.h"

#include "libpeerglib/peer-file-transfer-private.h"

G_BEGIN_DECLS

#define FILE_FIXTURE_SIZE (3 * 1024 * 1024 + 12345)

/* Alice sends files to bob, who puts them into a directory. */
typedef struct
{
  PeerTestPair pair;
  char *directory;
  GPtrArray *offers; /* of PeerFileTransfer */
  PeerFileAcceptFlags flags;
  gboolean accepts;  /* what comes, into the directory */
  guint n_under_way; /* operations that have not returned */
  guint n_received;
  guint n_sent;
  GFile *file;           /* the last one received */
  GError *receive_error; /* the last one */
  GError *send_error;
  gint64 progress;
  gint64 total;
  guint n_progress_freed;
  gboolean has_many; /* transfers at once */
} FileFixture;

void file_fixture_accept (FileFixture *fixture,
                          PeerFileTransfer *transfer,
                          GCancellable *cancellable);

void file_fixture_offered_cb (PeerDataConnection *connection,
                              PeerFileTransfer *transfer,
                              FileFixture *fixture);

void file_fixture_set_up (FileFixture *fixture,
                          gconstpointer data);

void file_fixture_tear_down (FileFixture *fixture,
                             gconstpointer data);

/* A connection anew, between new peers. */
void file_fixture_reconnect (FileFixture *fixture);

/* Bytes that do not repeat. */
GBytes *file_fixture_make_bytes (gsize size);

void file_fixture_sent_cb (GObject *object,
                           GAsyncResult *result,
                           gpointer user_data);

void file_fixture_send_bytes (FileFixture *fixture,
                              GBytes *bytes,
                              const char *name,
                              gboolean is_size_known,
                              GCancellable *cancellable);

void file_fixture_wait_both (FileFixture *fixture,
                             guint n);

void file_fixture_check_content (FileFixture *fixture,
                                 const char *name,
                                 GBytes *bytes);

gboolean file_fixture_exists (FileFixture *fixture,
                              const char *name);

void file_fixture_put (FileFixture *fixture,
                       const char *name,
                       GBytes *bytes,
                       gsize size);

guint64 file_fixture_get_bytes_sent (FileFixture *fixture);

/* Until some of the only file has been stored. */
PeerFileTransfer *file_fixture_wait_under_way (FileFixture *fixture);

#define FILE_FIXTURE_ADD(path, serialization, func) \
  g_test_add (path, FileFixture, GINT_TO_POINTER (serialization), file_fixture_set_up, func, file_fixture_tear_down)

G_END_DECLS
