/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <libpeerglib/peer-enums.h>

G_BEGIN_DECLS

/* What a data channel connection is made of, as RTCPeerConnection and
 * RTCDataChannelInit have it. */
typedef struct
{
  gboolean is_offerer; /* makes the channel and the offer */
  char *label;
  gboolean ordered;
  int max_retransmits;        /* -1 for no limit */
  int max_packet_life_time;   /* milliseconds, -1 for no limit */
  char *stun_server;          /* nullable: stun://host:port */
  char **turn_servers;        /* nullable: turn(s)://user:password@host:port?transport=… */
  GTlsDatabase *tls_database; /* nullable: what certificates of TURN servers are checked with, else the system's */
  PeerIceTransportPolicy ice_transport_policy;
  GBytes *certificate; /* nullable: PEM, certificate and key; see peer_certificate_new() */
  gsize buffered_amount_low_threshold;
} PeerTransportConfig;

PeerTransportConfig *peer_transport_config_new (void);
PeerTransportConfig *peer_transport_config_copy (const PeerTransportConfig *config);
void peer_transport_config_free (PeerTransportConfig *config);

/* What one more data channel on a link is made of. */
typedef struct
{
  const char *label;
  gboolean ordered;
  int max_retransmits;      /* -1 for no limit */
  int max_packet_life_time; /* milliseconds, -1 for no limit */
} PeerTransportChannel;

/* So many channels of the other side, the first included, are open on a link at
 * once; a further one is closed. */
#define PEER_TRANSPORT_MAX_CHANNELS 16

typedef struct
{
  const char *candidate;         /* as in an SDP attribute: candidate:… */
  const char *sdp_mid;           /* nullable */
  int sdp_m_line_index;          /* -1 when unknown */
  const char *username_fragment; /* nullable */
} PeerIceCandidate;

/* How far a transport has come on its way to be open. */
typedef enum
{
  PEER_TRANSPORT_PHASE_SIGNALING, /* until the other side's description is there */
  PEER_TRANSPORT_PHASE_ICE,       /* until there is a path through the network */
  PEER_TRANSPORT_PHASE_DTLS,      /* until the path is secure, and the other side is who it says */
  PEER_TRANSPORT_PHASE_CHANNEL,   /* until the data channel is open */
  PEER_TRANSPORT_PHASE_OPEN,
} PeerTransportPhase;

#define PEER_TYPE_TRANSPORT (peer_transport_get_type ())
G_DECLARE_DERIVABLE_TYPE (PeerTransport, peer_transport, PEER, TRANSPORT, GObject)

/* One link to one other peer, and its first data channel; or a further channel
 * on the link of another transport. The link lives as long as one of its
 * channels does, and what happens to it, every one of them tells. Every signal is emitted on the main context
 * that was the thread default when the transport was made, never inside one
 * of its methods, in the order things happened, and never after close() was
 * called or "closed" or "failed" was emitted.
 *
 * Signals:
 *   "description" (const char *type, const char *sdp): the local offer or answer, to be sent to the other side
 *   "candidate" (PeerIceCandidate *): a local candidate, to be sent to the other side
 *   "gathered" (): there are no more local candidates; servers that do not answer can delay it
 *   "channel" (PeerTransport *channel, const char *label): the other side opened a further channel, which is closed
 *     when nobody keeps it; of the first transport of a link only, and perhaps before its own "open"
 *   "open" (): the channel is open
 *   "message" (GBytes *bytes, gboolean is_text)
 *   "buffered-amount-low" (): the buffered or the unacknowledged amount fell to its threshold
 *   "ice-state-changed" (PeerIceConnectionState)
 *   "closed" (): the other side closed, or the link is gone after it was open
 *   "failed" (GError *): PEER_ERROR_WEBRTC, PEER_ERROR_NEGOTIATION_FAILED, PEER_ERROR_BROWSER_INCOMPATIBLE,
 *     PEER_ERROR_TIMED_OUT when nothing was heard from the other side for the disconnect timeout
 */
struct _PeerTransportClass
{
  GObjectClass parent_class;

  void (*start) (PeerTransport *self);
  void (*set_remote_description) (PeerTransport *self,
                                  const char *type,
                                  const char *sdp);
  void (*add_remote_candidate) (PeerTransport *self,
                                const PeerIceCandidate *candidate);
  gboolean (*send) (PeerTransport *self,
                    GBytes *bytes,
                    gboolean is_text,
                    GError **error);
  gsize (*get_buffered_amount) (PeerTransport *self);
  gsize (*get_max_message_size) (PeerTransport *self);
  void (*get_stats_async) (PeerTransport *self,
                           GTask *task);
  void (*close) (PeerTransport *self);

  /* A transport may do without these. */
  PeerTransportPhase (*get_phase) (PeerTransport *self);
  char *(*describe_attempt) (PeerTransport *self);
  void (*set_disconnect_timeout) (PeerTransport *self,
                                  guint milliseconds);
  void (*check) (PeerTransport *self);
  gsize (*get_unacknowledged_amount) (PeerTransport *self);
  void (*set_unacknowledged_threshold) (PeerTransport *self,
                                        gsize amount);
  gboolean (*is_ordered) (PeerTransport *self);
  char *(*dup_remote_fingerprint) (PeerTransport *self);
  char *(*dup_label) (PeerTransport *self);
  PeerTransport *(*add_channel) (PeerTransport *self,
                                 const PeerTransportChannel *options);

  /* A transport for what was pushed for a channel that the other side opened.
   * On the owner's context; has to be there when such things are pushed. */
  PeerTransport *(*take_channel) (PeerTransport *self,
                                  gpointer channel);
};

/* Begins: the offerer makes its offer, the answerer waits for one. */
void peer_transport_start (PeerTransport *self);

/* type is "offer" or "answer". The answerer's answer follows as "description". */
void peer_transport_set_remote_description (PeerTransport *self,
                                            const char *type,
                                            const char *sdp);

/* Only after set_remote_description() was called. */
void peer_transport_add_remote_candidate (PeerTransport *self,
                                          const PeerIceCandidate *candidate);

/* Queues one message; never blocks. Errors: PEER_ERROR_NOT_OPEN_YET,
 * PEER_ERROR_MESSAGE_TOO_BIG, PEER_ERROR_CONNECTION_CLOSED, PEER_ERROR_WEBRTC. */
gboolean peer_transport_send (PeerTransport *self,
                              GBytes *bytes,
                              gboolean is_text,
                              GError **error);

/* Bytes given to send() that have not gone to the network. */
gsize peer_transport_get_buffered_amount (PeerTransport *self);

/* What the other side takes in one message, 0 for no limit. Known when open. */
gsize peer_transport_get_max_message_size (PeerTransport *self);

/* Bytes given to send() that the other side has not acknowledged, those that
 * have not gone to the network included. A channel that need not be reliable
 * has only the latter, as what is lost there is lost. */
gsize peer_transport_get_unacknowledged_amount (PeerTransport *self);

/* "buffered-amount-low" is also emitted when the unacknowledged amount falls to
 * this, which is 0 in the beginning. */
void peer_transport_set_unacknowledged_threshold (PeerTransport *self,
                                                  gsize amount);

/* Whether messages arrive in the order in which they were sent. Known when
 * open. */
gboolean peer_transport_is_ordered (PeerTransport *self);

/* The name that whoever opened the channel gave it. Known when open, NULL
 * before. */
char *peer_transport_dup_label (PeerTransport *self);

/* One more channel on the same link, before start() or after. It is open when
 * it says so, and ends without the others. NULL when the link has ended, or can
 * have only one. */
PeerTransport *peer_transport_add_channel (PeerTransport *self,
                                           const PeerTransportChannel *options);

/* Where it stands now, which may be ahead of the signals. */
PeerTransportPhase peer_transport_get_phase (PeerTransport *self);

/* What was tried to reach the other side, for an error message: the kinds of
 * the candidates of both sides, the pairs that could be formed, and the servers
 * that gave nothing. Translated. NULL when there is nothing to say. */
char *peer_transport_describe_attempt (PeerTransport *self);

/* Once open, at any time; 0, as in the beginning, for never. When nothing was
 * heard from the other side for a third of it, the ICE state becomes
 * PEER_ICE_CONNECTION_STATE_DISCONNECTED, and _CONNECTED when something is heard
 * again. When nothing was heard for all of it, "failed" follows with
 * PEER_ERROR_TIMED_OUT. */
void peer_transport_set_disconnect_timeout (PeerTransport *self,
                                            guint milliseconds);

/* The network changed, or the machine was asleep: an open transport asks the
 * other side for a sign of life, and this once waits for it no longer than
 * five seconds, or the disconnect timeout if that is less. */
void peer_transport_check (PeerTransport *self);

/* SHA-256 of the certificate by which the other side was verified, upper-case
 * hexadecimal with colons. NULL before that. */
char *peer_transport_dup_remote_fingerprint (PeerTransport *self);

/* Completes with an a{sv}: see peer_base_connection_get_stats_async(). */
void peer_transport_get_stats_async (PeerTransport *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
GVariant *peer_transport_get_stats_finish (PeerTransport *self,
                                           GAsyncResult *result,
                                           GError **error);

/* Completes the task, of somebody who stands before the transport, with the
 * same. Takes the task. */
void peer_transport_forward_stats (PeerTransport *self,
                                   GTask *task);

/* Closes the channel so that the other side notices at once, and frees the link
 * in the background when it was the last: messages already given to send() still
 * go out. Once the first is closed, the other side can open no further ones. May be
 * called at any time and twice; no signal follows. The last unref does the
 * same. */
void peer_transport_close (PeerTransport *self);

/* For the implementations. */

/* Whether send() takes so many bytes now, or why not. A max_size of 0 is no
 * limit. */
gboolean peer_transport_check_can_send (gboolean was_open,
                                        gboolean has_ended,
                                        gsize size,
                                        gsize max_size,
                                        GError **error);
void peer_transport_emit_description (PeerTransport *self,
                                      const char *type,
                                      const char *sdp);
void peer_transport_emit_candidate (PeerTransport *self,
                                    const PeerIceCandidate *candidate);
void peer_transport_emit_gathered (PeerTransport *self);
void peer_transport_emit_channel (PeerTransport *self,
                                  gpointer channel);
void peer_transport_emit_open (PeerTransport *self);
void peer_transport_emit_message (PeerTransport *self,
                                  GBytes *bytes,
                                  gboolean is_text);
void peer_transport_emit_buffered_amount_low (PeerTransport *self);
void peer_transport_emit_ice_state_changed (PeerTransport *self,
                                            PeerIceConnectionState state);
void peer_transport_emit_closed (PeerTransport *self);
void peer_transport_emit_failed (PeerTransport *self,
                                 const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PeerTransportConfig, peer_transport_config_free)

G_END_DECLS
