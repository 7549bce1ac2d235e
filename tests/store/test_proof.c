/* test_proof.c - a day's root covers what was there, stays, and gives away every later change. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/proof.h"
#include "tests/store/scene.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static struct proof_root seal(struct scene *scene, const char *day)
{
    struct proof_root root = {0};
    assert_ok(scene, proof_seal_day(scene->ledger, day, scene->wall_ms, &root, &scene->fault));
    return root;
}

static uint64_t check(struct scene *scene, char bad_day[PROOF_DAY_BYTES])
{
    uint64_t days = 0;
    assert_ok(scene, proof_check(scene->ledger, &days, bad_day, &scene->fault));
    return days;
}

static void a_day_covers_what_came_before_its_end(void **state)
{
    struct scene *scene = *state;
    char bad[PROOF_DAY_BYTES];
    scene_register(scene);
    struct proof_root empty = seal(scene, "2026-03-01");
    assert_int_equal(empty.documents, 0);
    (void)scene_filed(scene, "50.21.000001-1");
    (void)scene_document(scene, "Demmin");
    scene->wall_ms += DAY_MS;
    struct proof_root two = seal(scene, "2026-03-02");
    assert_int_equal(two.documents, 2);
    (void)scene_in_clearing(scene, "Demmin");
    scene->wall_ms += DAY_MS;
    struct proof_root three = seal(scene, "2026-03-03");
    assert_int_equal(three.documents, 3);
    assert_memory_not_equal(&two.root, &three.root, sizeof two.root);
    assert_int_equal(check(scene, bad), 3);
    assert_string_equal(bad, "");
    scene_assert_sound(scene);
}

static void a_root_that_is_there_stays(void **state)
{
    struct scene *scene = *state;
    (void)scene_document(scene, "Demmin");
    scene->wall_ms += DAY_MS;
    struct proof_root first = seal(scene, "2026-03-02");
    (void)scene_document(scene, "Demmin");
    scene->wall_ms += DAY_MS;
    struct proof_root again = seal(scene, "2026-03-02");
    assert_int_equal(again.documents, 1);
    assert_memory_equal(&first.root, &again.root, sizeof first.root);
}

static void days_come_in_their_order_and_when_they_ended(void **state)
{
    struct scene *scene = *state;
    struct proof_root root = {0};
    assert_int_equal(
        proof_seal_day(scene->ledger, "2026-03-02", scene->wall_ms + 1, &root, &scene->fault),
        STATUS_REFUSE);
    (void)seal(scene, "2026-03-02");
    assert_int_equal(
        proof_seal_day(scene->ledger, "2026-03-01", scene->wall_ms, &root, &scene->fault),
        STATUS_REFUSE);
}

static void assert_noticed(struct scene *scene, const char *change)
{
    char bad[PROOF_DAY_BYTES];
    scene_sql(scene, change);
    assert_int_equal(check(scene, bad), 1);
    if (strcmp(bad, "2026-03-02") != 0)
        fail_msg("nobody noticed: %s", change);
}

static void what_was_changed_later_is_given_away(void **state)
{
    static const char *const undo_themselves[] = {
        "UPDATE document SET pdf = text, text = pdf",
        "UPDATE document SET text = reading, reading = text",
        "UPDATE daily_root SET documents = 1 - documents",
        "UPDATE daily_root SET documents = 3 - documents",
    };
    struct scene *scene = *state;
    char bad[PROOF_DAY_BYTES];
    (void)scene_document(scene, "Demmin");
    scene->wall_ms += DAY_MS;
    (void)seal(scene, "2026-03-02");
    for (size_t i = 0; i < sizeof undo_themselves / sizeof undo_themselves[0]; i++) {
        assert_noticed(scene, undo_themselves[i]);
        scene_sql(scene, undo_themselves[i]);
        assert_int_equal(check(scene, bad), 1);
        assert_string_equal(bad, "");
    }
    assert_noticed(scene, "UPDATE scan SET sha256 = zeroblob(32)");
}

static void a_root_that_was_changed_is_given_away(void **state)
{
    struct scene *scene = *state;
    (void)scene_document(scene, "Demmin");
    scene->wall_ms += DAY_MS;
    (void)seal(scene, "2026-03-02");
    assert_noticed(scene, "UPDATE daily_root SET sha256 = zeroblob(32)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_day_covers_what_came_before_its_end),
        SCENE_TEST(a_root_that_is_there_stays),
        SCENE_TEST(days_come_in_their_order_and_when_they_ended),
        SCENE_TEST(what_was_changed_later_is_given_away),
        SCENE_TEST(a_root_that_was_changed_is_given_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
