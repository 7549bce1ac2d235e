/* notices.c - hears from the database server that there is new work, made on whatever host.
 *
 * Without it work is found by the next poll: a server that is away, or a hint that is lost, costs
 * that long and nothing else. */
// SPDX-License-Identifier: EUPL-1.2
#include "workers/dispatch_state.h"

void notices_close(struct dispatch *dispatch)
{
    if (dispatch->notice != NULL)
        loop_remove_file(dispatch->loop, work_notice_file(dispatch->notice));
    work_notice_close(&dispatch->notice);
}

/* After a connection that broke there may be work that nobody told of. */
static void notice_came(void *context)
{
    struct dispatch *dispatch = context;
    struct fault fault = {0};
    bool is_some = false;
    if (work_notice_take(dispatch->notice, &is_some, &fault) != STATUS_OK) {
        log_warning(NULL, "%s; until it can be heard again, work is found by looking", fault.text);
        notices_close(dispatch);
        is_some = true;
    }
    if (is_some)
        dispatch_look_for_work(dispatch);
}

void notices_open(struct dispatch *dispatch)
{
    struct fault fault = {0};
    if (dispatch->notice != NULL || dispatch->loop == NULL || dispatch->config == NULL)
        return;
    enum status status =
        work_notice_open(dispatch->config->store.ledger, &dispatch->notice, &fault);
    if (status == STATUS_OK && dispatch->notice != NULL) {
        status = loop_add_file(dispatch->loop, work_notice_file(dispatch->notice), notice_came,
                               dispatch, &fault);
        if (status != STATUS_OK)
            work_notice_close(&dispatch->notice);
    }
    if (status != STATUS_OK)
        log_warning(NULL, "work is found by looking only: %s", fault.text);
}
