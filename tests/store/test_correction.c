/* test_correction.c - what people say of the matcher's decisions is kept and told, and the decision
 * that they judged with it. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/correction.h"
#include "store/ledger_private.h"
#include "tests/store/scene.h"

/* What was told last, and how often. */
struct told {
    unsigned count;
    bool to_file, is_misfiled;
    char case_number[32], right_case[32], right_kind[32], corrected_by[32];
};

static void copy(char to[32], const char *from)
{
    (void)snprintf(to, 32, "%s", from == NULL ? "(not said)" : from);
}

static enum status note(void *context, const struct judged_decision *judged, struct fault *fault)
{
    struct told *told = context;
    (void)fault;
    told->count++;
    told->to_file = judged->to_file;
    told->is_misfiled = judged->is_misfiled;
    copy(told->case_number, judged->case_number);
    copy(told->right_case, judged->right_case);
    copy(told->right_kind, judged->right_kind);
    copy(told->corrected_by, judged->corrected_by);
    return STATUS_OK;
}

static struct told look(struct scene *scene, bool only_corrected)
{
    struct told told = {0};
    assert_ok(scene, judged_each(scene->ledger, only_corrected, note, &told, &scene->fault));
    return told;
}

/* As a person's action does it: in a transaction, with an audit row. */
static void say(struct scene *scene, struct document_id id, const struct correction *correction,
                const char *actor)
{
    int64_t audit = 0;
    assert_ok(scene, ledger_begin(scene->ledger, &scene->fault));
    enum status status = audit_append_about(scene->ledger, actor, "document.correct", &id.uuid,
                                            "{}", &audit, &scene->fault);
    if (status == STATUS_OK)
        status = correction_keep(scene->ledger, &id.uuid, correction, actor, audit, &scene->fault);
    assert_ok(scene, ledger_end(scene->ledger, status, &scene->fault));
}

static void an_assignment_says_which_case_is_right(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    scene_register(scene);
    assert_int_equal(look(scene, true).count, 0);
    assert_ok(scene,
              ledger_document_assign(scene->ledger, id, "50.31.000002-2", "sb33", &scene->fault));
    struct told told = look(scene, true);
    assert_int_equal(told.count, 1);
    assert_false(told.to_file); // the matcher's decision, not the person's
    assert_string_equal(told.right_case, "50.31.000002-2");
    assert_string_equal(told.right_kind, "(not said)");
    assert_string_equal(told.corrected_by, "sb33");
    scene_assert_sound(scene);
}

static void what_nobody_spoke_of_is_told_without_a_truth(void **state)
{
    struct scene *scene = *state;
    (void)scene_filed(scene, "50.21.000001-1");
    struct told told = look(scene, false);
    assert_int_equal(told.count, 1);
    assert_true(told.to_file);
    assert_string_equal(told.case_number, "50.21.000001-1");
    assert_string_equal(told.right_case, "(not said)");
    assert_string_equal(told.corrected_by, "(not said)");
    assert_int_equal(look(scene, true).count, 0);
}

static void the_last_word_on_each_matter_counts(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    say(scene, id, &(struct correction){.kind = "attest"}, "sb1");
    say(scene, id, &(struct correction){.is_misfiled = true}, "sb2");
    say(scene, id, &(struct correction){.case_number = "50.31.000002-2"}, "sb3");
    say(scene, id, &(struct correction){.kind = ""}, "sb4");
    struct told told = look(scene, true);
    assert_int_equal(told.count, 1);
    assert_true(told.is_misfiled);
    assert_string_equal(told.case_number, "50.21.000001-1");
    assert_string_equal(told.right_case, "50.31.000002-2");
    assert_string_equal(told.right_kind, "");
    assert_string_equal(told.corrected_by, "sb4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_assignment_says_which_case_is_right),
        SCENE_TEST(what_nobody_spoke_of_is_told_without_a_truth),
        SCENE_TEST(the_last_word_on_each_matter_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
