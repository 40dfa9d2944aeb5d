/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BENCH_BULK_WINDOW (8 * 1024 * 1024)

/* A link between two ends in this process, of whatever kind. */
typedef struct _BenchLink BenchLink;

typedef struct
{
  gsize size;             /* of the structure that begins with a BenchLink */
  gsize max_message_size; /* larger values go in pieces of it; 0 for one that makes its own */

  /* What a process of such links does before the first. */
  void (*set_up) (void);
  void (*tear_down) (void);

  /* Starts to connect; bench_link_note_open() when an end is open,
   * bench_link_note_arrival() for a message, bench_link_fill() when there is
   * room. These may be called from any thread. */
  void (*start) (BenchLink *link,
                 const char *serialization);
  void (*set_message_size) (BenchLink *link,
                            gsize size);
  void (*send) (BenchLink *link,
                int end);
  gsize (*get_buffered_amount) (BenchLink *link);
  void (*stop) (BenchLink *link);
} BenchLinkClass;

typedef enum
{
  BENCH_OPEN,
  BENCH_PING,
  BENCH_BULK,
} BenchTask;

struct _BenchLink
{
  const BenchLinkClass *klass;
  BenchTask task;
  gint *n_missing; /* of all links that open at once */
  gsize message_size;
  gsize n_missing_pings;
  gsize n_to_send;
  gsize n_to_arrive;
  gint is_done;
};

void bench_link_note_open (BenchLink *link);
void bench_link_note_arrival (BenchLink *link,
                              int end);
void bench_link_fill (BenchLink *link);

/* Opens some at once; returns when both ends of all are open. */
GPtrArray *bench_links_open (const BenchLinkClass *klass,
                             guint n_links,
                             const char *serialization);

/* Small messages from one end to the other and back. */
void bench_link_ping (BenchLink *link,
                      gsize n_pings);

/* Values in one direction; returns when all have arrived. */
void bench_link_bulk (BenchLink *link,
                      gsize size,
                      gsize n_values);

extern const BenchLinkClass bench_webrtcbin_class;
extern const BenchLinkClass bench_transport_class;
extern const BenchLinkClass bench_peers_class;

G_END_DECLS
