/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Hides topics and the text of messages from those who carry them. From the
 * password and the salt PBKDF2 with HMAC-SHA-256 makes 64 bytes: the key of
 * AES-256-GCM, and that of HMAC-SHA-256. A topic becomes the HMAC of its name,
 * a message the base64 of a random nonce (12 bytes), what is encrypted and the
 * tag (16 bytes), with the topic's name as additional data. Pages can do all
 * that with Web Crypto. */
typedef struct _PeerSealer PeerSealer;

PeerSealer *peer_sealer_new (const char *password,
                             const char *salt,
                             guint iterations);
void peer_sealer_free (PeerSealer *self);

/* 64 hexadecimal digits. */
char *peer_sealer_hide_topic (PeerSealer *self,
                              const char *name);

char *peer_sealer_seal (PeerSealer *self,
                        const char *topic_name,
                        const char *text,
                        gsize length);

/* PEER_ERROR_INVALID_DATA when it was not sealed with this key for this topic. */
char *peer_sealer_unseal (PeerSealer *self,
                          const char *topic_name,
                          const char *sealed,
                          gsize *length,
                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerSealer, peer_sealer_free)

G_END_DECLS
