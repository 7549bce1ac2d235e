/* assignments.c - see assignments.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "workers/assignments.h"

struct assignment *assignments_add(struct assignments *assignments, struct peer *peer,
                                   struct job_id job, uint32_t attempt, enum job_kind kind)
{
    struct assignment *assignment = calloc(1, sizeof *assignment);
    if (assignment == NULL)
        return NULL;
    assignment->job = job;
    assignment->attempt = attempt;
    assignment->kind = kind;
    assignment->peer = peer;
    assignment->next = assignments->first;
    assignments->first = assignment;
    peer->jobs_held++;
    return assignment;
}

struct assignment *assignments_find(const struct assignments *assignments, const struct peer *peer,
                                    int64_t job, uint32_t attempt)
{
    for (struct assignment *found = assignments->first; found != NULL; found = found->next)
        if (found->peer == peer && found->job.number == job && found->attempt == attempt)
            return found;
    return NULL;
}

struct assignment *assignments_of(const struct assignments *assignments, const struct peer *peer)
{
    for (struct assignment *found = assignments->first; found != NULL; found = found->next)
        if (found->peer == peer)
            return found;
    return NULL;
}

void assignment_abandon_result(struct assignment *assignment)
{
    spool_writer_abandon(&assignment->writer);
    incoming_done(&assignment->incoming);
    wire_message_done(&assignment->result);
    assignment->is_whole = false;
    assignment->is_unsettled = false;
}

bool assignment_is_sending(const struct assignment *assignment)
{
    return assignment->outgoing.directory.count > 0 && !outgoing_is_complete(&assignment->outgoing);
}

bool assignment_is_receiving(const struct assignment *assignment)
{
    return assignment->result.command != 0;
}

void assignment_settle(struct assignment *assignment)
{
    assignment->part = PART_SETTLED;
    assignment->peer->jobs_settled++;
}

void assignment_unsettle(struct assignment *assignment)
{
    assignment->part = PART_NONE;
    assignment->peer->jobs_settled--;
}

static void assignment_free(struct assignment *assignment)
{
    assignment_abandon_result(assignment);
    outgoing_done(&assignment->outgoing);
    free(assignment);
}

void assignments_remove(struct assignments *assignments, struct assignment *assignment)
{
    struct assignment **place = &assignments->first;
    while (*place != assignment)
        place = &(*place)->next;
    *place = assignment->next;
    if (assignment->part == PART_SETTLED)
        assignment_unsettle(assignment);
    assignment->peer->jobs_held--;
    assignment_free(assignment);
}

void assignments_done(struct assignments *assignments)
{
    while (assignments->first != NULL)
        assignments_remove(assignments, assignments->first);
}
