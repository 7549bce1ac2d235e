/* test_quality.c - samples are drawn when a batch is closed or a day is over, checked by another
 * person, and only then may the paper go. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <string.h>

#include "store/guard.h"
#include "store/paper.h"
#include "store/quality.h"

enum { MONTHS = 6, LETTERS = 6 };
static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;
static const struct quality_rule rule = {.sampling = {.protection = PROTECTION_NORMAL}};

struct gathered {
    struct document_id documents[16];
    char drawn[16][16];
    size_t count;
    struct uuid lot;
    struct digest seed;
    enum lot_stand stand;
    uint32_t rate, open, all;
    char from[QUALITY_DAY_BYTES];
};

static enum status keep_item(void *context, const struct quality_item *item, struct fault *fault)
{
    struct gathered *gathered = context;
    (void)fault;
    assert_true(gathered->count < 16);
    (void)snprintf(gathered->drawn[gathered->count], 16, "%s", item->drawn);
    gathered->documents[gathered->count++] = item->document;
    return STATUS_OK;
}

/* Only the newest. */
static enum status keep_lot(void *context, const struct lot_record *lot, struct fault *fault)
{
    struct gathered *gathered = context;
    (void)fault;
    gathered->lot = lot->id;
    gathered->seed = lot->seed;
    gathered->stand = lot->stand;
    gathered->rate = lot->rate;
    gathered->open = lot->open_checks;
    gathered->all = lot->documents;
    memcpy(gathered->from, lot->paper_from, sizeof gathered->from);
    return STATUS_OK;
}

static struct gathered look(struct scene *scene)
{
    struct gathered gathered = {0};
    assert_ok(scene,
              quality_open(scene->ledger, GUARD_ALL, 0, keep_item, &gathered, &scene->fault));
    assert_ok(scene, lots_each(scene->ledger, &desk_everything, MONTHS, 1, keep_lot, &gathered,
                               &scene->fault));
    return gathered;
}

static uint32_t draw(struct scene *scene, const struct quality_rule *by)
{
    uint32_t lots = 0;
    assert_ok(scene, quality_draw_all(scene->ledger, by, &lots, &scene->fault));
    return lots;
}

/* Letters of a day, which is over afterwards. */
static void pass_a_day(struct scene *scene)
{
    for (int i = 0; i < LETTERS; i++)
        (void)scene_filed(scene, "50.21.000001-1");
    scene->wall_ms += DAY_MS;
}

static enum quality_verdict check(struct scene *scene, struct document_id id, const char *findings,
                                  const char *actor)
{
    const struct quality_opinion opinion = {.is_good = findings[0] == '\0', .findings = findings};
    enum quality_verdict verdict = QUALITY_NO_LOT;
    assert_ok(scene, quality_check(scene->ledger, id, &opinion, actor, &verdict, &scene->fault));
    return verdict;
}

static void a_day_without_batches_is_drawn_from_when_it_is_over(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id first = scene_filed(scene, "50.21.000001-1");
    assert_int_equal(draw(scene, &rule), 0);
    assert_int_equal(check(scene, first, "", "quirin"), QUALITY_NO_LOT);
    pass_a_day(scene);
    assert_int_equal(draw(scene, &rule), 1);
    assert_int_equal(draw(scene, &rule), 0);
    struct gathered found = look(scene);
    assert_int_equal(found.count, 1); // 4 % of seven, at least one
    assert_int_equal(found.all, LETTERS + 1);
    assert_int_equal(found.rate, 40);
    scene_assert_sound(scene);
}

static void the_same_sample_follows_from_the_seed(void **state)
{
    struct scene *scene = *state;
    bool drawn[LETTERS];
    scene_register(scene);
    pass_a_day(scene);
    assert_int_equal(draw(scene, &rule), 1);
    struct gathered found = look(scene);
    assert_true(sampling_draw(found.seed.bytes, &found.lot, LETTERS, found.rate, drawn));
    for (int i = 0; i < LETTERS; i++) {
        char sql[128];
        (void)snprintf(sql, sizeof sql,
                       "SELECT count(*) FROM quality_item WHERE number = %d AND drawn = 'sample'",
                       i);
        assert_int_equal(scene_sql_number(scene, sql), drawn[i]);
    }
    scene_sql(scene, "UPDATE quality_lot SET seed = zeroblob(32)");
    struct verify_result result = {0};
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    assert_non_null(strstr(result.first_fault, "seed"));
}

static void classes_and_kinds_are_drawn_whole(void **state)
{
    struct scene *scene = *state;
    const struct quality_rule high = {.sampling = {.protection = PROTECTION_HIGH}};
    const struct quality_rule kinds = {.high_kinds = "attest; widerspruch "};
    scene_register(scene);
    pass_a_day(scene);
    assert_int_equal(draw(scene, &high), 1);
    assert_int_equal(look(scene).count, LETTERS);
    pass_a_day(scene);
    assert_int_equal(draw(scene, &kinds), 1); // every letter of the scene is a "widerspruch"
    assert_int_equal(look(scene).open, LETTERS);
}

static void a_finding_has_the_lot_and_the_next_one_looked_at(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    pass_a_day(scene);
    (void)draw(scene, &rule);
    struct gathered found = look(scene);
    assert_int_equal(check(scene, found.documents[0], "unreadable cut_off", "quirin"),
                     QUALITY_KEPT);
    found = look(scene);
    assert_int_equal(found.count, LETTERS);
    for (size_t i = 0; i < found.count; i++)
        assert_int_equal(check(scene, found.documents[i], "", "quirin"), QUALITY_KEPT);
    assert_int_equal(look(scene).count, 0);
    pass_a_day(scene);
    (void)draw(scene, &rule);
    found = look(scene);
    assert_int_equal(found.rate, SAMPLING_TIGHTENED_RATE);
    assert_int_equal(found.count, 2); // 25 % of six, rounded up
    for (int lot = 0; lot < SAMPLING_CLEAN_BATCHES; lot++) {
        found = look(scene);
        for (size_t i = 0; i < found.count; i++)
            assert_int_equal(check(scene, found.documents[i], "", "quirin"), QUALITY_KEPT);
        pass_a_day(scene);
        (void)draw(scene, &rule);
    }
    assert_int_equal(look(scene).rate, 40);
    scene_assert_sound(scene);
}

static void opinions_that_are_none_are_refused(void **state)
{
    static const struct quality_opinion none[] = {
        {.is_good = false, .findings = ""           },
        {.is_good = true,  .findings = "unreadable" },
        {.is_good = false, .findings = "ugly"       },
        {.is_good = false, .findings = "unreadable,"},
    };
    struct scene *scene = *state;
    enum quality_verdict verdict = QUALITY_KEPT;
    scene_register(scene);
    pass_a_day(scene);
    (void)draw(scene, &rule);
    struct gathered found = look(scene);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_status(scene,
                      quality_check(scene->ledger, found.documents[0], &none[i], "quirin", &verdict,
                                    &scene->fault),
                      STATUS_REFUSE);
    // "intake" is who handed the scans in
    assert_int_equal(check(scene, found.documents[0], "", "intake"), QUALITY_SAME_PERSON);
    assert_int_equal(look(scene).count, 1);
}

static enum paper_verdict release(struct scene *scene, const struct uuid *lot, const char *actor)
{
    enum paper_verdict verdict = PAPER_UNKNOWN;
    assert_ok(scene, paper_release(scene->ledger, lot, MONTHS, actor, &desk_everything, &verdict,
                                   &scene->fault));
    return verdict;
}

/* The letters of the scene are of SG 50.2: whose else they are not, they do not see, and of a box
 * with paper of others too only the registry says that it may go. */
static void paper_is_released_by_whose_it_is(void **state)
{
    struct scene *scene = *state;
    const struct desk_scope theirs = {
        .reach = DESK_SEES_TEAMS, .teams = {"SG 50.2"}, .team_count = 1};
    const struct desk_scope others = {
        .reach = DESK_SEES_TEAMS, .teams = {"SG 50.9"}, .team_count = 1};
    const struct quality_rule high = {.sampling = {.protection = PROTECTION_HIGH}};
    enum paper_verdict verdict = PAPER_RELEASED;
    struct gathered none = {.count = 0};
    scene_register(scene);
    (void)scene_filed(scene, "50.21.000001-1");
    (void)scene_filed(scene, "50.21.000001-1");
    scene->wall_ms += 200 * DAY_MS;
    (void)draw(scene, &high);
    struct gathered found = look(scene);
    assert_ok(scene, lots_each(scene->ledger, &others, MONTHS, 0, keep_lot, &none, &scene->fault));
    assert_true(uuid_is_nil(&none.lot));
    assert_ok(scene, lots_each(scene->ledger, &theirs, MONTHS, 0, keep_lot, &none, &scene->fault));
    assert_false(uuid_is_nil(&none.lot));
    assert_ok(scene, paper_release(scene->ledger, &found.lot, MONTHS, "leo", &others, &verdict,
                                   &scene->fault));
    assert_int_equal(verdict, PAPER_UNKNOWN);
    assert_ok(scene, paper_release(scene->ledger, &found.lot, MONTHS, "leo", &theirs, &verdict,
                                   &scene->fault));
    assert_int_equal(verdict, PAPER_NOT_CHECKED);
    scene_sql(scene, "UPDATE document SET team = 'SG 50.9' WHERE id = (SELECT d.id FROM document d "
                     "ORDER BY d.id LIMIT 1)");
    assert_ok(scene, paper_release(scene->ledger, &found.lot, MONTHS, "leo", &theirs, &verdict,
                                   &scene->fault));
    assert_int_equal(verdict, PAPER_SHARED);
}

static void paper_goes_when_it_was_checked_kept_and_released(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    pass_a_day(scene);
    (void)draw(scene, &rule);
    struct gathered found = look(scene);
    struct uuid unknown = uuid_new(1);
    assert_int_equal(release(scene, &unknown, "lena"), PAPER_UNKNOWN);
    assert_int_equal(release(scene, &found.lot, "lena"), PAPER_NOT_CHECKED);
    (void)check(scene, found.documents[0], "", "quirin");
    assert_int_equal(look(scene).stand, LOT_WAITING);
    assert_int_equal(release(scene, &found.lot, "lena"), PAPER_TOO_EARLY);
    assert_status(scene, paper_keep(scene->ledger, found.documents[0], "", "lena", &scene->fault),
                  STATUS_REFUSE);
    assert_ok(scene,
              paper_keep(scene->ledger, found.documents[0], "Urkunde", "lena", &scene->fault));
    scene->wall_ms += 190 * DAY_MS;
    assert_int_equal(look(scene).stand, LOT_READY);
    assert_int_equal(release(scene, &found.lot, "quirin"), PAPER_SAME_PERSON);
    assert_int_equal(release(scene, &found.lot, "intake"), PAPER_SAME_PERSON);
    assert_int_equal(release(scene, &found.lot, "lena"), PAPER_RELEASED);
    assert_int_equal(release(scene, &found.lot, "lena"), PAPER_BEFORE);
    assert_int_equal(look(scene).stand, LOT_RELEASED);
    assert_status(scene,
                  paper_keep(scene->ledger, found.documents[0], "doch", "lena", &scene->fault),
                  STATUS_REFUSE);
    scene_assert_sound(scene);
}

static enum status count_paper(void *context, const struct paper_item *item, struct fault *fault)
{
    unsigned *counts = context; // kept for ever, and all the others
    (void)fault;
    counts[item->keep == NULL]++;
    assert_int_equal(item->from[0] == '\0', item->keep != NULL);
    return STATUS_OK;
}

static void what_waits_for_a_person_keeps_its_paper(void **state)
{
    struct scene *scene = *state;
    unsigned counts[2] = {0};
    const struct quality_rule high = {.sampling = {.protection = PROTECTION_HIGH}};
    scene_register(scene);
    struct document_id open = scene_in_clearing(scene, "Waren");
    scene->wall_ms += 200 * DAY_MS;
    (void)draw(scene, &high);
    struct gathered found = look(scene);
    assert_int_equal(found.count, 1);
    (void)check(scene, found.documents[0], "", "quirin");
    assert_int_equal(release(scene, &found.lot, "lena"), PAPER_UNSETTLED);
    assert_ok(scene, paper_keep(scene->ledger, open, "Original", "lena", &scene->fault));
    assert_ok(scene, paper_each(scene->ledger, &desk_everything, MONTHS, false, count_paper, counts,
                                &scene->fault));
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 0);
    assert_ok(scene, paper_each(scene->ledger, &desk_everything, MONTHS, true, count_paper, counts,
                                &scene->fault));
    assert_int_equal(counts[0], 1); // nothing is released
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_day_without_batches_is_drawn_from_when_it_is_over),
        SCENE_TEST(the_same_sample_follows_from_the_seed),
        SCENE_TEST(classes_and_kinds_are_drawn_whole),
        SCENE_TEST(a_finding_has_the_lot_and_the_next_one_looked_at),
        SCENE_TEST(opinions_that_are_none_are_refused),
        SCENE_TEST(paper_is_released_by_whose_it_is),
        SCENE_TEST(paper_goes_when_it_was_checked_kept_and_released),
        SCENE_TEST(what_waits_for_a_person_keeps_its_paper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
