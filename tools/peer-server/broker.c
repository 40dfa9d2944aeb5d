/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "broker.h"

#include <glib/gi18n.h>

#if PEER_HAVE_REDIS

#define DEFAULT_LEASE 30000

static PeerBroker *
make_redis_broker (Options *options,
                   const char *uri,
                   GError **error)
{
  gboolean has_lease = options_get_text (options, "lease") != NULL;
  guint lease = has_lease ? options_get_number (options, "lease") : DEFAULT_LEASE;
  g_autoptr (GTypeClass) type = g_type_class_ref (PEER_TYPE_REDIS_BROKER);
  GParamSpecUInt *range = G_PARAM_SPEC_UINT (g_object_class_find_property (G_OBJECT_CLASS (type), "lease"));

  if (lease < range->minimum || lease > range->maximum)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("--lease: %u is not between %u and %u"),
                   lease, range->minimum, range->maximum);
      return NULL;
    }

  return g_initable_new (PEER_TYPE_REDIS_BROKER, NULL, error,
                         "uri", uri,
                         "node", options_get_text (options, "node"),
                         "lease", lease,
                         NULL);
}

#else

static PeerBroker *
make_redis_broker (Options *options,
                   const char *uri,
                   GError **error)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("--redis: built without Redis"));

  return NULL;
}

#endif

PeerBroker *
broker_new (Options *options,
            GError **error)
{
  const char *uri = options_get_text (options, "redis");

  return uri != NULL ? make_redis_broker (options, uri, error) : NULL;
}

gboolean
broker_apply (Options *options,
              PeerServer *server,
              GError **error)
{
  g_autoptr (PeerBroker) broker = NULL;

  if (options_get_text (options, "redis") == NULL)
    return TRUE;

  broker = broker_new (options, error);
  if (broker == NULL)
    return FALSE;
  g_object_set (server, "broker", broker, NULL);

  return TRUE;
}
