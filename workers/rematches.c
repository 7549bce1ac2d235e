/* rematches.c - after a change of register or model, what waits for a person is matched again.
 *
 * The ledger knows what is due, so that nothing is missed whatever stops in between; asking is
 * cheap while nothing changed. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/rematch.h"
#include "workers/dispatch_state.h"

enum {
    REMATCH_LOOK_MS = 2000,
    REMATCH_ALL_MS = REMATCH_PAUSE_MS, /* for what a late filer decided with the register before */
    REMATCH_PORTION = 64               /* so that a new register does not hold up new letters */
};

/* Did register or model change since everything was found in order, or long ago? */
static bool is_worth_a_look(struct dispatch *dispatch, struct rematch_mark *ret_mark)
{
    struct fault fault = {0};
    int64_t now = dispatch_now(dispatch);
    if (dispatch->rematch_looked_ms != 0 && now - dispatch->rematch_looked_ms < REMATCH_LOOK_MS)
        return false;
    dispatch->rematch_looked_ms = now;
    if (dispatch_storage(dispatch, ledger_rematch_mark(dispatch->ledger, ret_mark, &fault),
                         &fault) != STATUS_OK)
        return false;
    return dispatch->rematch_settled_ms == 0 ||
           ret_mark->register_version != dispatch->rematch_mark.register_version ||
           ret_mark->model_since_ms != dispatch->rematch_mark.model_since_ms ||
           now - dispatch->rematch_settled_ms >= REMATCH_ALL_MS;
}

void rematches_look(struct dispatch *dispatch)
{
    struct rematch_mark mark = {0};
    struct fault fault = {0};
    uint32_t count = 0;
    if (dispatch->stopping_ms != 0 || !is_worth_a_look(dispatch, &mark))
        return;
    enum status status = ledger_rematch(dispatch->ledger, REMATCH_PORTION, &count, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK) {
        log_warning(NULL, "cannot look for what is to be matched again: %s", fault.text);
        return;
    }
    if (count == 0) {
        dispatch->rematch_mark = mark;
        dispatch->rematch_settled_ms = dispatch_now(dispatch);
        return;
    }
    log_info(NULL, "%u documents in clearing are matched again", count);
    dispatch_expect(dispatch, JOB_MATCH);
}
