/* test_models.c - models are kept whole, one is current, and a refused one never is. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "store/models.h"
#include "store/rematch.h"
#include "tests/store/scene.h"

static int64_t add(struct scene *scene, const char *bytes, bool is_accepted)
{
    int64_t version = 0;
    const struct model_offer offer = {.bytes = bytes,
                                      .length = strlen(bytes),
                                      .figures = "{}",
                                      .is_accepted = is_accepted,
                                      .actor = "admin"};
    assert_ok(scene, model_add(scene->ledger, &offer, &version, &scene->fault));
    return version;
}

static int64_t current(struct scene *scene)
{
    int64_t version = -1;
    assert_ok(scene, model_current(scene->ledger, &version, &scene->fault));
    return version;
}

static enum status list(void *context, const struct model_record *record, struct fault *fault)
{
    char *words = context;
    (void)fault;
    (void)snprintf(words + strlen(words), 100, "%d %s %d;", (int)record->version,
                   model_state_name(record->state), (int)record->bytes);
    return STATUS_OK;
}

static void the_last_accepted_model_is_current(void **state)
{
    struct scene *scene = *state;
    char words[128] = "";
    assert_int_equal(current(scene), 0);
    assert_int_equal(add(scene, "one", true), 1);
    assert_int_equal(add(scene, "worse", false), 2);
    assert_int_equal(current(scene), 1);
    assert_int_equal(add(scene, "better", true), 3);
    assert_int_equal(current(scene), 3);
    assert_ok(scene, models_each(scene->ledger, list, words, &scene->fault));
    assert_string_equal(words, "3 current 6;2 refused 5;1 kept 3;");
    scene_assert_sound(scene);
}

static void an_earlier_one_is_put_back_and_a_refused_one_is_not(void **state)
{
    struct scene *scene = *state;
    void *bytes = NULL;
    size_t length = 0;
    (void)add(scene, "one", true);
    (void)add(scene, "worse", false);
    (void)add(scene, "two", true);
    assert_ok(scene, model_use(scene->ledger, 1, "admin", &scene->fault));
    assert_int_equal(current(scene), 1);
    assert_status(scene, model_use(scene->ledger, 2, "admin", &scene->fault), STATUS_REFUSE);
    assert_status(scene, model_use(scene->ledger, 9, "admin", &scene->fault), STATUS_REFUSE);
    assert_int_equal(current(scene), 1);
    assert_ok(scene, model_bytes(scene->ledger, 1, &bytes, &length, &scene->fault));
    assert_int_equal(length, 3);
    assert_memory_equal(bytes, "one", 3);
    free(bytes);
    assert_ok(scene, model_use(scene->ledger, 0, "admin", &scene->fault));
    assert_int_equal(current(scene), 0);
    scene_assert_sound(scene);
}

static void a_model_that_was_changed_is_not_given_out(void **state)
{
    struct scene *scene = *state;
    void *bytes = NULL;
    size_t length = 0;
    (void)add(scene, "one", true);
    scene_sql(scene, "UPDATE model SET bytes = x'6f6e66'");
    assert_status(scene, model_bytes(scene->ledger, 1, &bytes, &length, &scene->fault),
                  STATUS_REFUSE);
    assert_null(bytes);
    assert_status(scene, model_bytes(scene->ledger, 2, &bytes, &length, &scene->fault),
                  STATUS_REFUSE);
}

static void a_new_model_lets_doubts_be_matched_again(void **state)
{
    struct scene *scene = *state;
    uint32_t count = 0;
    struct document_id id = scene_in_clearing(scene, "Waren");
    scene->wall_ms += 1000;
    (void)add(scene, "one", true);
    assert_ok(scene, ledger_rematch(scene->ledger, 9, &count, &scene->fault));
    assert_int_equal(count, 1);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_MATCHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_last_accepted_model_is_current),
        SCENE_TEST(an_earlier_one_is_put_back_and_a_refused_one_is_not),
        SCENE_TEST(a_model_that_was_changed_is_not_given_out),
        SCENE_TEST(a_new_model_lets_doubts_be_matched_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
