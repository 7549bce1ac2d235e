/* problems.h - what is wrong with a configuration file, one line of the file at a time.
 *
 * Collected in any order, told in the order of the file. Memory that runs out turns `failed`. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CONFIG_PROBLEMS_H
#define CONFIG_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { PROBLEMS_MOST = 200 }; /* a file with more than these is not read to its end by anybody */

struct problem {
    unsigned line; /* of the file, from 1 */
    char *words;
};

struct problems {
    struct problem items[PROBLEMS_MOST];
    size_t count;
    bool failed;
};

/* What is found beyond PROBLEMS_MOST is dropped. */
void problems_add(struct problems *problems, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool problems_on_line(const struct problems *problems, unsigned line);
/* Appends "name:line: words" for each, in the order of the lines. */
void problems_append(struct problems *problems, const char *name, struct text *text);
void problems_done(struct problems *problems);

#endif
