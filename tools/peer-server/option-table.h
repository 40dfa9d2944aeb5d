/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Every option of peer-server. A row makes an option of the command line, a
 * key of the configuration file and an environment variable; the manual pages,
 * the completion and the example of a configuration are held against it by a
 * test. */

typedef enum
{
  OPTION_TEXT,
  OPTION_FILE,
  OPTION_NUMBER,
  OPTION_FLAG,
  OPTION_LIST,
  OPTION_CHOICE, /* among the words of the argument */
} OptionKind;

typedef enum
{
  OPTION_NONE = 0,
  OPTION_FIXED = 1 << 0,  /* as it is when the program starts; reloading changes the others */
  OPTION_LIMIT = 1 << 1,  /* a property that --unlimited sets to 0 */
  OPTION_HIDDEN = 1 << 2, /* for the program itself: the command line only, and not in --help */
} OptionFlags;

typedef struct
{
  const char *name; /* of the long option, and the key */
  char letter;      /* of the short one, or 0 */
  OptionKind kind;
  OptionFlags flags;
  const char *property; /* of the PeerServer; NULL: the program's own business */
  const char *description;
  const char *argument; /* what --help calls the value */
} OptionSpec;

/* Ended by one without a name. */
extern const OptionSpec option_specs[];

/* Returns the row of a name, NULL if there is none. */
const OptionSpec *option_spec_find (const char *name);

/* Returns the row of a short option's letter, NULL if there is none. */
const OptionSpec *option_spec_find_letter (char letter);

/* The environment variable that gives the option a value. */
char *option_spec_get_variable (const OptionSpec *spec);

/* The names of all options of a kind. */
GStrv option_specs_list (OptionKind kind);

G_END_DECLS
