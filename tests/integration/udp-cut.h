/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* While it is there, all real transports of this process reach each other
 * through ports of it, and it can cut the network between them. */
typedef struct _UdpCut UdpCut;

/* What is lost of all that is passed on. */
typedef enum
{
  UDP_CUT_NOTHING,
  UDP_CUT_ALL,
  UDP_CUT_DTLS, /* so that only ICE gets through */
  UDP_CUT_DATA, /* so that the DTLS handshake gets through, too */
} UdpCutLoss;

UdpCut *udp_cut_new (void);
void udp_cut_free (UdpCut *self);

void udp_cut_set_loss (UdpCut *self,
                       UdpCutLoss loss);

/* Loses all there is to pass on between transports that know each other by
 * now; later ones are not affected. */
void udp_cut_cut (UdpCut *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UdpCut, udp_cut_free)

G_END_DECLS
