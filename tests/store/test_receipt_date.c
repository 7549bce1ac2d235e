/* test_receipt_date.c - a document's date of receipt is the earliest that is proved, is made once,
 * and changes by a person's correction only; its deadlines follow, and wait for somebody. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/deadlines.h"
#include "store/ledger_batch.h"
#include "store/letterbox.h"
#include "store/receipt_date.h"
#include "tests/store/scene.h"

/* The scene's clock stands at Monday 2026-01-05. */
static const char TODAY[] = "2026-01-05";

static void assert_date(struct scene *scene, struct document_id id, const char *day,
                        enum receipt_evidence_kind evidence)
{
    struct receipt_date date = {0};
    bool found = false;
    assert_ok(scene, receipt_date_get(scene->ledger, id, &found, &date, &scene->fault));
    assert_true(found);
    assert_string_equal(date.day, day);
    assert_int_equal(date.evidence, evidence);
    receipt_date_done(&date);
}

/* Ends the next match job for nobody, with what was read. */
static void match(struct scene *scene, const char *kind, const char *days)
{
    struct job_record job = scene_lease(scene, JOB_MATCH);
    const struct decision decision = {
        .decided_by = "auto", .reason = "Weil.", .kind = kind, .flags = "deadline", .days = days};
    bool held = false;
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    assert_true(held);
    job_record_done(&job);
}

static void without_further_proof_the_drop_counts(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_document(scene, "Waren");
    struct receipt_date date = {0};
    bool found = true;
    assert_ok(scene, receipt_date_get(scene->ledger, id, &found, &date, &scene->fault));
    assert_false(found);
    match(scene, "widerspruch", NULL);
    assert_date(scene, id, TODAY, RECEIPT_DROP);
    scene_assert_sound(scene);
}

static void the_earliest_proof_counts_and_a_misread_stamp_is_only_shown(void **state)
{
    static const struct {
        const char *name, *days, *day;
        enum receipt_evidence_kind evidence;
    } cases[] = {
        {"a stamp of friday",      "stamp:2026-01-02:1",  "2026-01-02", RECEIPT_STAMP},
        {"a stamp of tomorrow",    "stamp:2026-01-06:1",  TODAY,        RECEIPT_DROP },
        {"a stamp of last summer", "stamp:2025-08-01:1",  TODAY,        RECEIPT_DROP },
        {"another's service",      "served:2025-12-30:1", TODAY,        RECEIPT_DROP },
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].name);
        struct document_id id = scene_document(scene, "Waren");
        match(scene, "widerspruch", cases[i].days);
        assert_date(scene, id, cases[i].day, cases[i].evidence);
    }
    struct document_id envelope = scene_document(scene, "Waren");
    match(scene, "zustellung", "served:2025-12-30:1");
    assert_date(scene, envelope, "2025-12-30", RECEIPT_SERVICE);
}

static void what_the_desk_entered_counts_until_it_is_decided(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_document(scene, "Waren");
    struct document_record record = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, id, &record, &scene->fault));
    struct scan_id scan = record.scan;
    document_record_done(&record);
    assert_status(
        scene,
        receipt_entry_keep(scene->ledger, scan, "2026-01-06", CHANNEL_DESK, "anna", &scene->fault),
        STATUS_REFUSE);
    assert_status(
        scene,
        receipt_entry_keep(scene->ledger, scan, "4.1.2026", CHANNEL_DESK, "anna", &scene->fault),
        STATUS_REFUSE);
    assert_ok(scene, receipt_entry_keep(scene->ledger, scan, "2026-01-04", CHANNEL_DESK, "anna",
                                        &scene->fault));
    match(scene, "widerspruch", NULL);
    assert_date(scene, id, "2026-01-04", RECEIPT_OPERATOR);
    assert_status(
        scene,
        receipt_entry_keep(scene->ledger, scan, "2026-01-03", CHANNEL_DESK, "anna", &scene->fault),
        STATUS_REFUSE);
}

static void a_letterbox_counts_by_the_rule_of_its_site(void **state)
{
    static const struct {
        const char *name;
        enum letterbox_compartment compartment;
        enum letterbox_rule rule;
        const char *day, *counts_for;
    } cases[] = {
        {"nothing parts them",      COMPARTMENT_ALL,             LETTERBOX_PREVIOUS_DAY,  "2026-01-02", "2026-01-01"},
        {"the second of one day",   COMPARTMENT_ALL,             LETTERBOX_PREVIOUS_DAY,  "2026-01-02",
         "2026-01-02"                                                                                               },
        {"since the last emptying", COMPARTMENT_ALL,             LETTERBOX_LAST_EMPTYING, "2026-01-05",
         "2026-01-02"                                                                                               },
        {"before midnight",         COMPARTMENT_BEFORE_MIDNIGHT, LETTERBOX_SAME_DAY,      "2026-01-05",
         "2026-01-04"                                                                                               },
        {"after midnight",          COMPARTMENT_AFTER_MIDNIGHT,  LETTERBOX_PREVIOUS_DAY,  "2026-01-05",
         "2026-01-05"                                                                                               },
    };
    struct scene *scene = *state;
    struct letterbox_record record = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].name);
        const struct letterbox_draft draft = {.site = "Waren",
                                              .compartment = cases[i].compartment,
                                              .rule = cases[i].rule,
                                              .day = cases[i].day};
        assert_ok(scene, letterbox_empty(scene->ledger, &draft, "anna", &record, &scene->fault));
        assert_string_equal(record.counts_for, cases[i].counts_for);
        letterbox_record_done(&record);
    }
    static const struct letterbox_draft wrong[] = {
        {.site = "Waren", .day = "2026-01-06"                },
        {.site = "Waren", .time = "25:00"                    },
        {.site = "Waren", .day = "gestern"                   },
        {.site = "Waren", .pieces = LETTERBOX_PIECES_MOST + 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_status(scene,
                      letterbox_empty(scene->ledger, &wrong[i], "anna", &record, &scene->fault),
                      STATUS_REFUSE);
}

static void a_correction_needs_a_reason_and_is_kept_beside_what_was(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    static const struct {
        const char *day, *reason;
    } wrong[] = {
        {"2026-01-02", ""  },
        {"2026-01-02", NULL},
        {"2026-01-06", "x" },
        {"2.1.2026",   "x" }
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_status(scene,
                      receipt_date_correct(scene->ledger, id, wrong[i].day, wrong[i].reason, "lena",
                                           &scene->fault),
                      STATUS_REFUSE);
    assert_date(scene, id, TODAY, RECEIPT_DROP);
    assert_ok(scene, receipt_date_correct(scene->ledger, id, "2026-01-02", "Poststempel", "lena",
                                          &scene->fault));
    assert_date(scene, id, "2026-01-02", RECEIPT_CORRECTION);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM receipt_proof"), 2);
    // A decision later keeps it.
    scene_register(scene);
    assert_ok(scene,
              ledger_document_assign(scene->ledger, id, "50.21.000001-1", "lena", &scene->fault));
    assert_date(scene, id, "2026-01-02", RECEIPT_CORRECTION);
    scene_assert_sound(scene);
}

static void a_date_that_was_changed_without_a_trace_is_found(void **state)
{
    struct scene *scene = *state;
    (void)scene_in_clearing(scene, "Waren");
    scene_sql(scene, "UPDATE receipt_date SET day = '2026-01-01'");
    struct verify_result result = {0};
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    assert_non_null(strstr(result.first_fault, "date of receipt"));
}

static enum status remember(void *context, const struct deadline_record *record,
                            struct fault *fault)
{
    (void)fault;
    struct text *text = context;
    text_append_format(text, "%s %s\n%s\n", record->rule, record->due == NULL ? "-" : record->due,
                       record->words);
    return STATUS_OK;
}

static void deadlines_follow_from_kind_days_and_receipt(void **state)
{
    struct scene *scene = *state;
    struct text text = {0};
    scene->wall_ms += INT64_C(50) * 86400000; // 2026-02-24
    struct document_id id = scene_document(scene, "Waren");
    match(scene, "widerspruch", "posted:2026-01-27:1");
    assert_ok(scene, deadlines_of(scene->ledger, id, remember, &text, &scene->fault));
    assert_non_null(strstr(text_string(&text), "widerspruch 2026-03-02\n"));
    assert_non_null(strstr(text_string(&text), "Sa 31.01.2026"));
    assert_non_null(strstr(text_string(&text), "§ 84 Abs. 1 S. 1 SGG"));
    text_clear(&text);
    struct document_id help = scene_document(scene, "Waren");
    match(scene, "eingliederungshilfe", NULL);
    assert_ok(scene, deadlines_of(scene->ledger, help, remember, &text, &scene->fault));
    assert_non_null(strstr(text_string(&text), "teilhabe_weiterleiten 2026-03-10\n"));
    // The correction of the receipt moves them.
    assert_ok(scene, receipt_date_correct(scene->ledger, help, "2026-02-20", "Stempel", "lena",
                                          &scene->fault));
    text_clear(&text);
    assert_ok(scene, deadlines_of(scene->ledger, help, remember, &text, &scene->fault));
    assert_non_null(strstr(text_string(&text), "teilhabe_weiterleiten 2026-03-06\n"));
    text_done(&text);
}

static void a_flagged_document_waits_for_one_person_and_then_for_the_lead(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Waren");
    struct deadline_counts counts = {0};
    uint32_t escalated = 0;
    assert_ok(scene, deadlines_count(scene->ledger, &counts, &scene->fault));
    assert_int_equal(counts.waiting, 1);
    assert_int_equal(counts.oldest_ms, scene->wall_ms);
    assert_ok(scene,
              deadlines_escalate(scene->ledger, scene->wall_ms, 10, &escalated, &scene->fault));
    assert_int_equal(escalated, 0); // not yet
    scene->wall_ms += 1000;
    assert_ok(scene,
              deadlines_escalate(scene->ledger, scene->wall_ms, 10, &escalated, &scene->fault));
    assert_int_equal(escalated, 1);
    assert_ok(scene,
              deadlines_escalate(scene->ledger, scene->wall_ms, 10, &escalated, &scene->fault));
    assert_int_equal(escalated, 0); // once
    assert_ok(scene, deadlines_acknowledge(scene->ledger, id, "bernd", &scene->fault));
    assert_status(scene, deadlines_acknowledge(scene->ledger, id, "emil", &scene->fault),
                  STATUS_REFUSE);
    struct deadline_standing standing = {0};
    assert_ok(scene, deadlines_standing(scene->ledger, id, &standing, &scene->fault));
    assert_string_equal(standing.acknowledged_by, "bernd");
    assert_int_equal(standing.acknowledged_ms, scene->wall_ms);
    assert_int_equal(standing.flagged_ms, 0);
    deadline_standing_done(&standing);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit WHERE action IN"
                                             " ('document.escalate', 'document.acknowledge')"),
                     2);
    assert_ok(scene, deadlines_count(scene->ledger, &counts, &scene->fault));
    assert_int_equal(counts.waiting, 0);
    scene_assert_sound(scene);
}

static void a_batch_out_of_the_letterbox_brings_its_day(void **state)
{
    struct scene *scene = *state;
    struct letterbox_record record = {0};
    const struct letterbox_draft draft = {.site = "Waren", .rule = LETTERBOX_PREVIOUS_DAY};
    assert_ok(scene, letterbox_empty(scene->ledger, &draft, "anna", &record, &scene->fault));
    struct batch_draft batch = {.site = "Demmin",
                                .operator_name = "anna",
                                .prepared = 1,
                                .received_day = TODAY,
                                .letterbox = record.number};
    char id[BATCH_ID_BYTES];
    assert_status(scene, ledger_batch_create(scene->ledger, &batch, "anna", id, &scene->fault),
                  STATUS_REFUSE); // another site's
    batch.site = "Waren";
    assert_ok(scene, ledger_batch_create(scene->ledger, &batch, "anna", id, &scene->fault));
    letterbox_record_done(&record);
    struct document_id document = scene_document(scene, "Waren");
    struct document_record read = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, document, &read, &scene->fault));
    assert_ok(scene, ledger_batch_add_scan(scene->ledger, id, read.scan, "anna", &scene->fault));
    document_record_done(&read);
    match(scene, "widerspruch", NULL);
    assert_date(scene, document, "2026-01-04", RECEIPT_LETTERBOX);
    struct receipt_date date = {0};
    bool found = false;
    assert_ok(scene, receipt_date_get(scene->ledger, document, &found, &date, &scene->fault));
    assert_int_equal(date.channel, CHANNEL_LETTERBOX);
    receipt_date_done(&date);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(without_further_proof_the_drop_counts),
        SCENE_TEST(the_earliest_proof_counts_and_a_misread_stamp_is_only_shown),
        SCENE_TEST(what_the_desk_entered_counts_until_it_is_decided),
        SCENE_TEST(a_letterbox_counts_by_the_rule_of_its_site),
        SCENE_TEST(a_correction_needs_a_reason_and_is_kept_beside_what_was),
        SCENE_TEST(a_date_that_was_changed_without_a_trace_is_found),
        SCENE_TEST(deadlines_follow_from_kind_days_and_receipt),
        SCENE_TEST(a_flagged_document_waits_for_one_person_and_then_for_the_lead),
        SCENE_TEST(a_batch_out_of_the_letterbox_brings_its_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
