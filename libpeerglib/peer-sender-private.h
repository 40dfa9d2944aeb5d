/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "peer-endpoint-private.h"
#include "peer-sender.h"

G_BEGIN_DECLS

struct _PeerSender
{
  PeerEndpoint parent_instance;

  GVariant *state;
  guint state_version;
  GListModel *channels; /* nullable, of PeerConnectOptions */
  GHashTable *waiting;  /* id to Admission: receivers that are not decided on */
};

/* peer-sender-properties.c */
void peer_sender_install_properties (GObjectClass *object_class);

G_END_DECLS
