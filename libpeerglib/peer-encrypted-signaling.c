/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "peer-encrypted-signaling.h"

#include <openssl/crypto.h>
#include <string.h>

#include "peer-memory-signaling.h"
#include "peer-signaling-private.h"
#include "protocol/peer-json-private.h"
#include "protocol/peer-sealer-private.h"
#include "protocol/peer-topic-name-private.h"

/* In 2023 OWASP's advice for PBKDF2 with HMAC-SHA-256. */
#define ITERATIONS 600000
#define MIN_ITERATIONS 1000

#define SALT "libpeerglib signaling"

/**
 * PeerEncryptedSignaling:
 *
 * A signaling that carries its messages encrypted over another one: who
 * carries them, a server or a broker, learns neither topics nor messages and
 * cannot make any up. All who are to reach each other have the same password.
 *
 * Messages are encrypted and authenticated with AES-256-GCM, together with
 * their topic; topics are replaced by their HMAC-SHA-256. Both keys are made
 * from the password with PBKDF2, which takes a few tenths of a second when the
 * object is made. The exact form is in [Signaling](signaling.html).
 *
 * Who carries the messages still sees when somebody says something, how much,
 * and to how many topics, and can hold messages back or repeat them. A
 * password that is guessed opens everything: let it be a long one.
 *
 * Values are carried as JSON, as [class@Peer.WebsocketSignaling] does.
 */
struct _PeerEncryptedSignaling
{
  GObject parent_instance;

  PeerSignaling *signaling;
  char *password; /* until the keys are made */
  guint iterations;
  PeerSealer *sealer;
  GHashTable *subscriptions; /* name of the topic → Subscription */
};

typedef struct
{
  PeerEncryptedSignaling *owner;
  guint id; /* in the other signaling */
  char *name;
  char **topic;
} Subscription;

static void peer_encrypted_signaling_iface_init (PeerSignalingInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PeerEncryptedSignaling, peer_encrypted_signaling, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (PEER_TYPE_SIGNALING, peer_encrypted_signaling_iface_init))

typedef enum
{
  PROP_SIGNALING = 1,
  PROP_PASSWORD,
  PROP_ITERATIONS,
} PeerEncryptedSignalingProperty;

static GParamSpec *props[PROP_ITERATIONS + 1];

static void
subscription_free (gpointer data)
{
  Subscription *subscription = data;

  peer_signaling_unsubscribe (subscription->owner->signaling, subscription->id);
  g_strfreev (subscription->topic);
  g_free (subscription->name);
  g_free (subscription);
}

static GVariant *
unseal (PeerEncryptedSignaling *self,
        const char *name,
        GVariant *message,
        GError **error)
{
  const char *sealed = g_variant_is_of_type (message, G_VARIANT_TYPE_STRING) ? g_variant_get_string (message, NULL) : "";
  gsize length;
  g_autofree char *text = peer_sealer_unseal (self->sealer, name, sealed, &length, error);

  return text != NULL ? peer_json_parse (text, length, PEER_JSON_MAX_DEPTH, error) : NULL;
}

static void
message_cb (PeerSignaling *signaling,
            const char *const *hidden_topic,
            GVariant *message,
            gpointer user_data)
{
  Subscription *subscription = user_data;
  g_autoptr (PeerEncryptedSignaling) self = g_object_ref (subscription->owner);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = unseal (self, subscription->name, message, &error);

  if (value != NULL)
    peer_signaling_deliver (PEER_SIGNALING (self), (const char *const *) subscription->topic, value);
  else
    g_signal_emit_by_name (self, "error", error);
}

static void
available_cb (PeerEncryptedSignaling *self)
{
  g_signal_emit_by_name (self, "available");
}

static void
error_cb (PeerEncryptedSignaling *self,
          const GError *error)
{
  g_signal_emit_by_name (self, "error", error);
}

static void
peer_encrypted_signaling_subscribe_topic (PeerSignaling *signaling,
                                          const char *const *topic)
{
  PeerEncryptedSignaling *self = PEER_ENCRYPTED_SIGNALING (signaling);
  Subscription *subscription = g_new0 (Subscription, 1);
  g_autofree char *hidden = NULL;

  subscription->owner = self;
  subscription->name = peer_topic_name_join (topic);
  subscription->topic = g_strdupv ((char **) topic);
  hidden = peer_sealer_hide_topic (self->sealer, subscription->name);
  g_hash_table_insert (self->subscriptions, subscription->name, subscription);
  subscription->id = peer_signaling_subscribe (self->signaling, (const char *const[]){ hidden, NULL }, message_cb, subscription, NULL);
}

static void
peer_encrypted_signaling_unsubscribe_topic (PeerSignaling *signaling,
                                            const char *const *topic)
{
  PeerEncryptedSignaling *self = PEER_ENCRYPTED_SIGNALING (signaling);
  g_autofree char *name = peer_topic_name_join (topic);

  g_hash_table_remove (self->subscriptions, name);
}

static gboolean
peer_encrypted_signaling_publish (PeerSignaling *signaling,
                                  const char *const *topic,
                                  GVariant *message,
                                  GError **error)
{
  PeerEncryptedSignaling *self = PEER_ENCRYPTED_SIGNALING (signaling);
  gsize length;
  g_autofree char *text = peer_json_print (message, &length, error);
  g_autofree char *name = peer_topic_name_join (topic);
  g_autofree char *hidden = NULL;
  g_autofree char *sealed = NULL;

  if (text == NULL)
    return FALSE;

  hidden = peer_sealer_hide_topic (self->sealer, name);
  sealed = peer_sealer_seal (self->sealer, name, text, length);

  return peer_signaling_publish (self->signaling, (const char *const[]){ hidden, NULL }, g_variant_new_string (sealed), error);
}

static void
peer_encrypted_signaling_iface_init (PeerSignalingInterface *iface)
{
  iface->subscribe_topic = peer_encrypted_signaling_subscribe_topic;
  iface->unsubscribe_topic = peer_encrypted_signaling_unsubscribe_topic;
  iface->publish = peer_encrypted_signaling_publish;
}

static void
forget_password (PeerEncryptedSignaling *self)
{
  if (self->password != NULL)
    OPENSSL_cleanse (self->password, strlen (self->password));
  g_clear_pointer (&self->password, g_free);
}

static void
peer_encrypted_signaling_get_property (GObject *object,
                                       guint prop_id,
                                       GValue *value,
                                       GParamSpec *pspec)
{
  PeerEncryptedSignaling *self = PEER_ENCRYPTED_SIGNALING (object);

  switch ((PeerEncryptedSignalingProperty) prop_id)
    {
    case PROP_SIGNALING:
      g_value_set_object (value, self->signaling);
      break;
    case PROP_ITERATIONS:
      g_value_set_uint (value, self->iterations);
      break;
    case PROP_PASSWORD:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_encrypted_signaling_set_property (GObject *object,
                                       guint prop_id,
                                       const GValue *value,
                                       GParamSpec *pspec)
{
  PeerEncryptedSignaling *self = PEER_ENCRYPTED_SIGNALING (object);

  switch ((PeerEncryptedSignalingProperty) prop_id)
    {
    case PROP_SIGNALING:
      self->signaling = g_value_dup_object (value);
      break;
    case PROP_PASSWORD:
      self->password = g_value_dup_string (value);
      break;
    case PROP_ITERATIONS:
      self->iterations = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
peer_encrypted_signaling_constructed (GObject *object)
{
  PeerEncryptedSignaling *self = PEER_ENCRYPTED_SIGNALING (object);

  G_OBJECT_CLASS (peer_encrypted_signaling_parent_class)->constructed (object);

  self->sealer = peer_sealer_new (self->password != NULL ? self->password : "", SALT, self->iterations);
  forget_password (self);
  if (self->signaling == NULL)
    self->signaling = peer_memory_signaling_new ();
  g_signal_connect_object (self->signaling, "available", G_CALLBACK (available_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->signaling, "error", G_CALLBACK (error_cb), self, G_CONNECT_SWAPPED);
}

static void
peer_encrypted_signaling_dispose (GObject *object)
{
  PeerEncryptedSignaling *self = PEER_ENCRYPTED_SIGNALING (object);

  g_hash_table_remove_all (self->subscriptions);
  if (self->signaling != NULL)
    g_signal_handlers_disconnect_by_data (self->signaling, self);

  G_OBJECT_CLASS (peer_encrypted_signaling_parent_class)->dispose (object);
}

static void
peer_encrypted_signaling_finalize (GObject *object)
{
  PeerEncryptedSignaling *self = PEER_ENCRYPTED_SIGNALING (object);

  g_hash_table_unref (self->subscriptions);
  g_clear_object (&self->signaling);
  g_clear_pointer (&self->sealer, peer_sealer_free);
  forget_password (self);

  G_OBJECT_CLASS (peer_encrypted_signaling_parent_class)->finalize (object);
}

static void
peer_encrypted_signaling_class_init (PeerEncryptedSignalingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = peer_encrypted_signaling_get_property;
  object_class->set_property = peer_encrypted_signaling_set_property;
  object_class->constructed = peer_encrypted_signaling_constructed;
  object_class->dispose = peer_encrypted_signaling_dispose;
  object_class->finalize = peer_encrypted_signaling_finalize;

  /**
   * PeerEncryptedSignaling:password:
   *
   * What all who are to reach each other have in common. It can be set and not
   * read.
   */
  props[PROP_PASSWORD] = g_param_spec_string ("password", NULL, NULL, NULL, flags);

  flags |= G_PARAM_READABLE;

  /**
   * PeerEncryptedSignaling:signaling:
   *
   * The signaling that carries the messages.
   */
  props[PROP_SIGNALING] = g_param_spec_object ("signaling", NULL, NULL, PEER_TYPE_SIGNALING, flags);

  /**
   * PeerEncryptedSignaling:iterations:
   *
   * How much work it is to try a password: the iterations of PBKDF2. All have
   * to have the same number.
   */
  props[PROP_ITERATIONS] = g_param_spec_uint ("iterations", NULL, NULL, MIN_ITERATIONS, G_MAXINT, ITERATIONS, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
peer_encrypted_signaling_init (PeerEncryptedSignaling *self)
{
  self->subscriptions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, subscription_free);
  peer_signaling_setup (PEER_SIGNALING (self));
}

/**
 * peer_encrypted_signaling_new:
 * @signaling: the signaling that is to carry the messages
 * @password: what all who are to reach each other have in common
 *
 * Makes an encrypted signaling over another one.
 *
 * Returns: (transfer full): a new signaling
 */
PeerSignaling *
peer_encrypted_signaling_new (PeerSignaling *signaling,
                              const char *password)
{
  g_return_val_if_fail (PEER_IS_SIGNALING (signaling), NULL);
  g_return_val_if_fail (password != NULL, NULL);

  return g_object_new (PEER_TYPE_ENCRYPTED_SIGNALING, "signaling", signaling, "password", password, NULL);
}

/**
 * peer_encrypted_signaling_get_signaling: (get-property signaling)
 * @self: a signaling
 *
 * Gets the signaling that carries the messages.
 *
 * Returns: (transfer none): the signaling
 */
PeerSignaling *
peer_encrypted_signaling_get_signaling (PeerEncryptedSignaling *self)
{
  g_return_val_if_fail (PEER_IS_ENCRYPTED_SIGNALING (self), NULL);

  return self->signaling;
}
