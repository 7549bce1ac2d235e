/* alto.c - see alto.h. Boxes of lines and blocks are those around their words. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdint.h>

#include "base/alto.h"

/* Words first…end - 1 of a page. */
struct run {
    const struct reading_page *page;
    uint32_t first, end;
};

static void append_escaped(struct text *xml, const char *words)
{
    for (; *words != '\0'; words++)
        switch (*words) {
        case '&':
            text_append(xml, "&amp;");
            break;
        case '<':
            text_append(xml, "&lt;");
            break;
        case '>':
            text_append(xml, "&gt;");
            break;
        case '"':
            text_append(xml, "&quot;");
            break;
        default:
            text_append_char(xml, *words);
        }
}

static void append_box(struct text *xml, const struct reading_box *box)
{
    text_append_format(xml, " HPOS=\"%d\" VPOS=\"%d\" WIDTH=\"%d\" HEIGHT=\"%d\"", box->left,
                       box->top, box->width, box->height);
}

static struct reading_box box_around(const struct run *run)
{
    int32_t left = INT32_MAX, top = INT32_MAX, right = 0, bottom = 0;
    for (uint32_t i = run->first; i < run->end; i++) {
        const struct reading_box *box = &run->page->words[i].box;
        left = box->left < left ? box->left : left;
        top = box->top < top ? box->top : top;
        right = box->left + box->width > right ? box->left + box->width : right;
        bottom = box->top + box->height > bottom ? box->top + box->height : bottom;
    }
    return (struct reading_box){left, top, right - left, bottom - top};
}

static void append_word(struct text *xml, const struct reading_word *word, uint32_t page,
                        uint32_t index)
{
    text_append_format(xml, "<String ID=\"p%uw%u\" CONTENT=\"", page, index);
    append_escaped(xml, word->text);
    text_append(xml, "\"");
    append_box(xml, &word->box);
    text_append_format(xml, " WC=\"%.2f\"", (double)word->confidence);
    if (word->alternative_count == 0) {
        text_append(xml, "/>\n");
        return;
    }
    text_append(xml, ">");
    for (uint32_t i = 0; i < word->alternative_count; i++) {
        text_append(xml, "<ALTERNATIVE>");
        append_escaped(xml, word->alternatives[i].text);
        text_append(xml, "</ALTERNATIVE>");
    }
    text_append(xml, "</String>\n");
}

static void append_line(struct text *xml, const struct run *line)
{
    struct reading_box box = box_around(line);
    uint32_t page = line->page->number;
    text_append_format(xml, "<TextLine ID=\"p%ul%u\"", page, line->first);
    append_box(xml, &box);
    text_append(xml, ">\n");
    for (uint32_t i = line->first; i < line->end; i++) {
        if (i > line->first)
            text_append(xml, "<SP/>");
        append_word(xml, &line->page->words[i], page, i);
    }
    text_append(xml, "</TextLine>\n");
}

/* The end of the run that begins at `first`: behind the first word with such a break. */
static uint32_t end_of_run(const struct reading_page *page, uint32_t first, uint32_t end,
                           enum reading_break least)
{
    while (first < end && page->words[first].break_after < least)
        first++;
    return first < end ? first + 1 : end;
}

static void append_block(struct text *xml, const struct run *block)
{
    struct reading_box box = box_around(block);
    text_append_format(xml, "<TextBlock ID=\"p%ub%u\"", block->page->number, block->first);
    append_box(xml, &box);
    text_append(xml, ">\n");
    for (uint32_t first = block->first; first < block->end;) {
        uint32_t end = end_of_run(block->page, first, block->end, READING_BREAK_LINE);
        append_line(xml, &(struct run){block->page, first, end});
        first = end;
    }
    text_append(xml, "</TextBlock>\n");
}

static void append_page(struct text *xml, const struct reading_page *page)
{
    text_append_format(xml,
                       "<Page ID=\"p%u\" PHYSICAL_IMG_NR=\"%u\" WIDTH=\"%d\" HEIGHT=\"%d\">\n"
                       "<PrintSpace HPOS=\"0\" VPOS=\"0\" WIDTH=\"%d\" HEIGHT=\"%d\">\n",
                       page->number, page->number, page->width, page->height, page->width,
                       page->height);
    for (uint32_t first = 0; first < page->word_count;) {
        uint32_t end = end_of_run(page, first, page->word_count, READING_BREAK_BLOCK);
        append_block(xml, &(struct run){page, first, end});
        first = end;
    }
    text_append(xml, "</PrintSpace>\n</Page>\n");
}

void alto_append(const struct reading *reading, const char *version, struct text *xml)
{
    text_append(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\" "
                     "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                     "xsi:schemaLocation=\"http://www.loc.gov/standards/alto/ns-v4# "
                     "http://www.loc.gov/standards/alto/v4/alto-4-2.xsd\">\n"
                     "<Description>\n<MeasurementUnit>pixel</MeasurementUnit>\n"
                     "<Processing ID=\"read\">\n<processingSoftware>\n"
                     "<softwareCreator>Posteingang</softwareCreator>\n<softwareName>");
    append_escaped(xml, reading->engine == NULL ? "" : reading->engine);
    text_append(xml, "</softwareName>\n<softwareVersion>");
    append_escaped(xml, version);
    text_append(xml, "</softwareVersion>\n</processingSoftware>\n</Processing>\n</Description>\n"
                     "<Layout>\n");
    for (uint32_t i = 0; i < reading->page_count; i++)
        append_page(xml, &reading->pages[i]);
    text_append(xml, "</Layout>\n</alto>\n");
}
