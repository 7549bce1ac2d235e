/* test_learn.c - what people decide changes what is decided next; what is worse is refused.
 *
 * From outside: a ledger and spool with letters and people's words about them, and the real
 * programs `posteingang learn`, `report matching` and posteingang-learn. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/durable.h"
#include "classify/model.h"
#include "store/ledger_private.h"
#include "store/models.h"
#include "store/register.h"
#include "store/spool.h"
#include "tests/classify/sample.h"
#include "workers/match_job.h"
#include "workers/model_watch.h"
#include "workers/register_watch.h"

enum { CASES = 40, SOMEWHERE_MS = 1000 };

struct office {
    struct config *config;
    struct ledger *ledger;
    struct spool *spool;
    struct fault fault;
    unsigned letters;
};

#define assert_ok(office, expression)                                                              \
    do {                                                                                           \
        enum status office_status = (expression);                                                  \
        if (office_status != STATUS_OK)                                                            \
            fail_msg("%s gave %s (%s)", #expression, status_name(office_status),                   \
                     (office)->fault.text);                                                        \
    } while (0)

/* Runs a program of ours with its output in `out`; the exit code. */
static int run(const char *words)
{
    struct text command = {0};
    text_append_format(&command, "\"%s\"/%s >out 2>err", getenv("BIN_DIR"), words);
    int ended = system(text_string(&command)); // NOLINT(cert-env33-c): words of this file
    text_done(&command);
    assert_true(WIFEXITED(ended));
    return WEXITSTATUS(ended);
}

static json_t *output(void)
{
    json_error_t error;
    json_t *object = json_load_file("out", 0, &error);
    if (object == NULL)
        fail_msg("no JSON: %s", error.text);
    return object;
}

/* ---- the register --------------------------------------------------------------------------- */

/* Case n of the register. All have a 7 that scanners here take for a 2. */
static void case_number(unsigned n, char ret_number[32])
{
    char digits[16];
    int product = 10;
    (void)snprintf(digits, sizeof digits, "5021%06u", 7000 + n * 100 + n);
    for (const char *digit = digits; *digit != '\0'; digit++) {
        int sum = (*digit - '0' + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    (void)snprintf(ret_number, 32, "50.21.%s-%d", digits + 4, (11 - product) % 10);
}

static const char *surname_of(unsigned n)
{
    static const char *const names[] = {"Ahrens", "Behnke", "Clausen",  "Drewes", "Ehlers",
                                        "Frahm",  "Gehrke", "Hinrichs", "Iwers",  "Jessen"};
    return names[n % 10];
}

static void import_register(struct office *office)
{
    struct text csv = {0};
    struct register_import_result result = {0};
    text_append(&csv, "case_number;surname;given_names;birth_date;street;house_number;postcode;"
                      "city;team\n");
    for (unsigned n = 0; n < CASES; n++) {
        char number[32];
        case_number(n, number);
        text_append_format(&csv, "%s;%s;Anna %c;19%02u-0%u-11;Weg %u;1;17033;Ort;SG 50.2\n", number,
                           surname_of(n), (char)('A' + n / 10), 30 + n, 1 + n % 9, n);
    }
    assert_ok(office,
              durable_write_file("register.csv", csv.bytes, csv.length, 0600, &office->fault));
    const struct register_import import = {
        .csv_path = "register.csv", .drop_share_most = 0.1, .actor = "admin"};
    assert_ok(office, register_import_csv(office->ledger, &import, &result, &office->fault));
    text_done(&csv);
}

/* ---- letters -------------------------------------------------------------------------------- */

/* A letter about case n; with `misread`, its number has a 2 where a 7 stands. */
static char *letter_about(unsigned n, bool misread, const char *body)
{
    struct text text = {0};
    char number[32];
    case_number(n, number);
    char *seven = strchr(number, '7');
    if (misread && seven != NULL)
        *seven = '2';
    text_append_format(&text, "Anna %s\nWeg %u\n\nIhr Zeichen: %s\n\n%s\n\nAnna %s\n",
                       surname_of(n), n, number, body, surname_of(n));
    return text_take(&text);
}

static struct digest put(struct office *office, const void *bytes, size_t length)
{
    struct digest digest = {0};
    assert_ok(office, spool_put(office->spool, bytes, length, &digest, &office->fault));
    return digest;
}

static struct digest put_reading(struct office *office, const char *letter)
{
    struct reading reading = sample_reading(letter);
    struct byte_writer writer = {0};
    reading_encode(&reading, &writer);
    assert_false(writer.failed);
    struct digest digest = put(office, writer.bytes, writer.length);
    byte_writer_done(&writer);
    reading_done(&reading);
    return digest;
}

static struct job_record lease(struct office *office, enum job_kind kind)
{
    struct job_record job = {0};
    bool found = false;
    assert_ok(office, ledger_job_lease(office->ledger, kind, "worker", 60000, &found, &job,
                                       &office->fault));
    assert_true(found);
    return job;
}

/* Accepted and read; its match job is due. */
static void take_letter(struct office *office, const char *letter)
{
    struct scan_acceptance acceptance = {0};
    char bytes[32];
    bool held = false;
    (void)snprintf(bytes, sizeof bytes, "scan %u", ++office->letters);
    const struct scan_arrival arrival = {.id = {uuid_new(SOMEWHERE_MS + office->letters)},
                                         .site = "Waren",
                                         .source = "scan.tif",
                                         .format = "tiff",
                                         .digest = put(office, bytes, strlen(bytes)),
                                         .size = strlen(bytes),
                                         .received_ms = SOMEWHERE_MS + office->letters,
                                         .actor = "intake"};
    assert_ok(office, ledger_scan_accept(office->ledger, &arrival, &acceptance, &office->fault));
    struct job_record job = lease(office, JOB_READ);
    const struct page_facts page = {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1};
    const struct read_document document = {.reading = put_reading(office, letter),
                                           .text = put(office, letter, strlen(letter)),
                                           .pdf = put(office, "pdf", 3)};
    const struct read_result result = {
        .pages = &page, .page_count = 1, .documents = &document, .document_count = 1};
    assert_ok(office, ledger_read_complete(office->ledger, job.id, job.attempt, &result, &held,
                                           &office->fault));
    assert_true(held);
    job_record_done(&job);
}

/* As the matcher would: filed to `case_number`, or left to a person (NULL). */
static struct document_id decide(struct office *office, const char *filed_to)
{
    struct job_record job = lease(office, JOB_MATCH);
    struct document_id id = job.document;
    bool held = false;
    const struct decision decision = {.to_file = filed_to != NULL,
                                      .case_number = filed_to,
                                      .team = filed_to == NULL ? NULL : "SG 50.2",
                                      .confidence = filed_to == NULL ? 0.4 : 0.999,
                                      .decided_by = "auto",
                                      .reason = "Weil.",
                                      .flags = "",
                                      .rules_version = "1",
                                      .register_version = 1};
    assert_ok(office, ledger_match_complete(office->ledger, job.id, job.attempt, &decision, &held,
                                            &office->fault));
    job_record_done(&job);
    if (filed_to == NULL)
        return id;
    job = lease(office, JOB_FILE);
    assert_ok(office, ledger_file_complete(office->ledger, job.id, job.attempt, "SG 50.2/x", &held,
                                           &office->fault));
    job_record_done(&job);
    return id;
}

static void say(struct office *office, struct document_id id, const struct correction *correction)
{
    int64_t audit = 0;
    assert_ok(office, ledger_begin(office->ledger, &office->fault));
    enum status status = audit_append_about(office->ledger, "sb1", "document.correct", &id.uuid,
                                            "{}", &audit, &office->fault);
    if (status == STATUS_OK)
        status =
            correction_keep(office->ledger, &id.uuid, correction, "sb1", audit, &office->fault);
    assert_ok(office, ledger_end(office->ledger, status, &office->fault));
}

static const char club[] = "Mitgliedsausweis des Angelvereins\nGewässerkarte liegt bei";
static const char plain[] = "hiermit sende ich Ihnen einen Gruß und bitte um Nachricht";

/* A season of letters: ordinary ones that went by themselves, misread ones that people had to
 * assign, and club cards of which people said what they are. */
static void fill(struct office *office)
{
    for (unsigned n = 0; n < CASES; n++) {
        char number[32];
        case_number(n, number);
        char *letter = letter_about(n, n % 2 == 0, n % 4 == 1 ? club : plain);
        take_letter(office, letter);
        struct document_id id = decide(office, n % 2 == 0 ? NULL : number);
        if (n % 2 == 0)
            assert_ok(office,
                      ledger_document_assign(office->ledger, id, number, "sb1", &office->fault));
        if (n % 2 == 0) {
            struct job_record job = lease(office, JOB_FILE);
            bool held = false;
            assert_ok(office, ledger_file_complete(office->ledger, job.id, job.attempt, "SG 50.2/y",
                                                   &held, &office->fault));
            job_record_done(&job);
        }
        say(office, id, &(struct correction){.kind = n % 4 == 1 ? "vereinsausweis" : ""});
        free(letter);
    }
}

static int setup(void **state)
{
    struct office *office = calloc(1, sizeof *office);
    assert_non_null(office);
    assert_int_equal(run("posteingang init office --site Waren"), 0);
    assert_ok(office,
              config_load("office/posteingang.yaml", &office->config, NULL, &office->fault));
    assert_ok(office, ledger_open(office->config->store.ledger, LEDGER_WRITE, clock_system(),
                                  &office->ledger, &office->fault));
    assert_ok(office, spool_open(office->config->store.spool, &office->spool, &office->fault));
    import_register(office);
    fill(office);
    *state = office;
    return 0;
}

static int teardown(void **state)
{
    struct office *office = *state;
    ledger_close(&office->ledger);
    spool_close(&office->spool);
    config_free(&office->config);
    free(office);
    return 0;
}

/* ---- the next decision ---------------------------------------------------------------------- */

/* What a filer makes of a letter with the model that is current. */
static struct classification next_decision(struct office *office, const char *letter,
                                           char ret_version[64])
{
    struct rules *rules = NULL;
    struct register_index *index = NULL;
    struct model_watch *watch = NULL;
    struct classification found = {.to_file = false};
    int64_t version = 0;
    bool changed = false;
    struct reading reading = sample_reading(letter);
    assert_ok(office, match_rules(office->config, &rules, &office->fault));
    assert_ok(office, model_watch_new(office->config->store.ledger, clock_system(), rules, &watch,
                                      &office->fault));
    assert_ok(office, model_watch_look(watch, &changed, &office->fault));
    assert_ok(office, register_load(office->ledger, rules, &index, &version, &office->fault));
    assert_ok(office, classify(rules, index, &reading, &found, &office->fault));
    (void)snprintf(ret_version, 64, "%s", rules_version(rules));
    model_watch_free(&watch);
    register_index_free(&index);
    rules_free(&rules);
    reading_done(&reading);
    return found;
}

static double probability_of(const struct classification *found, const char *number)
{
    for (uint32_t i = 0; i < found->candidate_count; i++)
        if (strcmp(found->candidates[i].case_number, number) == 0)
            return found->candidates[i].probability;
    return 0;
}

static void what_people_decided_changes_the_next_decision(void **state)
{
    struct office *office = *state;
    char before_version[64];
    char version[64];
    char number[32];
    case_number(3, number);
    char *letter = letter_about(3, true, club);
    struct classification before = next_decision(office, letter, before_version);
    assert_null(before.kind);
    assert_int_equal(run("posteingang --config office/posteingang.yaml learn --json"), 0);
    json_t *told = output();
    assert_true(json_is_true(json_object_get(told, "accepted")));
    assert_int_equal(json_integer_value(json_object_get(told, "version")), 1);
    assert_int_equal(json_integer_value(json_object_get(told, "version_before")), 0);
    assert_true(json_integer_value(json_object_get(told, "held_back")) > 0);
    assert_true(json_integer_value(json_object_get(told, "kinds_learned")) >= 1);
    json_decref(told);
    struct classification after = next_decision(office, letter, version);
    assert_non_null(after.kind);
    assert_string_equal(after.kind, "vereinsausweis");
    assert_true(probability_of(&after, number) > probability_of(&before, number));
    assert_null(strstr(before_version, "-m"));
    assert_true(string_ends_with(version, "-m1"));
    struct model *model = NULL;
    assert_ok(office, model_load(office->ledger, 1, &model, &office->fault));
    assert_true(model->weights.confusion[2][7] < STANDARD_WEIGHTS.confusion[2][7]);
    assert_true(model->weights.confusion[3][7] == STANDARD_WEIGHTS.confusion[3][7]);
    model_free(&model);
    classification_done(&before);
    classification_done(&after);
    free(letter);
}

static void a_worse_model_is_refused_and_an_earlier_one_put_back(void **state)
{
    struct office *office = *state;
    struct model *bad = model_new();
    struct byte_writer writer = {0};
    int64_t current = -1;
    assert_non_null(bad);
    assert_true(weights_set(&bad->weights, weights_find("number"), -20));
    model_encode(bad, &writer);
    assert_ok(office,
              durable_write_file("bad.model", writer.bytes, writer.length, 0600, &office->fault));
    byte_writer_done(&writer);
    model_free(&bad);
    assert_int_equal(
        run("posteingang --config office/posteingang.yaml learn --try bad.model --json"), 1);
    json_t *told = output();
    assert_true(json_is_false(json_object_get(told, "accepted")));
    json_decref(told);
    assert_ok(office, model_current(office->ledger, &current, &office->fault));
    assert_int_equal(current, 1);
    assert_int_equal(run("posteingang --config office/posteingang.yaml learn --use 2"), 1);
    assert_int_equal(run("posteingang --config office/posteingang.yaml learn --use 0"), 0);
    assert_ok(office, model_current(office->ledger, &current, &office->fault));
    assert_int_equal(current, 0);
    assert_int_equal(run("posteingang --config office/posteingang.yaml learn --use 1"), 0);
    assert_ok(office, model_current(office->ledger, &current, &office->fault));
    assert_int_equal(current, 1);
    assert_int_equal(run("posteingang --config office/posteingang.yaml learn --list"), 0);
    char *words = NULL;
    size_t length = 0;
    assert_ok(office, file_read("out", 10000, &words, &length, &office->fault));
    assert_non_null(strstr(words, "refused"));
    assert_non_null(strstr(words, "current"));
    free(words);
}

static void the_report_counts_what_people_said(void **state)
{
    struct office *office = *state;
    char number[32];
    case_number(1, number);
    char *letter = letter_about(1, false, plain);
    take_letter(office, letter);
    struct document_id id = decide(office, number);
    say(office, id, &(struct correction){.is_misfiled = true});
    free(letter);
    assert_int_equal(run("posteingang --config office/posteingang.yaml report matching --json"), 0);
    json_t *told = output();
    json_t *filed = json_object_get(told, "filed");
    json_t *misfiled = json_object_get(told, "misfiled");
    assert_int_equal(json_integer_value(json_object_get(told, "decisions")), CASES + 1);
    assert_int_equal(json_integer_value(json_object_get(filed, "count")), CASES / 2 + 1);
    assert_int_equal(json_integer_value(json_object_get(misfiled, "count")), 1);
    assert_int_equal(json_integer_value(json_object_get(misfiled, "of")), CASES / 2 + 1);
    double most = json_real_value(json_object_get(misfiled, "most"));
    assert_true(most > 0.1 && most < 0.3); // 1 of 21: Wilson gives 0.2268
    json_t *at = json_array_get(json_object_get(told, "thresholds"), 8); // 0.9999: nothing
    assert_int_equal(json_integer_value(json_object_get(at, "filed")), 0);
    json_decref(told);
    assert_int_equal(run("posteingang --config office/posteingang.yaml report matching"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_decided_changes_the_next_decision),
        cmocka_unit_test(a_worse_model_is_refused_and_an_earlier_one_put_back),
        cmocka_unit_test(the_report_counts_what_people_said),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
