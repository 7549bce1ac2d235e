/* test_ledger_batch.c - a batch begins with its cover, counts its pages, and is closed when they
 * agree or with a reason; a blank page that was set aside comes back. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sheet.h"
#include "store/audit.h"
#include "store/desk.h"
#include "store/ledger_batch.h"
#include "store/ledger_page.h"
#include "tests/store/scene.h"

static const struct batch_draft draft = {
    .site = "Waren", .operator_name = "Änne Krüger", .prepared = 3, .received_day = "2026-03-02"};

static void cover_code(const char *batch, char code[SHEET_CODE_BYTES])
{
    struct sheet cover = {
        .kind = SHEET_COVER, .site = "Waren", .prepared = 3, .received = "2026-03-02"};
    (void)snprintf(cover.batch, sizeof cover.batch, "%s", batch);
    assert_true(sheet_write(&cover, code));
}

static struct digest put(struct scene *scene, const char *bytes)
{
    struct digest digest;
    assert_int_equal(spool_put(scene->spool, bytes, strlen(bytes), &digest, NULL), STATUS_OK);
    return digest;
}

/* Cover, two pages of a letter, separator with its blank back, a blank page, a letter. */
static struct scan_id read_batch(struct scene *scene, const char *batch)
{
    // clang-format off
    struct page_facts pages[] = {
        {.number = 1, .outcome = PAGE_SEPARATOR},
        {.number = 2, .outcome = PAGE_IN_DOCUMENT, .document = 1},
        {.number = 3, .outcome = PAGE_SEPARATOR},
        {.number = 4, .outcome = PAGE_BLANK_SET_ASIDE, .notes = PAGE_NOTE_SHEET_BACK},
        {.number = 5, .outcome = PAGE_IN_DOCUMENT, .document = 2},
        {.number = 6,
         .outcome = PAGE_BLANK_SET_ASIDE,
         .reading = {0, 3},
         .text = {3, 4},
         .pdf = {7, 5},
         .thumbnail = {{12, 4}, PAGE_MEDIA_PNG, 20, 28}},
    };
    // clang-format on
    cover_code(batch, pages[0].sheet);
    const struct read_document documents[] = {
        {put(scene, "r1"), put(scene, "t1"), put(scene, "p1")},
        {put(scene, "r2"), put(scene, "t2"), put(scene, "p2")},
    };
    const struct read_result result = {.pages = pages,
                                       .page_count = 6,
                                       .documents = documents,
                                       .document_count = 2,
                                       .page_file = put(scene, "RRRTTTTPPPPPIMAG")};
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    bool held = false;
    assert_int_equal(ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held, NULL),
                     STATUS_OK);
    assert_true(held);
    job_record_done(&job);
    return scan;
}

static void let_everything_rest(struct scene *scene)
{
    const struct decision doubt = {.decided_by = "auto", .reason = "Unklar.", .flags = ""};
    for (int i = 0; i < 2; i++) {
        struct job_record job = scene_lease(scene, JOB_MATCH);
        bool held = false;
        assert_int_equal(
            ledger_match_complete(scene->ledger, job.id, job.attempt, &doubt, &held, NULL),
            STATUS_OK);
        job_record_done(&job);
    }
}

static void assert_clean(struct scene *scene)
{
    struct verify_result result = {0};
    assert_int_equal(ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, NULL),
                     STATUS_OK);
    assert_string_equal(result.first_fault, "");
}

static void counts_pages_but_not_sheets_and_their_backs(void **state)
{
    struct scene *scene = *state;
    char id[BATCH_ID_BYTES];
    assert_int_equal(ledger_batch_create(scene->ledger, &draft, "anne", id, NULL), STATUS_OK);
    read_batch(scene, id);
    struct batch_record batch = {0};
    assert_int_equal(ledger_batch_get(scene->ledger, id, &batch, NULL), STATUS_OK);
    assert_string_equal(batch.operator_name, "Änne Krüger");
    assert_string_equal(batch.received_day, "2026-03-02");
    assert_int_equal(batch.counts.scanned, 3);
    assert_int_equal(batch.counts.accounted, 1);
    assert_int_equal(batch.counts.sheets, 2);
    assert_int_equal(batch.counts.documents, 2);
    assert_int_equal(batch.counts.scans, 1);
    batch_record_done(&batch);
    assert_int_equal(ledger_batch_close(scene->ledger, id, "anne", NULL, NULL), STATUS_REFUSE);
    let_everything_rest(scene);
    assert_int_equal(ledger_batch_close(scene->ledger, id, "anne", NULL, NULL), STATUS_OK);
    assert_int_equal(ledger_batch_close(scene->ledger, id, "anne", NULL, NULL), STATUS_REFUSE);
    assert_clean(scene);
}

static void closes_short_only_with_a_reason_and_opens_again(void **state)
{
    struct scene *scene = *state;
    char id[BATCH_ID_BYTES];
    assert_int_equal(ledger_batch_create(scene->ledger, &draft, "anne", id, NULL), STATUS_OK);
    assert_int_equal(ledger_batch_close(scene->ledger, id, "anne", "", NULL), STATUS_REFUSE);
    assert_int_equal(ledger_batch_close(scene->ledger, id, "anne", "Stapel verworfen.", NULL),
                     STATUS_OK);
    struct batch_record batch = {0};
    assert_int_equal(ledger_batch_get(scene->ledger, id, &batch, NULL), STATUS_OK);
    assert_true(batch.is_closed);
    assert_string_equal(batch.closed_by, "anne");
    assert_string_equal(batch.reason, "Stapel verworfen.");
    batch_record_done(&batch);
    read_batch(scene, id);
    assert_int_equal(ledger_batch_get(scene->ledger, id, &batch, NULL), STATUS_OK);
    assert_false(batch.is_closed);
    batch_record_done(&batch);
}

static void a_cover_that_the_ledger_does_not_know_makes_its_batch(void **state)
{
    struct scene *scene = *state;
    read_batch(scene, "260302-FREMD");
    struct batch_record batch = {0};
    assert_int_equal(ledger_batch_get(scene->ledger, "260302-FREMD", &batch, NULL), STATUS_OK);
    assert_string_equal(batch.site, "Waren");
    assert_int_equal(batch.counts.prepared, 3);
    batch_record_done(&batch);
    assert_int_equal(ledger_batch_get(scene->ledger, "none", &batch, NULL), STATUS_REFUSE);
}

static enum status count_one(void *context, const struct batch_record *record, struct fault *fault)
{
    (void)record;
    (void)fault;
    ++*(unsigned *)context;
    return STATUS_OK;
}

static void lists_by_site_and_state(void **state)
{
    struct scene *scene = *state;
    char id[BATCH_ID_BYTES];
    for (int i = 0; i < 40; i++)
        assert_int_equal(ledger_batch_create(scene->ledger, &draft, "anne", id, NULL), STATUS_OK);
    assert_int_equal(ledger_batch_close(scene->ledger, id, "anne", "leer", NULL), STATUS_OK);
    // clang-format off
    const struct {
        struct batch_filter filter;
        unsigned expected;
    } cases[] = {
        {{0},                  40},
        {{.site = "Waren"},    40},
        {{.site = "Demmin"},   0 },
        {{.open_only = true},  39},
        {{.most = 7},          7 },
    };
    // clang-format on
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned count = 0;
        assert_int_equal(ledger_batches(scene->ledger, &cases[i].filter, count_one, &count, NULL),
                         STATUS_OK);
        assert_int_equal(count, cases[i].expected);
    }
}

static void a_blank_page_comes_back_as_a_document(void **state)
{
    struct scene *scene = *state;
    struct scan_id scan = read_batch(scene, "260302-FREMD");
    struct document_id id = {0};
    struct document_record document = {0};
    assert_int_equal(ledger_page_restore(scene->ledger, scene->spool, scan, 2, "anne", &id, NULL),
                     STATUS_REFUSE);
    assert_int_equal(ledger_page_restore(scene->ledger, scene->spool, scan, 6, "anne", &id, NULL),
                     STATUS_OK);
    assert_int_equal(ledger_page_restore(scene->ledger, scene->spool, scan, 6, "anne", &id, NULL),
                     STATUS_REFUSE);
    assert_int_equal(ledger_document_get(scene->ledger, id, &document, NULL), STATUS_OK);
    assert_int_equal(document.state, DOCUMENT_CLEARING);
    assert_int_equal(document.ordinal, 3);
    assert_int_equal(document.page_count, 1);
    assert_int_equal(document.pages[0], 6);
    struct digest pdf = digest_of("PPPPP", 5);
    assert_true(digest_equal(&document.pdf, &pdf));
    assert_true(spool_has(scene->spool, &pdf));
    document_record_done(&document);
    struct page_record page = {0};
    assert_int_equal(ledger_page_get(scene->ledger, scan, 6, &page, NULL), STATUS_OK);
    assert_int_equal(page.facts.outcome, PAGE_IN_DOCUMENT);
    assert_int_equal(page.facts.thumbnail.width, 20);
    int file = -1;
    assert_int_equal(page_image_open(scene->spool, &page, &page.facts.thumbnail, &file, NULL),
                     STATUS_OK);
    (void)close(file);
    assert_int_equal(page_image_open(scene->spool, &page, &page.facts.preview, &file, NULL),
                     STATUS_REFUSE);
    assert_clean(scene);
}

/* One letter of the two was scanned before, as a person says: its page is no letter more. */
static void a_page_that_was_scanned_twice_is_a_duplicate_and_balances(void **state)
{
    struct scene *scene = *state;
    char id[BATCH_ID_BYTES];
    struct batch_record batch = {0};
    struct page_record page = {0};
    enum desk_verdict verdict = DESK_BUSY;
    struct batch_draft two = draft;
    two.prepared = 2;
    assert_ok(scene, ledger_batch_create(scene->ledger, &two, "anna", id, &scene->fault));
    struct scan_id scan = read_batch(scene, id);
    let_everything_rest(scene);
    assert_ok(scene, ledger_page_get(scene->ledger, scan, 5, &page, &scene->fault));
    const struct desk_act act = {.id = page.document, .actor = "bernd", .reason = "Doppelt."};
    assert_ok(scene, ledger_batch_get(scene->ledger, id, &batch, &scene->fault));
    assert_false(batch_is_complete(&batch.counts));
    batch_record_done(&batch);
    assert_ok(scene, desk_discard_duplicate(scene->ledger, &act, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
    assert_ok(scene, ledger_page_get(scene->ledger, scan, 5, &page, &scene->fault));
    assert_int_equal(page.facts.outcome, PAGE_DUPLICATE);
    assert_ok(scene, ledger_batch_get(scene->ledger, id, &batch, &scene->fault));
    assert_int_equal(batch.counts.duplicates, 1);
    assert_int_equal(batch.counts.in_documents, 1);
    assert_int_equal(batch.counts.scanned, 3); // with the blank one
    assert_int_equal(batch.counts.accounted, 3);
    assert_true(batch_is_complete(&batch.counts));
    batch_record_done(&batch);
    scene_assert_sound(scene);
    assert_ok(scene, desk_undo(scene->ledger, &act, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
    assert_ok(scene, ledger_page_get(scene->ledger, scan, 5, &page, &scene->fault));
    assert_int_equal(page.facts.outcome, PAGE_IN_DOCUMENT);
    scene_assert_sound(scene);
}

static enum status count_duplicates(void *context, const struct page_record *record,
                                    struct fault *fault)
{
    (void)fault;
    *(unsigned *)context += record->facts.outcome == PAGE_DUPLICATE ? 1 : 0;
    return STATUS_OK;
}

static void the_pages_of_a_file_that_came_twice_are_duplicates(void **state)
{
    struct scene *scene = *state;
    unsigned count = 0;
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_arrival again = arrival;
    struct scan_acceptance accepted = {0};
    again.id.uuid = uuid_new(scene->wall_ms);
    assert_ok(scene, ledger_scan_accept(scene->ledger, &arrival, &accepted, &scene->fault));
    struct job_record job = scene_lease(scene, JOB_READ);
    scene_complete_reading(scene, &job, 3);
    job_record_done(&job);
    assert_ok(scene, ledger_scan_accept(scene->ledger, &again, &accepted, &scene->fault));
    assert_ok(scene,
              ledger_pages(scene->ledger, arrival.id, count_duplicates, &count, &scene->fault));
    assert_int_equal(count, 0);
    assert_ok(scene,
              ledger_pages(scene->ledger, again.id, count_duplicates, &count, &scene->fault));
    assert_int_equal(count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(counts_pages_but_not_sheets_and_their_backs),
        SCENE_TEST(closes_short_only_with_a_reason_and_opens_again),
        SCENE_TEST(a_cover_that_the_ledger_does_not_know_makes_its_batch),
        SCENE_TEST(lists_by_site_and_state),
        SCENE_TEST(a_blank_page_comes_back_as_a_document),
        SCENE_TEST(a_page_that_was_scanned_twice_is_a_duplicate_and_balances),
        SCENE_TEST(the_pages_of_a_file_that_came_twice_are_duplicates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
