/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "native-wire.h"

/* Programs that do as they are told, for tests in other languages: commands are
 * lines of JSON on the standard input, answers and events lines of JSON on the
 * standard output. {"serial":1,"command":"connect","peer":"bob"} is answered
 * with {"answer":1,…}, which has a member "error" when it did not work. */

/* program is what native_commands_run() was given; what is to be in the answer
 * goes into its object. */
typedef gboolean (*NativeCommandFunc) (gpointer program,
                                       JsonObject *parameters,
                                       JsonBuilder *answer,
                                       GError **error);

/* In an array that ends with one without a name. */
typedef struct
{
  const char *name;
  NativeCommandFunc run;
} NativeCommand;

/* For a function that has a type of its own for the program. */
#define NATIVE_COMMAND(name, run) \
  {                               \
    name, (NativeCommandFunc) run \
  }

/* Runs what it is told until its input ends, or is no JSON; what main() has to
 * return. */
int native_commands_run (const NativeCommand *commands,
                         gpointer program);
