/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BENCH_BULK_WINDOW (8 * 1024 * 1024)

/* A link between two ends in this process, of whatever kind. */
typedef struct _BenchLink BenchLink;

typedef struct
{
  gsize size; /* of the structure that begins with a BenchLink */

  /* Starts to connect; bench_link_note_open() when an end is open,
   * bench_link_note_arrival() for a message, bench_link_fill() when there is
   * room. These may be called from any thread. */
  void (*start) (BenchLink *link,
                 gconstpointer data);
  void (*send) (BenchLink *link,
                int end);
  gsize (*get_buffered_amount) (BenchLink *link);
  void (*stop) (BenchLink *link);
} BenchLinkClass;

typedef enum
{
  BENCH_OPEN, /* milliseconds until both ends are open */
  BENCH_PING, /* microseconds from one end to the other and back */
  BENCH_BULK, /* megabits per second */
} BenchTask;

struct _BenchLink
{
  const BenchLinkClass *klass;
  BenchTask task;
  gsize message_size;
  gint64 opened;
  gint64 done;
  gint n_open;
  guint n_pings;
  gsize sent;
  gsize received;
  gint is_done;
};

void bench_link_note_open (BenchLink *link);
void bench_link_note_arrival (BenchLink *link,
                              int end);
void bench_link_fill (BenchLink *link);

/* How a link is made, and the size of its messages. */
typedef struct
{
  const char *name;
  const BenchLinkClass *klass;
  gconstpointer data;
  gsize message_size; /* in bulk */
} BenchLinkKind;

double bench_link_measure (const BenchLinkKind *kind,
                           BenchTask task);

extern const BenchLinkClass bench_webrtcbin_class;
extern const BenchLinkClass bench_transport_class; /* data: none */
extern const BenchLinkClass bench_peers_class;     /* data: a BenchPeersData */

typedef struct
{
  int serialization;
  gboolean text; /* send text instead of bytes */
} BenchPeersData;

/* A server and two peers that are open, for links of bench_peers_class. */
void bench_peers_set_up (void);
void bench_peers_tear_down (void);

G_END_DECLS
