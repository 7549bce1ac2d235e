/* meters.h - numbers that only grow, made from the audit: what happened how often, how long it took.
 *
 * The audit has a row for every change, so that nothing has to be counted where the work is done.
 * Kept in the ledger together with the row up to which they count: a restart loses nothing, and
 * nothing is counted twice. One program follows the audit: posteingang-monitor. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_METERS_H
#define STORE_METERS_H

#include "store/ledger.h"

enum meter {
    METER_SCANS_ACCEPTED = 0, /* taken over, duplicates included */
    METER_SCANS_DUPLICATE,
    METER_SCANS_READ,
    METER_SCANS_REFUSED,
    METER_SCANS_FAILED, /* given up after the last attempt */
    METER_PAGES_READ,
    METER_DOCUMENTS_MADE,
    METER_DECIDED_TO_FILE, /* first decisions of the matcher: to be filed without a person … */
    METER_DECIDED_TO_CLEARING, /* … and for a person */
    METER_DOCUMENTS_FILED,
    METER_CLEARING_ASSIGNED, /* what people did with documents */
    METER_CLEARING_FORWARDED,
    METER_CLEARING_DISCARDED,
    METER_ATTEMPTS_READ, /* leases given out */
    METER_ATTEMPTS_MATCH,
    METER_ATTEMPTS_FILE,
    METER_ATTEMPTS_COMPOSE,
    METER_FAILURES_CONTENT,
    METER_FAILURES_REFUSED,
    METER_FAILURES_SYSTEM,
    METER_FAILURES_LOST,
    METER_DAMAGED, /* scans and documents set aside as corrupt */
    METER_REGISTER_IMPORTS,
    METER_LOGINS,
    METER_ESCALATIONS, /* deadlines that nobody acknowledged in time */
    METER_PURGED,      /* documents deleted for good */
    METERS
};

enum meter_stage {
    METER_STAGE_READ = 0, /* taken over -> read */
    METER_STAGE_MATCH,    /* read -> matched for the first time */
    METER_STAGE_FILE,     /* decided -> filed */
    METER_STAGE_WHOLE,    /* taken over -> filed without a person */
    METER_STAGE_CLEARING, /* into clearing -> decided by a person */
    METER_STAGES
};

enum { METER_BOUNDS = 14, METER_REASONS_MOST = 32, METER_REASON_BYTES = 120 };
enum { METER_WORKERS_MOST = 300, METER_WORKER_BYTES = 128 };

extern const int64_t meter_bounds_s[METER_BOUNDS]; /* upper bounds of the first buckets */

struct meter_histogram {
    uint64_t counts[METER_BOUNDS + 1]; /* the last one: beyond all bounds */
    uint64_t sum_ms;
};

/* Why scans were refused: the sentence without its numbers. */
struct meter_reason {
    char words[METER_REASON_BYTES];
    uint64_t count;
};

/* How many jobs of a worker failed since its last good one; lives as long as the follower. */
struct meter_worker {
    char name[METER_WORKER_BYTES];
    uint32_t failures; /* in a row, whatever the document */
    int64_t at_ms;     /* of the newest row about it */
};

struct meters {
    int64_t cursor; /* the last audit row that is counted */
    uint64_t counts[METERS];
    struct meter_histogram stages[METER_STAGES];
    struct meter_reason reasons[METER_REASONS_MOST];
    size_t reason_count;
    uint64_t other_reasons; /* refused for reasons beyond METER_REASONS_MOST */
    struct meter_worker workers[METER_WORKERS_MOST];
    size_t worker_count;
};

/* What was kept; all zero in a ledger that was never followed. */
enum status meters_load(struct ledger *ledger, struct meters *ret_meters, struct fault *fault);
/* Counts up to `limit` further rows. *ret_more: there are others. */
enum status meters_follow(struct ledger *ledger, struct meters *meters, uint32_t limit,
                          bool *ret_more, struct fault *fault);
/* Keeps them, in one transaction. */
enum status meters_keep(struct ledger *ledger, const struct meters *meters, struct fault *fault);

/* "documents_filed" …; "read", "match", "file", "whole", "clearing". Static. */
const char *meter_name(enum meter meter);
const char *meter_stage_name(enum meter_stage stage);

#endif
