/* sample.c - see sample.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/classify/sample.h"

static const struct case_grammar GRAMMARS[] = {
    {.name = "current",
     .pattern = "(?<![0-9])50[ ./-]{0,3}(?<area>[0-9]{2})[ ./-]{0,3}(?<number>[0-9]{6})"
                "[ ./-]{0,3}(?<check>[0-9])(?![0-9])", .canonical = "50.{area}.{number}-{check}",
     .check = CHECK_MOD11_10,
     .check_over = "50{area}{number}",
     .check_group = "check"},
    {.name = "legacy",
     .pattern = "(?<![0-9])(?:SG[ ]{0,3})?50[ ]?[.][ ]?(?<area>[0-9])[ ]{0,3}/[ ]{0,3}"
                "(?<number>[0-9]{5})[ ]{0,3}/[ ]{0,3}(?<year>[0-9]{2})(?![0-9])",                         .canonical = "SG 50.{area}/{number}/{year}",
     .check = CHECK_NONE},
};

struct classify_options sample_options(void)
{
    struct classify_options options = {.grammars = GRAMMARS,
                                       .grammar_count = sizeof GRAMMARS / sizeof *GRAMMARS,
                                       .threshold = 0.99,
                                       .margin = 0.5,
                                       .candidates_most = 5};
    options.identifiers[IDENTIFIER_IBAN] = IDENTIFIER_MATCH;
    options.identifiers[IDENTIFIER_BG_NUMBER] = IDENTIFIER_MATCH;
    return options;
}

static void add_word(struct reading_page *page, const char *bytes, size_t length, int column,
                     int line)
{
    page->words = realloc(page->words, (page->word_count + 1) * sizeof *page->words);
    assert_non_null(page->words);
    page->words[page->word_count++] = (struct reading_word){
        .text = string_copy_bytes(bytes, length),
        .box = {100 + column * SAMPLE_ADVANCE, 100 + line * SAMPLE_PITCH,
                (int32_t)length * SAMPLE_ADVANCE, SAMPLE_HEIGHT},
        .confidence = 0.95F,
    };
}

static void add_page(struct reading *reading)
{
    reading->pages = realloc(reading->pages, (reading->page_count + 1) * sizeof *reading->pages);
    assert_non_null(reading->pages);
    reading->pages[reading->page_count] = (struct reading_page){
        .number = reading->page_count + 1, .width = 2480, .height = 3508, .dpi = 300};
    reading->page_count++;
}

/* A line's end; one after an empty line ends the block. */
static void end_line(struct reading_page *page)
{
    if (page->word_count == 0)
        return;
    uint8_t *break_after = &page->words[page->word_count - 1].break_after;
    *break_after = *break_after == READING_BREAK_NONE ? READING_BREAK_LINE : READING_BREAK_BLOCK;
}

struct reading sample_reading(const char *text)
{
    struct reading reading = {.engine = string_copy("sample")};
    int column = 0;
    int line = 0;
    add_page(&reading);
    while (*text != '\0') {
        struct reading_page *page = &reading.pages[reading.page_count - 1];
        size_t length = strcspn(text, " \n\f");
        if (length > 0) {
            add_word(page, text, length, column, line);
            column += (int)length;
            text += length;
            continue;
        }
        column = *text == ' ' ? column + 1 : 0;
        line = *text == '\f' ? 0 : line + (*text == '\n' ? 1 : 0);
        if (*text != ' ')
            end_line(page);
        if (*text == '\f')
            add_page(&reading);
        text++;
    }
    return reading;
}

void sample_add_code(struct reading *reading, const char *code)
{
    struct reading_page *page = &reading->pages[0];
    page->codes = realloc(page->codes, (page->code_count + 1) * sizeof *page->codes);
    assert_non_null(page->codes);
    page->codes[page->code_count++] = (struct reading_code){
        .text = string_copy(code), .box = {2000, 200, 300, 300},
             .symbology = READING_CODE_QR
    };
}

void sample_add_alternative(struct reading *reading, const char *word, const char *alternative)
{
    struct reading_page *page = &reading->pages[0];
    for (uint32_t i = 0; i < page->word_count; i++) {
        struct reading_word *at = &page->words[i];
        if (strcmp(at->text, word) != 0)
            continue;
        at->alternatives =
            realloc(at->alternatives, (at->alternative_count + 1) * sizeof *at->alternatives);
        assert_non_null(at->alternatives);
        at->alternatives[at->alternative_count++] =
            (struct reading_alternative){string_copy(alternative), 0.3F};
        return;
    }
    fail_msg("no word \"%s\"", word);
}

struct register_index *sample_index(const struct rules *rules,
                                    const struct register_person *persons, size_t count)
{
    struct register_index *index = NULL;
    struct fault fault = {0};
    assert_int_equal(register_index_new(rules, &index, &fault), STATUS_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(register_index_add(index, &persons[i], &fault), STATUS_OK);
    assert_int_equal(register_index_finish(index, &fault), STATUS_OK);
    return index;
}
