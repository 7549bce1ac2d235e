/* api_pages.c - the pages of a document: sizes, pictures, and the words on them with their boxes.
 *
 * Pictures were made by a confined reader and go out as the bytes they are. The words come from the
 * reading in the spool, which reading_decode() takes from nobody on trust (base/reading.h). Sizes,
 * pictures and words are those of the page as it was read; `turned` says by how much a person
 * turned it since. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/reading.h"
#include "portal/access.h"
#include "portal/paging.h"
#include "portal/routes.h"
#include "store/ledger_page.h"

enum { READING_BYTES_MOST = 64 << 20 };

static enum status load_reading(struct service *service, const struct exchange *exchange,
                                struct reading *ret_reading, struct fault *fault)
{
    char *bytes = NULL;
    size_t length = 0;
    enum status status = spool_get(service->spool, &exchange->document.reading, READING_BYTES_MOST,
                                   &bytes, &length, fault);
    if (status == STATUS_OK)
        status = reading_decode(bytes, length, ret_reading, fault);
    free(bytes);
    return status;
}

static enum status note_look(struct service *service, const struct exchange *exchange,
                             struct fault *fault)
{
    return desk_note_sight(service->ledger, exchange->document.id, exchange->user.name, "page",
                           fault);
}

/* ---- pictures -------------------------------------------------------------------------------- */

/* Where the document's page of this number comes from; NULL when it has none. Pages have the
 * numbers that they have in the scan; those of an arranged document are counted from 1. */
static const struct document_page *place_of(const struct document_record *document, uint32_t number)
{
    for (uint32_t i = 0; i < document->page_count; i++)
        if ((document->arrangement == 0 ? document->pages[i] : i + 1) == number)
            return &document->places[i];
    return NULL;
}

static enum status answer_picture(struct service *service, struct exchange *exchange,
                                  bool is_thumbnail, struct fault *fault)
{
    const struct document_page *place = place_of(&exchange->document, exchange->number);
    struct page_record record = {0};
    int file = -1;
    if (place == NULL)
        return answer_nothing_there(exchange, fault);
    enum status status = note_look(service, exchange, fault);
    if (status == STATUS_OK)
        status = ledger_page_get(service->ledger, place->scan, place->number, &record, fault);
    if (status != STATUS_OK)
        return status;
    const struct page_image *image = is_thumbnail ? &record.facts.thumbnail : &record.facts.preview;
    if (image->media == PAGE_MEDIA_NONE) // not decoded, or read before there were pictures
        return answer_json_bytes(exchange, 204, "", fault);
    status = page_image_open(service->spool, &record, image, &file, fault);
    if (status == STATUS_OK)
        status = answer_piece(exchange, file, image->span.offset, image->span.length,
                              page_media_type(image->media));
    return status;
}

static enum status api_page_preview(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    return answer_picture(service, exchange, false, fault);
}

static enum status api_page_thumbnail(struct service *service, struct exchange *exchange,
                                      struct fault *fault)
{
    return answer_picture(service, exchange, true, fault);
}

/* Whether there is a picture of that page, so that nobody asks in vain. */
static enum status find_picture(struct service *service, const struct document_page *place,
                                bool *ret_has, struct fault *fault)
{
    struct page_record record = {0};
    if (place == NULL) {
        *ret_has = false;
        return STATUS_OK;
    }
    enum status status =
        ledger_page_get(service->ledger, place->scan, place->number, &record, fault);
    *ret_has = status == STATUS_OK && record.facts.preview.media != PAGE_MEDIA_NONE;
    return status == STATUS_REFUSE ? STATUS_OK : status;
}

/* ---- sizes ---------------------------------------------------------------------------------- */

static json_t *describe_page(const struct reading_page *page)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:b, s:b, s:b}", "number", (int)page->number,
                     "width", (int)page->width, "height", (int)page->height, "dpi", (int)page->dpi,
                     "rotation", (int)page->rotation, "unreadable",
                     (page->flags & READING_PAGE_UNREADABLE) != 0, "low_quality",
                     (page->flags & READING_PAGE_LOW_QUALITY) != 0, "symbol_coded",
                     (page->flags & READING_PAGE_SYMBOL_CODED) != 0);
}

static enum status api_pages(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    struct reading reading = {0};
    enum status status = note_look(service, exchange, fault);
    if (status == STATUS_OK)
        status = load_reading(service, exchange, &reading, fault);
    if (status != STATUS_OK)
        return status;
    json_t *results = json_array();
    for (uint32_t i = 0; i < reading.page_count && status == STATUS_OK; i++) {
        bool has_picture = false;
        const struct document_page *place = place_of(&exchange->document, reading.pages[i].number);
        json_t *page = describe_page(&reading.pages[i]);
        status = find_picture(service, place, &has_picture, fault);
        (void)json_object_set_new(page, "preview", json_boolean(has_picture));
        (void)json_object_set_new(page, "turned", json_integer(place == NULL ? 0 : place->turned));
        (void)json_array_append_new(results, page);
    }
    int64_t count = reading.page_count;
    reading_done(&reading);
    if (status == STATUS_OK)
        return paging_answer(exchange, results, count, NULL, fault);
    json_decref(results);
    return status;
}

/* ---- words ---------------------------------------------------------------------------------- */

/* [text, left, top, width, height, what follows (0 nothing, 1 line, 2 block)] */
static json_t *describe_word(const struct reading_word *word)
{
    return json_pack("[s, i, i, i, i, i]", word->text, (int)word->box.left, (int)word->box.top,
                     (int)word->box.width, (int)word->box.height, (int)word->break_after);
}

/* The page of this number in the scan, as evidence names it; NULL when the document has none. */
static const struct reading_page *find_page(const struct reading *reading, uint32_t number)
{
    for (uint32_t i = 0; i < reading->page_count; i++)
        if (reading->pages[i].number == number)
            return &reading->pages[i];
    return NULL;
}

static enum status answer_words(struct exchange *exchange, const struct reading_page *page,
                                struct fault *fault)
{
    json_t *words = json_array();
    for (uint32_t i = 0; i < page->word_count; i++)
        (void)json_array_append_new(words, describe_word(&page->words[i]));
    json_t *described = describe_page(page);
    if (described == NULL || json_object_set_new(described, "words", words) != 0) {
        json_decref(described);
        return fault_set(fault, STATUS_LATER, "no memory for a page");
    }
    return answer_json(exchange, 200, described, fault);
}

static enum status api_page_words(struct service *service, struct exchange *exchange,
                                  struct fault *fault)
{
    struct reading reading = {0};
    enum status status = note_look(service, exchange, fault);
    if (status == STATUS_OK)
        status = load_reading(service, exchange, &reading, fault);
    if (status != STATUS_OK)
        return status;
    const struct reading_page *page = find_page(&reading, exchange->number);
    status =
        page == NULL ? answer_nothing_there(exchange, fault) : answer_words(exchange, page, fault);
    reading_done(&reading);
    return status;
}

static const struct route rows[] = {
    {"GET", "/documents/:id/pages",                   READERS, api_pages,          ABOUT_DOCUMENT},
    {"GET", "/documents/:id/pages/:number/words",     READERS, api_page_words,     ABOUT_DOCUMENT},
    {"GET", "/documents/:id/pages/:number/preview",   READERS, api_page_preview,   ABOUT_DOCUMENT},
    {"GET", "/documents/:id/pages/:number/thumbnail", READERS, api_page_thumbnail, ABOUT_DOCUMENT},
};
const struct route_table routes_pages = {rows, sizeof rows / sizeof rows[0]};
