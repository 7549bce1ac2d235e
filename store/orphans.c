/* orphans.c - see orphans.h.
 *
 * The spool is walked in portions; what no row names is looked at once more, with the ledger's lock
 * held, before it is removed: between the walk and then a row may have come to name it, because
 * the same bytes were put again. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/arrivals.h"
#include "store/audit.h"
#include "store/ledger_private.h"
#include "store/needed.h"
#include "store/orphans.h"

enum {
    OBJECTS_A_PORTION = 65536, /* of the walk */
    REMOVED_A_PORTION = 64     /* while nobody else may write */
};

struct sweep {
    struct ledger *ledger;
    struct spool *spool;
    int64_t before_ms;
    struct needed portion; /* old objects */
    struct needed found;   /* those of them that nobody needs */
    struct orphans orphans;
};

/* ---- finding -------------------------------------------------------------------------------- */

static enum status sift(struct sweep *sweep, struct fault *fault)
{
    enum status status = needed_find(sweep->ledger, &sweep->portion, fault);
    for (size_t i = 0; status == STATUS_OK && i < sweep->portion.count; i++)
        if (!sweep->portion.is_needed[i])
            status = needed_add(&sweep->found, &sweep->portion.digests[i], fault);
    sweep->portion.count = 0;
    return status;
}

static enum status see(void *context, const struct digest *digest,
                       const struct spool_object *object, struct fault *fault)
{
    struct sweep *sweep = context;
    if (object->written_ms > sweep->before_ms)
        return STATUS_OK;
    enum status status = needed_add(&sweep->portion, digest, fault);
    return status == STATUS_OK && sweep->portion.count == OBJECTS_A_PORTION ? sift(sweep, fault)
                                                                            : status;
}

static bool is_unknown(void *context, struct scan_id id)
{
    const struct sweep *sweep = context;
    bool is_known = false;
    enum scan_state state;
    return ledger_scan_known(sweep->ledger, id, &is_known, &state, NULL) != STATUS_OK || !is_known;
}

static enum status spare(void *context, const struct scan_arrival *arrival, struct fault *fault)
{
    struct sweep *sweep = context;
    (void)fault;
    needed_note(&sweep->found, &arrival->digest);
    return STATUS_OK;
}

/* The journal's scans are marked anew: needed_find() knows rows only. */
static enum status find_orphans(struct sweep *sweep, struct fault *fault)
{
    enum status status = spool_each(sweep->spool, see, sweep, fault);
    if (status == STATUS_OK)
        status = sift(sweep, fault);
    if (status == STATUS_OK)
        status = needed_find(sweep->ledger, &sweep->found, fault);
    return status == STATUS_OK ? arrivals_each(sweep->spool, 0, is_unknown, spare, sweep, fault)
                               : status;
}

static enum status count_orphans(struct sweep *sweep, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sweep->found.count; i++) {
        struct spool_object object = {0};
        if (sweep->found.is_needed[i])
            continue;
        status = spool_look(sweep->spool, &sweep->found.digests[i], &object, fault);
        sweep->orphans.objects += object.is_there ? 1 : 0;
        sweep->orphans.bytes += object.size;
    }
    return status;
}

/* ---- removing ------------------------------------------------------------------------------- */

static enum status remove_portion(struct sweep *sweep, struct needed *portion, struct fault *fault)
{
    enum status status = needed_find(sweep->ledger, portion, fault);
    for (size_t i = 0; status == STATUS_OK && i < portion->count; i++) {
        if (portion->is_needed[i])
            continue;
        status = spool_remove(sweep->spool, &portion->digests[i], fault);
        sweep->orphans.removed += status == STATUS_OK ? 1 : 0;
    }
    return status;
}

static enum status remove_orphans(struct sweep *sweep, struct fault *fault)
{
    struct needed portion = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sweep->found.count; i++) {
        if (!sweep->found.is_needed[i])
            status = needed_add(&portion, &sweep->found.digests[i], fault);
        bool is_last = i + 1 == sweep->found.count;
        if (status != STATUS_OK || portion.count == 0 ||
            (portion.count < REMOVED_A_PORTION && !is_last))
            continue;
        status = ledger_begin(sweep->ledger, fault);
        if (status == STATUS_OK)
            status = ledger_end(sweep->ledger, remove_portion(sweep, &portion, fault), fault);
        portion.count = 0;
    }
    needed_done(&portion);
    return status;
}

enum status orphans_sweep(struct ledger *ledger, struct spool *spool, int64_t age_ms, bool removes,
                          const char *actor, struct orphans *ret_orphans, struct fault *fault)
{
    struct sweep sweep = {
        .ledger = ledger, .spool = spool, .before_ms = clock_wall_ms(clock_system()) - age_ms};
    enum status status = find_orphans(&sweep, fault);
    if (status == STATUS_OK)
        status = count_orphans(&sweep, fault);
    if (status == STATUS_OK && removes)
        status = remove_orphans(&sweep, fault);
    if (sweep.orphans.removed > 0) {
        char subject[64];
        (void)snprintf(subject, sizeof subject, "%" PRIu64 " objects", sweep.orphans.removed);
        enum status noted =
            audit_note(ledger, actor, "spool.sweep", subject, status == STATUS_OK ? fault : NULL);
        status = status == STATUS_OK ? noted : status;
    }
    needed_done(&sweep.portion);
    needed_done(&sweep.found);
    if (status == STATUS_OK)
        *ret_orphans = sweep.orphans;
    return status;
}
