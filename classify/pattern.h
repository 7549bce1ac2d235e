/* pattern.h - one compiled regular expression (PCRE2, UTF-8) and where it matches.
 *
 * Matching is bounded: a pattern that would search without end gives up and has not matched. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_PATTERN_H
#define CLASSIFY_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum {
    PATTERN_GROUPS_MOST = 16,      /* groups that a match reports, the whole match included */
    PATTERN_STEPS_MOST = 200000,   /* PCRE2's match limit */
    PATTERN_MEMORY_KIB_MOST = 4096 /* PCRE2's heap limit */
};

struct pattern;

struct pattern_span {
    size_t start, end; /* bytes; equal when the group took no part */
};

struct pattern_match {
    struct pattern_span groups[PATTERN_GROUPS_MOST]; /* [0] is the whole match */
};

/* STATUS_REFUSE: does not compile, with PCRE2's words and the place. The caller owns
 * *ret_pattern (pattern_free()). */
enum status pattern_new(const char *expression, struct pattern **ret_pattern, struct fault *fault);
void pattern_free(struct pattern **pattern_p);
/* The first match at or after byte `from` of valid UTF-8. */
bool pattern_find(const struct pattern *pattern, const char *text, size_t length, size_t from,
                  struct pattern_match *ret_match);
/* The number of a named group, or -1. */
int pattern_group(const struct pattern *pattern, const char *name);

#endif
