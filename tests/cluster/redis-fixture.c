/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "redis-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>

#define DEADLINE (30 * G_TIME_SPAN_SECOND)
#define PAUSE (10 * G_TIME_SPAN_MILLISECOND)

static void
end_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
test_redis_start (TestRedis *self)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  self->process = g_subprocess_launcher_spawn (launcher, &error,
                                               "redis-server", "--port", "0", "--unixsocket", self->path, "--dir", self->directory,
                                               "--save", "", "--appendonly", "no", NULL);
  g_assert_no_error (error);

  while (TRUE)
    {
      g_autofree char *answer = test_redis_call (self, "PING", NULL);

      if (answer != NULL)
        break;
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (PAUSE);
    }
}

TestRedis *
test_redis_new (void)
{
  TestRedis *self = g_new0 (TestRedis, 1);
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("peer-redis-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->directory, "redis.sock", NULL);
  self->uri = g_strdup_printf ("unix://%s", self->path);
  test_redis_start (self);

  return self;
}

void
test_redis_kill (TestRedis *self)
{
  g_autoptr (GSubprocess) process = g_steal_pointer (&self->process);

  if (process == NULL)
    return;

  g_subprocess_send_signal (process, SIGKILL);
  g_subprocess_wait (process, NULL, NULL);
  g_unlink (self->path);
}

void
test_redis_free (TestRedis *self)
{
  test_redis_kill (self);
  g_rmdir (self->directory);
  g_free (self->directory);
  g_free (self->path);
  g_free (self->uri);
  g_free (self);
}

char *
test_redis_call (TestRedis *self,
                 const char *argument,
                 ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;
  va_list rest;

  g_ptr_array_add (arguments, (gpointer) "redis-cli");
  g_ptr_array_add (arguments, (gpointer) "-s");
  g_ptr_array_add (arguments, self->path);
  va_start (rest, argument);
  for (const char *next = argument; next != NULL; next = va_arg (rest, const char *))
    g_ptr_array_add (arguments, (gpointer) next);
  va_end (rest);
  g_ptr_array_add (arguments, NULL);

  process = g_subprocess_newv ((const char *const *) arguments->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  g_assert_nonnull (process);
  if (!g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, NULL) || !g_subprocess_get_successful (process))
    return NULL;

  return g_strchomp (g_steal_pointer (&output));
}
