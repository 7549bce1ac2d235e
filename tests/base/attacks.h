/* attacks.h - what code that took over a confined process might try, each thing by its name. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_BASE_ATTACKS_H
#define TESTS_BASE_ATTACKS_H

#include <stdbool.h>
#include <stddef.h>

struct attack {
    const char *name;
    bool (*run)(void);   /* true: it got through */
    bool must_be_killed; /* being told no by an error is not enough */
};

extern const struct attack attacks[];
extern const size_t attack_count;

#endif
