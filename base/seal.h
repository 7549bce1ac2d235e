/* seal.h - a text that shows by itself whether it is still what was written.
 *
 * Its last member is the digest of all bytes before that member: for JSON objects that lie where
 * people and other programs get at them. It guards against damage, not against forgery. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* `json` ends with the closing brace of an object that has a member; the seal is put before it. */
void seal_append(struct text *json);
/* The bytes end with a seal, and it fits. */
bool seal_is_intact(const char *bytes, size_t length);

#endif
