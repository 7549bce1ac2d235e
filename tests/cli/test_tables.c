/* test_tables.c - tables, times and speeds as people see them. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/pace.h"
#include "cli/table.h"
#include "cli/times.h"

static const struct table_column columns[] = {
    {"NAME",  false, 4},
    {"PAGES", true,  0},
    {"PLACE", false, 0},
};

/* What the table looks like at that width; the caller owns it. */
static char *drawn(const struct table *table, size_t width)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&bytes, &length);
    assert_non_null(stream);
    assert_true(table_print(table, stream, width));
    assert_int_equal(fclose(stream), 0);
    return bytes;
}

static void fill(struct table *table)
{
    table_init(table, columns, 3);
    table_cell(table, "Röbel/Müritz");
    table_cell_format(table, "%d", 7);
    table_cell(table, "here");
    table_note(table, "why it is here");
    table_cell(table, "x");
    table_cell_format(table, "%d", 4711);
    table_cell(table, NULL);
}

static void columns_line_up_whatever_the_letters(void **state)
{
    (void)state;
    struct table table;
    fill(&table);
    char *page = drawn(&table, 100);
    assert_string_equal(page, "NAME          PAGES  PLACE\n"
                              "Röbel/Müritz      7  here\n"
                              "    why it is here\n"
                              "x              4711  \n");
    free(page);
    table_done(&table);
}

static void a_long_note_is_broken_at_blanks(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, 3);
    table_note(&table, "eins zwei drei_und_vierundzwanzig vier");
    char *page = drawn(&table, 16);
    assert_non_null(strstr(page, "    eins zwei\n"
                                 "    drei_und_vierundzwanzig\n"
                                 "    vier\n"));
    free(page);
    table_done(&table);
}

static void only_what_may_be_cut_is_cut(void **state)
{
    (void)state;
    struct table table;
    fill(&table);
    char *page = drawn(&table, 22);
    assert_non_null(strstr(page, "Röbel/M…      7  here\n"));
    free(page);
    page = drawn(&table, 5); // narrower than it can be
    assert_non_null(strstr(page, "Röb…      7  here\n"));
    free(page);
    table_done(&table);
}

static void controls_in_cells_do_not_reach_the_terminal(void **state)
{
    (void)state;
    struct table table;
    table_init(&table, columns, 3);
    table_cell(&table, "a\x1B[2Jb\nc");
    table_cell(&table, "");
    table_cell(&table, "");
    char *page = drawn(&table, 100);
    assert_non_null(strstr(page, "a?[2Jb?c"));
    assert_null(strchr(page, '\x1B'));
    free(page);
    table_done(&table);
}

static void moments_are_as_short_as_they_can_be(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", "Europe/Berlin", 1), 0);
    tzset();
    const int64_t now = INT64_C(1772435700000); // 2026-03-02 08:15
    static const struct {
        int64_t ago_ms;
        const char *words;
    } cases[] = {
        {0,                    "08:15"       },
        {INT64_C(3600000),     "07:15"       },
        {INT64_C(36000000),    "01.03. 22:15"},
        {INT64_C(31536000000), "02.03.2025"  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[TIMES_BYTES];
        times_moment(now - cases[i].ago_ms, now, text);
        assert_string_equal(text, cases[i].words);
    }
}

static void durations_are_rounded_down(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *words;
    } cases[] = {
        {-5,                  "0 s"        },
        {999,                 "0 s"        },
        {59999,               "59 s"       },
        {60000,               "1 min"      },
        {3599999,             "59 min"     },
        {3600000 + 5 * 60000, "1 h 05 min" },
        {172799999,           "47 h 59 min"},
        {172800000,           "2 days"     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[TIMES_BYTES];
        times_duration(cases[i].ms, text);
        assert_string_equal(text, cases[i].words);
    }
}

static void pace_is_of_the_last_minute(void **state)
{
    (void)state;
    struct pace pace = {0};
    assert_true(pace_pages_a_minute(&pace) < 0);
    pace_add(&pace, 1000, 100);
    assert_true(pace_pages_a_minute(&pace) < 0);
    pace_add(&pace, 1500, 5000); // too soon: left out
    assert_true(pace_pages_a_minute(&pace) < 0);
    for (int second = 2; second <= 30; second++)
        pace_add(&pace, second * 1000, 98 + (uint64_t)second * 2);
    assert_true(pace_pages_a_minute(&pace) > 119 && pace_pages_a_minute(&pace) < 121);
    for (int second = 31; second <= 200; second++)
        pace_add(&pace, second * 1000, 160);
    assert_true(pace_pages_a_minute(&pace) < 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_line_up_whatever_the_letters),
        cmocka_unit_test(a_long_note_is_broken_at_blanks),
        cmocka_unit_test(only_what_may_be_cut_is_cut),
        cmocka_unit_test(controls_in_cells_do_not_reach_the_terminal),
        cmocka_unit_test(moments_are_as_short_as_they_can_be),
        cmocka_unit_test(durations_are_rounded_down),
        cmocka_unit_test(pace_is_of_the_last_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
