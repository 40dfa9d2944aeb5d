/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

char *certificate_write (GError **error);
