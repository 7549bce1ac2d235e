/* test_ledger_list.c - what status displays ask: the list, the summary, the workers. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/operations.h"
#include "tests/store/scene.h"

enum { SEEN_MOST = 400 };

struct seen {
    struct scene *scene;
    struct {
        bool is_document;
        char state[16];
        char site[16];
        int64_t received_ms;
        uint32_t ordinal;
        struct uuid scan;
    } things[SEEN_MOST];
    size_t count;
    bool writes; /* accept a scan from inside the first callback */
};

static enum status see(void *context, const struct scan_record *scan,
                       const struct document_record *document, struct fault *fault)
{
    (void)fault;
    struct seen *seen = context;
    size_t i = seen->count++;
    assert_true(i < SEEN_MOST);
    assert_true((scan == NULL) != (document == NULL));
    seen->things[i].is_document = document != NULL;
    (void)snprintf(seen->things[i].state, sizeof seen->things[i].state, "%s",
                   scan != NULL ? scan_state_name(scan->state)
                                : document_state_name(document->state));
    (void)snprintf(seen->things[i].site, sizeof seen->things[i].site, "%s",
                   scan != NULL ? scan->site : document->site);
    seen->things[i].received_ms = scan != NULL ? scan->received_ms : document->received_ms;
    seen->things[i].ordinal = scan != NULL ? 0 : document->ordinal;
    seen->things[i].scan = scan != NULL ? scan->id.uuid : document->scan.uuid;
    if (seen->writes && i == 0)
        (void)scene_accept(seen->scene, "Waren");
    return STATUS_OK;
}

static size_t list(struct scene *scene, const char *site, const char *state, struct seen *seen)
{
    const struct list_filter filter = {site, state};
    seen->count = 0;
    seen->scene = scene;
    assert_ok(scene, ledger_list(scene->ledger, &filter, see, seen, &scene->fault));
    return seen->count;
}

/* Every state that the scenes can bring about, at two sites. */
static void fill(struct scene *scene)
{
    (void)scene_filed(scene, "50.21.000001-1"); // at Waren
    scene->wall_ms += 1000;
    (void)scene_in_clearing(scene, "Demmin");
    scene->wall_ms += 1000;
    (void)scene_document(scene, "Demmin");
    scene->wall_ms += 1000;
    struct scan_arrival refused = scene_arrival(scene, "Waren");
    assert_ok(scene, ledger_scan_refuse(scene->ledger, &refused, "Nein.", &scene->fault));
    scene->wall_ms += 1000;
    (void)scene_accept(scene, "Waren");
}

static void documents_and_scans_without_one_are_listed_oldest_first(void **state)
{
    struct scene *scene = *state;
    struct seen seen = {0};
    const char *const expected[] = {"filed", "clearing", "matching", "refused", "received"};
    fill(scene);
    assert_int_equal(list(scene, NULL, NULL, &seen), 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(seen.things[i].state, expected[i]);
    assert_ok(scene, ledger_list(scene->ledger, NULL, see, &seen, &scene->fault));
}

static void filters_narrow_the_list(void **state)
{
    struct scene *scene = *state;
    struct seen seen = {0};
    fill(scene);
    assert_int_equal(list(scene, "Demmin", NULL, &seen), 2);
    assert_int_equal(list(scene, "Waren", NULL, &seen), 3);
    assert_int_equal(list(scene, "Mirow", NULL, &seen), 0);
    assert_int_equal(list(scene, NULL, "clearing", &seen), 1);
    assert_string_equal(seen.things[0].site, "Demmin");
    assert_int_equal(list(scene, "Waren", "clearing", &seen), 0);
    assert_int_equal(list(scene, "Waren", "received", &seen), 1);
    assert_int_equal(list(scene, NULL, "corrupt", &seen), 0);
}

static void an_unknown_state_is_refused_with_a_suggestion(void **state)
{
    struct scene *scene = *state;
    struct seen seen = {0};
    const struct list_filter filter = {NULL, "clering"};
    assert_status(scene, ledger_list(scene->ledger, &filter, see, &seen, &scene->fault),
                  STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "\"clearing\""));
}

static void a_scan_that_gave_no_document_shows_as_itself(void **state)
{
    struct scene *scene = *state;
    struct seen seen = {0};
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    const struct page_facts page = {.number = 1, .outcome = PAGE_BLANK_SET_ASIDE, .document = 0};
    const struct read_result result = {
        .pages = &page, .page_count = 1, .documents = NULL, .document_count = 0};
    bool held = false;
    assert_ok(scene, ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held,
                                          &scene->fault));
    job_record_done(&job);
    assert_int_equal(list(scene, NULL, NULL, &seen), 1);
    assert_false(seen.things[0].is_document);
    assert_string_equal(seen.things[0].state, "read");
}

/* More of both kinds than several windows hold, many at the same millisecond. */
static void nothing_is_left_out_or_doubled_over_many_windows(void **state)
{
    struct scene *scene = *state;
    static struct seen seen;
    enum { SCANS = 100, EACH_DOCUMENTS = 3 };
    const struct page_facts pages[] = {
        {.number = 1, .outcome = PAGE_IN_DOCUMENT, .document = 1},
        {.number = 2, .outcome = PAGE_IN_DOCUMENT, .document = 2},
        {.number = 3, .outcome = PAGE_IN_DOCUMENT, .document = 3},
    };
    const struct read_document documents[EACH_DOCUMENTS] = {{.reading = {{1}}}};
    const struct read_result result = {
        .pages = pages, .page_count = 3, .documents = documents, .document_count = EACH_DOCUMENTS};
    for (int i = 0; i < SCANS; i++) {
        scene->wall_ms += i % 7 == 0;
        (void)scene_accept(scene, "Waren");
        if (i % 2 == 0)
            continue;
        bool held = false;
        struct job_record job = scene_lease(scene, JOB_READ);
        assert_ok(scene, ledger_read_complete(scene->ledger, job.id, job.attempt, &result, &held,
                                              &scene->fault));
        job_record_done(&job);
    }
    assert_int_equal(list(scene, NULL, NULL, &seen), SCANS / 2 + SCANS / 2 * EACH_DOCUMENTS);
    for (size_t i = 1; i < seen.count; i++) {
        assert_true(seen.things[i - 1].received_ms <= seen.things[i].received_ms);
        bool same_scan = uuid_equal(&seen.things[i - 1].scan, &seen.things[i].scan);
        if (same_scan)
            assert_int_equal(seen.things[i].ordinal, seen.things[i - 1].ordinal + 1);
        else
            assert_true(seen.things[i].ordinal <= 1);
    }
    assert_int_equal(list(scene, NULL, "matching", &seen), SCANS / 2 * EACH_DOCUMENTS);
}

static void a_callback_may_change_the_ledger(void **state)
{
    struct scene *scene = *state;
    struct seen seen = {.writes = true};
    fill(scene);
    scene->wall_ms += 1000;
    assert_true(list(scene, NULL, NULL, &seen) >= 5);
    scene_assert_sound(scene);
}

static void the_summary_counts_everything(void **state)
{
    struct scene *scene = *state;
    struct ledger_summary summary = {.jobs_dead = 9};
    int64_t first_ms = scene->wall_ms;
    assert_ok(scene, ledger_summarise(scene->ledger, &summary, &scene->fault));
    struct ledger_summary empty = {0};
    assert_memory_equal(&summary, &empty, sizeof empty);
    fill(scene);
    scene_register(scene);
    assert_ok(scene, ledger_summarise(scene->ledger, &summary, &scene->fault));
    assert_int_equal(summary.scans[SCAN_READ], 3);
    assert_int_equal(summary.scans[SCAN_REFUSED], 1);
    assert_int_equal(summary.scans[SCAN_RECEIVED], 1);
    assert_int_equal(summary.documents[DOCUMENT_FILED], 1);
    assert_int_equal(summary.documents[DOCUMENT_CLEARING], 1);
    assert_int_equal(summary.documents[DOCUMENT_MATCHING], 1);
    assert_int_equal(summary.jobs_ready, 2); // one to read, one to match
    assert_int_equal(summary.jobs_leased, 0);
    assert_int_equal(summary.refused_to_return, 1);
    assert_int_equal(summary.pages_read, 3);
    assert_int_equal(summary.oldest_waiting_ms, first_ms + 2000); // the one in matching
    assert_int_equal(summary.register_version, 1);
    assert_int_equal(summary.register_persons, 2);
    assert_int_equal(summary.register_cases, 2);
    assert_int_equal(summary.register_imported_ms, scene->wall_ms);
}

struct workers {
    char words[512];
};

static enum status note_worker(void *context, const struct worker_record *record,
                               struct fault *fault)
{
    (void)fault;
    struct workers *workers = context;
    size_t used = strlen(workers->words);
    (void)snprintf(workers->words + used, sizeof workers->words - used,
                   "%s %s %s %s%s job %s %s %u/%u done %d;", record->name, record->kind,
                   record->host, record->version, record->gone_ms != 0 ? " gone" : "",
                   record->job_kind == NULL ? "-" : record->job_kind,
                   record->source == NULL ? "-" : record->source, record->page_done,
                   record->page_count, (int)record->jobs_done);
    return STATUS_OK;
}

static void assert_workers(struct scene *scene, const char *expected)
{
    struct workers workers = {""};
    assert_ok(scene, ledger_workers(scene->ledger, note_worker, &workers, &scene->fault));
    assert_string_equal(workers.words, expected);
}

static void workers_come_work_and_go(void **state)
{
    struct scene *scene = *state;
    bool held = false;
    assert_ok(scene, ledger_worker_joined(scene->ledger, "worker-1", "reader", "host-a", "0.1",
                                          &scene->fault));
    assert_ok(scene, ledger_worker_joined(scene->ledger, "filer-9", "filer", "host-b", "0.1",
                                          &scene->fault));
    assert_workers(scene, "filer-9 filer host-b 0.1 job - - 0/0 done 0;"
                          "worker-1 reader host-a 0.1 job - - 0/0 done 0;");
    (void)scene_accept(scene, "Waren");
    struct job_record job = scene_lease(scene, JOB_READ);
    assert_ok(scene, ledger_job_renew(scene->ledger, job.id, job.attempt, 1000, 2, 5, &held,
                                      &scene->fault));
    assert_workers(scene, "filer-9 filer host-b 0.1 job - - 0/0 done 0;"
                          "worker-1 reader host-a 0.1 job read scan.tif 2/5 done 0;");
    scene_complete_reading(scene, &job, 5);
    job_record_done(&job);
    assert_ok(scene, ledger_worker_left(scene->ledger, "filer-9", &scene->fault));
    assert_workers(scene, "filer-9 filer host-b 0.1 gone job - - 0/0 done 0;"
                          "worker-1 reader host-a 0.1 job - - 0/0 done 1;");
    assert_ok(scene, ledger_workers_forget(scene->ledger, &scene->fault));
    assert_ok(scene, ledger_worker_joined(scene->ledger, "filer-9", "filer", "host-b", "0.2",
                                          &scene->fault));
    assert_workers(scene, "filer-9 filer host-b 0.2 job - - 0/0 done 0;"
                          "worker-1 reader host-a 0.1 gone job - - 0/0 done 1;");
    scene_assert_sound(scene);
}

static void workers_long_gone_are_forgotten(void **state)
{
    struct scene *scene = *state;
    assert_ok(scene, ledger_worker_joined(scene->ledger, "a", "reader", "h", "0.1", &scene->fault));
    assert_ok(scene, ledger_worker_left(scene->ledger, "a", &scene->fault));
    scene->wall_ms += 25 * 3600 * 1000;
    assert_ok(scene, ledger_worker_joined(scene->ledger, "b", "reader", "h", "0.1", &scene->fault));
    assert_workers(scene, "b reader h 0.1 job - - 0/0 done 0;");
}

static enum status note_name(void *context, const char *name, struct fault *fault)
{
    (void)fault;
    struct text *names = context;
    text_append_format(names, "%s ", name);
    return STATUS_OK;
}

static void assert_drained(struct scene *scene, const char *expected)
{
    struct text names = {0};
    assert_ok(scene, workers_drained(scene->ledger, note_name, &names, &scene->fault));
    assert_string_equal(text_string(&names), expected);
    text_done(&names);
}

static void join_reader(struct scene *scene, const char *name, const char *host)
{
    assert_ok(scene,
              ledger_worker_joined(scene->ledger, name, "reader", host, "0.1", &scene->fault));
}

static void a_drained_worker_stays_so_when_it_starts_again(void **state)
{
    struct scene *scene = *state;
    join_reader(scene, "reader-h-1", "h");
    join_reader(scene, "reader-h-2", "h");
    assert_ok(scene, worker_drain(scene->ledger, "reader-h-1", true, "clara", &scene->fault));
    assert_ok(scene, ledger_worker_left(scene->ledger, "reader-h-1", &scene->fault));
    scene->wall_ms += 25 * 3600 * 1000; // longer than others are remembered
    join_reader(scene, "reader-x-3", "x");
    assert_drained(scene, "reader-h-1 "); // it is not of another host,
    assert_ok(scene,
              ledger_worker_joined(scene->ledger, "filer-h-4", "filer", "h", "1", &scene->fault));
    assert_drained(scene, "reader-h-1 "); // nor of another kind
    join_reader(scene, "reader-h-5", "h");
    assert_drained(scene, "reader-h-5 ");
    join_reader(scene, "reader-h-6", "h"); // one place, one worker
    assert_drained(scene, "reader-h-5 ");
    assert_ok(scene, worker_drain(scene->ledger, "reader-h-5", false, "clara", &scene->fault));
    assert_drained(scene, "");
    scene_assert_sound(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(documents_and_scans_without_one_are_listed_oldest_first),
        SCENE_TEST(filters_narrow_the_list),
        SCENE_TEST(an_unknown_state_is_refused_with_a_suggestion),
        SCENE_TEST(a_scan_that_gave_no_document_shows_as_itself),
        SCENE_TEST(nothing_is_left_out_or_doubled_over_many_windows),
        SCENE_TEST(a_callback_may_change_the_ledger),
        SCENE_TEST(the_summary_counts_everything),
        SCENE_TEST(workers_come_work_and_go),
        SCENE_TEST(workers_long_gone_are_forgotten),
        SCENE_TEST(a_drained_worker_stays_so_when_it_starts_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
