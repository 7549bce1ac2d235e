/* monitor.h - looks after an instance: serves its numbers, warns, sends notices, clears away.
 *
 * Works beside everything else and in nobody's way: it reads the ledger at one moment's state, and
 * writes to it only alarms, notices, its own counters and what is cleared away. One loop, one
 * thread. Without it no letter is lost or late; nobody is told, that is all. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "base/loop.h"
#include "config/config.h"

struct monitor;

enum {
    MONITOR_FOLLOW_MS = 1000,   /* how often the audit is followed, and the outbox looked into */
    MONITOR_KEEP_MS = 15000,    /* counters are kept this often while there is news … */
    MONITOR_QUIET_MS = 3000,    /* … and when there was none for this long */
    MONITOR_LISTEN_MS = 60000,  /* how often a port that was taken is tried again */
    MONITOR_TELL_MS = 60000,    /* between looks at who is to be told of their inbox */
    MONITOR_CLEAR_MS = 3600000, /* between rounds of clearing away */
    MONITOR_DRAW_MS = 60000,    /* between looks at whether a sample is to be drawn */
    MONITOR_FRESH_MS = 950,     /* numbers that are served may be this old */
    MONITOR_TURN_MS = 50,       /* while notices are under way */
    MONITOR_FAREWELL_MS = 5000  /* in which those may arrive that are under way when it ends */
};

/* Opens the ledger and begins. `loop`, `clock` and `config` are borrowed. A port that is taken is
 * said, and tried again. */
enum status monitor_new(struct loop *loop, const struct clock *clock, const struct config *config,
                        struct monitor **ret_monitor, struct fault *fault);
/* Waits for notices that are under way, keeps what was counted. Accepts NULL; sets the pointer to
 * NULL. */
void monitor_free(struct monitor **monitor_p);
/* STATUS_HALT when the loop was stopped because the ledger can no longer be trusted. */
enum status monitor_outcome(const struct monitor *monitor);

#endif
