/* results.c - results on their way into spool and ledger.
 *
 * A result is announced, its parts stream into the spool, it is checked, the ledger takes it with
 * the attempt's number, and the worker hears what became of it. Until then the worker keeps it. The
 * parts of all results that are whole are made durable together, before the ledger takes the first.
 * Results that are whole at the same moment go into the ledger with one commit, together with the
 * jobs that their workers get next; see groups.c. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/arrangement.h"
#include "store/guard.h"
#include "workers/dispatch_state.h"
#include "workers/read_result.h"

enum { EXPLANATION_BYTES_MOST = 16 << 20, COPIES_MOST = 16 };

bool results_settle(struct dispatch *dispatch, struct peer *peer, int64_t job, uint32_t attempt,
                    enum wire_settlement settlement, const char *reason)
{
    struct wire_message message = {.command = WIRE_SETTLED, .job = job, .attempt = attempt};
    message.as.settled =
        (struct wire_settled){.settlement = (uint8_t)settlement, .reason = wire_text(reason)};
    bool there = dispatch_say(dispatch, peer, &message);
    wire_message_done(&message);
    return there;
}

/* Ends the assignment, tells the worker, and gives it something new. */
static void conclude(struct dispatch *dispatch, struct assignment *assignment,
                     enum wire_settlement settlement, const char *reason)
{
    struct peer *peer = assignment->peer;
    int64_t job = assignment->job.number;
    uint32_t attempt = assignment->attempt;
    if (group_is_open(dispatch))
        assignment_settle(assignment);
    else
        assignments_remove(&dispatch->assignments, assignment);
    if (results_settle(dispatch, peer, job, attempt, settlement, reason))
        grants_make(dispatch);
}

static void reject(struct dispatch *dispatch, struct assignment *assignment,
                   enum job_failure failure, const char *reason)
{
    char words[FAULT_TEXT_BYTES + 64];
    (void)snprintf(words, sizeof words, "the result cannot be used: %s", reason);
    bool held = false;
    (void)leases_fail(dispatch, assignment, failure, words, &held);
    conclude(dispatch, assignment, WIRE_REJECTED, reason);
}

void results_ask_again(struct dispatch *dispatch, struct assignment *assignment, const char *reason)
{
    log_warning(assignment->subject, "job %lld attempt %u: its result cannot be stored now: %s",
                (long long)assignment->job.number, assignment->attempt, reason);
    assignment_abandon_result(assignment);
    assignment->part = group_is_open(dispatch) ? PART_ASKED : PART_NONE;
    (void)results_settle(dispatch, assignment->peer, assignment->job.number, assignment->attempt,
                         WIRE_REPEAT, reason);
}

/* ---- parts into the spool ------------------------------------------------------------------- */

static enum status begin_part(void *context, uint32_t index, const struct wire_part *part,
                              struct fault *fault)
{
    struct assignment *assignment = context;
    (void)index;
    (void)part;
    return spool_writer_open(assignment->spool, &assignment->writer, fault);
}

static enum status add_to_part(void *context, uint32_t index, const void *bytes, size_t length,
                               struct fault *fault)
{
    struct assignment *assignment = context;
    (void)index;
    return spool_writer_add(assignment->writer, bytes, length, fault);
}

static enum status end_part(void *context, uint32_t index, const struct wire_part *part,
                            struct fault *fault)
{
    struct assignment *assignment = context;
    (void)index;
    struct digest digest;
    uint64_t size = 0;
    enum status status = spool_writer_commit_later(&assignment->writer, &digest, &size, fault);
    assignment->is_unsettled = true;
    if (status == STATUS_OK && !digest_equal(&digest, &part->digest))
        return fault_set(fault, STATUS_HALT, "the spool stored other bytes than it was given");
    return status;
}

/* One that has parts which were put and not settled; NULL: none. */
static struct assignment *first_unsettled(const struct dispatch *dispatch)
{
    for (struct assignment *one = dispatch->assignments.first; one != NULL; one = one->next)
        if (one->is_unsettled)
            return one;
    return NULL;
}

enum status results_store(struct dispatch *dispatch, struct fault *fault)
{
    struct assignment *one = NULL;
    enum status status = spool_settle(dispatch->spool, fault);
    if (dispatch_storage(dispatch, status, fault) == STATUS_HALT)
        return status;
    while ((one = first_unsettled(dispatch)) != NULL) {
        one->is_unsettled = false;
        if (status != STATUS_OK)
            results_ask_again(dispatch, one, fault->text);
    }
    return status;
}

/* ---- into the ledger ------------------------------------------------------------------------ */

static enum status complete_read(struct dispatch *dispatch, struct assignment *assignment,
                                 bool *ret_held, struct fault *fault)
{
    struct read_result result = {0};
    enum status status = read_result_open(dispatch->spool, &assignment->result.as.result_read,
                                          &assignment->incoming.directory, &result, fault);
    if (status != STATUS_OK)
        return status;
    status = ledger_read_complete(dispatch->ledger, assignment->job, assignment->attempt, &result,
                                  ret_held, fault);
    read_result_done(&result);
    dispatch_expect(dispatch, JOB_MATCH);
    return status;
}

static const char *or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

/* [["case number","team",confidence], …]; "" for none. The strings are borrowed from *ret_json. */
static bool parse_copies(const char *words, json_t **ret_json,
                         struct decision_copy copies[COPIES_MOST], uint32_t *ret_count)
{
    *ret_json = words[0] == '\0' ? json_array() : json_loads(words, 0, NULL);
    size_t count = json_array_size(*ret_json);
    if (!json_is_array(*ret_json) || count > COPIES_MOST)
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *case_number = NULL;
        const char *team = NULL;
        if (json_unpack(json_array_get(*ret_json, i), "[s, s, F!]", &case_number, &team,
                        &copies[i].confidence) != 0)
            return false;
        copies[i].case_number = case_number;
        copies[i].team = or_null(team);
    }
    *ret_count = (uint32_t)count;
    return true;
}

/* Which cases the explanation names: some may be such that not everybody may know of. */
static enum status read_named(struct dispatch *dispatch, const struct assignment *assignment,
                              struct text *lines, struct fault *fault)
{
    const struct digest *digest = &assignment->incoming.directory.parts[0].digest;
    char *bytes = NULL;
    size_t length = 0;
    enum status status =
        spool_get(dispatch->spool, digest, EXPLANATION_BYTES_MOST, &bytes, &length, fault);
    if (status == STATUS_OK)
        guard_named_cases(bytes, length, lines);
    free(bytes);
    return status == STATUS_OK && !text_ok(lines)
               ? fault_set(fault, STATUS_LATER, "no memory for an explanation")
               : status;
}

static enum status complete_match(struct dispatch *dispatch, struct assignment *assignment,
                                  bool *ret_held, struct fault *fault)
{
    const struct wire_result_match *result = &assignment->result.as.result_match;
    struct decision_copy copies[COPIES_MOST];
    uint32_t copy_count = 0;
    json_t *json = NULL;
    if (!parse_copies(result->copies, &json, copies, &copy_count)) {
        json_decref(json);
        return fault_set(fault, STATUS_REFUSE, "the copies of a decision cannot be read");
    }
    struct text named = {0};
    enum status status = read_named(dispatch, assignment, &named, fault);
    const struct decision decision = {
        .to_file = result->to_file != 0,
        .case_number = or_null(result->case_number),
        .team = or_null(result->team),
        .confidence = result->confidence,
        .runner_up = result->runner_up,
        .decided_by = "auto",
        .reason = result->reason,
        .kind = or_null(result->kind),
        .kind_confidence = result->kind_confidence,
        .flags = result->flags,
        .explanation = assignment->incoming.directory.parts[0].digest,
        .rules_version = result->rules_version,
        .register_version = result->register_version,
        .days = or_null(result->days),
        .copies = copies,
        .copy_count = copy_count,
        .named_cases = text_string(&named),
    };
    if (status == STATUS_OK)
        status = ledger_match_complete(dispatch->ledger, assignment->job, assignment->attempt,
                                       &decision, ret_held, fault);
    text_done(&named);
    json_decref(json);
    dispatch_expect(dispatch, JOB_FILE);
    return status;
}

static enum status complete_file(struct dispatch *dispatch, struct assignment *assignment,
                                 bool *ret_held, struct fault *fault)
{
    const struct wire_result_file *result = &assignment->result.as.result_file;
    struct filed_note note = {0};
    bool has_note = result->note[0] != '\0';
    if (has_note &&
        (!digest_from_hex(result->pdf, &note.pdf) || !digest_from_hex(result->note, &note.note)))
        return fault_set(fault, STATUS_REFUSE, "filed with digests that are none");
    struct spool_object kept = {0};
    enum status status =
        has_note ? spool_look(dispatch->spool, &note.note, &kept, fault) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    if (has_note && !kept.is_there)
        return fault_set(fault, STATUS_REFUSE, "filed with a note that was not sent");
    return ledger_file_complete_noted(dispatch->ledger, assignment->job, assignment->attempt,
                                      result->place, has_note ? &note : NULL, ret_held, fault);
}

/* Compares what came with what was asked for. */
static enum status open_composed(struct dispatch *dispatch, struct assignment *assignment,
                                 struct read_document **ret_documents, struct fault *fault)
{
    struct ledger *ledger = dispatch->ledger;
    struct arrangement_order order = {0};
    enum status status = arrangement_order(ledger, assignment->job, &order, fault);
    if (status == STATUS_OK)
        status = compose_result_open(dispatch->spool, &order.composition,
                                     &assignment->incoming.directory, ret_documents, fault);
    arrangement_order_done(&order);
    return status;
}

static enum status complete_compose(struct dispatch *dispatch, struct assignment *assignment,
                                    bool *ret_held, struct fault *fault)
{
    struct read_document *documents = NULL;
    enum status status = open_composed(dispatch, assignment, &documents, fault);
    if (status == STATUS_OK)
        status = ledger_compose_complete(
            dispatch->ledger, assignment->job, assignment->attempt, documents,
            assignment->result.as.result_compose.document_count, ret_held, fault);
    free(documents);
    dispatch_expect(dispatch, JOB_MATCH);
    dispatch_expect(dispatch, JOB_FILE);
    return status;
}

static enum status check_compose(const struct assignment *assignment,
                                 const struct wire_directory *directory, struct fault *fault)
{
    return compose_result_check(&assignment->result.as.result_compose, directory, fault);
}

static enum status check_read(const struct assignment *assignment,
                              const struct wire_directory *directory, struct fault *fault)
{
    return read_result_check(&assignment->result.as.result_read, directory, fault);
}

static enum status check_match(const struct assignment *assignment,
                               const struct wire_directory *directory, struct fault *fault)
{
    const struct wire_result_match *result = &assignment->result.as.result_match;
    if (directory->count != 1 || !string_equal(directory->parts[0].name, "explanation"))
        return fault_set(fault, STATUS_REFUSE, "a decision without its explanation");
    if (directory->parts[0].size > EXPLANATION_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "the explanation is too long");
    if (result->to_file != 0 && result->case_number[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "a decision to file without a case");
    if (result->reason[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "a decision without a reason");
    return STATUS_OK;
}

static enum status check_file(const struct assignment *assignment,
                              const struct wire_directory *directory, struct fault *fault)
{
    if (directory->count != 0 || assignment->result.as.result_file.place[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "filed, and no place");
    return STATUS_OK;
}

/* One row for each kind of job. */
static const struct trade {
    enum wire_command command;
    /* Before the parts travel. */
    enum status (*check)(const struct assignment *assignment,
                         const struct wire_directory *directory, struct fault *fault);
    /* With all parts in the spool. */
    enum status (*complete)(struct dispatch *dispatch, struct assignment *assignment,
                            bool *ret_held, struct fault *fault);
} trades[JOB_KINDS] = {
    [JOB_READ] = {WIRE_RESULT_READ,    check_read,    complete_read   },
    [JOB_MATCH] = {WIRE_RESULT_MATCH,   check_match,   complete_match  },
    [JOB_FILE] = {WIRE_RESULT_FILE,    check_file,    complete_file   },
    [JOB_COMPOSE] = {WIRE_RESULT_COMPOSE, check_compose, complete_compose},
};

static void complete(struct dispatch *dispatch, struct assignment *assignment)
{
    struct fault fault = {0};
    bool held = false;
    enum status status = trades[assignment->kind].complete(dispatch, assignment, &held, &fault);
    if (dispatch_storage(dispatch, status, &fault) == STATUS_HALT)
        return;
    if (status == STATUS_LATER) {
        results_ask_again(dispatch, assignment, fault.text);
    } else if (status == STATUS_REFUSE) {
        reject(dispatch, assignment, JOB_FAILURE_CONTENT, fault.text);
    } else if (!held) {
        log_warning(assignment->subject, "job %lld attempt %u by %s came too late",
                    (long long)assignment->job.number, assignment->attempt, assignment->peer->name);
        conclude(dispatch, assignment, WIRE_STALE, "the lease is another's by now");
    } else {
        log_info(assignment->subject, "job %lld (%s) attempt %u is done by %s",
                 (long long)assignment->job.number, job_kind_name(assignment->kind),
                 assignment->attempt, assignment->peer->name);
        conclude(dispatch, assignment, WIRE_ACCEPTED, "");
    }
}

static struct assignment *first_whole(const struct dispatch *dispatch, enum wire_worker_kind of)
{
    for (struct assignment *one = dispatch->assignments.first; one != NULL; one = one->next)
        if (one->is_whole && one->peer->kind == of)
            return one;
    return NULL;
}

bool results_are_whole(const struct dispatch *dispatch, enum wire_worker_kind of)
{
    return first_whole(dispatch, of) != NULL;
}

void results_complete(struct dispatch *dispatch, enum wire_worker_kind of, int most)
{
    struct assignment *assignment = NULL;
    for (int i = 0; i < most && dispatch->outcome == STATUS_OK && !group_is_old(dispatch) &&
                    (assignment = first_whole(dispatch, of)) != NULL;
         i++) {
        assignment->is_whole = false;
        complete(dispatch, assignment);
    }
    dispatch->has_results =
        results_are_whole(dispatch, WIRE_READER) || results_are_whole(dispatch, WIRE_FILER);
}

/* After each step of the way in. `status` is the parcel's. */
static void received(struct dispatch *dispatch, struct assignment *assignment, enum status status,
                     uint32_t credit, const struct fault *fault)
{
    assignment->moved_ms = dispatch_now(dispatch);
    if (dispatch_storage(dispatch, status, fault) == STATUS_HALT)
        return;
    if (status == STATUS_LATER) {
        results_ask_again(dispatch, assignment, fault->text);
    } else if (status == STATUS_REFUSE) {
        reject(dispatch, assignment, JOB_FAILURE_LOST, fault->text);
    } else if (incoming_is_complete(&assignment->incoming)) {
        assignment->is_whole = true;
        dispatch->has_results = true;
    } else if (credit > 0) {
        struct wire_message message = {
            .command = WIRE_CREDIT, .job = assignment->job.number, .attempt = assignment->attempt};
        message.as.credit.chunks = credit;
        (void)dispatch_say(dispatch, assignment->peer, &message);
    }
}

/* ---- what the worker says ------------------------------------------------------------------- */

void results_begin(struct dispatch *dispatch, struct peer *peer, struct wire_message *message)
{
    struct assignment *assignment =
        assignments_find(&dispatch->assignments, peer, message->job, message->attempt);
    if (assignment == NULL) {
        log_warning(NULL, "job %lld attempt %u by %s came too late", (long long)message->job,
                    message->attempt, peer->name);
        (void)results_settle(dispatch, peer, message->job, message->attempt, WIRE_STALE,
                             "the lease is another's by now");
        return;
    }
    const struct trade *trade = &trades[assignment->kind];
    if (message->command != trade->command) {
        reject(dispatch, assignment, JOB_FAILURE_LOST, "it is of another kind than the job");
        return;
    }
    assignment_abandon_result(assignment);
    assignment->result = *message;
    *message = (struct wire_message){0};
    assignment->spool = dispatch->spool;
    struct wire_directory none = {0};
    struct wire_directory *directory = wire_message_directory(&assignment->result);
    if (directory == NULL)
        directory = &none;
    struct fault fault = {0};
    if (trade->check(assignment, directory, &fault) != STATUS_OK) {
        reject(dispatch, assignment, JOB_FAILURE_CONTENT, fault.text);
        return;
    }
    const struct parcel_sink sink = {
        .begin = begin_part, .add = add_to_part, .end = end_part, .context = assignment};
    enum status status = incoming_begin(&assignment->incoming, directory, &sink, &fault);
    received(dispatch, assignment, status, PARCEL_CREDITS - parcel_advance(peer->outbox.version),
             &fault);
}

void results_chunk(struct dispatch *dispatch, struct peer *peer, const struct wire_message *message)
{
    struct assignment *assignment =
        assignments_find(&dispatch->assignments, peer, message->job, message->attempt);
    if (assignment == NULL || !assignment_is_receiving(assignment) || assignment->is_whole)
        return; // left over from a transfer that was given up, or too much
    leases_renew(dispatch, assignment, assignment->page, assignment->page_count);
    struct fault fault = {0};
    enum status status = incoming_take(&assignment->incoming, &message->as.chunk, &fault);
    received(dispatch, assignment, status, 1, &fault);
}

/* The classes of the wire are those of the ledger. */
_Static_assert((int)WIRE_FAILURE_CONTENT == (int)JOB_FAILURE_CONTENT &&
                   (int)WIRE_FAILURE_REFUSED == (int)JOB_FAILURE_REFUSED &&
                   (int)WIRE_FAILURE_SYSTEM == (int)JOB_FAILURE_SYSTEM &&
                   (int)WIRE_FAILURE_LOST == (int)JOB_FAILURE_LOST,
               "failures have one numbering");
_Static_assert((int)WIRE_JOB_READ == (int)JOB_READ && (int)WIRE_JOB_MATCH == (int)JOB_MATCH &&
                   (int)WIRE_JOB_FILE == (int)JOB_FILE && (int)WIRE_JOB_COMPOSE == (int)JOB_COMPOSE,
               "kinds of jobs have one numbering");

void results_failed(struct dispatch *dispatch, struct peer *peer,
                    const struct wire_message *message)
{
    struct assignment *assignment =
        assignments_find(&dispatch->assignments, peer, message->job, message->attempt);
    if (assignment == NULL) {
        (void)results_settle(dispatch, peer, message->job, message->attempt, WIRE_STALE,
                             "the lease is another's by now");
        return;
    }
    bool held = false;
    enum status status =
        leases_fail(dispatch, assignment, (enum job_failure)message->as.fail.failure,
                    message->as.fail.reason, &held);
    if (status == STATUS_LATER)
        results_ask_again(dispatch, assignment, "the ledger is full or locked");
    else if (status == STATUS_OK)
        conclude(dispatch, assignment, held ? WIRE_ACCEPTED : WIRE_STALE, "");
}
