/* test_list.c - what list, show, explain, assign, retry, status and workers say of a ledger. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/status.h"
#include "base/text.h"
#include "store/dispatchers.h"
#include "tests/cli/command.h"
#include "tests/cli/seed.h"

#define CONFIG "--config instance/posteingang.yaml "

/* One of each, oldest first; the ids of those that tests name. */
static struct {
    struct seed seed;
    struct document_id filed, cleared;
    struct scan_id filed_scan, failed, refused, duplicate, received;
} one;

static int make_one_of_each(void **state)
{
    (void)state;
    seed_open(&one.seed);
    one.filed_scan = seed_scan(&one.seed, "Demmin", "scan1.tif");
    one.filed = seed_read(&one.seed);
    seed_decide(&one.seed, true, "50.21.004711-7");
    (void)seed_scan(&one.seed, "Waren", "tief/scan2.pdf");
    one.cleared = seed_read(&one.seed);
    seed_decide(&one.seed, false, "50.21.004712-5");
    one.failed = seed_scan(&one.seed, "Demmin", "scan3.tif");
    seed_fail(&one.seed, "Die Seite ist nicht lesbar.");
    one.refused = seed_refused(&one.seed, "rechnung.docx", "Das ist kein Scan.");
    one.duplicate = seed_duplicate(&one.seed, "nochmal.tif", "scan1.tif");
    one.received = seed_scan(&one.seed, "Demmin", "M\xFCritz.tif"); // not UTF-8
    return 0;
}

static int close_seed(void **state)
{
    (void)state;
    seed_close(&one.seed);
    return 0;
}

/* The line of the output whose "source" is `source`. */
static json_t *line_of(const struct said *said, const char *source)
{
    for (unsigned i = 0; i < count_lines(said->out); i++) {
        json_t *line = expect_json_line(said, i);
        if (strcmp(json_string_value(json_object_get(line, "source")), source) == 0)
            return line;
        json_decref(line);
    }
    fail_msg("no line of %s in: %s", source, said->out);
    return NULL;
}

static void expect_member(const json_t *object, const char *key, const char *value)
{
    const json_t *member = json_object_get(object, key);
    if (!string_equal(json_string_value(member), value) || (value == NULL && !json_is_null(member)))
        fail_msg("%s is %s, not %s", key, json_is_null(member) ? "null" : json_string_value(member),
                 value == NULL ? "null" : value);
}

static void expect_member_number(const json_t *object, const char *key, double value)
{
    const json_t *member = json_object_get(object, key);
    if (!json_is_number(member) || json_number_value(member) < value - 1e-9 ||
        json_number_value(member) > value + 1e-9)
        fail_msg("%s is %f, not %f", key, json_number_value(member), value);
}

/* The keys of the contract, in its order. */
static const char *const contract_keys[] = {
    "document",    "scan",       "site",      "source",     "received", "state",
    "case_number", "confidence", "runner_up", "decided_by", "kind",     "kind_confidence",
    "flags",       "team",       "pages",     "text_file",  "pdf",      "error"};

static void expect_contract_keys(json_t *object, size_t more)
{
    size_t count = 0;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        if (count < sizeof contract_keys / sizeof contract_keys[0])
            assert_string_equal(key, contract_keys[count]);
        count++;
    }
    assert_int_equal(count, sizeof contract_keys / sizeof contract_keys[0] + more);
}

static void a_filed_document_is_the_contracts_object(void **state)
{
    (void)state;
    struct said said = {0};
    char id[UUID_TEXT_BYTES];
    command(&said, CONFIG "list --json");
    expect_exit(&said, EXIT_DONE);
    assert_int_equal(count_lines(said.out), 6);
    json_t *line = line_of(&said, "scan1.tif");
    expect_contract_keys(line, 0);
    uuid_to_text(&one.filed.uuid, id);
    expect_member(line, "document", id);
    uuid_to_text(&one.filed_scan.uuid, id);
    expect_member(line, "scan", id);
    expect_member(line, "site", "Demmin");
    expect_member(line, "state", "filed");
    expect_member(line, "case_number", "50.21.004711-7");
    expect_member_number(line, "confidence", 0.9991);
    expect_member_number(line, "runner_up", 0.0002);
    expect_member(line, "decided_by", "auto");
    expect_member(line, "kind", "widerspruch");
    expect_member_number(line, "kind_confidence", 0.97);
    expect_member(line, "team", "SG 50.2");
    expect_member(line, "error", NULL);
    json_decref(line);
    said_done(&said);
}

static void lists_times_and_paths_are_of_the_right_kind(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, CONFIG "list --json");
    json_t *line = line_of(&said, "scan1.tif");
    const json_t *flags = json_object_get(line, "flags");
    assert_int_equal(json_array_size(flags), 1);
    assert_string_equal(json_string_value(json_array_get(flags, 0)), "deadline");
    const json_t *pages = json_object_get(line, "pages");
    assert_int_equal(json_array_size(pages), 2);
    assert_int_equal(json_integer_value(json_array_get(pages, 1)), 2);
    const char *received = json_string_value(json_object_get(line, "received"));
    assert_int_equal(strlen(received), 25);
    assert_memory_equal(received, "2026-03-02T", 11);
    const char *path = json_string_value(json_object_get(line, "text_file"));
    assert_int_equal(path[0], '/');
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(file_read(path, 1000, &bytes, &length, NULL), STATUS_OK);
    assert_string_equal(bytes, "Text von scan1.tif\n\fzweite Seite\n");
    free(bytes);
    json_decref(line);
    said_done(&said);
}

static void a_scan_without_document_has_its_state_and_reason(void **state)
{
    (void)state;
    static const struct {
        const char *source, *state, *error;
    } cases[] = {
        {"scan3.tif",     "failed",
         "Mehrmals vergeblich versucht, bitte ansehen. Ursache: Die Seite ist nicht lesbar."},
        {"rechnung.docx", "refused",  "Das ist kein Scan."                                  },
        {"Müritz.tif",   "received", NULL                                                  },
    };
    struct said said = {0};
    command(&said, CONFIG "list --json");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *line = line_of(&said, cases[i].source);
        expect_contract_keys(line, 0);
        expect_member(line, "document", NULL);
        expect_member(line, "state", cases[i].state);
        expect_member(line, "error", cases[i].error);
        expect_member(line, "text_file", NULL);
        json_decref(line);
    }
    said_done(&said);
}

static void a_duplicate_is_refused_and_names_the_first(void **state)
{
    (void)state;
    struct said said = {0};
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&one.filed_scan.uuid, id);
    command(&said, CONFIG "list --json --state refused");
    assert_int_equal(count_lines(said.out), 2);
    json_t *line = line_of(&said, "nochmal.tif");
    expect_contract_keys(line, 1);
    expect_member(line, "document", NULL);
    expect_member(line, "state", "refused");
    expect_member(line, "duplicate_of", id);
    const char *error = json_string_value(json_object_get(line, "error"));
    assert_non_null(strstr(error, "scan1.tif"));
    assert_non_null(strstr(error, id));
    json_decref(line);
    command(&said, CONFIG "list --json --state duplicate");
    assert_int_equal(count_lines(said.out), 1);
    said_done(&said);
}

static void filters_leave_only_what_was_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        unsigned count;
    } cases[] = {
        {"--state filed",              1},
        {"--state clearing",           1},
        {"--state failed",             1},
        {"--state matching",           0},
        {"--site Demmin",              5},
        {"--site Waren",               1},
        {"--state filed --site Waren", 0}
    };
    struct said said = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text line = {0};
        text_append_format(&line, CONFIG "list --json %s", cases[i].options);
        command(&said, text_string(&line));
        expect_exit(&said, EXIT_DONE);
        if (count_lines(said.out) != cases[i].count)
            fail_msg("%s: %s", cases[i].options, said.out);
        text_done(&line);
    }
    said_done(&said);
}

static void the_table_is_narrow_and_says_what_to_do(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, CONFIG "list");
    expect_exit(&said, EXIT_DONE);
    for (const char *line = said.out; *line != '\0'; line = strchr(line, '\n') + 1) {
        char *copy = string_copy_bytes(line, strcspn(line, "\n"));
        size_t columns = string_columns(copy);
        if (columns > 100)
            fail_msg("%zu columns: %s", columns, copy);
        free(copy);
    }
    expect_out(&said, "6 shown: ");
    expect_out(&said, "Die Seite ist nicht lesbar.");
    expect_out(&said, "1 clearing: posteingang explain ID, then posteingang assign ID --case NO");
    expect_out(&said, "1 failed: ");
    assert_null(strchr(said.out, '\033'));
    said_done(&said);
}

/* `format` with the id of the document, whole or its last eight characters. */
static void command_about(struct said *said, const char *before, const struct uuid *id, bool whole,
                          const char *after)
{
    char text[UUID_TEXT_BYTES];
    struct text line = {0};
    uuid_to_text(id, text);
    text_append_format(&line, CONFIG "%s %s %s", before, whole ? text : text + 28, after);
    command(said, text_string(&line));
    text_done(&line);
}

static void show_takes_whole_and_short_ids(void **state)
{
    (void)state;
    struct said said = {0};
    for (int whole = 0; whole < 2; whole++) {
        command_about(&said, "show", &one.filed.uuid, whole == 1, "");
        expect_exit(&said, EXIT_DONE);
        expect_out(&said, "50.21.004711-7");
        expect_out(&said, "SG 50.2/50.21.004711-7/x");
    }
    command_about(&said, "show", &one.filed.uuid, false, "--text");
    assert_string_equal(said.out, "Text von scan1.tif\n\fzweite Seite\n");
    command_about(&said, "show", &one.filed.uuid, true, "--json");
    json_t *line = expect_json_line(&said, 0);
    expect_contract_keys(line, 6);
    json_decref(line);
    said_done(&said);
}

static void show_takes_scans_too(void **state)
{
    (void)state;
    struct said said = {0};
    command_about(&said, "show", &one.filed_scan.uuid, true, "");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "50.21.004711-7");
    command_about(&said, "show", &one.failed.uuid, false, "");
    expect_out(&said, "Die Seite ist nicht lesbar.");
    command_about(&said, "show", &one.failed.uuid, false, "--text");
    expect_exit(&said, EXIT_FOUND);
    said_done(&said);
}

static void ids_that_mean_nothing_are_said_to(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, CONFIG "show zebra");
    expect_exit(&said, EXIT_USAGE);
    command(&said, CONFIG "show abc");
    expect_exit(&said, EXIT_USAGE);
    command(&said, CONFIG "show 00000000-0000-7000-8000-000000000000");
    expect_exit(&said, EXIT_FOUND);
    command(&said, CONFIG "explain 0000000000000000");
    expect_exit(&said, EXIT_FOUND);
    said_done(&said);
}

static void explain_shows_the_evidence_that_was_kept(void **state)
{
    (void)state;
    static const char *const parts[] = {"scan1.tif",  "Das Aktenzeichen steht im Brief.",
                                        "+9.2",       "-1.5",
                                        "02.03.1962", "1961-03-02",
                                        "0.9991",     "1-test"};
    struct said said = {0};
    command_about(&said, "explain", &one.filed.uuid, false, "");
    expect_exit(&said, EXIT_DONE);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        expect_out(&said, parts[i]);
    command_about(&said, "explain", &one.filed_scan.uuid, false, "--json");
    expect_exit(&said, EXIT_DONE);
    json_t *line = expect_json_line(&said, 0);
    assert_non_null(json_object_get(line, "candidates"));
    json_decref(line);
    command_about(&said, "explain", &one.failed.uuid, false, "");
    expect_exit(&said, EXIT_FOUND);
    said_done(&said);
}

static void status_counts_and_advises(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, CONFIG "status");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "1  filed");
    expect_out(&said, "1  in clearing");
    expect_out(&said, "no reader is there");
    command(&said, CONFIG "status --json");
    json_t *line = expect_json_line(&said, 0);
    expect_member_number(json_object_get(line, "scans"), "refused", 1);
    expect_member_number(json_object_get(line, "scans"), "duplicate", 1);
    expect_member_number(json_object_get(line, "documents"), "filed", 1);
    expect_member_number(json_object_get(line, "jobs"), "ready", 1);
    expect_member_number(line, "pages_read", 4);
    expect_member_number(json_object_get(line, "register"), "cases", 2);
    json_decref(line);
    command(&said, CONFIG "register status");
    expect_out(&said, "2 cases, 2 persons");
    said_done(&said);
}

static void workers_are_listed_with_their_job(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, CONFIG "workers");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "No reader is there");
    assert_int_equal(
        ledger_worker_joined(one.seed.ledger, "reader-a-1", "reader", "a", "0.1.0", NULL),
        STATUS_OK);
    command(&said, CONFIG "workers --json");
    json_t *line = expect_json_line(&said, 0);
    expect_member(line, "worker", "reader-a-1");
    expect_member(line, "state", "idle");
    json_decref(line);
    command(&said, CONFIG "workers");
    expect_out(&said, "waiting for work");
    assert_int_equal(ledger_worker_left(one.seed.ledger, "reader-a-1", NULL), STATUS_OK);
    said_done(&said);
}

static void dispatchers_are_listed_with_who_leads(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, CONFIG "dispatchers");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "No dispatcher has begun");
    assert_int_equal(dispatcher_enter(one.seed.ledger, "centre:/run", NULL), STATUS_OK);
    command(&said, CONFIG "dispatchers --json");
    json_t *line = expect_json_line(&said, 0);
    expect_member(line, "dispatcher", "centre:/run");
    expect_member_number(line, "workers", 0);
    json_decref(line);
    assert_int_equal(dispatcher_leave(one.seed.ledger, NULL), STATUS_OK);
    command(&said, CONFIG "dispatchers");
    expect_out(&said, "gone for");
    said_done(&said);
}

static void a_persons_decision_is_taken_or_refused(void **state)
{
    (void)state;
    struct said said = {0};
    command_about(&said, "assign", &one.cleared.uuid, false, "--case 50.99.999999-9");
    expect_exit(&said, EXIT_FOUND);
    command_about(&said, "assign", &one.filed.uuid, false, "--case 50.21.004712-5");
    expect_exit(&said, EXIT_FOUND);
    command_about(&said, "assign", &one.cleared.uuid, false, "--case 50.21.004712-5");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "50.21.004712-5");
    command_about(&said, "retry", &one.failed.uuid, false, "");
    expect_exit(&said, EXIT_DONE);
    command_about(&said, "retry", &one.refused.uuid, false, "");
    expect_exit(&said, EXIT_FOUND);
    command(&said, CONFIG "list --state failed");
    expect_out(&said, "Nothing to show.");
    said_done(&said);
}

static void verify_is_clean_until_a_byte_changes(void **state)
{
    (void)state;
    struct said said = {0};
    command(&said, CONFIG "verify");
    expect_exit(&said, EXIT_DONE);
    expect_out(&said, "all is well");
    assert_int_equal(system("find instance/spool -type f -size +0 | sort | head -1 |"
                            " while read -r file; do chmod u+w \"$file\"; printf X >\"$file\";"
                            " done"),
                     0);
    command(&said, CONFIG "verify");
    expect_exit(&said, EXIT_FOUND);
    expect_out(&said, "1 fault");
    said_done(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filed_document_is_the_contracts_object),
        cmocka_unit_test(lists_times_and_paths_are_of_the_right_kind),
        cmocka_unit_test(a_scan_without_document_has_its_state_and_reason),
        cmocka_unit_test(a_duplicate_is_refused_and_names_the_first),
        cmocka_unit_test(filters_leave_only_what_was_asked_for),
        cmocka_unit_test(the_table_is_narrow_and_says_what_to_do),
        cmocka_unit_test(show_takes_whole_and_short_ids),
        cmocka_unit_test(show_takes_scans_too),
        cmocka_unit_test(ids_that_mean_nothing_are_said_to),
        cmocka_unit_test(explain_shows_the_evidence_that_was_kept),
        cmocka_unit_test(status_counts_and_advises),
        cmocka_unit_test(workers_are_listed_with_their_job),
        cmocka_unit_test(dispatchers_are_listed_with_who_leads),
        cmocka_unit_test(a_persons_decision_is_taken_or_refused),
        cmocka_unit_test(verify_is_clean_until_a_byte_changes),
    };
    return cmocka_run_group_tests(tests, make_one_of_each, close_seed);
}
