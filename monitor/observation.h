/* observation.h - one look at the whole instance: the ledger's numbers, the programs, the space.
 *
 * What metrics, health and alarms are made from, so that the three never contradict each other.
 * Holds no names of people or files. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef MONITOR_OBSERVATION_H
#define MONITOR_OBSERVATION_H

#include "config/config.h"
#include "monitor/certificates.h"
#include "store/ledger.h"
#include "store/meters.h"
#include "store/open_matters.h"
#include "store/operations.h"
#include "store/outbox.h"

enum { OBSERVED_QUEUES = JOB_COMPOSE + 1 };

enum observed_space { SPACE_SPOOL = 0, SPACE_LEDGER, SPACE_CABINET, SPACES };

struct space_state {
    bool is_known;
    uint64_t free_bytes, size_bytes;
};

enum worker_state { WORKER_IDLE = 0, WORKER_BUSY, WORKER_DRAINED, WORKER_STATES };

struct site_state {
    const char *name;        /* borrowed from the configuration */
    int64_t last_ms;         /* received_ms of its newest scan; 0: none yet */
    int64_t swept_ms;        /* when its folder was last swept to the end; 0: not known */
    bool is_folder_readable; /* we may look into its drop folder, or it has none here */
    bool is_remote;          /* a desk far away; what follows is what its line said last */
    bool has_line;           /* it ever came */
    bool is_held;            /* … and nothing is taken from it now */
    int64_t line_since_ms;   /* this connection; 0: none stands */
    int64_t line_seen_ms;    /* its last word */
    int64_t line_oldest_ms;  /* received_ms of the oldest scan that waits there; 0: none does */
    uint64_t line_waiting, line_bytes;
};

struct key_state {
    const char *name; /* "dispatch", "sheets" */
    int64_t made_ms;  /* 0: there is none */
};

enum {
    OBSERVED_KEYS = 2,
    OBSERVED_SITES_MOST = 500,
    OBSERVED_ALIVE_MS = 30000 /* a program without a sign of life for this long is not there */
};

struct observation {
    int64_t now_ms;
    struct ledger_summary summary;
    struct queue_state queues[OBSERVED_QUEUES];
    uint64_t pages_in_hand;  /* of scans that are read now, still to do */
    double pages_waiting;    /* estimated: waiting scans have as many pages as those before */
    double pages_a_minute;   /* read within the last hour */
    int64_t refused_hourly;  /* scans refused within the last hour */
    int64_t expected_end_ms; /* when everything that waits is read; 0: nothing waits, or unknown */
    unsigned readers[WORKER_STATES], filers[WORKER_STATES];
    struct space_state spaces[SPACES];
    bool has_object_store, object_store_answers;
    char object_store_words[FAULT_TEXT_BYTES]; /* why it does not */
    uint64_t ledger_bytes;    /* the file and what was not written back to it yet */
    int64_t ledger_newest_ms; /* of the newest change */
    bool dispatcher_runs, intake_runs;
    struct site_state sites[OBSERVED_SITES_MOST];
    size_t site_count;
    struct key_state keys[OBSERVED_KEYS];
    struct certificate_state certificates[2 * CERTIFICATES_MOST]; /* the portal's first */
    size_t certificate_count;
    struct outbox_counts outbox;
    uint64_t open_matters[OPEN_MATTERS];
};

/* STATUS_LATER, STATUS_HALT as the ledger says; *ret_observation is filled only on STATUS_OK. */
enum status observe_instance(const struct config *config, struct ledger *ledger, int64_t now_ms,
                             struct observation *ret_observation, struct fault *fault);

unsigned observed_workers(const unsigned counts[WORKER_STATES]);
/* "spool", "ledger", "cabinet"; "idle", "busy", "drained". Static. */
const char *space_name(enum observed_space space);
const char *worker_state_name(enum worker_state state);

#endif
