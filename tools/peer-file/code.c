/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "code.h"

#include <openssl/rand.h>

#define N_GROUPS 3
#define GROUP_LENGTH 4
#define LENGTH (N_GROUPS * GROUP_LENGTH)

/* 32 of them: each takes five bits. */
static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";

char *
code_new (void)
{
  guint8 random[LENGTH];
  GString *code = g_string_new (NULL);

  G_STATIC_ASSERT (sizeof alphabet == 32 + 1);

  if (RAND_bytes (random, sizeof random) != 1)
    g_error ("There are no random numbers");
  for (guint i = 0; i < LENGTH; i++)
    {
      if (i > 0 && i % GROUP_LENGTH == 0)
        g_string_append_c (code, '-');
      g_string_append_c (code, alphabet[random[i] % 32]);
    }

  return g_string_free (code, FALSE);
}
