/* finish.c - see finish.h. All pages of a scan are one document. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ocr/finish.h"
#include "ocr/page.h"
#include "ocr/searchable.h"

enum { PAGE_IN_DOCUMENT = 0, PAGE_OUTCOMES = 4, PAGE_RECORD_BYTES = 4 + 1 + 4 };

static void write_bytes(struct byte_writer *writer, const void *bytes, size_t length)
{
    byte_writer_u64(writer, length);
    byte_writer_raw(writer, bytes, length);
}

/* The readings of all pages as one; the words stay with the pages. */
static enum status write_reading(const struct engine *engine, const struct page_result *pages,
                                 uint32_t page_count, struct byte_writer *writer,
                                 struct fault *fault)
{
    char *name = string_copy(engine_name(engine));
    struct reading_page *borrowed = calloc(page_count, sizeof *borrowed);
    struct byte_writer encoded = {0};
    struct text text = {0};
    if (name != NULL && borrowed != NULL) {
        for (uint32_t i = 0; i < page_count; i++)
            borrowed[i] = pages[i].reading;
        struct reading reading = {.engine = name, .pages = borrowed, .page_count = page_count};
        reading_encode(&reading, &encoded);
        reading_append_text(&reading, &text);
    }
    bool good = name != NULL && borrowed != NULL && !encoded.failed && text_ok(&text);
    if (good) {
        write_bytes(writer, encoded.bytes, encoded.length);
        write_bytes(writer, text_string(&text), text.length);
    }
    byte_writer_done(&encoded);
    text_done(&text);
    free(borrowed);
    free(name);
    return good ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory for a reading");
}

static enum status write_pdf(const struct engine *engine, const struct format *format,
                             const struct source *source, const struct page_result *pages,
                             uint32_t page_count, struct byte_writer *writer, struct fault *fault)
{
    uint8_t *pdf = NULL;
    size_t length = 0;
    enum status status =
        format->is_document
            ? searchable_extend(engine, source, pages, page_count, &pdf, &length, fault)
            : searchable_build(engine, pages, page_count, &pdf, &length, fault);
    if (status == STATUS_OK)
        write_bytes(writer, pdf, length);
    free(pdf);
    return status;
}

static enum status write_scan(const struct engine *engine, const struct format *format,
                              const struct source *source, const struct page_result *pages,
                              uint32_t page_count, struct byte_writer *writer, struct fault *fault)
{
    byte_writer_u32(writer, page_count);
    for (uint32_t i = 0; i < page_count; i++) {
        byte_writer_u32(writer, i + 1);
        byte_writer_u8(writer, PAGE_IN_DOCUMENT);
        byte_writer_u32(writer, 1);
    }
    byte_writer_u32(writer, 1);
    enum status status = write_reading(engine, pages, page_count, writer, fault);
    if (status == STATUS_OK)
        status = write_pdf(engine, format, source, pages, page_count, writer, fault);
    if (status == STATUS_OK && writer->failed)
        status = fault_set(fault, STATUS_LATER, "out of memory for a scan's outcome");
    return status;
}

enum status finish_scan(const struct engine *engine, const struct format *format,
                        const struct source *source, const struct page_bytes *pages,
                        uint32_t page_count, struct byte_writer *writer, struct fault *fault)
{
    struct page_result *results = calloc(page_count, sizeof *results);
    if (results == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory for %u pages", page_count);
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < page_count && status == STATUS_OK; i++)
        // A page that is no page is its child's fault, not the scan's.
        if (page_result_decode(pages[i].bytes, pages[i].length, &results[i], fault) != STATUS_OK)
            status = fault_set(fault, STATUS_LATER, "page %u gave a broken result", i + 1);
    if (status == STATUS_OK)
        status = write_scan(engine, format, source, results, page_count, writer, fault);
    for (uint32_t i = 0; i < page_count; i++)
        page_result_done(&results[i]);
    free(results);
    return status;
}

/* A block of bytes that the caller owns, with a NUL behind it. */
static uint8_t *take_bytes(struct byte_reader *reader, size_t *ret_length)
{
    uint64_t length = byte_reader_u64(reader);
    const uint8_t *bytes = byte_reader_borrow(reader, length);
    uint8_t *copy = bytes == NULL ? NULL : malloc(length + 1);
    if (copy == NULL) {
        reader->failed = true;
        return NULL;
    }
    memcpy(copy, bytes, length);
    copy[length] = 0;
    *ret_length = length;
    return copy;
}

static void take_pages(struct byte_reader *reader, struct ocr_event *event)
{
    uint32_t count = byte_reader_u32(reader);
    if (reader->failed || count == 0 || count > READING_PAGES_MOST ||
        count > (reader->length - reader->position) / PAGE_RECORD_BYTES) {
        reader->failed = true;
        return;
    }
    event->pages = calloc(count, sizeof *event->pages);
    if (event->pages == NULL) {
        reader->failed = true;
        return;
    }
    event->scan_page_count = count;
    for (uint32_t i = 0; i < count; i++) {
        event->pages[i].number = byte_reader_u32(reader);
        event->pages[i].outcome = byte_reader_u8(reader);
        event->pages[i].document = byte_reader_u32(reader);
        if (event->pages[i].number != i + 1 || event->pages[i].outcome >= PAGE_OUTCOMES)
            reader->failed = true;
    }
}

static void take_document(struct byte_reader *reader, struct ocr_document *document)
{
    uint64_t length = byte_reader_u64(reader);
    const uint8_t *reading = byte_reader_borrow(reader, length);
    if (reading == NULL || reading_decode(reading, length, &document->reading, NULL) != STATUS_OK) {
        reader->failed = true;
        return;
    }
    document->text = (char *)take_bytes(reader, &document->text_length);
    if (document->text == NULL || !utf8_is_valid(document->text, document->text_length) ||
        strlen(document->text) != document->text_length)
        reader->failed = true;
    document->pdf = take_bytes(reader, &document->pdf_length);
}

static void take_documents(struct byte_reader *reader, struct ocr_event *event)
{
    uint32_t count = byte_reader_u32(reader);
    if (reader->failed || count > event->scan_page_count) {
        reader->failed = true;
        return;
    }
    event->documents = calloc(count == 0 ? 1 : count, sizeof *event->documents);
    if (event->documents == NULL) {
        reader->failed = true;
        return;
    }
    event->document_count = count;
    for (uint32_t i = 0; i < count && !reader->failed; i++)
        take_document(reader, &event->documents[i]);
    for (uint32_t i = 0; i < event->scan_page_count; i++)
        if (event->pages[i].document > count)
            reader->failed = true;
}

enum status finish_decode(const uint8_t *bytes, size_t length, struct ocr_event *ret_event,
                          struct fault *fault)
{
    struct ocr_event event = {.kind = OCR_EVENT_DONE};
    struct byte_reader reader = byte_reader_over(bytes, length);
    take_pages(&reader, &event);
    if (!reader.failed)
        take_documents(&reader, &event);
    if (!byte_reader_finished(&reader)) {
        ocr_event_done(&event);
        return fault_set(fault, STATUS_LATER, "the reading of the scan came back broken");
    }
    *ret_event = event;
    return STATUS_OK;
}
