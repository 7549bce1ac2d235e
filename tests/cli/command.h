/* command.h - runs the posteingang command of this build and keeps what it said. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_CLI_COMMAND_H
#define TESTS_CLI_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

struct said {
    int exit_code;
    char *out;   /* standard output */
    char *error; /* standard error */
};

/* Runs `posteingang ARGUMENTS`, given as a shell would read them. Replaces what was said before. */
void command(struct said *said, const char *arguments);
/* The same for the program at `path`. */
void command_at(struct said *said, const char *path, const char *arguments);
void said_done(struct said *said);

/* Fails the test, showing everything that was said, unless … */
void expect_exit(const struct said *said, int exit_code);
void expect_out(const struct said *said, const char *part);
void expect_error(const struct said *said, const char *part);
/* Line `number` (from 0) of the output as JSON; the caller owns it. Fails the test when there is
 * no such line or it is not JSON. */
json_t *expect_json_line(const struct said *said, unsigned number);
unsigned count_lines(const char *string);

#endif
