/* test_arrivals.c - the spool's list of what came in survives a torn line and strange names. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/arrivals.h"

static const int64_t november_ms = 1795415616813; // 2026-11-23
static const int64_t day_ms = 86400000;

static const struct {
    const char *site, *source;
    int days;
} cases[] = {
    {"Demmin",               "scan.tif",                 0 },
    {"Bad Doberan \xC3\xA4", "tag/a b\tc\nd%41\xff.pdf", 1 },
    {"Waren",                "",                         30},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static int set_up(void **state)
{
    struct spool *spool = NULL;
    assert_int_equal(system("rm -rf spool"), 0);
    assert_int_equal(spool_open("spool", &spool, NULL), STATUS_OK);
    *state = spool;
    return 0;
}

static int tear_down(void **state)
{
    struct spool *spool = *state;
    spool_close(&spool);
    return 0;
}

static struct scan_arrival arrival_of(size_t i)
{
    struct scan_arrival arrival = {.site = cases[i].site,
                                   .source = cases[i].source,
                                   .format = "pdf",
                                   .size = 17 + i,
                                   .received_ms = november_ms + cases[i].days * day_ms,
                                   .actor = "intake"};
    arrival.id.uuid.bytes[15] = (uint8_t)(i + 1);
    arrival.digest = digest_of(&i, sizeof i);
    return arrival;
}

static void note_all(struct spool *spool)
{
    for (size_t i = 0; i < CASES; i++) {
        struct scan_arrival arrival = arrival_of(i);
        assert_int_equal(arrivals_note(spool, &arrival, NULL), STATUS_OK);
    }
}

struct found {
    size_t count;
    bool is_seen[CASES];
};

static enum status take(void *context, const struct scan_arrival *arrival, struct fault *fault)
{
    (void)fault;
    struct found *found = context;
    size_t i = arrival->id.uuid.bytes[15] - 1U;
    assert_true(i < CASES);
    struct scan_arrival noted = arrival_of(i);
    assert_string_equal(arrival->site, noted.site);
    assert_string_equal(arrival->source, noted.source);
    assert_string_equal(arrival->format, noted.format);
    assert_string_equal(arrival->actor, "recovery");
    assert_int_equal(arrival->size, noted.size);
    assert_int_equal(arrival->received_ms, noted.received_ms);
    assert_true(digest_equal(&arrival->digest, &noted.digest));
    found->is_seen[i] = true;
    found->count++;
    return STATUS_OK;
}

static size_t count_since(struct spool *spool, int64_t since_ms)
{
    struct found found = {0};
    assert_int_equal(arrivals_each(spool, since_ms, NULL, take, &found, NULL), STATUS_OK);
    return found.count;
}

static void tells_what_was_noted_whatever_its_name(void **state)
{
    struct spool *spool = *state;
    assert_int_equal(count_since(spool, 0), 0);
    note_all(spool);
    assert_int_equal(count_since(spool, 0), CASES);
}

static void begins_with_the_month_that_was_asked_for(void **state)
{
    struct spool *spool = *state;
    note_all(spool);
    assert_int_equal(count_since(spool, november_ms + 20 * day_ms), 1);
    assert_int_equal(count_since(spool, november_ms), CASES);
}

static void cut_last_line(long bytes)
{
    FILE *file = fopen("spool/arrivals/2026-11.log", "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    assert_int_equal(ftruncate(fileno(file), ftell(file) - bytes), 0);
    (void)fclose(file);
}

static void a_torn_line_spoils_itself_alone(void **state)
{
    struct spool *spool = *state;
    for (long bytes = 1; bytes < 60; bytes += 7) {
        assert_int_equal(system("rm -rf spool/arrivals"), 0);
        note_all(spool);
        cut_last_line(bytes);
        assert_int_equal(count_since(spool, 0), CASES - 1);
        note_all(spool);
        assert_int_equal(count_since(spool, 0), 2 * CASES - 1);
    }
}

static void a_changed_line_is_passed_over(void **state)
{
    struct spool *spool = *state;
    note_all(spool);
    assert_int_equal(system("sed -i s/Demmin/Demmim/ spool/arrivals/2026-11.log"), 0);
    assert_int_equal(count_since(spool, 0), CASES - 1);
}

static enum status count_one(void *context, const struct scan_arrival *arrival, struct fault *fault)
{
    (void)arrival;
    (void)fault;
    ++*(size_t *)context;
    return STATUS_OK;
}

static void what_was_withdrawn_is_not_told(void **state)
{
    struct spool *spool = *state;
    for (size_t i = 0; i < CASES; i++) {
        assert_int_equal(system("rm -rf spool/arrivals"), 0);
        note_all(spool);
        struct scan_arrival arrival = arrival_of(i);
        int64_t now_ms = arrival.received_ms + day_ms;
        assert_int_equal(arrivals_withdraw(spool, arrival.id, now_ms, NULL), STATUS_OK);
        assert_int_equal(count_since(spool, 0), CASES - 1);
        arrival.received_ms = now_ms;
        assert_int_equal(arrivals_note(spool, &arrival, NULL), STATUS_OK);
        size_t count = 0; // noted again, both its lines count again
        assert_int_equal(arrivals_each(spool, 0, NULL, count_one, &count, NULL), STATUS_OK);
        assert_int_equal(count, CASES + 1);
    }
}

static void a_torn_withdrawal_withdraws_nothing(void **state)
{
    struct spool *spool = *state;
    note_all(spool);
    struct scan_arrival arrival = arrival_of(0);
    assert_int_equal(arrivals_withdraw(spool, arrival.id, november_ms, NULL), STATUS_OK);
    assert_int_equal(count_since(spool, 0), CASES - 1);
    cut_last_line(1);
    assert_int_equal(count_since(spool, 0), CASES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_what_was_noted_whatever_its_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(begins_with_the_month_that_was_asked_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_torn_line_spoils_itself_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_line_is_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_withdrawn_is_not_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_torn_withdrawal_withdraws_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
