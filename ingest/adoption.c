/* adoption.c - see adoption.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "ingest/adoption.h"
#include "store/arrivals.h"

enum { LOOK_BACK_MS = 86400000 /* clocks that were set, and scans on their way at midnight */ };

struct adoption {
    const struct desk *desk;
    uint32_t count;
};

static enum status accept(struct adoption *adoption, const struct scan_arrival *arrival,
                          const char *id, struct fault *fault)
{
    struct scan_acceptance acceptance;
    enum status status = ledger_scan_accept(adoption->desk->ledger, arrival, &acceptance, fault);
    if (status != STATUS_OK)
        return status;
    adoption->count++;
    desk_report(LOG_LEVEL_WARNING, id, arrival->site, arrival->source,
                "was in the spool but not in the ledger: taken in again%s",
                acceptance.is_duplicate ? ", a duplicate" : "");
    return STATUS_OK;
}

/* Also when the ledger cannot say: adopt() asks it again, and tells. */
static bool is_unknown(void *context, struct scan_id id)
{
    const struct adoption *adoption = context;
    bool is_known = false;
    enum scan_state state;
    return ledger_scan_known(adoption->desk->ledger, id, &is_known, &state, NULL) != STATUS_OK ||
           !is_known;
}

static enum status adopt(void *context, const struct scan_arrival *arrival, struct fault *fault)
{
    struct adoption *adoption = context;
    const struct desk *desk = adoption->desk;
    bool is_known = false;
    enum scan_state state;
    enum status status = ledger_scan_known(desk->ledger, arrival->id, &is_known, &state, fault);
    if (status != STATUS_OK || is_known)
        return status;
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&arrival->id.uuid, id);
    status = spool_check(desk->spool, &arrival->digest, fault);
    if (status == STATUS_OK)
        status = accept(adoption, arrival, id, fault);
    if (status != STATUS_REFUSE)
        return status;
    desk_report(LOG_LEVEL_ERROR, id, arrival->site, arrival->source,
                "is not in the ledger and cannot be taken in again: %s", fault->text);
    return STATUS_OK;
}

enum status adoption_run(const struct desk *desk, uint32_t *ret_count, struct fault *fault)
{
    struct adoption adoption = {.desk = desk};
    int64_t last_ms = 0;
    enum status status = ledger_scan_last(desk->ledger, &last_ms, fault);
    int64_t since_ms = last_ms > LOOK_BACK_MS ? last_ms - LOOK_BACK_MS : 0;
    if (status == STATUS_OK)
        status = arrivals_each(desk->spool, since_ms, is_unknown, adopt, &adoption, fault);
    if (status == STATUS_OK)
        *ret_count = adoption.count;
    return status;
}
