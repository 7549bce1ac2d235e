/* groups.c - several changes of the ledger with one commit, and what may be said before it.
 *
 * The jobs that workers are given within a moment are leased with one commit. Nobody hears of a job
 * before it: those messages wait in the outboxes. When it fails, none of it has happened, and this
 * dispatcher forgets whom it knows, like one that starts: workers come back with what they hold,
 * and the ledger says whose it is. */
// SPDX-License-Identifier: EUPL-1.2
#include "workers/dispatch_state.h"

enum { GROUP_MS_MOST = 10 /* others who write wait for so long */ };

void group_begin(struct dispatch *dispatch)
{
    ledger_group_begin(dispatch->ledger);
    dispatch->is_grouping = true;
    dispatch->group_ms = dispatch_now(dispatch);
}

bool group_is_old(const struct dispatch *dispatch)
{
    return ledger_group_has_changes(dispatch->ledger) &&
           dispatch_now(dispatch) - dispatch->group_ms >= GROUP_MS_MOST;
}

bool group_keeps(const struct dispatch *dispatch, const struct wire_message *message)
{
    return dispatch->is_grouping && ledger_group_has_changes(dispatch->ledger) &&
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

bool group_end(struct dispatch *dispatch)
{
    struct fault fault = {0};
    dispatch->is_grouping = false;
    enum status status = ledger_group_end(dispatch->ledger, &fault);
    if (dispatch_storage(dispatch, status, &fault) == STATUS_OK) {
        send_kept(dispatch);
        return true;
    }
    log_warning(NULL, "what was done last did not happen, and workers have to come back: %s",
                fault.text);
    dispatch_forget_everybody(dispatch);
    return false;
}
