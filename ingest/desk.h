/* desk.h - what every part of the intake works with, and how it speaks. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_DESK_H
#define INGEST_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "store/ledger.h"
#include "store/spool.h"

enum { DESK_INODES_LEAST = 64 /* free ones, below which nothing is taken */ };

/* Everything is borrowed from the program. */
struct desk {
    const struct config *config;
    struct ledger *ledger;
    struct spool *spool;
    const struct clock *clock;
    const char *actor; /* for the ledger: "intake", "submit" */
};

/* STATUS_LATER when the disk of the spool or the ledger would be left with less than
 * limits.free_bytes_least after `bytes` more, or has hardly any inodes, or when the ledger's reserve
 * is in use. */
enum status desk_check_room(const struct desk *desk, uint64_t bytes, struct fault *fault);

/* One line of log about a file: `id` first (NULL: none yet), then site and source, quoted. */
void desk_report(enum log_level level, const char *id, const char *site, const char *source,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
