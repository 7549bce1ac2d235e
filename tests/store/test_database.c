/* test_database.c - the engine under the ledger: what it refuses, what it waits for, when it
 * stops for good. */
// SPDX-License-Identifier: EUPL-1.2
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "store/database.h"
#include "tests/store/scene.h"

/* A database of its own below the scene's folder, with a table t (a INTEGER PRIMARY KEY, b). */
static struct database *open_new(struct scene *scene, char path[SCENE_PATH_BYTES])
{
    struct database *database = NULL;
    scene_place(scene, "database", path);
    assert_ok(scene, database_open(path, DATABASE_CREATE, &database, &scene->fault));
    assert_ok(scene, database_script(database, "CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)",
                                     &scene->fault));
    return database;
}

static void values_come_back_as_they_went_in(void **state)
{
    struct scene *scene = *state;
    char path[SCENE_PATH_BYTES];
    struct database *database = open_new(scene, path);
    const struct uuid uuid = {
        {1, 2, 3}
    };
    const struct uuid nil = {0};
    const struct digest digest = {
        {9, 8}
    };
    const struct digest zero = {0};
    struct rows *rows = NULL;
    bool there = false;
    bool failed = false;
    assert_ok(scene,
              database_query(database, "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9",
                             VALUES(value_integer(INT64_MIN), value_real(0.25),
                                    value_text("\xC3\xA4'x"), value_text(NULL), value_uuid(&uuid),
                                    value_uuid_or_null(&nil), value_digest(&digest),
                                    value_digest_or_null(&zero), value_digest(&zero)),
                             &rows, &scene->fault));
    assert_ok(scene, rows_next(rows, &there, &scene->fault));
    assert_true(there);
    assert_true(rows_integer(rows, 0) == INT64_MIN);
    assert_true(rows_real(rows, 1) == 0.25);
    char *copy = rows_text_copy(rows, 2, &failed);
    assert_string_equal(copy, "\xC3\xA4'x");
    free(copy);
    assert_null(rows_text_copy(rows, 3, &failed));
    assert_false(failed);
    struct uuid got = rows_uuid(rows, 4);
    assert_true(uuid_equal(&got, &uuid));
    assert_true(rows_is_null(rows, 5));
    struct digest back = rows_digest(rows, 6);
    assert_true(digest_equal(&back, &digest));
    assert_true(rows_is_null(rows, 7));
    assert_false(rows_is_null(rows, 8));
    got = rows_uuid(rows, 8); // of another length
    assert_true(uuid_is_nil(&got));
    rows_done(&rows);
    database_close(&database);
}

static void parameters_are_counted_by_their_number(void **state)
{
    struct scene *scene = *state;
    char path[SCENE_PATH_BYTES];
    struct database *database = open_new(scene, path);
    int64_t number = 0;
    assert_ok(scene, database_number(database, "SELECT 100 * $3 + 10 * $1 + $3 * 0",
                                     VALUES(value_integer(1), value_integer(2), value_integer(3)),
                                     0, &number, &scene->fault));
    assert_int_equal(number, 310);
    database_close(&database);
}

static void a_statement_may_run_inside_itself(void **state)
{
    struct scene *scene = *state;
    char path[SCENE_PATH_BYTES];
    static const char sql[] = "SELECT a FROM t ORDER BY a";
    struct database *database = open_new(scene, path);
    assert_ok(scene, database_script(database, "INSERT INTO t (a) VALUES (1), (2)", &scene->fault));
    struct rows *outer = NULL;
    struct rows *inner = NULL;
    bool there = false;
    assert_ok(scene, database_query(database, sql, NO_VALUES, &outer, &scene->fault));
    assert_ok(scene, rows_next(outer, &there, &scene->fault));
    assert_ok(scene, database_query(database, sql, NO_VALUES, &inner, &scene->fault));
    assert_ok(scene, rows_next(inner, &there, &scene->fault));
    assert_int_equal(rows_integer(inner, 0), 1);
    assert_ok(scene, rows_next(outer, &there, &scene->fault));
    assert_int_equal(rows_integer(outer, 0), 2);
    rows_done(&inner);
    assert_ok(scene, rows_next(outer, &there, &scene->fault));
    assert_false(there);
    rows_done(&outer);
    database_close(&database);
}

static void a_transaction_is_all_or_nothing(void **state)
{
    struct scene *scene = *state;
    char path[SCENE_PATH_BYTES];
    struct database *database = open_new(scene, path);
    int64_t count = 9;
    assert_ok(scene, database_begin(database, &scene->fault));
    assert_ok(scene, database_run(database, "INSERT INTO t (a) VALUES (1)", NO_VALUES, NULL,
                                  &scene->fault));
    assert_status(scene, database_end(database, STATUS_REFUSE, &scene->fault), STATUS_REFUSE);
    assert_ok(scene, database_number(database, "SELECT count(*) FROM t", NO_VALUES, 9, &count,
                                     &scene->fault));
    assert_int_equal(count, 0);
    database_close(&database);
}

static const char rows_from[] = "SELECT count(*) FROM t WHERE a >= $1";

static void insert_row(struct scene *scene, struct database *database, int64_t number)
{
    assert_ok(scene, database_post(database, "INSERT INTO t (a) VALUES ($1)",
                                   VALUES(value_integer(number)), &scene->fault));
}

static void ask_ahead(struct scene *scene, struct database *database, int64_t from)
{
    assert_ok(scene,
              database_ask_ahead(database, rows_from, VALUES(value_integer(from)), &scene->fault));
}

static void assert_rows(struct scene *scene, struct database *database, int64_t from,
                        int64_t expected)
{
    int64_t count = -1;
    assert_ok(scene, database_number(database, rows_from, VALUES(value_integer(from)), -1, &count,
                                     &scene->fault));
    assert_int_equal(count, expected);
}

/* In any order, and never anything older than the last change. */
static void what_was_asked_ahead_is_the_answer_that_would_come_now(void **state)
{
    struct scene *scene = *state;
    char path[SCENE_PATH_BYTES];
    struct database *database = open_new(scene, path);
    ask_ahead(scene, database, 1); // outside a transaction
    assert_ok(scene, database_begin(database, &scene->fault));
    insert_row(scene, database, 1);
    insert_row(scene, database, 2);
    ask_ahead(scene, database, 1);
    ask_ahead(scene, database, 2);
    assert_rows(scene, database, 2, 1);
    assert_rows(scene, database, 1, 2);
    ask_ahead(scene, database, 1);
    insert_row(scene, database, 3);
    assert_rows(scene, database, 1, 3);
    ask_ahead(scene, database, 1);
    ask_ahead(scene, database, 3);
    assert_rows(scene, database, 3, 1);
    assert_ok(scene, database_run(database, "DELETE FROM t WHERE a = 3", NO_VALUES, &(uint64_t){0},
                                  &scene->fault));
    assert_rows(scene, database, 1, 2);
    for (int64_t i = 0; i < 100; i++) // more than are kept
        ask_ahead(scene, database, i);
    for (int64_t i = 99; i >= 0; i--)
        assert_rows(scene, database, i, i <= 1 ? 2 : i == 2);
    ask_ahead(scene, database, 2); // nobody asks for it
    assert_ok(scene, database_end(database, STATUS_OK, &scene->fault));
    assert_ok(scene, database_begin(database, &scene->fault));
    insert_row(scene, database, 4);
    assert_rows(scene, database, 2, 2);
    ask_ahead(scene, database, 2);
    assert_status(scene, database_end(database, STATUS_REFUSE, &scene->fault), STATUS_REFUSE);
    assert_rows(scene, database, 2, 1);
    database_close(&database);
}

static void a_question_that_fails_ahead_fails_the_transaction_like_any_other(void **state)
{
    struct scene *scene = *state;
    char path[SCENE_PATH_BYTES];
    struct database *database = open_new(scene, path);
    int64_t number = 0;
    static const char impossible[] = "SELECT 1 / (count(*) - count(*)) FROM t WHERE a <> $1";
    if (scene->is_server) { // SQLite says NULL
        assert_ok(scene, database_begin(database, &scene->fault));
        insert_row(scene, database, 1);
        assert_ok(scene, database_ask_ahead(database, impossible, VALUES(value_integer(0)),
                                            &scene->fault));
        enum status status = database_number(database, rows_from, VALUES(value_integer(0)), 0,
                                             &number, &scene->fault);
        assert_status(scene, status, STATUS_REFUSE);
        assert_status(scene, database_end(database, status, &scene->fault), STATUS_REFUSE);
    }
    assert_rows(scene, database, 0, 0);
    database_close(&database);
}

static void what_a_constraint_forbids_is_refused_and_work_goes_on(void **state)
{
    struct scene *scene = *state;
    char path[SCENE_PATH_BYTES];
    struct database *database = open_new(scene, path);
    uint64_t changed = 0;
    static const char insert[] = "INSERT INTO t (a) VALUES ($1)";
    assert_ok(scene, database_run(database, insert, VALUES(value_integer(1)), NULL, &scene->fault));
    assert_status(scene,
                  database_run(database, insert, VALUES(value_integer(1)), NULL, &scene->fault),
                  STATUS_REFUSE);
    assert_ok(scene,
              database_run(database, insert, VALUES(value_integer(2)), &changed, &scene->fault));
    assert_int_equal(changed, 1);
    database_close(&database);
}

static void what_is_not_there_or_no_database_is_refused_with_words(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    struct ledger *ledger = NULL;
    char strange[80];
    const char *const urls[] = {"nowhere/ledger.sqlite", "mysql://host/x", ".", strange};
    const char *const words[] = {"there is no ledger", "postgresql://", "not a regular file",
                                 "not a ledger"};
    (void)snprintf(strange, sizeof strange, "%s/strange", scene->folder);
    char text[5000];
    memset(text, 'x', sizeof text);
    assert_ok(scene, durable_write_file(strange, text, sizeof text, 0600, &scene->fault));
    for (size_t i = 0; i < 4; i++)
        for (int access = LEDGER_READ; access <= LEDGER_WRITE; access++) {
            assert_status(scene,
                          ledger_open(urls[i], (enum ledger_access)access, &scene->clock, &ledger,
                                      &scene->fault),
                          STATUS_REFUSE);
            if (strstr(scene->fault.text, words[i]) == NULL)
                fail_msg("%s: %s", urls[i], scene->fault.text);
        }
    assert_status(scene, ledger_open(strange, LEDGER_CREATE, &scene->clock, &ledger, &scene->fault),
                  STATUS_REFUSE);
}

static void a_reader_cannot_change_anything(void **state)
{
    struct scene *scene = *state;
    struct ledger *reader = NULL;
    struct scan_arrival arrival = scene_arrival(scene, "Waren");
    struct scan_acceptance acceptance = {0};
    assert_ok(scene, ledger_open(scene->path, LEDGER_READ, &scene->clock, &reader, &scene->fault));
    assert_status(scene, ledger_scan_accept(reader, &arrival, &acceptance, &scene->fault),
                  STATUS_REFUSE);
    struct ledger_summary summary = {0};
    assert_ok(scene, ledger_summarise(reader, &summary, &scene->fault));
    ledger_close(&reader);
}

static void others_may_not_read_the_file(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    struct stat found;
    assert_int_equal(stat(scene->path, &found), 0);
    assert_int_equal(found.st_mode & 07, 0);
}

/* In a child, so that the limit ends with it: a file that may not grow is a full disk. */
static int fill_up(const char *path)
{
    struct database *database = NULL;
    struct fault fault;
    char *bytes = calloc(1, 1 << 16);
    if (bytes == NULL || database_open(path, DATABASE_WRITE, &database, &fault) != STATUS_OK)
        return 1;
    const struct rlimit limit = {1 << 20, RLIM_INFINITY};
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    const struct value blob = {.kind = VALUE_BYTES, .bytes = bytes, .length = 1 << 16};
    enum status status = STATUS_OK;
    for (int i = 0; i < 100 && status == STATUS_OK; i++) {
        status = database_begin(database, &fault);
        if (status == STATUS_OK)
            status = database_end(
                database,
                database_run(database, "INSERT INTO t (b) VALUES ($1)", &blob, 1, NULL, &fault),
                &fault);
    }
    if (status != STATUS_HALT && status != STATUS_LATER)
        return 3;
    // EFBIG is an I/O error to SQLite: the process must end, and nothing can be tried again.
    (void)setrlimit(RLIMIT_FSIZE, &none);
    if (status == STATUS_HALT && database_begin(database, &fault) != STATUS_HALT)
        return 4;
    free(bytes);
    database_close(&database);
    return status == STATUS_HALT ? 10 : 11;
}

static void a_failed_write_is_final_and_loses_nothing_that_was_committed(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    char path[SCENE_PATH_BYTES];
    struct database *database = open_new(scene, path);
    assert_ok(scene, database_script(database, "INSERT INTO t (a) VALUES (100000)", &scene->fault));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(fill_up(path));
    int result = -1;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    assert_in_range(WEXITSTATUS(result), 10, 11);
    int64_t there = 0;
    assert_ok(scene, database_number(database, "SELECT count(*) FROM t WHERE a = 100000", NO_VALUES,
                                     0, &there, &scene->fault));
    assert_int_equal(there, 1);
    assert_ok(scene, database_script(database, "INSERT INTO t (a) VALUES (200000)", &scene->fault));
    database_close(&database);
}

static void the_write_ahead_log_does_not_grow_for_ever(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    enum { BLOBS = 1200, BLOB_BYTES = 1 << 16 }; // 75 MiB in all
    char path[SCENE_PATH_BYTES];
    char log_path[SCENE_PATH_BYTES + 8];
    struct stat found;
    struct database *database = open_new(scene, path);
    struct database *reader = NULL;
    char *bytes = calloc(1, BLOB_BYTES);
    assert_non_null(bytes);
    const struct value blob = {.kind = VALUE_BYTES, .bytes = bytes, .length = BLOB_BYTES};
    assert_ok(scene, database_open(path, DATABASE_READ, &reader, &scene->fault));
    assert_ok(scene, database_commit_lazily(database, true, &scene->fault)); // for speed only
    for (int i = 0; i < BLOBS; i++) {
        int64_t count = 0;
        assert_ok(scene, database_begin(database, &scene->fault));
        assert_ok(scene, database_end(database,
                                      database_run(database, "INSERT INTO t (b) VALUES ($1)", &blob,
                                                   1, NULL, &scene->fault),
                                      &scene->fault));
        if (i % 100 == 0) // somebody looks now and then
            assert_ok(scene, database_number(reader, "SELECT count(*) FROM t", NO_VALUES, 0, &count,
                                             &scene->fault));
    }
    (void)snprintf(log_path, sizeof log_path, "%s-wal", path);
    assert_int_equal(stat(log_path, &found), 0);
    assert_true(found.st_size < 24 << 20);
    free(bytes);
    database_close(&reader);
    database_close(&database);
}

struct findings {
    int count;
    char first[FAULT_TEXT_BYTES];
};

static void note(void *context, const char *words)
{
    struct findings *findings = context;
    if (findings->count++ == 0)
        (void)snprintf(findings->first, sizeof findings->first, "%s", words);
}

static void a_check_names_a_dangling_reference_and_a_damaged_page(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    char path[SCENE_PATH_BYTES];
    struct findings findings = {0};
    struct database *database = open_new(scene, path);
    assert_ok(scene, database_script(database,
                                     "CREATE TABLE u (a INTEGER REFERENCES t (a));"
                                     "INSERT INTO t (a) VALUES (1);"
                                     "INSERT INTO u VALUES (1);"
                                     "CREATE INDEX t_b ON t (b)",
                                     &scene->fault));
    assert_ok(scene, database_check_file(database, note, &findings, &scene->fault));
    assert_ok(scene, database_check_references(database, note, &findings, &scene->fault));
    assert_int_equal(findings.count, 0);
    assert_ok(scene,
              database_script(database, "PRAGMA foreign_keys = OFF; DELETE FROM t", &scene->fault));
    assert_ok(scene, database_check_references(database, note, &findings, &scene->fault));
    assert_int_equal(findings.count, 1);
    assert_string_equal(findings.first, "a row of u points to a row of t that is not there");
    database_close(&database); // everything is in the file itself now
    char page[4096];
    memset(page, 0x5A, sizeof page);
    int file = open(path, O_WRONLY);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, page, sizeof page, 4096), sizeof page); // the root of t
    close(file);
    findings = (struct findings){0};
    assert_ok(scene, database_open(path, DATABASE_READ, &database, &scene->fault));
    assert_ok(scene, database_check_file(database, note, &findings, &scene->fault));
    assert_true(findings.count > 0);
    assert_non_null(strstr(findings.first, "damaged"));
    database_close(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(values_come_back_as_they_went_in),
        SCENE_TEST(parameters_are_counted_by_their_number),
        SCENE_TEST(a_statement_may_run_inside_itself),
        SCENE_TEST(a_transaction_is_all_or_nothing),
        SCENE_TEST(what_was_asked_ahead_is_the_answer_that_would_come_now),
        SCENE_TEST(a_question_that_fails_ahead_fails_the_transaction_like_any_other),
        SCENE_TEST(what_a_constraint_forbids_is_refused_and_work_goes_on),
        SCENE_TEST(what_is_not_there_or_no_database_is_refused_with_words),
        SCENE_TEST(a_reader_cannot_change_anything),
        SCENE_TEST(others_may_not_read_the_file),
        SCENE_TEST(a_failed_write_is_final_and_loses_nothing_that_was_committed),
        SCENE_TEST(the_write_ahead_log_does_not_grow_for_ever),
        SCENE_TEST(a_check_names_a_dangling_reference_and_a_damaged_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
