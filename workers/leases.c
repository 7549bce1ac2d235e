/* leases.c - how long a job stays with a worker. */
// SPDX-License-Identifier: EUPL-1.2
#include "workers/dispatch_state.h"

enum {
    RENEW_SHARE = 4,          /* a lease is put off after this part of it has passed */
    PROGRESS_WRITE_MS = 1000, /* page progress is written no more often */
    EXPIRE_EVERY_MS = 1000
};

enum status leases_fail(struct dispatch *dispatch, struct assignment *assignment,
                        enum job_failure failure, const char *reason, bool *ret_held)
{
    struct fault fault = {0};
    enum status status = ledger_job_fail(dispatch->ledger, assignment->job, assignment->attempt,
                                         failure, reason, &dispatch->retry, ret_held, &fault);
    dispatch_expect(dispatch, assignment->kind);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK) {
        log_warning(assignment->subject, "job %lld attempt %u: cannot record its failure: %s",
                    (long long)assignment->job.number, assignment->attempt, fault.text);
        return status;
    }
    if (*ret_held)
        log_warning(assignment->subject, "job %lld (%s) attempt %u failed: %s",
                    (long long)assignment->job.number, job_kind_name(assignment->kind),
                    assignment->attempt, reason);
    return STATUS_OK;
}

void leases_corrupt(struct dispatch *dispatch, struct assignment *assignment, const char *reason)
{
    static const char words[] = "Die Bytes zu diesem Vorgang fehlen im Speicher oder sind "
                                "verändert; bitte die Administration rufen.";
    struct fault fault = {0};
    bool held = false;
    log_error(assignment->subject, "job %lld: the spool does not have what the ledger says: %s",
              (long long)assignment->job.number, reason);
    enum status status = ledger_job_corrupt(dispatch->ledger, assignment->job, assignment->attempt,
                                            words, &held, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK)
        log_warning(assignment->subject, "job %lld: cannot record that: %s",
                    (long long)assignment->job.number, fault.text);
}

static bool is_worth_a_write(const struct dispatch *dispatch, const struct assignment *assignment,
                             uint32_t page, uint32_t page_count)
{
    int64_t age = dispatch_now(dispatch) - assignment->renewed_ms;
    bool moved = page != assignment->page || page_count != assignment->page_count;
    return age >= dispatch->rule->lease_ms / RENEW_SHARE || (moved && age >= PROGRESS_WRITE_MS);
}

void leases_renew(struct dispatch *dispatch, struct assignment *assignment, uint32_t page,
                  uint32_t page_count)
{
    if (!is_worth_a_write(dispatch, assignment, page, page_count))
        return;
    assignment->page = page;
    assignment->page_count = page_count;
    assignment->wants_renewal = dispatch->has_renewals = true;
}

static void put_off(struct dispatch *dispatch, struct assignment *assignment)
{
    struct fault fault = {0};
    bool held = true;
    enum status status = ledger_job_renew(dispatch->ledger, assignment->job, assignment->attempt,
                                          dispatch->rule->lease_ms, assignment->page,
                                          assignment->page_count, &held, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK) {
        log_warning(assignment->subject, "job %lld: cannot renew its lease: %s",
                    (long long)assignment->job.number, fault.text);
        return;
    }
    assignment->renewed_ms = dispatch_now(dispatch);
    assignment->was_renewed = true;
    if (held)
        return;
    struct peer *peer = assignment->peer;
    int64_t job = assignment->job.number;
    uint32_t attempt = assignment->attempt;
    log_warning(assignment->subject, "job %lld attempt %u is not %s's any more", (long long)job,
                attempt, peer->name);
    assignments_remove(&dispatch->assignments, assignment);
    (void)results_settle(dispatch, peer, job, attempt, WIRE_STALE, "the lease is another's by now");
}

static struct assignment *first_to_put_off(const struct dispatch *dispatch)
{
    for (struct assignment *one = dispatch->assignments.first; one != NULL; one = one->next)
        if (one->wants_renewal)
            return one;
    return NULL;
}

void leases_put_off(struct dispatch *dispatch, int most)
{
    struct assignment *assignment = NULL;
    for (int i = 0; i < most && dispatch->outcome == STATUS_OK &&
                    (assignment = first_to_put_off(dispatch)) != NULL;
         i++) {
        assignment->wants_renewal = false;
        if (assignment->part == PART_NONE) // else it has just ended, or begun
            put_off(dispatch, assignment);
    }
    dispatch->has_renewals = first_to_put_off(dispatch) != NULL;
}

/* A transfer that stands still for a whole lease will not end by itself. */
static void cut_standing_transfers(struct dispatch *dispatch)
{
    int64_t now = dispatch_now(dispatch);
    for (struct assignment *one = dispatch->assignments.first; one != NULL; one = one->next) {
        if (!assignment_is_sending(one) && !assignment_is_receiving(one))
            continue;
        if (now - one->moved_ms <= dispatch->rule->lease_ms)
            continue;
        admission_drop(dispatch, one->peer, "a transfer stood still");
        return; // the list has changed; the next look finds the rest
    }
}

void leases_look(struct dispatch *dispatch)
{
    int64_t now = dispatch_now(dispatch);
    if (now - dispatch->expired_ms < EXPIRE_EVERY_MS)
        return;
    dispatch->expired_ms = now;
    cut_standing_transfers(dispatch);
    struct fault fault = {0};
    uint32_t count = 0;
    enum status status = ledger_leases_expire(dispatch->ledger, &dispatch->retry, &count, &fault);
    if (dispatch_storage(dispatch, status, &fault) != STATUS_OK)
        log_warning(NULL, "cannot look for leases that ran out: %s", fault.text);
    if (count == 0)
        return;
    log_warning(NULL, "%u leases ran out", count);
    for (int kind = 0; kind < JOB_KINDS; kind++)
        dispatch_expect(dispatch, (enum job_kind)kind);
}
