/* test_dispatch.c - the dispatcher as a real program, with workers that the test plays. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/workers/world.h"

#include "base/bell.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/arrangement.h"

enum { PDF_BYTES = 3 * WIRE_CHUNK_BYTES_MOST, ALL_CHUNKS = INT_MAX };

static void take_and_free(struct world *world, struct actor *actor)
{
    struct wire_message job = {0};
    actor_take_job(world, actor, &job);
    wire_message_done(&job);
}

static void grants_a_scan_with_its_bytes_and_takes_the_reading(void **state)
{
    struct world *world = *state;
    size_t length = 3 * WIRE_CHUNK_BYTES_MOST + 17;
    uint8_t *bytes = malloc(length);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    struct scan_id scan = world_scan(world, bytes, length);
    free(bytes);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    struct wire_message job = {0};
    actor_take_job(world, reader, &job);
    assert_int_equal(job.as.job.kind, WIRE_JOB_READ);
    assert_int_equal(job.attempt, 1);
    assert_true(uuid_equal(&job.as.job.scan, &scan.uuid));
    assert_true(uuid_is_nil(&job.as.job.document));
    assert_string_equal(job.as.job.site, "Demmin");
    assert_string_equal(job.as.job.source, "scan.tif");
    assert_string_equal(job.as.job.format, "tiff");
    assert_int_equal(job.as.job.directory.count, 1);
    assert_int_equal(job.as.job.directory.parts[0].size, length);
    wire_message_done(&job);
    assert_int_equal(world_scan_state(world, scan), SCAN_READING);
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
    assert_int_equal(world_documents(world, DOCUMENT_MATCHING), 1);
}

static void sends_no_more_than_was_credited(void **state)
{
    struct world *world = *state;
    size_t length = 8 * WIRE_CHUNK_BYTES_MOST;
    uint8_t *bytes = calloc(1, length);
    (void)world_scan(world, bytes, length);
    free(bytes);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    struct wire_message message = {0};
    actor_expect(world, reader, WIRE_JOB, &message);
    reader->job = message.job;
    reader->attempt = message.attempt;
    wire_message_done(&message);
    for (uint32_t i = 0; i < PARCEL_CREDITS; i++)
        actor_expect(world, reader, WIRE_CHUNK, &message);
    actor_hears_nothing(world, reader, 300);
    for (uint32_t credit = 1; credit <= 3; credit++) {
        message = (struct wire_message){
            .command = WIRE_CREDIT, .job = reader->job, .attempt = reader->attempt};
        message.as.credit.chunks = credit;
        actor_say(world, reader, &message);
        for (uint32_t i = 0; i < credit; i++)
            actor_expect(world, reader, WIRE_CHUNK, &message);
        actor_hears_nothing(world, reader, 300);
    }
}

static void bell_wakes_it_at_once(void **state)
{
    struct world *world = *state;
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    (void)world_scan(world, "bytes", 5);
    assert_true(bell_ring(world->config->workers.address));
    take_and_free(world, reader);
}

static void poll_finds_work_without_a_bell(void **state)
{
    struct world *world = *state;
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    (void)world_scan(world, "bytes", 5);
    take_and_free(world, reader);
}

static void progress_keeps_the_lease_alive(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    for (uint32_t page = 1; page <= 6; page++) {
        world_pass(world, world->config->workers.lease_ms / 4);
        struct wire_message progress = {
            .command = WIRE_PROGRESS, .job = reader->job, .attempt = reader->attempt};
        progress.as.progress = (struct wire_progress){page, 6};
        actor_say(world, reader, &progress);
    }
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

struct worker_look {
    uint32_t page_done, page_count;
};

static enum status look_at_worker(void *context, const struct worker_record *record,
                                  struct fault *fault)
{
    struct worker_look *look = context;
    (void)fault;
    look->page_done = record->page_done;
    look->page_count = record->page_count;
    return STATUS_OK;
}

static void page_progress_stands_in_the_ledger(void **state)
{
    struct world *world = *state;
    (void)world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    struct worker_look look = {0};
    for (int i = 0; i < 100 && look.page_done != 3; i++) {
        struct wire_message progress = {
            .command = WIRE_PROGRESS, .job = reader->job, .attempt = reader->attempt};
        progress.as.progress = (struct wire_progress){3, 7};
        actor_say(world, reader, &progress);
        world_pass(world, 100);
        assert_int_equal(ledger_workers(world->ledger, look_at_worker, &look, NULL), STATUS_OK);
    }
    assert_int_equal(look.page_done, 3);
    assert_int_equal(look.page_count, 7);
}

static void vanished_workers_job_goes_to_another_at_once(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *first = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, first);
    take_and_free(world, first);
    struct actor *second = actor_new(world, "reader-2", WIRE_READER);
    actor_join(world, second);
    actor_hears_nothing(world, second, 300);
    int64_t gone_ms = clock_monotonic_ms(clock_system());
    actor_vanish(first);
    struct wire_message job = {0};
    actor_take_job(world, second, &job);
    int64_t waited_ms = clock_monotonic_ms(clock_system()) - gone_ms;
    assert_true(waited_ms < world->config->workers.lease_ms + PATIENCE_MS);
    assert_int_equal(job.attempt, 2);
    wire_message_done(&job);
    actor_deliver_reading(world, second, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, second, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

static void worker_that_vanishes_while_delivering_leaves_nothing(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *first = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, first);
    take_and_free(world, first);
    actor_deliver_reading(world, first, 4 * PDF_BYTES, 5);
    actor_vanish(first);
    struct actor *second = actor_new(world, "reader-2", WIRE_READER);
    actor_join(world, second);
    take_and_free(world, second);
    assert_int_equal(second->attempt, 2);
    assert_int_equal(world_documents(world, DOCUMENT_MATCHING), 0);
    actor_deliver_reading(world, second, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, second, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
    assert_int_equal(world_documents(world, DOCUMENT_MATCHING), 1);
}

static void silent_worker_loses_its_job_and_its_late_result_is_refused(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *slow = actor_new(world, "reader-slow", WIRE_READER);
    actor_join(world, slow);
    take_and_free(world, slow);
    slow->is_mute = true;
    struct actor *quick = actor_new(world, "reader-quick", WIRE_READER);
    actor_join(world, quick);
    take_and_free(world, quick);
    assert_int_equal(quick->job, slow->job);
    assert_int_equal(quick->attempt, 2);
    actor_deliver_reading(world, quick, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, quick, WIRE_ACCEPTED);
    /* The slow one comes back, as if it had only slept. */
    slow->is_mute = false;
    actor_join(world, slow);
    actor_settlement(world, slow, WIRE_STALE);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
    assert_int_equal(world_documents(world, DOCUMENT_MATCHING), 1);
}

static void result_after_settlement_changes_nothing(void **state)
{
    struct world *world = *state;
    (void)world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    int64_t job = reader->job;
    uint32_t attempt = reader->attempt;
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    for (int i = 0; i < 3; i++) {
        reader->job = job;
        reader->attempt = attempt;
        actor_deliver_reading(world, reader, PDF_BYTES, 0);
        actor_settlement(world, reader, WIRE_STALE);
    }
    assert_int_equal(world_documents(world, DOCUMENT_MATCHING), 1);
}

static void result_of_anothers_job_changes_nothing(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *owner = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, owner);
    take_and_free(world, owner);
    struct actor *thief = actor_new(world, "reader-2", WIRE_READER);
    actor_join(world, thief);
    thief->job = owner->job;
    thief->attempt = owner->attempt;
    actor_deliver_reading(world, thief, PDF_BYTES, 0);
    actor_settlement(world, thief, WIRE_STALE);
    thief->job = owner->job;
    thief->attempt = owner->attempt;
    actor_fail(world, thief, WIRE_FAILURE_REFUSED, "Nein.");
    actor_settlement(world, thief, WIRE_STALE);
    assert_int_equal(world_scan_state(world, scan), SCAN_READING);
    actor_deliver_reading(world, owner, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, owner, WIRE_ACCEPTED);
}

static void worker_keeps_its_job_over_a_restart(void **state)
{
    struct world *world = *state;
    static const int signals[] = {SIGKILL, SIGTERM};
    for (size_t i = 0; i < 2; i++) {
        char bytes[16];
        (void)snprintf(bytes, sizeof bytes, "scan %zu", i);
        struct scan_id scan = world_scan(world, bytes, strlen(bytes));
        world_start(world);
        struct actor *reader = actor_new(world, i == 0 ? "reader-1" : "reader-2", WIRE_READER);
        actor_join(world, reader);
        take_and_free(world, reader);
        assert_int_equal(world_end(world, signals[i]), signals[i] == SIGKILL ? 128 + SIGKILL : 0);
        world_start(world);
        actor_join(world, reader);
        actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
        actor_settlement(world, reader, WIRE_ACCEPTED);
        assert_int_equal(world_scan_state(world, scan), SCAN_READ);
        actor_vanish(reader);
        assert_int_equal(world_end(world, SIGTERM), 0);
    }
    assert_int_equal(world_documents(world, DOCUMENT_MATCHING), 2);
}

static void result_cut_by_a_restart_is_delivered_again(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    actor_deliver_reading(world, reader, 4 * PDF_BYTES, 6);
    (void)world_end(world, SIGKILL);
    world_start(world);
    actor_vanish(reader);
    struct actor *again = actor_new(world, "reader-1", WIRE_READER);
    again->job = reader->job;
    again->attempt = reader->attempt;
    actor_join(world, again);
    actor_deliver_reading(world, again, 4 * PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, again, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
    assert_int_equal(world_documents(world, DOCUMENT_MATCHING), 1);
}

static void worker_that_does_not_come_back_loses_its_job_after_the_grace(void **state)
{
    struct world *world = *state;
    (void)world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *first = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, first);
    take_and_free(world, first);
    (void)world_end(world, SIGKILL);
    actor_vanish(first);
    world_start(world);
    struct actor *second = actor_new(world, "reader-2", WIRE_READER);
    actor_join(world, second);
    take_and_free(world, second);
    assert_int_equal(second->attempt, 2);
}

static void content_failures_end_with_a_person(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    for (uint32_t attempt = 1; attempt <= 3; attempt++) {
        take_and_free(world, reader);
        assert_int_equal(reader->attempt, attempt);
        actor_fail(world, reader, WIRE_FAILURE_CONTENT, "the page crashed its reader");
        actor_settlement(world, reader, WIRE_ACCEPTED);
    }
    assert_int_equal(world_scan_state(world, scan), SCAN_FAILED);
    actor_hears_nothing(world, reader, 1000);
}

static void refusal_is_final_and_keeps_its_words(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    actor_fail(world, reader, WIRE_FAILURE_REFUSED, "Die Datei ist verschlüsselt.");
    actor_settlement(world, reader, WIRE_ACCEPTED);
    struct scan_record record = {0};
    assert_int_equal(ledger_scan_get(world->ledger, scan, &record, NULL), STATUS_OK);
    assert_int_equal(record.state, SCAN_REFUSED);
    assert_string_equal(record.error, "Die Datei ist verschlüsselt.");
    scan_record_done(&record);
}

/* What a broken or hostile reader might deliver. */
struct bad_result {
    const char *name;
    struct page_facts page;
    uint32_t document_count;
    const char *parts[4];
    const char *reading; /* NULL: a good one */
    const char *text, *pdf;
    bool travels; /* only its bytes tell */
};

// clang-format off
#define GOOD_PAGE {.number = 1, .document = 1}
#define GOOD_PARTS {"1/reading", "1/text", "1/pdf", "pages"}
static const struct bad_result bad_results[] = {
    {"reading is no reading", GOOD_PAGE, 1, GOOD_PARTS, "rubbish", "t", "%PDF-1", false},
    {"text is not UTF-8", GOOD_PAGE, 1, GOOD_PARTS, NULL, "\xff", "%PDF-1", false},
    {"pdf is none", GOOD_PAGE, 1, GOOD_PARTS, NULL, "t", "<html>", false},
    {"pdf is empty", GOOD_PAGE, 1, GOOD_PARTS, NULL, "t", "", false},
    {"parts in another order", GOOD_PAGE, 1, {"1/text", "1/reading", "1/pdf", "pages"}, NULL, "t", "%PDF-1", false},
    {"parts of another document", GOOD_PAGE, 1, {"2/reading", "2/text", "2/pdf", "pages"}, NULL, "t", "%PDF-1", false},
    {"no page file", GOOD_PAGE, 1, {"1/reading", "1/text", "1/pdf", "2/reading"}, NULL, "t", "%PDF-1", false},
    {"more documents than parts", GOOD_PAGE, 2, GOOD_PARTS, NULL, "t", "%PDF-1", false},
    {"page of no document", {.number = 1}, 1, GOOD_PARTS, NULL, "t", "%PDF-1", false},
    {"page of a document that is not there", {.number = 1, .document = 2}, 1, GOOD_PARTS, NULL, "t", "%PDF-1", false},
    {"page 2 first", {.number = 2, .document = 1}, 1, GOOD_PARTS, NULL, "t", "%PDF-1", false},
    {"blank page in a document", {.number = 1, .outcome = PAGE_BLANK_SET_ASIDE, .document = 1}, 1, GOOD_PARTS, NULL, "t", "%PDF-1", false},
    {"picture beyond the page file", {.number = 1, .document = 1, .preview = {{8, 100}, PAGE_MEDIA_PNG, 10, 10}}, 1, GOOD_PARTS, NULL, "t", "%PDF-1", false},
    {"picture that is none", {.number = 1, .document = 1, .thumbnail = {{0, 20}, PAGE_MEDIA_JPEG, 10, 10}}, 1, GOOD_PARTS, NULL, "t", "%PDF-1", true},
};
// clang-format on

static void deliver_bad(struct world *world, struct actor *reader, const struct bad_result *bad)
{
    struct byte_writer reading = {0};
    if (bad->reading == NULL)
        sample_reading(&reading);
    else
        byte_writer_raw(&reading, bad->reading, strlen(bad->reading));
    const struct result_part parts[] = {
        {bad->parts[0], reading.bytes,               reading.length   },
        {bad->parts[1], bad->text,                   strlen(bad->text)},
        {bad->parts[2], bad->pdf,                    strlen(bad->pdf) },
        {bad->parts[3], "<script>alert(1)</script>", 25               },
    };
    struct page_facts page = bad->page;
    struct wire_message result = {.command = WIRE_RESULT_READ};
    result.as.result_read.pages = (struct wire_pages){&page, 1};
    result.as.result_read.document_count = bad->document_count;
    bool travels =
        bad->travels || bad->reading != NULL || bad->text[0] == '\xff' || bad->pdf[0] != '%';
    (void)actor_deliver(world, reader, &result, parts, 4, travels ? ALL_CHUNKS : 0);
    byte_writer_done(&reading);
}

static void unusable_results_are_rejected_and_count(void **state)
{
    struct world *world = *state;
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    for (size_t i = 0; i < sizeof bad_results / sizeof bad_results[0]; i++) {
        struct scan_id scan = world_scan(world, bad_results[i].name, strlen(bad_results[i].name));
        for (int attempt = 0; attempt < 3; attempt++) {
            take_and_free(world, reader);
            deliver_bad(world, reader, &bad_results[i]);
            print_message("%s\n", bad_results[i].name);
            actor_settlement(world, reader, WIRE_REJECTED);
        }
        if (world_scan_state(world, scan) != SCAN_FAILED)
            fail_msg("%s: the scan is %s", bad_results[i].name,
                     scan_state_name(world_scan_state(world, scan)));
    }
    assert_int_equal(world_documents(world, DOCUMENT_MATCHING), 0);
}

static void result_of_another_kind_is_rejected(void **state)
{
    static const enum wire_command others[] = {WIRE_RESULT_MATCH, WIRE_RESULT_FILE,
                                               WIRE_RESULT_COMPOSE};
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        take_and_free(world, reader);
        print_message("%s\n", wire_command_name(others[i]));
        struct wire_message result = {.command = others[i]};
        if (others[i] == WIRE_RESULT_COMPOSE)
            result.as.result_compose.document_count = 1;
        (void)actor_deliver(world, reader, &result, NULL, 0, 0);
        actor_settlement(world, reader, WIRE_REJECTED);
    }
    take_and_free(world, reader);
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

static void parts_that_do_not_match_their_digest_are_rejected(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    struct wire_part parts[4] = {
        {(char *)(uintptr_t) "1/reading", 3, {{0}}},
        {(char *)(uintptr_t) "1/text",    1, {{0}}},
        {(char *)(uintptr_t) "1/pdf",     1, {{0}}},
        {(char *)(uintptr_t) "pages",     1, {{0}}}
    };
    struct page_facts page = {.number = 1, .document = 1};
    struct wire_message result = {
        .command = WIRE_RESULT_READ, .job = reader->job, .attempt = reader->attempt};
    result.as.result_read = (struct wire_result_read){
        {&page, 1},
        1, {parts, 4}
    };
    actor_say(world, reader, &result);
    struct wire_message chunk = {
        .command = WIRE_CHUNK, .job = reader->job, .attempt = reader->attempt};
    chunk.as.chunk = (struct wire_chunk){0, 0, "abc", 3};
    actor_say(world, reader, &chunk);
    actor_settlement(world, reader, WIRE_REJECTED);
    take_and_free(world, reader);
    assert_int_equal(reader->attempt, 2);
    assert_int_equal(world_scan_state(world, scan), SCAN_READING);
}

static void missing_bytes_go_to_a_person_and_stop_nobody(void **state)
{
    struct world *world = *state;
    struct scan_id broken = world_scan(world, "to be lost", 10);
    struct scan_id good = world_scan(world, "to be kept", 10);
    struct digest digest = digest_of("to be lost", 10);
    char *path = spool_path(world->spool, &digest);
    assert_int_equal(unlink(path), 0);
    free(path);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    struct wire_message job = {0};
    actor_take_job(world, reader, &job);
    assert_true(uuid_equal(&job.as.job.scan, &good.uuid));
    wire_message_done(&job);
    world_await_scan(world, broken, SCAN_CORRUPT);
}

/* Neither heartbeats nor progress: the chunks alone, slower than the lease is long. */
static void slow_delivery_keeps_its_lease(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    reader->ready.session = 0; // no heartbeats any more
    reader->chunk_pause_ms = 1000;
    actor_deliver_reading(world, reader, 6 * WIRE_CHUNK_BYTES_MOST, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

static void full_disk_leaves_the_result_with_its_worker(void **state)
{
    struct world *world = *state;
    char command[1000];
    (void)snprintf(command, sizeof command, "mount -t tmpfs -o size=700k none %s 2>/dev/null",
                   world->config->store.spool);
    if (geteuid() != 0 || system(command) != 0)
        skip();
    spool_close(&world->spool);
    assert_int_equal(spool_open(world->config->store.spool, &world->spool, NULL), STATUS_OK);
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    int64_t job = reader->job;
    uint32_t attempt = reader->attempt;
    actor_deliver_reading(world, reader, 2 * PDF_BYTES, 5);
    actor_settlement(world, reader, WIRE_REPEAT);
    assert_int_equal(world_scan_state(world, scan), SCAN_READING);
    (void)snprintf(command, sizeof command, "mount -o remount,size=16m %s",
                   world->config->store.spool);
    assert_int_equal(system(command), 0);
    reader->job = job;
    reader->attempt = attempt;
    actor_deliver_reading(world, reader, 2 * PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    assert_int_equal(world_end(world, SIGTERM), 0);
    spool_close(&world->spool);
    (void)snprintf(command, sizeof command, "umount %s", world->config->store.spool);
    assert_int_equal(system(command), 0);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

/* All room of the ledger's disk, which is in memory. */
static void fill(const char *path)
{
    static const char zeros[4096];
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    while (write(file, zeros, sizeof zeros) == (ssize_t)sizeof zeros)
        continue;
    assert_int_equal(close(file), 0);
}

static void deliver_until_taken(struct world *world, struct actor *reader, int64_t job,
                                uint32_t attempt)
{
    struct wire_message settled = {.as.settled.settlement = WIRE_REPEAT};
    for (int i = 0; i < 5 && settled.as.settled.settlement == WIRE_REPEAT; i++) {
        wire_message_done(&settled);
        reader->job = job;
        reader->attempt = attempt;
        actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
        do {
            wire_message_done(&settled);
            actor_hear(world, reader, &settled); // what is left of the credits before it
        } while (settled.command != WIRE_SETTLED);
    }
    assert_int_equal(settled.as.settled.settlement, WIRE_ACCEPTED);
    wire_message_done(&settled);
    reader->job = 0;
}

static void reserve_of_a_full_ledger_is_for_what_is_in_hand(void **state)
{
    struct world *world = *state;
    struct scan_id first = world_scan(world, "first", 5);
    struct scan_id second = world_scan(world, "second", 6);
    ledger_close(&world->ledger);
    if (geteuid() != 0 ||
        system("mv ledger kept && mkdir ledger && mount -t tmpfs -o size=24m none ledger &&"
               " cp -a kept/. ledger") != 0)
        skip();
    assert_int_equal(ledger_open(world->config->store.ledger, LEDGER_WRITE, clock_system(),
                                 &world->ledger, NULL),
                     STATUS_OK);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    fill("ledger/filler");
    deliver_until_taken(world, reader, reader->job, reader->attempt);
    assert_int_equal(world_scan_state(world, first), SCAN_READ);
    actor_hears_nothing(world, reader, 1500); // no job, though one waits
    assert_int_equal(world_scan_state(world, second), SCAN_RECEIVED);
    assert_int_equal(unlink("ledger/filler"), 0);
    take_and_free(world, reader);
    assert_int_equal(world_scan_state(world, second), SCAN_READING);
    assert_int_equal(world_end(world, SIGTERM), 0);
    ledger_close(&world->ledger);
    assert_int_equal(umount2("ledger", MNT_DETACH), 0);
}

static void storage_that_fails_ends_it_with_its_own_code(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    char away[1000];
    (void)snprintf(away, sizeof away, "%s.away", world->config->store.spool);
    assert_int_equal(rename(world->config->store.spool, away), 0);
    actor_deliver_reading(world, reader, PDF_BYTES, 0);
    assert_int_equal(world_wait(world->dispatcher), EXIT_STORAGE);
    world->dispatcher = 0;
    assert_int_equal(rename(away, world->config->store.spool), 0);
    assert_int_equal(world_scan_state(world, scan), SCAN_READING);
}

static void match_and_file_jobs_go_to_filers(void **state)
{
    struct world *world = *state;
    (void)world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *filer = actor_new(world, "filer-1", WIRE_FILER);
    actor_join(world, filer);
    actor_hears_nothing(world, filer, 300);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    struct wire_message job = {0};
    actor_take_job(world, filer, &job);
    assert_int_equal(job.as.job.kind, WIRE_JOB_MATCH);
    assert_string_equal(job.as.job.directory.parts[0].name, "reading");
    wire_message_done(&job);
    struct wire_message result = {.command = WIRE_RESULT_MATCH};
    result.as.result_match =
        (struct wire_result_match){.to_file = 1,
                                   .case_number = (char *)(uintptr_t) "50.21.004711-7",
                                   .team = (char *)(uintptr_t) "SG 50.2",
                                   .confidence = 0.999,
                                   .reason = (char *)(uintptr_t) "Das Aktenzeichen steht im Brief.",
                                   .rules_version = (char *)(uintptr_t) "1"};
    const struct result_part explanation = {"explanation", "{}", 2};
    (void)actor_deliver(world, filer, &result, &explanation, 1, ALL_CHUNKS);
    actor_settlement(world, filer, WIRE_ACCEPTED);
    actor_take_job(world, filer, &job);
    assert_int_equal(job.as.job.kind, WIRE_JOB_FILE);
    assert_string_equal(job.as.job.case_number, "50.21.004711-7");
    assert_string_equal(job.as.job.team, "SG 50.2");
    static const char *const names[] = {"dokument.pdf",  "text.txt", "original.tiff",
                                        "dokument.json", "process",  "transfervermerk.xml"};
    char note[DIGEST_HEX_BYTES], pdf[DIGEST_HEX_BYTES];
    struct digest digest = digest_of("pdf with its note", 17);
    assert_int_equal(job.as.job.directory.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(job.as.job.directory.parts[i].name, names[i]);
    digest_to_hex(&job.as.job.directory.parts[5].digest, note);
    digest_to_hex(&digest, pdf);
    wire_message_done(&job);
    result = (struct wire_message){.command = WIRE_RESULT_FILE};
    result.as.result_file = (struct wire_result_file){
        .place = (char *)(uintptr_t) "SG 50.2/50.21.004711-7/x", .pdf = pdf, .note = note};
    (void)actor_deliver(world, filer, &result, NULL, 0, ALL_CHUNKS);
    actor_settlement(world, filer, WIRE_ACCEPTED);
    assert_int_equal(world_documents(world, DOCUMENT_FILED), 1);
}

static void a_letter_to_two_cases_is_filed_twice(void **state)
{
    struct world *world = *state;
    (void)world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *filer = actor_new(world, "filer-1", WIRE_FILER);
    actor_join(world, filer);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    struct wire_message job = {0};
    actor_take_job(world, filer, &job);
    wire_message_done(&job);
    struct wire_message result = {.command = WIRE_RESULT_MATCH};
    result.as.result_match = (struct wire_result_match){
        .to_file = 1,
        .case_number = (char *)(uintptr_t) "50.21.004711-7",
        .team = (char *)(uintptr_t) "SG 50.2",
        .confidence = 0.999,
        .reason = (char *)(uintptr_t) "Zwei Fälle.",
        .rules_version = (char *)(uintptr_t) "1",
        .copies = (char *)(uintptr_t) "[[\"50.31.000002-2\",\"SG 50.3\",0.998]]"};
    const struct result_part explanation = {"explanation", "{}", 2};
    (void)actor_deliver(world, filer, &result, &explanation, 1, ALL_CHUNKS);
    actor_settlement(world, filer, WIRE_ACCEPTED);
    static const char *const numbers[] = {"50.21.004711-7", "50.31.000002-2"};
    for (size_t i = 0; i < 2; i++) {
        actor_take_job(world, filer, &job);
        assert_int_equal(job.as.job.kind, WIRE_JOB_FILE);
        assert_string_equal(job.as.job.case_number, numbers[i]);
        wire_message_done(&job);
        struct wire_message filed = {.command = WIRE_RESULT_FILE};
        filed.as.result_file.place = (char *)(uintptr_t)numbers[i];
        (void)actor_deliver(world, filer, &filed, NULL, 0, ALL_CHUNKS);
        actor_settlement(world, filer, WIRE_ACCEPTED);
    }
    assert_int_equal(world_documents(world, DOCUMENT_FILED), 2);
}

static void second_dispatcher_does_not_start(void **state)
{
    struct world *world = *state;
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    static const char *const argv[] = {"posteingang-dispatch", "--config", "posteingang.yaml",
                                       NULL};
    assert_int_equal(world_wait(world_spawn(argv)), EXIT_NOT_PERMITTED);
    (void)world_scan(world, "bytes", 5);
    take_and_free(world, reader);
}

static void second_worker_of_a_name_waits_for_the_first(void **state)
{
    struct world *world = *state;
    world_start(world);
    struct actor *first = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, first);
    struct actor *second = actor_new(world, "reader-1", WIRE_READER);
    struct wire_message message = {.command = WIRE_READY};
    message.as.ready = second->ready;
    message.as.ready.session = 1;
    actor_say(world, second, &message);
    actor_expect(world, second, WIRE_BYE, &message);
    assert_int_equal(message.as.bye.parting, WIRE_NAME_TAKEN);
    wire_message_done(&message);
    actor_vanish(first);
    world_pass(world, 500);
    actor_join(world, second);
}

static void strangers_and_junk_disturb_nobody(void **state)
{
    struct world *world = *state;
    (void)world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *junk = actor_new(world, "junk", WIRE_READER);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    for (unsigned i = 0; i < 300; i++) {
        uint8_t bytes[64];
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (uint8_t)(i * 31 + k * 17);
        struct messaging_frame frames[] = {
            {bytes, i % sizeof bytes + 1},
            {bytes, 3                   }
        };
        (void)messaging_send(junk->socket, NULL, frames, 1 + i % 2, NULL, NULL);
    }
    struct wire_message message = {.command = WIRE_PROGRESS, .job = 1, .attempt = 1};
    actor_say(world, junk, &message);
    actor_expect(world, junk, WIRE_UNKNOWN, &message);
    take_and_free(world, reader);
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
}

static void worker_that_cannot_be_understood_is_dropped(void **state)
{
    struct world *world = *state;
    (void)world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *broken = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, broken);
    take_and_free(world, broken);
    struct messaging_frame frame = {"rubbish", 7};
    assert_int_equal(messaging_send(broken->socket, NULL, &frame, 1, NULL, NULL), STATUS_OK);
    struct wire_message message = {0};
    broken->ready.session = 0; // no heartbeats any more
    actor_expect(world, broken, WIRE_BYE, &message);
    assert_int_equal(message.as.bye.parting, WIRE_MALFORMED);
    wire_message_done(&message);
    struct actor *reader = actor_new(world, "reader-2", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    assert_int_equal(reader->attempt, 2);
}

static void other_version_is_told_so(void **state)
{
    struct world *world = *state;
    world_start(world);
    struct actor *old = actor_new(world, "reader-old", WIRE_READER);
    struct wire_message ready = {.command = WIRE_READY};
    ready.as.ready = old->ready;
    ready.as.ready.session = 1;
    struct byte_writer head = {0};
    wire_encode(&ready, &head);
    head.bytes[4] = WIRE_VERSION + 1;
    struct messaging_frame frame = {head.bytes, head.length};
    while (messaging_send(old->socket, NULL, &frame, 1, NULL, NULL) != STATUS_OK)
        world_pass(world, 10);
    byte_writer_done(&head);
    struct wire_message message = {0};
    actor_expect(world, old, WIRE_BYE, &message);
    assert_int_equal(message.as.bye.parting, WIRE_OTHER_VERSION);
    char version[32];
    (void)snprintf(version, sizeof version, "version %d", WIRE_VERSION);
    assert_non_null(strstr(message.as.bye.reason, version));
    wire_message_done(&message);
}

/* ---- a reader of the version before ------------------------------------------------------------ */

/* What the filer is given to match waits for a person. */
static struct document_id let_match(struct world *world, struct actor *filer)
{
    struct wire_message job = {0};
    actor_take_job(world, filer, &job);
    assert_int_equal(job.as.job.kind, WIRE_JOB_MATCH);
    struct document_id document = {job.as.job.document};
    wire_message_done(&job);
    struct wire_message result = {.command = WIRE_RESULT_MATCH};
    result.as.result_match = (struct wire_result_match){
        .reason = (char *)(uintptr_t) "Nichts passt.", .rules_version = (char *)(uintptr_t) "1"};
    const struct result_part explanation = {"explanation", "{}", 2};
    (void)actor_deliver(world, filer, &result, &explanation, 1, ALL_CHUNKS);
    actor_settlement(world, filer, WIRE_ACCEPTED);
    return document;
}

/* A person turns the document's page: a job to compose. */
static void turn_page(struct world *world, struct document_id id)
{
    const struct arrangement_source source = {.document = id};
    const struct arrangement_place page = {.source = 0, .place = 1, .turn = 90};
    const struct arrangement_outcome outcome = {
        .keeps_case = true, .pages = &page, .page_count = 1};
    const struct arrangement_wish wish = {.actor = "clara",
                                          .sources = &source,
                                          .source_count = 1,
                                          .outcomes = &outcome,
                                          .outcome_count = 1};
    enum desk_verdict verdict = DESK_TOO_LATE;
    int64_t number = 0;
    struct fault fault = {0};
    assert_int_equal(arrangement_ask(world->ledger, &wish, &verdict, &number, &fault), STATUS_OK);
    assert_int_equal(verdict, DESK_HAPPENED);
}

/* Nothing is sent to it before it says how much it takes, and it is told how much it may send. */
static void reader_of_the_version_before_is_served_against_credit(void **state)
{
    struct world *world = *state;
    struct wire_message message = {0};
    (void)world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *filer = actor_new(world, "filer-1", WIRE_FILER);
    actor_join(world, filer);
    struct actor *old = actor_new(world, "reader-old", WIRE_READER);
    old->version = WIRE_VERSION_OLDEST;
    actor_join(world, old);
    actor_expect(world, old, WIRE_JOB, &message);
    old->job = message.job;
    old->attempt = message.attempt;
    wire_message_done(&message);
    actor_hears_nothing(world, old, 300);
    message =
        (struct wire_message){.command = WIRE_CREDIT, .job = old->job, .attempt = old->attempt};
    message.as.credit.chunks = 1;
    actor_say(world, old, &message);
    actor_expect(world, old, WIRE_CHUNK, &message);
    actor_deliver_reading(world, old, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, old, WIRE_ACCEPTED);
    turn_page(world, let_match(world, filer));
    actor_take_job(world, old, &message);
    assert_int_equal(message.as.job.kind, WIRE_JOB_COMPOSE);
    wire_message_done(&message);
    assert_int_equal(world_end(world, SIGKILL), 128 + SIGKILL);
    world_start(world);
    actor_expect(world, old, WIRE_UNKNOWN, &message); // in words that it understands
}

/* Deciding and filing belong to a release: a filer has to be of the dispatcher's. */
static void filer_of_the_version_before_is_told_so_and_costs_no_attempt(void **state)
{
    struct world *world = *state;
    (void)world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    struct actor *old = actor_new(world, "filer-old", WIRE_FILER);
    old->version = WIRE_VERSION_OLDEST;
    struct wire_message message = {.command = WIRE_READY};
    message.as.ready = old->ready;
    message.as.ready.session = 1;
    actor_say(world, old, &message);
    actor_expect(world, old, WIRE_BYE, &message);
    assert_int_equal(message.as.bye.parting, WIRE_OTHER_VERSION);
    assert_string_equal(message.as.bye.reason,
                        "it speaks version 4 of the protocol, the dispatcher version 5");
    wire_message_done(&message);
    struct actor *filer = actor_new(world, "filer-new", WIRE_FILER);
    actor_join(world, filer);
    actor_take_job(world, filer, &message);
    assert_int_equal(message.attempt, 1);
    wire_message_done(&message);
}

/* Says BYE, and hears it. */
static void leave(struct world *world, struct actor *actor)
{
    struct wire_message bye = {.command = WIRE_BYE};
    actor_say(world, actor, &bye);
    actor->ready.session = 0; // no heartbeats any more
    actor_expect(world, actor, WIRE_BYE, &bye);
    assert_int_equal(bye.as.bye.parting, WIRE_LEAVING);
    wire_message_done(&bye);
}

static void draining_worker_gets_no_further_job(void **state)
{
    struct world *world = *state;
    (void)world_scan(world, "one", 3);
    (void)world_scan(world, "two", 3);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    actor_say(world, reader, &(struct wire_message){.command = WIRE_DRAIN});
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    actor_hears_nothing(world, reader, 500);
    leave(world, reader);
}

static void stop_lets_a_delivery_end(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    take_and_free(world, reader);
    actor_say(world, reader, &(struct wire_message){.command = WIRE_DRAIN});
    actor_await_heard(world, reader);
    assert_int_equal(kill(world->dispatcher, SIGTERM), 0);
    struct wire_message drain = {0};
    actor_expect(world, reader, WIRE_DRAIN, &drain);
    world_pass(world, 2500);
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    // Its answer may be lost: the dispatcher ends with it, and takes the connection with it.
    actor_say(world, reader, &(struct wire_message){.command = WIRE_BYE});
    assert_int_equal(world_wait(world->dispatcher), 0);
    world->dispatcher = 0;
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

static void idle_it_writes_nothing(void **state)
{
    struct world *world = *state;
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    struct actor *filer = actor_new(world, "filer-1", WIRE_FILER);
    actor_join(world, reader);
    actor_join(world, filer);
    actor_await_heard(world, reader);
    actor_await_heard(world, filer);
    world_pass(world, 500);
    uint64_t before = world_writes();
    world_pass(world, 2000);
    assert_true(world_writes() == before);
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        PROMISE(grants_a_scan_with_its_bytes_and_takes_the_reading),
        PROMISE(sends_no_more_than_was_credited),
        PROMISE(bell_wakes_it_at_once),
        PROMISE(poll_finds_work_without_a_bell),
        PROMISE(progress_keeps_the_lease_alive),
        PROMISE(page_progress_stands_in_the_ledger),
        PROMISE(vanished_workers_job_goes_to_another_at_once),
        PROMISE(worker_that_vanishes_while_delivering_leaves_nothing),
        PROMISE(silent_worker_loses_its_job_and_its_late_result_is_refused),
        PROMISE(result_after_settlement_changes_nothing),
        PROMISE(result_of_anothers_job_changes_nothing),
        PROMISE(worker_keeps_its_job_over_a_restart),
        PROMISE(result_cut_by_a_restart_is_delivered_again),
        PROMISE(worker_that_does_not_come_back_loses_its_job_after_the_grace),
        PROMISE(content_failures_end_with_a_person),
        PROMISE(refusal_is_final_and_keeps_its_words),
        PROMISE(unusable_results_are_rejected_and_count),
        PROMISE(result_of_another_kind_is_rejected),
        PROMISE(parts_that_do_not_match_their_digest_are_rejected),
        PROMISE(missing_bytes_go_to_a_person_and_stop_nobody),
        PROMISE(slow_delivery_keeps_its_lease),
        PROMISE(full_disk_leaves_the_result_with_its_worker),
        PROMISE(reserve_of_a_full_ledger_is_for_what_is_in_hand),
        PROMISE(storage_that_fails_ends_it_with_its_own_code),
        PROMISE(match_and_file_jobs_go_to_filers),
        PROMISE(a_letter_to_two_cases_is_filed_twice),
        PROMISE(second_dispatcher_does_not_start),
        PROMISE(second_worker_of_a_name_waits_for_the_first),
        PROMISE(strangers_and_junk_disturb_nobody),
        PROMISE(worker_that_cannot_be_understood_is_dropped),
        PROMISE(other_version_is_told_so),
        PROMISE(reader_of_the_version_before_is_served_against_credit),
        PROMISE(filer_of_the_version_before_is_told_so_and_costs_no_attempt),
        PROMISE(draining_worker_gets_no_further_job),
        PROMISE(stop_lets_a_delivery_end),
        PROMISE(idle_it_writes_nothing),
    };
    return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
