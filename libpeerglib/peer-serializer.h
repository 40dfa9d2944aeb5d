/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined(_PEER_INSIDE) && !defined(PEER_COMPILATION)
#error "Only <libpeerglib/peer.h> can be included directly."
#endif

#include <gio/gio.h>
#include <libpeerglib/peer-version.h>

G_BEGIN_DECLS

#define PEER_TYPE_SERIALIZER (peer_serializer_get_type ())

PEER_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (PeerSerializer, peer_serializer, PEER, SERIALIZER, GObject)

/**
 * PeerSerializerInterface:
 * @parent_iface: the parent interface
 * @get_name: gets the name under which both sides know the format
 * @serialize: makes the bytes of one value
 * @deserialize: reads one value from the bytes of a message
 *
 * What a format of the application implements.
 */
struct _PeerSerializerInterface
{
  GTypeInterface parent_iface;

  const char *(*get_name) (PeerSerializer *self);
  GBytes *(*serialize) (PeerSerializer *self,
                        GVariant *value,
                        GError **error);
  GVariant *(*deserialize) (PeerSerializer *self,
                            GBytes *bytes,
                            GError **error);
};

PEER_AVAILABLE_IN_1_0
const char *peer_serializer_get_name (PeerSerializer *self);

PEER_AVAILABLE_IN_1_0
GBytes *peer_serializer_serialize (PeerSerializer *self,
                                   GVariant *value,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

PEER_AVAILABLE_IN_1_0
GVariant *peer_serializer_deserialize (PeerSerializer *self,
                                       GBytes *bytes,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
