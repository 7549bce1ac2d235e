/* filer.c - see filer.h.
 *
 * The link to the dispatcher is made when the first index of the register is there. Jobs are done
 * at once, in the callback that brings them: a match takes milliseconds, filing a few syncs. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "classify/known.h"
#include "filing/cabinet.h"
#include "filing/note_embed.h"
#include "filing/transfer_note.h"
#include "workers/delivery.h"
#include "workers/filer.h"
#include "workers/job_parcel.h"
#include "workers/links.h"
#include "workers/match_job.h"
#include "workers/model_watch.h"
#include "workers/register_watch.h"

enum { STOP_LOOK_MS = 100, BYE_MS = 500 /* for an answer to BYE */, REGISTER_LOOK_MS = 1000 };

struct filer {
    struct loop *loop;
    const struct clock *clock;
    const struct config *config;
    const char *name;
    const struct filer_dispatchers *dispatchers;
    struct rules *rules;
    struct register_watch *watch;
    struct model_watch *models;
    struct cabinet *cabinet;
    struct links *links;           /* NULL until the first index is there */
    char subject[UUID_TEXT_BYTES]; /* the document in hand, for the log */
    unsigned look_timer, stop_timer;
    int64_t stop_by_ms;  /* monotonic; 0: not stopping */
    int64_t leave_by_ms; /* monotonic; 0: not leaving */
    enum exit_code outcome;
};

/* ---- ending --------------------------------------------------------------------------------- */

static void look_for_end(void *context)
{
    struct filer *filer = context;
    int64_t time = clock_monotonic_ms(filer->clock);
    bool busy = filer->links != NULL && links_are_busy(filer->links);
    if (!busy && filer->leave_by_ms == 0) {
        filer->leave_by_ms = filer->links == NULL ? time : time + BYE_MS;
        if (filer->links != NULL)
            links_leave(filer->links);
    }
    if (time >= filer->stop_by_ms || (filer->leave_by_ms != 0 && time >= filer->leave_by_ms))
        loop_stop(filer->loop);
}

static void end(struct filer *filer, enum exit_code outcome)
{
    if (filer->stop_by_ms != 0)
        return;
    filer->outcome = outcome;
    filer->stop_by_ms = clock_monotonic_ms(filer->clock) + FILER_FINISH_MS;
    if (filer->links != NULL)
        links_drain(filer->links);
    filer->stop_timer = loop_add_timer(filer->loop, STOP_LOOK_MS, look_for_end, filer);
    if (filer->stop_timer == 0)
        loop_stop(filer->loop);
    else
        look_for_end(filer);
}

void filer_stop(struct filer *filer)
{
    log_info(NULL, "stopping");
    end(filer, EXIT_DONE);
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static void fail(struct filer *filer, enum status status, const char *reason)
{
    static const enum wire_failure failures[] = {[STATUS_OK] = WIRE_FAILURE_SYSTEM,
                                                 [STATUS_LATER] = WIRE_FAILURE_SYSTEM,
                                                 [STATUS_REFUSE] = WIRE_FAILURE_CONTENT,
                                                 [STATUS_HALT] = WIRE_FAILURE_LOST};
    log_warning(filer->subject, "failed: %s", reason);
    links_fail(filer->links, failures[status], reason);
    if (status == STATUS_HALT)
        end(filer, EXIT_STORAGE);
}

static enum status read_context(struct memory_parts *parts, struct known_facts *ret_known,
                                struct fault *fault)
{
    struct memory_part *part = memory_parts_find(parts, JOB_PARCEL_CONTEXT);
    if (part == NULL || part->size == 0)
        return STATUS_OK;
    enum status status = memory_part_map(part, fault);
    if (status == STATUS_OK)
        status = known_facts_read(part->bytes, (size_t)part->size, ret_known, fault);
    return status;
}

static void match(struct filer *filer, struct memory_parts *parts)
{
    struct fault fault = {0};
    struct wire_message result = {0};
    struct outgoing explanation = {0};
    struct known_facts known = {0};
    struct memory_part *reading = memory_parts_find(parts, "reading");
    enum status status = read_context(parts, &known, &fault);
    if (status == STATUS_OK && reading == NULL)
        status = fault_set(&fault, STATUS_REFUSE, "a match job without a reading");
    if (status == STATUS_OK)
        status = memory_part_map(reading, &fault);
    if (status == STATUS_OK)
        status = match_job(filer->rules, register_watch_index(filer->watch),
                           register_watch_version(filer->watch), reading->bytes,
                           (size_t)reading->size, &known.context, &result, &explanation, &fault);
    known_facts_done(&known);
    if (status != STATUS_OK) {
        fail(filer, status, fault.text);
        return;
    }
    log_info(filer->subject, "matched: %s, probability %.4f",
             result.as.result_match.to_file != 0 ? "to be filed" : "a person decides",
             result.as.result_match.confidence);
    links_finish(filer->links, &result, &explanation);
}

/* What a file job says besides the document's own files. */
static bool is_instruction(const struct memory_part *part)
{
    return string_equal(part->name, JOB_PARCEL_WITHDRAW) ||
           string_equal(part->name, JOB_PARCEL_PROCESS);
}

/* The parts as the cabinet takes them, without what is said to the filer; the caller frees. NULL:
 * `fault` says why. */
static struct cabinet_part *cabinet_parts(struct memory_parts *parts, size_t *ret_count,
                                          enum status *ret_status, struct fault *fault)
{
    struct cabinet_part *list = calloc((size_t)parts->count + 1, sizeof *list);
    size_t count = 0;
    *ret_status = list == NULL ? fault_set(fault, STATUS_LATER, "out of memory") : STATUS_OK;
    for (uint32_t i = 0; *ret_status == STATUS_OK && i < parts->count; i++) {
        struct memory_part *part = &parts->parts[i];
        *ret_status = memory_part_map(part, fault);
        if (is_instruction(part))
            continue;
        list[count++] =
            (struct cabinet_part){.name = part->name,
                                  .bytes = part->bytes,
                                  .length = (size_t)part->size,
                                  .may_change = string_equal(part->name, "dokument.json") ||
                                                string_equal(part->name, TRANSFER_NOTE_NAME)};
    }
    *ret_count = count;
    return list;
}

static struct delivery delivery_of(struct filer *filer)
{
    return (struct delivery){
        .config = filer->config, .cabinet = filer->cabinet, .wall_ms = clock_wall_ms(filer->clock)};
}

/* The id of the message to a document management system; nil when the job brings none. */
static enum status read_process(struct memory_parts *parts, struct uuid *ret_process,
                                struct fault *fault)
{
    struct memory_part *part = memory_parts_find(parts, JOB_PARCEL_PROCESS);
    char written[UUID_TEXT_BYTES] = {0};
    enum status status = part == NULL ? STATUS_OK : memory_part_map(part, fault);
    if (status != STATUS_OK || part == NULL)
        return status;
    if (part->size == UUID_TEXT_BYTES - 1)
        memcpy(written, part->bytes, UUID_TEXT_BYTES - 1);
    return uuid_from_text(written, ret_process)
               ? STATUS_OK
               : fault_set(fault, STATUS_REFUSE, "a file job with a bad process id");
}

static struct cabinet_part *part_of(struct cabinet_part *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (string_equal(list[i].name, name))
            return &list[i];
    return NULL;
}

/* Puts the note into the PDF, as far as the PDF is of our archive's making: others stay as they
 * are, with the note beside them. `ret_pdf` owns the bytes that the part then points to. */
static enum status put_note_into_pdf(struct filer *filer, const struct cabinet_part *note,
                                     struct cabinet_part *pdf, struct text *ret_pdf,
                                     struct fault *fault)
{
    struct text tail = {0}, creator = {0}, statement = {0};
    struct fault why = {0};
    struct note_embedding embedding = {.xml = note->bytes, .xml_length = note->length};
    enum status status =
        transfer_note_element(note->bytes, note->length, "ersteller", &creator, fault);
    if (status == STATUS_OK)
        status = transfer_note_element(note->bytes, note->length, "erklaerung", &statement, fault);
    embedding.creator = text_string(&creator);
    embedding.statement = text_string(&statement);
    if (status == STATUS_OK)
        status = note_embed(pdf->bytes, pdf->length, &embedding, &tail, &why);
    if (status == STATUS_REFUSE)
        log_info(filer->subject, "the note lies beside the PDF alone: %s", why.text);
    if (status == STATUS_OK) {
        text_append_bytes(ret_pdf, pdf->bytes, pdf->length);
        text_append_bytes(ret_pdf, text_string(&tail), tail.length);
        *pdf = (struct cabinet_part){.name = pdf->name,
                                     .bytes = ret_pdf->bytes,
                                     .length = ret_pdf->length,
                                     .fixed = pdf->length};
    }
    bool is_whole = text_ok(ret_pdf);
    text_done(&tail);
    text_done(&creator);
    text_done(&statement);
    if (status == STATUS_LATER || !is_whole)
        return fault_set(fault, STATUS_LATER, "out of memory");
    return STATUS_OK;
}

/* What the result says of PDF and note, as they are filed. */
struct filed {
    struct text pdf;
    char pdf_hex[DIGEST_HEX_BYTES], note_hex[DIGEST_HEX_BYTES]; /* "" without a note */
};

static enum status take_note(struct filer *filer, struct cabinet_part *list, size_t count,
                             struct filed *filed, struct fault *fault)
{
    const struct cabinet_part *note = part_of(list, count, TRANSFER_NOTE_NAME);
    struct cabinet_part *pdf = part_of(list, count, "dokument.pdf");
    if (note == NULL || pdf == NULL)
        return STATUS_OK;
    size_t length = pdf->length;
    enum status status = put_note_into_pdf(filer, note, pdf, &filed->pdf, fault);
    if (status != STATUS_OK)
        return status;
    pdf->fixed = length; // another note, or none, may take the place of this one
    struct digest digest = digest_of(pdf->bytes, pdf->length);
    digest_to_hex(&digest, filed->pdf_hex);
    digest = digest_of(note->bytes, note->length);
    digest_to_hex(&digest, filed->note_hex);
    return STATUS_OK;
}

static enum status put_in(struct filer *filer, const struct wire_job *job,
                          struct memory_parts *parts, struct filed *filed, char **ret_place,
                          struct fault *fault)
{
    const struct delivery delivery = delivery_of(filer);
    struct uuid process = {0};
    enum status status = STATUS_OK;
    size_t count = 0;
    struct cabinet_part *list = cabinet_parts(parts, &count, &status, fault);
    if (status == STATUS_OK)
        status = take_note(filer, list, count, filed, fault);
    const struct cabinet_document document = {.id = job->document,
                                              .team = job->team,
                                              .case_number = job->case_number,
                                              .parts = list,
                                              .part_count = count};
    if (status == STATUS_OK)
        status = read_process(parts, &process, fault);
    if (status == STATUS_OK)
        status = delivery_put(&delivery, &document, job, &process, ret_place, fault);
    free(list);
    return status;
}

/* Out of the place where it lay until now, unless that is where it is to be. */
static enum status take_out(struct filer *filer, const struct wire_job *job, const char *place,
                            const char *old_place, struct fault *fault)
{
    const struct delivery delivery = delivery_of(filer);
    if (old_place == NULL || (place != NULL && string_equal(place, old_place)))
        return STATUS_OK;
    return delivery_take_out(&delivery, &job->document, place, old_place, fault);
}

/* A string of the words where the document lies until now; NULL: nowhere, or out of memory. */
static enum status read_old_place(struct memory_parts *parts, char **ret_place, struct fault *fault)
{
    struct memory_part *part = memory_parts_find(parts, JOB_PARCEL_WITHDRAW);
    enum status status = part == NULL ? STATUS_OK : memory_part_map(part, fault);
    if (status != STATUS_OK || part == NULL)
        return status;
    *ret_place = string_copy_bytes(part->bytes, (size_t)part->size);
    return *ret_place == NULL ? fault_set(fault, STATUS_LATER, "out of memory") : STATUS_OK;
}

static void file(struct filer *filer, const struct wire_job *job, struct memory_parts *parts)
{
    struct fault fault = {0};
    char *place = NULL;
    char *old_place = NULL;
    struct filed filed = {0};
    bool has_case = job->case_number[0] != '\0';
    enum status status = read_old_place(parts, &old_place, &fault);
    if (status == STATUS_OK && !has_case && old_place == NULL)
        status = fault_set(&fault, STATUS_REFUSE, "a file job without a case");
    if (status == STATUS_OK && has_case)
        status = put_in(filer, job, parts, &filed, &place, &fault);
    text_done(&filed.pdf);
    if (status == STATUS_OK)
        status = take_out(filer, job, place, old_place, &fault);
    if (status != STATUS_OK) {
        free(place);
        free(old_place);
        fail(filer, status, fault.text);
        return;
    }
    log_info(filer->subject, has_case ? "filed" : "taken out of the cabinet");
    struct wire_message result = {.command = WIRE_RESULT_FILE};
    struct outgoing none = {0};
    result.as.result_file.place = has_case ? place : old_place;
    result.as.result_file.pdf = string_copy(filed.pdf_hex);
    result.as.result_file.note = string_copy(filed.note_hex);
    if (has_case)
        free(old_place);
    links_finish(filer->links, &result, &none);
}

static void take_job(void *context, const struct wire_job *job, struct memory_parts *parts)
{
    struct filer *filer = context;
    uuid_to_text(&job->document, filer->subject);
    if (job->kind == WIRE_JOB_MATCH)
        match(filer, parts);
    else if (job->kind == WIRE_JOB_FILE)
        file(filer, job, parts);
    else
        fail(filer, STATUS_LATER, "this job is not for a filer");
}

/* ---- what the dispatcher says --------------------------------------------------------------- */

/* Jobs are done at once: there is never one to stop. */
static void drop_job(void *context)
{
    const struct filer *filer = context;
    log_info(filer->subject, "given up: it is another's by now");
}

static void job_is_settled(void *context, enum wire_settlement settlement, const char *reason)
{
    const struct filer *filer = context;
    if (settlement != WIRE_ACCEPTED)
        log_warning(filer->subject, "result not taken: %s", reason);
}

static void dispatcher_parted(void *context, enum wire_parting parting, const char *reason)
{
    struct filer *filer = context;
    if (parting != WIRE_LEAVING) {
        log_error(NULL, "the dispatcher does not want this filer: %s", reason);
        filer->outcome = EXIT_UNREACHABLE;
    }
    loop_stop(filer->loop);
}

static void dispatcher_news(void *context, const char *news)
{
    (void)context;
    log_info(NULL, "%s", news);
}

static void link_is_broken(void *context, const struct fault *fault)
{
    struct filer *filer = context;
    log_error(NULL, "messages cannot be sent any more: %s", fault->text);
    filer->outcome = EXIT_UNREACHABLE;
    loop_stop(filer->loop);
}

static enum status connect(struct filer *filer, struct fault *fault)
{
    const char *const own[] = {filer->config->workers.address};
    const struct filer_dispatchers *given = filer->dispatchers;
    const bool is_given = given->connect.count > 0;
    const struct links_options options = {
        .addresses = is_given ? given->connect.values : own,
        .count = is_given ? given->connect.count : 1,
        .keys = given->keys.values,
        .key_count = given->keys.count,
        .name = filer->name,
        .kind = WIRE_FILER,
        .part_bytes_most = WIRE_PART_BYTES_MOST,
    };
    const struct link_events events = {
        .job = take_job,
        .dropped = drop_job,
        .settled = job_is_settled,
        .parted = dispatcher_parted,
        .news = dispatcher_news,
        .broken = link_is_broken,
        .context = filer,
    };
    return links_new(filer->loop, filer->clock, &options, &events, &filer->links, fault);
}

/* ---- the register --------------------------------------------------------------------------- */

/* Jobs are done in callbacks of this thread: nothing is being matched now. */
static enum status look_at_model(struct filer *filer, struct fault *fault)
{
    bool has_changed = false;
    enum status status = model_watch_look(filer->models, &has_changed, fault);
    if (status == STATUS_OK && has_changed)
        log_info(NULL, "model version %lld is in use (rules %s)",
                 (long long)model_watch_version(filer->models), rules_version(filer->rules));
    return status;
}

static void look_at_register(void *context)
{
    struct filer *filer = context;
    struct fault fault = {0};
    enum status status = register_watch_look(filer->watch, &fault);
    if (status == STATUS_OK)
        status = look_at_model(filer, &fault);
    if (status == STATUS_OK)
        return;
    log_warning(NULL, "cannot look at the register and the model: %s", fault.text);
    if (status == STATUS_HALT)
        end(filer, EXIT_STORAGE);
}

static void register_is_ready(void *context)
{
    struct filer *filer = context;
    struct fault fault = {0};
    if (register_watch_take(filer->watch, &fault) != STATUS_OK) {
        log_warning(NULL, "cannot read the register: %s", fault.text);
        return;
    }
    const struct register_index *index = register_watch_index(filer->watch);
    log_info(NULL, "register version %lld with %zu persons",
             (long long)register_watch_version(filer->watch), register_index_persons(index));
    if (filer->links == NULL && filer->stop_by_ms == 0 && connect(filer, &fault) != STATUS_OK) {
        log_error(NULL, "cannot connect: %s", fault.text);
        end(filer, EXIT_UNREACHABLE);
    }
}

/* ---- life ----------------------------------------------------------------------------------- */

static enum status start(struct filer *filer, struct fault *fault)
{
    const struct config *config = filer->config;
    enum status status = match_rules(config, &filer->rules, fault);
    if (status == STATUS_OK)
        status = cabinet_open(config->store.cabinet, &filer->cabinet, fault);
    if (status == STATUS_OK)
        status = register_watch_new(config->store.ledger, filer->clock, filer->rules, &filer->watch,
                                    fault);
    if (status == STATUS_OK)
        status = model_watch_new(config->store.ledger, filer->clock, filer->rules, &filer->models,
                                 fault);
    if (status == STATUS_OK)
        status = look_at_model(filer, fault);
    if (status == STATUS_OK)
        status = loop_add_file(filer->loop, register_watch_file(filer->watch), register_is_ready,
                               filer, fault);
    if (status == STATUS_OK)
        status = register_watch_look(filer->watch, fault);
    if (status != STATUS_OK)
        return status;
    filer->look_timer = loop_add_timer(filer->loop, REGISTER_LOOK_MS, look_at_register, filer);
    return filer->look_timer != 0 ? STATUS_OK : fault_set(fault, STATUS_LATER, "no timer left");
}

enum status filer_new(struct loop *loop, const struct clock *clock, const struct config *config,
                      const char *name, const struct filer_dispatchers *dispatchers,
                      struct filer **ret_filer, struct fault *fault)
{
    struct filer *filer = calloc(1, sizeof *filer);
    if (filer == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    filer->loop = loop;
    filer->clock = clock;
    filer->config = config;
    filer->name = name;
    filer->dispatchers = dispatchers;
    enum status status = start(filer, fault);
    if (status == STATUS_OK)
        *ret_filer = filer;
    else
        filer_free(&filer);
    return status;
}

void filer_free(struct filer **filer_p)
{
    struct filer *filer = *filer_p;
    if (filer == NULL)
        return;
    const unsigned timers[] = {filer->look_timer, filer->stop_timer};
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++)
        if (timers[i] != 0)
            loop_remove_timer(filer->loop, timers[i]);
    links_free(&filer->links);
    if (filer->watch != NULL)
        loop_remove_file(filer->loop, register_watch_file(filer->watch));
    register_watch_free(&filer->watch);
    model_watch_free(&filer->models);
    cabinet_close(&filer->cabinet);
    rules_free(&filer->rules);
    free(filer);
    *filer_p = NULL;
}

enum exit_code filer_outcome(const struct filer *filer)
{
    return filer->outcome;
}
