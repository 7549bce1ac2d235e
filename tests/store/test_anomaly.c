/* test_anomaly.c - what people state of a document's paper stands in its next Transfervermerk. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/anomaly.h"
#include "store/transfer_facts.h"
#include "tests/store/scene.h"

static enum desk_verdict state_it(struct scene *scene, struct document_id id, const char *code,
                                  const char *words)
{
    enum desk_verdict verdict = DESK_SHARED;
    assert_ok(scene,
              anomaly_state(scene->ledger, id, code, words, "bernd", &verdict, &scene->fault));
    return verdict;
}

static enum desk_verdict withdraw(struct scene *scene, struct document_id id, const char *code)
{
    enum desk_verdict verdict = DESK_SHARED;
    assert_ok(scene, anomaly_withdraw(scene->ledger, id, code, "lena", &verdict, &scene->fault));
    return verdict;
}

static enum status list(void *context, const struct anomaly_record *record, struct fault *fault)
{
    (void)fault;
    text_append_format(context, "%s:%s:%s;", record->code,
                       record->words == NULL ? "-" : record->words, record->actor);
    return STATUS_OK;
}

static void assert_stated(struct scene *scene, struct document_id id, const char *all)
{
    struct text stated = {0};
    assert_ok(scene, anomalies_each(scene->ledger, id, list, &stated, &scene->fault));
    assert_string_equal(text_string(&stated), all);
    text_done(&stated);
}

static void every_code_has_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; anomaly_code_at(i) != NULL; i++) {
        const char *german = anomaly_german(anomaly_code_at(i));
        assert_non_null(german);
        assert_true(string_ends_with(german, "."));
        assert_true(i == 0 || strcmp(anomaly_code_at(i - 1), anomaly_code_at(i)) < 0);
    }
    assert_null(anomaly_german("KLEBEBAND"));
}

static void each_is_stated_once_and_can_be_taken_back(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    assert_int_equal(state_it(scene, id, "KLEBEZETTEL", "Auf Seite 1."), DESK_HAPPENED);
    assert_int_equal(state_it(scene, id, "KLEBEZETTEL", "Auf Seite 1."), DESK_NO_CHANGE);
    assert_int_equal(state_it(scene, id, "BESCHAEDIGT", NULL), DESK_HAPPENED);
    assert_stated(scene, id, "BESCHAEDIGT:-:bernd;KLEBEZETTEL:Auf Seite 1.:bernd;");
    assert_int_equal(state_it(scene, id, "KLEBEZETTEL", ""), DESK_HAPPENED);
    assert_int_equal(withdraw(scene, id, "BESCHAEDIGT"), DESK_HAPPENED);
    assert_int_equal(withdraw(scene, id, "BESCHAEDIGT"), DESK_NO_CHANGE);
    assert_stated(scene, id, "KLEBEZETTEL:-:bernd;");
    scene_assert_sound(scene);
}

static void what_is_no_anomaly_is_refused(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1"), nobody = {{{0}}};
    char words[ANOMALY_WORDS_BYTES_MOST + 2];
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    const struct {
        struct document_id id;
        const char *code, *words;
    } cases[] = {
        {id,     "KLEBEBAND",   NULL  },
        {id,     "",            NULL  },
        {id,     "KLEBEZETTEL", words },
        {id,     "KLEBEZETTEL", "\xff"},
        {id,     "KLEBEZETTEL", "\a"  },
        {nobody, "KLEBEZETTEL", NULL  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum desk_verdict verdict = DESK_SHARED;
        assert_int_equal(anomaly_state(scene->ledger, cases[i].id, cases[i].code, cases[i].words,
                                       "bernd", &verdict, &scene->fault),
                         STATUS_REFUSE);
        fault_clear(&scene->fault);
    }
    words[ANOMALY_WORDS_BYTES_MOST] = '\0';
    assert_int_equal(state_it(scene, id, "KLEBEZETTEL", words), DESK_HAPPENED);
}

static void a_document_on_its_way_waits(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_document(scene, "Waren");
    assert_int_equal(state_it(scene, id, "HANDSCHRIFT", NULL), DESK_BUSY);
    scene_sql(scene, "UPDATE document SET state = 'discarded'");
    assert_int_equal(state_it(scene, id, "HANDSCHRIFT", NULL), DESK_TOO_LATE);
    assert_stated(scene, id, "");
}

static void a_filed_document_gets_a_new_note(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    struct document_record document = {0};
    struct transfer_facts facts = {0};
    scene_sql(scene, "INSERT INTO filed_note (document, pdf, note, audit)"
                     " SELECT id, sha256, sha256, audit FROM (SELECT d.id, s.sha256, d.audit"
                     " FROM document d JOIN scan s ON s.id = d.scan) AS f");
    assert_int_equal(state_it(scene, id, "FARBE_RELEVANT", "Rote Schrift."), DESK_HAPPENED);
    assert_int_equal(state_it(scene, id, "FARBE_RELEVANT", "Blaue Schrift."), DESK_BUSY);
    assert_int_equal(
        scene_sql_number(scene, "SELECT count(*) FROM job WHERE kind = 'file' AND state = 'ready'"),
        1);
    assert_ok(scene, ledger_document_get(scene->ledger, id, &document, &scene->fault));
    assert_ok(scene, transfer_facts_find(scene->ledger, &document, &facts, &scene->fault));
    assert_int_equal(facts.anomaly_count, 1);
    assert_string_equal(facts.anomalies[0].code, "FARBE_RELEVANT");
    assert_string_equal(facts.anomalies[0].words, "Rote Schrift.");
    transfer_facts_done(&facts);
    document_record_done(&document);
}

static void a_changed_statement_is_found(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    assert_int_equal(state_it(scene, id, "KLEBEZETTEL", "Auf Seite 1."), DESK_HAPPENED);
    scene_assert_sound(scene);
    scene_sql(scene, "UPDATE anomaly SET words = 'Auf Seite 2.'");
    struct verify_result result = {0};
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    assert_non_null(strstr(result.first_fault, "the anomaly stated of document"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_sentence),
        SCENE_TEST(each_is_stated_once_and_can_be_taken_back),
        SCENE_TEST(what_is_no_anomaly_is_refused),
        SCENE_TEST(a_document_on_its_way_waits),
        SCENE_TEST(a_filed_document_gets_a_new_note),
        SCENE_TEST(a_changed_statement_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
