/* test_weights.c - the numbers of the evidence model: names, bounds, calibration. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "classify/classify.h"
#include "classify/weights.h"

static void every_number_has_its_own_name_and_place(void **state)
{
    struct evidence_weights weights = STANDARD_WEIGHTS;
    (void)state;
    assert_int_equal(weights_count() * sizeof(double), sizeof weights);
    for (size_t i = 0; i < weights_count(); i++) {
        struct weight_entry entry = weights_entry(i);
        if (weights_find(entry.name) != i || entry.standard < entry.least ||
            entry.standard > entry.most)
            fail_msg("%s", entry.name);
        double other = (entry.least + entry.most) / 2;
        assert_true(weights_set(&weights, i, other));
        for (size_t k = i + 1; k < weights_count(); k++)
            assert_true(weights_get(&weights, k) == weights_entry(k).standard);
        assert_true(weights_get(&weights, i) == other);
    }
    assert_int_equal(weights_find("no such weight"), weights_count());
}

static void values_out_of_bounds_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < weights_count(); i++) {
        struct evidence_weights weights = STANDARD_WEIGHTS;
        struct weight_entry entry = weights_entry(i);
        const double wrong[] = {entry.least - 0.1, entry.most + 0.1, (double)NAN, (double)INFINITY};
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
            assert_false(weights_set(&weights, i, wrong[k]));
        assert_memory_equal(&weights, &STANDARD_WEIGHTS, sizeof weights);
    }
}

static void calibration_is_linear_between_knots_and_never_falls(void **state)
{
    struct evidence_weights weights = STANDARD_WEIGHTS;
    (void)state;
    double last = 0;
    for (double raw = -30; raw < 30; raw += 0.25) {
        double probability = weights_probability(&weights, raw, 0);
        assert_true(probability >= last && probability >= 0 && probability <= 1);
        last = probability;
    }
    for (size_t i = 0; i < CALIBRATION_KNOTS; i++)
        weights.calibration[i] = weights_knot(i) / 2;
    assert_true(weights_are_valid(&weights));
    assert_true(fabs(weights_probability(&weights, 3.5, 0) - 1 / (1 + exp(-1.75))) < 1e-12);
    assert_true(fabs(weights_probability(&weights, 3.5, 1) - 1 / (1 + exp(-2.75))) < 1e-12);
    weights.calibration[3] = weights.calibration[2] - 1;
    assert_false(weights_are_valid(&weights));
}

static void the_rules_version_changes_with_the_weights(void **state)
{
    struct classify_options options = {.threshold = 0.99, .margin = 0.5, .candidates_most = 5};
    struct evidence_weights weights = STANDARD_WEIGHTS;
    struct rules *standard = NULL;
    struct rules *same = NULL;
    struct rules *other = NULL;
    struct fault fault;
    (void)state;
    assert_int_equal(rules_new(&options, &standard, &fault), STATUS_OK);
    options.weights = &weights;
    assert_int_equal(rules_new(&options, &same, &fault), STATUS_OK);
    weights.birth += 0.001;
    assert_int_equal(rules_new(&options, &other, &fault), STATUS_OK);
    assert_string_equal(rules_version(standard), rules_version(same));
    assert_string_not_equal(rules_version(standard), rules_version(other));
    rules_free(&standard);
    rules_free(&same);
    rules_free(&other);
    weights.birth = -1;
    assert_int_equal(rules_new(&options, &other, &fault), STATUS_REFUSE);
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_its_own_name_and_place),
        cmocka_unit_test(values_out_of_bounds_change_nothing),
        cmocka_unit_test(calibration_is_linear_between_knots_and_never_falls),
        cmocka_unit_test(the_rules_version_changes_with_the_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
