/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-webrtc-association-private.h"

static GMutex lock;
static guint8 is_taken[PEER_WEBRTC_N_ASSOCIATIONS];
static guint next;

/* In turn, as an association lives on for a while after its elements. */
int
peer_webrtc_association_take (void)
{
  int number = -1;

  g_mutex_lock (&lock);
  for (guint i = 0; i < PEER_WEBRTC_N_ASSOCIATIONS && number < 0; i++)
    {
      if (!is_taken[next])
        {
          is_taken[next] = TRUE;
          number = (int) next;
        }
      next = (next + 1) % PEER_WEBRTC_N_ASSOCIATIONS;
    }
  g_mutex_unlock (&lock);

  return number;
}

void
peer_webrtc_association_give_back (int number)
{
  if (number < 0)
    return;

  g_mutex_lock (&lock);
  is_taken[number] = FALSE;
  g_mutex_unlock (&lock);
}

void
peer_webrtc_association_assign (int number,
                                GstElement *element)
{
  if (number >= 0)
    g_object_set (element, "sctp-association-id", (guint) number, NULL);
}
