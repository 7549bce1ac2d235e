/* recovery.c - see recovery.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "ingest/giveback.h"
#include "ingest/recovery.h"
#include "ingest/source.h"
#include "ingest/takeover.h"
#include "store/arrivals.h"

enum status recovery_give_back(const struct desk *desk, struct site *site,
                               const struct claim *claim, const char *source, const char *reason,
                               const char *advice, struct fault *fault)
{
    struct refusal_slip slip = {.site = site->config->name,
                                .source = source,
                                .scan = claim->id_text,
                                .reason = reason,
                                .advice = advice,
                                .wall_ms = clock_wall_ms(desk->clock)};
    return giveback_claim(site->root, claim, &slip, fault);
}

/* Opens the claimed file, when it is a regular one. -1 otherwise. */
static int open_claimed(const struct site *site, const struct claim *claim, struct stat *ret_seen)
{
    int folder = -1;
    if (claim_open_folder(site->root, claim, &folder, NULL) != STATUS_OK)
        return -1;
    int file = openat(folder, source_name(claim->source),
                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    (void)close(folder);
    if (file < 0)
        return -1;
    if (fstat(file, ret_seen) == 0 && S_ISREG(ret_seen->st_mode))
        return file;
    (void)close(file);
    return -1;
}

/* The spool has the scan's bytes, unharmed: as they are, or written again from the claim. */
static enum status make_sure(const struct desk *desk, const struct site *site,
                             const struct claim *claim, const struct scan_record *record,
                             bool *ret_sure, struct fault *fault)
{
    *ret_sure = false;
    enum status status = spool_check(desk->spool, &record->digest, fault);
    if (status == STATUS_OK)
        *ret_sure = true;
    if (status != STATUS_REFUSE)
        return status;
    desk_report(LOG_LEVEL_ERROR, claim->id_text, site->config->name, claim->source,
                "the spool's copy is damaged, written again: %s", fault->text);
    struct stat seen;
    int file = open_claimed(site, claim, &seen);
    if (file < 0)
        return STATUS_OK;
    enum takeover_outcome outcome = TAKEOVER_UNREADABLE;
    struct digest digest = {0};
    status = takeover_copy(desk, file, &seen, &outcome, &digest, fault);
    (void)close(file);
    if (status != STATUS_OK)
        return status;
    if (outcome == TAKEOVER_ACCEPTED && digest_equal(&digest, &record->digest))
        *ret_sure = spool_check(desk->spool, &record->digest, fault) == STATUS_OK;
    return STATUS_OK;
}

static enum status finish_accepted(const struct desk *desk, struct site *site,
                                   const struct claim *claim, const struct scan_record *record,
                                   struct fault *fault)
{
    bool is_sure = false;
    enum status status = make_sure(desk, site, claim, record, &is_sure, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_sure) {
        // It may be all that is left of the letter: a person has to look.
        desk_report(LOG_LEVEL_ERROR, claim->id_text, site->config->name, claim->source,
                    "taken over, but the spool's copy is damaged and this file has other bytes: "
                    "it stays in \"%s\"",
                    claim->folder);
        return STATUS_OK;
    }
    status = claim_remove(site->root, claim, fault);
    site->is_unsynced = true;
    if (status == STATUS_OK)
        desk_report(LOG_LEVEL_INFO, claim->id_text, site->config->name, claim->source,
                    "was taken over before: finished");
    return status;
}

/* The file comes again with another id: what the spool has noted under this one must not be taken
 * in as well. */
static enum status put_back(const struct desk *desk, struct site *site, const struct claim *claim,
                            struct fault *fault)
{
    char *source = NULL;
    enum status status =
        arrivals_withdraw(desk->spool, claim->id, clock_wall_ms(desk->clock), fault);
    if (status == STATUS_OK)
        status = claim_put_back(site->root, claim, &source, fault);
    if (status != STATUS_OK)
        return status;
    desk_report(LOG_LEVEL_INFO, claim->id_text, site->config->name, source,
                "was not taken over: put back");
    site_note_put_back(site, source);
    free(source);
    return STATUS_OK;
}

static enum status finish_known(const struct desk *desk, struct site *site,
                                const struct claim *claim, const struct scan_record *record,
                                struct fault *fault)
{
    if (record->has_bytes)
        return finish_accepted(desk, site, claim, record, fault);
    const char *reason = record->error == NULL ? "" : record->error;
    enum status status = recovery_give_back(desk, site, claim, record->source, reason,
                                            refusal_advice_after_reading(), fault);
    if (status != STATUS_OK)
        return status;
    desk_report(LOG_LEVEL_INFO, claim->id_text, site->config->name, claim->source,
                "was refused before: given back");
    return ledger_scan_returned(desk->ledger, claim->id, fault);
}

enum status recovery_settle(const struct desk *desk, struct site *site, const struct claim *claim,
                            struct fault *fault)
{
    bool is_known = false;
    enum scan_state state;
    enum status status = ledger_scan_known(desk->ledger, claim->id, &is_known, &state, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_known)
        return put_back(desk, site, claim, fault);
    struct scan_record record;
    status = ledger_scan_get(desk->ledger, claim->id, &record, fault);
    if (status != STATUS_OK)
        return status;
    status = finish_known(desk, site, claim, &record, fault);
    scan_record_done(&record);
    return status;
}

struct settling {
    const struct desk *desk;
    struct site *site;
};

static enum status settle_each(void *context, const struct claim *claim, struct fault *fault)
{
    const struct settling *settling = context;
    enum status status = recovery_settle(settling->desk, settling->site, claim, fault);
    if (status == STATUS_OK || status == STATUS_HALT)
        return status;
    site_leave_over(settling->site, claim->id_text, claim->source, fault);
    return STATUS_OK;
}

enum status recovery_of_site(const struct desk *desk, struct site *site, struct fault *fault)
{
    struct settling settling = {.desk = desk, .site = site};
    site->has_leftovers = false;
    enum status status = claims_each(site->root, settle_each, &settling, fault);
    if (status != STATUS_OK)
        return status;
    site->is_recovered = true;
    site->told_leftovers = site->told_leftovers && site->has_leftovers;
    return STATUS_OK;
}
