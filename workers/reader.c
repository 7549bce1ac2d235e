/* reader.c - see reader.h.
 *
 * One scan at a time: it arrives whole in a sealed file in memory, ocr reads it in confined
 * processes, and what comes of it goes back in parts. Here nobody looks at the scan's bytes. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ocr/compose.h"
#include "workers/links.h"
#include "workers/reader.h"

enum { STOP_LOOK_MS = 100, BYE_MS = 500 /* for an answer to BYE */ };

struct reader {
    struct loop *loop;
    const struct clock *clock;
    const struct reader_options *options;
    struct ocr *ocr;
    struct links *links;
    char subject[UUID_TEXT_BYTES]; /* the scan in hand, for the log */
    bool is_reading;               /* ocr has the scan in hand */
    bool is_composing;             /* documents of pages that were read before */
    long scans_done;
    unsigned stop_timer;
    int64_t stop_by_ms;  /* monotonic: when a scan in hand is given back; 0: not stopping */
    int64_t leave_by_ms; /* monotonic: when the last words must be heard; 0: not leaving */
    enum exit_code outcome;
};

static int64_t now(const struct reader *reader)
{
    return clock_monotonic_ms(reader->clock);
}

/* ---- ending --------------------------------------------------------------------------------- */

static void give_back(struct reader *reader, enum wire_failure failure, const char *reason)
{
    if (!reader->is_reading)
        return;
    reader->is_reading = false;
    ocr_cancel(reader->ocr);
    links_fail(reader->links, failure, reason);
}

/* With nothing in hand says goodbye; later than late, ends without. */
static void look_for_end(void *context)
{
    struct reader *reader = context;
    int64_t time = now(reader);
    if (time >= reader->stop_by_ms)
        give_back(reader, WIRE_FAILURE_SYSTEM, "the reader was stopped before it was done");
    bool busy = links_are_busy(reader->links);
    if (!busy && reader->leave_by_ms == 0) {
        reader->leave_by_ms = time + BYE_MS;
        links_leave(reader->links);
    }
    bool too_late = time >= reader->stop_by_ms + READER_LEAVE_MS;
    if (too_late || (reader->leave_by_ms != 0 && time >= reader->leave_by_ms))
        loop_stop(reader->loop);
}

static void end(struct reader *reader, enum exit_code outcome, int64_t patience_ms)
{
    if (reader->stop_by_ms != 0)
        return;
    reader->outcome = outcome;
    reader->stop_by_ms = now(reader) + patience_ms;
    links_drain(reader->links);
    reader->stop_timer = loop_add_timer(reader->loop, STOP_LOOK_MS, look_for_end, reader);
    if (reader->stop_timer == 0)
        loop_stop(reader->loop);
    else
        look_for_end(reader);
}

void reader_stop(struct reader *reader)
{
    log_info(NULL, "stopping");
    end(reader, EXIT_DONE, READER_FINISH_MS);
}

/* ---- results -------------------------------------------------------------------------------- */

static enum status add_part(struct outgoing *parts, uint32_t document, const char *what,
                            uint8_t *bytes, size_t length, struct fault *fault)
{
    char name[WIRE_PART_NAME_BYTES_MOST];
    (void)snprintf(name, sizeof name, "%u/%s", document, what);
    return outgoing_add_bytes(parts, name, bytes, length, fault);
}

/* Moves the document's bytes into `parts`. */
static enum status add_document(struct outgoing *parts, uint32_t number,
                                struct ocr_document *document, struct fault *fault)
{
    struct byte_writer reading = {0};
    reading_encode(&document->reading, &reading);
    if (reading.failed) {
        byte_writer_done(&reading);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    enum status status = add_part(parts, number, "reading", reading.bytes, reading.length, fault);
    if (status == STATUS_OK) {
        status = add_part(parts, number, "text", (uint8_t *)document->text, document->text_length,
                          fault);
        document->text = NULL;
    }
    if (status == STATUS_OK) {
        status = add_part(parts, number, "pdf", document->pdf, document->pdf_length, fault);
        document->pdf = NULL;
    }
    return status;
}

static enum status fill_pages(struct wire_pages *pages, const struct ocr_event *event,
                              struct fault *fault)
{
    pages->pages = calloc((size_t)event->scan_page_count + 1, sizeof *pages->pages);
    if (pages->pages == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    pages->count = event->scan_page_count;
    memcpy(pages->pages, event->pages, pages->count * sizeof *pages->pages);
    return STATUS_OK;
}

static void deliver_composed(struct reader *reader, struct ocr_event *event)
{
    struct wire_message result = {.command = WIRE_RESULT_COMPOSE};
    struct outgoing parts = {0};
    struct fault fault = {0};
    enum status status = STATUS_OK;
    result.as.result_compose.document_count = event->document_count;
    for (uint32_t i = 0; status == STATUS_OK && i < event->document_count; i++)
        status = add_document(&parts, i + 1, &event->documents[i], &fault);
    log_info(reader->subject, "composed: %u documents", event->document_count);
    if (status == STATUS_OK) {
        links_finish(reader->links, &result, &parts);
        return;
    }
    outgoing_done(&parts);
    links_fail(reader->links, WIRE_FAILURE_SYSTEM, fault.text);
}

static void deliver(struct reader *reader, struct ocr_event *event)
{
    if (reader->is_composing) {
        deliver_composed(reader, event);
        return;
    }
    struct wire_message result = {.command = WIRE_RESULT_READ};
    struct outgoing parts = {0};
    struct fault fault = {0};
    result.as.result_read.document_count = event->document_count;
    enum status status = fill_pages(&result.as.result_read.pages, event, &fault);
    for (uint32_t i = 0; status == STATUS_OK && i < event->document_count; i++)
        status = add_document(&parts, i + 1, &event->documents[i], &fault);
    if (status == STATUS_OK) {
        status =
            outgoing_add_bytes(&parts, "pages", event->page_file, event->page_file_length, &fault);
        event->page_file = NULL;
    }
    log_info(reader->subject, "read: %u pages, %u documents", event->scan_page_count,
             event->document_count);
    if (status == STATUS_OK) {
        links_finish(reader->links, &result, &parts);
        return;
    }
    wire_message_done(&result);
    outgoing_done(&parts);
    links_fail(reader->links, WIRE_FAILURE_SYSTEM, fault.text);
}

/* ---- what ocr says -------------------------------------------------------------------------- */

/* The zygote is gone: this process is of no use any more. */
static void ocr_is_gone(struct reader *reader, const char *reason)
{
    log_error(reader->is_reading ? reader->subject : NULL, "reading broke down: %s", reason);
    loop_remove_file(reader->loop, ocr_file(reader->ocr));
    give_back(reader, WIRE_FAILURE_LOST, reason);
    end(reader, EXIT_FOUND, READER_LEAVE_MS);
}

static void take_failure(struct reader *reader, const struct fault *fault)
{
    if (fault->status == STATUS_HALT) {
        ocr_is_gone(reader, fault->text);
        return;
    }
    bool is_refused = fault->status == STATUS_REFUSE;
    log_warning(reader->subject, "%s: %s", is_refused ? "refused" : "this attempt failed",
                fault->text);
    reader->is_reading = false;
    links_fail(reader->links, is_refused ? WIRE_FAILURE_REFUSED : WIRE_FAILURE_CONTENT,
               fault->text);
}

/* false: nothing more to take. */
static bool take_event(struct reader *reader)
{
    struct ocr_event event = {0};
    struct fault fault = {0};
    if (ocr_take(reader->ocr, &event, &fault) != STATUS_OK) {
        ocr_is_gone(reader, fault.text);
        return false;
    }
    bool expected = reader->is_reading;
    switch (event.kind) {
    case OCR_EVENT_NONE:
        return false;
    case OCR_EVENT_PAGE:
        if (expected)
            links_progress(reader->links, event.page, event.page_count);
        break;
    case OCR_EVENT_DONE:
        reader->is_reading = false;
        if (expected)
            deliver(reader, &event);
        break;
    case OCR_EVENT_FAILED:
        if (expected || event.fault.status == STATUS_HALT)
            take_failure(reader, &event.fault);
        break;
    }
    bool is_over = event.kind == OCR_EVENT_FAILED && event.fault.status == STATUS_HALT;
    ocr_event_done(&event);
    return !is_over;
}

static void ocr_is_readable(void *context)
{
    while (take_event(context)) {
    }
}

/* ---- what the dispatcher says --------------------------------------------------------------- */

static enum status map_part(struct memory_parts *parts, const char *name, const void **ret_bytes,
                            size_t *ret_length, struct fault *fault)
{
    struct memory_part *part = memory_parts_find(parts, name);
    if (part == NULL)
        return fault_set(fault, STATUS_LATER, "a compose job without its part %s", name);
    enum status status = memory_part_map(part, fault);
    *ret_bytes = part->bytes;
    *ret_length = (size_t)part->size;
    return status;
}

/* The parts of a compose job as one block of bytes. */
static enum status compose_block(struct memory_parts *parts, struct byte_writer *bytes,
                                 struct fault *fault)
{
    struct compose_block block = {0};
    enum status status = map_part(parts, "plan", &block.plan, &block.plan_length, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < COMPOSITION_SOURCES_MOST; i++) {
        char reading[WIRE_PART_NAME_BYTES_MOST], pdf[WIRE_PART_NAME_BYTES_MOST];
        (void)snprintf(reading, sizeof reading, "%u/reading", i + 1);
        (void)snprintf(pdf, sizeof pdf, "%u/pdf", i + 1);
        if (memory_parts_find(parts, reading) == NULL)
            break;
        status = map_part(parts, reading, &block.sources[i].reading,
                          &block.sources[i].reading_length, fault);
        if (status == STATUS_OK)
            status =
                map_part(parts, pdf, &block.sources[i].pdf, &block.sources[i].pdf_length, fault);
        block.source_count = i + 1;
    }
    if (status == STATUS_OK)
        compose_block_write(&block, bytes);
    return bytes->failed ? fault_set(fault, STATUS_LATER, "no memory for the pages") : status;
}

static void take_compose_job(struct reader *reader, const struct wire_job *job,
                             struct memory_parts *parts)
{
    struct fault fault = {0};
    struct byte_writer block = {0};
    uuid_to_text(&job->document, reader->subject);
    enum status status = compose_block(parts, &block, &fault);
    log_info(reader->subject, "composing documents of %zu bytes", block.length);
    if (status == STATUS_OK)
        status = ocr_compose(reader->ocr, block.bytes, block.length, &fault);
    byte_writer_done(&block);
    if (status == STATUS_OK) {
        reader->is_reading = reader->is_composing = true;
        return;
    }
    links_fail(reader->links, status == STATUS_HALT ? WIRE_FAILURE_LOST : WIRE_FAILURE_SYSTEM,
               fault.text);
    if (status == STATUS_HALT)
        ocr_is_gone(reader, fault.text);
}

static void take_job(void *context, const struct wire_job *job, struct memory_parts *parts)
{
    struct reader *reader = context;
    if (job->kind == WIRE_JOB_COMPOSE) {
        take_compose_job(reader, job, parts);
        return;
    }
    reader->is_composing = false;
    uuid_to_text(&job->scan, reader->subject);
    struct memory_part *scan = memory_parts_find(parts, "scan");
    if (job->kind != WIRE_JOB_READ || scan == NULL) {
        links_fail(reader->links, WIRE_FAILURE_SYSTEM, "this job is not for a reader");
        return;
    }
    log_info(reader->subject, "reading %llu bytes", (unsigned long long)scan->size);
    struct fault fault = {0};
    enum status status = ocr_submit(reader->ocr, scan->file, scan->size, &fault);
    if (status == STATUS_OK) {
        reader->is_reading = true;
        return;
    }
    static const enum wire_failure failures[] = {[STATUS_LATER] = WIRE_FAILURE_SYSTEM,
                                                 [STATUS_REFUSE] = WIRE_FAILURE_REFUSED,
                                                 [STATUS_HALT] = WIRE_FAILURE_LOST};
    links_fail(reader->links, failures[status], fault.text);
    if (status == STATUS_HALT)
        ocr_is_gone(reader, fault.text);
}

static void drop_job(void *context)
{
    struct reader *reader = context;
    reader->is_reading = false;
    ocr_cancel(reader->ocr);
    log_info(reader->subject, "given up: it is another's by now");
}

static void job_is_settled(void *context, enum wire_settlement settlement, const char *reason)
{
    struct reader *reader = context;
    static const char *const words[WIRE_SETTLEMENTS] = {"accepted", "too late", "rejected",
                                                        "to be repeated"};
    log_info(reader->subject, "result %s%s%s", words[settlement], reason[0] == '\0' ? "" : ": ",
             reason);
    reader->scans_done++;
    if (reader->options->retire_after > 0 && reader->scans_done >= reader->options->retire_after) {
        log_info(NULL, "retiring after %ld scans", reader->scans_done);
        end(reader, EXIT_DONE, READER_FINISH_MS);
    }
}

static void dispatcher_parted(void *context, enum wire_parting parting, const char *reason)
{
    struct reader *reader = context;
    if (parting != WIRE_LEAVING) {
        log_error(NULL, "the dispatcher does not want this reader: %s", reason);
        reader->outcome = EXIT_UNREACHABLE;
    }
    loop_stop(reader->loop);
}

static void dispatcher_news(void *context, const char *news)
{
    (void)context;
    log_info(NULL, "%s", news);
}

static void link_is_broken(void *context, const struct fault *fault)
{
    struct reader *reader = context;
    log_error(NULL, "messages cannot be sent any more: %s", fault->text);
    reader->outcome = EXIT_UNREACHABLE;
    loop_stop(reader->loop);
}

/* ---- life ----------------------------------------------------------------------------------- */

static enum status start(struct reader *reader, struct fault *fault)
{
    const struct links_options options = reader_links(reader->options);
    const struct link_events events = {
        .job = take_job,
        .dropped = drop_job,
        .settled = job_is_settled,
        .parted = dispatcher_parted,
        .news = dispatcher_news,
        .broken = link_is_broken,
        .context = reader,
    };
    enum status status =
        loop_add_file(reader->loop, ocr_file(reader->ocr), ocr_is_readable, reader, fault);
    if (status == STATUS_OK)
        status = links_new(reader->loop, reader->clock, &options, &events, &reader->links, fault);
    return status;
}

enum status reader_new(struct loop *loop, const struct clock *clock,
                       const struct reader_options *options, struct ocr *ocr,
                       struct reader **ret_reader, struct fault *fault)
{
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    reader->loop = loop;
    reader->clock = clock;
    reader->options = options;
    reader->ocr = ocr;
    enum status status = start(reader, fault);
    if (status == STATUS_OK)
        *ret_reader = reader;
    else
        reader_free(&reader);
    return status;
}

void reader_free(struct reader **reader_p)
{
    struct reader *reader = *reader_p;
    if (reader == NULL)
        return;
    if (reader->stop_timer != 0)
        loop_remove_timer(reader->loop, reader->stop_timer);
    loop_remove_file(reader->loop, ocr_file(reader->ocr));
    links_free(&reader->links);
    free(reader);
    *reader_p = NULL;
}

enum exit_code reader_outcome(const struct reader *reader)
{
    return reader->outcome;
}
