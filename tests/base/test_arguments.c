/* test_arguments.c - a command line is read by its table. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arguments.h"

struct options {
    bool json;
    const char *site;
    struct argument_list names;
    long count;
};

#define TABLE(options)                                                                             \
    {                                                                                              \
        {"json", NULL, "prints JSON", ARGUMENT_FLAG, &(options).json},                             \
            {"site", "SITE", "of this site", ARGUMENT_STRING, &(options).site},                    \
            {"name", "NAME", "each one", ARGUMENT_LIST, &(options).names},                         \
            {"count", "N", "so many", ARGUMENT_COUNT, &(options).count},                           \
    }

enum { ROWS = 4, WORDS_MOST = 12 };

/* Splits `line` at blanks into argv, "program" in front. */
static int split(char *line, char *argv[WORDS_MOST])
{
    static char program[] = "program";
    int argc = 0;
    argv[argc++] = program;
    for (char *word = strtok(line, " "); word != NULL && argc < WORDS_MOST;
         word = strtok(NULL, " "))
        argv[argc++] = word;
    return argc;
}

static enum status read_line(const char *line, struct options *options, struct argument_list *rest,
                             struct fault *fault)
{
    static char copy[256]; // argv points into it until the next line
    char *argv[WORDS_MOST];
    assert_true(strlen(line) < sizeof copy);
    strcpy(copy, line);
    const struct argument table[] = TABLE(*options);
    return arguments_read(table, ROWS, split(copy, argv), argv, rest, fault);
}

static void each_kind_lands_in_its_place(void **state)
{
    (void)state;
    struct options options = {0};
    struct argument_list rest = {0};
    assert_int_equal(read_line("one --json --site Waren --name a --name=b --count 12 two", &options,
                               &rest, NULL),
                     STATUS_OK);
    assert_true(options.json);
    assert_string_equal(options.site, "Waren");
    assert_int_equal(options.names.count, 2);
    assert_string_equal(options.names.values[1], "b");
    assert_int_equal(options.count, 12);
    assert_int_equal(rest.count, 2);
    assert_string_equal(rest.values[0], "one");
    assert_string_equal(rest.values[1], "two");
    argument_list_done(&options.names);
    argument_list_done(&rest);
}

static void the_last_string_wins_and_equals_is_taken(void **state)
{
    (void)state;
    struct options options = {0};
    struct argument_list rest = {0};
    assert_int_equal(read_line("--site Waren --site=a=b", &options, &rest, NULL), STATUS_OK);
    assert_string_equal(options.site, "a=b");
    assert_int_equal(rest.count, 0);
    argument_list_done(&rest);
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    struct options options = {0};
    struct argument_list rest = {0};
    assert_int_equal(read_line("-- --json -", &options, &rest, NULL), STATUS_OK);
    assert_false(options.json);
    assert_int_equal(rest.count, 2);
    assert_string_equal(rest.values[0], "--json");
    argument_list_done(&rest);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *words;
    } cases[] = {
        {"--jsno",                       "did you mean --json?"       },
        {"--frobnicate",                 "unknown option --frobnicate"},
        {"-j",                           "unknown option -j"          },
        {"--site",                       "--site needs a value"       },
        {"--json=yes",                   "--json takes no value"      },
        {"--count many",                 "\"many\""                   },
        {"--count -1",                   "\"-1\""                     },
        {"--count 12x",                  "\"12x\""                    },
        {"--count 99999999999999999999", "99999999999999999999"       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct options options = {0};
        struct argument_list rest = {0};
        struct fault fault = {0};
        enum status status = read_line(cases[i].line, &options, &rest, &fault);
        if (status != STATUS_REFUSE || strstr(fault.text, cases[i].words) == NULL)
            fail_msg("%s: %s", cases[i].line, fault.text);
        assert_null(rest.values);
    }
}

static void help_is_asked_for_before_two_dashes(void **state)
{
    (void)state;
    static char program[] = "program", help[] = "--help", short_help[] = "-h", dashes[] = "--";
    char *asks[] = {program, help};
    char *asks_shortly[] = {program, short_help};
    char *does_not[] = {program, dashes, help};
    assert_true(arguments_ask_for_help(2, asks));
    assert_true(arguments_ask_for_help(2, asks_shortly));
    assert_false(arguments_ask_for_help(3, does_not));
    assert_false(arguments_ask_for_help(1, asks));
}

static void a_program_goes_on_or_ends_with_a_code(void **state)
{
    (void)state;
    static char program[] = "program", help[] = "--help", flag[] = "--once", wrong[] = "--onec",
                stray[] = "file";
    static const struct {
        const char *name;
        char *argument;
        bool goes_on;
        int code;
    } cases[] = {
        {"nothing",           NULL,  true,  EXIT_DONE },
        {"an option",         flag,  true,  EXIT_DONE },
        {"a word for help",   help,  false, EXIT_DONE },
        {"an unknown option", wrong, false, EXIT_USAGE},
        {"a stray word",      stray, false, EXIT_USAGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool once = false;
        const struct argument table[] = {
            {"once", NULL, "Looks once", ARGUMENT_FLAG, &once}
        };
        const struct program_line line = {
            .program = "program", .usage = "program", .about = "Does.", .table = table, .count = 1};
        char *argv[] = {program, cases[i].argument};
        int code = EXIT_DONE;
        bool goes_on = program_line_read(&line, cases[i].argument == NULL ? 1 : 2, argv, &code);
        if (goes_on != cases[i].goes_on || code != cases[i].code)
            fail_msg("%s: goes on %d, code %d", cases[i].name, goes_on, code);
        assert_int_equal(once, cases[i].argument == flag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_lands_in_its_place),
        cmocka_unit_test(the_last_string_wins_and_equals_is_taken),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(help_is_asked_for_before_two_dashes),
        cmocka_unit_test(a_program_goes_on_or_ends_with_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
