/* excerpt.h - where in a text the words stand that were looked for. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef PORTAL_EXCERPT_H
#define PORTAL_EXCERPT_H

#include <jansson.h>
#include <stddef.h>

#include "store/search.h"

/* A new array of at most three pieces of the text; each piece is an array of
 * [words, whether they were looked for]. NULL when memory is out. */
json_t *excerpt_make(const struct search_query *query, const char *text, size_t length);

#endif
