/* test_rest.c - when a drain is over, and when it never will be. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/rest.h"

static struct config_site site = {.quiet_ms = 2000, .incomplete_ms = 600000};
static const struct config config = {
    .sites = &site,
    .site_count = 1,
    .reading = {.page_wall_ms = 120000     },
    .workers = { .lease_ms = 60000, .backoff_most_ms = 3600000},
};

static void rest_is_when_nothing_can_come_any_more(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct rest_look look;
        enum rest rest;
    } cases[] = {
        {"an empty instance",       {.pages_done = 0},                                     REST_REACHED},
        {"all final",
         {.summary =
              {.scans =
                   {[SCAN_READ] = 3, [SCAN_REFUSED] = 1, [SCAN_FAILED] = 1, [SCAN_DUPLICATE] = 1},
               .documents = {[DOCUMENT_FILED] = 2, [DOCUMENT_CLEARING] = 1},
               .jobs_dead = 1}},
         REST_REACHED                                                                                  },
        {"a file in a drop folder", {.pending = 1},                                        REST_MOVING },
        {"a scan received",         {.summary = {.scans = {[SCAN_RECEIVED] = 1}}},         REST_MOVING },
        {"a scan being read",       {.summary = {.scans = {[SCAN_READING] = 1}}},          REST_MOVING },
        {"a document matching",     {.summary = {.documents = {[DOCUMENT_MATCHING] = 1}}}, REST_MOVING },
        {"a job ready",             {.summary = {.jobs_ready = 1}},                        REST_MOVING },
        {"a job leased",            {.summary = {.jobs_leased = 1}},                       REST_MOVING },
        {"a refusal to return",     {.summary = {.refused_to_return = 1}},                 REST_MOVING },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rest_watch watch = {0};
        if (rest_judge(&watch, &cases[i].look, &config, 1000) != cases[i].rest)
            fail_msg("%s", cases[i].name);
    }
}

/* After how many seconds without any change the watch gives up; -1: not within two hours. */
static int gives_up_after_s(const struct rest_look *first, const struct rest_look *later)
{
    struct rest_watch watch = {0};
    assert_int_equal(rest_judge(&watch, first, &config, 1000), REST_MOVING);
    for (int second = 1; second < 7200; second++)
        if (rest_judge(&watch, later, &config, 1000 + second * INT64_C(1000)) == REST_STUCK)
            return second;
    return -1;
}

static void patience_is_as_long_as_the_longest_wait(void **state)
{
    (void)state;
    const struct rest_look dead = {
        .summary = {.documents = {[DOCUMENT_MATCHING] = 1}, .jobs_dead = 1}
    };
    assert_in_range(gives_up_after_s(&dead, &dead), 1, 10);
    const struct rest_look leased = {
        .summary = {.scans = {[SCAN_READING] = 1}, .jobs_leased = 1}
    };
    assert_in_range(gives_up_after_s(&leased, &leased), 301, 400);
    const struct rest_look dropped = {.pending = 1};
    assert_in_range(gives_up_after_s(&dropped, &dropped), 602, 1000);
    const struct rest_look waiting = {
        .summary = {.scans = {[SCAN_RECEIVED] = 1}, .jobs_ready = 1}
    };
    assert_in_range(gives_up_after_s(&waiting, &waiting), 3600, 4000);
}

static void programs_that_die_again_and_again_end_it_sooner(void **state)
{
    (void)state;
    const struct rest_look before = {
        .summary = {.scans = {[SCAN_RECEIVED] = 1}, .jobs_ready = 1}
    };
    struct rest_look after = before;
    after.deaths = 5;
    assert_in_range(gives_up_after_s(&before, &after), 15, 17);
    after.deaths = 4;
    assert_in_range(gives_up_after_s(&before, &after), 3600, 4000);
}

static void any_change_starts_the_patience_anew(void **state)
{
    (void)state;
    struct rest_watch watch = {0};
    struct rest_look look = {
        .summary = {.scans = {[SCAN_READING] = 1}, .jobs_leased = 1}
    };
    int64_t now_ms = 1000;
    for (uint64_t page = 0; page < 20; page++) {
        look.pages_done = page;
        assert_int_equal(rest_judge(&watch, &look, &config, now_ms), REST_MOVING);
        now_ms += 300000;
        assert_int_equal(rest_judge(&watch, &look, &config, now_ms), REST_MOVING);
    }
    assert_int_equal(rest_judge(&watch, &look, &config, now_ms + 300000), REST_STUCK);
}

static void what_is_unfinished_is_named(void **state)
{
    (void)state;
    struct text text = {0};
    const struct rest_look look = {
        .pending = 3, .summary = {.documents = {[DOCUMENT_MATCHING] = 2}, .jobs_dead = 1}
    };
    rest_append_unfinished(&look, &text);
    assert_string_equal(text_string(&text), "3 in the drop folders, 2 being matched and filed");
    text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rest_is_when_nothing_can_come_any_more),
        cmocka_unit_test(patience_is_as_long_as_the_longest_wait),
        cmocka_unit_test(programs_that_die_again_and_again_end_it_sooner),
        cmocka_unit_test(any_change_starts_the_patience_anew),
        cmocka_unit_test(what_is_unfinished_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
