/* test_purge.c - documents are deleted by a rule and by two persons; what is left is the proof, and
 * the audit chain and verify still hold. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/desk.h"
#include "store/forwarding.h"
#include "store/guard.h"
#include "store/proof.h"
#include "store/purge.h"

static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;
static char disposed[] = "aussortiert", files[] = "akten";
static const struct retention_rule rules[] = {
    {.name = disposed, .state = RETENTION_DISCARDED, .months = 3  },
    {.name = files,    .state = RETENTION_FILED,     .months = 120},
};
static const struct purge_order order = {
    .rules = rules,
    .rule_count = 2,
    .reason = "Frist um",
    .actor = "lena",
    .scope = &desk_everything,
};
static const struct desk_scope lead = {
    .reach = DESK_SEES_TEAMS, .person = "leo", .teams = {"SG 50.9"}, .team_count = 1};

static struct document_id discarded(struct scene *scene)
{
    struct document_id id = scene_in_clearing(scene, "Waren");
    const struct desk_act act = {.id = id, .actor = "rita", .reason = "Werbung"};
    enum desk_verdict verdict = DESK_TOO_LATE;
    assert_ok(scene, desk_discard(scene->ledger, &act, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
    return id;
}

static enum purge_verdict propose(struct scene *scene, struct document_id id, int64_t *ret_number)
{
    enum purge_verdict verdict = PURGE_NOTHING;
    assert_ok(scene, purge_propose_document(scene->ledger, &order, id, ret_number, &verdict,
                                            &scene->fault));
    return verdict;
}

static enum purge_verdict approve(struct scene *scene, int64_t number, const char *actor)
{
    enum purge_verdict verdict = PURGE_NOTHING;
    assert_ok(scene, purge_approve(scene->ledger, number, actor, &desk_everything, &verdict,
                                   &scene->fault));
    return verdict;
}

static struct purge_progress run(struct scene *scene, int64_t quiet_ms)
{
    struct purge_progress progress = {0};
    const struct purge_place place = {.spool = scene->spool, .quiet_ms = quiet_ms};
    assert_ok(scene, purge_run(scene->ledger, &place, &progress, &scene->fault));
    return progress;
}

static bool has_object(struct scene *scene, struct document_id id, int which)
{
    struct document_record document = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, id, &document, &scene->fault));
    const struct digest digests[] = {document.scan_digest, document.reading, document.text,
                                     document.pdf};
    bool has = spool_has(scene->spool, &digests[which]);
    document_record_done(&document);
    return has;
}

static void two_persons_delete_what_is_due(void **state)
{
    struct scene *scene = *state;
    int64_t number = 0;
    struct document_id id = discarded(scene);
    struct document_id other = scene_in_clearing(scene, "Waren"); // has the same text
    assert_int_equal(propose(scene, id, &number), PURGE_TOO_EARLY);
    assert_int_equal(propose(scene, other, &number), PURGE_UNSETTLED);
    scene->wall_ms += 100 * DAY_MS;
    assert_int_equal(propose(scene, id, &number), PURGE_DONE);
    assert_int_equal(propose(scene, id, &number), PURGE_PROPOSED);
    assert_int_equal(run(scene, 0).erased, 0); // nobody has approved
    assert_int_equal(approve(scene, number, "lena"), PURGE_SAME_PERSON);
    assert_int_equal(approve(scene, number, "intake"), PURGE_SAME_PERSON); // made the scan
    assert_int_equal(approve(scene, number + 1, "leo"), PURGE_UNKNOWN);
    assert_int_equal(approve(scene, number, "leo"), PURGE_DONE);
    assert_int_equal(approve(scene, number, "leo"), PURGE_UNKNOWN);
    struct purge_progress progress = run(scene, 400 * DAY_MS);
    assert_int_equal(progress.erased, 0);
    assert_true(progress.waiting > 0); // too young
    assert_true(has_object(scene, id, 0));
    progress = run(scene, 0);
    assert_int_equal(progress.erased, 1);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_PURGED);
    assert_false(has_object(scene, id, 0)); // the scan went with its last document
    assert_false(has_object(scene, id, 1));
    assert_true(has_object(scene, id, 2)); // the other document has the same text
    assert_true(has_object(scene, other, 2));
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM purge WHERE done_ms > 0"), 1);
    scene_assert_sound(scene);
}

static void words_leave_the_ledger_and_old_roots_stay(void **state)
{
    struct scene *scene = *state;
    int64_t number = 0;
    struct proof_root root = {0};
    struct document_id id = discarded(scene);
    const struct desk_act act = {.id = id, .actor = "rita"};
    assert_ok(scene, desk_add_note(scene->ledger, &act, "Krögermann rief an", &scene->fault));
    scene->wall_ms += 100 * DAY_MS;
    assert_ok(scene, proof_seal_day(scene->ledger, "2020-01-01", scene->wall_ms - 1, &root,
                                    &scene->fault));
    assert_int_equal(propose(scene, id, &number), PURGE_DONE);
    assert_int_equal(approve(scene, number, "leo"), PURGE_DONE);
    assert_int_equal(run(scene, 0).erased, 1);
    assert_int_equal(scene_sql_number(scene, "SELECT (SELECT count(*) FROM note) + (SELECT count(*)"
                                             " FROM handover WHERE reason <> '') + (SELECT count(*)"
                                             " FROM decision WHERE reason IS NOT NULL) + (SELECT"
                                             " count(*) FROM scan WHERE source <> '')"),
                     0);
    char command[320];
    (void)snprintf(command, sizeof command, "grep -ql 'rief an' %s*", scene->path);
    scene_reopen(scene); // and with it the write-ahead log
    if (!scene->is_server)
        assert_int_not_equal(system(command), 0); // NOLINT(cert-env33-c)
    scene_assert_sound(scene);
}

static void a_deletion_without_its_proof_is_found(void **state)
{
    struct scene *scene = *state;
    int64_t number = 0;
    struct document_id id = discarded(scene);
    scene->wall_ms += 100 * DAY_MS;
    (void)propose(scene, id, &number);
    (void)approve(scene, number, "leo");
    (void)run(scene, 0);
    struct verify_result result = {0};
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    assert_int_equal(result.purged, 1);
    assert_int_equal(result.faults, 0);
    scene_sql(scene, "UPDATE purge_item SET proof = zeroblob(32)");
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    assert_non_null(strstr(result.first_fault, "proof"));
    scene_sql(scene, "UPDATE purge SET approved_by = proposed_by");
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    assert_non_null(strstr(result.first_fault, "two persons"));
}

static void held_and_open_cases_stay(void **state)
{
    struct scene *scene = *state;
    int64_t number = 0;
    enum purge_verdict verdict = PURGE_DONE;
    scene_register(scene);
    struct document_id filed = scene_filed(scene, "50.21.000001-1");
    struct document_id id = discarded(scene);
    scene->wall_ms += 5000 * DAY_MS;
    assert_int_equal(propose(scene, filed, &number), PURGE_OPEN_CASE);
    assert_status(scene, purge_hold(scene->ledger, id, "", "lena", &scene->fault), STATUS_REFUSE);
    assert_ok(scene, purge_hold(scene->ledger, id, "Klage", "lena", &scene->fault));
    assert_int_equal(propose(scene, id, &number), PURGE_HELD);
    assert_ok(scene, purge_propose_rule(scene->ledger, &order, &rules[0], &number, &verdict,
                                        &scene->fault));
    assert_int_equal(verdict, PURGE_NOTHING);
    assert_ok(scene, purge_unhold(scene->ledger, id, "lena", &scene->fault));
    const struct purge_order foreign = {
        .rules = rules, .rule_count = 2, .reason = "Frist um", .actor = "leo", .scope = &lead};
    assert_ok(scene, purge_propose_rule(scene->ledger, &foreign, &rules[0], &number, &verdict,
                                        &scene->fault));
    assert_int_equal(verdict, PURGE_NOTHING); // of that team
    assert_ok(scene, purge_propose_rule(scene->ledger, &order, &rules[0], &number, &verdict,
                                        &scene->fault));
    assert_int_equal(verdict, PURGE_DONE);
    assert_ok(scene, purge_approve(scene->ledger, number, "leo", &lead, &verdict, &scene->fault));
    assert_int_equal(verdict, PURGE_UNKNOWN); // another team's
    assert_ok(scene, purge_hold(scene->ledger, id, "Klage", "lena", &scene->fault));
    assert_int_equal(approve(scene, number, "leo"), PURGE_DONE);
    assert_int_equal(run(scene, 0).erased, 0); // spared: it was held meanwhile
    assert_true(has_object(scene, id, 0));
    scene_sql(scene, "UPDATE register_row SET standing = 1");
    assert_int_equal(propose(scene, filed, &number), PURGE_DONE);
    scene_assert_sound(scene);
}

static void what_is_filed_leaves_the_cabinet_first(void **state)
{
    struct scene *scene = *state;
    int64_t number = 0;
    bool held = false;
    scene_register(scene);
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    scene_sql(scene, "UPDATE register_row SET standing = 1");
    scene->wall_ms += 5000 * DAY_MS;
    assert_int_equal(propose(scene, id, &number), PURGE_DONE);
    assert_int_equal(approve(scene, number, "leo"), PURGE_DONE);
    struct purge_progress progress = run(scene, 0);
    assert_int_equal(progress.leaving, 1);
    assert_int_equal(progress.erased, 0);
    struct job_record job = scene_lease(scene, JOB_FILE);
    assert_ok(scene, ledger_file_complete(scene->ledger, job.id, job.attempt, "gone", &held,
                                          &scene->fault));
    job_record_done(&job);
    progress = run(scene, 0);
    assert_int_equal(progress.erased, 1);
    assert_false(has_object(scene, id, 3));
    scene_assert_sound(scene);
}

static enum status count_forwarding(void *context, const struct forwarding_record *record,
                                    struct fault *fault)
{
    unsigned *counts = context; // all, overdue, confirmed, deleted
    (void)fault;
    counts[0]++;
    counts[1] += record->is_overdue;
    counts[2] += record->confirmed_ms > 0;
    counts[3] += record->is_deleted;
    assert_string_equal(record->target, "Jobcenter");
    return STATUS_OK;
}

static void misdirected_mail_is_deleted_when_it_is_confirmed(void **state)
{
    struct scene *scene = *state;
    unsigned counts[4] = {0};
    enum desk_verdict forwarded = DESK_TOO_LATE;
    enum forwarding_verdict verdict = FORWARDING_NONE;
    struct document_id id = scene_in_clearing(scene, "Waren");
    const struct desk_act act = {.id = id, .actor = "rita"};
    assert_ok(scene, forwarding_confirm(scene->ledger, id, "Mail", "leo", &desk_everything,
                                        &verdict, &scene->fault));
    assert_int_equal(verdict, FORWARDING_NONE);
    assert_ok(scene, desk_forward(scene->ledger, &act, "Jobcenter", "2026-03-02", &forwarded,
                                  &scene->fault));
    scene->wall_ms += 400 * DAY_MS;
    assert_ok(scene, forwardings_each(scene->ledger, &desk_everything, 14, true, count_forwarding,
                                      counts, &scene->fault));
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 1);
    assert_status(
        scene,
        forwarding_confirm(scene->ledger, id, "", "leo", &desk_everything, &verdict, &scene->fault),
        STATUS_REFUSE);
    assert_ok(scene, forwarding_confirm(scene->ledger, id, "Mail", "rita", &desk_everything,
                                        &verdict, &scene->fault));
    assert_int_equal(verdict, FORWARDING_SAME_PERSON);
    assert_ok(scene, forwarding_confirm(scene->ledger, id, "Mail", "leo", &desk_everything,
                                        &verdict, &scene->fault));
    assert_int_equal(verdict, FORWARDING_KEPT);
    assert_ok(scene, forwarding_confirm(scene->ledger, id, "Mail", "leo", &desk_everything,
                                        &verdict, &scene->fault));
    assert_int_equal(verdict, FORWARDING_BEFORE);
    assert_int_equal(run(scene, 0).erased, 1);
    assert_false(has_object(scene, id, 0));
    memset(counts, 0, sizeof counts);
    assert_ok(scene, forwardings_each(scene->ledger, &desk_everything, 14, false, count_forwarding,
                                      counts, &scene->fault));
    assert_int_equal(counts[0] + counts[1] + counts[2] + counts[3], 3); // the proof stays
    scene_assert_sound(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(two_persons_delete_what_is_due),
        SCENE_TEST(words_leave_the_ledger_and_old_roots_stay),
        SCENE_TEST(a_deletion_without_its_proof_is_found),
        SCENE_TEST(held_and_open_cases_stay),
        SCENE_TEST(what_is_filed_leaves_the_cabinet_first),
        SCENE_TEST(misdirected_mail_is_deleted_when_it_is_confirmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
