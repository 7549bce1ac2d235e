/* register_change.h - what a new register changes in the one before, case by case.
 *
 * Rows are told from both sides in any order; per case and side their keyed hashes are summed up,
 * so that the order of a case's persons is no change. 32 bytes a slot, two million persons in a
 * million cases take some 64 MiB. Cases are known by 64-bit keyed hashes: two of ten million
 * would be taken for one with a probability of about 2^-18. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_REGISTER_CHANGE_H
#define STORE_REGISTER_CHANGE_H

#include "store/register.h"

struct register_change;

enum register_side { REGISTER_BEFORE, REGISTER_AFTER };

/* NULL: out of memory. */
struct register_change *register_change_new(void);
void register_change_free(struct register_change **change_p);

/* False: out of memory. */
bool register_change_add(struct register_change *change, enum register_side side,
                         const struct register_row *row);
/* The case stands in the new file, whatever rows it has there: for incremental imports. */
bool register_change_touch(struct register_change *change, const char *case_number);

struct register_change_counts {
    uint64_t cases_new, cases_changed, cases_gone, cases_same;
    uint64_t persons, cases; /* of the register after the import */
};
/* With `is_incremental`, cases that the new side does not touch stay as they are. */
struct register_change_counts register_change_count(const struct register_change *change,
                                                    bool is_incremental);

#endif
