/* test_standstill.c - time in which the dispatcher itself stood still is not held against its
 * workers; silence while it listened is. The clock is the test's, so that no wait is real. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bytes.h"
#include "store/ledger.h"
#include "store/spool.h"
#include "workers/dispatch_state.h"

enum { BEAT_MS = 1000, VANISHED_MS = 5000, LEASE_MS = 20000, STOOD_MS = 3 * LEASE_MS };

static const struct config_workers rule = {.lease_ms = LEASE_MS,
                                           .heartbeat_ms = BEAT_MS,
                                           .vanished_ms = VANISHED_MS,
                                           .content_attempts = 3,
                                           .lost_attempts = 10,
                                           .backoff_ms = 1,
                                           .backoff_most_ms = 1,
                                           .poll_ms = BEAT_MS};

/* A dispatcher with one reader that has one job in hand. */
struct scene {
    struct clock clock;
    int64_t now_ms;
    struct ledger *ledger;
    struct spool *spool;
    struct dispatch *dispatch;
    struct scan_id scan;
    int64_t job;      /* that the reader was given last; 0: none */
    uint32_t attempt; /* of it */
};

#define MUST(call)                                                                                 \
    do {                                                                                           \
        struct fault fault = {0};                                                                  \
        if ((call) != STATUS_OK)                                                                   \
            fail_msg("%s: %s", #call, fault.text);                                                 \
    } while (0)

static int64_t wall_ms(void *context)
{
    const struct scene *scene = context;
    return 1800000000000 + scene->now_ms;
}

static int64_t monotonic_ms(void *context)
{
    const struct scene *scene = context;
    return 1000000 + scene->now_ms;
}

/* What the dispatcher says; a JOB is remembered. */
static enum status take_words(void *context, const struct messaging_peer *peer,
                              const struct messaging_frame *frames, size_t count, bool *ret_gone,
                              struct fault *fault)
{
    struct scene *scene = context;
    struct wire_message message = {0};
    (void)peer;
    (void)fault;
    if (ret_gone != NULL)
        *ret_gone = false;
    assert_int_equal(wire_decode(frames, count, &message, NULL, NULL), STATUS_OK);
    if (message.command == WIRE_JOB) {
        scene->job = message.job;
        scene->attempt = message.attempt;
    }
    wire_message_done(&message);
    return STATUS_OK;
}

static void say(struct scene *scene, const struct wire_message *message)
{
    struct byte_writer writer = {0};
    wire_encode(message, &writer);
    assert_false(writer.failed);
    const struct messaging_frame frame = {writer.bytes, writer.length};
    const struct caller caller = {
        .port = {.send = take_words, .context = scene},
          .id = {.bytes = {1},       .length = 1     }
    };
    dispatch_hear(scene->dispatch, &caller, &frame, 1);
    byte_writer_done(&writer);
}

static void say_ready(struct scene *scene)
{
    static char worker[] = "reader-1", host[] = "here", version[] = "1";
    struct wire_message ready = {.command = WIRE_READY};
    ready.as.ready = (struct wire_ready){.worker = worker,
                                         .host = host,
                                         .version = version,
                                         .kind = WIRE_READER,
                                         .incarnation = 1,
                                         .session = 1,
                                         .jobs = 1};
    say(scene, &ready);
}

static void say_heartbeat(struct scene *scene)
{
    const struct wire_message heartbeat = {
        .command = WIRE_HEARTBEAT, .job = scene->job, .attempt = scene->attempt};
    say(scene, &heartbeat);
}

/* The job's one small part is sent, and received. */
static void take_parts(struct scene *scene)
{
    struct wire_message credit = {
        .command = WIRE_CREDIT, .job = scene->job, .attempt = scene->attempt};
    credit.as.credit.chunks = 1;
    say(scene, &credit);
}

static void accept_scan(struct scene *scene)
{
    struct scan_arrival arrival = {.id = {uuid_new(wall_ms(scene))},
                                   .site = "Demmin",
                                   .source = "scan.tif",
                                   .format = "tiff",
                                   .size = 5,
                                   .received_ms = wall_ms(scene),
                                   .actor = "intake"};
    struct scan_acceptance acceptance = {0};
    MUST(spool_put(scene->spool, "bytes", 5, &arrival.digest, &fault));
    MUST(ledger_scan_accept(scene->ledger, &arrival, &acceptance, &fault));
    scene->scan = arrival.id;
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->clock = (struct clock){wall_ms, monotonic_ms, scene};
    (void)unlink("ledger.db"); // of the test before
    MUST(ledger_open("ledger.db", LEDGER_CREATE, &scene->clock, &scene->ledger, &fault));
    MUST(spool_open("spool", &scene->spool, &fault));
    scene->dispatch = dispatch_make(&scene->clock, &rule);
    assert_non_null(scene->dispatch);
    scene->dispatch->ledger = scene->ledger;
    scene->dispatch->spool = scene->spool;
    MUST(dispatch_take_over(scene->dispatch, &fault));
    accept_scan(scene);
    dispatch_beat(scene->dispatch);
    say_ready(scene);
    assert_int_equal(scene->attempt, 1);
    take_parts(scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    dispatch_free(&scene->dispatch); // with ledger and spool
    free(scene);
    return 0;
}

static void beat(struct scene *scene, int64_t later_ms)
{
    scene->now_ms += later_ms;
    dispatch_beat(scene->dispatch);
}

static bool is_known(const struct scene *scene)
{
    return scene->dispatch->peers.count == 1;
}

static bool is_in_hand(const struct scene *scene)
{
    struct scan_record record = {0};
    MUST(ledger_scan_get(scene->ledger, scene->scan, &record, &fault));
    bool is_reading = record.state == SCAN_READING;
    scan_record_done(&record);
    return is_reading && scene->attempt == 1;
}

static void its_own_standstill_costs_no_worker_its_job(void **state)
{
    struct scene *scene = *state;
    beat(scene, STOOD_MS);
    assert_true(is_known(scene));
    assert_true(is_in_hand(scene));
    say_heartbeat(scene); // it lay in the socket all the time
    for (int i = 0; i < 2 * LEASE_MS / BEAT_MS; i++) {
        beat(scene, BEAT_MS);
        say_heartbeat(scene);
    }
    assert_true(is_known(scene));
    assert_true(is_in_hand(scene));
}

static void silence_after_a_standstill_still_counts(void **state)
{
    struct scene *scene = *state;
    beat(scene, STOOD_MS);
    assert_true(is_known(scene));
    for (int i = 0; i <= VANISHED_MS / BEAT_MS; i++)
        beat(scene, BEAT_MS);
    assert_false(is_known(scene));
    assert_false(is_in_hand(scene));
}

static void silence_while_it_listens_costs_the_job(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i <= VANISHED_MS / BEAT_MS; i++)
        beat(scene, BEAT_MS);
    assert_false(is_known(scene));
    assert_false(is_in_hand(scene));
    say_ready(scene);
    beat(scene, BEAT_MS);
    assert_int_equal(scene->attempt, 2);
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        PROMISE(its_own_standstill_costs_no_worker_its_job),
        PROMISE(silence_after_a_standstill_still_counts),
        PROMISE(silence_while_it_listens_costs_the_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
