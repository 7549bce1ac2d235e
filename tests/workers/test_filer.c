/* test_filer.c - the filer as a real program, with a dispatcher that the test plays. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/workers/stage.h"
#include "tests/workers/world.h"

#include "base/durable.h"
#include "base/text.h"
#include "store/register.h"

struct filing {
    struct world *world;
    struct stage stage;
};

static const char header[] =
    "case_number;surname;given_names;birth_date;street;house_number;postcode;city;team\n";
static const char row_kowalke[] = "50.21.003318-9;Kowalke;Brigitte;1949-08-17;Ihlenfelder Straße;"
                                  "118a;17034;Neubrandenburg;SG 50.2\n";
static const char row_nobody[] = "50.41.020455-9;Nowacki;Grzegorz;1971-02-03;Rosa-Luxemburg-"
                                 "Straße;24;17034;Neubrandenburg;SG 50.4\n";

static void import(struct world *world, const char *const *rows, size_t count)
{
    struct text csv = {0};
    text_append(&csv, header);
    for (size_t i = 0; i < count; i++)
        text_append(&csv, rows[i]);
    assert_int_equal(durable_write_file("register.csv", csv.bytes, csv.length, 0600, NULL),
                     STATUS_OK);
    text_done(&csv);
    const struct register_import import = {
        .csv_path = "register.csv", .force = true, .drop_share_most = 0.1, .actor = "test"};
    struct register_import_result result = {0};
    struct fault fault = {0};
    if (register_import_csv(world->ledger, &import, &result, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(result.persons, count);
}

static int set_up(void **state)
{
    struct filing *filing = calloc(1, sizeof *filing);
    void *world = NULL;
    if (world_set_up(&world) != 0)
        return -1;
    filing->world = world;
    stage_open(&filing->stage, filing->world->config->workers.address);
    *state = filing;
    return 0;
}

static int tear_down(void **state)
{
    struct filing *filing = *state;
    if (filing->stage.worker != 0)
        (void)stage_end(&filing->stage, SIGKILL);
    stage_close(&filing->stage);
    void *world = filing->world;
    free(filing);
    return world_tear_down(&world);
}

static void start_filer(struct filing *filing)
{
    static const char *const argv[] = {
        "posteingang-filer", "--config", "posteingang.yaml", "--name", "filer-1", NULL};
    stage_start(&filing->stage, argv);
    stage_await_ready(&filing->stage, 1);
}

/* A page with these words, one a line. */
static void encode_letter(const char *const *lines, size_t count, struct byte_writer *writer)
{
    static char engine[] = "test 1";
    struct reading_word words[64] = {0};
    uint32_t word_count = 0;
    for (size_t i = 0; i < count; i++) {
        char line[200];
        (void)snprintf(line, sizeof line, "%s", lines[i]);
        int32_t left = 100;
        for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
            assert_true(word_count < 64);
            words[word_count++] = (struct reading_word){
                .text = string_copy(word),
                .box = {left, 100 + 60 * (int32_t)i, 20 * (int32_t)strlen(word), 40},
                .confidence = 0.97F
            };
            left += 20 * (int32_t)strlen(word) + 20;
        }
        words[word_count - 1].break_after = READING_BREAK_LINE;
    }
    struct reading_page page = {.number = 1,
                                .width = 2480,
                                .height = 3508,
                                .dpi = 300,
                                .words = words,
                                .word_count = word_count};
    struct reading reading = {.engine = engine, .pages = &page, .page_count = 1};
    reading_encode(&reading, writer);
    assert_false(writer->failed);
    for (uint32_t i = 0; i < word_count; i++)
        free(words[i].text);
}

static void encode_objection(struct byte_writer *writer)
{
    static const char *const lines[] = {"Brigitte Kowalke",
                                        "Ihlenfelder Straße 118a",
                                        "17034 Neubrandenburg",
                                        "geboren am 17.08.1949",
                                        "Widerspruch gegen Ihren Bescheid vom 12.02.2026",
                                        "Aktenzeichen: 50.21.003318-9",
                                        "lege ich hiermit fristgerecht Widerspruch ein."};
    encode_letter(lines, sizeof lines / sizeof lines[0], writer);
}

/* Gives a match job and takes its result, whose strings the caller frees. */
static void match(struct filing *filing, struct wire_message *ret_result)
{
    struct byte_writer reading = {0};
    encode_objection(&reading);
    const struct stage_part part = {"reading", reading.bytes, reading.length};
    struct wire_message job = {.command = WIRE_JOB};
    job.as.job = (struct wire_job){.kind = WIRE_JOB_MATCH, .document = {{9}}};
    (void)stage_give(&filing->stage, &job, &part, 1);
    byte_writer_done(&reading);
    stage_expect(&filing->stage, WIRE_RESULT_MATCH, ret_result);
    struct byte_writer explanation[STAGE_PARTS_MOST];
    const struct wire_directory *directory = &ret_result->as.result_match.directory;
    assert_int_equal(directory->count, 1);
    assert_string_equal(directory->parts[0].name, "explanation");
    stage_take_parts(&filing->stage, ret_result, directory, explanation);
    assert_true(explanation[0].length > 2);
    assert_int_equal(explanation[0].bytes[0], '{');
    byte_writer_done(&explanation[0]);
    stage_settle(&filing->stage, ret_result, WIRE_ACCEPTED);
}

static void letter_with_its_case_number_is_to_be_filed(void **state)
{
    struct filing *filing = *state;
    const char *const rows[] = {row_kowalke, row_nobody};
    import(filing->world, rows, 2);
    start_filer(filing);
    struct wire_message result = {0};
    match(filing, &result);
    const struct wire_result_match *decision = &result.as.result_match;
    if (decision->to_file != 1)
        fail_msg("not to be filed: %s", decision->reason);
    assert_string_equal(decision->case_number, "50.21.003318-9");
    assert_string_equal(decision->team, "SG 50.2");
    assert_true(decision->confidence > 0.99);
    assert_true(decision->reason[0] != '\0');
    assert_true(decision->rules_version[0] != '\0');
    assert_true(decision->register_version > 0);
    wire_message_done(&result);
}

static void without_a_register_a_person_decides(void **state)
{
    struct filing *filing = *state;
    start_filer(filing);
    struct wire_message result = {0};
    match(filing, &result);
    assert_int_equal(result.as.result_match.to_file, 0);
    assert_int_equal(result.as.result_match.register_version, 0);
    assert_non_null(strstr(result.as.result_match.reason, "Fallregister"));
    wire_message_done(&result);
}

static void case_without_a_team_goes_to_a_person(void **state)
{
    struct filing *filing = *state;
    char row[256];
    (void)snprintf(row, sizeof row, "%.*s\n", (int)(strlen(row_kowalke) - strlen("SG 50.2\n")),
                   row_kowalke);
    const char *const rows[] = {row, row_nobody};
    struct text csv = {0};
    text_append_format(&csv, "%s%s%s", header, rows[0], rows[1]);
    assert_int_equal(durable_write_file("register.csv", csv.bytes, csv.length, 0600, NULL),
                     STATUS_OK);
    text_done(&csv);
    const struct register_import import = {
        .csv_path = "register.csv", .force = true, .drop_share_most = 0.1, .actor = "test"};
    struct register_import_result imported = {0};
    assert_int_equal(register_import_csv(filing->world->ledger, &import, &imported, NULL),
                     STATUS_OK);
    if (imported.persons < 2)
        skip(); // the register refuses such rows at the door
    start_filer(filing);
    struct wire_message result = {0};
    match(filing, &result);
    assert_int_equal(result.as.result_match.to_file, 0);
    assert_non_null(strstr(result.as.result_match.reason, "Team"));
    wire_message_done(&result);
}

static void new_register_is_used_without_a_restart(void **state)
{
    struct filing *filing = *state;
    const char *const rows[] = {row_nobody, row_kowalke};
    import(filing->world, rows, 1);
    start_filer(filing);
    struct wire_message result = {0};
    match(filing, &result);
    assert_int_equal(result.as.result_match.to_file, 0);
    int64_t before = result.as.result_match.register_version;
    wire_message_done(&result);
    import(filing->world, rows, 2);
    int64_t version = before;
    for (int tries = 0; tries < 100 && version == before; tries++) {
        stage_pass(&filing->stage, 200);
        match(filing, &result);
        version = result.as.result_match.register_version;
        if (version != before)
            assert_int_equal(result.as.result_match.to_file, 1);
        wire_message_done(&result);
    }
    assert_true(version > before);
}

static void junk_is_the_documents_failure(void **state)
{
    struct filing *filing = *state;
    start_filer(filing);
    const struct stage_part part = {"reading", "no reading", 10};
    struct wire_message job = {.command = WIRE_JOB};
    job.as.job = (struct wire_job){.kind = WIRE_JOB_MATCH};
    (void)stage_give(&filing->stage, &job, &part, 1);
    struct wire_message fail = {0};
    stage_expect(&filing->stage, WIRE_FAIL, &fail);
    assert_int_equal(fail.as.fail.failure, WIRE_FAILURE_CONTENT);
    stage_settle(&filing->stage, &fail, WIRE_ACCEPTED);
    wire_message_done(&fail);
}

/* ---- filing --------------------------------------------------------------------------------- */

static void give_filing(struct filing *filing, const char *case_number, const char *pdf)
{
    const struct stage_part parts[] = {
        {"dokument.pdf",  pdf,    strlen(pdf)},
        {"text.txt",      "",     0          },
        {"original.tiff", "II*",  3          },
        {"dokument.json", "{}\n", 3          }
    };
    static char team[] = "SG 50.2";
    struct wire_message job = {.command = WIRE_JOB};
    job.as.job = (struct wire_job){.kind = WIRE_JOB_FILE,
                                   .document = {{0x01, 0x92}},
                                   .case_number = (char *)(uintptr_t)case_number,
                                   .team = team};
    (void)stage_give(&filing->stage, &job, parts, 4);
}

static void filed_document_stands_in_the_cabinet(void **state)
{
    struct filing *filing = *state;
    start_filer(filing);
    for (int i = 0; i < 2; i++) {
        give_filing(filing, "SG 50.2/563800/12", "%PDF-1.7");
        struct wire_message result = {0};
        stage_expect(&filing->stage, WIRE_RESULT_FILE, &result);
        assert_string_equal(result.as.result_file.place,
                            "SG 50.2/SG 50.2%2F563800%2F12/01920000-0000-0000-0000-000000000000");
        char path[700];
        (void)snprintf(path, sizeof path, "cabinet/%s/dokument.pdf", result.as.result_file.place);
        char *bytes = NULL;
        size_t length = 0;
        assert_int_equal(file_read(path, 100, &bytes, &length, NULL), STATUS_OK);
        assert_string_equal(bytes, "%PDF-1.7");
        free(bytes);
        stage_settle(&filing->stage, &result, WIRE_ACCEPTED);
        wire_message_done(&result);
    }
}

static void other_content_of_a_filed_document_is_a_failure(void **state)
{
    struct filing *filing = *state;
    start_filer(filing);
    give_filing(filing, "50.21.003318-9", "%PDF-1.7");
    struct wire_message message = {0};
    stage_expect(&filing->stage, WIRE_RESULT_FILE, &message);
    stage_settle(&filing->stage, &message, WIRE_ACCEPTED);
    wire_message_done(&message);
    give_filing(filing, "50.21.003318-9", "%PDF-1.4");
    stage_expect(&filing->stage, WIRE_FAIL, &message);
    assert_int_equal(message.as.fail.failure, WIRE_FAILURE_CONTENT);
    stage_settle(&filing->stage, &message, WIRE_ACCEPTED);
    wire_message_done(&message);
}

static void nothing_is_filed_without_a_case(void **state)
{
    struct filing *filing = *state;
    start_filer(filing);
    give_filing(filing, "", "%PDF-1.7");
    struct wire_message message = {0};
    stage_expect(&filing->stage, WIRE_FAIL, &message);
    assert_int_equal(message.as.fail.failure, WIRE_FAILURE_CONTENT);
    wire_message_done(&message);
}

/* Tells the filer to file once more, from `old_place`; the place that comes back. */
static void move_filing(struct filing *filing, const char *case_number, const char *old_place,
                        size_t part_count, char ret_place[700])
{
    const struct stage_part parts[] = {
        {"withdraw",     old_place,  strlen(old_place)},
        {"dokument.pdf", "%PDF-1.7", 8                }
    };
    static char team[] = "SG 50.3";
    struct wire_message job = {.command = WIRE_JOB};
    job.as.job = (struct wire_job){.kind = WIRE_JOB_FILE,
                                   .document = {{0x01, 0x92}},
                                   .case_number = (char *)(uintptr_t)case_number,
                                   .team = team};
    (void)stage_give(&filing->stage, &job, parts, part_count);
    struct wire_message result = {0};
    stage_expect(&filing->stage, WIRE_RESULT_FILE, &result);
    (void)snprintf(ret_place, 700, "%s", result.as.result_file.place);
    stage_settle(&filing->stage, &result, WIRE_ACCEPTED);
    wire_message_done(&result);
}

static bool is_in_cabinet(const char *place)
{
    char path[800];
    char *bytes = NULL;
    size_t length = 0;
    (void)snprintf(path, sizeof path, "cabinet/%s/dokument.pdf", place);
    bool is = file_read(path, 100, &bytes, &length, NULL) == STATUS_OK;
    free(bytes);
    return is;
}

static void a_moved_document_leaves_its_old_case_and_a_recalled_one_the_cabinet(void **state)
{
    struct filing *filing = *state;
    char first[700];
    char second[700];
    char gone[700];
    start_filer(filing);
    give_filing(filing, "50.21.003318-9", "%PDF-1.7");
    struct wire_message result = {0};
    stage_expect(&filing->stage, WIRE_RESULT_FILE, &result);
    (void)snprintf(first, sizeof first, "%s", result.as.result_file.place);
    stage_settle(&filing->stage, &result, WIRE_ACCEPTED);
    wire_message_done(&result);
    move_filing(filing, "50.31.000002-2", first, 2, second);
    assert_true(is_in_cabinet(second));
    assert_false(is_in_cabinet(first));
    move_filing(filing, "50.31.000002-2", second, 2, second); // described anew: it stays
    assert_true(is_in_cabinet(second));
    move_filing(filing, "", second, 1, gone);
    assert_string_equal(gone, second);
    assert_false(is_in_cabinet(second));
}

static void says_goodbye_when_stopped(void **state)
{
    struct filing *filing = *state;
    start_filer(filing);
    assert_int_equal(kill(filing->stage.worker, SIGTERM), 0);
    struct wire_message message = {0};
    stage_expect(&filing->stage, WIRE_DRAIN, &message);
    stage_expect(&filing->stage, WIRE_BYE, &message);
    stage_say(&filing->stage, &message);
    wire_message_done(&message);
    assert_int_equal(stage_end(&filing->stage, 0), 0);
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        PROMISE(letter_with_its_case_number_is_to_be_filed),
        PROMISE(without_a_register_a_person_decides),
        PROMISE(case_without_a_team_goes_to_a_person),
        PROMISE(new_register_is_used_without_a_restart),
        PROMISE(junk_is_the_documents_failure),
        PROMISE(filed_document_stands_in_the_cabinet),
        PROMISE(other_content_of_a_filed_document_is_a_failure),
        PROMISE(nothing_is_filed_without_a_case),
        PROMISE(a_moved_document_leaves_its_old_case_and_a_recalled_one_the_cabinet),
        PROMISE(says_goodbye_when_stopped),
    };
    return cmocka_run_group_tests_name("filer", tests, NULL, NULL);
}
