/* test_kinds.c - the program's own kinds of document, and lists of kinds. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/durable.h"
#include "base/kinds.h"
#include "base/text.h"

static void kinds_stand_once_in_their_order(void **state)
{
    (void)state;
    assert_non_null(kind_built_in(0));
    for (size_t i = 0; kind_built_in(i) != NULL; i++) {
        assert_true(kind_is_built_in(kind_built_in(i), strlen(kind_built_in(i))));
        assert_true(i == 0 || strcmp(kind_built_in(i - 1), kind_built_in(i)) < 0);
    }
    assert_false(kind_is_built_in("klagen", 6));
    assert_false(kind_is_built_in("klag", 4));
    assert_true(kind_is_built_in("klagen", 5));
}

static void lists_are_parted_by_semicolons(void **state)
{
    (void)state;
    static const struct {
        const char *list, *names;
    } cases[] = {
        {NULL,                 ""                    },
        {"",                   ""                    },
        {" ; ;",               ""                    },
        {"attest",             "<attest>"            },
        {" attest ;; klage; ", "<attest><klage>"     },
        {"zwei worte;attest",  "<zwei worte><attest>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text names = {0};
        const char *list = cases[i].list, *name = NULL;
        size_t length = 0;
        while (kind_list_next(&list, &name, &length))
            text_append_format(&names, "<%.*s>", (int)length, name);
        assert_string_equal(text_string(&names), cases[i].names);
        text_done(&names);
    }
    assert_true(kind_list_has("attest; klage ", "klage"));
    assert_false(kind_list_has("attest; klage ", "klag"));
    assert_false(kind_list_has(NULL, "klage"));
}

static void assert_says_every_kind(const char *name, const char *before, const char *behind)
{
    char words[65536];
    char *path = path_join(getenv("SOURCE_DIR"), name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(words, 1, sizeof words - 1, file);
    words[length] = '\0';
    assert_true(length < sizeof words - 1);
    (void)fclose(file);
    free(path);
    for (size_t i = 0; kind_built_in(i) != NULL; i++) {
        char entry[128];
        (void)snprintf(entry, sizeof entry, "%s%s%s", before, kind_built_in(i), behind);
        if (strstr(words, entry) == NULL)
            fail_msg("%s does not say %s", name, kind_built_in(i));
    }
}

static void portal_and_docs_say_every_kind(void **state)
{
    (void)state;
    assert_says_every_kind("portal/web/words.js", "\n  ", ": '");
    assert_says_every_kind("docs/matching.md", "`", "`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_stand_once_in_their_order),
        cmocka_unit_test(lists_are_parted_by_semicolons),
        cmocka_unit_test(portal_and_docs_say_every_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
