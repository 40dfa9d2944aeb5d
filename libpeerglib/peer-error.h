/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_ERROR (peer_error_quark ())

/**
 * PeerError:
 * @PEER_ERROR_BROWSER_INCOMPATIBLE: WebRTC is not available: a GStreamer
 *   element is missing. The message names it and the package that has it.
 * @PEER_ERROR_DISCONNECTED: the peer was disconnected from its server and
 *   cannot make new connections; see [method@Peer.Peer.reconnect].
 * @PEER_ERROR_INVALID_ID: the id breaks the rule for ids.
 * @PEER_ERROR_INVALID_KEY: the server does not know the key.
 * @PEER_ERROR_NETWORK: the server cannot be reached or was lost.
 * @PEER_ERROR_PEER_UNAVAILABLE: nobody holds the id that was connected to.
 * @PEER_ERROR_SSL_UNAVAILABLE: the server has no TLS, or its certificate
 *   is not acceptable.
 * @PEER_ERROR_SERVER_ERROR: the server answered with an error.
 * @PEER_ERROR_SOCKET_ERROR: the WebSocket to the server broke its protocol.
 * @PEER_ERROR_SOCKET_CLOSED: one of PeerJS's names, which it does not use: a
 *   WebSocket that closes is `PEER_ERROR_NETWORK`, there and here.
 * @PEER_ERROR_UNAVAILABLE_ID: the id is taken by somebody else.
 * @PEER_ERROR_WEBRTC: WebRTC refused an operation.
 * @PEER_ERROR_NEGOTIATION_FAILED: no way to the other peer was found.
 * @PEER_ERROR_CONNECTION_CLOSED: the connection closed under the operation.
 * @PEER_ERROR_NOT_OPEN_YET: the connection is not open.
 * @PEER_ERROR_MESSAGE_TOO_BIG: the message is larger than its serialization
 *   or the other peer takes.
 * @PEER_ERROR_UNSUPPORTED_VALUE: the serialization has no form for the value
 *   that the other peer would read correctly.
 * @PEER_ERROR_INVALID_DATA: what the other peer sent is not what its
 *   serialization says.
 * @PEER_ERROR_LIMIT_EXCEEDED: the other peer crossed one of our limits.
 * @PEER_ERROR_TIMED_OUT: it took longer than allowed.
 * @PEER_ERROR_REFUSED: the other peer does not want what it was offered.
 * @PEER_ERROR_ABORTED: the other peer gave up what it had begun.
 *
 * The errors of peers, connections and servers. The nicks are PeerJS's own
 * error types, as in `peer-unavailable`; the last six have no counterpart
 * there.
 */
typedef enum
{
  PEER_ERROR_BROWSER_INCOMPATIBLE,
  PEER_ERROR_DISCONNECTED,
  PEER_ERROR_INVALID_ID,
  PEER_ERROR_INVALID_KEY,
  PEER_ERROR_NETWORK,
  PEER_ERROR_PEER_UNAVAILABLE,
  PEER_ERROR_SSL_UNAVAILABLE,
  PEER_ERROR_SERVER_ERROR,
  PEER_ERROR_SOCKET_ERROR,
  PEER_ERROR_SOCKET_CLOSED,
  PEER_ERROR_UNAVAILABLE_ID,
  PEER_ERROR_WEBRTC,
  PEER_ERROR_NEGOTIATION_FAILED,
  PEER_ERROR_CONNECTION_CLOSED,
  PEER_ERROR_NOT_OPEN_YET,
  PEER_ERROR_MESSAGE_TOO_BIG,
  PEER_ERROR_UNSUPPORTED_VALUE,
  PEER_ERROR_INVALID_DATA,
  PEER_ERROR_LIMIT_EXCEEDED,
  PEER_ERROR_TIMED_OUT,
  PEER_ERROR_REFUSED,
  PEER_ERROR_ABORTED,
} PeerError;

PEER_AVAILABLE_IN_1_0
GQuark peer_error_quark (void);

G_END_DECLS
