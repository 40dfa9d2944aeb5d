/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ThreadSanitizer sees what happens before what only in code that was built
 * for it, and GLib was not: its locks and counters of references are its own.
 * These stand in front of GLib's functions, do what they do, and say so. */

#include <dlfcn.h>
#include <gio/gio.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define REAL(function)                                           \
  G_STMT_START                                                   \
  {                                                              \
    if (g_atomic_pointer_get (&real) == NULL)                    \
      g_atomic_pointer_set (&real, dlsym (RTLD_NEXT, function)); \
  }                                                              \
  G_STMT_END

#define WRAP_LOCK(Type, function) \
  void function (Type *lock)      \
  {                               \
    static void (*real) (Type *); \
                                  \
    REAL (#function);             \
    real (lock);                  \
    __tsan_acquire (lock);        \
  }

#define WRAP_TRYLOCK(Type, function)  \
  gboolean function (Type *lock)      \
  {                                   \
    static gboolean (*real) (Type *); \
                                      \
    REAL (#function);                 \
    if (!real (lock))                 \
      return FALSE;                   \
                                      \
    __tsan_acquire (lock);            \
    return TRUE;                      \
  }

#define WRAP_UNLOCK(Type, function) \
  void function (Type *lock)        \
  {                                 \
    static void (*real) (Type *);   \
                                    \
    REAL (#function);               \
    __tsan_release (lock);          \
    real (lock);                    \
  }

/* clang-format off */
WRAP_LOCK (GMutex, g_mutex_lock)
WRAP_TRYLOCK (GMutex, g_mutex_trylock)
WRAP_UNLOCK (GMutex, g_mutex_unlock)
WRAP_LOCK (GRecMutex, g_rec_mutex_lock)
WRAP_TRYLOCK (GRecMutex, g_rec_mutex_trylock)
WRAP_UNLOCK (GRecMutex, g_rec_mutex_unlock)
WRAP_LOCK (GRWLock, g_rw_lock_writer_lock)
WRAP_UNLOCK (GRWLock, g_rw_lock_writer_unlock)
WRAP_LOCK (GRWLock, g_rw_lock_reader_lock)
WRAP_UNLOCK (GRWLock, g_rw_lock_reader_unlock)
/* clang-format on */

void
g_cond_wait (GCond *cond,
             GMutex *mutex)
{
  static void (*real) (GCond *, GMutex *);

  REAL ("g_cond_wait");
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond,
                   GMutex *mutex,
                   gint64 end_time)
{
  static gboolean (*real) (GCond *, GMutex *, gint64);
  gboolean is_signalled;

  REAL ("g_cond_wait_until");
  __tsan_release (mutex);
  is_signalled = real (cond, mutex, end_time);
  __tsan_acquire (mutex);

  return is_signalled;
}

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  static gboolean (*real) (gatomicrefcount *);
  gboolean was_last;

  REAL ("g_atomic_ref_count_dec");
  __tsan_release (count);
  was_last = real (count);
  if (was_last)
    __tsan_acquire (count);

  return was_last;
}

/* What others did with it before they let go comes before the end of it. */
void
g_object_unref (gpointer object)
{
  static void (*real) (gpointer);

  REAL ("g_object_unref");
  __tsan_release (object);
  __tsan_acquire (object);
  real (object);
}

void
g_bytes_unref (GBytes *bytes)
{
  static void (*real) (GBytes *);

  REAL ("g_bytes_unref");
  if (bytes != NULL)
    {
      __tsan_release (bytes);
      __tsan_acquire (bytes);
    }
  real (bytes);
}

/* A call that is handed to another thread. */
typedef struct
{
  GSourceFunc function;
  gpointer data;
  GDestroyNotify notify;
} Call;

static gboolean
call_run (gpointer user_data)
{
  Call *call = user_data;

  __tsan_acquire (call);

  return call->function (call->data);
}

static void
call_free (gpointer user_data)
{
  Call *call = user_data;

  __tsan_acquire (call);
  if (call->notify != NULL)
    call->notify (call->data);
  g_free (call);
}

void
g_main_context_invoke_full (GMainContext *context,
                            int priority,
                            GSourceFunc function,
                            gpointer data,
                            GDestroyNotify notify)
{
  static void (*real) (GMainContext *, int, GSourceFunc, gpointer, GDestroyNotify);
  Call *call = g_new (Call, 1);

  REAL ("g_main_context_invoke_full");
  *call = (Call){ function, data, notify };
  __tsan_release (call);
  real (context, priority, call_run, call, call_free);
}

/* Of those sources whose callback has no arguments of its own. */
void
g_source_set_callback (GSource *source,
                       GSourceFunc function,
                       gpointer data,
                       GDestroyNotify notify)
{
  static void (*real) (GSource *, GSourceFunc, gpointer, GDestroyNotify);
  Call *call;

  REAL ("g_source_set_callback");
  if (source->source_funcs != &g_idle_funcs && source->source_funcs != &g_timeout_funcs)
    {
      real (source, function, data, notify);
      return;
    }

  call = g_new (Call, 1);
  *call = (Call){ function, data, notify };
  __tsan_release (call);
  real (source, call_run, call, call_free);
}
