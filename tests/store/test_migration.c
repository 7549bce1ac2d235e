/* test_migration.c - a ledger is brought up to date, and a newer one is left alone. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/migration.h"
#include "tests/store/scene.h"

static void a_new_ledger_remembers_every_migration(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(scene_sql_number(scene, "SELECT count(*) FROM migration"),
                     migration_files_count);
    assert_int_equal(scene_sql_number(scene, "SELECT max(version) FROM migration"),
                     migration_newest());
}

static void migrations_are_numbered_from_one_without_a_gap(void **state)
{
    (void)state;
    for (size_t i = 0; i < migration_files_count; i++) {
        char number[32];
        (void)snprintf(number, sizeof number, "%04zu-", i + 1);
        if (strncmp(migration_files[i].name, number, 5) != 0)
            fail_msg("%s is not %s…", migration_files[i].name, number);
        // embedded whole, as text
        assert_int_equal(strlen((const char *)migration_files[i].bytes), migration_files[i].length);
    }
}

static void opening_an_up_to_date_ledger_changes_nothing(void **state)
{
    struct scene *scene = *state;
    int64_t applied = scene_sql_number(scene, "SELECT max(applied_ms) FROM migration");
    scene->wall_ms += 1000;
    ledger_close(&scene->ledger);
    assert_ok(scene, ledger_open(scene->path, LEDGER_CREATE, &scene->clock, &scene->ledger,
                                 &scene->fault));
    assert_int_equal(scene_sql_number(scene, "SELECT max(applied_ms) FROM migration"), applied);
}

static const enum ledger_access every_access[] = {LEDGER_READ, LEDGER_WRITE, LEDGER_CREATE};

static void a_newer_ledger_is_refused_with_words(void **state)
{
    struct scene *scene = *state;
    scene_sql(scene, "INSERT INTO migration SELECT 9999, 'x', x'00', 0");
    for (size_t i = 0; i < 3; i++) {
        struct ledger *ledger = NULL;
        assert_status(
            scene, ledger_open(scene->path, every_access[i], &scene->clock, &ledger, &scene->fault),
            STATUS_REFUSE);
        assert_non_null(strstr(scene->fault.text, "too old"));
        assert_non_null(strstr(scene->fault.text, "9999"));
    }
}

/* A ledger as the first version made it; `more` is run in it. */
static void make_older(struct scene *scene, const char *name, const char *more, char ret_path[64])
{
    struct database *database = NULL;
    (void)snprintf(ret_path, 64, "%s/%s", scene->folder, name);
    assert_ok(scene, database_open(ret_path, DATABASE_CREATE, &database, &scene->fault));
    assert_ok(scene,
              database_script(database, (const char *)migration_files[0].bytes, &scene->fault));
    assert_ok(scene,
              database_script(database,
                              "CREATE TABLE migration (version INTEGER PRIMARY KEY,"
                              " name TEXT, sha256 BLOB, applied_ms INTEGER);"
                              "INSERT INTO migration VALUES (1, '0001-ledger.sql', x'00', 0)",
                              &scene->fault));
    assert_ok(scene, database_script(database, more, &scene->fault));
    database_close(&database);
}

static int64_t number_in(const char *path, const char *sql)
{
    struct scene other = {0};
    (void)snprintf(other.path, sizeof other.path, "%.63s", path);
    return scene_sql_number(&other, sql);
}

static void an_older_ledger_is_kept_beside_the_migrated_one(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    char path[64];
    char kept[64];
    struct ledger *ledger = NULL;
    make_older(scene, "kept.db", "INSERT INTO tally VALUES ('page read', 7)", path);
    assert_ok(scene, ledger_open(path, LEDGER_CREATE, &scene->clock, &ledger, &scene->fault));
    ledger_close(&ledger);
    (void)snprintf(kept, sizeof kept, "%.40s.schema-1", path);
    assert_int_equal(number_in(kept, "SELECT max(version) FROM migration"), 1);
    assert_int_equal(number_in(kept, "SELECT amount FROM tally"), 7);
    assert_int_equal(number_in(path, "SELECT max(version) FROM migration"), migration_newest());
}

static void a_migration_that_fails_leaves_everything_as_it_was(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    char path[64];
    struct ledger *ledger = NULL;
    // The third migration cannot make its table; what the second made must be gone again.
    make_older(scene, "stuck.db", "CREATE TABLE correction (x INTEGER)", path);
    assert_true(ledger_open(path, LEDGER_CREATE, &scene->clock, &ledger, &scene->fault) !=
                STATUS_OK);
    assert_non_null(strstr(scene->fault.text, "0003-"));
    assert_int_equal(number_in(path, "SELECT max(version) FROM migration"), 1);
    assert_int_equal(number_in(path, "SELECT count(*) FROM sqlite_master WHERE name = 'account'"),
                     0);
}

static void an_older_ledger_is_migrated_only_by_whoever_may(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    char path[64];
    struct ledger *ledger = NULL;
    make_older(scene, "old.sqlite", "", path);
    if (migration_newest() == 1)
        skip(); // there is no older version than this one
    assert_status(scene, ledger_open(path, LEDGER_WRITE, &scene->clock, &ledger, &scene->fault),
                  STATUS_REFUSE);
    assert_non_null(strstr(scene->fault.text, "needs"));
    assert_ok(scene, ledger_open(path, LEDGER_CREATE, &scene->clock, &ledger, &scene->fault));
    ledger_close(&ledger);
    assert_ok(scene, ledger_open(path, LEDGER_WRITE, &scene->clock, &ledger, &scene->fault));
    ledger_close(&ledger);
}

static void a_database_of_something_else_is_refused(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    char path[64];
    (void)snprintf(path, sizeof path, "%s/other.sqlite", scene->folder);
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, "CREATE TABLE other (x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
    for (size_t i = 0; i < 3; i++) {
        struct ledger *ledger = NULL;
        assert_status(scene,
                      ledger_open(path, every_access[i], &scene->clock, &ledger, &scene->fault),
                      STATUS_REFUSE);
        assert_non_null(strstr(scene->fault.text, "not a ledger"));
    }
}

static void an_empty_file_is_no_ledger_until_it_is_made_one(void **state)
{
    struct scene *scene = *state;
    SCENE_SKIP_ON_SERVER(scene);
    char path[64];
    struct ledger *ledger = NULL;
    (void)snprintf(path, sizeof path, "%s/empty.sqlite", scene->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_status(scene, ledger_open(path, LEDGER_WRITE, &scene->clock, &ledger, &scene->fault),
                  STATUS_REFUSE);
    assert_ok(scene, ledger_open(path, LEDGER_CREATE, &scene->clock, &ledger, &scene->fault));
    ledger_close(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_new_ledger_remembers_every_migration),
        SCENE_TEST(migrations_are_numbered_from_one_without_a_gap),
        SCENE_TEST(opening_an_up_to_date_ledger_changes_nothing),
        SCENE_TEST(a_newer_ledger_is_refused_with_words),
        SCENE_TEST(an_older_ledger_is_migrated_only_by_whoever_may),
        SCENE_TEST(an_older_ledger_is_kept_beside_the_migrated_one),
        SCENE_TEST(a_migration_that_fails_leaves_everything_as_it_was),
        SCENE_TEST(a_database_of_something_else_is_refused),
        SCENE_TEST(an_empty_file_is_no_ledger_until_it_is_made_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
