/* arguments.h - a program's command line as a table, so that --help is never out of date. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_ARGUMENTS_H
#define BASE_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

enum argument_kind {
    ARGUMENT_FLAG,   /* bool *: set to true */
    ARGUMENT_STRING, /* const char **: the last one given */
    ARGUMENT_LIST,   /* struct argument_list *: each one given */
    ARGUMENT_COUNT   /* long *: a whole number of at least 0 */
};

/* Values point into argv; `values` is owned, free it with argument_list_done(). */
struct argument_list {
    const char **values;
    size_t count;
};

struct argument {
    const char *name;  /* long form without the dashes, e.g. "json" */
    const char *value; /* what to call the value in --help, e.g. "FILE"; NULL for a flag */
    const char *help;  /* one sentence */
    enum argument_kind kind;
    void *target;
};

/* Reads argv[1…] of `argc`: options of `table` (`count` rows) as --name VALUE or --name=VALUE;
 * "--" ends them; all else goes to `ret_rest` in order (its `values` owned by the caller, also
 * when empty). An unknown option or a missing value gives STATUS_REFUSE with a suggestion. */
enum status arguments_read(const struct argument *table, size_t count, int argc, char **argv,
                           struct argument_list *ret_rest, struct fault *fault);
/* True when --help or -h stands before any "--". */
bool arguments_ask_for_help(int argc, char **argv);
/* Prints "Usage: `usage`", the `about` paragraph and a line for every row of the table. */
void arguments_print_help(const char *usage, const char *about, const struct argument *table,
                          size_t count);
void argument_list_done(struct argument_list *list);

/* A program that takes options and nothing else. */
struct program_line {
    const char *program; /* under this name it writes its log */
    const char *usage;   /* after "Usage: " */
    const char *about;   /* a sentence or two */
    const struct argument *table;
    size_t count; /* rows of the table */
};

/* For a main(): opens the log, prints --help when asked, reads the options. True: go on. False:
 * end with `ret_code`, EXIT_DONE after --help and EXIT_USAGE after what the log now explains.
 * Lists of the table are the caller's to free in every case. */
bool program_line_read(const struct program_line *line, int argc, char **argv, int *ret_code);

#endif
