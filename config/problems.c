/* problems.c - see problems.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/problems.h"

enum { PROBLEM_WORDS_BYTES = 1024 };

void problems_add(struct problems *problems, unsigned line, const char *format, ...)
{
    if (problems->count == PROBLEMS_MOST)
        return;
    char words[PROBLEM_WORDS_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    char *kept = string_copy(words);
    if (kept == NULL) {
        problems->failed = true;
        return;
    }
    // Kept sorted: behind the last one that is not of a later line.
    size_t place = problems->count;
    while (place > 0 && problems->items[place - 1].line > line) {
        problems->items[place] = problems->items[place - 1];
        place--;
    }
    problems->items[place] = (struct problem){.line = line, .words = kept};
    problems->count++;
}

bool problems_on_line(const struct problems *problems, unsigned line)
{
    for (size_t i = 0; i < problems->count; i++)
        if (problems->items[i].line == line)
            return true;
    return false;
}

void problems_append(struct problems *problems, const char *name, struct text *text)
{
    for (size_t i = 0; i < problems->count; i++)
        text_append_format(text, "%s:%u: %s\n", name, problems->items[i].line,
                           problems->items[i].words);
}

void problems_done(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        free(problems->items[i].words);
    *problems = (struct problems){0};
}
