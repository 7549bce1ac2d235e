/* finish.c - see finish.h.
 *
 * Each document is put together from its own pages alone. A blank page that was set aside gets
 * reading, text and PDF of its own in the page file, so that it can become a document later
 * without anybody looking at the scan again. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ocr/finish.h"
#include "ocr/page.h"
#include "ocr/searchable.h"
#include "ocr/split.h"

/* A scan while it is put together. */
struct assembly {
    const struct engine *engine;
    const struct ocr_options *options;
    const struct source *source;
    struct digest scan;        /* of the source's bytes */
    struct page_result *pages; /* as they came from their children */
    uint32_t page_count;
    struct page_facts *facts;    /* one for each page */
    struct page_result *members; /* of the document in work; borrowed from `pages` */
    struct byte_writer page_file;
};

/* What a document is made of. */
struct product {
    struct byte_writer reading;
    struct text text;
    uint8_t *pdf;
    size_t pdf_length;
};

static void product_done(struct product *product)
{
    byte_writer_done(&product->reading);
    text_done(&product->text);
    free(product->pdf);
}

/* The readings of all members as one; the words stay with the pages. */
static enum status make_reading(const struct assembly *assembly, uint32_t count,
                                struct product *product, struct fault *fault)
{
    char *name = string_copy(engine_name(assembly->engine));
    struct reading_page *borrowed = calloc(count, sizeof *borrowed);
    if (name != NULL && borrowed != NULL) {
        for (uint32_t i = 0; i < count; i++)
            borrowed[i] = assembly->members[i].reading;
        struct reading reading = {.engine = name, .pages = borrowed, .page_count = count};
        reading_encode(&reading, &product->reading);
        reading_append_text(&reading, &product->text);
    }
    bool good =
        name != NULL && borrowed != NULL && !product->reading.failed && text_ok(&product->text);
    free(borrowed);
    free(name);
    return good ? STATUS_OK : fault_set(fault, STATUS_LATER, "out of memory for a reading");
}

/* A document of the first `count` members. */
static enum status make_product(const struct assembly *assembly, uint32_t count,
                                struct product *product, struct fault *fault)
{
    enum status status = make_reading(assembly, count, product, fault);
    if (status != STATUS_OK)
        return status;
    const struct archive_facts facts = {
        .level = assembly->options->archive_1b ? ARCHIVE_1B : ARCHIVE_2B,
        .language = archive_language(assembly->options->languages),
        .engine = engine_name(assembly->engine),
        .scan = assembly->scan,
        .pages = assembly->members,
        .page_count = count,
    };
    return searchable_build(assembly->engine, &facts, assembly->source, &product->pdf,
                            &product->pdf_length, fault);
}

/* The members are borrowed copies of the pages of document `number`. */
static uint32_t gather(struct assembly *assembly, uint32_t number)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < assembly->page_count; i++)
        if (assembly->facts[i].document == number)
            assembly->members[count++] = assembly->pages[i];
    return count;
}

static void write_bytes(struct byte_writer *writer, const void *bytes, size_t length)
{
    byte_writer_u64(writer, length);
    byte_writer_raw(writer, bytes, length);
}

static enum status write_document(struct assembly *assembly, uint32_t number,
                                  struct byte_writer *writer, struct fault *fault)
{
    struct product product = {0};
    enum status status = make_product(assembly, gather(assembly, number), &product, fault);
    if (status == STATUS_OK) {
        write_bytes(writer, product.reading.bytes, product.reading.length);
        write_bytes(writer, text_string(&product.text), product.text.length);
        write_bytes(writer, product.pdf, product.pdf_length);
    }
    product_done(&product);
    return status;
}

/* ---- the page file --------------------------------------------------------------------------- */

static struct page_span append_span(struct assembly *assembly, const void *bytes, size_t length)
{
    struct page_span span = {.offset = assembly->page_file.length, .length = length};
    if (length > 0)
        byte_writer_raw(&assembly->page_file, bytes, length);
    return length > 0 ? span : (struct page_span){0};
}

static struct page_image append_image(struct assembly *assembly, const struct preview *preview)
{
    return (struct page_image){.span = append_span(assembly, preview->bytes, preview->length),
                               .media = preview->media,
                               .width = preview->width,
                               .height = preview->height};
}

static enum status append_blank(struct assembly *assembly, uint32_t index, struct fault *fault)
{
    struct product product = {0};
    struct page_facts *facts = &assembly->facts[index];
    assembly->members[0] = assembly->pages[index];
    enum status status = make_product(assembly, 1, &product, fault);
    if (status == STATUS_OK) {
        facts->reading = append_span(assembly, product.reading.bytes, product.reading.length);
        facts->text = append_span(assembly, text_string(&product.text), product.text.length);
        facts->pdf = append_span(assembly, product.pdf, product.pdf_length);
    }
    product_done(&product);
    return status;
}

static enum status fill_page_file(struct assembly *assembly, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < assembly->page_count; i++) {
        struct page_facts *facts = &assembly->facts[i];
        facts->preview = append_image(assembly, &assembly->pages[i].preview);
        facts->thumbnail = append_image(assembly, &assembly->pages[i].thumbnail);
        facts->health = assembly->pages[i].health;
        if (split_is_set_aside(facts))
            status = append_blank(assembly, i, fault);
    }
    if (status == STATUS_OK && assembly->page_file.failed)
        status = fault_set(fault, STATUS_LATER, "out of memory for the pictures of the pages");
    return status;
}

/* ---- the scan -------------------------------------------------------------------------------- */

static enum status write_scan(struct assembly *assembly, struct byte_writer *writer,
                              struct fault *fault)
{
    uint32_t documents =
        split_pages(assembly->options, assembly->pages, assembly->page_count, assembly->facts);
    enum status status = fill_page_file(assembly, fault);
    if (status != STATUS_OK)
        return status;
    byte_writer_u32(writer, assembly->page_count);
    for (uint32_t i = 0; i < assembly->page_count; i++)
        page_facts_encode(&assembly->facts[i], writer);
    write_bytes(writer, assembly->page_file.bytes, assembly->page_file.length);
    byte_writer_u32(writer, documents);
    for (uint32_t i = 1; i <= documents && status == STATUS_OK; i++)
        status = write_document(assembly, i, writer, fault);
    if (status == STATUS_OK && writer->failed)
        status = fault_set(fault, STATUS_LATER, "out of memory for a scan's outcome");
    return status;
}

static enum status decode_pages(struct assembly *assembly, const struct page_bytes *bytes,
                                struct fault *fault)
{
    for (uint32_t i = 0; i < assembly->page_count; i++)
        // A page that is no page is its child's fault, not the scan's.
        if (page_result_decode(bytes[i].bytes, bytes[i].length, &assembly->pages[i], fault) !=
            STATUS_OK)
            return fault_set(fault, STATUS_LATER, "page %u gave a broken result", i + 1);
    return STATUS_OK;
}

static void assembly_done(struct assembly *assembly)
{
    for (uint32_t i = 0; assembly->pages != NULL && i < assembly->page_count; i++)
        page_result_done(&assembly->pages[i]);
    byte_writer_done(&assembly->page_file);
    free(assembly->pages);
    free(assembly->facts);
    free(assembly->members);
}

enum status finish_scan(const struct engine *engine, const struct ocr_options *options,
                        const struct source *source, const struct page_bytes *pages,
                        uint32_t page_count, struct byte_writer *writer, struct fault *fault)
{
    struct assembly assembly = {.engine = engine,
                                .options = options,
                                .source = source,
                                .scan = digest_of(source->bytes, source->length),
                                .page_count = page_count,
                                .pages = calloc(page_count, sizeof *assembly.pages),
                                .facts = calloc(page_count, sizeof *assembly.facts),
                                .members = calloc(page_count, sizeof *assembly.members)};
    enum status status =
        assembly.pages == NULL || assembly.facts == NULL || assembly.members == NULL
            ? fault_set(fault, STATUS_LATER, "out of memory for %u pages", page_count)
            : decode_pages(&assembly, pages, fault);
    if (status == STATUS_OK)
        status = write_scan(&assembly, writer, fault);
    assembly_done(&assembly);
    return status;
}

/* ---- what comes back ------------------------------------------------------------------------- */

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
    if (reader->failed || count > READING_PAGES_MOST ||
        count > (reader->length - reader->position) / PAGE_FACTS_BYTES_LEAST) {
        reader->failed = true;
        return;
    }
    event->pages = calloc((size_t)count + 1, sizeof *event->pages);
    if (event->pages == NULL) {
        reader->failed = true;
        return;
    }
    event->scan_page_count = count;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        page_facts_decode(reader, &event->pages[i]);
        if (event->pages[i].number != i + 1)
            reader->failed = true;
    }
    event->page_file = take_bytes(reader, &event->page_file_length);
    for (uint32_t i = 0; i < count && !reader->failed; i++)
        if (!page_facts_lie_within(&event->pages[i], event->page_file_length))
            reader->failed = true;
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
    if (reader->failed || count > READING_PAGES_MOST ||
        (event->scan_page_count > 0 && count > event->scan_page_count)) {
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
