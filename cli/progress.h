/* progress.h - what a person sees while `run` works, and at its end. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "cli/pace.h"
#include "store/ledger.h"

struct progress {
    struct ledger_summary first; /* when it began */
    struct ledger_summary shown; /* what was shown last */
    int64_t began_ms;            /* monotonic */
    int64_t shown_ms;            /* monotonic */
    struct pace pace;
    bool has_first;
};

/* On a terminal redraws one line; else logs a line when something changed, not too often. */
void progress_show(struct progress *progress, const struct ledger_summary *summary,
                   int64_t monotonic_ms);
/* Takes the line away. */
void progress_end(const struct progress *progress);
/* The outcomes of what moved since the beginning, as a short table on standard output, and what
 * a person should do next. */
void progress_print_outcome(const struct progress *progress, const struct ledger_summary *summary,
                            int64_t monotonic_ms);
/* Appends "waiting 12, being read 2, filed 118, …". */
void progress_append_line(const struct progress *progress, const struct ledger_summary *summary,
                          struct text *text);

#endif
