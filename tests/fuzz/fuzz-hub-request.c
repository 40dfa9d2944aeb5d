/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "libpeerglib/protocol/peer-hub-request-private.h"
#include "libpeerglib/protocol/peer-sdp-candidates-private.h"
#include "fuzz-values.h"

static void
assert_same (const PeerHubRequest *request,
             PeerHubRequestKind kind,
             const char *text)
{
  g_auto (PeerHubRequest) again = { 0 };

  g_assert_true (peer_hub_request_parse (&again, kind, text, strlen (text), NULL));
  g_assert_cmpstr (again.room, ==, request->room);
  g_assert_cmpstr (again.peer_id, ==, request->peer_id);
  g_assert_cmpstr (again.token, ==, request->token);
  g_assert_cmpstr (again.payload.sdp, ==, request->payload.sdp);
  g_assert_cmpstr (again.payload.candidate, ==, request->payload.candidate);
}

/* What parses says the same when it is printed again. */
static void
try_request (PeerHubRequestKind kind,
             const char *text,
             gsize size)
{
  g_auto (PeerHubRequest) request = { 0 };
  g_autofree char *printed = NULL;

  if (!peer_hub_request_parse (&request, kind, text, size, NULL))
    return;

  g_assert_true (peer_hub_name_is_valid (request.room));
  g_assert_true (peer_hub_name_is_valid (request.peer_id));
  g_assert_cmpstr (request.peer_id, !=, PEER_HUB_SERVER_ID);
  if (request.metadata != NULL)
    fuzz_assert_normal (request.metadata);

  printed = peer_hub_request_print (&request, kind, NULL);
  if (printed != NULL)
    assert_same (&request, kind, printed);
}

/* A candidate goes into any description whole, or not at all. */
static void
try_candidate (const char *text)
{
  g_autoptr (GString) sdp = g_string_new (text);
  gsize length = sdp->len;

  peer_sdp_add_candidate (sdp, "0", -1, text);
  peer_sdp_add_candidate (sdp, NULL, 1, "candidate:1 1 udp 1 192.0.2.1 9 typ host");
  g_assert_cmpuint (sdp->len, >=, length);
  g_assert_cmpuint (strlen (sdp->str), ==, sdp->len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *sdp = peer_hub_answer_parse (text, strlen (text), NULL);
  g_autofree char *error = peer_hub_answer_parse_error (text, strlen (text));

  try_request (PEER_HUB_REQUEST_OFFER, text, strlen (text));
  try_request (PEER_HUB_REQUEST_CANDIDATE, text, strlen (text));
  try_request (PEER_HUB_REQUEST_LEAVE, text, strlen (text));
  try_candidate (sdp != NULL ? sdp : text);

  return 0;
}
