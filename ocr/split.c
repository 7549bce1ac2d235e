/* split.c - see split.h.
 *
 * Pages are looked at in the order in which they were scanned, after they were turned and read:
 * blank pages are set aside last of all, so that the back of a separator does not shift anything.
 * A scan of nothing but blank pages stays a document: whether somebody's letter is lost on it, a
 * person has to say. */
// SPDX-License-Identifier: EUPL-1.2
#include "ocr/split.h"

/* enum page_outcome's numbers (store/states.h), which this room does not know. */
enum { OUTCOME_DOCUMENT = 0, OUTCOME_SEPARATOR, OUTCOME_BLANK };

bool split_is_set_aside(const struct page_facts *facts)
{
    return facts->outcome == OUTCOME_BLANK;
}

static void describe(const struct page_result *page, uint32_t number, struct page_facts *facts)
{
    const struct reading_page *reading = &page->reading;
    *facts = (struct page_facts){.number = number,
                                 .rotation = reading->rotation,
                                 .width = reading->width,
                                 .height = reading->height,
                                 .dpi = reading->dpi};
}

uint32_t split_pages(const struct page_result *pages, uint32_t page_count, bool sets_blanks_aside,
                     struct page_facts *facts)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < page_count; i++) {
        describe(&pages[i], i + 1, &facts[i]);
        bool is_blank = sets_blanks_aside && (pages[i].reading.flags & READING_PAGE_BLANK) != 0;
        facts[i].outcome = is_blank ? OUTCOME_BLANK : OUTCOME_DOCUMENT;
        facts[i].document = is_blank ? 0 : 1;
        kept += !is_blank;
    }
    for (uint32_t i = 0; kept == 0 && i < page_count; i++) {
        facts[i].outcome = OUTCOME_DOCUMENT;
        facts[i].document = 1;
    }
    return 1;
}
