/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>
#include <libpeerglib/peer.h>

/* What the lines of native-commands.h are made of. A value in them is
 * {"text":…}, {"bytes":base64} or, anything else, {"variant":GVariant text with
 * its types}; an error has a type, PeerJS's name of it, and a message. */

void native_wire_write (JsonBuilder *builder);
JsonBuilder *native_wire_begin_event (const char *name);
void native_wire_end_event (JsonBuilder *builder);
void native_wire_add_string (JsonBuilder *builder,
                             const char *name,
                             const char *value);
void native_wire_add_value (JsonBuilder *builder,
                            const char *name,
                            GVariant *value);

/* Transfer full, and not floating. */
GVariant *native_wire_get_value (JsonObject *value,
                                 GError **error);

void native_wire_add_error (JsonBuilder *builder,
                            const GError *error);
const char *native_wire_serialization_name (PeerSerialization serialization);
gboolean native_wire_parse_serialization (const char *name,
                                          PeerSerialization *serialization);
