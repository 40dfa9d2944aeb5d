/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define _GNU_SOURCE /* renameat2() */

#include "config.h"

#include "peer-file-part-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/peer-file-name-private.h"

/* Files of one name, and transfers of it at once. */
#define MAX_NUMBER 10000

#define BLOCK_SIZE (256 * 1024)

struct _PeerFilePart
{
  gatomicrefcount ref_count;
  char *destination;  /* as the caller gave it */
  char *subdirectory; /* nullable: below it */
  char *directory;
  char *name;
  guint number; /* in "name (1)", of the part */
  gint64 size;  /* of the whole, -1 when it is not known */
  PeerFileAcceptFlags flags;

  int fd;
  char *path;            /* of the part; NULL when the file itself is there */
  GOutputStream *stream; /* writes to fd */
  PeerSha256 *sha256;
  gint64 offset;
  GFile *file;
  gboolean is_abandoned;
};

/* The paths of parts that are about to be closed. */
static GMutex abandoned_lock;
static GCond abandoned_changed;
static GHashTable *abandoned;

PeerFilePart *
peer_file_part_ref (PeerFilePart *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* A part that has nothing to go on with. The lock is still held. */
static void
remove_if_empty (PeerFilePart *self)
{
  struct stat status;

  if (self->path != NULL && fstat (self->fd, &status) == 0 && status.st_size == 0 && status.st_nlink == 1 && self->file == NULL)
    unlink (self->path);
}

void
peer_file_part_abandon (PeerFilePart *self)
{
  if (self->path == NULL)
    return;

  g_mutex_lock (&abandoned_lock);
  if (abandoned == NULL)
    abandoned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->is_abandoned = TRUE;
  g_hash_table_add (abandoned, g_strdup (self->path));
  g_mutex_unlock (&abandoned_lock);
}

static void
end_abandonment (const char *path)
{
  g_mutex_lock (&abandoned_lock);
  g_hash_table_remove (abandoned, path);
  g_cond_broadcast (&abandoned_changed);
  g_mutex_unlock (&abandoned_lock);
}

static void
wait_for_abandoned (const char *path)
{
  g_mutex_lock (&abandoned_lock);
  while (abandoned != NULL && g_hash_table_contains (abandoned, path))
    g_cond_wait (&abandoned_changed, &abandoned_lock);
  g_mutex_unlock (&abandoned_lock);
}

/* Whoever waits for the stream may hold it a little longer than this, and the
 * lock with it if the file were the stream's to close. */
static void
close_fd (PeerFilePart *self)
{
  g_clear_object (&self->stream);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
peer_file_part_unref (PeerFilePart *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  remove_if_empty (self);
  close_fd (self);
  if (self->is_abandoned)
    end_abandonment (self->path);
  g_clear_object (&self->file);
  g_clear_pointer (&self->sha256, peer_sha256_free);
  g_free (self->destination);
  g_free (self->subdirectory);
  g_free (self->directory);
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

static gboolean
fail (const char *path,
      GError **error)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));

  return FALSE;
}

static char *
build_path (PeerFilePart *self,
            guint number,
            const char *suffix)
{
  g_autofree char *name = peer_file_name_number (self->name, number);
  g_autofree char *full = g_strconcat (name, suffix, NULL);

  return g_build_filename (self->directory, full, NULL);
}

static void
take_fd (PeerFilePart *self,
         int fd)
{
  close_fd (self);
  self->fd = fd;
  self->stream = g_unix_output_stream_new (fd, FALSE);
}

/* Takes in what is there. */
static gboolean
read_beginning (PeerFilePart *self,
                const char *path,
                GCancellable *cancellable,
                GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_SIZE);
  gssize size;

  while ((size = read (self->fd, block, BLOCK_SIZE)) != 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (size < 0 && errno == EINTR)
        continue;
      if (size < 0)
        return fail (path, error);
      peer_sha256_update (self->sha256, block, (gsize) size);
      self->offset += size;
    }

  return TRUE;
}

/* The file itself, when it may be the one that is offered. */
static gboolean
open_existing (PeerFilePart *self,
               GCancellable *cancellable,
               GError **error)
{
  g_autofree char *path = build_path (self, 0, NULL);
  struct stat status;
  int fd;

  if ((self->flags & PEER_FILE_ACCEPT_SKIP_SAME) == 0 || self->size < 0)
    return FALSE;
  if (lstat (path, &status) < 0 || !S_ISREG (status.st_mode) || status.st_size != self->size)
    return FALSE;

  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return FALSE;

  take_fd (self, fd);
  self->file = g_file_new_for_path (path);

  return read_beginning (self, path, cancellable, error);
}

typedef enum
{
  PART_OPEN,
  PART_HELD, /* by another transfer */
  PART_ERROR,
} PartResult;

/* Whether the open file still has this name: until it was locked, another
 * transfer may have completed it. */
static gboolean
has_path (int fd,
          const char *path)
{
  struct stat opened, named;

  return fstat (fd, &opened) == 0 && lstat (path, &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static PartResult
open_part (PeerFilePart *self,
           GError **error)
{
  g_autofree char *path = build_path (self, self->number, PEER_FILE_PART_SUFFIX);
  struct stat status;
  int fd;

  wait_for_abandoned (path);
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (fd < 0)
    {
      fail (path, error);
      return PART_ERROR;
    }
  if (fstat (fd, &status) < 0 || !S_ISREG (status.st_mode) || flock (fd, LOCK_EX | LOCK_NB) < 0 ||
      !has_path (fd, path))
    {
      close (fd);
      return PART_HELD;
    }

  take_fd (self, fd);
  g_free (self->path);
  self->path = g_steal_pointer (&path);

  return PART_OPEN;
}

static gboolean
empty (PeerFilePart *self,
       GError **error)
{
  if (ftruncate (self->fd, 0) < 0 || lseek (self->fd, 0, SEEK_SET) < 0)
    return fail (self->path, error);

  self->offset = 0;
  g_clear_pointer (&self->sha256, peer_sha256_free);
  self->sha256 = peer_sha256_new ();

  return TRUE;
}

static gboolean
open_any_part (PeerFilePart *self,
               GCancellable *cancellable,
               GError **error)
{
  PartResult result = PART_HELD;
  struct stat status;

  for (self->number = 0; self->number < MAX_NUMBER && result == PART_HELD; self->number++)
    result = open_part (self, error);
  if (result == PART_HELD)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("Too many files of this name are being received"));
  if (result != PART_OPEN)
    return FALSE;

  self->number--;
  if (fstat (self->fd, &status) == 0 && self->size >= 0 && status.st_size > self->size)
    return empty (self, error);

  return read_beginning (self, self->path, cancellable, error);
}

static gboolean
find_directory (PeerFilePart *self,
                GError **error)
{
  if (g_file_test (self->destination, G_FILE_TEST_IS_DIR))
    {
      self->directory = g_build_filename (self->destination, self->subdirectory, NULL);
    }
  else
    {
      self->directory = g_path_get_dirname (self->destination);
      g_free (self->name);
      self->name = g_path_get_basename (self->destination);
    }

  return g_mkdir_with_parents (self->directory, 0777) == 0 || fail (self->directory, error);
}

static void
open_thread (GTask *task,
             gpointer source_object,
             gpointer task_data,
             GCancellable *cancellable)
{
  PeerFilePart *self = task_data;
  GError *error = NULL;

  if (!find_directory (self, &error) ||
      (!open_existing (self, cancellable, &error) && (error != NULL || !open_any_part (self, cancellable, &error))))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, peer_file_part_ref (self), (GDestroyNotify) peer_file_part_unref);
}

void
peer_file_part_open_async (GFile *destination,
                           const char *directory,
                           const char *name,
                           gint64 size,
                           PeerFileAcceptFlags flags,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  PeerFilePart *self = g_new0 (PeerFilePart, 1);
  const char *path = g_file_peek_path (destination);

  g_atomic_ref_count_init (&self->ref_count);
  self->fd = -1;
  self->size = size;
  self->flags = flags;
  self->sha256 = peer_sha256_new ();
  g_task_set_source_tag (task, peer_file_part_open_async);
  g_task_set_task_data (task, self, (GDestroyNotify) peer_file_part_unref);
  if (path == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("Files are received on this machine only"));
      return;
    }

  self->destination = g_strdup (path);
  self->subdirectory = g_strdup (directory);
  self->name = g_strdup (name);
  g_task_run_in_thread (task, open_thread);
}

PeerFilePart *
peer_file_part_open_finish (GAsyncResult *result,
                            GError **error)
{
  g_assert (g_async_result_is_tagged (result, peer_file_part_open_async));

  return g_task_propagate_pointer (G_TASK (result), error);
}

gint64
peer_file_part_get_offset (PeerFilePart *self)
{
  return self->offset;
}

PeerSha256 *
peer_file_part_get_sha256 (PeerFilePart *self)
{
  return self->sha256;
}

GOutputStream *
peer_file_part_get_stream (PeerFilePart *self)
{
  return self->stream;
}

/* Moves the part without replacing anything; not every file system can in the
 * same way. */
static gboolean
move_to_free_name (PeerFilePart *self,
                   const char *target)
{
  if (renameat2 (AT_FDCWD, self->path, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;

  return link (self->path, target) == 0 && unlink (self->path) == 0;
}

static gboolean
commit (PeerFilePart *self,
        GError **error)
{
  if (self->path == NULL)
    return TRUE;

  for (guint number = 0; number < MAX_NUMBER; number++)
    {
      g_autofree char *target = build_path (self, number, NULL);
      gboolean replace = (self->flags & PEER_FILE_ACCEPT_OVERWRITE) != 0;

      if (replace ? rename (self->path, target) == 0 : move_to_free_name (self, target))
        {
          self->file = g_file_new_for_path (target);
          return TRUE;
        }
      if (replace || errno != EEXIST)
        return fail (target, error);
    }

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _ ("Too many files of this name are there already"));

  return FALSE;
}

/* A file that is there already stays, and the part is begun. */
static gboolean
begin_anew (PeerFilePart *self,
            GError **error)
{
  if (self->path != NULL)
    return empty (self, error);

  g_clear_object (&self->file);

  return open_any_part (self, NULL, error) && empty (self, error);
}

typedef struct
{
  PeerFilePart *part;
  PeerFilePartAction action;
} Run;

static void
run_free (Run *run)
{
  peer_file_part_unref (run->part);
  g_free (run);
}

static void
run_thread (GTask *task,
            gpointer source_object,
            gpointer task_data,
            GCancellable *cancellable)
{
  Run *run = task_data;
  PeerFilePart *self = run->part;
  GError *error = NULL;
  gboolean is_done = TRUE;

  if (run->action == PEER_FILE_PART_EMPTY)
    is_done = begin_anew (self, &error);
  else if (run->action == PEER_FILE_PART_COMMIT)
    is_done = commit (self, &error);
  else if (self->path != NULL)
    is_done = unlink (self->path) == 0 || fail (self->path, &error);

  if (is_done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
peer_file_part_run_async (PeerFilePart *self,
                          PeerFilePartAction action,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Run *run = g_new (Run, 1);

  run->part = peer_file_part_ref (self);
  run->action = action;
  g_task_set_source_tag (task, peer_file_part_run_async);
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);
  g_task_run_in_thread (task, run_thread);
}

gboolean
peer_file_part_run_finish (GAsyncResult *result,
                           GError **error)
{
  g_assert (g_async_result_is_tagged (result, peer_file_part_run_async));

  return g_task_propagate_boolean (G_TASK (result), error);
}

GFile *
peer_file_part_get_file (PeerFilePart *self)
{
  return self->file;
}
