/* test_arrangement.c - documents are split, merged, reordered and turned without a page being lost,
 * and all of it can be given up or taken back. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/arrangement.h"
#include "store/guard.h"
#include "store/purge.h"
#include "store/receipt_date.h"

/* ---- verbs ----------------------------------------------------------------------------------- */

enum { PAGES_MOST = 8, OUTCOMES_MOST = 4 };

static void match_for_nobody(struct scene *scene, uint32_t count)
{
    const struct decision nobody = {.decided_by = "auto", .reason = "Kein Fall.", .flags = ""};
    for (uint32_t i = 0; i < count; i++) {
        struct job_record job = scene_lease(scene, JOB_MATCH);
        bool held = false;
        assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &nobody, &held,
                                               &scene->fault));
        assert_true(held);
        job_record_done(&job);
    }
}

/* A document of `pages` pages in clearing. */
static struct document_id clearing_of(struct scene *scene, uint32_t pages)
{
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    scene_complete_reading(scene, &job, pages);
    job_record_done(&job);
    match_for_nobody(scene, 1);
    return scene_document_of(scene, scan);
}

struct wanted {
    bool keeps_case;
    uint32_t page_count;
    struct arrangement_place pages[PAGES_MOST];
};

static enum status try_to_ask(struct scene *scene, const struct arrangement_source *sources,
                              uint32_t source_count, const struct wanted *wanted, uint32_t count,
                              enum desk_verdict *ret_verdict, int64_t *ret_number)
{
    struct arrangement_outcome outcomes[OUTCOMES_MOST];
    for (uint32_t i = 0; i < count; i++)
        outcomes[i] = (struct arrangement_outcome){.keeps_case = wanted[i].keeps_case,
                                                   .pages = wanted[i].pages,
                                                   .page_count = wanted[i].page_count};
    const struct arrangement_wish wish = {.actor = "clara",
                                          .sources = sources,
                                          .source_count = source_count,
                                          .outcomes = outcomes,
                                          .outcome_count = count};
    return arrangement_ask(scene->ledger, &wish, ret_verdict, ret_number, &scene->fault);
}

static int64_t ask(struct scene *scene, const struct arrangement_source *sources,
                   uint32_t source_count, const struct wanted *wanted, uint32_t count)
{
    enum desk_verdict verdict = DESK_TOO_LATE;
    int64_t number = 0;
    assert_ok(scene, try_to_ask(scene, sources, source_count, wanted, count, &verdict, &number));
    assert_int_equal(verdict, DESK_HAPPENED);
    assert_true(number > 0);
    return number;
}

/* Two documents of the first and the other pages of one of three. */
static const struct wanted split[] = {
    {false, 1, {{0, 1, 0}}           },
    {false, 2, {{0, 2, 0}, {0, 3, 0}}}
};

static int64_t ask_to_split(struct scene *scene, struct document_id id)
{
    const struct arrangement_source source = {.document = id};
    return ask(scene, &source, 1, split, 2);
}

static struct read_document composed(struct scene *scene, const char *name)
{
    char words[64];
    struct read_document document;
    struct digest *digests[] = {&document.reading, &document.text, &document.pdf};
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(words, sizeof words, "%s %zu", name, i);
        assert_ok(scene, spool_put(scene->spool, words, strlen(words), digests[i], &scene->fault));
    }
    return document;
}

static bool compose(struct scene *scene, const struct job_record *job, uint32_t count)
{
    static const char *const names[] = {"eins", "zwei", "drei", "vier"};
    struct read_document documents[OUTCOMES_MOST];
    bool held = false;
    for (uint32_t i = 0; i < count; i++)
        documents[i] = composed(scene, names[i]);
    assert_ok(scene, ledger_compose_complete(scene->ledger, job->id, job->attempt, documents, count,
                                             &held, &scene->fault));
    return held;
}

static void compose_next(struct scene *scene, uint32_t count)
{
    struct job_record job = scene_lease(scene, JOB_COMPOSE);
    assert_true(compose(scene, &job, count));
    job_record_done(&job);
}

static void file_all(struct scene *scene, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct job_record job = scene_lease(scene, JOB_FILE);
        bool held = false;
        char place[32];
        (void)snprintf(place, sizeof place, "SG 50.2/%u", i);
        assert_ok(scene, ledger_file_complete(scene->ledger, job.id, job.attempt, place, &held,
                                              &scene->fault));
        assert_true(held);
        job_record_done(&job);
    }
    scene_assert_idle(scene, JOB_FILE);
}

static struct arrangement_record look(struct scene *scene, int64_t number)
{
    struct arrangement_record record = {0};
    assert_ok(scene, arrangement_get(scene->ledger, number, &record, &scene->fault));
    return record;
}

static void assert_state(struct scene *scene, int64_t number, enum arrangement_state state)
{
    struct arrangement_record record = look(scene, number);
    assert_int_equal(record.state, state);
    arrangement_record_done(&record);
}

static struct document_id outcome_of(struct scene *scene, int64_t number, uint32_t index)
{
    struct arrangement_record record = look(scene, number);
    assert_true(index < record.outcome_count);
    struct document_id id = record.outcomes[index];
    arrangement_record_done(&record);
    return id;
}

static void assert_pages(struct scene *scene, struct document_id id, const uint32_t *numbers,
                         uint32_t count)
{
    struct document_record record = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, id, &record, &scene->fault));
    assert_int_equal(record.page_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(record.pages[i], numbers[i]);
        assert_int_equal(record.places[i].number, numbers[i]);
    }
    document_record_done(&record);
}

/* ---- what holds ------------------------------------------------------------------------------ */

static void a_document_is_split_and_its_parts_are_matched(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    int64_t number = ask_to_split(scene, id);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_ARRANGING);
    assert_state(scene, number, ARRANGEMENT_OPEN);
    scene_assert_sound(scene);
    compose_next(scene, 2);
    assert_state(scene, number, ARRANGEMENT_DONE);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_REPLACED);
    assert_pages(scene, outcome_of(scene, number, 0), (uint32_t[]){1}, 1);
    assert_pages(scene, outcome_of(scene, number, 1), (uint32_t[]){2, 3}, 2);
    assert_pages(scene, id, (uint32_t[]){1, 2, 3}, 3); // as they were
    for (uint32_t i = 0; i < 2; i++) {
        struct job_record job = scene_lease(scene, JOB_MATCH);
        job_record_done(&job);
    }
    scene_assert_idle(scene, JOB_MATCH);
    scene_assert_sound(scene);
}

static void what_was_filed_is_filed_anew_and_leaves_its_old_place(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id ids[] = {scene_filed(scene, "50.21.000001-1"),
                                scene_filed(scene, "50.21.000001-1")};
    const struct arrangement_source sources[] = {{.document = ids[0]}, {.document = ids[1]}};
    static const struct wanted merged = {
        true, 2, {{1, 1, 0}, {0, 1, 90}}
    };
    int64_t number = ask(scene, sources, 2, &merged, 1);
    compose_next(scene, 1);
    assert_int_equal(scene_document_state(scene, ids[0]), DOCUMENT_RECALLED);
    assert_int_equal(scene_document_state(scene, ids[1]), DOCUMENT_RECALLED);
    scene_assert_sound(scene);
    file_all(scene, 3);
    struct document_id outcome = outcome_of(scene, number, 0);
    assert_int_equal(scene_document_state(scene, ids[0]), DOCUMENT_REPLACED);
    assert_int_equal(scene_document_state(scene, ids[1]), DOCUMENT_REPLACED);
    assert_int_equal(scene_document_state(scene, outcome), DOCUMENT_FILED);
    struct document_record record = {0};
    assert_ok(scene, ledger_document_get(scene->ledger, outcome, &record, &scene->fault));
    assert_string_equal(record.case_number, "50.21.000001-1");
    assert_string_equal(record.decided_by, "clara");
    assert_int_equal(record.page_count, 2);
    assert_int_equal(record.places[0].turned, 0);
    assert_int_equal(record.places[1].turned, 90);
    assert_memory_not_equal(&record.places[0].scan, &record.places[1].scan,
                            sizeof record.places[0].scan);
    assert_memory_equal(&record.places[0].scan, &record.scan, sizeof record.scan);
    assert_true(record.arrangement == number);
    document_record_done(&record);
    scene_assert_sound(scene);
}

static void it_is_taken_back_before_it_is_done(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    int64_t number = ask_to_split(scene, id);
    struct job_record job = scene_lease(scene, JOB_COMPOSE);
    enum desk_verdict verdict = DESK_BUSY;
    assert_ok(scene, arrangement_undo(scene->ledger, number, "clara", &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    assert_state(scene, number, ARRANGEMENT_UNDONE);
    assert_false(compose(scene, &job, 2)); // stale
    job_record_done(&job);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document"), 1);
    scene_assert_sound(scene);
}

static void it_is_taken_back_after_it_is_done(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    struct document_id filed = scene_filed(scene, "50.21.000001-1");
    struct document_id clearing = clearing_of(scene, 2);
    const struct arrangement_source sources[] = {{.document = filed}, {.document = clearing}};
    static const struct wanted merged[] = {
        {true,  2, {{0, 1, 180}, {1, 2, 0}}},
        {false, 1, {{1, 1, 0}}             }
    };
    enum desk_verdict verdict = DESK_HAPPENED;
    int64_t number = ask(scene, sources, 2, merged, 2);
    compose_next(scene, 2);
    assert_ok(scene, arrangement_undo(scene->ledger, number, "clara", &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_BUSY); // being filed and matched
    file_all(scene, 2);
    match_for_nobody(scene, 1);
    verdict = DESK_HAPPENED;
    assert_ok(scene, arrangement_undo(scene->ledger, number, "clara", &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
    scene_assert_sound(scene);
    file_all(scene, 2); // one leaves the cabinet, one comes back
    assert_int_equal(scene_document_state(scene, filed), DOCUMENT_FILED);
    assert_int_equal(scene_document_state(scene, clearing), DOCUMENT_CLEARING);
    assert_pages(scene, clearing, (uint32_t[]){1, 2}, 2);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM page WHERE turned <> 0"
                                             " OR position <> 0"),
                     0);
    assert_int_equal(
        scene_sql_number(scene, "SELECT count(*) FROM document WHERE state = 'replaced'"), 2);
    scene_assert_sound(scene);
    assert_ok(scene, arrangement_undo(scene->ledger, number, "clara", &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_TOO_LATE);
}

static void what_cannot_be_done_leaves_everything_as_it_was(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    int64_t number = ask_to_split(scene, id);
    for (uint32_t i = 0; i < scene_rule.content_most; i++) {
        struct job_record job = scene_lease(scene, JOB_COMPOSE);
        bool held = false;
        assert_ok(scene, ledger_job_fail(scene->ledger, job.id, job.attempt, JOB_FAILURE_CONTENT,
                                         "crashed", &scene_rule, &held, &scene->fault));
        assert_true(held);
        job_record_done(&job);
        scene->monotonic_ms += scene_rule.backoff_most_ms * 2;
    }
    scene_assert_idle(scene, JOB_COMPOSE);
    struct arrangement_record record = look(scene, number);
    assert_int_equal(record.state, ARRANGEMENT_FAILED);
    assert_non_null(strstr(record.reason, "wie es war"));
    arrangement_record_done(&record);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    scene_assert_sound(scene);
    (void)ask_to_split(scene, id); // and it may be asked for again
}

static void a_lost_object_gives_the_arrangement_up(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    int64_t number = ask_to_split(scene, id);
    struct job_record job = scene_lease(scene, JOB_COMPOSE);
    bool held = false;
    assert_ok(scene, ledger_job_corrupt(scene->ledger, job.id, job.attempt, "Es fehlt etwas.",
                                        &held, &scene->fault));
    job_record_done(&job);
    assert_true(held);
    assert_state(scene, number, ARRANGEMENT_FAILED);
    assert_int_equal(scene_document_state(scene, id), DOCUMENT_CLEARING);
    scene_assert_sound(scene);
}

static void a_source_that_is_set_aside_frees_the_others(void **state)
{
    struct scene *scene = *state;
    struct document_id ids[] = {clearing_of(scene, 1), clearing_of(scene, 1)};
    const struct arrangement_source sources[] = {{.document = ids[0]}, {.document = ids[1]}};
    static const struct wanted merged = {
        false, 2, {{0, 1, 0}, {1, 1, 0}}
    };
    int64_t number = ask(scene, sources, 2, &merged, 1);
    bool changed = false;
    assert_ok(scene, ledger_set_aside(scene->ledger, &ids[1].uuid, "Beschädigt.", "verify",
                                      &changed, &scene->fault));
    assert_true(changed);
    assert_state(scene, number, ARRANGEMENT_FAILED);
    assert_int_equal(scene_document_state(scene, ids[0]), DOCUMENT_CLEARING);
    assert_int_equal(scene_document_state(scene, ids[1]), DOCUMENT_CORRUPT);
    scene_assert_idle(scene, JOB_COMPOSE);
}

static void a_document_that_stays_as_it_is_keeps_its_id(void **state)
{
    struct scene *scene = *state;
    struct document_id ids[] = {clearing_of(scene, 1), clearing_of(scene, 2)};
    const struct arrangement_source sources[] = {{.document = ids[0]}, {.document = ids[1]}};
    static const struct wanted wanted[] = {
        {false, 1, {{0, 1, 0}}           },
        {false, 2, {{1, 2, 0}, {1, 1, 0}}}
    };
    static const struct wanted same[] = {
        {false, 1, {{0, 1, 0}}           },
        {false, 2, {{1, 1, 0}, {1, 2, 0}}}
    };
    enum desk_verdict verdict = DESK_HAPPENED;
    int64_t number = 0;
    assert_ok(scene, try_to_ask(scene, sources, 2, same, 2, &verdict, &number));
    assert_int_equal(verdict, DESK_NO_CHANGE);
    number = ask(scene, sources, 2, wanted, 2);
    assert_int_equal(scene_document_state(scene, ids[0]), DOCUMENT_CLEARING);
    compose_next(scene, 1);
    assert_int_equal(scene_document_state(scene, ids[0]), DOCUMENT_CLEARING);
    assert_int_equal(scene_document_state(scene, ids[1]), DOCUMENT_REPLACED);
    assert_pages(scene, outcome_of(scene, number, 0), (uint32_t[]){2, 1}, 2);
    scene_assert_sound(scene);
}

static void what_was_arranged_is_arranged_again(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    int64_t first = ask_to_split(scene, id);
    compose_next(scene, 2);
    match_for_nobody(scene, 2);
    const struct arrangement_source sources[] = {{.document = outcome_of(scene, first, 0)},
                                                 {.document = outcome_of(scene, first, 1)}};
    static const struct wanted back = {
        false, 3, {{1, 2, 0}, {1, 1, 90}, {0, 1, 0}}
    };
    int64_t second = ask(scene, sources, 2, &back, 1);
    struct job_record job = scene_lease(scene, JOB_COMPOSE);
    struct arrangement_order order = {0};
    assert_ok(scene, arrangement_order(scene->ledger, job.id, &order, &scene->fault));
    assert_int_equal(order.composition.source_count, 2);
    assert_int_equal(order.composition.document_count, 1);
    const struct composition_page *pages = order.composition.documents[0].pages;
    assert_int_equal(pages[0].source, 1);
    assert_int_equal(pages[0].place, 1);
    assert_int_equal(pages[0].number, 3); // of the scan
    assert_int_equal(pages[1].turn, 90);
    assert_int_equal(pages[2].source, 0);
    arrangement_order_done(&order);
    assert_true(compose(scene, &job, 1));
    job_record_done(&job);
    assert_pages(scene, outcome_of(scene, second, 0), (uint32_t[]){3, 2, 1}, 3);
    scene_assert_sound(scene);
}

static void nothing_else_is_taken(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 2);
    struct document_id moving = scene_document(scene, "Waren");
    const struct {
        const char *name;
        struct arrangement_source sources[2];
        uint32_t source_count;
        struct wanted wanted;
        enum status status;
        enum desk_verdict verdict;
    } rows[] = {
        {"a page is left out",         {{.document = id}}, 1, {false, 1, {{0, 1, 0}}},             STATUS_REFUSE, 0            },
        {"a page stands twice",
         {{.document = id}},
         1,                                                   {false, 2, {{0, 1, 0}, {0, 1, 0}}},
         STATUS_REFUSE,                                                                                           0            },
        {"a page that there is not",
         {{.document = id}},
         1,                                                   {false, 2, {{0, 1, 0}, {0, 3, 0}}},
         STATUS_REFUSE,                                                                                           0            },
        {"page zero",                  {{.document = id}}, 1, {false, 2, {{0, 0, 0}, {0, 1, 0}}},  STATUS_REFUSE, 0            },
        {"turned by 45",
         {{.document = id}},
         1,                                                   {false, 2, {{0, 1, 45}, {0, 2, 0}}},
         STATUS_REFUSE,                                                                                           0            },
        {"a source that there is not",
         {{.document = id}},
         1,                                                   {false, 2, {{0, 1, 0}, {1, 1, 0}}},
         STATUS_REFUSE,                                                                                           0            },
        {"a document named twice",
         {{.document = id}, {.document = id}},
         2,                                                   {false, 2, {{0, 1, 0}, {1, 2, 0}}},
         STATUS_REFUSE,                                                                                           0            },
        {"no page at all",             {{.document = id}}, 1, {false, 0, {{0, 0, 0}}},             STATUS_REFUSE, 0            },
        {"seen before a change",
         {{.document = id, .revision = 1}},
         1,                                                   {false, 2, {{0, 2, 0}, {0, 1, 0}}},
         STATUS_OK,                                                                                               DESK_TOO_LATE},
        {"it is being matched",
         {{.document = moving}},
         1,                                                   {false, 1, {{0, 1, 90}}},
         STATUS_OK,                                                                                               DESK_TOO_LATE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum desk_verdict verdict = DESK_HAPPENED;
        int64_t number = 0;
        enum status status = try_to_ask(scene, rows[i].sources, rows[i].source_count,
                                        &rows[i].wanted, 1, &verdict, &number);
        if (status != rows[i].status || verdict != rows[i].verdict)
            fail_msg("%s: %s, verdict %d", rows[i].name, status_name(status), (int)verdict);
    }
    scene_assert_sound(scene);
}

static void a_result_that_does_not_fit_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    (void)ask_to_split(scene, id);
    struct job_record job = scene_lease(scene, JOB_COMPOSE);
    const struct read_document one = composed(scene, "eins");
    bool held = false;
    assert_status(
        scene,
        ledger_compose_complete(scene->ledger, job.id, job.attempt, &one, 1, &held, &scene->fault),
        STATUS_REFUSE);
    assert_true(compose(scene, &job, 2));
    assert_false(compose(scene, &job, 2)); // the same once more
    job_record_done(&job);
    scene_assert_sound(scene);
}

static enum status keep_neighbour(void *context, struct document_id document, struct fault *fault)
{
    struct document_id *found = context;
    (void)fault;
    assert_true(uuid_is_nil(&found->uuid)); // there is one alone
    *found = document;
    return STATUS_OK;
}

static void neighbours_are_those_of_the_scan_and_batch(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    int64_t number = ask_to_split(scene, id);
    compose_next(scene, 2);
    struct document_id first = outcome_of(scene, number, 0);
    match_for_nobody(scene, 2);
    (void)clearing_of(scene, 1); // of another scan
    struct document_id found = {0};
    assert_ok(scene, arrangement_neighbours(scene->ledger, first, 10, keep_neighbour, &found,
                                            &scene->fault));
    struct document_id second = outcome_of(scene, number, 1);
    assert_memory_equal(&found, &second, sizeof found);
}

struct proofs {
    uint32_t stamps, corrections, all;
};

static enum status count_proof(void *context, const struct receipt_proof *proof,
                               struct fault *fault)
{
    struct proofs *proofs = context;
    (void)fault;
    proofs->all++;
    proofs->stamps += proof->kind == RECEIPT_STAMP;
    proofs->corrections += proof->kind == RECEIPT_CORRECTION;
    return STATUS_OK;
}

/* Two documents, one with a stamp on its second page, one whose date was corrected; merged, and the
 * stamped page alone. */
static void receipt_and_its_proofs_go_with_the_pages(void **state)
{
    struct scene *scene = *state;
    struct document_id ids[2];
    for (uint32_t i = 0; i < 2; i++) {
        struct scan_id scan = scene_accept(scene, "Waren");
        struct job_record job = scene_lease(scene, JOB_READ);
        scene_complete_reading(scene, &job, 2);
        job_record_done(&job);
        job = scene_lease(scene, JOB_MATCH);
        const struct decision nobody = {.decided_by = "auto",
                                        .reason = "Kein Fall.",
                                        .flags = "",
                                        .days = i == 0 ? "stamp:2026-01-02:2" : NULL};
        bool held = false;
        assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &nobody, &held,
                                               &scene->fault));
        job_record_done(&job);
        ids[i] = scene_document_of(scene, scan);
    }
    assert_ok(scene, receipt_date_correct(scene->ledger, ids[1], "2025-12-30", "Poststempel",
                                          "lena", &scene->fault));
    const struct arrangement_source sources[] = {{.document = ids[0]}, {.document = ids[1]}};
    static const struct wanted wanted[] = {
        {false, 3, {{0, 1, 0}, {1, 1, 0}, {1, 2, 0}}},
        {false, 1, {{0, 2, 90}}                     },
    };
    static const struct {
        const char *day;
        struct proofs proofs;
        int64_t days; // read on its pages
    } expected[] = {
        {"2025-12-30", {1, 1, 3}, 0},
        {"2026-01-02", {1, 0, 2}, 1},
    };
    int64_t number = ask(scene, sources, 2, wanted, 2);
    compose_next(scene, 2);
    for (uint32_t i = 0; i < 2; i++) {
        struct document_id id = outcome_of(scene, number, i);
        struct receipt_date date = {0};
        struct proofs proofs = {0};
        bool found = false;
        assert_ok(scene, receipt_date_get(scene->ledger, id, &found, &date, &scene->fault));
        assert_true(found);
        assert_string_equal(date.day, expected[i].day);
        receipt_date_done(&date);
        assert_ok(scene,
                  receipt_date_proofs(scene->ledger, id, count_proof, &proofs, &scene->fault));
        assert_memory_equal(&proofs, &expected[i].proofs, sizeof proofs);
    }
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document_day y JOIN document d"
                                             " ON d.id = y.document AND d.arrangement > 0"
                                             " WHERE y.page = 1"),
                     1);
    scene_assert_sound(scene);
}

/* What is scanned in a batch stays accounted for in it. */
static void the_pages_stay_in_their_batch(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    scene_sql(scene, "UPDATE page SET batch = 'B7'");
    (void)ask_to_split(scene, id);
    compose_next(scene, 2);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM page p JOIN document d"
                                             " ON d.id = p.document WHERE p.batch = 'B7'"
                                             " AND d.state = 'matching' AND d.arrangement > 0"),
                     3);
}

static void the_last_one_is_told(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    enum desk_verdict verdict = DESK_HAPPENED;
    int64_t number = 1;
    assert_ok(scene, arrangement_of(scene->ledger, id, &number, &scene->fault));
    assert_int_equal(number, 0);
    int64_t first = ask_to_split(scene, id);
    assert_ok(scene, arrangement_undo(scene->ledger, first, "clara", &verdict, &scene->fault));
    assert_ok(scene, arrangement_of(scene->ledger, id, &number, &scene->fault));
    assert_int_equal(number, first); // came to nothing, and is all there is
    int64_t second = ask_to_split(scene, id);
    compose_next(scene, 2);
    assert_ok(scene, arrangement_of(scene->ledger, id, &number, &scene->fault));
    assert_int_equal(number, second);
    assert_ok(scene,
              arrangement_of(scene->ledger, outcome_of(scene, second, 0), &number, &scene->fault));
    assert_int_equal(number, second);
}

/* ---- deleted ---------------------------------------------------------------------------------- */

/* A document of `pages` pages in clearing, each with a picture of the four bytes `<letter><page>..`
 * in the scan's page file. */
static struct document_id pictured(struct scene *scene, char letter, uint32_t pages)
{
    enum { PICTURE_BYTES = 4 };
    struct page_facts facts[PAGES_MOST];
    char file[PAGES_MOST * PICTURE_BYTES + 1] = "";
    for (uint32_t i = 0; i < pages; i++) {
        const char picture[PICTURE_BYTES] = {letter, (char)('1' + i), '.', '.'};
        memcpy(file + i * PICTURE_BYTES, picture, PICTURE_BYTES);
        facts[i] = (struct page_facts){
            .number = i + 1,
            .outcome = PAGE_IN_DOCUMENT,
            .document = 1,
            .preview = {.span = {i * PICTURE_BYTES, PICTURE_BYTES},
                        .media = PAGE_MEDIA_PNG,
                        .width = 1,
                        .height = 1}
        };
    }
    char words[] = {letter, '\0'};
    const struct read_document document = composed(scene, words);
    struct read_result result = {
        .pages = facts, .page_count = pages, .documents = &document, .document_count = 1};
    assert_ok(scene, spool_put(scene->spool, file, strlen(file), &result.page_file, &scene->fault));
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    bool held = false;
    assert_ok(scene, ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held,
                                          &scene->fault));
    job_record_done(&job);
    match_for_nobody(scene, 1);
    return scene_document_of(scene, scan);
}

static void discard(struct scene *scene, struct document_id id)
{
    const struct desk_act act = {.id = id, .actor = "rita", .reason = "Werbung"};
    enum desk_verdict verdict = DESK_TOO_LATE;
    assert_ok(scene, desk_discard(scene->ledger, &act, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
}

static enum purge_verdict propose(struct scene *scene, struct document_id id, int64_t *ret_number)
{
    static char name[] = "aussortiert";
    static const struct retention_rule rule = {.name = name, .state = RETENTION_DISCARDED};
    static const struct purge_order order = {
        .rules = &rule, .rule_count = 1, .reason = "Frist um", .actor = "lena"};
    enum purge_verdict verdict = PURGE_NOTHING;
    assert_ok(scene, purge_propose_document(scene->ledger, &order, id, ret_number, &verdict,
                                            &scene->fault));
    return verdict;
}

/* Deletes what was discarded; how many documents went. */
static uint32_t delete (struct scene *scene, struct document_id id)
{
    const struct purge_place place = {.spool = scene->spool};
    struct purge_progress progress = {0};
    enum purge_verdict verdict = PURGE_NOTHING;
    int64_t number = 0;
    assert_int_equal(propose(scene, id, &number), PURGE_DONE);
    assert_ok(scene, purge_approve(scene->ledger, number, "leo", &desk_everything, &verdict,
                                   &scene->fault));
    assert_int_equal(verdict, PURGE_DONE);
    assert_ok(scene, purge_run(scene->ledger, &place, &progress, &scene->fault));
    scene_assert_sound(scene);
    return progress.erased;
}

/* How many objects of the spool hold these words. */
static int objects_with(struct scene *scene, const char *words)
{
    char command[256], line[32] = "";
    (void)snprintf(command, sizeof command, "grep -rl -e '%s' %s/spool/objects | wc -l", words,
                   scene->folder);
    FILE *pipe = popen(command, "r"); // NOLINT(cert-env33-c)
    assert_non_null(pipe);
    assert_non_null(fgets(line, sizeof line, pipe));
    assert_int_equal(pclose(pipe), 0);
    return atoi(line); // NOLINT(cert-err34-c)
}

/* Of a page of A and two pages of B: M of A1 and B1, and X of B2. */
static void what_it_was_made_of_is_deleted_with_it(void **state)
{
    struct scene *scene = *state;
    struct document_id a = pictured(scene, 'A', 1), b = pictured(scene, 'B', 2);
    const struct arrangement_source sources[] = {{.document = a}, {.document = b}};
    static const struct wanted wanted[] = {
        {false, 2, {{0, 1, 0}, {1, 1, 0}}},
        {false, 1, {{1, 2, 0}}           }
    };
    int64_t number = ask(scene, sources, 2, wanted, 2);
    compose_next(scene, 2);
    match_for_nobody(scene, 2);
    struct document_id m = outcome_of(scene, number, 0), x = outcome_of(scene, number, 1);
    discard(scene, x);
    assert_int_equal(delete (scene, x), 3); // and both of which it was made
    assert_int_equal(scene_document_state(scene, a), DOCUMENT_PURGED);
    assert_int_equal(scene_document_state(scene, b), DOCUMENT_PURGED);
    assert_int_equal(scene_document_state(scene, m), DOCUMENT_CLEARING);
    assert_int_equal(objects_with(scene, "^[AB] [012]"), 0); // their readings, texts and PDFs
    assert_int_equal(objects_with(scene, "eins"), 3);        // those of M
    assert_int_equal(objects_with(scene, "zwei"), 0);
    assert_int_equal(objects_with(scene, "B2"), 0); // its picture
    assert_int_equal(objects_with(scene, "B1"), 1);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM scan WHERE has_bytes = 1"), 2);
    discard(scene, m);
    assert_int_equal(delete (scene, m), 1);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM scan WHERE has_bytes = 1"), 0);
    assert_int_equal(objects_with(scene, "."), 0); // nothing is left at all
}

static void what_was_taken_back_is_deleted_with_its_source(void **state)
{
    struct scene *scene = *state;
    struct document_id id = pictured(scene, 'A', 3);
    enum desk_verdict verdict = DESK_TOO_LATE;
    int64_t number = ask_to_split(scene, id);
    compose_next(scene, 2);
    match_for_nobody(scene, 2);
    assert_ok(scene, arrangement_undo(scene->ledger, number, "clara", &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
    discard(scene, id);
    assert_int_equal(delete (scene, id), 3);
    assert_int_equal(objects_with(scene, "."), 0);
}

static void whatever_has_a_held_page_is_held(void **state)
{
    struct scene *scene = *state;
    struct document_id id = clearing_of(scene, 3);
    int64_t proposal = 0;
    assert_ok(scene, purge_hold(scene->ledger, id, "Klage", "lena", &scene->fault));
    int64_t number = ask_to_split(scene, id);
    compose_next(scene, 2);
    match_for_nobody(scene, 2);
    struct document_id first = outcome_of(scene, number, 0);
    discard(scene, first);
    assert_int_equal(propose(scene, first, &proposal), PURGE_HELD);
    assert_ok(scene, purge_unhold(scene->ledger, first, "lena", &scene->fault));
    assert_int_equal(delete (scene, first), 2);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM hold"), 2); // the other's stays
}

/* ---- who may see it --------------------------------------------------------------------------- */

/* What a person set on a source holds for what is made of its pages. */
static void a_guard_goes_with_the_pages(void **state)
{
    struct scene *scene = *state;
    const struct guard_act act = {
        .actor = "clara", .reason = "Kollegin", .guard = GUARD_STAFF, .is_set = true};
    enum guard_verdict verdict = GUARD_NO_CASE;
    struct document_id source = clearing_of(scene, 3);
    assert_ok(scene, guard_set_document(scene->ledger, source, &act, &verdict, &scene->fault));
    int64_t number = ask_to_split(scene, source);
    compose_next(scene, 2);
    for (uint32_t i = 0; i < 2; i++) {
        struct document_record record = {0};
        assert_ok(scene, ledger_document_get(scene->ledger, outcome_of(scene, number, i), &record,
                                             &scene->fault));
        assert_int_equal(record.guard, GUARD_STAFF);
        document_record_done(&record);
    }
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM document WHERE guard = 2"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_document_is_split_and_its_parts_are_matched),
        SCENE_TEST(what_was_filed_is_filed_anew_and_leaves_its_old_place),
        SCENE_TEST(it_is_taken_back_before_it_is_done),
        SCENE_TEST(it_is_taken_back_after_it_is_done),
        SCENE_TEST(what_cannot_be_done_leaves_everything_as_it_was),
        SCENE_TEST(a_lost_object_gives_the_arrangement_up),
        SCENE_TEST(a_source_that_is_set_aside_frees_the_others),
        SCENE_TEST(a_document_that_stays_as_it_is_keeps_its_id),
        SCENE_TEST(what_was_arranged_is_arranged_again),
        SCENE_TEST(nothing_else_is_taken),
        SCENE_TEST(what_it_was_made_of_is_deleted_with_it),
        SCENE_TEST(what_was_taken_back_is_deleted_with_its_source),
        SCENE_TEST(whatever_has_a_held_page_is_held),
        SCENE_TEST(a_result_that_does_not_fit_changes_nothing),
        SCENE_TEST(neighbours_are_those_of_the_scan_and_batch),
        SCENE_TEST(receipt_and_its_proofs_go_with_the_pages),
        SCENE_TEST(the_pages_stay_in_their_batch),
        SCENE_TEST(the_last_one_is_told),
        SCENE_TEST(a_guard_goes_with_the_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
