/* test_reading.c - what a reader saw survives the wire, and lies on the wire do not survive. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/reading.h"

static char engine[] = "tesseract 5.3.0 deu";
static char hello[] = "Grüße";
static char world[] = "Demmin";
static char other[] = "Dernmin";
static char code_text[] = "AZ:50.21.004711-7";

static struct reading_alternative alternatives[] = {
    {other, 0.25F}
};
static struct reading_code codes[] = {
    {code_text, {10, 20, 30, 40}, READING_CODE_QR}
};

/* Two words and a code on the first page, nothing on the second. */
struct sample {
    struct reading_word words[2];
    struct reading_page pages[2];
    struct reading reading;
};

static void make_sample(struct sample *sample)
{
    *sample = (struct sample){
        .words = {{.text = hello,
                   .box = {0, 0, 100, 20},
                   .confidence = 0.5F,
                   .break_after = READING_BREAK_LINE},
                  {.text = world,
                   .box = {1800, 0, 680, 20},
                   .confidence = 1,
                   .from = READING_SOURCE_SECOND_PASS,
                   .alternatives = alternatives,
                   .alternative_count = 1}                                                       },
        .pages = {{.number = 1,
                   .width = 2480,
                   .height = 3508,
                   .dpi = 300,
                   .rotation = 180,
                   .word_count = 2,
                   .codes = codes,
                   .code_count = 1},
                  {.number = 2, .width = 10, .height = 10, .dpi = 1, .flags = READING_PAGE_BLANK}},
    };
    sample->pages[0].words = sample->words;
    sample->reading = (struct reading){.engine = engine, .pages = sample->pages, .page_count = 2};
}

static void encode(const struct sample *sample, struct byte_writer *writer)
{
    reading_encode(&sample->reading, writer);
    assert_false(writer->failed);
}

static void a_reading_comes_back_as_it_was(void **state)
{
    (void)state;
    struct sample sample;
    struct byte_writer writer = {0};
    struct byte_writer again = {0};
    struct reading back = {0};
    make_sample(&sample);
    encode(&sample, &writer);
    assert_int_equal(reading_decode(writer.bytes, writer.length, &back, NULL), STATUS_OK);
    assert_string_equal(back.engine, engine);
    assert_int_equal(back.page_count, 2);
    assert_string_equal(back.pages[0].words[1].alternatives[0].text, "Dernmin");
    assert_true(back.pages[0].words[0].confidence == 0.5F);
    assert_int_equal(back.pages[0].words[1].box.left, 1800);
    assert_string_equal(back.pages[0].codes[0].text, code_text);
    assert_int_equal(back.pages[1].flags, READING_PAGE_BLANK);
    reading_encode(&back, &again);
    assert_int_equal(again.length, writer.length);
    assert_memory_equal(again.bytes, writer.bytes, writer.length);
    reading_done(&back);
    assert_null(back.pages);
    byte_writer_done(&writer);
    byte_writer_done(&again);
}

static void a_page_comes_back_alone(void **state)
{
    (void)state;
    struct sample sample;
    struct byte_writer writer = {0};
    struct reading_page page = {0};
    make_sample(&sample);
    reading_page_encode(&sample.pages[0], &writer);
    assert_int_equal(reading_page_decode(writer.bytes, writer.length, &page, NULL), STATUS_OK);
    assert_int_equal(page.rotation, 180);
    assert_int_equal(page.word_count, 2);
    reading_page_done(&page);
    byte_writer_done(&writer);
}

static void every_shorter_input_is_refused(void **state)
{
    (void)state;
    struct sample sample;
    struct byte_writer writer = {0};
    struct reading back = {0};
    make_sample(&sample);
    encode(&sample, &writer);
    for (size_t length = 0; length < writer.length; length++)
        if (reading_decode(writer.bytes, length, &back, NULL) != STATUS_REFUSE)
            fail_msg("taken at %zu of %zu bytes", length, writer.length);
    byte_writer_u8(&writer, 0);
    assert_int_equal(reading_decode(writer.bytes, writer.length, &back, NULL), STATUS_REFUSE);
    byte_writer_done(&writer);
}

/* Each of the sample's 4-byte groups says "more than four thousand million" in its turn: counts
 * and lengths among them must not be believed. Run under the sanitizers. */
static void counts_that_lie_allocate_nothing_and_crash_nothing(void **state)
{
    (void)state;
    struct sample sample;
    struct byte_writer writer = {0};
    make_sample(&sample);
    encode(&sample, &writer);
    for (size_t i = 0; i + 4 <= writer.length; i++) {
        uint8_t before[4];
        struct reading back = {0};
        memcpy(before, writer.bytes + i, 4);
        memset(writer.bytes + i, 0xFF, 4);
        if (reading_decode(writer.bytes, writer.length, &back, NULL) == STATUS_OK)
            reading_done(&back); // flags may hold any bits
        memcpy(writer.bytes + i, before, 4);
    }
    byte_writer_done(&writer);
}

/* Spoils one thing of the sample. */
typedef void spoil_function(struct sample *sample);

static void spoil_box_beyond_page(struct sample *sample)
{
    sample->words[1].box.width = 681;
}
static void spoil_box_negative(struct sample *sample)
{
    sample->words[0].box.left = -1;
}
static void spoil_box_overflow(struct sample *sample)
{
    sample->words[0].box = (struct reading_box){2000, 0, INT32_MAX, 1};
}
static void spoil_confidence(struct sample *sample)
{
    sample->words[0].confidence = 1.01F;
}
static void spoil_confidence_nan(struct sample *sample)
{
    sample->words[0].confidence = NAN;
}
static void spoil_word_empty(struct sample *sample)
{
    static char empty[] = "";
    sample->words[0].text = empty;
}
static void spoil_word_control(struct sample *sample)
{
    static char control[] = "a\x1B[2J";
    sample->words[0].text = control;
}
static void spoil_word_encoding(struct sample *sample)
{
    static char latin[] = "Gr\xFC\xDF"
                          "e";
    sample->words[0].text = latin;
}
static void spoil_break(struct sample *sample)
{
    sample->words[0].break_after = READING_BREAK_BLOCK + 1;
}
static void spoil_source(struct sample *sample)
{
    sample->words[0].from = READING_SOURCE_SECOND_PASS + 1;
}
static void spoil_rotation(struct sample *sample)
{
    sample->pages[0].rotation = 45;
}
static void spoil_number(struct sample *sample)
{
    sample->pages[0].number = 0;
}
static void spoil_number_most(struct sample *sample)
{
    sample->pages[0].number = READING_PAGES_MOST + 1;
}
static void spoil_width(struct sample *sample)
{
    sample->pages[0].width = READING_PIXELS_PER_SIDE_MOST + 1;
}
static void spoil_dpi(struct sample *sample)
{
    sample->pages[0].dpi = 0;
}

static void impossible_values_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        spoil_function *spoil;
    } cases[] = {
        {"box beyond the page",          spoil_box_beyond_page},
        {"negative box",                 spoil_box_negative   },
        {"box whose sum overflows",      spoil_box_overflow   },
        {"confidence above 1",           spoil_confidence     },
        {"confidence that is no number", spoil_confidence_nan },
        {"empty word",                   spoil_word_empty     },
        {"control in a word",            spoil_word_control   },
        {"word that is not UTF-8",       spoil_word_encoding  },
        {"unknown break",                spoil_break          },
        {"unknown source",               spoil_source         },
        {"crooked rotation",             spoil_rotation       },
        {"page 0",                       spoil_number         },
        {"page beyond the most",         spoil_number_most    },
        {"page too wide",                spoil_width          },
        {"no resolution",                spoil_dpi            },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sample sample;
        struct byte_writer writer = {0};
        struct reading back = {0};
        make_sample(&sample);
        cases[i].spoil(&sample);
        encode(&sample, &writer);
        if (reading_decode(writer.bytes, writer.length, &back, NULL) != STATUS_REFUSE)
            fail_msg("%s", cases[i].name);
        byte_writer_done(&writer);
    }
}

static void more_pages_or_words_than_allowed_are_refused(void **state)
{
    (void)state;
    struct sample sample;
    struct byte_writer writer = {0};
    struct reading_page page = {0};
    make_sample(&sample);
    struct reading_word *words = calloc(READING_WORDS_MOST + 1, sizeof *words);
    assert_non_null(words);
    for (size_t i = 0; i <= READING_WORDS_MOST; i++)
        words[i] = sample.words[0];
    sample.pages[0].words = words;
    sample.pages[0].word_count = READING_WORDS_MOST + 1;
    reading_page_encode(&sample.pages[0], &writer);
    assert_int_equal(reading_page_decode(writer.bytes, writer.length, &page, NULL), STATUS_REFUSE);
    byte_writer_done(&writer);
    sample.pages[0].word_count = READING_WORDS_MOST;
    reading_page_encode(&sample.pages[0], &writer);
    assert_int_equal(reading_page_decode(writer.bytes, writer.length, &page, NULL), STATUS_OK);
    reading_page_done(&page);
    byte_writer_done(&writer);
    free(words);
}

static void text_has_lines_blocks_and_form_feeds(void **state)
{
    (void)state;
    struct sample sample;
    struct text text = {0};
    make_sample(&sample);
    reading_append_text(&sample.reading, &text);
    assert_string_equal(text_string(&text), "Grüße\nDemmin\n\f");
    text_clear(&text);
    sample.words[0].break_after = READING_BREAK_BLOCK;
    reading_append_text(&sample.reading, &text);
    assert_string_equal(text_string(&text), "Grüße\n\nDemmin\n\f");
    text_clear(&text);
    sample.words[0].break_after = READING_BREAK_NONE;
    reading_append_text(&sample.reading, &text);
    assert_string_equal(text_string(&text), "Grüße Demmin\n\f");
    text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_comes_back_as_it_was),
        cmocka_unit_test(a_page_comes_back_alone),
        cmocka_unit_test(every_shorter_input_is_refused),
        cmocka_unit_test(counts_that_lie_allocate_nothing_and_crash_nothing),
        cmocka_unit_test(impossible_values_are_refused),
        cmocka_unit_test(more_pages_or_words_than_allowed_are_refused),
        cmocka_unit_test(text_has_lines_blocks_and_form_feeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
