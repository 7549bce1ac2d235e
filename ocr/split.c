/* split.c - see split.h.
 *
 * Pages are looked at in the order in which they were scanned, after they were turned and read:
 * blank pages are set aside last of all, so that the back of a separator does not shift anything.
 *
 * Sheets of ours (base/sheet.h) carry their number: where it jumps, a sheet was not recognised or
 * fell out, and two documents may be one; that is noted on the next sheet. Other offices' sheets
 * are known by their words ("PATCHT"), numbered stickers by how they begin; the settings say which.
 * Whatever else a code says is nobody's business here.
 *
 * A scan of nothing but blank pages stays a document: whether somebody's letter is lost on it, a
 * person has to say. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/sheet.h"
#include "ocr/split.h"

/* enum page_outcome's numbers (store/states.h), which this room does not know. */
enum { OUTCOME_DOCUMENT = 0, OUTCOME_SEPARATOR, OUTCOME_BLANK };

enum { STICKER_DIGITS_MOST = 9 };

bool split_is_set_aside(const struct page_facts *facts)
{
    return facts->outcome == OUTCOME_BLANK;
}

/* ---- one page -------------------------------------------------------------------------------- */

/* `word` of `length` is the code. */
static bool is_separator_word(const char *code, const char *word, size_t length)
{
    return strlen(code) == length && strncmp(code, word, length) == 0;
}

/* "ASN#" stands for ASN and a number, "TAG:" for all that begins so. */
static bool is_sticker_word(const char *code, const char *word, size_t length)
{
    bool wants_number = length > 0 && word[length - 1] == '#';
    size_t head = wants_number ? length - 1 : length;
    if (head == 0 || strncmp(code, word, head) != 0)
        return false;
    head += wants_number ? strspn(code + head, " ") : 0;
    size_t digits = strspn(code + head, "0123456789");
    return !wants_number ||
           (digits > 0 && digits <= STICKER_DIGITS_MOST && code[head + digits] == '\0');
}

typedef bool is_word(const char *code, const char *word, size_t length);

/* Whether the code is one of the words, which are parted by commas. */
static bool is_listed(const char *code, const char *words, is_word *matches)
{
    for (const char *word = words; word != NULL && *word != '\0';) {
        word += strspn(word, ", ");
        size_t length = strcspn(word, ",");
        size_t used = length;
        while (used > 0 && word[used - 1] == ' ')
            used--;
        if (used > 0 && matches(code, word, used))
            return true;
        word += length;
    }
    return false;
}

static enum page_role role_of_code(const struct ocr_options *options, const char *code,
                                   uint8_t *notes)
{
    struct sheet sheet;
    switch (sheet_read(code, &sheet)) {
    case SHEET_GOOD:
        return sheet.kind == SHEET_RETURN ? PAGE_ROLE_FIRST : PAGE_ROLE_SHEET;
    case SHEET_MALFORMED:
        *notes |= PAGE_NOTE_SHEET_MALFORMED;
        return PAGE_ROLE_PLAIN;
    case SHEET_FOREIGN:
        break;
    }
    if (is_listed(code, options->separators, is_separator_word))
        return PAGE_ROLE_SHEET;
    return is_listed(code, options->stickers, is_sticker_word) ? PAGE_ROLE_FIRST : PAGE_ROLE_PLAIN;
}

static bool is_visible_ascii(const char *code)
{
    for (; *code != '\0'; code++)
        if (*code < ' ' || *code > '~')
            return false;
    return true;
}

enum page_role split_role_of(const struct ocr_options *options, const struct reading_page *page,
                             uint8_t *ret_notes, char *ret_sheet)
{
    enum page_role role = PAGE_ROLE_PLAIN;
    uint8_t notes = 0;
    for (uint32_t i = 0; i < page->code_count; i++) {
        const char *code = page->codes[i].text;
        enum page_role of_code = role_of_code(options, code, &notes);
        if (of_code > role && strlen(code) < PAGE_SHEET_BYTES_MOST && is_visible_ascii(code)) {
            role = of_code;
            memcpy(ret_sheet, code, strlen(code) + 1);
        }
    }
    // The same sheet carries its code several times: one that is whole makes up for a spoilt one.
    *ret_notes = role == PAGE_ROLE_PLAIN ? notes : 0;
    return role;
}

/* ---- the scan -------------------------------------------------------------------------------- */

/* Where the walk through the scan stands. */
struct walk {
    uint32_t document;    /* the one that pages go to */
    bool begins;          /* the next page that is none of ours begins another */
    bool behind_sheet;    /* the page before was a sheet of ours */
    bool is_counting;     /* the next number of a separator is known */
    uint32_t next_number; /* of a separator */
    uint32_t kept;        /* pages in documents */
};

/* Separators of a pile are numbered from 1 to `of`; a cover starts a pile. */
static void follow_numbers(struct walk *walk, struct page_facts *facts)
{
    struct sheet sheet;
    if (sheet_read(facts->sheet, &sheet) != SHEET_GOOD)
        return;
    if (sheet.kind == SHEET_COVER) {
        walk->is_counting = true;
        walk->next_number = 1;
    } else if (sheet.kind == SHEET_SEPARATOR && sheet.number > 0) {
        if (walk->is_counting && sheet.number != walk->next_number)
            facts->notes |= PAGE_NOTE_SHEET_MISSING;
        walk->is_counting = true;
        walk->next_number = sheet.number == sheet.of ? 1 : sheet.number + 1;
    }
}

static void place_page(const struct ocr_options *options, const struct reading_page *page,
                       struct walk *walk, struct page_facts *facts)
{
    enum page_role role = split_role_of(options, page, &facts->notes, facts->sheet);
    bool is_blank = (page->flags & READING_PAGE_BLANK) != 0;
    if ((page->flags & READING_PAGE_SYMBOL_CODED) != 0)
        facts->notes |= PAGE_NOTE_SYMBOL_CODED;
    if (role == PAGE_ROLE_SHEET) {
        facts->outcome = OUTCOME_SEPARATOR;
        follow_numbers(walk, facts);
        walk->begins = true;
    } else if (is_blank) {
        facts->outcome = OUTCOME_BLANK;
        if (walk->behind_sheet)
            facts->notes |= PAGE_NOTE_SHEET_BACK;
    } else {
        if (walk->begins || role == PAGE_ROLE_FIRST)
            walk->document++;
        walk->begins = false;
        walk->kept++;
        facts->outcome = OUTCOME_DOCUMENT;
        facts->document = walk->document;
    }
    walk->behind_sheet = role == PAGE_ROLE_SHEET;
}

uint32_t split_pages(const struct ocr_options *options, const struct page_result *pages,
                     uint32_t page_count, struct page_facts *facts)
{
    struct walk walk = {.begins = true};
    uint32_t sheets = 0;
    for (uint32_t i = 0; i < page_count; i++) {
        const struct reading_page *page = &pages[i].reading;
        facts[i] = (struct page_facts){.number = i + 1,
                                       .rotation = page->rotation,
                                       .width = page->width,
                                       .height = page->height,
                                       .dpi = page->dpi};
        place_page(options, page, &walk, &facts[i]);
        sheets += facts[i].outcome == OUTCOME_SEPARATOR;
    }
    for (uint32_t i = 0; walk.kept == 0 && sheets == 0 && i < page_count; i++) {
        facts[i].outcome = OUTCOME_DOCUMENT;
        facts[i].document = walk.document = 1;
    }
    return walk.document;
}
