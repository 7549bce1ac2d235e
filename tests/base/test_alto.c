/* test_alto.c - a reading becomes ALTO 4: pages, blocks, lines, words, nothing lost or unescaped. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alto.h"

static unsigned count(const char *xml, const char *words)
{
    unsigned found = 0;
    for (const char *at = strstr(xml, words); at != NULL; at = strstr(at + 1, words))
        found++;
    return found;
}

static char name[] = "Müller & \"Söhne\"", other[] = "Muller<", word[] = "Nr.", engine[] = "test";
static struct reading_alternative alternatives[] = {
    {other, 0.25F}
};
static struct reading_word words[] = {
    {.text = name,
     .box = {10, 20, 100, 30},
     .confidence = 0.5F,
     .break_after = READING_BREAK_LINE,
     .alternatives = alternatives,
     .alternative_count = 1},
    {.text = word, .box = {10, 60, 30, 30}, .confidence = 1},
    {.text = word,                                 .box = {50, 55, 30, 30},               .break_after = READING_BREAK_BLOCK},
    {.text = word,                  .box = {10, 200, 30, 30}          },
};

static void every_word_stands_in_its_line_and_block(void **state)
{
    (void)state;
    struct reading_page pages[] = {
        {.number = 2,      .width = 800, .height = 1000, .dpi = 100, .words = words, .word_count = 4},
        {.number = 3, .width = 800,             .height = 1000,                 .dpi = 100              },
    };
    struct reading reading = {engine, pages, 2};
    struct text xml = {0};
    alto_append(&reading, "1.0", &xml);
    const char *string = text_string(&xml);
    assert_int_equal(count(string, "<Page "), 2);
    assert_int_equal(count(string, "<PrintSpace "), 2);
    assert_int_equal(count(string, "<TextBlock "), 2);
    assert_int_equal(count(string, "<TextLine "), 3);
    assert_int_equal(count(string, "<String "), 4);
    assert_int_equal(count(string, "<SP/>"), 1);
    assert_non_null(strstr(string, "CONTENT=\"Müller &amp; &quot;Söhne&quot;\" HPOS=\"10\" "
                                   "VPOS=\"20\" WIDTH=\"100\" HEIGHT=\"30\" WC=\"0.50\""));
    assert_non_null(strstr(string, "<ALTERNATIVE>Muller&lt;</ALTERNATIVE>"));
    assert_non_null(strstr(string, "<TextLine ID=\"p2l1\" HPOS=\"10\" VPOS=\"55\" WIDTH=\"70\" "
                                   "HEIGHT=\"35\">"));
    assert_non_null(strstr(string, "PHYSICAL_IMG_NR=\"3\""));
    text_done(&xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_stands_in_its_line_and_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
