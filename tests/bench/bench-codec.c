/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <msgpack.h>

#include "libpeerglib/protocol/peer-json-private.h"
#include "libpeerglib/protocol/peer-pack-private.h"

/* BinaryPack here against MessagePack in libmsgpack, on equal values: prints a
 * line of JSON for each. codec.js runs it in turn with the JavaScript package
 * and works out the ratios. */

#define MEGABYTE (1024 * 1024)
#define MIN_MICROSECONDS 60000
#define MAX_DEPTH 32

typedef struct
{
  GVariant *value;
  GBytes *packed;
  GBytes *message_packed;
  msgpack_unpacked object;
} Document;

typedef void (*Operation) (Document *document);

static char *
make_small_object (void)
{
  return g_strdup ("{\"type\":\"message\",\"id\":12345,\"text\":\"hello world, this is a message\",\"at\":1700000000000,"
                   "\"tags\":[\"a\",\"b\",\"c\"],\"ok\":true,\"score\":0.75,\"from\":null}");
}

static char *
make_objects (void)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text,
                            "%s{\"id\":%u,\"name\":\"user %u\",\"email\":\"user%u@example.com\",\"active\":%s,"
                            "\"score\":%u.5,\"tags\":[\"first\",\"second\"]}",
                            i > 0 ? "," : "", i, i, i, i % 2 ? "true" : "false", i);

  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

static char *
make_text (void)
{
  GString *text = g_string_new ("\"");

  while (text->len < MEGABYTE)
    g_string_append (text, "The quick brown fox jumps over the lazy dog. ");

  return g_string_free (g_string_append_c (text, '"'), FALSE);
}

static char *
make_numbers (void)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < 500; i++)
    g_string_append_printf (text, "%s%u,-%u,%u.25,%u000000", i > 0 ? "," : "", i % 128, i + 1, i, i + 1);

  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

/* NULL: a megabyte of bytes, which JSON has no form for. */
static const struct
{
  const char *name;
  char *(*make) (void);
} documents[] = {
  { "small-object", make_small_object },
  { "objects-1000", make_objects },
  { "text-1mb", make_text },
  { "bytes-1mb", NULL },
  { "numbers-2000", make_numbers },
};

static GVariant *
make_value (char *(*make) (void) )
{
  g_autofree char *text = NULL;
  g_autofree guint8 *data = NULL;
  GVariant *value;

  if (make != NULL)
    {
      text = make ();
      value = peer_json_parse (text, strlen (text), MAX_DEPTH, NULL);
      g_assert_nonnull (value);
      return value;
    }

  data = g_malloc (MEGABYTE);
  for (gsize i = 0; i < MEGABYTE; i++)
    data[i] = (guint8) (i * 31);

  return g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, MEGABYTE, 1));
}

static GBytes *
pack_value (GVariant *value,
            PeerPackFormat format)
{
  PeerRope rope = { { NULL } };

  if (!peer_pack_append (&rope, format, value, MAX_DEPTH, NULL))
    g_assert_not_reached ();

  return peer_rope_steal_bytes (&rope);
}

static void
pack (Document *document)
{
  g_bytes_unref (pack_value (document->value, PEER_PACK_FORMAT_BINARY_PACK));
}

static void
unpack (Document *document)
{
  GVariant *value = peer_unpack (document->packed, PEER_PACK_FORMAT_BINARY_PACK, MAX_DEPTH, G_MAXSIZE, NULL);

  g_assert_nonnull (value);
  g_variant_unref (value);
}

static void
pack_with_libmsgpack (Document *document)
{
  msgpack_sbuffer buffer;
  msgpack_packer packer;

  msgpack_sbuffer_init (&buffer);
  msgpack_packer_init (&packer, &buffer, msgpack_sbuffer_write);
  msgpack_pack_object (&packer, document->object.data);
  msgpack_sbuffer_destroy (&buffer);
}

static void
unpack_with_libmsgpack (Document *document)
{
  msgpack_unpacked object;
  size_t offset = 0;
  msgpack_unpack_return result;

  msgpack_unpacked_init (&object);
  result = msgpack_unpack_next (&object, g_bytes_get_data (document->message_packed, NULL),
                                g_bytes_get_size (document->message_packed), &offset);
  g_assert_cmpint (result, ==, MSGPACK_UNPACK_SUCCESS);
  msgpack_unpacked_destroy (&object);
}

static GVariant *
object_to_variant (const msgpack_object *object)
{
  GVariantBuilder builder;

  switch ((int) object->type)
    {
    case MSGPACK_OBJECT_BOOLEAN:
      return g_variant_new_boolean (object->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
      return g_variant_new_int64 ((gint64) object->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
      return g_variant_new_int64 (object->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
      return g_variant_new_double (object->via.f64);
    case MSGPACK_OBJECT_STR:
      return g_variant_new_take_string (g_strndup (object->via.str.ptr, object->via.str.size));
    case MSGPACK_OBJECT_BIN:
      return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, object->via.bin.ptr, object->via.bin.size, 1);
    case MSGPACK_OBJECT_ARRAY:
      g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
      for (guint32 i = 0; i < object->via.array.size; i++)
        g_variant_builder_add_value (&builder, g_variant_new_variant (object_to_variant (&object->via.array.ptr[i])));
      return g_variant_builder_end (&builder);
    case MSGPACK_OBJECT_MAP:
      g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
      for (guint32 i = 0; i < object->via.map.size; i++)
        {
          const msgpack_object_kv *member = &object->via.map.ptr[i];

          g_variant_builder_add_value (&builder,
                                       g_variant_new_dict_entry (object_to_variant (&member->key),
                                                                 g_variant_new_variant (object_to_variant (&member->val))));
        }
      return g_variant_builder_end (&builder);
    default:
      return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
    }
}

/* What it takes to have with libmsgpack what peer_unpack() returns: values of
 * their own, which need the message no more. */
static void
unpack_with_libmsgpack_to_variant (Document *document)
{
  msgpack_unpacked object;
  size_t offset = 0;

  msgpack_unpacked_init (&object);
  msgpack_unpack_next (&object, g_bytes_get_data (document->message_packed, NULL),
                       g_bytes_get_size (document->message_packed), &offset);
  g_variant_unref (g_variant_ref_sink (object_to_variant (&object.data)));
  msgpack_unpacked_destroy (&object);
}

/* Of this process, so that others do not count. */
static gint64
get_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);

  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* Nanoseconds of CPU that one run takes. */
static double
measure (Operation operation,
         Document *document)
{
  guint64 n_runs = 1;

  for (;;)
    {
      gint64 start = get_cpu_time ();
      gint64 elapsed;

      for (guint64 i = 0; i < n_runs; i++)
        operation (document);
      elapsed = get_cpu_time () - start;
      if (elapsed >= MIN_MICROSECONDS)
        return (double) elapsed * 1000.0 / (double) n_runs;
      n_runs *= elapsed < MIN_MICROSECONDS / 10 ? 8 : 2;
    }
}

static void
print_measurement (const char *name,
                   Document *document,
                   const char *implementation,
                   const char *operation_name,
                   Operation operation)
{
  gsize size = g_bytes_get_size (document->packed);
  double nanoseconds = measure (operation, document);

  printf ("{\"document\":\"%s\",\"bytes\":%zu,\"implementation\":\"%s\",\"operation\":\"%s\",\"nanoseconds\":%.1f,\"mbPerSecond\":%.1f}\n",
          name, (size_t) size, implementation, operation_name, nanoseconds, (double) size * 1000.0 / nanoseconds);
}

static void
measure_document (const char *name,
                  char *(*make) (void) )
{
  Document document = { make_value (make) };
  size_t offset = 0;

  document.packed = pack_value (document.value, PEER_PACK_FORMAT_BINARY_PACK);
  document.message_packed = pack_value (document.value, PEER_PACK_FORMAT_MESSAGE_PACK);
  msgpack_unpacked_init (&document.object);
  msgpack_unpack_next (&document.object, g_bytes_get_data (document.message_packed, NULL),
                       g_bytes_get_size (document.message_packed), &offset);

  print_measurement (name, &document, "libpeerglib", "pack", pack);
  print_measurement (name, &document, "libmsgpack", "pack", pack_with_libmsgpack);
  print_measurement (name, &document, "libpeerglib", "unpack", unpack);
  print_measurement (name, &document, "libmsgpack", "unpack", unpack_with_libmsgpack);
  print_measurement (name, &document, "libmsgpackToGVariant", "unpack", unpack_with_libmsgpack_to_variant);

  msgpack_unpacked_destroy (&document.object);
  g_bytes_unref (document.packed);
  g_bytes_unref (document.message_packed);
  g_variant_unref (document.value);
}

int
main (int argc,
      char *argv[])
{
  const char *wanted = argc > 1 ? argv[argc - 1] : NULL;
  gboolean print_document = argc > 2 && strcmp (argv[1], "--print") == 0;

  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      if (wanted != NULL && strcmp (documents[i].name, wanted) != 0)
        continue;

      if (!print_document)
        measure_document (documents[i].name, documents[i].make);
      else if (documents[i].make != NULL)
        {
          g_autofree char *text = documents[i].make ();

          puts (text);
        }
    }

  return 0;
}
