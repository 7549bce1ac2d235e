/* test_machine_zone.c - identity papers are known by their machine readable lines, and by nothing
 * that only looks like them. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "classify/document_kind.h"
#include "classify/machine_zone.h"
#include "tests/classify/sample.h"

/* Published specimens: German cards, and those of ICAO 9303. */
static const char *const cards[][2] = {
    {"IDD<<L01X00T471<<<<<<<<<<<<<<<", "8308126<3108011D<<2108<<<<<<<7"},
    {"IDD<<T220001293<<<<<<<<<<<<<<<", "6408125<2010315D<<<<<<<<<<<<<4"},
    {"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6"},
};
static const char passport[] = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

static void knows_the_specimens(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++)
        if (!machine_zone_is_card(cards[i][0], cards[i][1]))
            fail_msg("card %zu", i);
    assert_true(machine_zone_is_passport(passport));
}

static char next_digit(char character)
{
    int value = character == '<' ? 0 : character >= 'A' ? character - 'A' + 10 : character - '0';
    return (char)('0' + (value + 1) % 10);
}

static void one_wrong_character_is_seen(void **state)
{
    char line[sizeof passport];
    (void)state;
    for (size_t at = 0; at < strlen(passport); at++) {
        bool is_checked = (at < 10 || at > 12) && at != 20; // not the country, not the sex
        memcpy(line, passport, sizeof passport);
        line[at] = next_digit(line[at]);
        if (machine_zone_is_passport(line) == is_checked)
            fail_msg("place %zu: %s", at, line);
    }
    assert_false(machine_zone_is_passport(""));
    assert_false(machine_zone_is_card("", ""));
    assert_false(machine_zone_is_card(cards[0][0], cards[1][1]));
    assert_false(machine_zone_is_card(cards[0][1], cards[0][0]));
}

static void a_copy_of_a_paper_is_known_by_it(void **state)
{
    static const struct {
        const char *text;
        const char *kind; /* NULL: unknown */
    } rows[] = {
        {"Kopie\nIDD<<L01X00T471<<<<<<<<<<<<<<<\n8308126<3108011D<<2108<<<<<<<7\nMUSTERMANN<<"
         "ERIKA\n",                                                 "ausweis"},
        {"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159 "
         "ZE184226B<<<<<10\n",                                      "ausweis"},
        {"IDD<<L01X00T471<<<<<<<<<<<<<<<\n8308126<3108011D<<2108<<<<<<<8\n", NULL     },
        {"8308126<3108011D<<2108<<<<<<<7\nIDD<<L01X00T471<<<<<<<<<<<<<<<\n", NULL     },
        {"Guten Tag\n",                                                      NULL     },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reading reading = sample_reading(rows[i].text);
        struct letter letter;
        assert_true(letter_init(&letter, &reading));
        struct document_kind kind = document_kind_find(&letter, NULL);
        if ((kind.kind == NULL) != (rows[i].kind == NULL) ||
            (kind.kind != NULL && strcmp(kind.kind, rows[i].kind) != 0))
            fail_msg("row %zu: %s", i, kind.kind == NULL ? "unknown" : kind.kind);
        letter_done(&letter);
        reading_done(&reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_specimens),
        cmocka_unit_test(one_wrong_character_is_seen),
        cmocka_unit_test(a_copy_of_a_paper_is_known_by_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
