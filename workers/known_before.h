/* known_before.h - the lines of store/match_context.h as the matcher takes them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_KNOWN_BEFORE_H
#define WORKERS_KNOWN_BEFORE_H

#include "classify/classify.h"

struct known_before {
    char *text; /* the lines, cut up */
    const char **excluded;
    struct expected_paper *expected;
    struct classify_context context; /* points into the others */
};

/* STATUS_REFUSE: lines of another form. The caller ends it with known_before_done(), also after a
 * failure. */
enum status known_before_read(const void *lines, size_t length, struct known_before *ret_known,
                              struct fault *fault);
void known_before_done(struct known_before *known);

#endif
