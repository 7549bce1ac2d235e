/* escalations.c - what has a deadline and is acknowledged by nobody in time goes to the lead.
 *
 * The ledger knows since when each document waits, so that nothing is missed whatever stops in
 * between. While something is escalated the alarm "deadline" holds. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>

#include "store/alarms.h"
#include "store/deadlines.h"
#include "workers/dispatch_state.h"

enum {
    ESCALATIONS_LOOK_MS = 30000,
    ESCALATIONS_A_LOOK = 64 /* what is left is done at the next look */
};

static enum status keep_alarm(struct dispatch *dispatch, struct fault *fault)
{
    struct deadline_counts counts = {0};
    struct text words = {0};
    enum status status = deadlines_count(dispatch->ledger, &counts, fault);
    if (status != STATUS_OK)
        return status;
    text_append_format(&words,
                       "%" PRIu64 " documents with a deadline wait for somebody to take note.",
                       counts.escalated);
    const struct alarm_report report = {
        .kind = "deadline", .subject = "", .severity = ALARM_WARNING, .words = text_string(&words)};
    status = counts.escalated > 0
                 ? alarm_raise(dispatch->ledger, &report, NULL, fault)
                 : alarm_clear(dispatch->ledger, report.kind, report.subject, NULL, fault);
    text_done(&words);
    return status;
}

void escalations_look(struct dispatch *dispatch)
{
    struct fault fault = {0};
    uint32_t count = 0;
    int64_t now = dispatch_now(dispatch);
    bool is_due = dispatch->escalations_looked_ms == 0 ||
                  now - dispatch->escalations_looked_ms >= ESCALATIONS_LOOK_MS;
    if (dispatch->stopping_ms != 0 || dispatch->escalate_ms == 0 || !is_due)
        return;
    dispatch->escalations_looked_ms = now;
    int64_t before_ms = clock_wall_ms(dispatch->clock) - dispatch->escalate_ms;
    enum status status =
        deadlines_escalate(dispatch->ledger, before_ms, ESCALATIONS_A_LOOK, &count, &fault);
    if (status == STATUS_OK && count > 0)
        log_warning(NULL, "%u documents with a deadline were acknowledged by nobody in time",
                    count);
    if (status == STATUS_OK)
        status = keep_alarm(dispatch, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK)
        log_warning(NULL, "cannot look for deadlines that nobody acknowledged: %s", fault.text);
}
