/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "measure.h"

/* What is measured, and how often. */
typedef struct
{
  guint n_rounds;
  Effort effort;
  GArray *plain_counts; /* numbers of clients */
  GArray *tls_counts;
  gboolean is_complete; /* good enough to be published */
} Schedule;
