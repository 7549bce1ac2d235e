/* read_result.c - see read_result.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "workers/read_result.h"

static const struct {
    const char *name;
    uint64_t bytes_most;
} part_rules[READ_RESULT_PARTS] = {
    {"reading", READ_RESULT_READING_BYTES_MOST},
    {"text",    READ_RESULT_TEXT_BYTES_MOST   },
    {"pdf",     READ_RESULT_PDF_BYTES_MOST    }
};

static enum status check_pages(const struct wire_result_read *result, struct fault *fault)
{
    if (result->pages.count == 0)
        return fault_set(fault, STATUS_REFUSE, "a result without pages");
    for (uint32_t i = 0; i < result->pages.count; i++) {
        const struct page_facts *page = &result->pages.pages[i];
        if (page->number != i + 1)
            return fault_set(fault, STATUS_REFUSE, "page %u is not accounted for", i + 1);
        if ((page->outcome == PAGE_IN_DOCUMENT) != (page->document != 0) ||
            page->document > result->document_count)
            return fault_set(fault, STATUS_REFUSE, "page %u is in no document there is", i + 1);
    }
    return STATUS_OK;
}

static uint32_t pages_of(const struct wire_result_read *result, uint32_t document)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->pages.count; i++)
        count += result->pages.pages[i].document == document;
    return count;
}

static enum status check_document(const struct wire_directory *directory, uint32_t document,
                                  struct fault *fault)
{
    for (uint32_t i = 0; i < READ_RESULT_PARTS; i++) {
        const struct wire_part *part = &directory->parts[(document - 1) * READ_RESULT_PARTS + i];
        char expected[WIRE_PART_NAME_BYTES_MOST];
        (void)snprintf(expected, sizeof expected, "%u/%s", document, part_rules[i].name);
        if (!string_equal(part->name, expected))
            return fault_set(fault, STATUS_REFUSE, "part \"%s\" where \"%s\" belongs", part->name,
                             expected);
        if (part->size > part_rules[i].bytes_most)
            return fault_set(fault, STATUS_REFUSE, "part %s is too long", part->name);
    }
    return STATUS_OK;
}

static enum status check_page_file(const struct wire_result_read *result,
                                   const struct wire_directory *directory, struct fault *fault)
{
    const struct wire_part *part = &directory->parts[directory->count - 1];
    if (!string_equal(part->name, "pages"))
        return fault_set(fault, STATUS_REFUSE, "part \"%s\" where \"pages\" belongs", part->name);
    if (part->size > READ_RESULT_PAGES_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "part %s is too long", part->name);
    for (uint32_t i = 0; i < result->pages.count; i++)
        if (!page_facts_lie_within(&result->pages.pages[i], part->size))
            return fault_set(fault, STATUS_REFUSE, "page %u points beyond the page file", i + 1);
    return STATUS_OK;
}

enum status read_result_check(const struct wire_result_read *result,
                              const struct wire_directory *directory, struct fault *fault)
{
    enum status status = check_pages(result, fault);
    uint32_t parts = result->document_count * READ_RESULT_PARTS + READ_RESULT_SCAN_PARTS;
    if (status == STATUS_OK && directory->count != parts)
        status = fault_set(fault, STATUS_REFUSE, "%u parts for %u documents", directory->count,
                           result->document_count);
    for (uint32_t i = 1; status == STATUS_OK && i <= result->document_count; i++)
        status = pages_of(result, i) == 0
                     ? fault_set(fault, STATUS_REFUSE, "document %u has no page", i)
                     : check_document(directory, i, fault);
    if (status == STATUS_OK)
        status = check_page_file(result, directory, fault);
    return status;
}

/* ---- after the parts came -------------------------------------------------------------------- */

static enum status check_reading(struct spool *spool, const struct digest *digest,
                                 uint32_t page_count, struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    enum status status =
        spool_get(spool, digest, READ_RESULT_READING_BYTES_MOST, &bytes, &length, fault);
    if (status != STATUS_OK)
        return status;
    struct reading reading = {0};
    status = reading_decode(bytes, length, &reading, fault);
    free(bytes);
    if (status == STATUS_OK && reading.page_count != page_count)
        status = fault_set(fault, STATUS_REFUSE, "a reading of %u pages for a document of %u",
                           reading.page_count, page_count);
    reading_done(&reading);
    return status;
}

static enum status check_text(struct spool *spool, const struct digest *digest, struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    enum status status =
        spool_get(spool, digest, READ_RESULT_TEXT_BYTES_MOST, &bytes, &length, fault);
    if (status != STATUS_OK)
        return status;
    if (!utf8_is_valid(bytes, length) || memchr(bytes, '\0', length) != NULL)
        status = fault_set(fault, STATUS_REFUSE, "a text that is not UTF-8");
    free(bytes);
    return status;
}

static enum status check_pdf(struct spool *spool, const struct digest *digest, struct fault *fault)
{
    // ISO 32000-1, annex H.3.4.1: readers accept a header anywhere in the first 1024 bytes.
    static const char magic[] = {'%', 'P', 'D', 'F', '-'};
    char start[1024];
    int file = -1;
    uint64_t size = 0;
    enum status status = spool_open_object(spool, digest, &file, &size, fault);
    if (status != STATUS_OK)
        return status;
    ssize_t got = pread(file, start, sizeof start, 0);
    (void)close(file);
    if (got <= 0 || memmem(start, (size_t)got, magic, sizeof magic) == NULL)
        return fault_set(fault, STATUS_REFUSE, "a PDF that is none");
    return STATUS_OK;
}

static enum status open_document(struct spool *spool, const struct wire_part *parts,
                                 uint32_t page_count, struct read_document *ret_document,
                                 struct fault *fault)
{
    enum status status = check_reading(spool, &parts[0].digest, page_count, fault);
    if (status == STATUS_OK)
        status = check_text(spool, &parts[1].digest, fault);
    if (status == STATUS_OK)
        status = check_pdf(spool, &parts[2].digest, fault);
    *ret_document = (struct read_document){
        .reading = parts[0].digest, .text = parts[1].digest, .pdf = parts[2].digest};
    return status;
}

/* The pictures go to browsers: their bytes begin as what they are said to be. */
static bool image_is_sound(int file, const struct page_image *image)
{
    char start[8] = {0};
    if (image->media == PAGE_MEDIA_NONE)
        return true;
    ssize_t got = pread(file, start, sizeof start, (off_t)image->span.offset);
    return got > 0 && (uint64_t)got <= image->span.length &&
           page_media_matches((enum page_media)image->media, start, (size_t)got);
}

static enum status check_pictures(struct spool *spool, const struct digest *digest,
                                  const struct wire_pages *pages, struct fault *fault)
{
    int file = -1;
    uint64_t size = 0;
    enum status status = spool_open_object(spool, digest, &file, &size, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < pages->count; i++)
        if (!image_is_sound(file, &pages->pages[i].preview) ||
            !image_is_sound(file, &pages->pages[i].thumbnail))
            status = fault_set(fault, STATUS_REFUSE, "a picture of page %u is none", i + 1);
    if (file >= 0)
        (void)close(file);
    return status;
}

static struct page_facts *copy_pages(const struct wire_pages *pages)
{
    struct page_facts *copy = calloc(pages->count, sizeof *copy);
    if (copy != NULL)
        memcpy(copy, pages->pages, pages->count * sizeof *copy);
    return copy;
}

enum status read_result_open(struct spool *spool, const struct wire_result_read *result,
                             const struct wire_directory *directory, struct read_result *ret_result,
                             struct fault *fault)
{
    struct page_facts *pages = copy_pages(&result->pages);
    struct read_document *documents = calloc((size_t)result->document_count + 1, sizeof *documents);
    struct read_result opened = {.pages = pages,
                                 .page_count = result->pages.count,
                                 .page_file = directory->parts[directory->count - 1].digest,
                                 .documents = documents,
                                 .document_count = result->document_count};
    enum status status = STATUS_OK;
    if (pages == NULL || documents == NULL)
        status = fault_set(fault, STATUS_LATER, "out of memory");
    for (uint32_t i = 0; status == STATUS_OK && i < result->document_count; i++)
        status = open_document(spool, &directory->parts[i * READ_RESULT_PARTS],
                               pages_of(result, i + 1), &documents[i], fault);
    if (status == STATUS_OK)
        status = check_pictures(spool, &opened.page_file, &result->pages, fault);
    if (status == STATUS_OK)
        *ret_result = opened;
    else
        read_result_done(&opened);
    return status;
}

void read_result_done(struct read_result *result)
{
    free((void *)(uintptr_t)result->pages);
    free((void *)(uintptr_t)result->documents);
    *result = (struct read_result){0};
}

/* ---- composed documents ---------------------------------------------------------------------- */

enum status compose_result_check(const struct wire_result_compose *result,
                                 const struct wire_directory *directory, struct fault *fault)
{
    enum status status = STATUS_OK;
    if (directory->count != result->document_count * READ_RESULT_PARTS)
        return fault_set(fault, STATUS_REFUSE, "%u parts for %u documents", directory->count,
                         result->document_count);
    for (uint32_t i = 1; status == STATUS_OK && i <= result->document_count; i++)
        status = check_document(directory, i, fault);
    return status;
}

enum status compose_result_open(struct spool *spool, const struct composition *composition,
                                const struct wire_directory *directory,
                                struct read_document **ret_documents, struct fault *fault)
{
    uint32_t count = composition->document_count;
    struct read_document *documents = calloc((size_t)count + 1, sizeof *documents);
    enum status status = STATUS_OK;
    if (documents == NULL)
        return fault_set(fault, STATUS_LATER, "out of memory");
    if (directory->count != count * READ_RESULT_PARTS)
        status =
            fault_set(fault, STATUS_REFUSE, "%u parts for %u documents", directory->count, count);
    for (uint32_t i = 0; status == STATUS_OK && i < count; i++)
        status = open_document(spool, &directory->parts[i * READ_RESULT_PARTS],
                               composition->documents[i].page_count, &documents[i], fault);
    if (status == STATUS_OK)
        *ret_documents = documents;
    else
        free(documents);
    return status;
}
