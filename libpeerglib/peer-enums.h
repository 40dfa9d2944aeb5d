/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

/**
 * PeerSerialization:
 * @PEER_SERIALIZATION_BINARY: BinaryPack, PeerJS's own format and its
 *   default; values of any size. `binary` on the wire.
 * @PEER_SERIALIZATION_BINARY_UTF8: the same format under its older name;
 *   PeerJS announces it as `binary`, and so do we.
 * @PEER_SERIALIZATION_JSON: JSON text, shorter than 16300 bytes. `json` on
 *   the wire.
 * @PEER_SERIALIZATION_NONE: no serialization: text and bytes as they are.
 *   `raw` on the wire.
 * @PEER_SERIALIZATION_MSGPACK: a stream of MessagePack values; what PeerJS's
 *   `MsgPackPeer` speaks. `MsgPack` on the wire.
 * @PEER_SERIALIZATION_CUSTOM: a [iface@Peer.Serializer] of the application.
 *
 * How the values of a data connection become bytes.
 */
typedef enum
{
  PEER_SERIALIZATION_BINARY,
  PEER_SERIALIZATION_BINARY_UTF8,
  PEER_SERIALIZATION_JSON,
  PEER_SERIALIZATION_NONE,
  PEER_SERIALIZATION_MSGPACK,
  PEER_SERIALIZATION_CUSTOM,
} PeerSerialization;

/**
 * PeerConnectionType:
 * @PEER_CONNECTION_TYPE_DATA: a [class@Peer.DataConnection]
 * @PEER_CONNECTION_TYPE_MEDIA: a media connection
 *
 * What a connection carries; `data` and `media` on the wire.
 */
typedef enum
{
  PEER_CONNECTION_TYPE_DATA,
  PEER_CONNECTION_TYPE_MEDIA,
} PeerConnectionType;

/**
 * PeerIceConnectionState:
 * @PEER_ICE_CONNECTION_STATE_NEW: gathering or waiting for remote candidates
 * @PEER_ICE_CONNECTION_STATE_CHECKING: trying candidate pairs
 * @PEER_ICE_CONNECTION_STATE_CONNECTED: a usable pair was found
 * @PEER_ICE_CONNECTION_STATE_COMPLETED: all pairs were tried and the best is in use
 * @PEER_ICE_CONNECTION_STATE_FAILED: no pair works
 * @PEER_ICE_CONNECTION_STATE_DISCONNECTED: the pair in use stopped answering; it may recover
 * @PEER_ICE_CONNECTION_STATE_CLOSED: shut down
 *
 * The states of an ICE agent, as `RTCIceConnectionState` of the WebRTC
 * specification has them.
 */
typedef enum
{
  PEER_ICE_CONNECTION_STATE_NEW,
  PEER_ICE_CONNECTION_STATE_CHECKING,
  PEER_ICE_CONNECTION_STATE_CONNECTED,
  PEER_ICE_CONNECTION_STATE_COMPLETED,
  PEER_ICE_CONNECTION_STATE_FAILED,
  PEER_ICE_CONNECTION_STATE_DISCONNECTED,
  PEER_ICE_CONNECTION_STATE_CLOSED,
} PeerIceConnectionState;

/**
 * PeerIceTransportPolicy:
 * @PEER_ICE_TRANSPORT_POLICY_ALL: every kind of candidate
 * @PEER_ICE_TRANSPORT_POLICY_RELAY: only relays (TURN), which hides the host's addresses
 *
 * Which candidates may be used, as `RTCIceTransportPolicy` has it.
 */
typedef enum
{
  PEER_ICE_TRANSPORT_POLICY_ALL,
  PEER_ICE_TRANSPORT_POLICY_RELAY,
} PeerIceTransportPolicy;

/**
 * PeerTopology:
 * @PEER_TOPOLOGY_MESH: every member has a connection to every other
 * @PEER_TOPOLOGY_STAR: every member has one connection, to a hub that passes
 *   on what it gets
 *
 * How the members of a room reach each other.
 */
typedef enum
{
  PEER_TOPOLOGY_MESH,
  PEER_TOPOLOGY_STAR,
} PeerTopology;

/**
 * PeerRoomService:
 * @PEER_ROOM_SERVICE_SIGNALING: a mesh over a [iface@Peer.Signaling]
 * @PEER_ROOM_SERVICE_PEERJS: a mesh over a PeerJS server, of this library or
 *   any other
 * @PEER_ROOM_SERVICE_MANAGER: a mesh over a [class@Peer.SignalingManager]
 * @PEER_ROOM_SERVICE_HUB: a star with a [class@Peer.Hub] in its middle
 *
 * What brings the members of a room together.
 */
typedef enum
{
  PEER_ROOM_SERVICE_SIGNALING,
  PEER_ROOM_SERVICE_PEERJS,
  PEER_ROOM_SERVICE_MANAGER,
  PEER_ROOM_SERVICE_HUB,
} PeerRoomService;

/**
 * PeerSyncMode:
 * @PEER_SYNC_MODE_MERGE: members of the new state take the place of those of
 *   the same name; the others stay
 * @PEER_SYNC_MODE_REPLACE: the new state takes the place of the whole old one
 *
 * What happens to the state that was there when a new one is set.
 */
typedef enum
{
  PEER_SYNC_MODE_MERGE,
  PEER_SYNC_MODE_REPLACE,
} PeerSyncMode;

/**
 * PeerBrokerClaim:
 * @PEER_BROKER_CLAIM_PENDING: not known yet; ask with
 *   [method@Peer.Broker.claim_async]
 * @PEER_BROKER_CLAIM_CLAIMED: the id belongs to this server's client now
 * @PEER_BROKER_CLAIM_TAKEN: somebody else holds the id
 *
 * What came of the claim of an id at a [iface@Peer.Broker].
 */
typedef enum
{
  PEER_BROKER_CLAIM_PENDING,
  PEER_BROKER_CLAIM_CLAIMED,
  PEER_BROKER_CLAIM_TAKEN,
} PeerBrokerClaim;

/**
 * PeerBrokerEviction:
 * @PEER_BROKER_EVICTION_TAKEN_OVER: the client has come back at another server
 * @PEER_BROKER_EVICTION_TAKEN: somebody else got hold of the id while this
 *   server was cut off
 *
 * Why a server lost an id that a client of its held.
 */
typedef enum
{
  PEER_BROKER_EVICTION_TAKEN_OVER,
  PEER_BROKER_EVICTION_TAKEN,
} PeerBrokerEviction;

/**
 * PeerFileTransferState:
 * @PEER_FILE_TRANSFER_STATE_WAITING: others have to end before it is offered
 * @PEER_FILE_TRANSFER_STATE_OFFERED: the receiver has not decided
 * @PEER_FILE_TRANSFER_STATE_ACTIVE: accepted, and on its way
 * @PEER_FILE_TRANSFER_STATE_COMPLETE: received and verified
 * @PEER_FILE_TRANSFER_STATE_FAILED: refused, cancelled or failed; see
 *   [method@Peer.FileTransfer.get_error]
 *
 * How far a [class@Peer.FileTransfer] is.
 */
typedef enum
{
  PEER_FILE_TRANSFER_STATE_WAITING,
  PEER_FILE_TRANSFER_STATE_OFFERED,
  PEER_FILE_TRANSFER_STATE_ACTIVE,
  PEER_FILE_TRANSFER_STATE_COMPLETE,
  PEER_FILE_TRANSFER_STATE_FAILED,
} PeerFileTransferState;

/**
 * PeerFileAcceptFlags:
 * @PEER_FILE_ACCEPT_NONE: nothing special
 * @PEER_FILE_ACCEPT_OVERWRITE: a file of the same name is replaced once the
 *   new one is complete
 * @PEER_FILE_ACCEPT_SKIP_SAME: a file of the same name and size is not
 *   transferred when it turns out to be the same; the sender learns the
 *   SHA-256 of the file that is there
 *
 * How a file is received.
 */
typedef enum /*< flags >*/
{
  PEER_FILE_ACCEPT_NONE = 0,
  PEER_FILE_ACCEPT_OVERWRITE = 1 << 0,
  PEER_FILE_ACCEPT_SKIP_SAME = 1 << 1,
} PeerFileAcceptFlags;

G_END_DECLS
