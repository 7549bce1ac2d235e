/* rest.h - when does every dropped scan rest in a final state, and when will that never be?
 *
 * At rest: nothing pending in a drop folder, no scan received or being read, no document being
 * matched, no job ready or leased, and every refused scan given back to its site.
 *
 * Stuck: not at rest, and nothing has changed for longer than the longest wait that the
 * configuration allows, or nobody is left who could change anything. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_REST_H
#define CLI_REST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "config/config.h"
#include "store/ledger.h"

enum rest { REST_MOVING, REST_REACHED, REST_STUCK };

/* What was seen at one look. */
struct rest_look {
    struct ledger_summary summary;
    uint64_t pages_done; /* of the jobs that are being worked on */
    uint64_t pending;    /* in all drop folders; only counted when the ledger is at rest */
    unsigned deaths;     /* of the programs that were started, so far */
};

struct rest_watch {
    struct rest_look last;
    int64_t changed_ms; /* monotonic; 0 before the first look */
    unsigned deaths_then;
};

/* Of the ledger alone. */
bool rest_is_ledger_at_rest(const struct ledger_summary *summary);
/* Looks at the ledger and, when that rests, into the drop folders and at the ledger again: a file
 * leaves its drop folder only after the ledger has it. */
enum status rest_look_at(struct ledger *ledger, const struct config *config, unsigned deaths,
                         struct rest_look *ret_look, struct fault *fault);
enum rest rest_judge(struct rest_watch *watch, const struct rest_look *look,
                     const struct config *config, int64_t monotonic_ms);
/* Appends what is not at rest, e.g. "2 waiting to be read, 1 being read". */
void rest_append_unfinished(const struct rest_look *look, struct text *text);

#endif
