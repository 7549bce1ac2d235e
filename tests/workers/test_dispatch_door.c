/* test_dispatch_door.c - workers of other hosts: enrolled keys get work, all others get nothing, and
 * nobody touches what another one holds. */
// SPDX-License-Identifier: EUPL-1.2
#include <limits.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/workers/world.h"

#include "base/clock.h"
#include "base/status.h"

enum {
    PDF_BYTES = 3 * WIRE_CHUNK_BYTES_MOST,
    ALL_CHUNKS = INT_MAX,
    SILENCE_MS = 1000,
    TRIES_MOST = 300 /* to be refused, 100 ms each */
};

static void take_and_free(struct world *world, struct actor *actor)
{
    struct wire_message job = {0};
    actor_take_job(world, actor, &job);
    wire_message_done(&job);
}

static void take_back(struct world *world, const char *name)
{
    struct fault fault = {0};
    uint32_t leases = 0;
    if (worker_key_revoke(world->ledger, name, "test", &leases, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
}

/* Rows of the audit with this action and subject. */
static int64_t audits(const struct world *world, const char *action, const char *subject)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *query = NULL;
    assert_int_equal(
        sqlite3_open_v2(world->config->store.ledger, &database, SQLITE_OPEN_READONLY, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database,
                                        "SELECT count(*) FROM audit WHERE action = ?1"
                                        " AND subject = ?2",
                                        -1, &query, NULL),
                     SQLITE_OK);
    (void)sqlite3_bind_text(query, 1, action, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(query, 2, subject, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    int64_t count = sqlite3_column_int64(query, 0);
    (void)sqlite3_finalize(query);
    (void)sqlite3_close(database);
    return count;
}

struct seen {
    char name[WIRE_NAME_BYTES_MOST + 1];
};

static enum status look(void *context, const struct worker_record *record, struct fault *fault)
{
    struct seen *seen = context;
    (void)fault;
    if (record->gone_ms == 0)
        (void)snprintf(seen->name, sizeof seen->name, "%s", record->name);
    return STATUS_OK;
}

static void an_enrolled_worker_reads_a_scan_over_tcp(void **state)
{
    struct world *world = *state;
    struct seen seen = {0};
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_open_door(world);
    world_start(world);
    struct key_file key = world_new_key(world, "far", WORKER_ROLE_READER);
    struct actor *reader = actor_new_far(world, "reader-1", WIRE_READER, &key);
    actor_join(world, reader);
    take_and_free(world, reader);
    assert_int_equal(ledger_workers(world->ledger, look, &seen, NULL), STATUS_OK);
    assert_string_equal(seen.name, "far/reader-1");
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

static void the_workers_of_this_host_need_no_key_meanwhile(void **state)
{
    struct world *world = *state;
    world_open_door(world);
    world_start(world);
    struct actor *reader = actor_new(world, "reader-1", WIRE_READER);
    actor_join(world, reader);
    (void)world_scan(world, "bytes", 5);
    take_and_free(world, reader);
}

static void say_ready(struct world *world, struct actor *actor)
{
    struct wire_message ready = {.command = WIRE_READY};
    struct byte_writer head = {0};
    actor->ready.session++;
    ready.as.ready = actor->ready;
    wire_encode(&ready, &head);
    const struct messaging_frame frame = {head.bytes, head.length};
    (void)messaging_send(actor->socket, NULL, &frame, 1, NULL, NULL);
    byte_writer_done(&head);
    world_pass(world, 100);
}

static void a_key_that_is_not_enrolled_hears_nothing(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_open_door(world);
    world_start(world);
    struct key_file key = world_new_key(world, NULL, WORKER_ROLE_READER);
    struct actor *stranger = actor_new_far(world, "reader-1", WIRE_READER, &key);
    for (int i = 0; i < TRIES_MOST && audits(world, "worker.refuse", "stranger") == 0; i++)
        say_ready(world, stranger);
    assert_int_equal(stranger->inbox_count, 0);
    assert_int_equal(world_scan_state(world, scan), SCAN_RECEIVED);
    assert_true(audits(world, "worker.refuse", "stranger") > 0);
}

/* Its connection stands, but nothing goes over it any more. */
static void a_revoked_worker_gets_no_further_lease(void **state)
{
    struct world *world = *state;
    world_open_door(world);
    world_start(world);
    struct key_file key = world_new_key(world, "far", WORKER_ROLE_READER);
    struct actor *reader = actor_new_far(world, "reader-1", WIRE_READER, &key);
    actor_join(world, reader);
    take_back(world, "far");
    struct scan_id scan = world_scan(world, "bytes", 5);
    struct wire_message bye = {0};
    actor_expect(world, reader, WIRE_BYE, &bye);
    assert_int_equal(bye.as.bye.parting, WIRE_NOT_ENROLLED);
    wire_message_done(&bye);
    say_ready(world, reader);
    actor_expect(world, reader, WIRE_BYE, &bye);
    assert_int_equal(bye.as.bye.parting, WIRE_NOT_ENROLLED);
    wire_message_done(&bye);
    reader->is_mute = true;
    world_pass(world, SILENCE_MS);
    assert_int_equal(world_scan_state(world, scan), SCAN_RECEIVED);
    assert_int_equal(audits(world, "worker.refuse", "far"), 1);
}

static void a_revoked_workers_result_is_not_taken(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_open_door(world);
    world_start(world);
    struct key_file key = world_new_key(world, "far", WORKER_ROLE_READER);
    struct actor *reader = actor_new_far(world, "reader-1", WIRE_READER, &key);
    actor_join(world, reader);
    take_and_free(world, reader);
    take_back(world, "far");
    struct wire_message fail = {
        .command = WIRE_FAIL, .job = reader->job, .attempt = reader->attempt};
    fail.as.fail = (struct wire_fail){WIRE_FAILURE_REFUSED, (char *)(uintptr_t) "x"};
    actor_say(world, reader, &fail);
    struct wire_message bye = {0};
    actor_expect(world, reader, WIRE_BYE, &bye);
    assert_int_equal(bye.as.bye.parting, WIRE_NOT_ENROLLED);
    wire_message_done(&bye);
    assert_int_equal(world_scan_state(world, scan), SCAN_RECEIVED); // not refused
    // Another one reads it at once.
    struct actor *other = actor_new(world, "reader-2", WIRE_READER);
    actor_join(world, other);
    take_and_free(world, other);
    actor_deliver_reading(world, other, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, other, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

/* In the middle of its delivery. */
static void a_revoked_workers_delivery_is_cut(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_open_door(world);
    world_start(world);
    struct key_file key = world_new_key(world, "far", WORKER_ROLE_READER);
    struct actor *reader = actor_new_far(world, "reader-1", WIRE_READER, &key);
    actor_join(world, reader);
    take_and_free(world, reader);
    actor_deliver_reading(world, reader, PDF_BYTES, 2);
    take_back(world, "far");
    struct wire_message message = {0};
    do {
        wire_message_done(&message);
        actor_hear(world, reader, &message);
    } while (message.command == WIRE_CREDIT);
    assert_int_equal(message.command, WIRE_BYE);
    wire_message_done(&message);
    assert_int_equal(world_scan_state(world, scan), SCAN_RECEIVED);
    assert_int_equal(world_documents(world, DOCUMENT_MATCHING), 0);
}

/* Every word that could end, prolong or take over a job, about a job of somebody else. */
static void nobody_touches_anothers_job(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_open_door(world);
    world_start(world);
    struct key_file key = world_new_key(world, "honest", WORKER_ROLE_READER);
    struct key_file other = world_new_key(world, "thief", WORKER_ROLE_READER);
    struct actor *reader = actor_new_far(world, "reader-1", WIRE_READER, &key);
    actor_join(world, reader);
    take_and_free(world, reader);
    // It calls itself by the same name and says that the job is in its hand.
    struct actor *thief = actor_new_far(world, "reader-1", WIRE_READER, &other);
    thief->job = reader->job;
    thief->attempt = reader->attempt;
    actor_join(world, thief);
    actor_settlement(world, thief, WIRE_STALE);
    thief->job = reader->job;
    thief->attempt = reader->attempt;
    actor_fail(world, thief, WIRE_FAILURE_REFUSED, "x");
    actor_settlement(world, thief, WIRE_STALE);
    thief->job = reader->job;
    thief->attempt = reader->attempt;
    struct wire_message filed = {
        .command = WIRE_RESULT_FILE, .job = reader->job, .attempt = reader->attempt};
    filed.as.result_file.place = (char *)(uintptr_t) "nowhere";
    actor_say(world, thief, &filed);
    actor_settlement(world, thief, WIRE_STALE);
    assert_int_equal(world_scan_state(world, scan), SCAN_READING);
    // A whole name of the other one's is not to be had either.
    thief->ready.worker = (char *)(uintptr_t) "honest/reader-1";
    thief->job = reader->job;
    thief->attempt = reader->attempt;
    actor_join(world, thief);
    actor_settlement(world, thief, WIRE_STALE);
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

/* A worker of this host cannot pose as one that was authenticated. */
static void a_name_with_a_slash_is_for_keys(void **state)
{
    struct world *world = *state;
    world_open_door(world);
    world_start(world);
    struct actor *liar = actor_new(world, "far/reader-1", WIRE_READER);
    struct wire_message bye = {0};
    for (int i = 0; i < 50 && liar->inbox_count == 0; i++)
        say_ready(world, liar);
    actor_expect(world, liar, WIRE_BYE, &bye);
    assert_int_equal(bye.as.bye.parting, WIRE_MALFORMED);
    wire_message_done(&bye);
}

static void a_key_is_good_for_its_role_only(void **state)
{
    struct world *world = *state;
    world_open_door(world);
    world_start(world);
    struct key_file key = world_new_key(world, "far", WORKER_ROLE_READER);
    struct actor *filer = actor_new_far(world, "filer-1", WIRE_FILER, &key);
    struct wire_message bye = {0};
    for (int i = 0; i < 50 && filer->inbox_count == 0; i++)
        say_ready(world, filer);
    actor_expect(world, filer, WIRE_BYE, &bye);
    assert_int_equal(bye.as.bye.parting, WIRE_NOT_ENROLLED);
    wire_message_done(&bye);
}

/* The dispatcher's restart is no way around the binding: the ledger knows the lease by its name. */
static void a_lease_is_bound_over_a_restart(void **state)
{
    struct world *world = *state;
    struct scan_id scan = world_scan(world, "bytes", 5);
    world_open_door(world);
    world_start(world);
    struct key_file key = world_new_key(world, "honest", WORKER_ROLE_READER);
    struct key_file other = world_new_key(world, "thief", WORKER_ROLE_READER);
    struct actor *reader = actor_new_far(world, "reader-1", WIRE_READER, &key);
    actor_join(world, reader);
    take_and_free(world, reader);
    assert_int_equal(world_end(world, SIGKILL), 128 + SIGKILL);
    world_start(world);
    struct actor *thief = actor_new_far(world, "reader-1", WIRE_READER, &other);
    thief->job = reader->job;
    thief->attempt = reader->attempt;
    actor_join(world, thief);
    actor_settlement(world, thief, WIRE_STALE);
    actor_join(world, reader);
    actor_deliver_reading(world, reader, PDF_BYTES, ALL_CHUNKS);
    actor_settlement(world, reader, WIRE_ACCEPTED);
    assert_int_equal(world_scan_state(world, scan), SCAN_READ);
}

static void without_its_own_key_the_door_stays_shut_and_says_so(void **state)
{
    struct world *world = *state;
    world_open_door(world);
    assert_int_equal(unlink(world->config->dispatch.key), 0);
    world_start(world);
    pid_t process = world->dispatcher;
    world->dispatcher = 0;
    assert_int_not_equal(world_wait(process), EXIT_DONE);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(an_enrolled_worker_reads_a_scan_over_tcp),
        WORLD_TEST(the_workers_of_this_host_need_no_key_meanwhile),
        WORLD_TEST(a_key_that_is_not_enrolled_hears_nothing),
        WORLD_TEST(a_revoked_worker_gets_no_further_lease),
        WORLD_TEST(a_revoked_workers_result_is_not_taken),
        WORLD_TEST(a_revoked_workers_delivery_is_cut),
        WORLD_TEST(nobody_touches_anothers_job),
        WORLD_TEST(a_name_with_a_slash_is_for_keys),
        WORLD_TEST(a_key_is_good_for_its_role_only),
        WORLD_TEST(a_lease_is_bound_over_a_restart),
        WORLD_TEST(without_its_own_key_the_door_stays_shut_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
