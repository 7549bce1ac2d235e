/* site.h - one site's drop folder: open or not, swept, with its candidates.
 *
 * A folder that is missing or unreadable is said once, loudly, and tried again with each sweep;
 * the other sites go on. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_SITE_H
#define INGEST_SITE_H

#include <sys/types.h>

#include "ingest/candidates.h"
#include "ingest/desk.h"
#include "ingest/sweep.h"
#include "ingest/watch.h"

enum {
    SITE_SWEEP_MS = 3000,    /* between sweeps */
    SITE_RECOVER_MS = 10000, /* before what could not be finished is tried again */
    SITE_SWEEP_ENTRIES = 256 /* looked at in one step */
};

struct site {
    const struct config_site *config; /* borrowed */
    const struct clock *clock;        /* borrowed */
    size_t index;                     /* among the sites, for the watch */
    struct watch *watch;              /* borrowed; NULL: sweeps alone */
    int64_t sweep_ms;
    int root; /* the drop folder, -1 while it cannot be used */
    dev_t device;
    ino_t inode;
    bool is_recovered;  /* what was left in `.taken` has been gone through */
    bool has_leftovers; /* … and something could not be finished */
    bool told_leftovers;
    int64_t recover_due_ms; /* when to try that again */
    bool is_troubled;       /* and that has been said */
    bool is_unsynced;       /* claims were removed, and `.taken` not fsynced since */
    bool was_cut;           /* the last sweep ended for want of room */
    bool told_unwatched, told_left_out, told_return;
    int64_t sweep_due_ms;
    struct candidates candidates;
    struct sweep sweep;
    struct sweep_callbacks sweep_callbacks;
};

void site_init(struct site *site, const struct config_site *config, const struct clock *clock,
               size_t index, struct watch *watch, int64_t sweep_ms);
void site_done(struct site *site);

/* Opens the drop folder, making it when it is absent and may be made; again when its path leads
 * to another folder by now. False when there is none; that has been said. */
bool site_open(struct site *site);
/* Something in the drop folder did not work: says so, closes it, and tries again at the next
 * sweep, beginning with recovery. */
void site_trouble(struct site *site, const struct fault *fault);
/* A claim cannot be finished now: says so once, and recovery tries it again later. It keeps
 * nothing else of the site waiting. */
void site_leave_over(struct site *site, const char *id, const char *source,
                     const struct fault *fault);
/* True when what is in `.taken` has to be gone through now. */
bool site_wants_recovery(const struct site *site);
/* fsyncs `.taken` when that is due. */
void site_sync(struct site *site);
/* Begins a sweep when one is due, and goes on with it for one step. */
void site_sweep_step(struct site *site);
bool site_wants_sweep(const struct site *site);
/* A sweep soon, for a reason. */
void site_sweep_soon(struct site *site, int64_t in_ms);
/* A file is said to be there; `is_renamed_in` by whoever wrote it. False: no room to note it. */
bool site_note(struct site *site, const char *source, bool is_renamed_in);
/* A file was put back by us: it is looked at like a new one, and its rename means nothing. */
void site_note_put_back(struct site *site, const char *source);

#endif
