/* reserve.h - room on the ledger's disk that is kept for its last words.
 *
 * A file of real blocks beside the ledger. When the disk is full its room is given up, so that
 * what is in hand can still be written down: the result of a reading, the end of a lease, that the
 * programs stop. Until the room is taken back nobody begins anything new: the intake leaves files
 * where they were dropped, the dispatcher gives no jobs out. One program, the dispatcher, gives up
 * and takes back; others only look. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_RESERVE_H
#define STORE_RESERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

/* With less than this free a disk counts as full. */
enum { RESERVE_FULL_BYTES = 128 * 1024 };

struct reserve;

/* Opens "LEDGER.reserve" and takes its room when the disk has it twice over. *ret_reserve is NULL
 * for `bytes` 0 and for a ledger that is no file on this host. A disk without that room is no
 * failure, see reserve_is_whole(). */
enum status reserve_open(const char *ledger, uint64_t bytes, struct reserve **ret_reserve,
                         struct fault *fault);
/* Accepts NULL; sets the pointer to NULL. The room stays taken. */
void reserve_close(struct reserve **reserve_p);

/* NULL is whole. */
bool reserve_is_whole(const struct reserve *reserve);
/* The ledger could not write now: when its disk is full the room is given up. True: just now, so
 * that trying again is worth it. Accepts NULL. */
bool reserve_give_up(struct reserve *reserve);
/* Takes the room back when the disk has it twice over; true when the reserve is whole. Accepts
 * NULL. */
bool reserve_take_back(struct reserve *reserve);

/* For other programs: the ledger has a reserve of which the room is not taken. */
bool reserve_is_used(const char *ledger);

struct reserve_room {
    uint64_t bytes; /* as long as the file is; 0: given up, or not had yet */
    uint64_t taken; /* bytes of the disk that it takes */
};

/* How the ledger's reserve lies there; false when there is no such file. */
bool reserve_look(const char *ledger, struct reserve_room *ret_room);

#endif
