/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "webrtc-criticals.h"

#include <string.h>

static gboolean
is_fatal (const char *domain,
          GLogLevelFlags level,
          const char *message,
          gpointer user_data)
{
  return strstr (message, "channel->sctp_transport") == NULL;
}

void
webrtc_criticals_forgive (void)
{
  g_test_log_set_fatal_handler (is_fatal, NULL);
}
