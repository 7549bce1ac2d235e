/* groups.c - several changes of the ledger with one commit, and what may be said before it.
 *
 * Results that came within a moment, and the jobs that workers are given then, go into the ledger
 * with one commit. Nobody hears of any of it before: those messages wait in the outboxes. When the
 * commit fails, none of it has happened: nobody has the jobs, and the workers keep their results and
 * deliver them again. A worker that was dropped meanwhile comes back with what it holds, and the
 * ledger says whose that is. */
// SPDX-License-Identifier: EUPL-1.2
#include "workers/dispatch_state.h"

enum {
    GROUP_MS_MOST = 10, /* others who write wait for so long */
    CAREFUL_MS = 20000, /* longer than workers wait before they deliver again */
};

/* After a group that did not happen each change has a commit of its own for a while: if it was the
 * fault of one result, that one is found, and the others count. */
void group_begin(struct dispatch *dispatch)
{
    if (dispatch_now(dispatch) >= dispatch->careful_ms)
        ledger_group_begin_frail(dispatch->ledger);
    dispatch->is_grouping = true;
    dispatch->group_ms = dispatch_now(dispatch);
}

bool group_is_open(const struct dispatch *dispatch)
{
    return dispatch->is_grouping && ledger_group_has_changes(dispatch->ledger);
}

bool group_is_old(const struct dispatch *dispatch)
{
    return ledger_group_has_changes(dispatch->ledger) &&
           dispatch_now(dispatch) - dispatch->group_ms >= GROUP_MS_MOST;
}

bool group_keeps(const struct dispatch *dispatch, const struct wire_message *message)
{
    return group_is_open(dispatch) &&
           (message->command == WIRE_JOB || message->command == WIRE_SETTLED);
}

void dispatch_forget_everybody(struct dispatch *dispatch)
{
    assignments_done(&dispatch->assignments);
    peers_done(&dispatch->peers);
    for (int kind = 0; kind < JOB_KINDS; kind++)
        dispatch_expect(dispatch, (enum job_kind)kind);
}

static void send_kept(struct dispatch *dispatch)
{
    struct peer *next = NULL;
    for (struct peer *peer = dispatch->peers.first; peer != NULL; peer = next) {
        next = peer->next;
        bool gone = false;
        if (!peer->is_kept_for)
            continue;
        peer->is_kept_for = false;
        if (outbox_flush(&peer->outbox, &gone, NULL) != STATUS_OK && gone)
            admission_drop(dispatch, peer, "disconnected");
    }
}

/* The commit has happened: what it ended is over. */
static void keep_parts(struct dispatch *dispatch)
{
    struct assignment *next = NULL;
    for (struct assignment *one = dispatch->assignments.first; one != NULL; one = next) {
        next = one->next;
        one->was_renewed = false;
        if (one->part == PART_SETTLED)
            assignments_remove(&dispatch->assignments, one);
        else
            one->part = PART_NONE;
    }
}

/* An assignment that the group changed. */
static struct assignment *first_part(const struct dispatch *dispatch)
{
    for (struct assignment *one = dispatch->assignments.first; one != NULL; one = one->next)
        if (one->part != PART_NONE)
            return one;
    return NULL;
}

/* Nothing of it has happened, and nobody has heard of it. */
static void undo_parts(struct dispatch *dispatch, const char *reason)
{
    struct assignment *one = NULL;
    for (struct peer *peer = dispatch->peers.first; peer != NULL; peer = peer->next) {
        outbox_drop_kept(&peer->outbox);
        peer->is_kept_for = false;
    }
    while ((one = first_part(dispatch)) != NULL) {
        if (one->part == PART_LEASED) {
            assignments_remove(&dispatch->assignments, one);
            continue;
        }
        if (one->part == PART_SETTLED)
            assignment_unsettle(one);
        results_ask_again(dispatch, one, reason);
    }
    for (one = dispatch->assignments.first; one != NULL; one = one->next) {
        if (one->was_renewed)
            one->renewed_ms = 0; // the next sign of life does it again
        one->was_renewed = false;
    }
    for (int kind = 0; kind < JOB_KINDS; kind++)
        dispatch_expect(dispatch, (enum job_kind)kind);
}

bool group_end(struct dispatch *dispatch)
{
    struct fault fault = {0};
    dispatch->is_grouping = false;
    enum status status = results_store(dispatch, &fault);
    if (status == STATUS_OK)
        status = ledger_group_end(dispatch->ledger, &fault);
    else
        ledger_group_abandon(dispatch->ledger);
    if (dispatch_storage(dispatch, status, &fault) == STATUS_OK) {
        keep_parts(dispatch);
        send_kept(dispatch);
        grants_pump_all(dispatch);
        return true;
    }
    dispatch->careful_ms = dispatch_now(dispatch) + CAREFUL_MS;
    log_warning(NULL, "what was done last did not happen: %s", fault.text);
    undo_parts(dispatch, fault.text);
    return false;
}
