/* test_verify.c - whatever was changed behind the ledger's back is named. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "store/bucket.h"
#include "tests/store/scene.h"

/* A ledger in which something of everything has happened. */
static void fill(struct scene *scene)
{
    scene_register(scene);
    (void)scene_filed(scene, "50.21.000001-1");
    (void)scene_in_clearing(scene, "Demmin");
    (void)scene_document(scene, "Demmin");
    struct scan_arrival refused = scene_arrival(scene, "Waren");
    assert_ok(scene, ledger_scan_refuse(scene->ledger, &refused, "Nein.", &scene->fault));
    struct scan_arrival copy = scene_arrival(scene, "Waren");
    struct scan_acceptance acceptance = {0};
    assert_ok(scene, ledger_scan_accept(scene->ledger, &copy, &acceptance, &scene->fault));
    struct job_record job = scene_lease(scene, JOB_READ);
    job_record_done(&job);
    copy.id.uuid = uuid_new(scene->wall_ms);
    assert_ok(scene, ledger_scan_accept(scene->ledger, &copy, &acceptance, &scene->fault));
    assert_true(acceptance.is_duplicate);
    (void)scene_accept(scene, "Waren");
    assert_ok(scene,
              ledger_worker_joined(scene->ledger, "worker-1", "reader", "h", "1", &scene->fault));
}

static struct verify_result verify(struct scene *scene)
{
    struct verify_result result = {0};
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, NULL, NULL, &result, &scene->fault));
    return result;
}

static void a_sound_ledger_has_no_fault(void **state)
{
    struct scene *scene = *state;
    scene_assert_sound(scene); // an empty one, too
    fill(scene);
    struct verify_result result = verify(scene);
    assert_int_equal(result.faults, 0);
    assert_string_equal(result.first_fault, "");
    assert_int_equal(result.audit_rows, scene_sql_number(scene, "SELECT count(*) FROM audit"));
    // 5 scans with bytes of their own, 3 documents of 3 objects, 2 explanations
    assert_int_equal(result.objects, 5 + 9 + 2);
}

/* One line of SQL behind the ledger's back, and what verify must say of it. */
// clang-format off
static const struct {
    const char *name;
    const char *sql;
    const char *words;
} changes[] = {
    {.name = "detail altered",
     .sql = "UPDATE audit SET detail = replace(detail, 'read', 'lost') WHERE id = 4",
     .words = "audit row 4 was changed"},
    {.name = "actor altered",
     .sql = "UPDATE audit SET actor = 'nobody' WHERE id = 3",
     .words = "audit row 3 was changed"},
    {.name = "time altered",
     .sql = "UPDATE audit SET at_ms = at_ms + 1 WHERE id = 2",
     .words = "audit row 2 was changed"},
    {.name = "hash altered",
     .sql = "UPDATE audit SET hash = zeroblob(32) WHERE id = 5",
     .words = "audit row 5 was changed"},
    {.name = "row deleted",
     .sql = "DELETE FROM audit WHERE id = 1",
     .words = "audit row 1 is missing"},
    {.name = "rows swapped",
     .sql = "UPDATE audit SET id = -1 WHERE id = 6; UPDATE audit SET id = 6 WHERE id = 7;"
            "UPDATE audit SET id = 7 WHERE id = -1",
     .words = "audit row 6 was changed"},
    {.name = "tail deleted",
     .sql = "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)",
     .words = "a row of worker points to a row of audit that is not there"},
    {.name = "scan's state",
     .sql = "UPDATE scan SET state = 'failed', error = 'x' WHERE state = 'received'",
     .words = "has failed, but its job is not dead"},
    {.name = "scan's state unknown",
     .sql = "UPDATE scan SET state = 'lost' WHERE state = 'received'",
     .words = "is in a state that there is not"},
    {.name = "read job gone",
     .sql = "DELETE FROM job WHERE kind = 'read' AND state = 'ready'",
     .words = "is received, but no read job waits"},
    {.name = "lease gone",
     .sql = "DELETE FROM job WHERE kind = 'read' AND state = 'leased'",
     .words = "is reading, but no reader holds its job"},
    {.name = "lease without end",
     .sql = "UPDATE job SET lease_until = NULL WHERE state = 'leased'",
     .words = "is leased to nobody or for no time"},
    {.name = "match job gone",
     .sql = "DELETE FROM job WHERE kind = 'match' AND state = 'ready'",
     .words = "is matching, but no job is open or dead for it"},
    {.name = "second job",
     .sql = "INSERT INTO job (kind, state, site, scan, document, audit) SELECT 'match', 'ready',"
            " site, scan, id, 1 FROM document WHERE state = 'matching'",
     .words = "has more than one job that is open"},
    {.name = "place gone",
     .sql = "UPDATE document SET place = NULL WHERE state = 'filed'",
     .words = "is filed, but has no place"},
    {.name = "decision gone",
     .sql = "UPDATE document SET decision = NULL WHERE state = 'filed'",
     .words = "is filed, but nobody decided for a case"},
    {.name = "reason gone",
     .sql = "UPDATE document SET decision = NULL WHERE state = 'clearing'",
     .words = "waits for a person, but nothing says why"},
    {.name = "page gone",
     .sql = "DELETE FROM page WHERE scan = (SELECT scan FROM document WHERE state = 'filed')",
     .words = "its pages are not each there exactly once"},
    {.name = "page too many",
     .sql = "INSERT INTO page (scan, number, outcome) SELECT scan, 2, 'blank' FROM document WHERE state = 'filed'",
     .words = "its pages are not each there exactly once"},
    {.name = "page renumbered",
     .sql = "UPDATE page SET number = 9",
     .words = "its pages are not each there exactly once"},
    {.name = "page without document",
     .sql = "UPDATE page SET document = NULL",
     .words = "or in no document"},
    {.name = "state without trace",
     .sql = "UPDATE document SET state = 'discarded' WHERE state = 'clearing';"
            "UPDATE tally SET amount = amount - 1 WHERE name = 'document clearing';"
            "INSERT INTO tally VALUES ('document discarded', 1)",
     .words = "was changed without a trace: its document"},
    {.name = "case without trace",
     .sql = "UPDATE decision SET case_number = '50.31.000002-2' WHERE to_file = 1;"
            "UPDATE document SET case_number = '50.31.000002-2' WHERE state = 'filed'",
     .words = "was changed without a trace: its case_sha256"},
    {.name = "list without decision",
     .sql = "UPDATE document SET team = 'SG 50.9' WHERE state = 'filed'",
     .words = "repeats its decision wrongly"},
    {.name = "recalled to nowhere",
     .sql = "UPDATE document SET state = 'recalled' WHERE state = 'filed'",
     .words = "is recalled, but no job takes it out of the cabinet"},
    {.name = "text without trace",
     .sql = "UPDATE document SET text = reading",
     .words = "without a trace: its text"},
    {.name = "bytes without trace",
     .sql = "UPDATE scan SET sha256 = (SELECT reading FROM document LIMIT 1)"
            " WHERE state = 'received'",
     .words = "without a trace: its sha256"},
    {.name = "trace of another",
     .sql = "UPDATE document SET audit = (SELECT audit FROM document WHERE state = 'filed')"
            " WHERE state = 'clearing'",
     .words = "names an audit row that is about something else"},
    {.name = "tally wrong",
     .sql = "UPDATE tally SET amount = amount + 1 WHERE name = 'job ready'",
     .words = "the tally \"job ready\" is not the number of rows"},
    {.name = "duplicate of nothing",
     .sql = "UPDATE scan SET duplicate_of = NULL WHERE state = 'duplicate'",
     .words = "does not say rightly which scan it is a duplicate of"},
    {.name = "duplicate of another",
     .sql = "UPDATE scan SET duplicate_of = (SELECT scan FROM document LIMIT 1) WHERE state = "
            "'duplicate'",
     .words = "does not say rightly which scan it is a duplicate of"},
    {.name = "refused without reason",
     .sql = "UPDATE scan SET error = NULL WHERE state = 'refused'",
     .words = "was refused or failed without a reason"},
    {.name = "person gone",
     .sql = "DELETE FROM register_row WHERE line = 2",
     .words = "does not have as many persons as it says"},
    {.name = "person not to be found by case",
     .sql = "UPDATE register_by_case SET case_number = 'another' WHERE line = 2",
     .words = "does not find every row by its case and address"},
    {.name = "person not to be found by address",
     .sql = "DELETE FROM register_by_address WHERE line = (SELECT max(line) FROM"
            " register_by_address)",
     .words = "does not find every row by its case and address"},
    {.name = "object's name wrong",
     .sql = "UPDATE decision SET explanation = zeroblob(32) WHERE to_file = 0",
     .words = "without a trace: its explanation"},
    {.name = "scan gone",
     .sql = "PRAGMA foreign_keys = OFF; DELETE FROM scan WHERE state = 'read'",
     .words = "points to a row of scan that is not there"},
};
// clang-format on

/* The scene's ledger as it was at `bytes`, with one change. */
static void change(struct scene *scene, const char *bytes, size_t length, const char *sql)
{
    ledger_close(&scene->ledger);
    assert_ok(scene, durable_write_file(scene->path, bytes, length, 0600, &scene->fault));
    scene_sql(scene, sql);
    assert_ok(scene,
              ledger_open(scene->path, LEDGER_WRITE, &scene->clock, &scene->ledger, &scene->fault));
}

static void every_change_without_a_trace_is_named(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    char *bytes = NULL;
    size_t length = 0;
    fill(scene);
    ledger_close(&scene->ledger); // everything is in the file itself now
    assert_ok(scene, file_read(scene->path, 1 << 24, &bytes, &length, &scene->fault));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        change(scene, bytes, length, changes[i].sql);
        struct verify_result result = verify(scene);
        if (result.faults == 0 || strstr(result.first_fault, changes[i].words) == NULL)
            fail_msg("%s: %d faults, the first: %s", changes[i].name, (int)result.faults,
                     result.first_fault);
    }
    change(scene, bytes, length, "SELECT 1"); // and the ledger itself was sound
    scene_assert_sound(scene);
    free(bytes);
}

/* What somebody does to the object of a document's reading behind the spool's back, in its folder or
 * in the bucket: one byte becomes another, or it is gone. */
static void damage(struct scene *scene, struct document_id id, bool removes)
{
    struct document_record document = {0};
    struct bucket *bucket = NULL;
    struct spool_place place = scene_spool_place(scene);
    char hex[DIGEST_HEX_BYTES];
    char key[BUCKET_KEY_BYTES];
    char *bytes = NULL;
    size_t length = 0;
    assert_ok(scene, ledger_document_get(scene->ledger, id, &document, &scene->fault));
    char *path = spool_path(scene->spool, &document.reading);
    digest_to_hex(&document.reading, hex);
    (void)snprintf(key, sizeof key, "sha256/%.2s/%s", hex, hex);
    if (place.endpoint == NULL) {
        assert_ok(scene, file_read(path, 1 << 20, &bytes, &length, &scene->fault));
        bytes[2] ^= 1;
        assert_int_equal(unlink(path), 0);
        if (!removes)
            assert_ok(scene, durable_write_file(path, bytes, length, 0400, &scene->fault));
    } else {
        assert_ok(scene, bucket_open(&place, &bucket, &scene->fault));
        assert_ok(scene, bucket_get(bucket, key, &bytes, &length, &scene->fault));
        assert_non_null(bytes);
        bytes[2] ^= 1;
        if (removes)
            assert_ok(scene, bucket_remove(bucket, key, &scene->fault));
        else
            assert_ok(scene, bucket_put(bucket, key, bytes, length, &scene->fault));
        bucket_close(&bucket);
    }
    document_record_done(&document);
    free(bytes);
    free(path);
}

static void a_flipped_bit_in_an_object_is_named_with_its_document(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    char text[UUID_TEXT_BYTES];
    uuid_to_text(&id.uuid, text);
    damage(scene, id, false);
    struct verify_result result = verify(scene);
    assert_int_equal(result.faults, 1);
    assert_non_null(strstr(result.first_fault, text));
    assert_non_null(strstr(result.first_fault, "reading"));
    assert_non_null(strstr(result.first_fault, "damaged"));
}

static void a_missing_object_is_named_and_the_others_are_still_checked(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_filed(scene, "50.21.000001-1");
    (void)scene_in_clearing(scene, "Demmin");
    damage(scene, id, true);
    struct verify_result result = verify(scene);
    assert_int_equal(result.faults, 1);
    assert_non_null(strstr(result.first_fault, "missing"));
    assert_int_equal(result.objects, 2 + 6 + 2);
}

struct told {
    uint64_t done, all, calls;
};

static void note(void *context, uint64_t done, uint64_t all)
{
    struct told *told = context;
    assert_int_equal(done, told->done + 1);
    told->done = done;
    told->all = all;
    told->calls++;
}

static void progress_is_told_to_the_end_over_many_portions(void **state)
{
    struct scene *scene = *state;
    enum { SCANS = 140 }; // more than a portion
    for (int i = 0; i < SCANS; i++)
        (void)scene_accept(scene, "Waren");
    struct told told = {0};
    struct verify_result result = {0};
    assert_ok(scene,
              ledger_verify(scene->ledger, scene->spool, note, &told, &result, &scene->fault));
    assert_int_equal(told.done, SCANS);
    assert_int_equal(told.all, SCANS);
    assert_int_equal(result.objects, SCANS);
    assert_int_equal(result.faults, 0);
}

static void a_damaged_page_of_the_file_is_a_fault_and_not_a_failure(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    char page[4096];
    memset(page, 0x5A, sizeof page);
    fill(scene);
    ledger_close(&scene->ledger);
    int file = open(scene->path, O_WRONLY);
    assert_true(file >= 0);
    for (off_t number = 2; number < 12; number++) // past the schema
        assert_int_equal(pwrite(file, page, sizeof page, number * 4096), sizeof page);
    close(file);
    struct fault fault = {0};
    enum status status =
        ledger_open(scene->path, LEDGER_READ, &scene->clock, &scene->ledger, &fault);
    if (status != STATUS_OK) { // damaged where opening looks: then opening says so
        assert_int_equal(status, STATUS_HALT);
        return;
    }
    struct verify_result result = verify(scene);
    assert_true(result.faults > 0);
    assert_non_null(strstr(result.first_fault, "damaged"));
}

static void audit_rows_hold_no_names_and_no_text(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Demmin");
    fill(scene);
    assert_ok(scene,
              ledger_document_assign(scene->ledger, id, "50.31.000002-2", "sb33", &scene->fault));
    const char *const secrets[] = {"scan.tif", "50.31", "50.21", "Beispiel",
                                   "Nein.",    "Weil.", "SG 50", "widerspruch"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        char sql[128];
        (void)snprintf(sql, sizeof sql,
                       "SELECT count(*) FROM audit WHERE detail LIKE '%%%s%%'"
                       " OR subject LIKE '%%%s%%'",
                       secrets[i], secrets[i]);
        if (scene_sql_number(scene, sql) != 0)
            fail_msg("the audit holds %s", secrets[i]);
    }
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit WHERE actor = 'sb33'"), 1);
    // Every detail is JSON.
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit WHERE NOT"
                                             " json_valid(detail)"),
                     0);
}

static void a_change_that_was_rolled_back_left_no_audit_row(void **state)
{
    struct scene *scene = *state;
    struct document_id id = scene_in_clearing(scene, "Demmin");
    int64_t rows = scene_sql_number(scene, "SELECT count(*) FROM audit");
    assert_status(scene,
                  ledger_document_assign(scene->ledger, id, "no such case", "sb33", &scene->fault),
                  STATUS_REFUSE);
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM audit"), rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_sound_ledger_has_no_fault),
        SCENE_TEST(every_change_without_a_trace_is_named),
        SCENE_TEST(a_flipped_bit_in_an_object_is_named_with_its_document),
        SCENE_TEST(a_missing_object_is_named_and_the_others_are_still_checked),
        SCENE_TEST(progress_is_told_to_the_end_over_many_portions),
        SCENE_TEST(a_damaged_page_of_the_file_is_a_fault_and_not_a_failure),
        SCENE_TEST(audit_rows_hold_no_names_and_no_text),
        SCENE_TEST(a_change_that_was_rolled_back_left_no_audit_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
