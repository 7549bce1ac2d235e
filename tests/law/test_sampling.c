/* test_sampling.c - samples have the size that was fixed, can be drawn again, and favour nobody. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <string.h>

#include "law/sampling.h"

enum { COUNT = 60, ROUNDS = 3000 };

static void fill_seed(uint8_t seed[SAMPLING_SEED_BYTES])
{
    for (int i = 0; i < SAMPLING_SEED_BYTES; i++)
        seed[i] = (uint8_t)i;
}

static size_t drawn_of(const bool *drawn, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += drawn[i];
    return sum;
}

static void the_size_is_the_rate_rounded_up(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        unsigned rate;
        size_t size;
    } cases[] = {
        {0,      40,   0   },
        {1,      40,   1   },
        {25,     40,   1   },
        {26,     40,   2   },
        {50,     40,   2   },
        {100,    40,   4   },
        {10,     1000, 10  },
        {7,      250,  2   },
        {3,      0,    1   },
        {100001, 40,   4001},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(sampling_size(cases[i].count, cases[i].rate), cases[i].size);
}

static void the_same_seed_draws_the_same_documents(void **state)
{
    (void)state;
    uint8_t seed[SAMPLING_SEED_BYTES];
    struct uuid batch;
    bool drawn[COUNT], again[COUNT];
    fill_seed(seed);
    assert_true(uuid_from_text("0192f0c1-0000-7000-8000-000000000001", &batch));
    assert_true(sampling_draw(seed, &batch, COUNT, 40, drawn));
    assert_int_equal(drawn_of(drawn, COUNT), 3);
    assert_true(drawn[7] && drawn[27] && drawn[31]); // reckoned by another program
    assert_true(sampling_draw(seed, &batch, COUNT, 40, again));
    assert_memory_equal(drawn, again, sizeof drawn);
    seed[31] ^= 1;
    assert_true(sampling_draw(seed, &batch, COUNT, 40, again));
    assert_memory_not_equal(drawn, again, sizeof drawn);
}

static void every_document_is_drawn_as_often(void **state)
{
    (void)state;
    uint8_t seed[SAMPLING_SEED_BYTES];
    struct uuid batch = {{0}};
    size_t times[COUNT] = {0};
    double deviation = 0;
    fill_seed(seed);
    for (unsigned round = 0; round < ROUNDS; round++) {
        bool drawn[COUNT];
        batch.bytes[0] = (uint8_t)round;
        batch.bytes[1] = (uint8_t)(round >> 8);
        assert_true(sampling_draw(seed, &batch, COUNT, 250, drawn));
        for (size_t i = 0; i < COUNT; i++)
            times[i] += drawn[i];
    }
    const double expected = ROUNDS * 0.25;
    for (size_t i = 0; i < COUNT; i++)
        deviation += ((double)times[i] - expected) * ((double)times[i] - expected) / expected;
    assert_true(deviation < 100); // chi-square of 59 degrees: above with a chance of 1 in 1,500
}

static void a_finding_tightens_until_five_clean_batches(void **state)
{
    (void)state;
    const struct sampling_rule normal = {.protection = PROTECTION_NORMAL};
    const struct sampling_rule high = {.protection = PROTECTION_HIGH, .rate = 10};
    const struct sampling_rule highest = {.protection = PROTECTION_VERY_HIGH};
    const struct sampling_rule own = {.rate = 100, .tightened = 500, .clean_batches = 2};
    assert_int_equal(sampling_rate(&normal, SAMPLING_CLEAN_BATCHES), 40);
    assert_int_equal(sampling_rate(&normal, 0), SAMPLING_TIGHTENED_RATE);
    assert_int_equal(sampling_rate(&normal, 4), SAMPLING_TIGHTENED_RATE);
    assert_int_equal(sampling_rate(&normal, UINT_MAX), 40);
    assert_int_equal(sampling_rate(&high, 400), 1000);
    assert_int_equal(sampling_rate(&highest, 0), 1000);
    assert_int_equal(sampling_rate(&own, 1), 500);
    assert_int_equal(sampling_rate(&own, 2), 100);
}

static void classes_have_names(void **state)
{
    (void)state;
    enum protection_class found;
    for (int i = 0; i < PROTECTION_CLASSES; i++) {
        assert_true(
            protection_class_from_name(protection_class_name((enum protection_class)i), &found));
        assert_int_equal(found, i);
    }
    assert_false(protection_class_from_name("hoch", &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_size_is_the_rate_rounded_up),
        cmocka_unit_test(the_same_seed_draws_the_same_documents),
        cmocka_unit_test(every_document_is_drawn_as_often),
        cmocka_unit_test(a_finding_tightens_until_five_clean_batches),
        cmocka_unit_test(classes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
