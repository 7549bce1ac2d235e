/* test_values.c - what one written value means, and that it is written back to mean the same. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "config/values.h"

static const char *const colours[] = {"red", "green", "blue", NULL};

struct case_of {
    enum setting_kind kind;
    const char *written;
    double number;      /* what is stored; or -1: refused */
    const char *reason; /* part of the reason when refused */
};

static const struct case_of cases[] = {
    {SETTING_COUNT,       "0",                    0,             NULL                         },
    {SETTING_COUNT,       "9007199254740993",     -1,            "above the most"             },
    {SETTING_COUNT,       "99999999999999999999", -1,            "not a whole number"         },
    {SETTING_COUNT,       "12 pages",             -1,            "without a unit"             },
    {SETTING_COUNT,       "-1",                   -1,            "not a whole number"         },
    {SETTING_COUNT,       "",                     -1,            "not a whole number"         },
    {SETTING_DURATION,    "0",                    0,             NULL                         },
    {SETTING_DURATION,    "500ms",                500,           NULL                         },
    {SETTING_DURATION,    "2s",                   2000,          NULL                         },
    {SETTING_DURATION,    "10 min",               600000,        NULL                         },
    {SETTING_DURATION,    "1h",                   3600000,       NULL                         },
    {SETTING_DURATION,    "1d",                   86400000,      NULL                         },
    {SETTING_DURATION,    "30",                   -1,            "did you mean \"30s\"?"      },
    {SETTING_DURATION,    "5m",                   -1,            "did you mean \"5min\"?"     },
    {SETTING_DURATION,    "5 Sekunden",           -1,            "did you mean \"5s\"?"       },
    {SETTING_DURATION,    "5 parsecs",            -1,            "there are ms s min h d"     },
    {SETTING_DURATION,    "1.5h",                 -1,            "unknown unit"               },
    {SETTING_DURATION,    "9223372036854775807d", -1,            "above the most"             },
    {SETTING_SECONDS,     "2min",                 120,           NULL                         },
    {SETTING_SECONDS,     "1500ms",               -1,            "whole number of seconds"    },
    {SETTING_SIZE,        "200MB",                200000000,     NULL                         },
    {SETTING_SIZE,        "1GiB",                 1073741824,    NULL                         },
    {SETTING_SIZE,        "3 TiB",                3298534883328, NULL                         },
    {SETTING_SIZE,        "200",                  -1,            "did you mean \"200MB\"?"    },
    {SETTING_SIZE,        "1mb",                  -1,            "did you mean \"1MB\"?"      },
    {SETTING_SIZE,        "MB",                   -1,            "like \"200MB\""             },
    {SETTING_SHARE,       "10 %",                 0.1,           NULL                         },
    {SETTING_SHARE,       "99.9%",                0.999,         NULL                         },
    {SETTING_SHARE,       "0.1",                  0.1,           NULL                         },
    {SETTING_SHARE,       "1",                    1,             NULL                         },
    {SETTING_SHARE,       "10",                   -1,            "did you mean \"10 %\"?"     },
    {SETTING_SHARE,       "0,1",                  -1,            "like 0.1"                   },
    {SETTING_SHARE,       "101 %",                -1,            "above the most"             },
    {SETTING_SHARE,       "ten",                  -1,            "not a share"                },
    {SETTING_PROBABILITY, "0.999999",             0.999999,      NULL                         },
    {SETTING_CHOICE,      "blue",                 2,             NULL                         },
    {SETTING_CHOICE,      "gren",                 -1,            "did you mean \"green\"?"    },
    {SETTING_CHOICE,      "",                     -1,            "not one of red, green, blue"},
};

union stored {
    int64_t number;
    double share;
    unsigned index;
    char *string;
};

static double stored_number(enum setting_kind kind, const union stored *stored)
{
    if (kind == SETTING_SHARE || kind == SETTING_PROBABILITY)
        return stored->share;
    return kind == SETTING_CHOICE ? (double)stored->index : (double)stored->number;
}

static struct setting setting_of(enum setting_kind kind)
{
    bool is_share = kind == SETTING_SHARE || kind == SETTING_PROBABILITY;
    return (struct setting){.key = "x",
                            .kind = kind,
                            .words = kind == SETTING_CHOICE ? colours : NULL,
                            .unit = "pages",
                            .most = is_share ? 1 : 9e15};
}

static void means_what_is_written_and_says_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct setting setting = setting_of(cases[i].kind);
        union stored stored = {.number = 0};
        struct text reason = {0};
        enum status status = value_store(&setting, cases[i].written, "/", &stored, &reason);
        print_message("%d \"%s\": %s\n", (int)cases[i].kind, cases[i].written,
                      text_string(&reason));
        assert_int_equal(status, cases[i].number < 0 ? STATUS_REFUSE : STATUS_OK);
        if (cases[i].reason != NULL)
            assert_non_null(strstr(text_string(&reason), cases[i].reason));
        if (status == STATUS_OK)
            assert_true(stored_number(cases[i].kind, &stored) == cases[i].number);
        text_done(&reason);
    }
}

static void is_written_back_to_the_same_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].number < 0)
            continue;
        const struct setting setting = setting_of(cases[i].kind);
        union stored first = {.number = 0};
        union stored second = {.number = 0};
        struct text text = {0};
        assert_int_equal(value_store(&setting, cases[i].written, "/", &first, &text), STATUS_OK);
        value_append(&setting, &first, &text);
        print_message("\"%s\" -> \"%s\"\n", cases[i].written, text_string(&text));
        struct text reason = {0};
        assert_int_equal(value_store(&setting, text_string(&text), "/", &second, &reason),
                         STATUS_OK);
        assert_true(stored_number(cases[i].kind, &first) == stored_number(cases[i].kind, &second));
        text_done(&text);
    }
}

static void paths_become_absolute(void **state)
{
    (void)state;
    static const char *const paths[][3] = {
        {"/srv/post", "spool",       "/srv/post/spool"},
        {"/srv/post", "./a//b/",     "/srv/post/a/b"  },
        {"/srv/post", "../other",    "/srv/other"     },
        {"/srv/post", "../../../..", "/"              },
        {"/srv/post", "/var/spool/", "/var/spool"     },
        {"/",         "x",           "/x"             },
        {"/srv",      "..x/...",     "/srv/..x/..."   },
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char *absolute = value_absolute_path(paths[i][0], paths[i][1]);
        assert_string_equal(absolute, paths[i][2]);
        free(absolute);
    }
}

static void strings_are_bounded_and_on_one_line(void **state)
{
    (void)state;
    struct setting setting = {.key = "x", .kind = SETTING_TEXT, .least = 1, .most = 5};
    static const char *const good[] = {"a", "12345", "ä b"};
    static const char *const bad[] = {
        "", "123456", "a\nb", "a\tb", "a\x7f", "\xC2\x85" /* NEL */, "\xE2\x80\xA8" /* LS */};
    char *stored = NULL;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(value_store(&setting, good[i], "/", &stored, NULL), STATUS_OK);
        assert_string_equal(stored, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct text reason = {0};
        assert_int_equal(value_store(&setting, bad[i], "/", &stored, &reason), STATUS_REFUSE);
        assert_true(reason.length > 0);
        assert_string_equal(stored, "ä b");
        text_done(&reason);
    }
    free(stored);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_what_is_written_and_says_what_is_wrong),
        cmocka_unit_test(is_written_back_to_the_same_value),
        cmocka_unit_test(paths_become_absolute),
        cmocka_unit_test(strings_are_bounded_and_on_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
