/* test_door.c - promises of ingest/door.h and ingest/source.h: who may come in, and how names that
 * may not are written. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ingest/door.h"
#include "ingest/source.h"

static const struct door_rule rule = {.quiet_ms = 2000, .incomplete_ms = 60000, .bytes_most = 1000};

static void judges_from_outside(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct door_view view;
        enum door_answer answer;
        enum refusal refusal;
    } cases[] = {
        {"at rest",                {S_IFREG, 1, 10, true, false, false, 2000},   DOOR_LOOK,   0                },
        {"not at rest",            {S_IFREG, 1, 10, true, false, false, 1999},   DOOR_WAIT,   0                },
        {"renamed in",             {S_IFREG, 1, 10, true, false, true, 0},       DOOR_LOOK,   0                },
        {"as large as may be",     {S_IFREG, 1, 1000, true, false, false, 2000}, DOOR_LOOK,   0                },
        {"too large",              {S_IFREG, 1, 1001, true, false, false, 2000}, DOOR_REFUSE, REFUSAL_TOO_LARGE},
        {"too large and growing",  {S_IFREG, 1, 1001, true, false, false, 0},    DOOR_WAIT,   0                },
        {"empty",                  {S_IFREG, 1, 0, true, false, false, 59999},   DOOR_WAIT,   0                },
        {"empty, renamed in",      {S_IFREG, 1, 0, true, false, true, 0},        DOOR_WAIT,   0                },
        {"empty for long",         {S_IFREG, 1, 0, true, false, false, 60000},   DOOR_REFUSE, REFUSAL_EMPTY    },
        {"link",                   {S_IFLNK, 1, 10, true, false, false, 2000},   DOOR_REFUSE, REFUSAL_LINK     },
        {"link, just made",        {S_IFLNK, 1, 10, true, false, true, 0},       DOOR_WAIT,   0                },
        {"FIFO",                   {S_IFIFO, 1, 0, true, false, false, 2000},    DOOR_REFUSE, REFUSAL_SPECIAL  },
        {"socket",                 {S_IFSOCK, 1, 0, true, false, false, 2000},   DOOR_REFUSE, REFUSAL_SPECIAL  },
        {"device",                 {S_IFCHR, 1, 0, true, false, false, 2000},    DOOR_REFUSE, REFUSAL_SPECIAL  },
        {"two names",              {S_IFREG, 2, 10, true, false, false, 2000},   DOOR_REFUSE, REFUSAL_HARD_LINK},
        {"two names for a moment", {S_IFREG, 2, 10, true, false, false, 100},    DOOR_WAIT,   0                },
        {"wild name",              {S_IFREG, 1, 10, false, false, false, 2000},  DOOR_REFUSE, REFUSAL_NAME     },
        {"long path",              {S_IFREG, 1, 10, true, true, false, 2000},    DOOR_REFUSE, REFUSAL_PATH     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum refusal refusal = REFUSAL_LINK;
        enum door_answer answer = door_outside(&rule, &cases[i].view, &refusal);
        if (answer != cases[i].answer || (answer == DOOR_REFUSE && refusal != cases[i].refusal))
            fail_msg("%s: answer %d, refusal %d", cases[i].name, answer, refusal);
    }
}

static void judges_from_inside(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t rested_ms;
        struct door_look look;
        enum door_answer answer;
        enum refusal refusal;
    } cases[] = {
        {"whole",                  2000,  {true, FILE_FORMAT_TIFF, WHOLE_YES, false},          DOOR_TAKE, 0                 },
        {"whole, renamed in",      0,     {true, FILE_FORMAT_TIFF, WHOLE_YES, false},          DOOR_TAKE, 0                 },
        {"whole, still open",      2000,  {true, FILE_FORMAT_TIFF, WHOLE_YES, true},           DOOR_WAIT, 0                 },
        {"whole, open for ever",   60000, {true, FILE_FORMAT_TIFF, WHOLE_YES, true},           DOOR_TAKE, 0                 },
        {"cut",                    59999, {true, FILE_FORMAT_TIFF, WHOLE_NOT_YET, false},      DOOR_WAIT, 0                 },
        {"cut for long",
         60000,                           {true, FILE_FORMAT_TIFF, WHOLE_NOT_YET, false},
         DOOR_REFUSE,                                                                                     REFUSAL_INCOMPLETE},
        {"odd",                    59999, {true, FILE_FORMAT_TIFF, WHOLE_ODD, false},          DOOR_WAIT, 0                 },
        {"odd for long",           60000, {true, FILE_FORMAT_TIFF, WHOLE_ODD, false},          DOOR_TAKE, 0                 },
        {"unknown, renamed in",    0,     {true, FILE_FORMAT_UNKNOWN, WHOLE_NOT_YET, false},   DOOR_WAIT, 0                 },
        {"unknown",
         2000,                            {true, FILE_FORMAT_UNKNOWN, WHOLE_NOT_YET, false},
         DOOR_REFUSE,                                                                                     REFUSAL_FORMAT    },
        {"unknown, still open",
         2000,                            {true, FILE_FORMAT_UNKNOWN, WHOLE_NOT_YET, true},
         DOOR_WAIT,                                                                                       0                 },
        {"unknown, open for ever",
         60000,                           {true, FILE_FORMAT_UNKNOWN, WHOLE_NOT_YET, true},
         DOOR_REFUSE,                                                                                     REFUSAL_FORMAT    },
        {"undecided",              2000,  {true, FILE_FORMAT_UNDECIDED, WHOLE_NOT_YET, false}, DOOR_WAIT, 0                 },
        {"undecided for long",
         60000,                           {true, FILE_FORMAT_UNDECIDED, WHOLE_NOT_YET, false},
         DOOR_REFUSE,                                                                                     REFUSAL_INCOMPLETE},
        {"closed to us",           2000,  {false, FILE_FORMAT_UNKNOWN, WHOLE_NOT_YET, false},  DOOR_WAIT, 0                 },
        {"closed to us for long",
         60000,                           {false, FILE_FORMAT_UNKNOWN, WHOLE_NOT_YET, false},
         DOOR_REFUSE,                                                                                     REFUSAL_UNREADABLE},
        {"the share is ill",
         600000,                          {true, FILE_FORMAT_TIFF, WHOLE_UNREADABLE, false},
         DOOR_WAIT,                                                                                       0                 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct door_view view = {S_IFREG, 1, 10, true, false, false, cases[i].rested_ms};
        enum refusal refusal = REFUSAL_LINK;
        enum door_answer answer = door_inside(&rule, &view, &cases[i].look, &refusal);
        if (answer != cases[i].answer || (answer == DOOR_REFUSE && refusal != cases[i].refusal))
            fail_msg("%s: answer %d, refusal %d", cases[i].name, answer, refusal);
    }
}

static void tells_the_mailroom_why_and_what_to_do(void **state)
{
    (void)state;
    for (int refusal = REFUSAL_LINK; refusal <= REFUSAL_UNREADABLE; refusal++) {
        const char *reason = refusal_reason((enum refusal)refusal);
        const char *advice = refusal_advice((enum refusal)refusal);
        assert_true(strlen(reason) > 10 && reason[strlen(reason) - 1] == '.');
        assert_true(string_starts_with(advice, "Bitte "));
        assert_true(utf8_is_valid(reason, strlen(reason)));
        struct text note = {0};
        struct refusal_slip slip = {"Demmin", "a.tif", "0192", reason, advice, 1770000000000};
        refusal_slip_append(&note, &slip);
        assert_non_null(strstr(note.bytes, reason));
        assert_non_null(strstr(note.bytes, advice));
        assert_non_null(strstr(note.bytes, "a.tif"));
        assert_non_null(strstr(note.bytes, "0192"));
        assert_non_null(strstr(note.bytes, "Demmin"));
        assert_non_null(strstr(note.bytes, "2026"));
        text_done(&note);
    }
}

static void writes_every_name_so_that_it_can_be_read(void **state)
{
    (void)state;
    static const struct {
        const char *source, *escaped;
    } cases[] = {
        {"scan00000.tif",              "scan00000.tif"             },
        {"Scanner 1/Müller 100%.pdf", "Scanner 1/Müller 100%.pdf"},
        {"a\nb.tif",                   "a%0Ab.tif"                 },
        {"100%\t.tif",                 "100%25%09.tif"             },
        {"\xFF\xFE.tif",               "%FF%FE.tif"                },
        {"M\xFCller.tif",              "M%FCller.tif"              },
        {"fit.\xE2\x80\xAE"
         "fdp",               "fit.%E2%80%AEfdp"          },
        {"x\xC2\x85y",                 "x%C2%85y"                  },
        {"a\x7F/b",                    "a%7F/b"                    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *escaped = source_escaped(cases[i].source);
        assert_string_equal(escaped, cases[i].escaped);
        assert_true(source_is_plain(escaped));
        bool is_same = strcmp(cases[i].source, cases[i].escaped) == 0;
        assert_int_equal(source_is_plain(cases[i].source), is_same);
        free(escaped);
    }
}

static void cuts_names_between_characters(void **state)
{
    (void)state;
    char name[256] = "";
    for (size_t i = 0; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "ü", 3);
    char *escaped = source_escaped(name);
    assert_true(strlen(escaped) <= SOURCE_NAME_BYTES_MOST);
    assert_true(utf8_is_valid(escaped, strlen(escaped)));
    free(escaped);
    memset(name, '\n', sizeof name - 1);
    escaped = source_escaped(name);
    assert_true(strlen(escaped) <= SOURCE_NAME_BYTES_MOST);
    free(escaped);
}

static void numbers_names_before_their_ending(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned number;
        const char *numbered;
    } cases[] = {
        {"scan.tif",                       1,  "scan.tif"                          },
        {"scan.tif",                       2,  "scan (2).tif"                      },
        {"scan",                           12, "scan (12)"                         },
        {"a.b.c",                          2,  "a.b (2).c"                         },
        {".tif",                           2,  ".tif (2)"                          },
        {"Herr Dr. Müller-Lüdenscheidt", 2,  "Herr Dr. Müller-Lüdenscheidt (2)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *numbered = source_numbered(cases[i].name, cases[i].number);
        assert_string_equal(numbered, cases[i].numbered);
        free(numbered);
    }
    char name[256];
    memset(name, 'x', sizeof name - 1);
    memcpy(name + sizeof name - 5, ".tif", 5);
    char *numbered = source_numbered(name, SOURCE_NUMBER_MOST);
    assert_true(strlen(numbered) + strlen(".txt.part") <= 255);
    assert_true(string_ends_with(numbered, " (9999).tif"));
    free(numbered);
}

static void parts_folder_and_name(void **state)
{
    (void)state;
    char *folder = source_folder("a/b/c.tif");
    assert_string_equal(folder, "a/b");
    free(folder);
    folder = source_folder("c.tif");
    assert_string_equal(folder, "");
    free(folder);
    assert_string_equal(source_name("a/b/c.tif"), "c.tif");
    assert_string_equal(source_name("c.tif"), "c.tif");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_from_outside),
        cmocka_unit_test(judges_from_inside),
        cmocka_unit_test(tells_the_mailroom_why_and_what_to_do),
        cmocka_unit_test(writes_every_name_so_that_it_can_be_read),
        cmocka_unit_test(cuts_names_between_characters),
        cmocka_unit_test(numbers_names_before_their_ending),
        cmocka_unit_test(parts_folder_and_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
