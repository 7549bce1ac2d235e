/* intake.h - the intake at work: all sites' drop folders, until it is told to stop. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_INTAKE_H
#define INGEST_INTAKE_H

#include "base/arguments.h"
#include "ingest/desk.h"

enum {
    INTAKE_TICK_MS = 200,         /* how often it is asked whether anything is due */
    INTAKE_PAUSE_MS = 1000,       /* first wait after the storage could not take anything … */
    INTAKE_PAUSE_MOST_MS = 30000, /* … which doubles up to this */
    INTAKE_RETURNS_MS = 1000,     /* how often the ledger is asked for what goes back */
    INTAKE_LOCK_WAIT_MS = 5000,   /* for another intake that is just ending */
    INTAKE_SPOOL_AGE_H = 36       /* unfinished files in the spool older than this are dead */
};

struct intake_options {
    const struct argument_list *sites; /* names; empty: all */
    bool sweep_only;                   /* no notices from the kernel */
    int64_t sweep_ms;
};

/* Serves until SIGTERM or SIGINT: STATUS_OK then. STATUS_REFUSE: another intake is running.
 * STATUS_HALT: the storage can no longer be trusted. */
enum status intake_run(const struct desk *desk, const struct intake_options *options,
                       struct fault *fault);

#endif
