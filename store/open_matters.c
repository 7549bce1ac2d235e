/* open_matters.c - see open_matters.h. Each index used here holds only what is open. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "law/day.h"
#include "store/ledger_private.h"
#include "store/open_matters.h"

/* $1: how many are counted at most. $2: today. */
#define COUNTED(from, where)                                                                       \
    "SELECT count(*) FROM (SELECT 1 FROM " from " WHERE " where " LIMIT $1) AS counted"

static const struct {
    const char *name;
    const char *sql;
    bool by_day;
} matters[OPEN_MATTERS] = {
    [MATTER_REQUESTS] = {"requests",            COUNTED("paper_request",        "state = 'open'"),                                        false},
    [MATTER_REQUESTS_OVERDUE] = {"requests_overdue",
                         COUNTED("paper_request",                               "state = 'open' AND due_day < $2"),                       true },
    [MATTER_DEADLINES] = {"deadlines",
                         COUNTED("document",                                    "flagged_ms > 0 AND state IN ('matching', 'clearing',"
                                              " 'filed')"),
                         false                                                                                                                 },
    [MATTER_DEADLINES_ESCALATED] = {"deadlines_escalated",
                         COUNTED("document",                                    "flagged_ms > 0 AND escalated_ms > 0 AND"
                                                        " state IN ('matching', 'clearing',"
                                                        " 'filed')"),
                         false                                                                                                                 },
    [MATTER_SAMPLES] = {"samples",
                         COUNTED("quality_item",                                "drawn IS NOT NULL AND"
                                                " (verdict IS NULL OR verdict = 'bad')"),
                         false                                                                                                                 },
    [MATTER_DELETIONS_PROPOSED] = {"deletions_proposed",  COUNTED("purge",                "approved_ms = 0"),
                         false                                                                                                                 },
    [MATTER_DELETIONS_APPROVED] = {"deletions_approved",
                         COUNTED("purge_item i JOIN purge p ON p.id = i.purge",
                         "i.state IN ('waiting', 'leaving', 'erasing')"
                                           " AND p.approved_ms > 0"),
                         false                                                                                                                 },
    [MATTER_RECALLS] = {"recalls",             COUNTED("recall",               "outcome IS NULL"),                                       false},
    [MATTER_FORWARDINGS] = {"forwardings",
                         COUNTED("handover",                                    "outcome = 'forwarded' AND confirmed_ms = 0"),
                         false                                                                                                                 },
    [MATTER_PACKAGES] = {"packages",            COUNTED("package",              "state IN ('sent', 'refused')"),                          false},
};

const char *open_matter_name(enum open_matter matter)
{
    return matters[matter].name;
}

enum status open_matters_count(struct ledger *ledger, uint64_t ret_counts[OPEN_MATTERS],
                               struct fault *fault)
{
    char today[DAY_TEXT_BYTES];
    uint64_t counts[OPEN_MATTERS] = {0};
    enum status status = STATUS_OK;
    day_to_text(day_of_wall_ms(ledger_wall_ms(ledger)), today);
    const struct value values[] = {value_integer(OPEN_MATTERS_MOST), value_text(today)};
    for (int i = 0; i < OPEN_MATTERS && status == STATUS_OK; i++) {
        int64_t counted = 0;
        status = database_number(ledger->database, matters[i].sql, values,
                                 matters[i].by_day ? 2 : 1, 0, &counted, fault);
        counts[i] = (uint64_t)counted;
    }
    if (status == STATUS_OK)
        memcpy(ret_counts, counts, sizeof counts);
    return status;
}
