/* dashboard.h - what `status --watch` draws: queue, pace, outcome, workers, sites and alarms, as
 * much of it as the terminal has room for. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_DASHBOARD_H
#define CLI_DASHBOARD_H

#include "cli/canvas.h"
#include "cli/pace.h"
#include "config/config.h"
#include "store/ledger.h"

enum { DASHBOARD_STEPS = 24, DASHBOARD_ROWS_MOST = 200 };

struct dashboard_worker {
    char *name, *kind, *doing; /* owned; doing: "" when it waits for work */
    uint32_t page_done, page_count;
    uint64_t jobs_done;
    bool is_drained;
};

struct dashboard_site {
    const char *name; /* borrowed from the configuration */
    int64_t last_ms;  /* of its newest scan; 0: none yet */
    int64_t swept_ms; /* 0: not known; of a desk far away, when it was heard */
    bool is_remote;   /* a desk far away */
    uint64_t waiting; /* scans that wait there */
};

struct dashboard_alarm {
    char *words; /* owned */
    bool is_critical;
    int64_t raised_ms;
};

/* One look; {0} at first. */
struct dashboard {
    const struct config *config;
    int64_t now_ms;
    struct ledger_summary summary;
    double pages_a_minute; /* of the last hour; behind a look while it is watched: of the minute */
    double pages_waiting;  /* estimated */
    int64_t expected_end_ms;        /* 0: nothing waits, or it is not known */
    int64_t pages[DASHBOARD_STEPS]; /* read in each ten minutes, the newest last */
    uint64_t free_bytes;            /* where the spool is; 0: not known */
    struct dashboard_worker *workers;
    size_t worker_count;
    struct dashboard_site *sites;
    size_t site_count;
    struct dashboard_alarm *alarms;
    size_t alarm_count;
};

enum status dashboard_look(struct ledger *ledger, const struct config *config,
                           const struct pace *pace, int64_t now_ms, struct dashboard *ret_dashboard,
                           struct fault *fault);
void dashboard_done(struct dashboard *dashboard);

/* A page of exactly `rows` lines or fewer, `columns` wide. */
void dashboard_draw(const struct dashboard *dashboard, size_t columns, size_t rows,
                    struct canvas *canvas);

#endif
