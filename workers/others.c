/* others.c - the other dispatchers of the same ledger, and being one of several.
 *
 * Each gives a sign of life on the ledger's clock. One that is silent for SILENCES times what makes
 * a worker vanish is gone: its workers have gone on with another dispatcher by then, and what they
 * did not bring along is leased again. Nobody is judged while this dispatcher's own signs were
 * late, too: when the server was away, everybody is given the time to come back.
 *
 * Who was taken for gone itself, because it was stopped or cut off, forgets its workers and begins
 * anew; what it had leased is others' by now, and the ledger takes nothing about it from here. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/dispatchers.h"
#include "workers/dispatch_state.h"

enum { SILENCES = 2, SIGNS = 5 /* in a silence */, LOOK_MS = 1000 };

static void begin_anew(struct dispatch *dispatch)
{
    struct fault fault = {0};
    log_warning(NULL, "the other dispatchers took this one for gone: it begins anew, and workers "
                      "have to come back");
    dispatch_forget_everybody(dispatch);
    if (dispatch_storage(dispatch, dispatch_take_over(dispatch, &fault), &fault) != STATUS_OK)
        log_warning(NULL, "cannot begin anew yet: %s", fault.text);
}

/* Two with one name and folder would take turns in ending each other: the older one ends. */
static void give_way(struct dispatch *dispatch)
{
    const struct fault fault = {
        .status = STATUS_HALT,
        .text = "another dispatcher of the same host name and runtime folder has begun on this "
                "ledger"};
    dispatch_halt(dispatch, &fault);
}

static void sign(struct dispatch *dispatch, int64_t silence_ms)
{
    struct fault fault = {0};
    bool counts = true;
    bool is_replaced = false;
    int64_t now = dispatch_now(dispatch);
    if (dispatch->signed_ms != 0 && now - dispatch->signed_ms < silence_ms / SIGNS)
        return;
    enum status status = dispatcher_sign(dispatch->ledger, &counts, &is_replaced, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK) {
        log_warning(NULL, "cannot tell the other dispatchers that this one lives: %s", fault.text);
        return;
    }
    if (is_replaced)
        give_way(dispatch);
    else if (!counts)
        begin_anew(dispatch);
    now = dispatch_now(dispatch); // the server may have let us wait
    if (dispatch->signed_ms == 0 || now - dispatch->signed_ms > silence_ms / 2)
        dispatch->signs_since_ms = now;
    dispatch->signed_ms = now;
}

static void take_back(struct dispatch *dispatch, int64_t silence_ms)
{
    struct fault fault = {0};
    uint32_t dispatchers = 0;
    uint32_t leases = 0;
    int64_t now = dispatch_now(dispatch);
    if (now - dispatch->signs_since_ms < silence_ms || now - dispatch->others_looked_ms < LOOK_MS)
        return;
    dispatch->others_looked_ms = now;
    enum status status =
        dispatchers_take_back(dispatch->ledger, silence_ms, &dispatchers, &leases, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK)
        log_warning(NULL, "cannot look for dispatchers that are gone: %s", fault.text);
    if (dispatchers > 0)
        log_warning(NULL, "%u dispatchers are gone; %u jobs given back", dispatchers, leases);
    for (int kind = 0; leases > 0 && kind < JOB_KINDS; kind++)
        dispatch_expect(dispatch, (enum job_kind)kind);
}

void others_look_who_leads(struct dispatch *dispatch)
{
    struct fault fault = {0};
    bool leads = true;
    if (dispatch->leadership == NULL || dispatch->stopping_ms != 0)
        return;
    enum status status = leadership_look(dispatch->leadership, dispatch->ledger, &leads, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK && dispatch->leads)
        log_warning(NULL, "it is not known who leads: %s", fault.text);
    if (leads && !dispatch->leads)
        log_info(NULL, "leads the dispatchers of this ledger, epoch %lld",
                 (long long)leadership_epoch(dispatch->leadership));
    else if (!leads && dispatch->leads)
        log_warning(NULL, "does not lead the dispatchers of this ledger any more");
    dispatch->leads = leads;
}

void others_look(struct dispatch *dispatch)
{
    int64_t silence_ms = SILENCES * dispatch->rule->vanished_ms;
    if (!dispatch->is_one_of_several || dispatch->stopping_ms != 0)
        return;
    others_look_who_leads(dispatch); // the server ends the session of a leader that is silent
    sign(dispatch, silence_ms);
    if (dispatch->outcome == STATUS_OK)
        take_back(dispatch, silence_ms);
}
