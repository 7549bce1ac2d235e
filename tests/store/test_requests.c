/* test_requests.c - papers that were asked for: what comes back closes its item, what leaves the
 * case opens it again, and what waits for a person is shown before a refusal. */
// SPDX-License-Identifier: EUPL-1.2
#include "tests/store/scene.h"

#include <stdio.h>
#include <string.h>

#include "base/sheet.h"
#include "base/text.h"
#include "store/desk.h"
#include "store/match_context.h"
#include "store/requests.h"

#define CASE       "50.21.000001-1"
#define OTHER_CASE "50.31.000002-2"

enum { ITEMS = 2 };

static char kind_account[] = "kontoauszug", kind_rent[] = "mietbescheinigung", kind_none[] = "";
static char words_account[] = "Kontoauszüge der letzten drei Monate";
static char words_rent[] = "Bescheinigung des Vermieters", words_other[] = "Schlüsselkarte";

static const struct request_item ITEMS_ASKED[ITEMS] = {
    {.kind = kind_account, .words = words_account},
    {.kind = kind_rent,    .words = words_rent   },
};

static int64_t ask(struct scene *scene, const char *case_number, const struct request_item *items,
                   size_t count)
{
    const struct request_draft draft = {case_number, "2030-01-31", items, count, "eva"};
    enum request_verdict verdict = REQUEST_UNKNOWN;
    int64_t number = 0;
    assert_ok(scene, request_create(scene->ledger, &draft, &number, &verdict, &scene->fault));
    assert_int_equal(verdict, REQUEST_HAPPENED);
    return number;
}

/* A scan of one page with this sheet on it ("" for none), decided and filed. */
static struct document_id filed_of_kind(struct scene *scene, const char *case_number,
                                        const char *kind, const char *sheet)
{
    struct page_facts page = {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1};
    (void)snprintf(page.sheet, sizeof page.sheet, "%s", sheet);
    struct read_document read = {0};
    assert_ok(scene, spool_put(scene->spool, "r", 1, &read.reading, &scene->fault));
    read.text = read.pdf = read.reading;
    const struct read_result result = {
        .pages = &page, .page_count = 1, .documents = &read, .document_count = 1};
    struct scan_id scan = scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    bool held = false;
    assert_ok(scene, ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held,
                                          &scene->fault));
    job_record_done(&job);
    job = scene_lease(scene, JOB_MATCH);
    const struct decision decision = {.to_file = true,
                                      .case_number = case_number,
                                      .team = "SG 50.2",
                                      .decided_by = "auto",
                                      .reason = "So.",
                                      .kind = kind,
                                      .flags = ""};
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    job_record_done(&job);
    job = scene_lease(scene, JOB_FILE);
    assert_ok(scene, ledger_file_complete(scene->ledger, job.id, job.attempt, "SG 50.2/x", &held,
                                          &scene->fault));
    job_record_done(&job);
    return scene_document_of(scene, scan);
}

static struct request_record look(struct scene *scene, int64_t number)
{
    struct request_record record = {0};
    bool is_found = false;
    assert_ok(scene, request_get(scene->ledger, number, &is_found, &record, &scene->fault));
    assert_true(is_found);
    return record;
}

/* `open`: a letter for each item, 'o' when it is open and 'c' when it came. */
static void assert_request(struct scene *scene, int64_t number, bool is_open, const char *open)
{
    struct request_record record = look(scene, number);
    assert_int_equal(record.is_open, is_open);
    assert_int_equal(record.item_count, strlen(open));
    for (uint32_t i = 0; i < record.item_count; i++)
        assert_int_equal(record.items[i].is_open, open[i] == 'o');
    request_record_done(&record);
}

static void drafts_that_are_none_are_refused(void **state)
{
    struct scene *scene = *state;
    static char nothing[] = "";
    static const struct request_item wordless = {.kind = kind_account, .words = nothing};
    const struct {
        struct request_draft draft;
        enum request_verdict verdict;
    } drafts[] = {
        {{"50.99.999999-9", "2030-01-31", ITEMS_ASKED, ITEMS, "eva"}, REQUEST_NO_CASE },
        {{"", "2030-01-31", ITEMS_ASKED, ITEMS, "eva"},               REQUEST_NO_CASE },
        {{CASE, "2030-01-31", ITEMS_ASKED, 0, "eva"},                 REQUEST_NO_ITEMS},
        {{CASE, "2030-01-31", &wordless, 1, "eva"},                   REQUEST_BAD_ITEM},
        {{CASE, "2030-02-31", ITEMS_ASKED, ITEMS, "eva"},             REQUEST_BAD_DAY },
        {{CASE, "1999-01-31", ITEMS_ASKED, ITEMS, "eva"},             REQUEST_BAD_DAY },
        {{CASE, NULL, ITEMS_ASKED, ITEMS, "eva"},                     REQUEST_BAD_DAY },
    };
    scene_register(scene);
    for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++) {
        enum request_verdict verdict = REQUEST_HAPPENED;
        int64_t number = 0;
        assert_ok(scene, request_create(scene->ledger, &drafts[i].draft, &number, &verdict,
                                        &scene->fault));
        if (verdict != drafts[i].verdict)
            fail_msg("draft %zu: %s", i, request_verdict_words(verdict));
    }
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM paper_request"), 0);
}

static void what_comes_closes_its_item_and_the_last_one_the_request(void **state)
{
    struct scene *scene = *state;
    scene_register(scene);
    int64_t number = ask(scene, CASE, ITEMS_ASKED, ITEMS);
    (void)filed_of_kind(scene, OTHER_CASE, "kontoauszug", "");
    (void)filed_of_kind(scene, CASE, "widerspruch", "");
    assert_request(scene, number, true, "oo");
    struct document_id came = filed_of_kind(scene, CASE, "kontoauszug", "");
    assert_request(scene, number, true, "co");
    struct request_record record = look(scene, number);
    assert_true(uuid_equal(&record.items[0].document.uuid, &came.uuid));
    assert_string_equal(record.items[0].changed_by, "auto");
    request_record_done(&record);
    // A second one of the kind is nobody's.
    (void)filed_of_kind(scene, CASE, "kontoauszug", "");
    assert_request(scene, number, true, "co");
    (void)filed_of_kind(scene, CASE, "mietbescheinigung", "");
    assert_request(scene, number, false, "cc");
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM paper_event WHERE actor ="
                                             " 'auto' AND what = 'came' AND way = 'match'"),
                     2);
    scene_assert_sound(scene);
}

static void a_return_sheet_names_the_request(void **state)
{
    struct scene *scene = *state;
    const struct request_item other = {.kind = kind_none, .words = words_other};
    char code[SHEET_CODE_BYTES];
    scene_register(scene);
    int64_t first = ask(scene, CASE, ITEMS_ASKED, ITEMS);
    int64_t second = ask(scene, CASE, ITEMS_ASKED, ITEMS);
    int64_t third = ask(scene, CASE, &other, 1);
    struct sheet sheet = {.kind = SHEET_RETURN, .case_number = CASE, .request = (uint32_t)second};
    assert_true(sheet_write(&sheet, code));
    (void)filed_of_kind(scene, CASE, "kontoauszug", code);
    assert_request(scene, first, true, "oo");
    assert_request(scene, second, true, "co");
    // The only item that is open, whatever kind it was taken for.
    (void)filed_of_kind(scene, CASE, "werbung", code);
    assert_request(scene, second, false, "cc");
    sheet.request = (uint32_t)third;
    assert_true(sheet_write(&sheet, code));
    (void)filed_of_kind(scene, CASE, NULL, code);
    assert_request(scene, third, false, "c");
    // Which of two it is, a person has to say.
    sheet.request = (uint32_t)first;
    assert_true(sheet_write(&sheet, code));
    (void)filed_of_kind(scene, CASE, "werbung", code);
    assert_request(scene, first, true, "oo");
    assert_int_equal(
        scene_sql_number(scene, "SELECT count(*) FROM paper_event WHERE what = 'arrived'"), 1);
    // A sheet of another case says nothing here.
    (void)filed_of_kind(scene, OTHER_CASE, "werbung", code);
    assert_int_equal(
        scene_sql_number(scene, "SELECT count(*) FROM paper_event WHERE what = 'arrived'"), 1);
    scene_assert_sound(scene);
}

static void what_leaves_the_case_is_missing_again(void **state)
{
    struct scene *scene = *state;
    enum desk_verdict verdict;
    scene_register(scene);
    int64_t number = ask(scene, CASE, ITEMS_ASKED, 1);
    int64_t other = ask(scene, OTHER_CASE, ITEMS_ASKED, 1);
    struct document_id id = filed_of_kind(scene, CASE, "kontoauszug", "");
    assert_request(scene, number, false, "c");
    const struct desk_act act = {.id = id, .actor = "eva", .reason = "Falsche Akte."};
    assert_ok(scene, desk_assign(scene->ledger, &act, OTHER_CASE, &verdict, &scene->fault));
    assert_int_equal(verdict, DESK_HAPPENED);
    struct job_record job = scene_lease(scene, JOB_FILE);
    bool held = false;
    assert_ok(scene, ledger_file_complete(scene->ledger, job.id, job.attempt, "SG 50.3/x", &held,
                                          &scene->fault));
    job_record_done(&job);
    assert_request(scene, number, true, "o");
    assert_request(scene, other, false, "c");
    scene_assert_sound(scene);
}

static void people_close_and_open_with_a_reason(void **state)
{
    struct scene *scene = *state;
    const struct document_id none = {0};
    enum request_verdict verdict = REQUEST_HAPPENED;
    scene_register(scene);
    int64_t number = ask(scene, CASE, ITEMS_ASKED, ITEMS);
    struct document_id elsewhere = filed_of_kind(scene, OTHER_CASE, "werbung", "");
#define SAYS(call, expected)                                                                       \
    do {                                                                                           \
        assert_ok(scene, call);                                                                    \
        assert_int_equal(verdict, expected);                                                       \
    } while (0)
    SAYS(request_close(scene->ledger, number, "", "eva", &verdict, &scene->fault),
         REQUEST_NO_REASON);
    SAYS(request_close(scene->ledger, 99, "Versagt.", "eva", &verdict, &scene->fault),
         REQUEST_UNKNOWN);
    SAYS(request_item_came(scene->ledger, number, 3, none, "eva", &verdict, &scene->fault),
         REQUEST_BAD_ITEM);
    SAYS(request_item_came(scene->ledger, number, 1, elsewhere, "eva", &verdict, &scene->fault),
         REQUEST_NO_DOCUMENT);
    SAYS(request_item_came(scene->ledger, number, 1, none, "eva", &verdict, &scene->fault),
         REQUEST_HAPPENED);
    SAYS(request_item_came(scene->ledger, number, 1, none, "eva", &verdict, &scene->fault),
         REQUEST_IS_SO);
    SAYS(request_item_reopen(scene->ledger, number, 1, NULL, "eva", &verdict, &scene->fault),
         REQUEST_NO_REASON);
    SAYS(request_close(scene->ledger, number, "Versagt nach § 66 SGB I.", "eva", &verdict,
                       &scene->fault),
         REQUEST_HAPPENED);
    SAYS(request_close(scene->ledger, number, "Noch einmal.", "eva", &verdict, &scene->fault),
         REQUEST_IS_SO);
    assert_request(scene, number, false, "co");
    SAYS(request_item_reopen(scene->ledger, number, 1, "Unleserlich.", "eva", &verdict,
                             &scene->fault),
         REQUEST_HAPPENED);
    assert_request(scene, number, true, "oo");
    scene_assert_sound(scene);
}

static void open_items_are_expected_and_days_run_out(void **state)
{
    struct scene *scene = *state;
    struct text lines = {0};
    scene_register(scene);
    int64_t number = ask(scene, CASE, ITEMS_ASKED, ITEMS);
    (void)filed_of_kind(scene, CASE, "kontoauszug", "");
    struct document_id id = scene_document(scene, "Waren");
    assert_ok(scene, match_context_append(scene->ledger, id, &lines, &scene->fault));
    assert_string_equal(text_string(&lines), "expected\t" CASE "\tmietbescheinigung\t1\n");
    text_done(&lines);
    struct request_record record = look(scene, number);
    assert_false(record.is_overdue);
    request_record_done(&record);
    scene_sql(scene, "UPDATE paper_request SET due_day = '2001-01-31'");
    record = look(scene, number);
    assert_true(record.is_overdue);
    request_record_done(&record);
}

struct seen {
    unsigned hints[4];
    size_t count;
};

static enum status see(void *context, const struct document_record *document, unsigned hints,
                       struct fault *fault)
{
    struct seen *seen = context;
    (void)document;
    (void)fault;
    assert_true(seen->count < 4);
    seen->hints[seen->count++] = hints;
    return STATUS_OK;
}

/* A document in clearing with this suggestion, kind and explanation. */
static void clear(struct scene *scene, const char *case_number, const char *kind,
                  const char *explanation)
{
    (void)scene_document(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_MATCH);
    struct decision decision = {.case_number = case_number,
                                .decided_by = "auto",
                                .reason = "Unklar.",
                                .kind = kind,
                                .flags = ""};
    bool held = false;
    assert_ok(scene, spool_put(scene->spool, explanation, strlen(explanation),
                               &decision.explanation, &scene->fault));
    assert_ok(scene, ledger_match_complete(scene->ledger, job.id, job.attempt, &decision, &held,
                                           &scene->fault));
    job_record_done(&job);
}

static void before_a_refusal_one_look_shows_what_waits(void **state)
{
    struct scene *scene = *state;
    struct seen seen = {.count = 0};
    scene_register(scene);
    (void)ask(scene, CASE, ITEMS_ASKED, ITEMS);
    clear(scene, OTHER_CASE, "widerspruch", "{\"candidates\":[]}");
    clear(scene, NULL, "kontoauszug", "{\"candidates\":[]} ");
    clear(scene, OTHER_CASE, NULL,
          "{\"candidates\":[{\"case_number\":\"" OTHER_CASE "\"},{\"case_number\":\"" CASE "\"}]}");
    clear(scene, CASE, "mietbescheinigung", "{\"candidates\":[{\"case_number\":\"" CASE "\"}]}");
    assert_ok(scene, request_perhaps(scene->ledger, scene->spool, CASE, see, &seen, &scene->fault));
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.hints[0], REQUEST_HINT_CASE | REQUEST_HINT_KIND);
    assert_int_equal(seen.hints[1] | seen.hints[2], REQUEST_HINT_CANDIDATE | REQUEST_HINT_KIND);
    assert_int_equal(seen.hints[1] & seen.hints[2], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(drafts_that_are_none_are_refused),
        SCENE_TEST(what_comes_closes_its_item_and_the_last_one_the_request),
        SCENE_TEST(a_return_sheet_names_the_request),
        SCENE_TEST(what_leaves_the_case_is_missing_again),
        SCENE_TEST(people_close_and_open_with_a_reason),
        SCENE_TEST(open_items_are_expected_and_days_run_out),
        SCENE_TEST(before_a_refusal_one_look_shows_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
