/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-ice-answer-private.h"

#include <string.h>

#include "peer-json-private.h"

#define DIGEST_SIZE 20

static char *
make_credential (const char *secret,
                 const char *username)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guint8 *) secret, strlen (secret));
  guint8 digest[DIGEST_SIZE];
  gsize size = sizeof digest;

  g_hmac_update (hmac, (const guint8 *) username, (gssize) strlen (username));
  g_hmac_get_digest (hmac, digest, &size);

  return g_base64_encode (digest, size);
}

static void
append_member (GString *text,
               const char *name,
               const char *value)
{
  g_string_append_printf (text, ",\"%s\":", name);
  peer_json_append_string (text, value);
}

/* Leaves the object open. */
static void
begin_server (GString *text,
              const char *const *uris)
{
  if (text->str[text->len - 1] == '}')
    g_string_append_c (text, ',');

  g_string_append (text, "{\"urls\":[");
  for (guint i = 0; uris[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      peer_json_append_string (text, uris[i]);
    }
  g_string_append_c (text, ']');
}

static gboolean
has_any (const char *const *uris)
{
  return uris != NULL && uris[0] != NULL;
}

char *
peer_ice_answer_build (const PeerIceAnswer *self,
                       const char *user,
                       gint64 now)
{
  GString *text = g_string_new ("{\"iceServers\":[");

  if (has_any (self->stun_uris))
    {
      begin_server (text, self->stun_uris);
      g_string_append_c (text, '}');
    }

  if (has_any (self->turn_uris) && self->turn_secret != NULL)
    {
      g_autofree char *username = g_strdup_printf ("%" G_GINT64_FORMAT ":%s", now + self->ttl, user);
      g_autofree char *credential = make_credential (self->turn_secret, username);

      begin_server (text, self->turn_uris);
      append_member (text, "username", username);
      append_member (text, "credential", credential);
      g_string_append_c (text, '}');
    }

  g_string_append_printf (text, "],\"ttl\":%u}", self->ttl);

  return g_string_free (text, FALSE);
}
