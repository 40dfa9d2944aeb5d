/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "native-wire.h"

#include <stdio.h>

void
native_wire_write (JsonBuilder *builder)
{
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  g_autofree char *line = json_to_string (node, FALSE);

  puts (line);
  fflush (stdout);
}

JsonBuilder *
native_wire_begin_event (const char *name)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, name);
  return builder;
}

void
native_wire_end_event (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  native_wire_write (builder);
  g_object_unref (builder);
}

void
native_wire_add_string (JsonBuilder *builder,
                        const char *name,
                        const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
native_wire_add_value (JsonBuilder *builder,
                       const char *name,
                       GVariant *value)
{
  json_builder_set_member_name (builder, name);
  if (value == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }

  json_builder_begin_object (builder);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      native_wire_add_string (builder, "text", g_variant_get_string (value, NULL));
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    {
      g_autofree char *text = g_base64_encode (g_variant_get_data (value), g_variant_get_size (value));

      native_wire_add_string (builder, "bytes", text);
    }
  else
    {
      g_autofree char *text = g_variant_print (value, TRUE);

      native_wire_add_string (builder, "variant", text);
    }
  json_builder_end_object (builder);
}

GVariant *
native_wire_get_value (JsonObject *value,
                       GError **error)
{
  if (json_object_has_member (value, "text"))
    return g_variant_ref_sink (g_variant_new_string (json_object_get_string_member (value, "text")));

  if (json_object_has_member (value, "bytes"))
    {
      gsize length;
      guchar *data = g_base64_decode (json_object_get_string_member (value, "bytes"), &length);
      g_autoptr (GBytes) bytes = g_bytes_new_take (data, length);

      return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
    }

  return g_variant_parse (NULL, json_object_get_string_member (value, "variant"), NULL, NULL, error);
}

static const char *
enum_nick (GType type,
           int value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, value)->value_nick;
}

void
native_wire_add_error (JsonBuilder *builder,
                       const GError *error)
{
  const char *type = g_quark_to_string (error->domain);

  if (error->domain == PEER_ERROR)
    type = enum_nick (PEER_TYPE_ERROR, error->code);
  native_wire_add_string (builder, "type", type);
  native_wire_add_string (builder, "message", error->message);
}

/* The name that PeerJS has for it. */
const char *
native_wire_serialization_name (PeerSerialization serialization)
{
  switch (serialization)
    {
    case PEER_SERIALIZATION_NONE:
      return "raw";
    case PEER_SERIALIZATION_MSGPACK:
      return "MsgPack";
    case PEER_SERIALIZATION_BINARY:
    case PEER_SERIALIZATION_BINARY_UTF8:
    case PEER_SERIALIZATION_JSON:
    case PEER_SERIALIZATION_CUSTOM:
    default:
      return enum_nick (PEER_TYPE_SERIALIZATION, serialization);
    }
}

gboolean
native_wire_parse_serialization (const char *name,
                                 PeerSerialization *serialization)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (PEER_TYPE_SERIALIZATION);

  for (guint i = 0; i < klass->n_values; i++)
    {
      *serialization = klass->values[i].value;
      if (g_str_equal (native_wire_serialization_name (*serialization), name))
        return TRUE;
    }
  return FALSE;
}
