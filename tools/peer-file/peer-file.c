/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "../common/tool.h"
#include "options.h"
#include "receive.h"
#include "send.h"

int
main (int argc,
      char *argv[])
{
  Options options = { 0 };
  g_autoptr (GError) error = NULL;
  int exit_status;

  tool_init ();
  if (!options_parse (&options, &argc, &argv, &error))
    exit_status = tool_fail_usage ("peer-file", error);
  else if (options.version)
    exit_status = tool_print_version ("peer-file");
  else if (options.command == COMMAND_SEND)
    exit_status = send_files (&options);
  else
    exit_status = receive_files (&options);
  options_clear (&options);

  return exit_status;
}
