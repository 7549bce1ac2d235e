/* test_verbs.c - the command explains itself, and says in one line what was typed wrong. */
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
#include "base/status.h"
#include "base/text.h"
#include "cli/verbs.h"
#include "tests/cli/command.h"

static void the_overview_names_every_verb(void **state)
{
    (void)state;
    struct said said = {0};
    size_t count = 0;
    const struct verb *verbs = verbs_all(&count);
    command(&said, "--help");
    expect_exit(&said, EXIT_DONE);
    for (size_t i = 0; i < count; i++) {
        expect_out(&said, verbs[i].name);
        expect_out(&said, verbs[i].summary);
    }
    said_done(&said);
}

static void every_verb_explains_itself(void **state)
{
    (void)state;
    struct said said = {0};
    size_t count = 0;
    const struct verb *verbs = verbs_all(&count);
    for (size_t i = 0; i < count; i++) {
        struct text line = {0};
        text_append_format(&line, "%s --help", verbs[i].name);
        command(&said, text_string(&line));
        expect_exit(&said, EXIT_DONE);
        expect_out(&said, verbs[i].name);
        expect_out(&said, verbs[i].usage);
        expect_out(&said, verbs[i].about);
        expect_out(&said, "--config FILE");
        assert_string_equal(said.error, "");
        text_done(&line);
    }
    said_done(&said);
}

static void every_option_of_a_usage_is_in_its_help(void **state)
{
    (void)state;
    struct said said = {0};
    size_t count = 0;
    const struct verb *verbs = verbs_all(&count);
    for (size_t i = 0; i < count; i++) {
        struct text line = {0};
        text_append_format(&line, "%s --help", verbs[i].name);
        command(&said, text_string(&line));
        for (const char *dash = strstr(verbs[i].usage, "--"); dash != NULL;
             dash = strstr(dash + 2, "--")) {
            text_clear(&line);
            text_append_format(&line, "\n  %.*s", (int)strcspn(dash, " ]|"), dash);
            expect_out(&said, text_string(&line));
        }
        text_done(&line);
    }
    said_done(&said);
}

static void a_group_shows_its_verbs(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, "register --help");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "register import");
    expect_out(&said, "register status");
    assert_null(strstr(said.out, "verify"));
    said_done(&said);
}

static void what_was_typed_wrong_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *words;
    } cases[] = {
        {"stauts",               "did you mean \"status\"?"         },
        {"regsiter import",      "did you mean \"register\"?"       },
        {"register imprt x.csv", "did you mean \"register import\"?"},
        {"config",               "config what?"                     },
        {"frobnicate",           "posteingang --help"               },
        {"--frobnicate",         "unknown option --frobnicate"      },
        {"--config",             "--config needs a value"           },
        {"list --jsno",          "did you mean --json?"             },
        {"list more",            "too many arguments"               },
        {"list --state field",   "there is no state \"field\""      },
        {"show",                 "something is missing"             },
        {"show a b",             "too many arguments"               },
        {"init",                 "something is missing"             },
        {"submit a.tif",         "from which site?"                 },
        {"submit --site Demmin", "something is missing"             },
        {"assign 1234abcd",      "to which case?"                   },
        {"retry",                "something is missing"             },
        {"verify --quickly",     "unknown option --quickly"         },
        {"run drain",            "too many arguments"               },
    };
    struct said said = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        command(&said, cases[i].line);
        if (said.exit_code != EXIT_USAGE || strstr(said.error, cases[i].words) == NULL)
            fail_msg("%s: exit %d, %s", cases[i].line, said.exit_code, said.error);
        assert_string_equal(said.out, "");
    }
    said_done(&said);
}

static void no_verb_at_all_shows_the_overview(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, "");
    expect_exit(&said, EXIT_USAGE);
    expect_out(&said, "Usage: posteingang");
    command(&said, "--version");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "posteingang " POSTEINGANG_VERSION);
    said_done(&said);
}

static void a_missing_configuration_is_exit_code_3(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "config check", "config show", "list",       "status",    "workers",
        "verify",       "run --drain", "retry abcd", "show abcd", "register status"};
    struct said said = {0};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct text line = {0};
        text_append_format(&line, "--config missing.yaml %s", lines[i]);
        command(&said, text_string(&line));
        expect_exit(&said, EXIT_CONFIGURATION);
        expect_error(&said, "missing.yaml");
        text_done(&line);
    }
    said_done(&said);
}

static void the_configuration_is_found_where_the_contract_says(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, "init found");
    expect_exit(&said, EXIT_DONE);
    command(&said, "--config found/posteingang.yaml config check");
    expect_exit(&said, EXIT_DONE);
    command(&said, "--config=found/posteingang.yaml config check");
    expect_exit(&said, EXIT_DONE);
    command(&said, "config check --config found/posteingang.yaml");
    expect_exit(&said, EXIT_DONE);
    assert_int_equal(setenv("POSTEINGANG_CONFIG", "found/posteingang.yaml", 1), 0);
    command(&said, "config check");
    expect_exit(&said, EXIT_DONE);
    assert_int_equal(unsetenv("POSTEINGANG_CONFIG"), 0);
    assert_int_equal(rename("found/posteingang.yaml", "posteingang.yaml"), 0);
    command(&said, "config check");
    expect_exit(&said, EXIT_DONE);
    said_done(&said);
}

static void a_broken_configuration_names_its_line(void **state)
{
    (void)state;
    struct said said = {0};
    static const char broken[] = "sites:\n  - name: Demmin\n    drop: drop/Demmin\nreadding: 1\n";
    assert_int_equal(durable_write_file("broken.yaml", broken, sizeof broken - 1, 0600, NULL),
                     STATUS_OK);
    command(&said, "--config broken.yaml config check");
    expect_exit(&said, EXIT_CONFIGURATION);
    expect_error(&said, "broken.yaml:4");
    expect_error(&said, "readding");
    said_done(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_overview_names_every_verb),
        cmocka_unit_test(every_verb_explains_itself),
        cmocka_unit_test(every_option_of_a_usage_is_in_its_help),
        cmocka_unit_test(a_group_shows_its_verbs),
        cmocka_unit_test(what_was_typed_wrong_is_said),
        cmocka_unit_test(no_verb_at_all_shows_the_overview),
        cmocka_unit_test(a_missing_configuration_is_exit_code_3),
        cmocka_unit_test(the_configuration_is_found_where_the_contract_says),
        cmocka_unit_test(a_broken_configuration_names_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
