/* test_csv.c - delimited text as it is met, and as it should not be. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/csv.h"

/* Every row as "line:field|field" or "line!", parted by blanks. */
static void render(const char *bytes, size_t length, char delimiter, struct text *ret_text)
{
    struct csv_reader reader;
    struct csv_row row;
    csv_reader_init(&reader, bytes, length, delimiter);
    while (csv_next(&reader, &row)) {
        text_append_format(ret_text, "%s%d", ret_text->length == 0 ? "" : " ", (int)row.line);
        text_append_char(ret_text, row.problem == NULL ? ':' : '!');
        for (size_t i = 0; i < row.count; i++) {
            size_t field_length = 0;
            const char *field = csv_field(&reader, i, &field_length);
            text_append(ret_text, i == 0 ? "" : "|");
            text_append_bytes(ret_text, field, field_length);
        }
    }
    assert_false(csv_reader_failed(&reader));
    csv_reader_done(&reader);
}

static void rows_are_read_as_they_are_meant(void **state)
{
    (void)state;
    const struct {
        const char *name, *bytes, *expected;
    } cases[] = {
        {"nothing",                      "",                    ""              },
        {"only line ends",               "\n\r\n\r",            ""              },
        {"LF",                           "a;b\nc;d\n",          "1:a|b 2:c|d"   },
        {"CRLF",                         "a;b\r\nc;d\r\n",      "1:a|b 2:c|d"   },
        {"CR",                           "a;b\rc;d\r",          "1:a|b 2:c|d"   },
        {"no end of the last line",      "a;b\nc;d",            "1:a|b 2:c|d"   },
        {"empty fields",                 ";;\na;;b",            "1:|| 2:a||b"   },
        {"empty lines between",          "a\n\n\nb",            "1:a 4:b"       },
        {"quoted",                       "\"a\";\"b\"\n",       "1:a|b"         },
        {"quoted and empty",             "\"\";\"\"",           "1:|"           },
        {"delimiter inside quotes",      "\"a;b\";c",           "1:a;b|c"       },
        {"doubled quote",                "\"a\"\"b\";c",        "1:a\"b|c"      },
        {"only a doubled quote",         "\"\"\"\"",            "1:\""          },
        {"line break inside quotes",     "\"a\nb\";c\nd;e",     "1:a\nb|c 3:d|e"},
        {"CRLF inside quotes",           "\"a\r\nb\"\r\nc",     "1:a\nb 3:c"    },
        {"text after a closing quote",   "\"a\"b;c\nd;e",       "1! 2:d|e"      },
        {"quote inside a plain field",   "a\"b;c\nd;e",         "1! 2:d|e"      },
        {"quote never closed",           "a;\"b\nc;d\ne;f",     "1! 2:c|d 3:e|f"},
        {"stray quote closes elsewhere", "a;\"b\nc;\"d\"\ne;f", "1! 2:c|d 3:e|f"},
        {"blank is not trimmed",         " a ; b",              "1: a | b"      },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = {0};
        render(cases[i].bytes, strlen(cases[i].bytes), ';', &text);
        if (strcmp(text_string(&text), cases[i].expected) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].name, text_string(&text),
                     cases[i].expected);
        text_done(&text);
    }
}

static void the_delimiter_is_found_in_the_first_line(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        char expected;
    } cases[] = {
        {"a;b;c\n1,2;3,4;5,6,7,8", ';'},
        {"a,b,c\n1;2;3",           ','},
        {"\"a;b;c\",d\n",          ','},
        {"a\n",                    ';'},
        {"",                       ';'},
        {"a,b;c,d",                ','},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (csv_find_delimiter(cases[i].bytes, strlen(cases[i].bytes), ";,") != cases[i].expected)
            fail_msg("%s", cases[i].bytes);
}

/* `count` times `bytes`, and `end`. */
static char *many(const char *start, const char *bytes, size_t count, const char *end)
{
    struct text text = {0};
    text_append(&text, start);
    for (size_t i = 0; i < count; i++)
        text_append(&text, bytes);
    text_append(&text, end);
    return text_take(&text);
}

static void limits_cost_the_line_and_not_the_file(void **state)
{
    (void)state;
    struct text text = {0};
    char *cases[] = {
        many("", ";", CSV_FIELDS_MOST, "\nx"),              // a field too many
        many("", "a", CSV_FIELD_BYTES_MOST + 1, "\nx"),     // a field too long
        many("\"", "a", CSV_FIELD_BYTES_MOST + 1, "\"\nx"), // the same in quotes
        many("\"", "a\n", CSV_FIELD_BYTES_MOST, "\"\nx"),   // over many lines
    };
    for (size_t i = 0; i < 3; i++) {
        text_clear(&text);
        render(cases[i], strlen(cases[i]), ';', &text);
        assert_string_equal(text_string(&text), "1! 2:x");
    }
    text_clear(&text);
    render(cases[3], strlen(cases[3]), ';', &text);
    assert_true(string_starts_with(text_string(&text), "1! 2:a 3:a "));
    assert_true(string_ends_with(text_string(&text), "4098:x"));
    for (size_t i = 0; i < 4; i++)
        free(cases[i]);
    text_done(&text);
    char *just = many("", ";", CSV_FIELDS_MOST - 1, "\n");
    render(just, strlen(just), ';', &text);
    assert_true(string_starts_with(text_string(&text), "1:|"));
    free(just);
    text_done(&text);
}

static void zero_bytes_are_bytes(void **state)
{
    (void)state;
    struct text text = {0};
    render("a\0b;c", 5, ';', &text);
    assert_int_equal(text.length, strlen("1:") + 5);
    text_done(&text);
}

/* Every prefix of an awkward text ends, and no byte is read behind it (the sanitizer looks). */
static void every_prefix_can_be_read(void **state)
{
    (void)state;
    static const char bytes[] = "\"a\"\"\r\n;\";b;\"c\r\nd\"\"e;\"f\"g\n\r\"\";\"";
    for (size_t length = 0; length < sizeof bytes; length++) {
        struct text text = {0};
        char *copy = malloc(length + 1);
        assert_non_null(copy);
        memcpy(copy, bytes, length);
        char *exact = realloc(copy, length == 0 ? 1 : length);
        render(exact, length, ';', &text);
        free(exact);
        text_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_as_they_are_meant),
        cmocka_unit_test(the_delimiter_is_found_in_the_first_line),
        cmocka_unit_test(limits_cost_the_line_and_not_the_file),
        cmocka_unit_test(zero_bytes_are_bytes),
        cmocka_unit_test(every_prefix_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
