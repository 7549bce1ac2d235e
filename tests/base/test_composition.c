/* test_composition.c - a plan of documents comes back as it was said, and nothing else is taken. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/composition.h"

static struct composition_page pages[] = {
    {.source = 1, .place = 4,   .turn = 270, .number = 5,  .scan = {{1}}},
    {.source = 0, .place = 0,   .turn = 0,   .number = 1,  .scan = {{2}}},
    {.source = 0, .place = 499, .turn = 90,  .number = 77, .scan = {{2}}},
};
static struct composition_document documents[] = {
    {pages,     1},
    {pages + 1, 2}
};
static const struct composition plan = {
    .source_count = 2, .documents = documents, .document_count = 2};

static void comes_back_as_it_was_said(void **state)
{
    (void)state;
    struct byte_writer writer = {0};
    struct composition back = {0};
    composition_encode(&plan, &writer);
    assert_false(writer.failed);
    assert_int_equal(composition_decode(writer.bytes, writer.length, &back, NULL), STATUS_OK);
    assert_int_equal(back.source_count, 2);
    assert_int_equal(back.document_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(back.documents[i].page_count, documents[i].page_count);
        for (uint32_t page = 0; page < documents[i].page_count; page++) {
            const struct composition_page *one = &documents[i].pages[page];
            const struct composition_page *other = &back.documents[i].pages[page];
            assert_int_equal(one->source, other->source);
            assert_int_equal(one->place, other->place);
            assert_int_equal(one->turn, other->turn);
            assert_int_equal(one->number, other->number);
            assert_true(digest_equal(&one->scan, &other->scan));
        }
    }
    composition_done(&back);
    byte_writer_done(&writer);
}

static void every_shortened_or_longer_one_is_refused(void **state)
{
    (void)state;
    struct byte_writer writer = {0};
    struct composition back = {0};
    composition_encode(&plan, &writer);
    byte_writer_u8(&writer, 0);
    for (size_t length = 0; length <= writer.length; length++)
        if (length + 1 != writer.length)
            assert_int_equal(composition_decode(writer.bytes, length, &back, NULL), STATUS_REFUSE);
    byte_writer_done(&writer);
}

static void what_is_beyond_the_limits_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct composition_page page;
        uint32_t sources, page_count, document_count;
    } rows[] = {
        {"a source that there is not", {.source = 1, .number = 1},                     1,  1, 1},
        {"turned by 45",               {.turn = 45, .number = 1},                      1,  1, 1},
        {"turned by 360",              {.turn = 360, .number = 1},                     1,  1, 1},
        {"page zero",                  {.number = 0},                                  1,  1, 1},
        {"a place beyond",             {.place = COMPOSITION_PAGES_MOST, .number = 1}, 1,  1, 1},
        {"no page",                    {.number = 1},                                  1,  0, 1},
        {"no source",                  {.number = 1},                                  0,  1, 1},
        {"too many sources",           {.number = 1},                                  33, 1, 1},
        {"no document",                {.number = 1},                                  1,  1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct composition_page page = rows[i].page;
        struct composition_document document = {&page, rows[i].page_count};
        const struct composition wrong = {.source_count = rows[i].sources,
                                          .documents = &document,
                                          .document_count = rows[i].document_count};
        struct composition back = {0};
        struct byte_writer writer = {0};
        composition_encode(&wrong, &writer);
        if (composition_decode(writer.bytes, writer.length, &back, NULL) != STATUS_REFUSE)
            fail_msg("%s", rows[i].name);
        byte_writer_done(&writer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was_said),
        cmocka_unit_test(every_shortened_or_longer_one_is_refused),
        cmocka_unit_test(what_is_beyond_the_limits_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
