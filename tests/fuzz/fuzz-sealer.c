/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libpeerglib/peer-error.h>

#include "libpeerglib/protocol/peer-sealer-private.h"
#include "fuzz-values.h"

#define NAME "room:lobby"

/* What is sealed is unsealed as it was; anything else is refused by name. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  static PeerSealer *sealer = NULL;
  g_autofree char *foreign = g_strndup (data != NULL ? (const char *) data : "", size);
  g_autofree char *sealed = NULL;
  g_autofree char *text = NULL;
  g_autofree char *unsealed = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (sealer == NULL)
    sealer = peer_sealer_new ("a password for tests", "salt", 1);

  sealed = peer_sealer_seal (sealer, NAME, foreign, strlen (foreign));
  text = peer_sealer_unseal (sealer, NAME, sealed, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (text, length, foreign, strlen (foreign));

  unsealed = peer_sealer_unseal (sealer, NAME, foreign, &length, &error);
  g_assert_null (unsealed);
  g_assert_error (error, PEER_ERROR, PEER_ERROR_INVALID_DATA);

  return 0;
}
