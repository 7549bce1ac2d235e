/* keys.h - whether the keys of a file are settings, and whether lists are where lists belong. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stdbool.h>

#include "config/outline.h"
#include "config/problems.h"

/* Adds unknown keys (with what may have been meant) and values of the wrong shape to `problems`.
 * False when a shape is wrong or a key stands twice, so that the values cannot be read. */
bool keys_check(const struct outline *outline, struct problems *problems);

#endif
