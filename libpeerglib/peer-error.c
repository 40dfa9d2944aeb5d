/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-error.h"

/**
 * peer_error_quark:
 *
 * The domain of this library's errors, [error@Peer.Error].
 *
 * Returns: the quark
 */
/* clang-format off */
G_DEFINE_QUARK (peer-error-quark, peer_error)
/* clang-format on */
