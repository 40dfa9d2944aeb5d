/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The address of a client as text: that of its socket, which may be NULL, or
 * the last one of X-Forwarded-For, which is NULL when there is none or no
 * proxy is known to write it. Of that list only the last entry comes from the
 * proxy itself. IPv4 is IPv4, also when it arrives as IPv6. */
char *peer_address_new (const char *remote,
                        const char *forwarded);

/* What is counted as one: an address of IPv4, but the 64 bits before the
 * interface of IPv6, of which each customer has all addresses. */
char *peer_address_get_network (const char *address);

G_END_DECLS
