/* test_worker_keys.c - who is enrolled, and what revoking takes away. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "tests/store/scene.h"

#include "base/text.h"
#include "store/worker_keys.h"

enum { LEASE_MS = 60000 };

static struct public_key key_of(uint8_t number)
{
    struct public_key key;
    memset(key.bytes, number, sizeof key.bytes);
    return key;
}

static void enrol(struct scene *scene, const char *name, uint8_t number)
{
    struct public_key key = key_of(number);
    assert_ok(scene, worker_key_enrol(scene->ledger, name, WORKER_ROLE_READER, &key, "test",
                                      &scene->fault));
}

static bool stands(struct scene *scene, uint8_t number, struct worker_key *ret_key)
{
    struct public_key key = key_of(number);
    bool found = false;
    assert_ok(scene, worker_key_find(scene->ledger, &key, &found, ret_key, &scene->fault));
    return found;
}

static void an_enrolled_key_is_found_by_its_bytes(void **state)
{
    struct scene *scene = *state;
    struct worker_key key = {0};
    struct worker_key again = {0};
    bool found = false;
    enrol(scene, "reader-1", 1);
    enrol(scene, "reader-2", 2);
    assert_true(stands(scene, 2, &key));
    assert_string_equal(key.name, "reader-2");
    assert_int_equal(key.role, WORKER_ROLE_READER);
    assert_int_equal(key.revoked_ms, 0);
    assert_false(stands(scene, 3, &key));
    assert_ok(scene, worker_key_get(scene->ledger, key.id, &found, &again, &scene->fault));
    assert_true(found);
    assert_string_equal(again.name, "reader-2");
    scene_assert_sound(scene);
}

static void names_and_keys_are_taken_once(void **state)
{
    struct scene *scene = *state;
    struct public_key first = key_of(1);
    struct public_key second = key_of(2);
    enrol(scene, "reader-1", 1);
    assert_status(scene,
                  worker_key_enrol(scene->ledger, "reader-1", WORKER_ROLE_READER, &second, "test",
                                   &scene->fault),
                  STATUS_REFUSE);
    assert_status(scene,
                  worker_key_enrol(scene->ledger, "reader-2", WORKER_ROLE_READER, &first, "test",
                                   &scene->fault),
                  STATUS_REFUSE);
    static const char *const unfit[] = {
        "", "a", "Reader", "1st", "a/b", "a b", "a23456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++)
        if (worker_key_enrol(scene->ledger, unfit[i], WORKER_ROLE_READER, &second, "test", NULL) !=
            STATUS_REFUSE)
            fail_msg("\"%s\" was taken as a name", unfit[i]);
}

static void a_revoked_key_opens_nothing_and_never_comes_back(void **state)
{
    struct scene *scene = *state;
    struct worker_key key = {0};
    struct worker_key old = {0};
    uint32_t leases = 7;
    bool found = true;
    enrol(scene, "reader-1", 1);
    assert_true(stands(scene, 1, &old));
    assert_ok(scene, worker_key_revoke(scene->ledger, "reader-1", "admin", &leases, &scene->fault));
    assert_int_equal(leases, 0);
    assert_false(stands(scene, 1, &key));
    struct public_key same = key_of(1);
    assert_status(scene,
                  worker_key_enrol(scene->ledger, "reader-9", WORKER_ROLE_READER, &same, "test",
                                   &scene->fault),
                  STATUS_REFUSE);
    assert_status(scene,
                  worker_key_revoke(scene->ledger, "reader-1", "admin", &leases, &scene->fault),
                  STATUS_REFUSE);
    // Its name comes back with another key, which is another enrolment.
    enrol(scene, "reader-1", 2);
    assert_true(stands(scene, 2, &key));
    assert_true(key.id != old.id);
    assert_ok(scene, worker_key_get(scene->ledger, old.id, &found, &key, &scene->fault));
    assert_false(found);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit WHERE action ="
                                             " 'key.revoke' AND subject = 'reader-1'"),
                     1);
    scene_assert_sound(scene);
}

static struct job_record lease_as(struct scene *scene, const char *worker)
{
    struct job_record job = {0};
    bool found = false;
    assert_ok(scene, ledger_job_lease(scene->ledger, JOB_READ, worker, LEASE_MS, &found, &job,
                                      &scene->fault));
    assert_true(found);
    return job;
}

/* Others' leases stay, also those of names that begin alike. */
static void revoking_takes_its_leases_back_and_no_others(void **state)
{
    struct scene *scene = *state;
    uint32_t leases = 0;
    bool held = true;
    static const char *const workers[] = {"reader-1/a", "reader-1/b", "reader-10/a", "reader-1"};
    struct job_record jobs[4];
    enrol(scene, "reader-1", 1);
    for (size_t i = 0; i < 4; i++) {
        (void)scene_accept(scene, "Demmin");
        jobs[i] = lease_as(scene, workers[i]);
    }
    assert_ok(scene, worker_key_revoke(scene->ledger, "reader-1", "admin", &leases, &scene->fault));
    assert_int_equal(leases, 2);
    for (size_t i = 0; i < 4; i++) {
        assert_ok(scene, ledger_job_renew(scene->ledger, jobs[i].id, jobs[i].attempt, LEASE_MS, 0,
                                          0, &held, &scene->fault));
        if (held != (i >= 2))
            fail_msg("%s holds its lease: %d", workers[i], held);
        job_record_done(&jobs[i]);
    }
    // They are due at once and nothing counts against them.
    struct job_record again = lease_as(scene, "other");
    assert_int_equal(again.attempt, 2);
    job_record_done(&again);
    scene_assert_sound(scene);
}

static enum status collect(void *context, const struct worker_key *key, struct fault *fault)
{
    (void)fault;
    text_append_format(context, "%s%s ", key->name, key->revoked_ms == 0 ? "" : "!");
    return STATUS_OK;
}

static void lists_every_enrolment(void **state)
{
    struct scene *scene = *state;
    struct text text = {0};
    uint32_t leases = 0;
    enrol(scene, "zeta", 1);
    enrol(scene, "alpha", 2);
    assert_ok(scene, worker_key_revoke(scene->ledger, "zeta", "admin", &leases, &scene->fault));
    enrol(scene, "zeta", 3);
    assert_ok(scene, worker_key_each(scene->ledger, collect, &text, &scene->fault));
    assert_string_equal(text_string(&text), "alpha zeta! zeta ");
    text_done(&text);
}

static void refusals_at_the_door_stand_in_the_audit(void **state)
{
    struct scene *scene = *state;
    assert_ok(scene, worker_key_note_refusals(scene->ledger, "unknown-key", "", 12, &scene->fault));
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit WHERE action ="
                                             " 'worker.refuse' AND detail LIKE '%12%'"),
                     1);
    scene_assert_sound(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_enrolled_key_is_found_by_its_bytes),
        SCENE_TEST(names_and_keys_are_taken_once),
        SCENE_TEST(a_revoked_key_opens_nothing_and_never_comes_back),
        SCENE_TEST(revoking_takes_its_leases_back_and_no_others),
        SCENE_TEST(lists_every_enrolment),
        SCENE_TEST(refusals_at_the_door_stand_in_the_audit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
