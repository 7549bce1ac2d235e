/* test_place.c - names of folders are safe and tell every two names apart. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "filing/place.h"

static const struct {
    const char *name, *folder;
} cases[] = {
    {"50.21.004711-7",      "50.21.004711-7"                   },
    {"SG 50.2/563800/12",   "SG 50.2%2F563800%2F12"            },
    {"SG 50.2",             "SG 50.2"                          },
    {"Müller",             "Müller"                          },
    {"",                    "%"                                },
    {".",                   "%2E"                              },
    {"..",                  "%2E%2E"                           },
    {"...",                 "%2E.%2E"                          },
    {".hidden",             "%2Ehidden"                        },
    {"end.",                "end%2E"                           },
    {"end ",                "end%20"                           },
    {" start",              " start"                           },
    {"/",                   "%2F"                              },
    {"../../etc/passwd",    "%2E.%2F..%2Fetc%2Fpasswd"         },
    {"100%",                "100%25"                           },
    {"%2F",                 "%252F"                            },
    {"%",                   "%25"                              },
    {"a\nb\x7f",            "a%0Ab%7F"                         },
    {"a\\b:c*d?e\"f<g>h|i", "a%5Cb%3Ac%2Ad%3Fe%22f%3Cg%3Eh%7Ci"},
    {"bad \xff\xc3",        "bad %FF%C3"                       },
    {"\xc3\xa4\xff",        "ä%FF"                            },
};

enum { CASES = sizeof cases / sizeof cases[0] };

static void names_become_folders(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct text folder = {0};
        assert_true(place_append(&folder, cases[i].name));
        if (strcmp(text_string(&folder), cases[i].folder) != 0)
            fail_msg("\"%s\" became \"%s\"", cases[i].name, text_string(&folder));
        text_done(&folder);
    }
}

/* The way back, written down here because only people need it. */
static void unescape(const char *folder, char *name)
{
    if (strcmp(folder, "%") == 0)
        folder++;
    while (*folder != '\0') {
        if (*folder == '%') {
            const char digits[] = {folder[1], folder[2], '\0'};
            *name++ = (char)strtol(digits, NULL, 16);
            folder += 3;
        } else {
            *name++ = *folder++;
        }
    }
    *name = '\0';
}

static void every_byte_comes_back(void **state)
{
    (void)state;
    for (unsigned first = 1; first < 256; first++) {
        for (unsigned second = 1; second < 256; second++) {
            const char name[] = {(char)first, (char)second, '\0'};
            char back[16];
            struct text folder = {0};
            assert_true(place_append(&folder, name));
            unescape(text_string(&folder), back);
            assert_string_equal(back, name);
            assert_null(strchr(text_string(&folder), '/'));
            assert_true(text_string(&folder)[0] != '.');
            assert_true(utf8_is_valid(folder.bytes, folder.length));
            text_done(&folder);
        }
    }
}

static void names_that_are_too_long_are_told(void **state)
{
    (void)state;
    char name[PLACE_NAME_BYTES_MOST + 2];
    memset(name, 'x', sizeof name);
    name[PLACE_NAME_BYTES_MOST] = '\0';
    struct text folder = {0};
    text_append(&folder, "before/");
    assert_true(place_append(&folder, name));
    text_clear(&folder);
    name[PLACE_NAME_BYTES_MOST] = 'x';
    name[PLACE_NAME_BYTES_MOST + 1] = '\0';
    assert_false(place_append(&folder, name));
    text_clear(&folder);
    memset(name, '/', PLACE_NAME_BYTES_MOST / 3);
    name[PLACE_NAME_BYTES_MOST / 3] = '\0';
    assert_true(place_append(&folder, name));
    text_clear(&folder);
    name[PLACE_NAME_BYTES_MOST / 3] = '/';
    name[PLACE_NAME_BYTES_MOST / 3 + 1] = '\0';
    assert_false(place_append(&folder, name));
    text_done(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_folders),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(names_that_are_too_long_are_told),
    };
    return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
