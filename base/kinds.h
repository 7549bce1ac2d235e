/* kinds.h - the kinds of document that the program knows by itself, and lists of kinds.
 *
 * An office adds kinds of its own by its configuration (`kinds[]`). A list of kinds is a setting's
 * text: names parted by semicolons, with blanks around them or not. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_KINDS_H
#define BASE_KINDS_H

#include <stdbool.h>
#include <stddef.h>

/* The name of kind `place`, from 0 in the order of the names; NULL behind the last one. */
const char *kind_built_in(size_t place);
/* Whether the program knows the kind of these `length` bytes without any configuration. */
bool kind_is_built_in(const char *name, size_t length);

/* The next name of `*list`, which moves behind it; false at the end. The name is `*ret_length`
 * bytes, never none, borrowed from the list. A list of NULL has no names. */
bool kind_list_next(const char **list, const char **ret_name, size_t *ret_length);
bool kind_list_has(const char *list, const char *kind);

#endif
