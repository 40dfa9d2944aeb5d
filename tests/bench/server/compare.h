/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "schedule.h"

gboolean compare_contestants (char **texts, const Schedule *schedule, GError **error);
