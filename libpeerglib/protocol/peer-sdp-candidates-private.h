/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Puts a candidate at the end of the section that it belongs to: the one of
 * the mid, nullable, else of the index, else the first. A description without
 * such a section stays as it is. The candidate is that of an SDP attribute:
 * "candidate:…"; one with a line break is left out. */
void peer_sdp_add_candidate (GString *sdp,
                             const char *mid,
                             int m_line_index,
                             const char *candidate);

G_END_DECLS
