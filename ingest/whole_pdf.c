/* whole_pdf.c - PDF: %PDF- near the start, %%EOF near the end, and nothing begun behind it.
 *
 * A cut PDF can still hold an earlier %%EOF near its new end: that of its first revision, that of
 * a linearized file's first page (ISO 32000-1 annex F), or that of an attached PDF. The first is
 * told by objects that follow, the second by the length that the file states, the last by
 * startxref, which does not lead to a cross-reference then. */
// SPDX-License-Identifier: EUPL-1.2
#include <ctype.h>
#include <string.h>

#include "ingest/whole.h"

struct pdf_tail {
    uint8_t bytes[WHOLE_PDF_TAIL_BYTES + WHOLE_PDF_STARTXREF_BYTES];
    size_t length;
    size_t end_mark; /* where the last %%EOF begins */
};

static const uint8_t *find_last(const uint8_t *bytes, size_t length, const char *word)
{
    size_t word_length = strlen(word);
    const uint8_t *last = NULL;
    const uint8_t *end = bytes + length;
    for (const uint8_t *next = bytes; next < end; next = last + 1) {
        const uint8_t *found = memmem(next, (size_t)(end - next), word, word_length);
        if (found == NULL)
            break;
        last = found;
    }
    return last;
}

/* Reads blanks and a decimal number; false when there is none or it is absurd. */
static bool read_number(const uint8_t *bytes, size_t length, uint64_t *ret_number)
{
    size_t i = 0;
    while (i < length && isspace(bytes[i]))
        i++;
    size_t first = i;
    uint64_t number = 0;
    for (; i < length && isdigit(bytes[i]); i++) {
        if (number > UINT64_MAX / 16)
            return false;
        number = number * 10 + (uint64_t)(bytes[i] - '0');
    }
    *ret_number = number;
    return i > first;
}

/* A linearized file says in its first object how long it is: << /Linearized 1 /L 54321 … >>. */
static bool is_shorter_than_it_says(struct byte_source *source)
{
    size_t there = 0;
    const uint8_t *head = byte_source_span(source, 0, &there);
    if (head == NULL)
        return false;
    size_t length = there < SNIFF_PDF_HEADER_BYTES ? there : SNIFF_PDF_HEADER_BYTES;
    const uint8_t *linearized = memmem(head, length, "/Linearized", strlen("/Linearized"));
    if (linearized == NULL)
        return false;
    const uint8_t *end = head + length;
    for (const uint8_t *next = linearized; next < end; next++) {
        next = memmem(next, (size_t)(end - next), "/L", 2);
        if (next == NULL)
            return false;
        uint64_t stated = 0;
        if (read_number(next + 2, (size_t)(end - next) - 2, &stated))
            return stated > source->size;
    }
    return false;
}

/* Words that only stand in the body of a PDF: behind the last %%EOF, another revision began. */
static bool has_begun_again(const struct pdf_tail *tail)
{
    static const char *const words[] = {" obj", "endobj", "endstream", "xref", "trailer"};
    size_t i = tail->end_mark + strlen("%%EOF");
    while (i < tail->length && (isspace(tail->bytes[i]) || tail->bytes[i] == 0))
        i++;
    if (i < tail->length && isdigit(tail->bytes[i]))
        return true;
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
        if (memmem(tail->bytes + i, tail->length - i, words[w], strlen(words[w])) != NULL)
            return true;
    return false;
}

/* A cross-reference table or the object of a cross-reference stream is at `offset`. */
static bool is_cross_reference(struct byte_source *source, uint64_t offset)
{
    uint8_t bytes[16];
    if (!byte_source_holds(source, offset, sizeof bytes) ||
        !byte_source_get(source, offset, bytes, sizeof bytes))
        return false;
    size_t i = 0;
    while (i < sizeof bytes && isspace(bytes[i]))
        i++;
    size_t left = sizeof bytes - i;
    return left > 0 && (isdigit(bytes[i]) || (left >= 4 && memcmp(bytes + i, "xref", 4) == 0));
}

/* `start` is where %PDF- stands: with something before it, writers count from either place. */
static bool leads_to_cross_reference(struct byte_source *source, const struct pdf_tail *tail,
                                     uint64_t start)
{
    size_t before =
        tail->end_mark < WHOLE_PDF_STARTXREF_BYTES ? tail->end_mark : WHOLE_PDF_STARTXREF_BYTES;
    const uint8_t *from = tail->bytes + tail->end_mark - before;
    const uint8_t *word = find_last(from, before, "startxref");
    uint64_t offset = 0;
    if (word == NULL || !read_number(word + strlen("startxref"),
                                     before - (size_t)(word - from) - strlen("startxref"), &offset))
        return false;
    return is_cross_reference(source, offset) || is_cross_reference(source, offset + start);
}

static bool read_tail(struct byte_source *source, struct pdf_tail *tail)
{
    tail->length = source->size < sizeof tail->bytes ? (size_t)source->size : sizeof tail->bytes;
    return byte_source_get(source, source->size - tail->length, tail->bytes, tail->length);
}

enum whole whole_check_pdf(struct byte_source *source)
{
    uint64_t start = 0;
    struct pdf_tail tail;
    if (!sniff_find(source, "%PDF-", SNIFF_PDF_HEADER_BYTES, &start) || !read_tail(source, &tail))
        return whole_without_bytes(source);
    const uint8_t *end_mark = find_last(tail.bytes, tail.length, "%%EOF");
    if (end_mark == NULL || is_shorter_than_it_says(source))
        return WHOLE_NOT_YET;
    tail.end_mark = (size_t)(end_mark - tail.bytes);
    if (has_begun_again(&tail))
        return WHOLE_NOT_YET;
    return leads_to_cross_reference(source, &tail, start) ? WHOLE_YES : WHOLE_ODD;
}
