/* test_config_hostile.c - whatever bytes a file holds, the loader answers and stays whole. Run
 * under the sanitizers this is a fuzzer with a fixed seed. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "config/config.h"

enum { ROUNDS = 600, CHANGES_MOST = 12 };

/* xorshift64*: the same bytes on every machine. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

/* Either a configuration, or a reason; never neither, never both. */
static void assert_answers(const char *bytes, size_t length)
{
    struct config *config = NULL;
    struct text problems = {0};
    FILE *file = fopen("hostile.yaml", "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    enum status status = config_load("hostile.yaml", &config, &problems, NULL);
    assert_true(status == STATUS_OK || status == STATUS_REFUSE);
    assert_true((status == STATUS_OK) == (config != NULL));
    assert_true((status == STATUS_OK) == (problems.length == 0));
    config_free(&config);
    text_done(&problems);
}

static void survives_a_sample_with_changed_bytes(void **state)
{
    (void)state;
    static const char *const sites[] = {"A", "B"};
    static const char interesting[] = "{}[]:-,&*!|>'\"%@`#? \n\t\0\xFF\xC3"
                                      "0a.";
    uint64_t seed = 20260302;
    struct text sample = {0};
    config_append_sample(&sample, sites, 2);
    for (int round = 0; round < ROUNDS; round++) {
        char *bytes = string_copy_bytes(sample.bytes, sample.length);
        size_t length = sample.length;
        for (uint64_t change = next_random(&seed) % CHANGES_MOST; change > 0; change--)
            bytes[next_random(&seed) % length] =
                interesting[next_random(&seed) % (sizeof interesting - 1)];
        if (next_random(&seed) % 4 == 0)
            length = next_random(&seed) % length;
        assert_answers(bytes, length);
        free(bytes);
    }
    text_done(&sample);
}

static void survives_bytes_of_chance(void **state)
{
    (void)state;
    uint64_t seed = 4711;
    for (int round = 0; round < ROUNDS; round++) {
        char bytes[256];
        size_t length = next_random(&seed) % sizeof bytes;
        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)(next_random(&seed) >> 32);
        assert_answers(bytes, length);
    }
}

static void assert_refused_repeat(const char *head, const char *piece, size_t count)
{
    struct text text = {0};
    text_append(&text, head);
    for (size_t i = 0; i < count; i++)
        text_append(&text, piece);
    assert_true(text_ok(&text));
    assert_answers(text.bytes, text.length);
    text_done(&text);
}

/* Each of these makes a careless reader slow, deep or large. */
static void survives_floods(void **state)
{
    (void)state;
    assert_refused_repeat("", "[", 200000);
    assert_refused_repeat("", "{a: ", 200000);
    assert_refused_repeat("a: ", "- ", 200000);
    assert_refused_repeat("sites:\n", "- name: A\n", 80000);
    assert_refused_repeat("sites:\n", "- {name: A, drop: x}\n", 20000);
    assert_refused_repeat("", "a: 1\n", 100000);
    assert_refused_repeat("a: '", "x", 900000);
    assert_refused_repeat("", "? ", 200000);
    assert_refused_repeat("a: &a [x]\nb: ", "[*a,*a,*a,*a,*a,*a]", 1000);
    assert_refused_repeat("sites:\n- name: A\nteams:\n", "- name: T\n", 2000);
}

static void survives_as_many_sites_as_there_may_be(void **state)
{
    (void)state;
    struct text text = {0};
    struct config *config = NULL;
    text_append(&text, "sites:\n");
    for (int i = 0; i < 500; i++)
        text_append_format(&text, "  - name: site-%d\n", i);
    assert_int_equal(durable_write_file("hostile.yaml", text.bytes, text.length, 0600, NULL),
                     STATUS_OK);
    assert_int_equal(config_load("hostile.yaml", &config, NULL, NULL), STATUS_OK);
    assert_int_equal(config->site_count, 500);
    config_free(&config);
    text_append(&text, "  - name: one-too-many\n");
    assert_answers(text.bytes, text.length);
    text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_a_sample_with_changed_bytes),
        cmocka_unit_test(survives_bytes_of_chance),
        cmocka_unit_test(survives_floods),
        cmocka_unit_test(survives_as_many_sites_as_there_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
