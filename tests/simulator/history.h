/* history.h - one simulated history: scans come, workers work, everything goes wrong, and in the
 * end nothing is lost and nothing is there twice.
 *
 * Real are the dispatcher (workers/dispatch and all its files), the workers' side of the protocol
 * (workers/link), the codec, the ledger on its own SQLite file and the spool. Played are the clock,
 * the network, the random numbers, the moment of every commit's crash, and what workers do with a
 * job. One thread, one seed, one history. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef TESTS_SIMULATOR_HISTORY_H
#define TESTS_SIMULATOR_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct history_result {
    struct digest digest; /* over every message and event, with its time */
    bool is_sound;
    char violation[256]; /* when not: the first promise that was broken */
    /* What it went through: */
    uint64_t messages, lost, doubled, overtaken;
    uint64_t dispatcher_crashes, worker_crashes, pauses, cuts;
    uint64_t commits, scans, documents_filed, documents_cleared, scans_failed;
    int64_t simulated_ms;
};

/* Makes what all histories share in `folder` (an empty one, best in memory). */
void history_prepare(const char *folder);
/* Ends that. */
void history_finish(void);
/* Tells the story on standard output when `is_told`. */
void history_run(uint64_t seed, bool is_told, struct history_result *ret_result);

#endif
