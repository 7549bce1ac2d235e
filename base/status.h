/* status.h - what a caller should do next. The detail rides in a struct fault (fault.h).
 *
 * Every function that can fail for a reason outside the program returns one of these four. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_LATER,  /* nothing is wrong with the document: try again */
    STATUS_REFUSE, /* this input can never pass: set it aside with the reason, go on */
    STATUS_HALT    /* we can no longer keep our promises: stop this process */
};

/* "ok", "later", "refuse" or "halt"; static. */
const char *status_name(enum status status);

/* Exit codes of every program (docs/architecture.md, "Commands"). */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_FOUND = 1, /* done, and something was found wrong or refused */
    EXIT_USAGE = 2,
    EXIT_CONFIGURATION = 3,
    EXIT_UNREACHABLE = 4,
    EXIT_NOT_PERMITTED = 5,
    EXIT_STORAGE = 6,
    EXIT_AGAIN = 7 /* ended to be started anew with another configuration */
};

#endif
