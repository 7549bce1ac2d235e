/* grants.c - jobs on their way to workers. Which job is next, the ledger says. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "workers/dispatch_state.h"
#include "workers/job_parcel.h"

enum {
    // More changes than 64 would overflow what PostgreSQL remembers of a transaction's parts.
    RESULTS_MOST = 32, /* that are taken with one commit */
    GRANTS_MOST = 32,  /* jobs that are leased with it */
    RENEWALS_MOST = 32,
    GROUPS_MOST = 8, /* one after the other, when nothing was heard */
};

/* What each kind of worker does, most urgent first: what is begun is finished before new work. */
static const struct {
    enum job_kind kinds[2];
    size_t count;
} trades[WIRE_WORKER_KINDS] = {
    [WIRE_READER] = {{JOB_COMPOSE, JOB_READ}, 2}, // a person waits for the first
    [WIRE_FILER] = {{JOB_FILE, JOB_MATCH},   2},
};

static bool has_room(const struct peer *peer)
{
    return !peer->draining && !peer->held_back &&
           peer->jobs_held - peer->jobs_settled < peer->jobs_most &&
           outbox_is_flowing(&peer->outbox);
}

/* Its parts cannot be had: ends the attempt. */
static void end_without_parts(struct dispatch *dispatch, struct assignment *assignment,
                              enum status status, const char *reason)
{
    bool held = false;
    if (status == STATUS_REFUSE)
        leases_corrupt(dispatch, assignment, reason);
    else
        (void)leases_fail(dispatch, assignment, JOB_FAILURE_SYSTEM, reason, &held);
    assignments_remove(&dispatch->assignments, assignment);
}

void grants_pump(struct dispatch *dispatch, struct assignment *assignment)
{
    while (outbox_is_empty(&assignment->peer->outbox)) {
        struct wire_message chunk = {
            .command = WIRE_CHUNK, .job = assignment->job.number, .attempt = assignment->attempt};
        struct fault fault = {0};
        bool some = false;
        enum status status =
            outgoing_next(&assignment->outgoing, dispatch->buffer, &some, &chunk.as.chunk, &fault);
        if (status != STATUS_OK) {
            struct peer *peer = assignment->peer;
            end_without_parts(dispatch, assignment, status, fault.text);
            (void)results_settle(dispatch, peer, chunk.job, chunk.attempt, WIRE_STALE,
                                 "its parts cannot be sent");
            return;
        }
        if (!some || !dispatch_say(dispatch, assignment->peer, &chunk))
            return;
        assignment->moved_ms = dispatch_now(dispatch);
    }
}

void grants_credit(struct dispatch *dispatch, struct peer *peer, const struct wire_message *message)
{
    struct assignment *assignment =
        assignments_find(&dispatch->assignments, peer, message->job, message->attempt);
    if (assignment == NULL)
        return;
    leases_renew(dispatch, assignment, assignment->page, assignment->page_count);
    outgoing_credit(&assignment->outgoing, message->as.credit.chunks);
    grants_pump(dispatch, assignment);
}

static void name_subject(struct assignment *assignment, const struct job_record *job)
{
    uuid_to_text(job->kind == JOB_READ ? &job->scan.uuid : &job->document.uuid,
                 assignment->subject);
}

/* A transfer that could go on. */
static struct assignment *first_to_pump(const struct dispatch *dispatch)
{
    for (struct assignment *one = dispatch->assignments.first; one != NULL; one = one->next)
        if (assignment_is_sending(one) && one->outgoing.credits > 0 &&
            outbox_is_empty(&one->peer->outbox))
            return one;
    return NULL;
}

void grants_pump_all(struct dispatch *dispatch)
{
    struct assignment *one = NULL;
    while (dispatch->outcome == STATUS_OK && (one = first_to_pump(dispatch)) != NULL)
        grants_pump(dispatch, one);
}

/* Tells the worker of the job, with its parts behind it. false: the worker is gone. */
static bool send_job(struct dispatch *dispatch, struct assignment *assignment,
                     struct job_parcel *parcel)
{
    log_info(assignment->subject, "job %lld (%s) attempt %u goes to %s",
             (long long)assignment->job.number, job_kind_name(assignment->kind),
             assignment->attempt, assignment->peer->name);
    assignment->outgoing = parcel->outgoing;
    parcel->outgoing = (struct outgoing){0};
    outgoing_credit(&assignment->outgoing, parcel_advance(assignment->peer->outbox.version));
    if (!dispatch_say(dispatch, assignment->peer, &parcel->message))
        return false;
    grants_pump(dispatch, assignment); // unless the job waits for a commit
    return true;
}

/* A leased job to the worker it was leased for. false: the worker is gone. */
static bool hand_over(struct dispatch *dispatch, struct peer *peer, const struct job_record *job)
{
    struct assignment *assignment =
        assignments_add(&dispatch->assignments, peer, job->id, job->attempt, job->kind);
    if (assignment == NULL) {
        log_error(NULL, "out of memory: job %lld waits until its lease runs out",
                  (long long)job->id.number);
        return true;
    }
    name_subject(assignment, job);
    assignment->part = group_is_open(dispatch) ? PART_LEASED : PART_NONE;
    assignment->renewed_ms = assignment->moved_ms = dispatch_now(dispatch);
    // Leases are written before this look: whose key was revoked meanwhile gets no byte.
    if (!door_lets_stay(dispatch, peer))
        return false;
    struct job_parcel parcel = {0};
    struct fault fault = {0};
    bool there = true;
    enum status status = job_parcel_fill(dispatch->ledger, dispatch->spool, dispatch->config, job,
                                         dispatch->rule->lease_ms, &parcel, &fault);
    if (status == STATUS_OK && !wire_fits(&parcel.message))
        status = fault_set(&fault, STATUS_REFUSE, "its names are beyond the protocol's limits");
    if (status == STATUS_OK && !group_is_open(dispatch))
        status = results_store(dispatch, &fault); // nothing waits for a commit
    if (dispatch_storage(dispatch, status, &fault) == STATUS_OK)
        there = send_job(dispatch, assignment, &parcel);
    else
        end_without_parts(dispatch, assignment, status, fault.text);
    job_parcel_done(&parcel);
    return there;
}

/* One job of any kind that the worker does. false: none is due, or the worker is gone. */
static bool grant_one(struct dispatch *dispatch, struct peer *peer)
{
    for (size_t i = 0; i < trades[peer->kind].count; i++) {
        enum job_kind kind = trades[peer->kind].kinds[i];
        if (dispatch->nothing_due[kind])
            continue;
        struct job_record job = {0};
        struct fault fault = {0};
        bool found = false;
        enum status status = ledger_job_lease(dispatch->ledger, kind, peer->name,
                                              dispatch->rule->lease_ms, &found, &job, &fault);
        if (dispatch_storage(dispatch, status, &fault) != STATUS_OK)
            log_warning(NULL, "cannot lease a job: %s", fault.text);
        dispatch->nothing_due[kind] = status != STATUS_OK || !found;
        if (dispatch->nothing_due[kind])
            continue;
        bool there = hand_over(dispatch, peer, &job);
        job_record_done(&job);
        return there;
    }
    return false;
}

/* The worker of that kind that has room and whose turn it is; NULL when there is none, or nothing
 * for it. */
static struct peer *next_with_room(const struct dispatch *dispatch, enum wire_worker_kind of)
{
    bool something = false;
    for (size_t i = 0; i < trades[of].count; i++)
        something = something || !dispatch->nothing_due[trades[of].kinds[i]];
    for (struct peer *peer = dispatch->peers.first; something && peer != NULL; peer = peer->next)
        if (peer->kind == of && has_room(peer))
            return peer;
    return NULL;
}

/* No jobs while it stops; and while the disk is full the room is for what is in hand. */
static bool may_grant(const struct dispatch *dispatch)
{
    return dispatch->stopping_ms == 0 && reserve_is_whole(dispatch->reserve);
}

/* One job to the worker whose turn it is. false: there is nobody to give to, or nothing to give. */
static bool grant_next(struct dispatch *dispatch, enum wire_worker_kind of)
{
    struct peer *peer = may_grant(dispatch) ? next_with_room(dispatch, of) : NULL;
    if (peer == NULL)
        return false;
    peers_rotate(&dispatch->peers, peer);
    (void)grant_one(dispatch, peer);
    return true;
}

static bool has_something(const struct dispatch *dispatch, enum wire_worker_kind of)
{
    return results_are_whole(dispatch, of) ||
           (may_grant(dispatch) && next_with_room(dispatch, of) != NULL);
}

/* A reader that waits is a core that stands idle, so its result and next job are not in one group
 * with those of filers, which take longer; and filers do not wait for ever. */
static enum wire_worker_kind take_turn(struct dispatch *dispatch)
{
    enum wire_worker_kind turn = dispatch->turn;
    enum wire_worker_kind other = turn == WIRE_READER ? WIRE_FILER : WIRE_READER;
    if (!has_something(dispatch, turn))
        return other;
    dispatch->turn = other;
    return turn;
}

bool grants_make_some(struct dispatch *dispatch)
{
    bool is_more = true;
    struct fault fault = {0};
    if (dispatch->has_results && results_store(dispatch, &fault) == STATUS_HALT)
        return dispatch->wants_grants = false;
    enum wire_worker_kind of = take_turn(dispatch);
    group_begin(dispatch);
    if (dispatch->has_results)
        results_complete(dispatch, of, RESULTS_MOST);
    if (dispatch->has_renewals)
        leases_put_off(dispatch, RENEWALS_MOST);
    for (int i = 0;
         i < GRANTS_MOST && is_more && dispatch->outcome == STATUS_OK && !group_is_old(dispatch);
         i++)
        is_more = grant_next(dispatch, of);
    dispatch->wants_grants =
        group_end(dispatch) && (dispatch->has_renewals || has_something(dispatch, WIRE_READER) ||
                                has_something(dispatch, WIRE_FILER));
    return dispatch->wants_grants;
}

void grants_make(struct dispatch *dispatch)
{
    dispatch->wants_grants = true;
    if (dispatch->is_grouping)
        return; // what is being done comes first
    bool is_more = true;
    for (int i = 0; i < GROUPS_MOST && is_more && dispatch->outcome == STATUS_OK; i++)
        is_more = grants_make_some(dispatch);
}
