/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A redis-server that keeps nothing on disk and listens at a socket in a
 * directory of its own. */
typedef struct
{
  GSubprocess *process; /* NULL while it is away */
  char *directory;
  char *path;
  char *uri;
} TestRedis;

/* Started, and answering. */
TestRedis *test_redis_new (void);
void test_redis_free (TestRedis *self);

/* It forgets everything. */
void test_redis_kill (TestRedis *self);
void test_redis_start (TestRedis *self);

/* What redis-cli prints for a command, without the end of the last line; NULL
 * when it fails. */
char *test_redis_call (TestRedis *self,
                       const char *argument,
                       ...) G_GNUC_NULL_TERMINATED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestRedis, test_redis_free)

G_END_DECLS
