/* test_register_csv.c - an export of the case register, in every form it comes in. */
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
#include "store/register_csv.h"

#define HEADER "case_number;surname;given_names;birth_date;street;house_number;postcode;city;team"

/* What a parse told. */
struct told {
    struct text accepted; /* "line:field|field|…\n", empty fields at the end left out */
    struct text rejected; /* "line:reason\n" */
    uint64_t stop_at;     /* end with STATUS_LATER at this line; 0: never */
};

static enum status accept(void *context, uint64_t line, const struct register_row *row,
                          struct fault *fault)
{
    struct told *told = context;
    int last = REGISTER_FIELDS - 1;
    while (last > 0 && row->fields[last][0] == '\0')
        last--;
    text_append_format(&told->accepted, "%d:", (int)line);
    for (int field = 0; field <= last; field++)
        text_append_format(&told->accepted, "%s%s", field == 0 ? "" : "|", row->fields[field]);
    text_append_char(&told->accepted, '\n');
    if (line == told->stop_at)
        return fault_set(fault, STATUS_LATER, "stopped");
    return STATUS_OK;
}

static void reject(void *context, uint64_t line, const char *reason)
{
    struct told *told = context;
    text_append_format(&told->rejected, "%d:%s\n", (int)line, reason);
}

static void told_done(struct told *told)
{
    text_done(&told->accepted);
    text_done(&told->rejected);
}

static struct register_csv csv_for(struct told *told)
{
    return (struct register_csv){.accepted = accept, .rejected = reject, .context = told};
}

/* Parses with default columns; the counts. */
static struct register_csv_counts parse(const char *bytes, size_t length, struct told *told)
{
    struct register_csv csv = csv_for(told);
    struct register_csv_counts counts = {0};
    struct fault fault = {0};
    if (register_csv_parse(bytes, length, &csv, &counts, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return counts;
}

static const char expected_row[] = "2:1-2|Müller|Jörg Ägid|1950-02-28|Straße|1a|17033|Röbel|SG 1\n";

static void every_encoding_and_delimiter_gives_the_same_row(void **state)
{
    (void)state;
    // clang-format off
    const struct {
        const char *name, *bytes;
    } cases[] = {
        {"UTF-8",
         HEADER "\n1-2;Müller;Jörg Ägid;1950-02-28;Straße;1a;17033;Röbel;SG 1\n"},
        {"UTF-8 with byte order mark",
         "\xEF\xBB\xBF" HEADER
         "\n1-2;Müller;Jörg Ägid;1950-02-28;Straße;1a;17033;Röbel;SG 1\n"},
        {"Windows-1252, CRLF",
         HEADER "\r\n1-2;M\xFCller;J\xF6rg \xC4gid;28.02.1950;Stra\xDF" "e;1a;17033;"
         "R\xF6" "bel;SG 1\r\n"},
        {"commas and quotes",
         "\"case_number\",surname,given_names,birth_date,street,house_number,postcode,city,team\n"
         "\"1-2\",\"Müller\",\"Jörg Ägid\",28.2.1950,Straße,1a,17033,Röbel,SG 1"},
        {"blanks around fields",
         HEADER "\n 1-2 ; Müller;Jörg\tÄgid ;1950-02-28; Straße;1a ;17033;Röbel;SG 1 \n"},
        {"a line break inside a field",
         HEADER "\n1-2;Müller;\"Jörg\r\nÄgid\";1950-02-28;Straße;1a;17033;Röbel;SG 1\n"},
        {"columns in another order and more of them",
         "x;team;city;postcode;house_number;street;birth_date;given_names;surname;case_number\n"
         "?;SG 1;Röbel;17033;1a;Straße;28.02.1950;Jörg Ägid;Müller;1-2\n"},
        {"empty fields too many",
         HEADER ";\n1-2;Müller;Jörg Ägid;1950-02-28;Straße;1a;17033;Röbel;SG 1;;;\n"},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct told told = {0};
        struct register_csv_counts counts = parse(cases[i].bytes, strlen(cases[i].bytes), &told);
        if (counts.persons != 1 || strcmp(text_string(&told.accepted), expected_row) != 0)
            fail_msg("%s: %s%s", cases[i].name, text_string(&told.accepted),
                     text_string(&told.rejected));
        told_done(&told);
    }
}

static void optional_columns_are_taken_when_they_are_there(void **state)
{
    (void)state;
    struct told told = {0};
    static const char bytes[] =
        HEADER ";benefit;caseworker;site;status;other_ids\n"
               "1;A;B;;;;;;T;Wohngeld;sb1;Waren;laufend;\"24180245L092;43813//8342397\"\n";
    (void)parse(bytes, strlen(bytes), &told);
    assert_string_equal(text_string(&told.accepted),
                        "2:1|A|B||||||T|Wohngeld|sb1|Waren|laufend|24180245L092;43813//8342397\n");
    told_done(&told);
}

static void columns_are_mapped_by_name(void **state)
{
    (void)state;
    struct told told = {0};
    struct register_csv csv = csv_for(&told);
    struct register_csv_counts counts = {0};
    const char *const columns[REGISTER_FIELDS] = {
        "Az",  "Name", "Vorname", "geb.", "Str", "Nr", "PLZ",
        "Ort", "SG",   NULL,      NULL,   NULL,  NULL, "IBAN; BG-Nr ;KVNR"};
    static const char bytes[] = "KVNR,Az,Name,Vorname,geb.,Str,Nr,PLZ,Ort,SG,IBAN,BG-Nr\n"
                                "k,1,A,B,,S,2,17033,O,T,,b\n";
    memcpy(csv.columns, columns, sizeof columns);
    assert_int_equal(register_csv_parse(bytes, strlen(bytes), &csv, &counts, NULL), STATUS_OK);
    assert_string_equal(text_string(&told.accepted), "2:1|A|B||S|2|17033|O|T|||||b;k\n");
    told_done(&told);
}

static void what_cannot_be_a_register_is_refused_with_words(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        size_t length; /* 0: strlen */
        const char *words;
    } cases[] = {
        {"",                                             0, "empty"                    },
        {"\n\n",                                         0, "empty"                    },
        {"\xFF\xFE"
         "a\0",                                 4, "UTF-16"                   },
        {"\xFE\xFF\0a",                                  4, "UTF-16"                   },
        {"case_number;surnames;given_names\n",           0,
         "no column \"surname\" (surname); is it \"surnames\"?"                        },
        {"a;b;c\n",                                      0, "no column \"case_number\""},
        {HEADER ";team\n",                               0, "two columns \"team\""     },
        {"case_number;\"surname\n" HEADER,               0, "the header (line 1)"      },
        {"<html><body>Sitzung abgelaufen</body></html>", 0, "no column \"case_number\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct told told = {0};
        struct register_csv csv = csv_for(&told);
        struct register_csv_counts counts = {0};
        struct fault fault = {0};
        size_t length = cases[i].length == 0 ? strlen(cases[i].bytes) : cases[i].length;
        enum status status = register_csv_parse(cases[i].bytes, length, &csv, &counts, &fault);
        if (status != STATUS_REFUSE || strstr(fault.text, cases[i].words) == NULL)
            fail_msg("\"%s\": %s (%s)", cases[i].bytes, fault.text, status_name(status));
        told_done(&told);
    }
}

static void a_column_that_was_asked_for_by_name_must_be_there(void **state)
{
    (void)state;
    struct told told = {0};
    struct register_csv csv = csv_for(&told);
    struct register_csv_counts counts = {0};
    struct fault fault = {0};
    csv.columns[REGISTER_CASEWORKER] = "sachbearbeiter";
    static const char bytes[] = HEADER ";sachbearbeitung\n";
    assert_int_equal(register_csv_parse(bytes, strlen(bytes), &csv, &counts, &fault),
                     STATUS_REFUSE);
    assert_non_null(strstr(fault.text, "is it \"sachbearbeitung\"?"));
    told_done(&told);
}

static void wrong_rows_are_set_aside_with_line_and_reason(void **state)
{
    (void)state;
    struct told told = {0};
    static const char bytes[] = HEADER "\n"
                                       "1;A;B;;;;;;T\n"
                                       ";A;B;;;;;;T\n"
                                       "2;A;B;31.02.1950;;;;;T\n"
                                       "3;A;B;;;;T\n"
                                       "4;A;B;;;;;;T;5\n"
                                       "5;A\x01;B;;;;;;T\n"
                                       "6;\"A\"A;B;;;;;;T\n"
                                       "7;A;B;;;;;;T\n";
    struct register_csv_counts counts = parse(bytes, strlen(bytes), &told);
    assert_string_equal(text_string(&told.accepted), "2:1|A|B||||||T\n9:7|A|B||||||T\n");
    assert_string_equal(text_string(&told.rejected),
                        "3:there is no case number\n"
                        "4:\"31.02.1950\" is not a birth date (YYYY-MM-DD or TT.MM.JJJJ)\n"
                        "5:there are 7 fields; the header has 9\n"
                        "6:there are 10 fields; the header has 9\n"
                        "7:a field holds a control character\n"
                        "8:there is text after a closing quote\n");
    assert_int_equal(counts.persons, 2);
    assert_int_equal(counts.rejected, 6);
    told_done(&told);
}

static void a_row_that_is_not_utf_8_in_a_marked_file_is_set_aside(void **state)
{
    (void)state;
    struct told told = {0};
    static const char bytes[] = "\xEF\xBB\xBF" HEADER "\n1;M\xFCller;B;;;;;;T\n2;A;B;;;;;;T\n";
    struct register_csv_counts counts = parse(bytes, strlen(bytes), &told);
    assert_int_equal(counts.persons, 1);
    assert_string_equal(text_string(&told.rejected),
                        "2:a field is not UTF-8, as the rest of the file is\n");
    told_done(&told);
}

static void rows_that_are_the_same_count_once(void **state)
{
    (void)state;
    struct told told = {0};
    struct text bytes = {0};
    enum { PERSONS = 3000 };
    text_append(&bytes, HEADER "\n");
    for (int twice = 0; twice < 2; twice++)
        for (int i = 0; i < PERSONS; i++) // three persons in each case
            text_append_format(&bytes, "%d;A%d;B;;;;;;T\n", i / 3, i);
    struct register_csv_counts counts = parse(bytes.bytes, bytes.length, &told);
    assert_int_equal(counts.persons, PERSONS);
    assert_int_equal(counts.cases, PERSONS / 3);
    assert_int_equal(counts.folded, PERSONS);
    assert_int_equal(counts.rejected, 0);
    text_done(&bytes);
    told_done(&told);
}

static void fields_do_not_run_into_each_other(void **state)
{
    (void)state;
    struct told told = {0};
    static const char bytes[] = HEADER "\n1;AB;C;;;;;;T\n1;A;BC;;;;;;T\n";
    struct register_csv_counts counts = parse(bytes, strlen(bytes), &told);
    assert_int_equal(counts.persons, 2);
    assert_int_equal(counts.cases, 1);
    told_done(&told);
}

static void birth_dates_come_in_two_forms_and_may_be_unknown(void **state)
{
    (void)state;
    const struct {
        const char *text;
        const char *date; /* NULL: refused */
    } cases[] = {
        {"1950-02-28",  "1950-02-28"},
        {"28.02.1950",  "1950-02-28"},
        {"1.2.1950",    "1950-02-01"},
        {"29.02.2000",  "2000-02-29"},
        {"29.02.1900",  NULL        },
        {"29.02.1951",  NULL        },
        {"31.04.1950",  NULL        },
        {"1850-01-01",  "1850-01-01"},
        {"1849-12-31",  NULL        },
        {"2199-12-31",  "2199-12-31"},
        {"01.01.2200",  NULL        },
        {"",            ""          },
        {"-",           ""          },
        {"unbekannt",   ""          },
        {"00.00.1950",  ""          },
        {"00.05.1950",  ""          },
        {"0000-00-00",  ""          },
        {"1950-00-00",  ""          },
        {"00.13.1950",  NULL        },
        {"13.13.1950",  NULL        },
        {"28.02.50",    NULL        },
        {"28/02/1950",  NULL        },
        {"1950-2-28",   NULL        },
        {"28.02.1950 ", NULL        },
        {"28.02.19500", NULL        },
        {"28.02.",      NULL        },
        {"..",          NULL        },
        {"heute",       NULL        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char date[11] = "x";
        bool good = register_birth_date(cases[i].text, date);
        if (good != (cases[i].date != NULL) || (good && strcmp(date, cases[i].date) != 0))
            fail_msg("\"%s\": %s", cases[i].text, good ? date : "refused");
    }
}

static void the_receiver_can_end_the_parse(void **state)
{
    (void)state;
    struct told told = {.stop_at = 3};
    struct register_csv csv = csv_for(&told);
    struct register_csv_counts counts = {0};
    static const char bytes[] = HEADER "\n1;A;;;;;;;\n2;A;;;;;;;\n3;A;;;;;;;\n";
    assert_int_equal(register_csv_parse(bytes, strlen(bytes), &csv, &counts, NULL), STATUS_LATER);
    assert_string_equal(text_string(&told.accepted), "2:1|A\n3:2|A\n");
    told_done(&told);
}

/* Every prefix of a file with everything in it: no crash, nothing read behind the end. */
static void every_prefix_can_be_parsed(void **state)
{
    (void)state;
    static const char bytes[] =
        "\xEF\xBB\xBF" HEADER ";other_ids\r\n"
        "1-2;M\xC3\xBCller;\"J\"\"g\r\n\";28.02.1950;S;1;17033;R;T;\"a;b\"\r\n"
        ";;;;\n\"x;\n\xFF;\x01\n";
    for (size_t length = 0; length < sizeof bytes; length++) {
        struct told told = {0};
        struct register_csv csv = csv_for(&told);
        struct register_csv_counts counts = {0};
        char *exact = malloc(length == 0 ? 1 : length);
        assert_non_null(exact);
        memcpy(exact, bytes, length);
        (void)register_csv_parse(exact, length, &csv, &counts, NULL);
        free(exact);
        told_done(&told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_encoding_and_delimiter_gives_the_same_row),
        cmocka_unit_test(optional_columns_are_taken_when_they_are_there),
        cmocka_unit_test(columns_are_mapped_by_name),
        cmocka_unit_test(what_cannot_be_a_register_is_refused_with_words),
        cmocka_unit_test(a_column_that_was_asked_for_by_name_must_be_there),
        cmocka_unit_test(wrong_rows_are_set_aside_with_line_and_reason),
        cmocka_unit_test(a_row_that_is_not_utf_8_in_a_marked_file_is_set_aside),
        cmocka_unit_test(rows_that_are_the_same_count_once),
        cmocka_unit_test(fields_do_not_run_into_each_other),
        cmocka_unit_test(birth_dates_come_in_two_forms_and_may_be_unknown),
        cmocka_unit_test(the_receiver_can_end_the_parse),
        cmocka_unit_test(every_prefix_can_be_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
