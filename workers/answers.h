/* answers.h - the folder in which a document management system puts its answers (xdomea 0630).
 *
 * An answer is an .xml file, or a .zip with one in it, that has rested for ANSWERS_QUIET_MS. What
 * it says is kept in the ledger (store/packages.h); then it is moved to done/ in the folder, or to
 * refused/ with a German sentence in a .txt beside it. A crash in between reads it again, which
 * changes nothing. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef WORKERS_ANSWERS_H
#define WORKERS_ANSWERS_H

#include "base/clock.h"
#include "store/ledger.h"

enum { ANSWERS_QUIET_MS = 1000, ANSWERS_LOOK_MS = 2000 };

struct answers_count {
    uint32_t kept;    /* told what became of a package */
    uint32_t refused; /* could not be read, or are about nothing of ours */
    uint32_t waiting; /* still being written, it seems */
};

/* Looks once at everything in the folder, which is made when absent. STATUS_LATER: the folder or
 * the ledger cannot be used now. */
enum status answers_look(const char *folder, struct ledger *ledger, const struct clock *clock,
                         struct answers_count *ret_count, struct fault *fault);

#endif
