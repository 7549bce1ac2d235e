/* test_sample.c - the sample file, the effective settings and the reference say the same as the
 * table. To write docs/settings.md anew: POSTEINGANG_WRITE_REFERENCE=1 ctest -R test_sample */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "config/config.h"
#include "config/settings.h"
#include "config/values.h"

static const char *const four_sites[] = {"Neubrandenburg", "Neustrelitz", "Waren", "Demmin"};

static struct config *load_text(const char *text)
{
    struct config *config = NULL;
    struct text problems = {0};
    assert_int_equal(durable_write_file("posteingang.yaml", text, strlen(text), 0600, NULL),
                     STATUS_OK);
    enum status status = config_load("posteingang.yaml", &config, &problems, NULL);
    print_message("%s", text_string(&problems));
    text_done(&problems);
    assert_int_equal(status, STATUS_OK);
    return config;
}

static struct config *load_sample(void)
{
    struct text sample = {0};
    config_append_sample(&sample, four_sites, 4);
    assert_true(text_ok(&sample));
    struct config *config = load_text(text_string(&sample));
    text_done(&sample);
    return config;
}

static void assert_same_setting(const struct setting *setting, const void *left, const void *right)
{
    struct text a = {0};
    struct text b = {0};
    value_append(setting, left, &a);
    value_append(setting, right, &b);
    print_message("%s: \"%s\"\n", setting->key, text_string(&a));
    assert_string_equal(text_string(&a), text_string(&b));
    text_done(&a);
    text_done(&b);
}

static void loads_clean_and_equals_the_defaults(void **state)
{
    (void)state;
    struct config *sample = load_sample();
    struct config *defaults = load_text("sites:\n  - name: Neubrandenburg\n");
    for (size_t i = 0; i < setting_count; i++) {
        if (settings[i].list == SETTING_SINGLE)
            assert_same_setting(&settings[i], sample, defaults);
        else if (settings[i].list == SETTING_SITES)
            assert_same_setting(&settings[i], &sample->sites[0], &defaults->sites[0]);
    }
    assert_null(sample->notes);
    config_free(&sample);
    config_free(&defaults);
}

static void holds_the_sites_and_the_example_grammars(void **state)
{
    (void)state;
    struct config *config = load_sample();
    assert_int_equal(config->site_count, 4);
    for (size_t i = 0; i < 4; i++) {
        struct text drop = {0};
        text_append_format(&drop, "%s/drop/%s", config->folder, four_sites[i]);
        assert_string_equal(config->sites[i].name, four_sites[i]);
        assert_string_equal(config->sites[i].drop, text_string(&drop));
        assert_ptr_equal(config_site(config, four_sites[i]), &config->sites[i]);
        text_done(&drop);
    }
    assert_null(config_site(config, "Malchin"));
    assert_int_equal(config->grammar_count, 2);
    assert_int_equal(config->grammars[0].check, CONFIG_CHECK_MOD11_10);
    assert_string_equal(config->grammars[0].check_group, "check");
    assert_int_equal(config->grammars[1].check, CONFIG_CHECK_NONE);
    assert_null(config->grammars[1].check_over);
    config_free(&config);
}

static void states_every_default(void **state)
{
    (void)state;
    struct text sample = {0};
    config_append_sample(&sample, four_sites, 4);
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &settings[i];
        const char *dot = strrchr(setting->key, '.');
        const char *value = setting->initial == NULL ? "" : setting->initial;
        struct text line = {0};
        bool is_comment = setting->list == SETTING_GRAMMARS || setting->list == SETTING_TEAMS ||
                          setting->list == SETTING_SCAN_PROFILES;
        if (is_comment && value[0] != '\0')
            text_append_format(&line, "Default: %s.", value);
        else
            text_append_format(&line, "%s: %s", dot == NULL ? setting->key : dot + 1, value);
        print_message("%s\n", text_string(&line));
        const char *found = strstr(text_string(&sample), text_string(&line));
        if (found == NULL) { // in quotes, then
            text_clear(&line);
            text_append_format(&line, "%s: '%s'", dot == NULL ? setting->key : dot + 1, value);
            found = strstr(text_string(&sample), text_string(&line));
        }
        assert_non_null(found);
        text_done(&line);
    }
    text_done(&sample);
}

static void effective_settings_load_to_the_same(void **state)
{
    (void)state;
    struct config *first =
        load_text("instance:\n  authority: \"Kreis 'X': #1 & Söhne\"\n"
                  "sites:\n  - name: Röbel Süd\n    quiet: 1500ms\n"
                  "  - name: B\n    drop: ../elsewhere/b\n"
                  "teams:\n  - name: SG 50.2\n    title: 'Team: Zwei'\n"
                  "case_numbers:\n  - name: n\n    pattern: \"(?<a>[']{2}\\\\d+)\"\n"
                  "    canonical: 'A-{a}'\n"
                  "    check: {algorithm: damm, over: '{a}', group: a}\n"
                  "register: {most_lost: 12.5 %}\n"
                  "matching: {threshold: 97.25 %, identifiers: {id_card: hint}}\n"
                  "reading: {tessdata: models, sandbox: required}\n"
                  "limits: {scan_size: 123456789B}\n"
                  "store: {runtime: sockets}\n"
                  "portal: {enabled: false, web: web}\nlog: {level: debug}\n");
    struct text before = {0};
    struct text after = {0};
    config_append_effective(first, &before);
    struct config *second = load_text(text_string(&before));
    config_append_effective(second, &after);
    assert_string_equal(text_string(&before), text_string(&after));
    assert_string_equal(second->authority, "Kreis 'X': #1 & Söhne");
    assert_true(second->matching.threshold == 0.9725);
    assert_string_equal(second->grammars[0].pattern, "(?<a>[']{2}\\d+)");
    assert_int_equal(second->limits.scan_bytes_most, 123456789);
    assert_true(string_ends_with(second->workers.address, "/sockets/dispatch.sock"));
    assert_true(string_ends_with(second->reading.tessdata, "/models"));
    text_done(&before);
    text_done(&after);
    config_free(&first);
    config_free(&second);
}

static void sample_without_sites_asks_for_one(void **state)
{
    (void)state;
    struct text sample = {0};
    struct text problems = {0};
    struct config *config = NULL;
    config_append_sample(&sample, NULL, 0);
    assert_int_equal(
        durable_write_file("posteingang.yaml", sample.bytes, sample.length, 0600, NULL), STATUS_OK);
    assert_int_equal(config_load("posteingang.yaml", &config, &problems, NULL), STATUS_REFUSE);
    assert_non_null(strstr(text_string(&problems), "there is no site"));
    text_done(&sample);
    text_done(&problems);
}

static void reference_in_docs_is_up_to_date(void **state)
{
    (void)state;
    struct text reference = {0};
    config_append_reference(&reference);
    char *path = path_join(getenv("SOURCE_DIR"), "docs/settings.md");
    if (getenv("POSTEINGANG_WRITE_REFERENCE") != NULL)
        assert_int_equal(durable_write_file(path, reference.bytes, reference.length, 0644, NULL),
                         STATUS_OK);
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &length, NULL), STATUS_OK);
    assert_string_equal(bytes, text_string(&reference));
    free(bytes);
    free(path);
    text_done(&reference);
}

static void every_setting_has_a_sentence_and_a_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &settings[i];
        print_message("%s\n", setting->key);
        assert_true(string_ends_with(setting->sentence, "."));
        assert_true(strlen(setting->key) < SETTING_KEY_BYTES);
        assert_true(setting->words != NULL || setting->least <= setting->most);
        for (size_t before = 0; before < i; before++)
            assert_false(settings[before].list == setting->list &&
                         settings[before].offset == setting->offset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_clean_and_equals_the_defaults),
        cmocka_unit_test(holds_the_sites_and_the_example_grammars),
        cmocka_unit_test(states_every_default),
        cmocka_unit_test(effective_settings_load_to_the_same),
        cmocka_unit_test(sample_without_sites_asks_for_one),
        cmocka_unit_test(reference_in_docs_is_up_to_date),
        cmocka_unit_test(every_setting_has_a_sentence_and_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
