/* compose.c - see compose.h.
 *
 * A document is PDF/A when every page comes from a PDF/A of ours: one whose metadata names our
 * schema and the very scan that the page is of, which nobody can forge from within that scan. */
// SPDX-License-Identifier: EUPL-1.2
#include <qpdf/qpdf-c.h>
#include <stdlib.h>
#include <string.h>

#include "base/reading.h"
#include "ocr/archive.h"
#include "ocr/compose.h"
#include "ocr/pdf_file.h"
#include "ocr/searchable.h"

/* One document that pages are taken from. */
struct origin {
    struct reading reading;
    qpdf_data pdf;
    uint8_t *metadata; /* its XMP; NULL when it has none */
    size_t metadata_length;
};

struct composer {
    const struct ocr_options *options;
    struct composition composition;
    struct origin origins[COMPOSITION_SOURCES_MOST];
};

/* ---- the block ------------------------------------------------------------------------------- */

static void write_piece(struct byte_writer *writer, const void *bytes, size_t length)
{
    byte_writer_u64(writer, length);
    byte_writer_raw(writer, bytes, length);
}

void compose_block_write(const struct compose_block *block, struct byte_writer *writer)
{
    write_piece(writer, block->plan, block->plan_length);
    for (uint32_t i = 0; i < block->source_count; i++) {
        write_piece(writer, block->sources[i].reading, block->sources[i].reading_length);
        write_piece(writer, block->sources[i].pdf, block->sources[i].pdf_length);
    }
}

static const uint8_t *read_piece(struct byte_reader *reader, size_t *ret_length)
{
    uint64_t length = byte_reader_u64(reader);
    const uint8_t *bytes = byte_reader_borrow(reader, length);
    *ret_length = bytes == NULL ? 0 : (size_t)length;
    return bytes;
}

/* ---- the sources ----------------------------------------------------------------------------- */

static void read_metadata(struct origin *origin)
{
    qpdf_oh stream = qpdf_oh_get_key(origin->pdf, qpdf_get_root(origin->pdf), "/Metadata");
    QPDF_BOOL is_filtered = QPDF_FALSE;
    unsigned char *bytes = NULL;
    if (qpdf_oh_is_stream(origin->pdf, stream) &&
        (qpdf_oh_get_stream_data(origin->pdf, stream, qpdf_dl_all, &is_filtered, &bytes,
                                 &origin->metadata_length) &
         QPDF_ERRORS) == 0)
        origin->metadata = bytes;
}

static enum status open_origin(struct byte_reader *block, struct origin *origin,
                               struct fault *fault)
{
    size_t reading_length = 0;
    size_t pdf_length = 0;
    const uint8_t *reading = read_piece(block, &reading_length);
    const uint8_t *pdf = read_piece(block, &pdf_length);
    if (reading == NULL || pdf == NULL)
        return fault_set(fault, STATUS_LATER, "a document to take pages of is cut off");
    if (reading_decode(reading, reading_length, &origin->reading, fault) != STATUS_OK)
        return fault_set(fault, STATUS_LATER, "the reading of a document cannot be read");
    if (pdf_file_open(pdf, pdf_length, &origin->pdf, fault) != STATUS_OK)
        return fault_set(fault, STATUS_LATER, "the PDF of a document cannot be read");
    read_metadata(origin);
    if ((uint32_t)qpdf_get_num_pages(origin->pdf) != origin->reading.page_count)
        return fault_set(fault, STATUS_LATER, "the PDF of a document has other pages than it");
    return STATUS_OK;
}

static enum status open_block(struct composer *composer, const struct source *source,
                              struct fault *fault)
{
    struct byte_reader block = byte_reader_over(source->bytes, source->length);
    size_t length = 0;
    const uint8_t *plan = read_piece(&block, &length);
    enum status status = plan == NULL
                             ? fault_set(fault, STATUS_LATER, "no plan of the documents")
                             : composition_decode(plan, length, &composer->composition, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < composer->composition.source_count; i++)
        status = open_origin(&block, &composer->origins[i], fault);
    if (status == STATUS_OK && !byte_reader_finished(&block))
        status = fault_set(fault, STATUS_LATER, "bytes behind the documents");
    return status;
}

static void composer_done(struct composer *composer)
{
    for (uint32_t i = 0; i < COMPOSITION_SOURCES_MOST; i++) {
        struct origin *origin = &composer->origins[i];
        reading_done(&origin->reading);
        free(origin->metadata);
        if (origin->pdf != NULL)
            qpdf_cleanup(&origin->pdf);
    }
    composition_done(&composer->composition);
}

/* ---- PDF/A ----------------------------------------------------------------------------------- */

static bool says(const struct origin *origin, const char *words)
{
    return origin->metadata != NULL &&
           memmem(origin->metadata, origin->metadata_length, words, strlen(words)) != NULL;
}

static enum archive_level level_of(const struct origin *origin, const struct digest *scan)
{
    char hex[DIGEST_HEX_BYTES];
    digest_to_hex(scan, hex);
    if (!says(origin, ARCHIVE_NAMESPACE) || !says(origin, hex))
        return ARCHIVE_NONE;
    if (says(origin, "<pdfaid:part>1</pdfaid:part>"))
        return ARCHIVE_1B;
    return says(origin, "<pdfaid:part>2</pdfaid:part>") ? ARCHIVE_2B : ARCHIVE_NONE;
}

/* What all pages allow: 1b only when every page is 1b and nobody wants more. */
static enum archive_level common_level(const struct composer *composer,
                                       const struct composition_document *document)
{
    enum archive_level level = composer->options->archive_1b ? ARCHIVE_1B : ARCHIVE_2B;
    for (uint32_t i = 0; i < document->page_count; i++) {
        const struct composition_page *page = &document->pages[i];
        enum archive_level own = level_of(&composer->origins[page->source], &page->scan);
        if (own == ARCHIVE_NONE)
            return ARCHIVE_NONE;
        if (own == ARCHIVE_2B)
            level = ARCHIVE_2B;
    }
    return level;
}

/* ---- one document ---------------------------------------------------------------------------- */

/* A page of a source with its number in the new document; the words stay with the source. */
static enum status borrow_page(const struct composer *composer, const struct composition_page *from,
                               uint32_t number, struct reading_page *ret_page, struct fault *fault)
{
    const struct reading *reading = &composer->origins[from->source].reading;
    if (from->place >= reading->page_count)
        return fault_set(fault, STATUS_LATER, "a page that its document does not have");
    *ret_page = reading->pages[from->place];
    ret_page->number = number;
    return STATUS_OK;
}

static void write_reading(const struct composer *composer, struct reading_page *pages,
                          uint32_t count, struct byte_writer *writer)
{
    struct byte_writer bytes = {0};
    struct text text = {0};
    struct reading reading = {
        .engine = composer->origins[0].reading.engine, .pages = pages, .page_count = count};
    reading_encode(&reading, &bytes);
    reading_append_text(&reading, &text);
    if (bytes.failed || !text_ok(&text)) {
        writer->failed = true;
    } else {
        write_piece(writer, bytes.bytes, bytes.length);
        write_piece(writer, text_string(&text), text.length);
    }
    byte_writer_done(&bytes);
    text_done(&text);
}

/* What a PDF is made of, a page each. */
struct binding {
    struct searchable_pick *picks;
    struct page_result *pages; /* but for number, resolution and turn empty */
    struct digest *scans;
};

static void binding_done(struct binding *binding)
{
    free(binding->picks);
    free(binding->pages);
    free(binding->scans);
}

static bool bind(const struct composer *composer, const struct composition_document *document,
                 const struct reading_page *pages, struct binding *binding)
{
    binding->picks = calloc(document->page_count, sizeof *binding->picks);
    binding->pages = calloc(document->page_count, sizeof *binding->pages);
    binding->scans = calloc(document->page_count, sizeof *binding->scans);
    if (binding->picks == NULL || binding->pages == NULL || binding->scans == NULL)
        return false;
    for (uint32_t i = 0; i < document->page_count; i++) {
        const struct composition_page *page = &document->pages[i];
        struct reading_page *facts = &binding->pages[i].reading;
        binding->picks[i] = (struct searchable_pick){
            .pdf = composer->origins[page->source].pdf, .page = page->place, .turn = page->turn};
        facts->number = page->number;
        facts->dpi = pages[i].dpi;
        facts->rotation = (uint16_t)((pages[i].rotation + page->turn) % 360);
        binding->scans[i] = page->scan;
    }
    return true;
}

static enum status write_pdf(const struct composer *composer,
                             const struct composition_document *document,
                             const struct reading_page *pages, struct byte_writer *writer,
                             struct fault *fault)
{
    struct binding binding = {0};
    uint8_t *pdf = NULL;
    size_t length = 0;
    enum status status = STATUS_OK;
    if (!bind(composer, document, pages, &binding))
        status = fault_set(fault, STATUS_LATER, "out of memory for a PDF");
    const struct archive_facts facts = {.level = common_level(composer, document),
                                        .language = archive_language(composer->options->languages),
                                        .engine = composer->origins[0].reading.engine,
                                        .scans = binding.scans,
                                        .pages = binding.pages,
                                        .page_count = document->page_count};
    if (status == STATUS_OK)
        status = searchable_pick(&facts, binding.picks, &pdf, &length, fault);
    if (status == STATUS_OK)
        write_piece(writer, pdf, length);
    free(pdf);
    binding_done(&binding);
    return status;
}

static enum status compose(struct composer *composer, const struct composition_document *document,
                           struct byte_writer *writer, struct fault *fault)
{
    struct reading_page *pages = calloc(document->page_count, sizeof *pages);
    enum status status =
        pages == NULL ? fault_set(fault, STATUS_LATER, "out of memory for a document") : STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < document->page_count; i++)
        status = borrow_page(composer, &document->pages[i], i + 1, &pages[i], fault);
    if (status == STATUS_OK) {
        write_reading(composer, pages, document->page_count, writer);
        status = write_pdf(composer, document, pages, writer, fault);
    }
    free(pages);
    return status;
}

enum status compose_documents(const struct ocr_options *options, const struct source *source,
                              struct byte_writer *writer, struct fault *fault)
{
    struct composer composer = {.options = options};
    enum status status = open_block(&composer, source, fault);
    // As of a scan without pages and page file (finish_decode()).
    byte_writer_u32(writer, 0);
    write_piece(writer, "", 0);
    byte_writer_u32(writer, composer.composition.document_count);
    for (uint32_t i = 0; status == STATUS_OK && i < composer.composition.document_count; i++)
        status = compose(&composer, &composer.composition.documents[i], writer, fault);
    if (status == STATUS_OK && writer->failed)
        status = fault_set(fault, STATUS_LATER, "out of memory for the documents");
    composer_done(&composer);
    return status == STATUS_OK ? STATUS_OK : STATUS_LATER;
}
