/* returns.c - see returns.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "ingest/giveback.h"
#include "ingest/returns.h"
#include "ingest/source.h"

struct giving {
    const struct desk *desk;
    struct site *sites;
    size_t site_count;
    size_t given;
    const struct site *failing; /* in this round; its further scans wait for the next */
};

/* The site of the record, when its drop folder can be had now, and the file is not in hand there:
 * of one that was refused at the door, recovery would give it back. */
static struct site *find_site(const struct giving *giving, const struct scan_record *record)
{
    for (size_t i = 0; i < giving->site_count; i++) {
        struct site *site = &giving->sites[i];
        if (!string_equal(site->config->name, record->site))
            continue;
        bool is_ready = site->root >= 0 && site->is_recovered;
        return is_ready && (record->has_bytes || !site->has_leftovers) ? site : NULL;
    }
    return NULL;
}

/* Copies the scan out of the spool. A scan whose bytes the spool has lost comes back as its note
 * alone: the site learns of it, and `verify` of the loss. */
static enum status give_copy(const struct giving *giving, const struct site *site,
                             const struct scan_record *record, const struct refusal_slip *slip,
                             struct fault *fault)
{
    int object = -1;
    uint64_t size = 0;
    enum status status =
        spool_open_object(giving->desk->spool, &record->digest, &object, &size, fault);
    if (status == STATUS_OK) {
        status = giveback_copy(site->root, object, &record->digest, slip, fault);
        (void)close(object);
    }
    if (status != STATUS_REFUSE)
        return status;
    desk_report(LOG_LEVEL_ERROR, slip->scan, record->site, record->source,
                "to be given back, but the spool's copy is damaged: %s", fault->text);
    return giveback_note(site->root, slip, fault);
}

static enum status give(const struct giving *giving, struct site *site,
                        const struct scan_record *record, struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&record->id.uuid, id);
    char *source = source_escaped(record->source);
    if (source == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    struct refusal_slip slip = {.site = record->site,
                                .source = source,
                                .scan = id,
                                .reason = record->error == NULL ? "" : record->error,
                                .advice = refusal_advice_after_reading(),
                                .wall_ms = clock_wall_ms(giving->desk->clock)};
    enum status status = give_copy(giving, site, record, &slip, fault);
    free(source);
    if (status == STATUS_OK)
        desk_report(LOG_LEVEL_WARNING, id, record->site, record->source,
                    "refused by a reader, given back: %s", slip.reason);
    return status;
}

/* Said once; it is tried again with every round. */
static void tell(struct site *site, const struct scan_record *record, const struct fault *fault)
{
    if (!site->told_return)
        desk_report(LOG_LEVEL_ERROR, NULL, record->site, record->source,
                    "cannot be given back now: %s", fault->text);
    site->told_return = true;
}

static enum status give_each(void *context, const struct scan_record *record, struct fault *fault)
{
    struct giving *giving = context;
    struct site *site = find_site(giving, record);
    if (site == NULL || site == giving->failing)
        return STATUS_OK;
    if (giving->given == RETURNS_AT_ONCE)
        return fault_set(fault, STATUS_LATER, "more than %d to give back", RETURNS_AT_ONCE);
    // Refused at the door, and not in hand any more: it was given back before.
    if (record->has_bytes) {
        struct fault trouble;
        enum status status = give(giving, site, record, &trouble);
        if (status == STATUS_HALT)
            return fault_set(fault, status, "%s", trouble.text);
        if (status != STATUS_OK) {
            tell(site, record, &trouble);
            giving->failing = site;
            return STATUS_OK;
        }
        site->told_return = false;
    }
    giving->given++;
    enum status status = ledger_scan_returned(giving->desk->ledger, record->id, fault);
    if (status != STATUS_REFUSE)
        return status;
    log_error(NULL, "given back, but the ledger does not take it down: %s", fault->text);
    return STATUS_OK;
}

enum status returns_give(const struct desk *desk, struct site *sites, size_t site_count,
                         bool *ret_more, struct fault *fault)
{
    struct giving giving = {.desk = desk, .sites = sites, .site_count = site_count};
    enum status status = ledger_scans_to_return(desk->ledger, give_each, &giving, fault);
    bool is_full = giving.given == RETURNS_AT_ONCE;
    *ret_more = is_full;
    return is_full && status == STATUS_LATER ? STATUS_OK : status;
}
