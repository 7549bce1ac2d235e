/* test_law_verbs.c - date of receipt, letterbox and deadlines on the command line. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "tests/cli/command.h"
#include "tests/cli/seed.h"

#define CONFIG "--config instance/posteingang.yaml "

static struct seed seed;
static struct document_id document;
static struct scan_id open_scan;

static int open_seed(void **state)
{
    (void)state;
    seed_open(&seed);
    (void)seed_scan(&seed, "Demmin", "scan1.tif");
    document = seed_read(&seed);
    seed_decide(&seed, false, "50.21.004711-7");
    open_scan = seed_scan(&seed, "Demmin", "scan2.tif");
    return 0;
}

static int close_seed(void **state)
{
    (void)state;
    seed_close(&seed);
    return 0;
}

static void run(struct said *said, const char *verb, const struct uuid *id, const char *rest)
{
    char written[UUID_TEXT_BYTES] = "";
    char arguments[512];
    if (id != NULL)
        uuid_to_text(id, written);
    (void)snprintf(arguments, sizeof arguments, CONFIG "%s %s %s", verb, written, rest);
    command(said, arguments);
}

static void a_date_is_shown_and_corrected_with_a_reason(void **state)
{
    (void)state;
    struct said said = {0};
    const struct uuid *id = &document.uuid;
    run(&said, "show", id, "");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "Abwurf des Scans");
    run(&said, "received correct", id, "--day 2026-01-02");
    expect_exit(&said, EXIT_USAGE);
    run(&said, "received correct", id, "--day 2199-01-02 --reason Weil");
    expect_exit(&said, EXIT_FOUND);
    run(&said, "received correct", id, "--day 2026-01-02 --reason 'Der Umschlag lag bei.'");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "2026-01-02");
    run(&said, "explain", id, "");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "Berichtigung");
    expect_out(&said, "Der Umschlag lag bei.");
    run(&said, "show", id, "--json");
    json_t *json = expect_json_line(&said, 0);
    const json_t *receipt = json_object_get(json, "receipt");
    assert_string_equal(json_string_value(json_object_get(receipt, "day")), "2026-01-02");
    assert_int_equal(json_array_size(json_object_get(receipt, "proofs")), 2);
    json_decref(json);
    said_done(&said);
}

static void an_entry_is_kept_while_nothing_is_decided(void **state)
{
    (void)state;
    struct said said = {0};
    run(&said, "received enter", &open_scan.uuid, "--day 2026-01-02 --channel brieftaube");
    expect_exit(&said, EXIT_USAGE);
    run(&said, "received enter", &document.uuid, "--day 2026-01-02");
    expect_exit(&said, EXIT_FOUND);
    run(&said, "received enter", &open_scan.uuid, "--day 2026-01-02 --channel desk");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "2026-01-02");
    said_done(&said);
}

static void emptyings_are_written_down(void **state)
{
    (void)state;
    struct said said = {0};
    run(&said, "letterbox empty", NULL, "Nirgends");
    expect_exit(&said, EXIT_FOUND);
    run(&said, "letterbox empty", NULL, "Demmin --compartment oben");
    expect_exit(&said, EXIT_USAGE);
    run(&said, "letterbox empty", NULL, "Demmin --day 2026-02-30");
    expect_exit(&said, EXIT_FOUND);
    run(&said, "letterbox empty", NULL,
        "Demmin --day 2026-02-03 --time 07:30 --compartment before_midnight --pieces 12");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "2026-02-02");
    run(&said, "letterbox list", NULL, "Demmin");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "before_midnight");
    run(&said, "letterbox list", NULL, "--json");
    assert_int_equal(count_lines(said.out), 1);
    json_t *json = expect_json_line(&said, 0);
    assert_string_equal(json_string_value(json_object_get(json, "counts_for")), "2026-02-02");
    json_decref(json);
    said_done(&said);
}

/* seed_decide() flags what it decides as one with a deadline, or it is made so here by a date. */
static void deadlines_are_listed_until_somebody_took_note(void **state)
{
    (void)state;
    struct said said = {0};
    run(&said, "deadline list", NULL, "--json");
    expect_exit(&said, EXIT_DONE);
    assert_int_equal(count_lines(said.out), 1);
    run(&said, "deadline list", NULL, "--escalated");
    expect_out(&said, "Nothing waits.");
    run(&said, "deadline acknowledge", &document.uuid, "");
    expect_exit(&said, EXIT_DONE);
    run(&said, "deadline acknowledge", &document.uuid, "");
    expect_exit(&said, EXIT_FOUND);
    run(&said, "deadline list", NULL, "");
    expect_out(&said, "Nothing waits.");
    run(&said, "show", &document.uuid, "");
    expect_out(&said, "acknowledged by");
    said_done(&said);
}

/* What the citizen gets before anything was read, and hears by its code, however it is written. */
static void a_receipt_is_printed_at_once_and_answers_without_content(void **state)
{
    (void)state;
    struct said said = {0};
    char code[16] = "", lower[16] = "";
    run(&said, "receipt make", &open_scan.uuid, "--sheets 3");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "Eingangsbestätigung");
    expect_out(&said, "3 Blätter");
    const char *place = strstr(said.out, "Rückfragen: ");
    assert_non_null(place);
    assert_int_equal(sscanf(place, "Rückfragen: %15s", code), 1);
    assert_int_equal(strlen(code), 9);
    for (size_t i = 0, at = 0; i < strlen(code); i++)
        if (code[i] != '-')
            lower[at++] = code[i] >= 'A' && code[i] <= 'Z' ? (char)(code[i] + 32) : code[i];
    run(&said, "receipt show", NULL, lower);
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "wird gerade eingelesen");
    assert_null(strstr(said.out, "scan2"));
    run(&said, "receipt make", &document.uuid, "");
    expect_exit(&said, EXIT_FOUND);
    run(&said, "receipt show", NULL, "7KQ4");
    expect_exit(&said, EXIT_USAGE);
    run(&said, "receipt show", NULL, "7KQ4-M2XB");
    expect_exit(&said, EXIT_FOUND);
    run(&said, "receipt show", NULL, code);
    run(&said, "receipt show", NULL, "--json 0000-0000");
    expect_exit(&said, EXIT_FOUND);
    said_done(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_is_shown_and_corrected_with_a_reason),
        cmocka_unit_test(an_entry_is_kept_while_nothing_is_decided),
        cmocka_unit_test(emptyings_are_written_down),
        cmocka_unit_test(deadlines_are_listed_until_somebody_took_note),
        cmocka_unit_test(a_receipt_is_printed_at_once_and_answers_without_content),
    };
    return cmocka_run_group_tests(tests, open_seed, close_seed);
}
