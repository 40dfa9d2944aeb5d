/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The payload of OFFER, ANSWER and CANDIDATE. What a message does not have is
 * NULL, FALSE or -1. */
typedef struct
{
  char *connection_id;
  char *type; /* "data" or "media" */

  char *sdp_type; /* "offer" or "answer" */
  char *sdp;

  char *label;
  GVariant *metadata;
  gboolean reliable;
  char *serialization;

  /* Of a connection that outlives its link. */
  gboolean has_resume;
  guint32 resume_attempt;  /* the link that it is about, counted from 0 */
  gboolean resume_refused; /* of an answer without description */

  char *candidate;
  char *sdp_mid;
  int sdp_m_line_index;
  char *username_fragment;
} PeerPayload;

/* Takes the JSON text of a payload. Members of a wrong type count as missing;
 * a connection id is needed. Error: PEER_ERROR_INVALID_DATA. */
gboolean peer_payload_parse (PeerPayload *payload,
                             const char *text,
                             gsize length,
                             GError **error);
void peer_payload_clear (PeerPayload *payload);

/* JSON text in the form that PeerJS 1.5 sends, which ignores "resume". The metadata of an offer may
 * be a value that JSON has no form for: PEER_ERROR_UNSUPPORTED_VALUE. */
char *peer_payload_print_offer (const PeerPayload *payload,
                                GError **error);
char *peer_payload_print_answer (const PeerPayload *payload);
char *peer_payload_print_candidate (const PeerPayload *payload);

/* The parts that other wires have, too: objects as browsers make them of a
 * description ("type" and "sdp") and of a candidate. What is made is floating. */
void peer_payload_read_description (PeerPayload *payload,
                                    GVariant *description);
void peer_payload_read_candidate (PeerPayload *payload,
                                  GVariant *candidate);
GVariant *peer_payload_make_description (const PeerPayload *payload);
GVariant *peer_payload_make_candidate (const PeerPayload *payload);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerPayload, peer_payload_clear)

G_END_DECLS
