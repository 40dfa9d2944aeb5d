/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#define _PEER_INSIDE
#include <libpeerglib/peer-version.h>
#include <libpeerglib/peer-enums.h>
#include <libpeerglib/peer-error.h>
#include <libpeerglib/peer-auth-request.h>
#include <libpeerglib/peer-broker.h>
#include <libpeerglib/peer-memory-broker.h>
#if PEER_HAVE_REDIS
#include <libpeerglib/peer-redis-broker.h>
#endif
#include <libpeerglib/peer-server-client.h>
#include <libpeerglib/peer-server.h>
#include <libpeerglib/peer-session.h>
#include <libpeerglib/peer-signaling-manager.h>
#include <libpeerglib/peer-enum-types.h>
#include <libpeerglib/peer-hub.h>
#include <libpeerglib/peer-ice-server.h>
#include <libpeerglib/peer-join-request.h>
#include <libpeerglib/peer-serializer.h>
#include <libpeerglib/peer-connect-options.h>
#include <libpeerglib/peer-base-connection.h>
#include <libpeerglib/peer-data-connection.h>
#include <libpeerglib/peer-file-transfer.h>
#include <libpeerglib/peer-peer.h>
#include <libpeerglib/peer-room-member.h>
#include <libpeerglib/peer-room.h>
#include <libpeerglib/peer-room-join-result.h>
#include <libpeerglib/peer-room-manager.h>
#include <libpeerglib/peer-signaling.h>
#include <libpeerglib/peer-memory-signaling.h>
#include <libpeerglib/peer-websocket-signaling.h>
#include <libpeerglib/peer-encrypted-signaling.h>
#include <libpeerglib/peer-endpoint.h>
#include <libpeerglib/peer-sender.h>
#include <libpeerglib/peer-receiver.h>
#include <libpeerglib/peer-websocket-signaling.h>
#undef _PEER_INSIDE
