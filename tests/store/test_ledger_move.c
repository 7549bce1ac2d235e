/* test_ledger_move.c - a ledger in another place, and nowhere twice.
 *
 * From the scene's ledger to a file and back; with LEDGER_SERVER (tests/support/postgresql.sh) that
 * is from a server to a file and back to the server. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "store/ledger_move.h"
#include "tests/store/scene.h"

static struct digest state_of(struct scene *scene)
{
    struct verify_result result = {0};
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    if (result.faults != 0)
        fail_msg("verify: %s", result.first_fault);
    return result.state;
}

/* Something in most tables. */
static void fill(struct scene *scene)
{
    scene_register(scene);
    (void)scene_filed(scene, "50.21.000001-1");
    (void)scene_in_clearing(scene, "Demmin");
    (void)scene_document(scene, "Waren");
    (void)scene_accept(scene, "Neustrelitz");
}

static void open_at(struct scene *scene, const char *path)
{
    (void)snprintf(scene->path, sizeof scene->path, "%s", path);
    scene_reopen(scene);
}

static void there_and_back_everything_is_as_it_was(void **state)
{
    struct scene *scene = *state;
    char file[SCENE_PATH_BYTES];
    char back[SCENE_PATH_BYTES];
    char begin[SCENE_PATH_BYTES];
    struct ledger_moved there = {0};
    struct ledger_moved again = {0};
    fill(scene);
    struct digest before = state_of(scene);
    (void)snprintf(file, sizeof file, "%s/moved.db", scene->folder);
    scene_place(scene, "begin", begin);
    scene_place(scene, "back", back);
    assert_ok(scene, ledger_copy(scene->path, begin, &scene->clock, &there, &scene->fault));
    assert_ok(scene, ledger_move(begin, file, &scene->clock, &there, &scene->fault));
    assert_true(there.rows > 30);
    assert_ok(scene, ledger_move(file, back, &scene->clock, &again, &scene->fault));
    assert_true(digest_equal(&there.content, &again.content));
    assert_int_equal(there.rows, again.rows);
    open_at(scene, back);
    struct digest after = state_of(scene);
    assert_true(digest_equal(&before, &after));
    // Numbers that are given out go on behind those that were.
    struct job_record job = scene_lease(scene, JOB_READ);
    scene_complete_reading(scene, &job, 2);
    job_record_done(&job);
    (void)scene_accept(scene, "Demmin");
    scene_assert_sound(scene);
}

static void the_old_ledger_says_where_it_went_and_changes_no_more(void **state)
{
    struct scene *scene = *state;
    char file[SCENE_PATH_BYTES];
    struct ledger_moved moved = {0};
    struct ledger *ledger = NULL;
    fill(scene);
    (void)snprintf(file, sizeof file, "%s/moved.db", scene->folder);
    assert_ok(scene, ledger_move(scene->path, file, &scene->clock, &moved, &scene->fault));
    // the scene has it open all the while, as a program that nobody stopped
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_acceptance acceptance = {0};
    enum status status = ledger_scan_accept(scene->ledger, &arrival, &acceptance, &scene->fault);
    assert_true(status == STATUS_HALT);
    assert_status(scene,
                  ledger_open(scene->path, LEDGER_WRITE, &scene->clock, &ledger, &scene->fault),
                  STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "moved.db"));
    assert_status(scene, ledger_move(scene->path, "other.db", &scene->clock, &moved, &scene->fault),
                  STATUS_REFUSE);
    open_at(scene, file);
    scene_assert_sound(scene);
}

static void a_copy_leaves_the_ledger_in_force_and_takes_no_used_place(void **state)
{
    struct scene *scene = *state;
    char file[SCENE_PATH_BYTES];
    struct ledger_moved moved = {0};
    fill(scene);
    (void)snprintf(file, sizeof file, "%s/copy.db", scene->folder);
    assert_ok(scene, ledger_copy(scene->path, file, &scene->clock, &moved, &scene->fault));
    (void)scene_accept(scene, "Waren");
    scene_assert_sound(scene);
    assert_status(scene, ledger_copy(scene->path, file, &scene->clock, &moved, &scene->fault),
                  STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "happened"));
}

static void a_backup_of_a_server_is_a_file_of_the_same_state(void **state)
{
    struct scene *scene = *state;
    char file[SCENE_PATH_BYTES];
    fill(scene);
    struct digest before = state_of(scene);
    (void)snprintf(file, sizeof file, "%s/backup.db", scene->folder);
    assert_ok(scene, ledger_copy_to(scene->ledger, file, &scene->fault));
    assert_status(scene, ledger_copy_to(scene->ledger, file, &scene->fault), STATUS_REFUSE);
    open_at(scene, file);
    struct digest after = state_of(scene);
    assert_true(digest_equal(&before, &after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(there_and_back_everything_is_as_it_was),
        SCENE_TEST(a_copy_leaves_the_ledger_in_force_and_takes_no_used_place),
        SCENE_TEST(a_backup_of_a_server_is_a_file_of_the_same_state),
        SCENE_TEST(the_old_ledger_says_where_it_went_and_changes_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
