/* ledger_move.h - a ledger from one engine to another, row by row, and whole or not at all.
 *
 * All rows of all tables are read at one moment and written in one transaction; then both sides are
 * summed up, and only when the sums are equal is the copy committed. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_LEDGER_MOVE_H
#define STORE_LEDGER_MOVE_H

#include "store/ledger.h"

struct ledger_moved {
    uint64_t tables;
    uint64_t rows;
    struct digest content; /* over every row of every table, on both sides */
};

/* Copies the ledger at `from` to `to`, each a path or URL of ledger_open(), while others go on
 * working. STATUS_REFUSE when there is a ledger at `to` in which something happened. */
enum status ledger_copy(const char *from, const char *to, const struct clock *clock,
                        struct ledger_moved *ret_moved, struct fault *fault);
/* The same, with nobody writing meanwhile, and afterwards `from` says where it went: it cannot be
 * opened any more, and a program that has it open cannot change it. A crash before the very end
 * leaves `from` in force. */
enum status ledger_move(const char *from, const char *to, const struct clock *clock,
                        struct ledger_moved *ret_moved, struct fault *fault);

/* ledger_copy_to() of a ledger on a server: to a new file, from an open ledger. */
enum status ledger_copy_rows(struct ledger *ledger, const char *path, struct fault *fault);

#endif
