/* test_reader.c - the reader as a real program, with a dispatcher that the test plays. */
// SPDX-License-Identifier: EUPL-1.2
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/workers/stage.h"

#include "base/durable.h"
#include "base/reading.h"

enum { SCAN_BYTES_MOST = 4000000 };

static struct wire_message read_job(void)
{
    static char site[] = "Demmin", source[] = "scan.png", format[] = "png";
    struct wire_message job = {.command = WIRE_JOB};
    job.as.job = (struct wire_job){
        .kind = WIRE_JOB_READ, .scan = {{1}}, .site = site, .source = source, .format = format};
    return job;
}

/* A letter of one page. */
static struct stage_part sample_scan(void)
{
    char path[600];
    char *bytes = NULL;
    size_t length = 0;
    struct fault fault = {0};
    (void)snprintf(path, sizeof path, "%s/tests/samples/drop/Waren/Attest.png",
                   getenv("SOURCE_DIR"));
    if (file_read(path, SCAN_BYTES_MOST, &bytes, &length, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    return (struct stage_part){"scan", bytes, length};
}

static void free_scan(struct stage_part *scan)
{
    free((void *)(uintptr_t)scan->bytes);
}

static void start_reader(struct stage *stage, const char *retire_after)
{
    const char *const argv[] = {
        "posteingang-reader", "--connect", stage->address,   "--name",     "reader-1",
        "--scan-size",        "4000000",   "--retire-after", retire_after, NULL};
    stage_start(stage, argv);
    stage_await_ready(stage, stage->readies + 1);
}

static int set_up(void **state)
{
    static int number;
    static char root[300];
    struct stage *stage = calloc(1, sizeof *stage);
    char address[500];
    if (number == 0)
        assert_non_null(getcwd(root, sizeof root));
    (void)snprintf(address, sizeof address, "ipc://%s/%d/x.sock", root, ++number);
    stage_open(stage, address);
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    if (stage->worker != 0)
        (void)stage_end(stage, SIGKILL);
    stage_close(stage);
    free(stage);
    return 0;
}

static void free_parts(struct byte_writer *parts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        byte_writer_done(&parts[i]);
}

static void reads_a_letter(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "0");
    assert_string_equal(stage->name, "reader-1");
    assert_int_equal(stage->jobs, 1);
    struct stage_part scan = sample_scan();
    struct wire_message job = read_job();
    int64_t number = stage_give(stage, &job, &scan, 1);
    free_scan(&scan);
    struct wire_message result = {0};
    stage_expect(stage, WIRE_RESULT_READ, &result);
    assert_int_equal(result.job, number);
    assert_int_equal(result.attempt, 1);
    assert_int_equal(result.as.result_read.pages.count, 1);
    assert_int_equal(result.as.result_read.document_count, 1);
    const struct wire_directory *directory = &result.as.result_read.directory;
    assert_int_equal(directory->count, 4);
    struct byte_writer parts[STAGE_PARTS_MOST];
    stage_take_parts(stage, &result, directory, parts);
    struct reading reading = {0};
    assert_int_equal(reading_decode(parts[0].bytes, parts[0].length, &reading, NULL), STATUS_OK);
    assert_int_equal(reading.page_count, 1);
    assert_true(reading.pages[0].word_count > 20);
    reading_done(&reading);
    assert_non_null(memmem(parts[1].bytes, parts[1].length, "Neubrandenburg", 14));
    assert_memory_equal(parts[2].bytes, "%PDF-", 5);
    const struct page_facts *page = &result.as.result_read.pages.pages[0];
    assert_true(page_facts_lie_within(page, parts[3].length));
    assert_true(page_media_matches(page->preview.media, parts[3].bytes + page->preview.span.offset,
                                   page->preview.span.length));
    free_parts(parts, 4);
    stage_settle(stage, &result, WIRE_ACCEPTED);
    wire_message_done(&result);
}

static void refuses_what_is_no_scan_with_a_sentence(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "0");
    const struct stage_part junk = {"scan", "this is no picture", 18};
    struct wire_message job = read_job();
    (void)stage_give(stage, &job, &junk, 1);
    struct wire_message fail = {0};
    stage_expect(stage, WIRE_FAIL, &fail);
    assert_int_equal(fail.as.fail.failure, WIRE_FAILURE_REFUSED);
    assert_true(strlen(fail.as.fail.reason) > 10);
    stage_settle(stage, &fail, WIRE_ACCEPTED);
    wire_message_done(&fail);
}

static void declines_scans_that_are_too_long(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "0");
    static char name[] = "scan";
    struct wire_part part = {name, SCAN_BYTES_MOST + 1, {{0}}};
    struct wire_message job = read_job();
    job.job = 1;
    job.attempt = 1;
    job.as.job.lease_ms = 1000;
    job.as.job.directory = (struct wire_directory){&part, 1};
    stage_say(stage, &job);
    struct wire_message fail = {0};
    stage_expect(stage, WIRE_FAIL, &fail);
    assert_int_equal(fail.as.fail.failure, WIRE_FAILURE_CONTENT);
    wire_message_done(&fail);
}

static void changed_bytes_are_not_read(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "0");
    static char name[] = "scan";
    struct wire_part part = {name, 3, digest_of("abc", 3)};
    struct wire_message job = read_job();
    job.job = 1;
    job.attempt = 1;
    job.as.job.lease_ms = 1000;
    job.as.job.directory = (struct wire_directory){&part, 1};
    stage_say(stage, &job);
    struct wire_message chunk = {.command = WIRE_CHUNK, .job = 1, .attempt = 1};
    chunk.as.chunk = (struct wire_chunk){0, 0, "abX", 3};
    stage_say(stage, &chunk);
    struct wire_message fail = {0};
    stage_expect(stage, WIRE_FAIL, &fail);
    assert_int_equal(fail.as.fail.failure, WIRE_FAILURE_CONTENT);
    assert_non_null(strstr(fail.as.fail.reason, "digest"));
    wire_message_done(&fail);
}

static void result_is_said_again_until_it_is_settled(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "0");
    struct stage_part scan = sample_scan();
    struct wire_message job = read_job();
    int64_t number = stage_give(stage, &job, &scan, 1);
    free_scan(&scan);
    struct wire_message first = {0};
    stage_expect(stage, WIRE_RESULT_READ, &first);
    /* Forgotten by the dispatcher. */
    unsigned readies = stage->readies;
    stage_say(stage, &(struct wire_message){.command = WIRE_UNKNOWN});
    stage_await_ready(stage, readies + 1);
    assert_int_equal(stage->held_job, number);
    struct wire_message again = {0};
    stage_expect(stage, WIRE_RESULT_READ, &again);
    assert_int_equal(again.job, number);
    /* A dispatcher started anew. */
    readies = stage->readies;
    stage_close(stage);
    stage_open(stage, stage->address);
    stage_await_ready(stage, readies + 1);
    assert_int_equal(stage->held_job, number);
    wire_message_done(&again);
    stage_expect(stage, WIRE_RESULT_READ, &again);
    /* The disk is full for a moment. */
    stage_settle(stage, &again, WIRE_REPEAT);
    wire_message_done(&again);
    stage_expect(stage, WIRE_RESULT_READ, &again);
    struct byte_writer parts[STAGE_PARTS_MOST];
    stage_take_parts(stage, &again, &again.as.result_read.directory, parts);
    free_parts(parts, again.as.result_read.directory.count);
    for (uint32_t i = 0; i < first.as.result_read.directory.count; i++)
        assert_true(digest_equal(&first.as.result_read.directory.parts[i].digest,
                                 &again.as.result_read.directory.parts[i].digest));
    stage_settle(stage, &again, WIRE_ACCEPTED);
    wire_message_done(&first);
    wire_message_done(&again);
    readies = stage->readies;
    stage_say(stage, &(struct wire_message){.command = WIRE_UNKNOWN});
    stage_await_ready(stage, readies + 1);
    assert_int_equal(stage->held_job, 0);
}

static void stale_job_is_dropped_and_the_next_one_taken(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "0");
    struct stage_part scan = sample_scan();
    struct wire_message job = read_job();
    (void)stage_give(stage, &job, &scan, 1);
    stage_settle(stage, &job, WIRE_STALE);
    job = read_job();
    int64_t number = stage_give(stage, &job, &scan, 1);
    free_scan(&scan);
    struct wire_message result = {0};
    stage_expect(stage, WIRE_RESULT_READ, &result);
    assert_int_equal(result.job, number);
    wire_message_done(&result);
}

static void says_goodbye_when_stopped(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "0");
    assert_int_equal(kill(stage->worker, SIGTERM), 0);
    struct wire_message message = {0};
    stage_expect(stage, WIRE_DRAIN, &message);
    stage_expect(stage, WIRE_BYE, &message);
    assert_int_equal(message.as.bye.parting, WIRE_LEAVING);
    stage_say(stage, &message);
    wire_message_done(&message);
    assert_int_equal(stage_end(stage, 0), 0);
}

static void finishes_the_scan_in_hand_when_stopped(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "0");
    struct stage_part scan = sample_scan();
    struct wire_message job = read_job();
    (void)stage_give(stage, &job, &scan, 1);
    free_scan(&scan);
    stage_pass(stage, 300);
    assert_int_equal(kill(stage->worker, SIGTERM), 0);
    struct wire_message message = {0};
    do {
        wire_message_done(&message);
        stage_hear(stage, &message, NULL);
    } while (message.command == WIRE_PROGRESS || message.command == WIRE_DRAIN ||
             message.command == WIRE_CREDIT);
    /* On a busy machine it may have run out of time and given the scan back instead. */
    assert_true(message.command == WIRE_RESULT_READ ||
                (message.command == WIRE_FAIL && message.as.fail.failure == WIRE_FAILURE_SYSTEM));
    stage_settle(stage, &message, WIRE_ACCEPTED);
    wire_message_done(&message);
    assert_int_equal(stage_end(stage, 0), 0);
}

static void retires_after_its_scans(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "2");
    for (int i = 0; i < 2; i++) {
        const struct stage_part junk = {"scan", "this is no picture", 18};
        struct wire_message job = read_job();
        (void)stage_give(stage, &job, &junk, 1);
        struct wire_message fail = {0};
        stage_expect(stage, WIRE_FAIL, &fail);
        stage_settle(stage, &fail, WIRE_ACCEPTED);
        wire_message_done(&fail);
    }
    struct wire_message message = {0};
    stage_expect(stage, WIRE_DRAIN, &message);
    stage_expect(stage, WIRE_BYE, &message);
    wire_message_done(&message);
    assert_int_equal(stage_end(stage, 0), 0);
}

static void ends_when_the_dispatcher_is_of_another_version(void **state)
{
    struct stage *stage = *state;
    start_reader(stage, "0");
    static char reason[] = "another version";
    struct wire_message bye = {.command = WIRE_BYE};
    bye.as.bye = (struct wire_bye){WIRE_OTHER_VERSION, reason};
    stage_say(stage, &bye);
    assert_int_equal(stage_end(stage, 0), EXIT_UNREACHABLE);
}

static void wrong_usage_is_explained(void **state)
{
    struct stage *stage = *state;
    static const char *const wrong[][4] = {
        {"posteingang-reader", NULL},
        {                    "posteingang-reader",                 "--connect",                    NULL},
        { "posteingang-reader", "--connect=ipc:///x",                    "--sandbox=maybe", NULL},
        {                    "posteingang-reader", "--connect=ipc:///x",                    "--log-level=loud", NULL},
        {                    "posteingang-reader", "--connect=ipc:///x",                    "rest", NULL},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        stage_start(stage, wrong[i]);
        assert_int_equal(stage_end(stage, 0), EXIT_USAGE);
    }
    static const char *const model[] = {"posteingang-reader", "--connect=ipc:///x",
                                        "--tessdata=/nonexistent", NULL};
    stage_start(stage, model);
    assert_int_not_equal(stage_end(stage, 0), 0);
}

/* Starts a reader on a kernel that lacks one layer, as far as it is told; its exit code. */
static int run_without(struct stage *stage, const char *layer, const char *word)
{
    char sandbox[32];
    (void)snprintf(sandbox, sizeof sandbox, "--sandbox=%s", word);
    const char *const argv[] = {"posteingang-reader", "--connect=ipc:///nowhere/x.sock", sandbox,
                                "--tessdata=/nonexistent", NULL};
    (void)unlink("posteingang-reader.log");
    assert_int_equal(setenv("POSTEINGANG_PRETEND_WITHOUT", layer, 1), 0);
    stage_start(stage, argv);
    assert_int_equal(unsetenv("POSTEINGANG_PRETEND_WITHOUT"), 0);
    return stage_end(stage, 0);
}

static bool log_says(const char *words)
{
    char *bytes = NULL;
    size_t length = 0;
    assert_int_equal(file_read("posteingang-reader.log", 1 << 20, &bytes, &length, NULL),
                     STATUS_OK);
    bool says = strstr(bytes, words) != NULL;
    free(bytes);
    return says;
}

static void a_missing_layer_is_refused_or_said_loudly(void **state)
{
    struct stage *stage = *state;
    static const char *const layers[] = {"Landlock", "seccomp", "resource limits",
                                         "no new privileges"};
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        assert_int_equal(run_without(stage, layers[i], "required"), EXIT_UNREACHABLE);
        assert_true(log_says("this kernel lacks a layer of the sandbox: "));
        assert_true(log_says(layers[i]));
        // There is no model where it looks, so that it ends; but it has come past the sandbox.
        assert_int_not_equal(run_without(stage, layers[i], "preferred"), EXIT_DONE);
        assert_true(log_says("THE SANDBOX IS NOT WHOLE"));
        assert_true(log_says(layers[i]));
        assert_false(log_says("lacks a layer of the sandbox: "));
    }
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        PROMISE(reads_a_letter),
        PROMISE(refuses_what_is_no_scan_with_a_sentence),
        PROMISE(declines_scans_that_are_too_long),
        PROMISE(changed_bytes_are_not_read),
        PROMISE(result_is_said_again_until_it_is_settled),
        PROMISE(stale_job_is_dropped_and_the_next_one_taken),
        PROMISE(says_goodbye_when_stopped),
        PROMISE(finishes_the_scan_in_hand_when_stopped),
        PROMISE(retires_after_its_scans),
        PROMISE(ends_when_the_dispatcher_is_of_another_version),
        PROMISE(wrong_usage_is_explained),
        PROMISE(a_missing_layer_is_refused_or_said_loudly),
    };
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
