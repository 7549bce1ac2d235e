/* composition.c - see composition.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdbool.h>
#include <stdlib.h>

#include "base/composition.h"

enum { PAGE_BYTES = 4 + 4 + 2 + 4 + DIGEST_BYTES };

static void encode_page(const struct composition_page *page, struct byte_writer *writer)
{
    byte_writer_u32(writer, page->source);
    byte_writer_u32(writer, page->place);
    byte_writer_u16(writer, page->turn);
    byte_writer_u32(writer, page->number);
    byte_writer_raw(writer, page->scan.bytes, DIGEST_BYTES);
}

void composition_encode(const struct composition *composition, struct byte_writer *writer)
{
    byte_writer_u16(writer, COMPOSITION_VERSION);
    byte_writer_u32(writer, composition->source_count);
    byte_writer_u32(writer, composition->document_count);
    for (uint32_t i = 0; i < composition->document_count; i++) {
        const struct composition_document *document = &composition->documents[i];
        byte_writer_u32(writer, document->page_count);
        for (uint32_t page = 0; page < document->page_count; page++)
            encode_page(&document->pages[page], writer);
    }
}

static bool page_is_sound(const struct composition *composition,
                          const struct composition_page *page)
{
    return page->source < composition->source_count && page->place < COMPOSITION_PAGES_MOST &&
           page->turn < 360 && page->turn % 90 == 0 && page->number >= 1;
}

static void decode_document(struct byte_reader *reader, const struct composition *composition,
                            struct composition_document *document)
{
    uint32_t count = byte_reader_u32(reader);
    if (reader->failed || count == 0 || count > COMPOSITION_PAGES_MOST ||
        count > (reader->length - reader->position) / PAGE_BYTES) {
        reader->failed = true;
        return;
    }
    document->pages = calloc(count, sizeof *document->pages);
    if (document->pages == NULL) {
        reader->failed = reader->starved = true;
        return;
    }
    document->page_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct composition_page *page = &document->pages[i];
        page->source = byte_reader_u32(reader);
        page->place = byte_reader_u32(reader);
        page->turn = byte_reader_u16(reader);
        page->number = byte_reader_u32(reader);
        byte_reader_raw(reader, page->scan.bytes, DIGEST_BYTES);
        if (!page_is_sound(composition, page))
            reader->failed = true;
    }
}

static void decode(struct byte_reader *reader, struct composition *composition)
{
    uint16_t version = byte_reader_u16(reader);
    composition->source_count = byte_reader_u32(reader);
    uint32_t count = byte_reader_u32(reader);
    if (version != COMPOSITION_VERSION || composition->source_count == 0 ||
        composition->source_count > COMPOSITION_SOURCES_MOST || count == 0 ||
        count > COMPOSITION_PAGES_MOST || reader->failed) {
        reader->failed = true;
        return;
    }
    composition->documents = calloc(count, sizeof *composition->documents);
    if (composition->documents == NULL) {
        reader->failed = reader->starved = true;
        return;
    }
    composition->document_count = count;
    for (uint32_t i = 0; i < count && !reader->failed; i++)
        decode_document(reader, composition, &composition->documents[i]);
}

enum status composition_decode(const void *bytes, size_t length,
                               struct composition *ret_composition, struct fault *fault)
{
    struct composition composition = {0};
    struct byte_reader reader = byte_reader_over(bytes, length);
    decode(&reader, &composition);
    if (byte_reader_finished(&reader)) {
        *ret_composition = composition;
        return STATUS_OK;
    }
    composition_done(&composition);
    return reader.starved ? fault_set(fault, STATUS_LATER, "out of memory for a composition")
                          : fault_set(fault, STATUS_REFUSE, "not a composition of pages");
}

void composition_done(struct composition *composition)
{
    for (uint32_t i = 0; composition->documents != NULL && i < composition->document_count; i++)
        free(composition->documents[i].pages);
    free(composition->documents);
    *composition = (struct composition){0};
}
