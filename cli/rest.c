/* rest.c - see rest.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "base/dropfolder.h"
#include "cli/rest.h"

enum {
    REST_NOBODY_ACTS_MS = 5000, /* nothing is ready, leased or pending: only a moment of doubt */
    REST_DYING_MS = 15000,      /* programs die again and again, and nothing changes */
    REST_DYING_DEATHS = 5,
    REST_SLACK_MS = 60000 /* on top of what the configuration allows */
};

bool rest_is_ledger_at_rest(const struct ledger_summary *summary)
{
    return summary->scans[SCAN_RECEIVED] == 0 && summary->scans[SCAN_READING] == 0 &&
           summary->documents[DOCUMENT_MATCHING] == 0 && summary->jobs_ready == 0 &&
           summary->jobs_leased == 0 && summary->refused_to_return == 0;
}

static enum status add_pages_done(void *context, const struct worker_record *record,
                                  struct fault *fault)
{
    (void)fault;
    uint64_t *pages_done = context;
    if (record->job != 0)
        *pages_done += record->page_done;
    return STATUS_OK;
}

static enum status count_pending(const struct config *config, uint64_t *ret_pending,
                                 struct fault *fault)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < config->site_count; i++) {
        uint64_t pending = 0;
        enum status status = drop_folder_pending(config->sites[i].drop, &pending, fault);
        if (status != STATUS_OK)
            return status;
        sum += pending;
    }
    *ret_pending = sum;
    return STATUS_OK;
}

enum status rest_look_at(struct ledger *ledger, const struct config *config, unsigned deaths,
                         struct rest_look *ret_look, struct fault *fault)
{
    struct rest_look look = {.deaths = deaths};
    enum status status = ledger_summarise(ledger, &look.summary, fault);
    if (status == STATUS_OK && rest_is_ledger_at_rest(&look.summary)) {
        status = count_pending(config, &look.pending, fault);
        if (status == STATUS_OK)
            status = ledger_summarise(ledger, &look.summary, fault);
    }
    if (status == STATUS_OK && look.summary.jobs_leased > 0)
        status = ledger_workers(ledger, add_pages_done, &look.pages_done, fault);
    if (status == STATUS_OK)
        *ret_look = look;
    return status;
}

/* How long nothing may change before it is sure that nothing will. */
static int64_t patience_ms(const struct rest_look *look, const struct config *config)
{
    const struct ledger_summary *summary = &look->summary;
    if (summary->jobs_ready + summary->jobs_leased + summary->refused_to_return + look->pending ==
        0)
        return REST_NOBODY_ACTS_MS;
    int64_t patience = 2 * config->reading.page_wall_ms + config->workers.lease_ms + REST_SLACK_MS;
    if (summary->jobs_ready > 0)
        patience += config->workers.backoff_most_ms;
    int64_t drop = 0;
    for (size_t i = 0; i < config->site_count && look->pending > 0; i++) {
        int64_t site = config->sites[i].quiet_ms + config->sites[i].incomplete_ms;
        drop = site > drop ? site : drop;
    }
    return patience + drop;
}

static bool has_changed(const struct rest_look *before, const struct rest_look *now)
{
    return memcmp(&before->summary, &now->summary, sizeof now->summary) != 0 ||
           before->pages_done != now->pages_done || before->pending != now->pending;
}

enum rest rest_judge(struct rest_watch *watch, const struct rest_look *look,
                     const struct config *config, int64_t monotonic_ms)
{
    if (rest_is_ledger_at_rest(&look->summary) && look->pending == 0)
        return REST_REACHED;
    if (watch->changed_ms == 0 || has_changed(&watch->last, look)) {
        watch->last = *look;
        watch->changed_ms = monotonic_ms;
        watch->deaths_then = look->deaths;
        return REST_MOVING;
    }
    int64_t still_ms = monotonic_ms - watch->changed_ms;
    bool is_dying = look->deaths - watch->deaths_then >= REST_DYING_DEATHS;
    if ((is_dying && still_ms > REST_DYING_MS) || still_ms > patience_ms(look, config))
        return REST_STUCK;
    return REST_MOVING;
}

void rest_append_unfinished(const struct rest_look *look, struct text *text)
{
    const struct ledger_summary *summary = &look->summary;
    const struct {
        uint64_t count;
        const char *words;
    } parts[] = {
        {look->pending,                         "in the drop folders"    },
        {summary->scans[SCAN_RECEIVED],         "waiting to be read"     },
        {summary->scans[SCAN_READING],          "being read"             },
        {summary->documents[DOCUMENT_MATCHING], "being matched and filed"},
        {summary->refused_to_return,            "refused, not given back"},
    };
    size_t begin = text->length;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].count > 0)
            text_append_format(text, "%s%llu %s", text->length > begin ? ", " : "",
                               (unsigned long long)parts[i].count, parts[i].words);
}
