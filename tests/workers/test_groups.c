/* test_groups.c - nobody hears of a job before its lease was committed; and what could not be
 * committed has not happened, for the dispatcher and for its workers. */
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

enum { BEAT_MS = 1000, VANISHED_MS = 5000, LEASE_MS = 20000 };

static const struct config_workers rule = {.lease_ms = LEASE_MS,
                                           .heartbeat_ms = BEAT_MS,
                                           .vanished_ms = VANISHED_MS,
                                           .content_attempts = 3,
                                           .lost_attempts = 10,
                                           .backoff_ms = 1,
                                           .backoff_most_ms = 1,
                                           .poll_ms = BEAT_MS};

/* A dispatcher with one scan in its ledger, whose next commits may fail. */
struct scene {
    struct clock clock;
    int64_t now_ms;
    struct ledger *ledger;
    struct spool *spool;
    struct dispatch *dispatch;
    struct scan_id scan;
    int64_t job;      /* that the reader was given last; 0: none */
    uint32_t attempt; /* of it */
    int failures;     /* of commits that are still to come */
    bool is_unknown;  /* the dispatcher said that it does not know us */
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
    if (message.command == WIRE_UNKNOWN)
        scene->is_unknown = true;
    assert_true(scene->failures == 0 || message.command != WIRE_JOB);
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

/* READY of its n-th conversation, with the job that it has in hand. */
static struct wire_message ready_with(const struct scene *scene, uint32_t session)
{
    static char worker[] = "reader-1", host[] = "here", version[] = "1";
    struct wire_message ready = {
        .command = WIRE_READY, .job = scene->job, .attempt = scene->attempt};
    ready.as.ready = (struct wire_ready){.worker = worker,
                                         .host = host,
                                         .version = version,
                                         .kind = WIRE_READER,
                                         .incarnation = 1,
                                         .session = session,
                                         .jobs = 1};
    return ready;
}

static void say_ready(struct scene *scene)
{
    const struct wire_message ready = ready_with(scene, 1);
    say(scene, &ready);
}

static void say_heartbeat(struct scene *scene)
{
    const struct wire_message heartbeat = {
        .command = WIRE_HEARTBEAT, .job = scene->job, .attempt = scene->attempt};
    say(scene, &heartbeat);
}

static void say_failed(struct scene *scene)
{
    static char reason[] = "it does not look like a letter";
    struct wire_message failure = {
        .command = WIRE_FAIL, .job = scene->job, .attempt = scene->attempt};
    failure.as.fail = (struct wire_fail){.failure = WIRE_FAILURE_REFUSED, .reason = reason};
    say(scene, &failure);
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

static struct scene *watched;

static enum status before_commit(void *context, struct fault *fault)
{
    (void)context;
    if (watched->failures == 0)
        return STATUS_OK;
    watched->failures--;
    return fault_set(fault, STATUS_LATER, "the disk is full");
}

static enum status after_commit(void *context, struct fault *fault)
{
    (void)context;
    (void)fault;
    return STATUS_OK;
}

static const struct commit_watch watch = {.before = before_commit, .after = after_commit};

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
    ledger_watch(scene->ledger, &watch);
    watched = scene;
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

static enum scan_state state_of(const struct scene *scene)
{
    struct scan_record record = {0};
    MUST(ledger_scan_get(scene->ledger, scene->scan, &record, &fault));
    enum scan_state state = record.state;
    scan_record_done(&record);
    return state;
}

static void a_job_is_said_after_its_lease_was_committed(void **state)
{
    struct scene *scene = *state;
    say_ready(scene);
    assert_int_equal(scene->attempt, 1);
    assert_int_equal(state_of(scene), SCAN_READING);
}

static void a_lease_that_was_not_committed_is_nobodys(void **state)
{
    struct scene *scene = *state;
    say_ready(scene);
    say_failed(scene); // it has no job any more, and the scan is refused
    accept_scan(scene);
    scene->job = 0;
    scene->failures = 1;
    dispatch_look_for_work(scene->dispatch);
    assert_int_equal(scene->failures, 0);
    assert_int_equal(scene->job, 0);
    assert_int_equal(state_of(scene), SCAN_RECEIVED);
    assert_int_equal(scene->dispatch->peers.count, 0);
    say_heartbeat(scene);
    assert_true(scene->is_unknown);
    say_ready(scene);
    assert_true(scene->job != 0);
    assert_int_equal(scene->attempt, 1);
    assert_int_equal(state_of(scene), SCAN_READING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_is_said_after_its_lease_was_committed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_lease_that_was_not_committed_is_nobodys, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
