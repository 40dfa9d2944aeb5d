/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "schedule.h"

gboolean load_nodes (char **uris, char **pid_texts, char **other_pid_texts, gboolean is_cross, const Schedule *schedule, GError **error);
