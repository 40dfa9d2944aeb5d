/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libpeerglib/peer.h>
#include <string.h>

typedef struct
{
  double cpu;    /* seconds, with the kernel's share */
  double memory; /* KiB, resident */
} Usage;

/* Of a process, 0 for this one. */
void usage_read (Usage *self,
                 int process);
